"""A sparse code uses few of its units; a penalty on their mean activation asks for one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np

from ae_course.checks import check_fraction
from ae_course.objective import Objective, Pass, Term


def kl_divergence(rho: float, rho_hat: np.ndarray) -> np.ndarray:
    r"""The divergence of a coin that shows heads with rho_hat from one with rho, in nats.

    :math:`\mathrm{KL}(\rho \| \hat\rho) = \rho \log \frac{\rho}{\hat\rho}
    + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho}`, elementwise, for both in (0, 1). It is what a
    pixel's cross-entropy adds to the entropy of its target (:eq:`eq-kl-split`).
    """
    return rho * np.log(rho / rho_hat) + (1 - rho) * np.log((1 - rho) / (1 - rho_hat))


def kl_slope(rho: float, rho_hat: np.ndarray) -> np.ndarray:
    r"""The derivative by rho_hat, :math:`s = -\rho/\hat\rho + (1-\rho)/(1-\hat\rho)`."""
    return (1 - rho) / (1 - rho_hat) - rho / rho_hat


@dataclass(frozen=True)
class KLSparsity(Term):
    r"""The sparse penalty :math:`\sum_j \mathrm{KL}(\rho \| \hat\rho_j)` of one layer.

    :math:`\hat\rho_j` is unit j's mean output over the samples of the batch.

    Attributes
    ----------
    rho : float
        The mean activation wished for, between 0 and 1.
    layer : int
        The layer whose outputs are to be sparse; 1 is the code of a one-hidden-layer autoencoder.

    Raises
    ------
    ValueError
        rho is not in (0, 1); or, when it is evaluated, a unit's mean output is not.
    """

    rho: float
    layer: int = 1

    def __post_init__(self):
        if not (isinstance(self.rho, Real) and 0 < self.rho < 1):
            raise ValueError(f"rho is {self.rho!r}, wanted a number between 0 and 1")

    def __repr__(self) -> str:
        return f"kl_sparsity(rho={self.rho:g}, layer={self.layer})"

    def value(self, seen, room):
        return float(kl_divergence(self.rho, self.mean_activation(seen)).sum())

    def at_y(self, seen):
        """The slope s of every unit, which f' then multiplies (:eq:`eq-penalty-delta`)."""
        # rho_hat is a mean, so that N times its derivative by y_n is 1.
        return {self.layer: kl_slope(self.rho, self.mean_activation(seen))}

    def mean_activation(self, seen: Pass) -> np.ndarray:
        """rho_hat of every unit of the layer, shape (units,)."""
        if self.layer not in seen.trace.u or self.layer == seen.net.last:
            raise ValueError(
                f"{self} is for a hidden layer, of which there are {len(seen.net) - 1}"
            )
        rho_hat = self.average(seen.trace.y[self.layer].mean(axis=0))
        if rho_hat.min() <= 0 or rho_hat.max() >= 1:
            raise ValueError(
                f"mean activations run from {rho_hat.min():g} to {rho_hat.max():g}; the KL penalty"
                " is defined between 0 and 1 only, as logistic units give"
            )
        return rho_hat

    def average(self, batch: np.ndarray) -> np.ndarray:
        """The mean activations, given those of the batch: the same."""
        return batch


@dataclass(frozen=True, repr=False)
class RunningKLSparsity(KLSparsity):
    r"""The sparse penalty on a running estimate of the mean activations.

    :math:`\hat\rho^{(t)} = \alpha \hat\rho^{(t-1)} + (1 - \alpha) \hat\rho_\mathcal{B}`
    (:eq:`eq-running-estimate`), in which only the last summand depends on the parameters of step
    t. The gradient is exact: it carries the factor 1 - alpha (:eq:`eq-running-delta`). With the
    mean of a small batch alone the penalty would be too large on average (:eq:`eq-kl-jensen`).
    The estimate forgets its start as :eq:`eq-running-sum` says, and trades noise for lag
    (:eq:`eq-running-noise`, :eq:`eq-running-lag`).

    Attributes
    ----------
    rho, layer
        As for :class:`KLSparsity`.
    alpha : float
        The weight of the batches before, from 0 up to, not including, 1.
    estimate : tuple of float, or None
        rho_hat of every unit as the batches before left it; None before the first batch, whose
        own mean is then the estimate.

    Raises
    ------
    ValueError
        As for :class:`KLSparsity`; or alpha is out of range, or the estimate is not one number for
        each unit.
    """

    alpha: float = 0.9
    estimate: tuple[float, ...] | None = None

    def __post_init__(self):
        super().__post_init__()
        check_fraction("alpha", self.alpha)

    def __repr__(self) -> str:
        settings = f"rho={self.rho:g}, alpha={self.alpha:g}, layer={self.layer}"
        return f"running_kl_sparsity({settings})"

    def at_y(self, seen):
        """The slope s times 1 - alpha, the share of this batch (:eq:`eq-running-delta`)."""
        share = 1 if self.estimate is None else 1 - self.alpha
        return {l: share * slope for l, slope in super().at_y(seen).items()}

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

    def after(self, seen):
        return replace(self, estimate=tuple(self.mean_activation(seen).tolist()))


def kl_sparsity(rho: float, layer: int = 1) -> Objective:
    """The sparse penalty on a layer's mean activations, see :class:`KLSparsity`."""
    return Objective.of(KLSparsity(rho, layer))


def running_kl_sparsity(
    rho: float, alpha: float, layer: int = 1, estimate: Sequence[float] | None = None
) -> Objective:
    """The sparse penalty on a running estimate of the means, see :class:`RunningKLSparsity`.

    It starts from the mean of the first batch, unless an estimate is given.
    """
    start = None if estimate is None else tuple(map(float, estimate))
    return Objective.of(RunningKLSparsity(rho, layer, alpha, start))
