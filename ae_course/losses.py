r"""A loss measures, sample by sample, how far a network's output is from its target.

Each loss is matched with the output unit for which the delta of the output layer is just
output minus target, :math:`\delta = \hat x - x` (:eq:`eq-delta-out`). Where that unit's outputs
could round to 0 or 1, the loss is computed from the net input u, so that it stays finite and
accurate.
"""

from dataclasses import dataclass

import numpy as np

from ae_course.activations import Activation, identity, logistic, softmax
from ae_course.checks import as_labels, as_rows, check_fractions
from ae_course.workspace import Allocate, allocate, blocks


@dataclass(frozen=True)
class Loss:
    """The error e_n of a sample, as a function of the output layer's u and y and the target t.

    Attributes
    ----------
    unit : Activation
        The output unit the loss is matched with.

    Examples
    --------
    >>> u, y, t = np.array([[0.0, 2.0]]), np.array([[0.0, 2.0]]), np.array([[1.0, 0.0]])
    >>> squared_error.errors(u, y, t).tolist(), squared_error.delta(identity, u, y, t).tolist()
    ([2.5], [[-1.0, 2.0]])
    >>> cross_entropy.errors(u, logistic(u), t).round(3).tolist()  # log 2, and log(1 + e^2)
    [2.82]
    >>> softmax_cross_entropy.errors(u, softmax(u), t).round(3).tolist()  # log(1 + e^2)
    [2.127]
    """

    unit: Activation

    def check_unit(self, unit: Activation) -> None:
        """Raise ValueError if the loss is not defined for such output units."""
        if unit != self.unit:
            raise ValueError(f"{self} needs {self.unit} output units, this network's are {unit}")

    def encode(
        self, target: np.ndarray, units: int, dtype: np.dtype, workspace: Allocate
    ) -> np.ndarray:
        """Return the target as an array (N, units) in the network's dtype, checked."""
        t = as_rows(target, units, dtype, workspace, name="target")
        self.check_target(t)
        return t

    def check_target(self, t: np.ndarray) -> None:
        """Raise ValueError if there are numbers among the targets t that the loss does not take."""

    def wanted(self, trace, target: np.ndarray | None, workspace: Allocate) -> np.ndarray:
        """The target of a forward pass, or else its input, encoded."""
        x, y = trace.input, trace.output
        if target is None and x.shape == y.shape and type(self).encode is Loss.encode:
            self.check_target(x)  # the rest was checked when it came in
            return x
        t = self.encode(x if target is None else target, y.shape[1], y.dtype, workspace)
        if len(t) != len(y):
            raise ValueError(f"there are {len(t)} targets for {len(y)} samples")
        return t

    def errors(self, u: np.ndarray, y: np.ndarray, t: np.ndarray) -> np.ndarray:
        """The error e_n of every sample, shape (N,)."""
        raise NotImplementedError

    def delta(
        self,
        unit: Activation,
        u: np.ndarray,
        y: np.ndarray,
        t: np.ndarray,
        workspace: Allocate = allocate,
    ) -> np.ndarray:
        """The delta of the output layer, y - t, shape (N, units) (:eq:`eq-delta-out`)."""
        return np.subtract(y, t, out=workspace("delta_out", y.shape, y.dtype))


@dataclass(frozen=True, repr=False)
class SquaredError(Loss):
    r"""Half the squared distance, e = 1/2 ||y - t||^2 (:eq:`eq-squared-error`).

    Matched with identity units. With other units f the delta gains the factor f'(u):
    :math:`\delta = (y - t) f'(u)` (:eq:`eq-delta-out-chain`).
    """

    unit: Activation = identity

    def __repr__(self) -> str:
        return "squared_error"

    def check_unit(self, unit: Activation) -> None:
        if unit == softmax:
            super().check_unit(unit)

    def errors(self, u, y, t):
        difference = y - t
        return 0.5 * np.vecdot(difference, difference)

    def delta(self, unit, u, y, t, workspace=allocate):
        delta = super().delta(unit, u, y, t, workspace)
        if unit != identity:
            delta *= unit.derivative(u, y)
        return delta


@dataclass(frozen=True, repr=False)
class CrossEntropy(Loss):
    r"""The cross-entropy of independent binary outputs, for targets in [0, 1], in nats.

    :math:`e = -\sum_d [t_d \log y_d + (1 - t_d) \log(1 - y_d)]` (:eq:`eq-cross-entropy`), computed
    from u (:eq:`eq-cross-entropy-logits`). For grey targets its least value is not 0 but their
    entropy (:eq:`eq-entropy-floor`).
    """

    unit: Activation = logistic

    def __repr__(self) -> str:
        return "cross_entropy"

    def check_target(self, t):
        check_fractions("cross_entropy takes targets", t)

    def errors(self, u, y, t):
        # log(1 + e^-|u|) is -log of the larger of y and 1 - y, which never is near 0.
        t = np.ascontiguousarray(t)  # or the products would round otherwise
        ones = np.ones(u.shape[1], u.dtype)  # a product with them is the quickest sum
        parts = [
            np.clip(u, 0, np.inf) @ ones - np.vecdot(t, u) - np.log(np.maximum(y, 1 - y)) @ ones
            for u, y, t in blocks(u, y, t)
        ]
        return np.concatenate(parts)


@dataclass(frozen=True, repr=False)
class SoftmaxCrossEntropy(Loss):
    r"""The negative log-probability of the right class, :math:`e = -\log y_c`, in nats.

    :math:`e = \log \sum_k \mathrm{e}^{u_k} - u_c` (:eq:`eq-softmax-cross-entropy`), and the delta
    of the output layer is once more y - t (:eq:`eq-softmax-delta`), t being 1 for the right class.
    Targets are class numbers 0 to K - 1, shape (N,), for K softmax output units.
    """

    unit: Activation = softmax

    def __repr__(self) -> str:
        return "softmax_cross_entropy"

    def encode(self, target, units, dtype, workspace):
        labels = as_labels(target)
        if labels.size and (labels.min() < 0 or labels.max() >= units):
            raise ValueError(
                f"labels run from {labels.min()} to {labels.max()},"
                f" wanted 0 to {units - 1}, as there are {units} output units"
            )
        t = workspace("target", (len(labels), units), dtype)
        t[...] = labels[:, None] == np.arange(units)
        return t

    def errors(self, u, y, t):
        peak = u.max(axis=1)
        return peak + np.log(np.exp(u - peak[:, None]).sum(axis=1)) - (t * u).sum(axis=1)


squared_error = SquaredError()
"""The loss for real-valued data (:eq:`eq-squared-error`)."""

cross_entropy = CrossEntropy()
"""The loss for data between 0 and 1 (:eq:`eq-cross-entropy`)."""

softmax_cross_entropy = SoftmaxCrossEntropy()
"""The loss for class labels (:eq:`eq-softmax-cross-entropy`, :eq:`eq-softmax-delta`)."""


def entropy(X: np.ndarray) -> np.ndarray:
    r"""The least cross-entropy any reconstruction of each row of X can have, in nats.

    :math:`H(x) = -\sum_d [x_d \log x_d + (1 - x_d) \log(1 - x_d)]`, reached only by
    :math:`\hat x = x` (:eq:`eq-entropy-floor`). It is zero for binary data alone.

    Parameters
    ----------
    X : array (N, D)
        Values from 0 to 1, or uint8.

    Returns
    -------
    array (N,) of float64

    Examples
    --------
    >>> entropy([[0, 1], [0.5, 0.5]]).round(3).tolist()
    [0.0, 1.386]
    """
    x = as_rows(X)
    check_fractions("entropy takes values", x)
    terms = np.zeros((2, *x.shape))
    for term, p in zip(terms, (x, 1 - x), strict=True):
        np.log(p, out=term, where=p > 0)  # 0 log 0 is 0
        term *= -p
    return terms.sum(axis=(0, 2))
