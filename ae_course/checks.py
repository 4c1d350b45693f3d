"""A mistake is told where it is made: what was found, and what was wanted."""

import warnings
from numbers import Real

import numpy as np

from ae_course.workspace import Allocate, allocate


def as_array(a, name: str) -> np.ndarray:
    """Return `a` as an array of real numbers: the gate by which every array comes in.

    Lists, data frames and whatever else can become an array of numbers pass. A masked array passes
    if nothing in it is masked: what lies behind a mask is anybody's guess.

    >>> as_array([[1, 2], [3, 4]], "X")
    array([[1, 2],
           [3, 4]])

    Raises
    ------
    TypeError
        It does not hold real numbers; of a data frame the message names the columns.
    ValueError
        Some of its numbers are masked, or its rows differ in length.
    """
    if type(a) is np.ndarray and a.dtype.kind in "buif":
        return a
    if hasattr(a, "to_numpy") and not hasattr(a, "__array__"):
        a = a.to_numpy()
    try:
        found = a if masked(a) else np.asanyarray(a)
    except ValueError as problem:
        raise ValueError(f"{name} has rows of different lengths, wanted one array") from problem
    if masked(found):
        raise ValueError(
            f"{name} has masked numbers, wanted all of them: leave their rows out, or fill them,"
            f" such as by {name}.filled(0)"
        )
    if found.dtype == object and hasattr(a, "columns"):
        found = _from_columns(a, name)
    if found.dtype.kind not in "buif":
        what = type(a).__name__ if found.dtype == object and not found.ndim else found.dtype
        raise TypeError(f"{name} holds {what}, wanted real numbers")
    return np.asarray(found)


def as_floats(a, name: str) -> np.ndarray:
    """Return `a` as an array in single or double precision, in the one that it has.

    All else becomes float64: squares and differences of int8 wrap around, of float16 overflow, and
    bool has none.

    >>> as_floats(np.array([100], np.int8), "a") ** 2
    array([10000.])

    Raises
    ------
    TypeError, ValueError
        As for :func:`as_array`.
    """
    a = as_array(a, name)
    return a if a.dtype in (np.float32, np.float64) else a.astype(float)


def as_finite(X, name: str, columns: int | None = None, taker: str = "network") -> np.ndarray:
    """Return X as a matrix of finite numbers, see :func:`as_matrix` and :func:`as_floats`."""
    X = as_floats(as_matrix(X, name, columns, taker), name)
    check_finite(X, name)
    return X


def masked(a) -> bool:
    """Whether any number is masked, in an array or in a list of them."""
    # NumPy forgets the masks of what stands in a list.
    if isinstance(a, list | tuple):
        return any(map(masked, a))
    return isinstance(a, np.ma.MaskedArray) and np.ma.is_masked(a)


def _from_columns(frame, name: str) -> np.ndarray:
    """The numbers of a data frame whose columns are of several kinds."""
    columns = {column: np.asarray(frame[column]) for column in frame.columns}
    text = {c: a.dtype for c, a in columns.items() if a.dtype.kind not in "buif" or a.ndim > 1}
    if text:  # or two columns under one name
        listed = ", ".join(f"{column!r} ({dtype})" for column, dtype in text.items())
        raise TypeError(f"{name} has columns that hold no real numbers: {listed}; leave them out")
    return np.column_stack(list(columns.values()))


def as_matrix(X, name: str, columns: int | None = None, taker: str = "network") -> np.ndarray:
    """Return X as an array with rows and columns of real numbers, at least one of each.

    Raises
    ------
    TypeError, ValueError
        As for :func:`as_array`; or it has another shape, or not as many columns as the taker takes.
    """
    X = as_array(X, name)
    if X.ndim != 2:
        raise ValueError(f"{name} has shape {X.shape}, wanted (samples, columns)")
    if X.size == 0:
        raise ValueError(f"{name} is empty: its shape is {X.shape}")
    if columns not in (None, X.shape[1]):
        raise ValueError(f"{name} has {X.shape[1]} columns, the {taker} takes {columns}")
    return X


def as_rows(
    X,
    columns: int | None = None,
    dtype: np.dtype = np.dtype(float),  # noqa: B008 (a dtype does not change)
    workspace: Allocate = allocate,
    name: str = "X",
    taker: str = "network",
) -> np.ndarray:
    """Return the samples X as an array (N, columns) of finite numbers of the given dtype.

    Grey values stored as uint8 (0 to 255) are read as intensities 0 to 1; any other numbers keep
    their value. An array that already has the dtype is returned as it is, not copied.

    >>> as_rows(np.array([[0, 51, 255]], np.uint8))
    array([[0. , 0.2, 1. ]])

    Raises
    ------
    TypeError, ValueError
        As for :func:`as_matrix`; or X holds NaN or infinity.

    Warns
    -----
    UserWarning
        X is uint8 and looks like anything but grey values, see :func:`check_grey`.
    """
    X = as_matrix(X, name, columns, taker)
    check_grey(X, name)
    if X.dtype == dtype:
        check_finite(X, name)
    return as_intensities(X, dtype, workspace, name)


def as_intensities(X: np.ndarray, dtype: np.dtype, workspace: Allocate, name: str) -> np.ndarray:
    """The conversion of :func:`as_rows`, for a part of samples that were checked as a whole."""
    if X.dtype == np.uint8:
        intensities = workspace(name, X.shape, dtype)
        intensities[...] = X
        intensities /= 255
        return intensities
    if X.dtype == dtype:
        return X
    with np.errstate(over="ignore"):  # a number too large for float32 becomes infinite: see below
        X = X.astype(dtype)
    check_finite(X, name)
    return X


def check_grey(X: np.ndarray, name: str) -> None:
    """Warn if X is uint8 and its largest number is below 32: grey values are hardly that dark.

    Masks of 0 and 1 and digits from 0 to 16 are stored so too, and would be divided by 255.
    """
    largest = X.max() if X.dtype == np.uint8 else 0
    if 0 < largest < 32:
        warnings.warn(
            f"{name} is uint8 with numbers up to {largest}, and uint8 is read as grey values, 255"
            f" as 1: if these are none, write {name}.astype(float), otherwise {name} / 255",
            stacklevel=2,
        )


def as_number(value, name: str) -> float:
    """Return a number as a float; raise TypeError if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {value!r}, wanted a number") from None


def as_labels(labels, count: int | None = None) -> np.ndarray:
    """Return labels as an array (N,) of whole numbers, N being the count, if that is given."""
    labels = as_array(labels, "labels")
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or count not in (None, len(labels)):
        samples = "sample" if count is None else f"of {count} samples"
        raise ValueError(
            f"labels have shape {labels.shape} and dtype {labels.dtype},"
            f" wanted one whole number for each {samples}"
        )
    return labels


def square_matrix(A, name: str, wanted: str = "a square matrix") -> np.ndarray:
    """Return A as an array if it is a square matrix of finite real numbers; raise if it is not."""
    A = as_array(A, name)
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"{name} has shape {A.shape}, wanted {wanted}")
    return as_finite(A, name)


def covariance_matrix(Phi, name: str = "Phi") -> np.ndarray:
    r"""Return Phi as an array if it is square and symmetric, up to rounding.

    Rounding is small beside the standard deviations of the two variables that an entry is about,
    :math:`\sqrt{\Phi_{ii} \Phi_{jj}}`, or beside the largest entry of all.
    """
    Phi = square_matrix(Phi, name, wanted="a square covariance matrix")
    eps = np.finfo(np.result_type(Phi, np.float32)).eps
    deviation = np.sqrt(np.abs(np.diag(Phi)).astype(float))
    rounding = np.sqrt(eps) * np.outer(deviation, deviation)
    defect = np.abs(Phi - Phi.T) - np.maximum(rounding, 10 * len(Phi) * eps * np.abs(Phi).max())
    i, j = np.unravel_index(defect.argmax(), Phi.shape)
    if defect[i, j] > 0:
        raise ValueError(
            f"{name} is not symmetric: {name}[{i}, {j}] is {Phi[i, j]:.6g}, and"
            f" {name}[{j}, {i}] is {Phi[j, i]:.6g}; wanted a covariance matrix"
        )
    return Phi


def shaped(a, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return `a` as a float64 array if it has that shape and is finite; raise if it does not."""
    a = as_array(a, name).astype(float, copy=False)
    check_shape(name, a, shape)
    check_finite(a, name)
    return a


def check_shape(name: str, array, shape: tuple[int, ...]) -> None:
    """Raise unless the array is one of real numbers in that shape.

    TypeError or ValueError, as for :func:`as_array`; NumPy would stretch a single number.
    """
    found = as_array(array, name).shape
    if found != shape:
        raise ValueError(f"{name} has shape {found}, wanted {shape}")


def check_finite(X: np.ndarray, name: str) -> None:
    """Raise ValueError, naming the first place, if X holds NaN or infinity."""
    if X.dtype.kind != "f":
        return
    # The extremes settle the usual case without a temporary array: NaN is both of them.
    if not X.size or (-np.inf < X.min() and X.max() < np.inf):
        return
    bad = np.argwhere(~np.isfinite(X))
    if len(bad):
        first = tuple(bad[0])
        place = ", ".join(map(str, first))
        raise ValueError(
            f"{name}[{place}] is {X[first]} as {X.dtype}, wanted finite numbers"
            f" ({len(bad)} of {X.size} are not)"
        )


def check_fractions(who: str, x: np.ndarray, remedy: str = "") -> None:
    """Raise ValueError unless all numbers are from 0 to 1."""
    if x.min() < 0 or x.max() > 1:
        raise ValueError(f"{who} from 0 to 1, found {x.min():g} to {x.max():g}{remedy}")


def check_integer(name: str, value, least: int, most: int | None = None) -> None:
    """Raise ValueError unless the value is a whole number from `least` to `most`."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (whole and least <= value and (most is None or value <= most)):
        bounds = f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} is {value!r}, wanted a whole number, {bounds}")


def check_positive(name: str, value) -> None:
    """Raise ValueError unless the value is a positive, finite number."""
    if not (_is_number(value) and 0 < value < np.inf):
        raise ValueError(f"{name} is {value!r}, wanted a positive number")


def check_fraction(name: str, value, zero: bool = True) -> None:
    """Raise ValueError unless the value is a number from 0 up to 1, which is left out.

    And so is 0, if `zero` is false.
    """
    if not (_is_number(value) and 0 <= value < 1 and (zero or value > 0)):
        wanted = "from 0 up to, not including, 1" if zero else "between 0 and 1"
        raise ValueError(f"{name} is {value!r}, wanted a number {wanted}")


def check_not_negative(name: str, value) -> None:
    """Raise ValueError unless the value is a finite number, 0 or more."""
    if not (_is_number(value) and 0 <= value < np.inf):
        raise ValueError(f"{name} is {value!r}, wanted a number, 0 or more")


def _is_number(value) -> bool:
    # To Python, True is the number 1; as a rate or a share it can only be a slip.
    return isinstance(value, Real) and not isinstance(value, bool)


def check_generator(rng) -> None:
    """Raise TypeError unless rng is a source of randomness with a state of its own."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng is {rng!r}, wanted a numpy.random.Generator, such as np.random.default_rng(0)"
        )
