"""A contractive autoencoder is penalised for codes that change with small changes of the input."""

from dataclasses import dataclass

import numpy as np

from ae_course.activations import logistic
from ae_course.network import Network
from ae_course.objective import ForwardPass, Term
from ae_course.parameters import Parameters


def jacobians(net: Network, params: Parameters, X: np.ndarray) -> np.ndarray:
    r"""The derivative of the outputs by the inputs, for every sample: (N, units, inputs).

    >>> from ae_course import Autoencoder
    >>> net = Autoencoder.folded(4, 2)
    >>> jacobians(net.encoder, net.init(np.random.default_rng(0)), np.zeros((3, 4))).shape
    (3, 2, 4)

    The product of :math:`\operatorname{diag}(f'(u^{(l)})) W^{(l)}` over the layers
    (:eq:`eq-jacobian`). Its square is what small noise penalises (:eq:`eq-small-noise`).
    """
    trace, J = net.forward(params, X), np.eye(net.inputs, dtype=params.dtype)
    for l, layer in net.numbered():
        slope = layer.activation.derivative(trace.u[l], trace.y[l])
        J = slope[:, :, None] * (params[f"W{l}"] @ J)
    return J


@dataclass(frozen=True)
class Contractive(Term):
    r"""The mean squared Frobenius norm of the Jacobian of a layer of logistic units by its input.

    :math:`\frac1N \sum_n \|\partial y_n / \partial x_n\|_F^2 = \frac1N \sum_n \sum_j
    (y_{nj} (1 - y_{nj}))^2 \|w_j\|^2` for the first layer (:eq:`eq-contractive`)
    :cite:p:`rifai2011contractive`; the gradient is :eq:`eq-contractive-gradient`. Small weights
    make it small at no cost, if nothing keeps the decoder's from growing: use it with weight decay
    or with tied weights.

    >>> from ae_course import Autoencoder
    >>> rng, net = np.random.default_rng(0), Autoencoder.folded(4, 2)
    >>> X, params = rng.random((5, 4)), net.init(rng)
    >>> J = jacobians(net.encoder, params, X)
    >>> bool(np.isclose(contractive.value(net, params, X), (J**2).sum(axis=(1, 2)).mean()))
    True

    Raises
    ------
    ValueError
        When it is evaluated: the first layer is not hidden, or its units are not logistic.
    """

    def __repr__(self) -> str:
        return "contractive"

    def value_from(self, forward_pass):
        _, slopes, squares = self._parts(forward_pass)
        return float((slopes**2 @ squares).mean())

    def grad_outputs(self, forward_pass):
        y, slopes, squares = self._parts(forward_pass)
        return {forward_pass.net.first: 2 * slopes * (1 - 2 * y) * squares / len(y)}

    def grad_params(self, forward_pass):
        _, slopes, _ = self._parts(forward_pass)
        name = f"W{forward_pass.net.first}"
        return {name: 2 * (slopes**2).mean(axis=0)[:, None] * forward_pass.params[name]}

    def _parts(self, forward_pass: ForwardPass):
        """y (N, units), its slopes y (1 - y), and the squared lengths of the filters (units,)."""
        net, unit = forward_pass.net, forward_pass.net.layers[0].activation
        if len(net) < 2 or unit != logistic:
            raise ValueError(
                f"contractive is for a hidden layer of logistic units; the first of {len(net)}"
                f" layers has {unit} units"
            )
        y, W = forward_pass.trace.y[net.first], forward_pass.params[f"W{net.first}"]
        return y, y * (1 - y), np.einsum("ji,ji->j", W, W)


contractive = Contractive()
"""The term that makes codes insensitive: ``0.1 * contractive`` (:eq:`eq-contractive`)."""
