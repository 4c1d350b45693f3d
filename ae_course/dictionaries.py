r"""A dictionary is a wide sparse autoencoder whose columns are meant to be features.

What keeps its codes sparse is an activation (:func:`~ae_course.activations.top_k`,
:func:`~ae_course.activations.batch_top_k`), a penalty, or thresholds that are learned
(:mod:`ae_course.jump_relu`). How it is judged is in :mod:`ae_course.dictionary_benchmarks`.
"""

from dataclasses import dataclass, replace

import numpy as np

from ae_course.activations import jump_relu
from ae_course.autoencoder import Autoencoder
from ae_course.checks import as_rows, check_fraction, check_integer, check_shape
from ae_course.losses import squared_error
from ae_course.network import Layers
from ae_course.objective import ForwardPass, Term
from ae_course.optimizers import Optimizer
from ae_course.parameters import Parameters
from ae_course.superposition import AuxiliaryK, check_two_layers, column_lengths


def transposed_start(net: Layers, rng: np.random.Generator, dtype=np.float64) -> Parameters:
    r"""Parameters to start from with :math:`W = \tilde W^\top` and columns of length 1.

    Every latent then lowers the error from the first step on, alone at least
    :cite:p:`gao2024scaling`; from an independent start half of them raise it, and fall silent.

    >>> from ae_course.activations import batch_top_k, identity
    >>> net = Autoencoder.folded(4, 6, hidden=batch_top_k(2), output=identity)
    >>> params = transposed_start(net, np.random.default_rng(0))
    >>> bool((params["W1"] == params["W2"].T).all())
    True

    Parameters
    ----------
    net : Autoencoder or JumpReLUAutoencoder
        With two layers.
    rng : numpy.random.Generator
        Of its own: if true features were drawn from the same seed, these columns may *be* them.
    """
    check_two_layers(net, "a transposed start")
    params = unit_columns(net.init(rng, dtype=dtype))
    params["W1"] = params["W2"].T
    return params


def unit_columns(params: Parameters) -> Parameters:
    """A copy whose decoder W2 has columns of length 1; nothing else is changed.

    >>> unit_columns(Parameters.of({"W2": np.array([[3.0, 0], [4.0, -2]])}))["W2"].tolist()
    [[0.6, 0.0], [0.8, -1.0]]
    """
    params = params.copy()
    params["W2"] = params["W2"] / column_lengths(params["W2"], "W2")
    return params


def at_threshold(
    net: Autoencoder, params: Parameters, X: np.ndarray, batch_size: int
) -> Autoencoder:
    r"""The network for single samples: a threshold in the place of BatchTopK.

    The threshold is the mean over the batches of X of the smallest positive output
    (:eq:`eq-batch-threshold`) :cite:p:`bussmann2024batchtopk`. The parameters serve both networks.

    >>> from ae_course.activations import batch_top_k, identity
    >>> rng = np.random.default_rng(0)
    >>> net = Autoencoder.folded(4, 6, hidden=batch_top_k(2), output=identity)
    >>> X, params = rng.normal(size=(40, 4)), net.init(rng)
    >>> alone = at_threshold(net, params, X, batch_size=20)
    >>> bool((alone.encode(params, X[:1]) == alone.encode(params, X)[:1]).all())
    True

    Parameters
    ----------
    X : array (N, inputs)
        Of the training samples; a last batch that is not full is left out.
    batch_size : int
        That of training.
    """
    check_two_layers(net, "a threshold")
    if not net.layers[0].activation.name.startswith("batch_top_k"):
        raise ValueError(f"found a code of {net.layers[0].activation} units, wanted batch_top_k")
    X = as_rows(X, net.inputs, params.dtype)
    check_integer("batch_size", batch_size, least=1, most=len(X))
    starts = range(0, len(X) - batch_size + 1, batch_size)
    codes = (net.encode(params, X[start : start + batch_size]) for start in starts)
    least = [Y[Y > 0].min() for Y in codes if (Y > 0).any()]
    # What passes is above the threshold, so that the mean itself is taken a hair lower.
    theta = np.nextafter(params.dtype.type(np.mean(least or 0)), params.dtype.type(0))
    code = replace(net.layers[0], activation=jump_relu(theta))
    return replace(net, layers=(code, net.layers[1]))


@dataclass(frozen=True)
class Matryoshka(Term):
    r"""The mean error of nested dictionaries: the first latents alone, more of them, all of them.

    :math:`\frac1G \sum_g \frac1N \sum_n \frac12 \|\tilde W_{:m_g} y_{n,:m_g} + \tilde b - x_n\|^2`
    (:eq:`eq-matryoshka`) :cite:p:`bussmann2025learning`, the mean over the G sizes where they take
    the sum. It stands in the place of the reconstruction: with the size of the whole code alone it
    is ``reconstruction(squared_error)``.

    >>> from ae_course import identity, reconstruction, relu
    >>> rng, net = np.random.default_rng(0), Autoencoder.folded(4, 6, hidden=relu, output=identity)
    >>> X, params = rng.normal(size=(5, 4)), net.init(rng)
    >>> whole = reconstruction(squared_error).value(net, params, X)
    >>> bool(np.isclose(matryoshka((6,)).value(net, params, X), whole))
    True
    >>> bool(matryoshka((2, 6)).value(net, params, X) == whole)
    False

    Attributes
    ----------
    sizes : tuple of int
        :math:`m_1 < m_2 < \dots`, the last being the number of latents.
    """

    sizes: tuple[int, ...]

    def __post_init__(self):
        object.__setattr__(self, "sizes", tuple(self.sizes))
        for size in self.sizes:
            check_integer("the size of a nested dictionary", size, least=1)
        if not self.sizes or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"the sizes are {self.sizes}, wanted at least one, each larger")

    def __repr__(self) -> str:
        return f"matryoshka({self.sizes})"

    def value_from(self, forward_pass):
        misses = forward_pass.once(self, lambda: self._misses(forward_pass))
        return float(np.mean([0.5 * (miss**2).sum(axis=1).mean() for miss in misses]))

    def grad_outputs(self, forward_pass):
        first, last = forward_pass.net.first, forward_pass.net.last
        W = forward_pass.params[f"W{last}"]
        blocks = zip(self._blocks(), self._weights(forward_pass), strict=True)
        return {first: np.hstack([miss @ W[:, block] for block, miss in blocks])}

    def grad_params(self, forward_pass):
        first, last = forward_pass.net.first, forward_pass.net.last
        y, weights = forward_pass.trace.y[first], self._weights(forward_pass)
        parts = [w.T @ y[:, block] for block, w in zip(self._blocks(), weights, strict=True)]
        return {f"W{last}": np.hstack(parts), f"b{last}": weights[0].sum(axis=0)}

    def _blocks(self) -> list[slice]:
        """The latents that each size adds to the one before it."""
        return [slice(*ends) for ends in zip((0, *self.sizes), self.sizes, strict=False)]

    def _weights(self, forward_pass: ForwardPass) -> list[np.ndarray]:
        """The derivative by the output, through each block: all sizes that hold it miss by it."""
        misses = forward_pass.once(self, lambda: self._misses(forward_pass))
        sums = np.cumsum(misses[::-1], axis=0)[::-1]
        return list(sums / (len(misses) * len(misses[0])))

    def _misses(self, forward_pass: ForwardPass) -> list[np.ndarray]:
        """What each of the nested dictionaries puts out, less what it should: (N, outputs)."""
        net, params, trace = forward_pass.net, forward_pass.params, forward_pass.trace
        check_two_layers(net, repr(self))
        if self.sizes[-1] != net.layers[0].units:
            raise ValueError(f"{self} ends with another size than {net.layers[0].units} latents")
        y, W = trace.y[net.first], params[f"W{net.last}"]
        parts = np.stack([y[:, block] @ W[:, block].T for block in self._blocks()])
        outputs = np.cumsum(parts, axis=0) + params[f"b{net.last}"]
        return outputs - forward_pass.wanted(squared_error)


matryoshka = Matryoshka
"""The term as it stands in an objective: ``matryoshka((16, 128))``."""


@dataclass(frozen=True)
class FrozenAuxiliaryK(AuxiliaryK):
    r"""The auxiliary error of the dead latents with :math:`\hat x` held fixed.

    The value is that of :class:`~ae_course.superposition.AuxiliaryK`, with a rectifier behind the
    choice of the largest; the gradient is that of a function in which :math:`\hat x_n` is a number
    (:eq:`eq-frozen-auxk`), as :cite:t:`gao2024scaling` have it. So it never moves what the live
    latents do, and while none is dead its gradient is 0. It is *not* the gradient of the value, and
    the gradient check says so.

    >>> from ae_course import identity, top_k
    >>> net = Autoencoder.folded(4, 6, hidden=top_k(1), output=identity)
    >>> rng = np.random.default_rng(0)
    >>> X, params = rng.normal(size=(5, 4)), net.init(rng)
    >>> asleep = frozen_auxiliary_k(k=2, patience=1, idle=(0, 0, 0, 0, 0, 9))
    >>> gradient = asleep.gradient(net, params, X)
    >>> gradient["W1"].any(axis=1).tolist()
    [False, False, False, False, False, True]
    """

    def __repr__(self) -> str:
        return f"frozen_auxiliary_k(k={self.k}, patience={self.patience})"

    def delta_out(self, forward_pass):
        """None: the output is held fixed."""
        return None

    def grad_params(self, forward_pass):
        miss, z, dead = self._parts(forward_pass)
        if not len(dead):
            return {}
        net, params, x = forward_pass.net, forward_pass.params, forward_pass.trace.input
        first, last = net.first, net.last
        delta = (miss @ params[f"W{last}"][:, dead]) * (z > 0) / len(z)
        names = f"W{first}", f"b{first}", f"W{last}"
        gradient = {name: np.zeros_like(params[name]) for name in names}
        gradient[f"W{first}"][dead] = delta.T @ x
        gradient[f"b{first}"][dead] = delta.sum(axis=0)
        gradient[f"W{last}"][:, dead] = miss.T @ z / len(z)
        return gradient

    def _helped(self, forward_pass):
        """What is missing with their help (N, D), what they put out (N, dead), and who is dead."""
        net, trace = forward_pass.net, forward_pass.trace
        check_two_layers(net, repr(self))
        u = trace.u[net.first]
        dead = np.flatnonzero(self._idle(u.shape[1]) >= self.patience)
        z = np.maximum(u[:, dead], 0)
        if self.k < len(dead):
            least = np.partition(z, -self.k, axis=1)[:, -self.k, None]
            z *= z >= least
        helped = trace.output + z @ forward_pass.params[f"W{net.last}"][:, dead].T
        return helped - forward_pass.wanted(squared_error), z, dead


frozen_auxiliary_k = FrozenAuxiliaryK
"""The term as it stands in an objective: ``squared + 1 / 32 * frozen_auxiliary_k(k=16)``."""


@dataclass(frozen=True)
class FixedDecoder:
    """An optimiser that leaves the decoder as it is: the control in which only the encoder learns.

    Attributes
    ----------
    optimizer : Optimizer
        Takes the steps.
    params : Parameters
        Say where in the vector the decoder lies.

    Examples
    --------
    >>> from ae_course import SGD
    >>> params = Parameters.of({"W1": np.ones((1, 2)), "W2": np.ones((2, 1))})
    >>> optimizer = FixedDecoder(SGD(0.5), params)
    >>> optimizer.update(params.vector, np.ones(4), optimizer.init(params.vector))
    >>> params["W1"].tolist(), params["W2"].tolist()
    ([[0.5, 0.5]], [[1.0], [1.0]])
    """

    optimizer: Optimizer
    params: Parameters

    def init(self, vector):
        """The state of the optimiser within."""
        return self.optimizer.init(vector)

    def update(self, vector, gradient, state):
        """A step of the optimiser within, and the columns go back to where they were."""
        W = self.params.like(vector)["W2"]
        kept = W.copy()
        self.optimizer.update(vector, gradient, state)
        W[...] = kept


def refit_decoder(
    params: Parameters, Y: np.ndarray, X: np.ndarray, rcond: float = 1e-10
) -> Parameters:
    r"""A copy whose decoder is the best for these codes: least squares, encoder as it was.

    Columns of latents that say the same for all samples stay as they are. It gives back what an L1
    penalty took from the sizes of codes (:eq:`eq-l1-shrink`). For a code
    that reads off one of two correlated features it puts a part of the other one into the column
    (:eq:`eq-hedging`).

    >>> X = np.array([[1.0, 0], [3.0, 0]])
    >>> params = Parameters.of({"W2": np.array([[1.0], [0.0]]), "b2": np.zeros(2)})
    >>> params = refit_decoder(params, X[:, :1] - 0.5, X)
    >>> (np.array([[0.5], [2.5]]) @ params["W2"].T + params["b2"]).round(6)
    array([[1., 0.],
           [3., 0.]])

    Parameters
    ----------
    Y : array (N, latents)
    X : array (N, outputs)
    rcond : float
        Directions of codes that vary by less than this share of the largest are left alone: a
        latent that is active for a few samples, and hardly, would get a huge column.
    """
    Y, X = as_rows(Y, name="Y"), as_rows(X, name="X")
    check_fraction("rcond", rcond)
    if len(X) != len(Y):
        raise ValueError(f"there are {len(Y)} codes for {len(X)} samples")
    check_shape("W2", params["W2"], (X.shape[1], Y.shape[1]))
    params, centre, mean = params.copy(), Y.mean(axis=0), X.mean(axis=0)
    used = np.ptp(Y, axis=0) > 0  # the deviation of equal numbers may be rounding
    params["W2"][:, used] = np.linalg.lstsq((Y - centre)[:, used], X - mean, rcond)[0].T
    params["b2"] = mean - params["W2"] @ centre
    return params
