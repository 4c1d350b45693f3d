"""A sparse code uses few of its units: penalties that ask for one, and measures that tell."""

from dataclasses import dataclass, replace

import numpy as np

from ae_course.checks import as_array, as_finite, as_floats, check_fraction, check_not_negative
from ae_course.objective import ForwardPass, Term


def kl_divergence(rho: float, rho_hat: np.ndarray) -> np.ndarray:
    r"""The divergence of a coin that shows heads with rho_hat from one with rho, in nats.

    >>> kl_divergence(0.5, np.array([0.5, 0.25])).round(4)
    array([0.    , 0.1438])

    :math:`\mathrm{KL}(\rho \| \hat\rho) = \rho \log \frac{\rho}{\hat\rho}
    + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho}`, elementwise, for both in (0, 1)
    (:eq:`eq-kl-penalty`). Near rho it is a parabola (:eq:`eq-kl-parabola`). It is what a pixel's
    cross-entropy adds to the entropy of its target (:eq:`eq-kl-split`).
    """
    rho_hat = as_array(rho_hat, "rho_hat")
    return rho * np.log(rho / rho_hat) + (1 - rho) * np.log((1 - rho) / (1 - rho_hat))


def kl_slope(rho: float, rho_hat: np.ndarray) -> np.ndarray:
    r"""The derivative by rho_hat, :math:`s = -\rho/\hat\rho + (1-\rho)/(1-\hat\rho)`
    (:eq:`eq-kl-slope`).

    It grows with rho_hat everywhere (:eq:`eq-kl-curvature`): the divergence is convex.

    >>> kl_slope(0.5, np.array([0.5, 0.25])).round(4).tolist()
    [0.0, -1.3333]
    """
    rho_hat = as_array(rho_hat, "rho_hat")
    return (1 - rho) / (1 - rho_hat) - rho / rho_hat


def hidden_outputs(term: Term, forward_pass: ForwardPass) -> np.ndarray:
    """The outputs (N, units) of the layer that a sparse term is about."""
    if term.layer not in forward_pass.trace.u or term.layer == forward_pass.net.last:
        raise ValueError(
            f"{term} is for a hidden layer, of which there are {len(forward_pass.net) - 1}"
        )
    return forward_pass.trace.y[term.layer]


class MeanActivationPenalty(Term):
    """What the sparse penalties share; each has a rho, a layer and its own mean activations."""

    def __post_init__(self):
        check_fraction("rho", self.rho, zero=False)

    def value_from(self, forward_pass):
        return float(kl_divergence(self.rho, self.mean_activation(forward_pass)).sum())

    def grad_outputs(self, forward_pass):
        """The slope s of every unit over N, which f' then multiplies (:eq:`eq-penalty-delta`)."""
        N = len(forward_pass.trace.output)  # rho_hat is a mean: its derivative by y_n is 1 / N
        return {self.layer: kl_slope(self.rho, self.mean_activation(forward_pass)) / N}

    def mean_activation(self, forward_pass: ForwardPass) -> np.ndarray:
        """rho_hat of every unit of the layer, shape (units,)."""
        return forward_pass.once(self, lambda: self._mean_activation(forward_pass))

    def _mean_activation(self, forward_pass):
        rho_hat = self.average(hidden_outputs(self, forward_pass).mean(axis=0))
        if rho_hat.min() <= 0 or rho_hat.max() >= 1:
            raise ValueError(
                f"mean activations run from {rho_hat.min():g} to {rho_hat.max():g}; the KL penalty"
                " is defined between 0 and 1 only, as logistic units give until they saturate"
            )
        return rho_hat

    def average(self, batch: np.ndarray) -> np.ndarray:
        """The mean activations, given those of the batch: the same."""
        return batch


@dataclass(frozen=True)
class KLSparsity(MeanActivationPenalty):
    r"""The sparse penalty :math:`\sum_j \mathrm{KL}(\rho \| \hat\rho_j)` of one layer
    (:eq:`eq-sparse-objective`).

    :math:`\hat\rho_j` is unit j's mean output over the samples of the batch
    (:eq:`eq-mean-activation`). Every sample's derivative by :math:`y_j` gets the same summand, the
    slope :math:`s_j` (:eq:`eq-sparse-pull`). A dense code of logistic units can make the penalty as
    small as you like, if nothing keeps the weights of the decoder small
    (:eq:`eq-linear-regime`): use it with weight decay.

    >>> from ae_course import Autoencoder
    >>> net, X = Autoencoder.folded(4, 3), np.zeros((5, 4))  # three units at 1/2
    >>> round(kl_sparsity(rho=0.25).value(net, net.init(np.random.default_rng(0)), X), 3)
    0.392

    Attributes
    ----------
    rho : float
        The mean activation wished for, between 0 and 1.
    layer : int
        The layer whose outputs are to be sparse; 1 is the code of a one-hidden-layer autoencoder.

    Raises
    ------
    ValueError
        rho is not in (0, 1); or, when it is evaluated, a unit's mean output is not, or the layer
        is not a hidden one.
    """

    rho: float
    layer: int = 1

    def __repr__(self) -> str:
        return f"kl_sparsity(rho={self.rho:g}, layer={self.layer!r})"


@dataclass(frozen=True, repr=False)
class RunningKLSparsity(MeanActivationPenalty):
    r"""The sparse penalty on a running estimate of the mean activations.

    :math:`\hat\rho^{(t)} = \alpha \hat\rho^{(t-1)} + (1 - \alpha) \hat\rho_\mathcal{B}`
    (:eq:`eq-running-estimate`), in which only the last summand depends on the parameters of step
    t. The gradient is exact: it carries the factor 1 - alpha (:eq:`eq-running-delta`), or 1 in the
    first step if no estimate was given. With the mean of a small batch alone the penalty would be
    too large on average (:eq:`eq-kl-jensen`). The estimate forgets its start as
    :eq:`eq-running-sum` says, and trades noise for lag
    (:eq:`eq-running-noise`, :eq:`eq-running-lag`).

    >>> running_kl_sparsity(rho=0.1, alpha=0.9, estimate=(0.5,)).average(np.array([0.1])).round(6)
    array([0.46])

    Attributes
    ----------
    rho, layer
        As for :class:`KLSparsity`.
    alpha : float
        The weight of the batches before, from 0 up to, not including, 1.
    estimate : sequence of float, or None
        rho_hat of every unit as the batches before left it; None before the first batch, whose
        own mean is then the estimate.

    Raises
    ------
    ValueError
        As for :class:`KLSparsity`; or alpha is out of range, or the estimate is not one number for
        each unit.
    """

    rho: float
    alpha: float
    layer: int = 1
    estimate: tuple[float, ...] | None = None

    def __post_init__(self):
        super().__post_init__()
        check_fraction("alpha", self.alpha)
        if self.estimate is not None:  # an array could change, and not be compared
            object.__setattr__(self, "estimate", tuple(map(float, self.estimate)))

    def __repr__(self) -> str:
        settings = f"rho={self.rho:g}, alpha={self.alpha:g}, layer={self.layer!r}"
        return f"running_kl_sparsity({settings})"

    def grad_outputs(self, forward_pass):
        """The slope s / N times 1 - alpha, the share of this batch (:eq:`eq-running-delta`).

        Without an estimate the share is 1.
        """
        share = 1 if self.estimate is None else 1 - self.alpha
        return {l: share * slope for l, slope in super().grad_outputs(forward_pass).items()}

    def average(self, batch):
        """alpha times the estimate so far, plus 1 - alpha times the mean of the batch
        (:eq:`eq-running-estimate`)."""
        if self.estimate is None:
            return batch
        if len(self.estimate) != len(batch):
            raise ValueError(
                f"the estimate has {len(self.estimate)} numbers, layer {self.layer} has"
                f" {len(batch)} units"
            )
        return self.alpha * np.array(self.estimate, batch.dtype) + (1 - self.alpha) * batch

    def next_state(self, forward_pass):
        return replace(self, estimate=tuple(self.mean_activation(forward_pass).tolist()))


kl_sparsity = KLSparsity
"""The sparse penalty as it stands in an objective: ``3.0 * kl_sparsity(rho=0.05)``."""

running_kl_sparsity = RunningKLSparsity
"""The same on a running estimate: ``3.0 * running_kl_sparsity(rho=0.05, alpha=0.9)``."""


@dataclass(frozen=True)
class L1Sparsity(Term):
    r"""The mean over the samples of :math:`\sum_j |y_j|`, for one layer (:eq:`eq-l1`).

    Its derivative by an output is the sign of that output; at 0 there is a kink, and 0 is taken
    from the subgradients (:eq:`eq-l1-subgradient`). As a prior belief about codes it is Laplace's
    (:eq:`eq-laplace`). Scaling a layer's outputs down lowers it at no cost, if nothing keeps the
    weights above from growing (:eq:`eq-scaling`): use it with weight decay.

    >>> from ae_course import Autoencoder
    >>> net, X = Autoencoder.folded(4, 3), np.zeros((5, 4))  # three units at 1/2
    >>> l1_sparsity().value(net, net.init(np.random.default_rng(0)), X)
    1.5

    Attributes
    ----------
    layer : int
        The layer whose outputs are to be sparse; 1 is the code of a one-hidden-layer autoencoder.

    Raises
    ------
    ValueError
        When it is evaluated: the layer is not a hidden one.
    """

    layer: int = 1

    def __repr__(self) -> str:
        return f"l1_sparsity(layer={self.layer!r})"

    def value_from(self, forward_pass):
        return float(np.abs(hidden_outputs(self, forward_pass)).sum(axis=1).mean())

    def grad_outputs(self, forward_pass):
        y = hidden_outputs(self, forward_pass)
        return {self.layer: np.sign(y) / len(y)}


l1_sparsity = L1Sparsity
"""The penalty on absolute outputs as it stands in an objective: ``0.1 * l1_sparsity()``."""


def soft_threshold(a: np.ndarray, beta: float) -> np.ndarray:
    r"""Move every number towards 0 by beta, and to 0 those that are nearer to it than that.

    >>> soft_threshold(np.array([-3.0, 0.5, 2.0]), 1.0).tolist()
    [-2.0, 0.0, 1.0]

    :math:`\operatorname{sign}(a) \max(|a| - \beta, 0)`, elementwise (:eq:`eq-soft-threshold`): the
    code y which minimises :math:`\frac12 \|\tilde W y - x\|^2 + \beta \sum_j |y_j|` where the
    columns of :math:`\tilde W` are orthonormal and :math:`a = \tilde W^\top x`.
    """
    check_not_negative("beta", beta)
    a = as_floats(a, "a")
    return np.sign(a) * np.maximum(np.abs(a) - beta, 0)


def population_sparsity(Y: np.ndarray) -> np.ndarray:
    r"""How few of the units each sample uses, from 0 for all alike to 1 for a single one.

    >>> population_sparsity(np.array([[1.0, 1, 1, 1], [1, 1, 0, 0], [0, 5, 0, 0]])).round(4)
    array([0.    , 0.6667, 1.    ])

    :math:`(1 - \operatorname{share}(y_n)) / (1 - 1/D)` (:eq:`eq-population-sparsity`) with
    :math:`\operatorname{share}(y_n) = (\frac1D \sum_j |y_{nj}|)^2 / \frac1D \sum_j y_{nj}^2`
    (:eq:`eq-activity-share`), the activity ratio of :cite:t:`treves1991what`, rescaled as by
    :cite:t:`vinje2000sparse`. A Gaussian code has 0.36, a rectified one 0.68.

    Parameters
    ----------
    Y : array (N, D)
        Codes as rows.

    Returns
    -------
    array (N,) of float64
        NaN for a sample that uses no unit at all.
    """
    return 1 - _spread(_codes(Y, 1, "units"))


def lifetime_sparsity(Y: np.ndarray) -> np.ndarray:
    r"""How few of the samples use each unit, from 0 for all alike to 1 for a single one.

    The same measure along the other axis: over the samples of one unit
    (:eq:`eq-lifetime-sparsity`). Outputs between 0 and 1 with a given mean have at most
    :math:`(1 - \hat\rho) / (1 - 1/N)`, and only if all are 0 or 1 (:eq:`eq-contrast`).

    Parameters
    ----------
    Y : array (N, D)
        Codes as rows.

    Returns
    -------
    array (D,) of float64
        NaN for a unit that no sample uses.

    Examples
    --------
    >>> lifetime_sparsity(np.array([[1.0, 1.0], [1.0, 0.0]])).tolist()
    [0.0, 1.0]
    """
    return 1 - _spread(_codes(Y, 0, "samples").T)


def dead_fraction(Y: np.ndarray) -> float:
    """The share of the units whose output is exactly 0 for every sample of the codes Y (N, D).

    >>> dead_fraction(np.array([[0.0, 1.0], [0.0, 0.0]]))
    0.5

    Logistic units are never dead in this sense, even if they say the same for every sample: to see
    that, look at :func:`lifetime_sparsity` or at the largest output of each unit.
    """
    return float(np.mean(~_codes(Y, 1, "units", least=1).any(axis=0)))


def _spread(rows: np.ndarray) -> np.ndarray:
    # (D a - 1) / (D - 1), from 0 for a single entry to 1 for equal ones; 0 / 0 for an empty row.
    # Rounding must not lead out of this range.
    sizes = np.abs(rows)
    top = sizes.max(axis=1, keepdims=True)
    np.divide(sizes, top, out=sizes, where=top > 0)  # or squares of tiny numbers would be 0
    squares = np.einsum("nd,nd->n", sizes, sizes)
    D, ratio = rows.shape[1], np.full(len(rows), np.nan)
    np.divide(sizes.sum(axis=1) ** 2, squares, out=ratio, where=squares > 0)
    return np.clip((ratio - 1) / (D - 1), 0, 1)


def _codes(Y: np.ndarray, axis: int, what: str, least: int = 2) -> np.ndarray:
    Y = as_finite(Y, "Y")
    if Y.shape[axis] < least:
        raise ValueError(f"Y has {Y.shape[axis]} {what}, wanted {least} or more")
    return Y.astype(np.float64, copy=False)
