"""A gradient is right if finite differences, which know nothing of its derivation, agree."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ae_course.checks import as_array, check_fraction, check_positive
from ae_course.objective import Objective
from ae_course.parameters import Parameters, check_is_parameters


def numerical_gradient(
    f: Callable[[Parameters], float], params: Parameters, step: float = 1e-5
) -> Parameters:
    r"""The gradient of f by central differences (:eq:`eq-central-difference`).

    :math:`\partial f/\partial w_i \approx (f(w + h e_i) - f(w - h e_i)) / 2h`, whose error is of
    order :math:`h^2`, plus rounding of order :math:`10^{-16} |f| / h`.

    >>> params = Parameters.of({"w": np.array([1.0, 2.0])})
    >>> numerical_gradient(lambda p: float(p["w"] @ p["w"]), params).vector.round(6)
    array([2., 4.])

    Parameters
    ----------
    f : callable ``params -> float``
    params : Parameters
        In float64: float32 leaves too few digits for a difference.
    step : float
        h.
    """
    check_positive("the step h", step)
    check_is_parameters(params)
    if params.dtype != np.float64:
        raise TypeError(f"the parameters are {params.dtype}, finite differences need float64")
    moved = params.copy()
    slopes = np.empty_like(moved.vector)
    for i, w in enumerate(params.vector):
        moved.vector[i] = w + step
        up = f(moved)
        moved.vector[i] = w - step
        slopes[i] = (up - f(moved)) / (2 * step)
        moved.vector[i] = w
    return params.like(slopes)


def relative_error(found: np.ndarray, wanted: np.ndarray) -> float:
    """||found - wanted|| / (||found|| + ||wanted||), from 0 to 1 (:eq:`eq-relative-error`).

    Two gradients that both vanish agree: 0. If one is not finite, it is NaN.

    >>> relative_error(np.array([1.0]), np.array([3.0]))
    0.5
    """
    found, wanted = as_array(found, "found"), as_array(wanted, "wanted")
    if found.shape != wanted.shape:
        raise ValueError(f"found shapes {found.shape} and {wanted.shape}, wanted the same")
    largest = np.max(np.abs([found, wanted]), initial=0)
    if largest == 0:
        return 0.0
    if not np.isfinite(largest):
        return np.nan
    # Brought to about 1 by a power of 2, which rounds nothing: no square is too large or too small.
    found, wanted = np.ldexp([found, wanted], -np.frexp(largest)[1])
    size = np.linalg.norm(found) + np.linalg.norm(wanted)
    return float(np.linalg.norm(found - wanted) / size)


@dataclass(frozen=True)
class GradientReport:
    """How an objective's gradient compares with finite differences.

    Attributes
    ----------
    errors : dict of str to float
        The relative error of each parameter array.
    worst : str
        The entry where the two differ most, such as ``"W2[1, 2]"``.
    found, wanted : float
        The gradient there, and the finite difference.
    """

    errors: dict[str, float]
    worst: str
    found: float
    wanted: float

    @property
    def error(self) -> float:
        """The largest of the relative errors."""
        return float(np.max(list(self.errors.values())))  # unlike max, it does not lose a NaN


def compare_gradients(found: Parameters, wanted: Parameters) -> GradientReport:
    """Compare two gradients with the same names and shapes, array by array.

    >>> found, wanted = (Parameters.of({"w": np.array([1.0, x])}) for x in (2.0, 2.5))
    >>> compare_gradients(found, wanted).worst
    'w[1]'
    """
    if list(found) != list(wanted):
        raise ValueError(f"found has the arrays {', '.join(found)}, wanted {', '.join(wanted)}")
    errors = {name: relative_error(found[name], wanted[name]) for name in found}
    worst = int(np.abs(found.vector - wanted.vector).argmax())
    return GradientReport(
        errors,
        found.where(worst),
        float(found.vector[worst]),
        float(wanted.vector[worst]),
    )


def check_gradient(
    net,
    objective: Objective,
    params: Parameters,
    X: np.ndarray,
    target: np.ndarray | None = None,
    *,
    step: float = 1e-5,
    tolerance: float = 1e-6,
) -> GradientReport:
    """Compare an objective's gradient with finite differences of its value.

    >>> from ae_course import Autoencoder, reconstruction, squared_error
    >>> rng, net = np.random.default_rng(0), Autoencoder.folded(4, 2)
    >>> J = reconstruction(squared_error)
    >>> check_gradient(net, J, net.init(rng), rng.random((5, 4))).error < 1e-6
    True

    Use it on a small network and few samples: it evaluates J twice for every parameter. And use it
    at a random start: near a minimum the gradient is so small that rounding hides it.

    Returns
    -------
    GradientReport

    Raises
    ------
    AssertionError
        The relative error of an array is above `tolerance`. The message names the entry that is
        most wrong, what the gradient says there and what it should be; or that finite differences
        are too rough to tell, as for samples in the thousands.
    """
    check_fraction("tolerance", tolerance)

    def value(moved):
        return objective.value(net, moved, X, target)

    found = objective.gradient(net, params, X, target)
    wanted = numerical_gradient(value, params, step)
    report = compare_gradients(found, wanted)
    if report.error <= tolerance:
        return report
    told = (
        f"relative error {report.error:.1e}, wanted at most {tolerance:.0e}; worst at"
        f" {report.worst}, where it is {report.found:.9g} and finite differences give"
        f" {report.wanted:.9g}"
    )
    wrong = [name for name, error in report.errors.items() if not error <= tolerance]
    half = numerical_gradient(value, params, step / 2)
    rounding = np.finfo(float).eps * abs(value(params)) / step
    if all(_is_rough(found[name], wanted[name], half[name], rounding) for name in wrong):
        raise AssertionError(
            f"finite differences are too rough for the gradient of {objective}: {told}, but"
            f" rounding, or half the step, changes them as much in {', '.join(wrong)}. Bring X to"
            " about 1, and start away from minima and from kinks such as a rectifier's"
        )
    raise AssertionError(f"the gradient of {objective} is wrong: {told}")


def _is_rough(found, wanted, half, rounding: float) -> bool:
    """Whether what differs is hardly more than what the step, or rounding of the value, does."""
    noise = np.linalg.norm(wanted - half) + rounding * wanted.size**0.5
    return bool(np.linalg.norm(found - wanted) <= 10 * noise)
