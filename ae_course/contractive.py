"""A contractive autoencoder is penalised for codes that change with small changes of the input."""

from dataclasses import dataclass

import numpy as np

from ae_course.activations import logistic
from ae_course.network import Network
from ae_course.objective import Objective, Pass, Term
from ae_course.parameters import Parameters


def jacobians(net: Network, params: Parameters, X: np.ndarray) -> np.ndarray:
    r"""The derivative of the outputs by the inputs, for every sample: (N, units, inputs).

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

    Raises
    ------
    ValueError
        When it is evaluated: the first layer is not hidden, or its units are not logistic.
    """

    def __repr__(self) -> str:
        return "contractive"

    def value(self, seen, room):
        _, slopes, squares = self._parts(seen)
        return float((slopes**2 @ squares).mean())

    def at_y(self, seen):
        y, slopes, squares = self._parts(seen)
        return {seen.net.first: 2 * slopes * (1 - 2 * y) * squares}

    def at_parameters(self, seen):
        _, slopes, _ = self._parts(seen)
        name = f"W{seen.net.first}"
        return {name: 2 * (slopes**2).mean(axis=0)[:, None] * seen.params[name]}

    def _parts(self, seen: Pass):
        """y (N, units), its slopes y (1 - y), and the squared lengths of the filters (units,)."""
        unit = seen.net.layers[0].activation
        if len(seen.net) < 2 or unit != logistic:
            raise ValueError(
                f"contractive is for a hidden layer of logistic units; the first of"
                f" {len(seen.net)} layers has {unit} units"
            )
        y, W = seen.trace.y[seen.net.first], seen.params[f"W{seen.net.first}"]
        return y, y * (1 - y), np.einsum("ji,ji->j", W, W)


contractive = Objective.of(Contractive())
"""The objective that makes codes insensitive: ``0.1 * contractive`` (:eq:`eq-contractive`)."""
