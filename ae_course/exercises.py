"""An answer to an exercise is checked at once, and the usual slips are named."""

import base64
import json
import os
import reprlib
from collections.abc import Callable, Mapping

import numpy as np

from ae_course.checks import masked

MISTAKE_DIGITS = 9
"""Significant digits of a fingerprint: few enough to be the same on every machine."""

VALIDATING = "NBGRADER_VALIDATING"
"""Set in the environment while nbgrader's Validate runs a notebook: only errors count there."""


class Wrong(AssertionError):
    """An answer that `expect` did not find right.

    Attributes
    ----------
    verdict : str
        All that can be said of it, as `verdict` says it.
    told : str
        The part that gives no right result away: which mistake it is, or on which inputs.
    """

    def __init__(self, name: str, verdict: str, told: str):
        super().__init__(f"{name}: {verdict}")
        self.verdict, self.told = verdict, told


class Mistakes(dict):
    """The mistakes that are known of each answer: by its name, then by what to say of them.

    A mistake is a wrong function, written by whoever sets the problem; or, where that would give
    the right one away, the fingerprints of what the wrong function returns.

    >>> known = Mistakes()
    >>> @known.of("mean", "that is the sum.")
    ... def of_sum(x):
    ...     return x.sum()
    >>> def mean(x):
    ...     return np.sum(x)
    >>> known.check(mean, 2.0, np.array([1.0, 3.0]))
    mean: not yet; a mistake that gives this number: that is the sum.
    """

    def of(self, name: str, message: str) -> Callable[[Callable], Callable]:
        """Decorate a wrong answer to `name`, which `message` explains to whoever gave it."""

        def enter(wrong: Callable) -> Callable:
            if message in self.setdefault(name, {}):
                raise ValueError(f"two mistakes of {name} have the message {message!r}")
            self[name][message] = wrong
            return wrong

        return enter

    def check(self, answer: Callable, wanted, *arguments, rtol: float = 1e-6) -> None:
        """Check an answer as the function `check` does, with the mistakes known of its name."""
        check(answer, wanted, *arguments, rtol=rtol, mistakes=self[answer.__name__])

    def __missing__(self, name: str) -> dict:
        return {}

    @classmethod
    def unseal(cls, text: str) -> "Mistakes":
        """The mistakes that `seal` wrote: messages and fingerprints."""
        return cls(json.loads(base64.b64decode(text)))


def seal(mistakes: Mapping[str, Mapping[str, list]]) -> str:
    """Write mistakes so that nobody reads by accident what he could do wrong, nor how."""
    return base64.b64encode(json.dumps(mistakes, sort_keys=True).encode()).decode()


def check(
    answer: Callable,
    wanted,
    *arguments,
    rtol: float = 1e-6,
    mistakes: Mapping[str, Callable | list] | None = None,
) -> None:
    """Call an answer with the arguments and print how its result compares with what is wanted.

    Parameters
    ----------
    answer : callable
        The reader's function. One that still returns ``...`` counts as not answered.
    wanted : array
        The right result, found in another way than the one that the exercise asks for.
    *arguments
        What the answer is called with.
    rtol : float
        How much of the largest wanted number a result may be off.
    mistakes : mapping of str to (callable or list of fingerprints), optional
        What to say of a result that a known mistake leads to, as `Mistakes` has it.

    Raises
    ------
    Wrong
        The result is not right, and nbgrader's Validate runs this: it would call all that does not
        raise a success.

    Examples
    --------
    >>> def half(x):
    ...     return x
    >>> check(half, 2.0, 4.0)
    half: not yet: the result is 2 times the right one everywhere; is a factor missing?
    """
    said, named = judge(result(answer, arguments), wanted, arguments, rtol, mistakes)
    print(f"{answer.__name__}: {said}")
    if os.environ.get(VALIDATING) and not said.startswith("right"):
        raise Wrong(answer.__name__, said, named)


def expect(
    answer: Callable,
    wanted,
    *arguments,
    rtol: float = 1e-6,
    mistakes: Mapping[str, Callable | list] | None = None,
    case: str = "",
) -> None:
    """Call an answer as `check` does, and raise unless it is right: for tests that give points.

    Parameters
    ----------
    case : str
        A few words for these inputs, which the reader is told: ``"pixels that are all white"``.

    Raises
    ------
    Wrong
        The result is not right. What it tells is which mistake this is, if it is known.
    """
    found, named = judge(result(answer, arguments), wanted, arguments, rtol, mistakes)
    if not found.startswith("right"):
        told = named or (f"not right for {case}" if case else "not right for other inputs")
        raise Wrong(answer.__name__, found, told)


def result(answer: Callable, arguments):
    """What an answer returns for (copies of) the arguments, or the error that is explained."""
    own = [x.copy() if isinstance(x, np.ndarray) else x for x in arguments]
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            return answer(*own)
    except FloatingPointError as problem:
        return problem
    except TypeError as problem:
        if "bitwise_xor" not in str(problem) and "for ^" not in str(problem):
            raise
        return problem


def judge(found, wanted, arguments, rtol: float = 1e-6, mistakes=None) -> tuple[str, str]:
    """The verdict on a result, and the message of the known mistake that led to it, if one did."""
    said = verdict(found, wanted, rtol)
    if said.startswith("right") or found is ... or found is None:
        return said, ""
    for message, wrong in (mistakes or {}).items():
        traces = [trace_of(wrong, arguments)] if callable(wrong) else wrong
        telling = [trace for trace in traces if not _recognised(wanted, trace, rtol)]
        if any(_recognised(found, trace, rtol) for trace in telling):
            as_others = "; a mistake that gives this number" if _is_count(found) else ""
            return f"not yet{as_others}: {message}", message
    return said, ""


def _is_count(found) -> bool:
    """Whether a result is one small whole number, to which different mistakes may lead."""
    if isinstance(found, FloatingPointError) or np.ndim(found):
        return False
    number = float(found)
    return number.is_integer() and abs(number) < 100


def trace_of(wrong: Callable, arguments) -> list | None:
    """The fingerprint of what a wrong answer returns; None if it does not get that far."""
    try:
        return fingerprint(result(wrong, arguments))
    except (ArithmeticError, ValueError, TypeError, IndexError):  # LinAlgError is a ValueError
        return None


def fingerprint(found) -> list | None:
    """The shape of a result and one number in which each entry has a weight of its own.

    It tells whether two results are the same, and nothing of how they were computed.
    """
    if isinstance(found, FloatingPointError):
        return ["floating point", 0.0]
    try:
        if np.iscomplexobj(found):
            return None
        numbers = np.asarray(found, float)
    except (TypeError, ValueError):
        return None
    with np.errstate(invalid="ignore"):  # infinities of both signs
        total = numbers.ravel() @ np.cos(np.arange(1, numbers.size + 1))
    finite = np.isfinite(total)
    return [list(numbers.shape), float(f"{total:.{MISTAKE_DIGITS - 1}e}") if finite else None]


def _recognised(found, trace: list | None, rtol: float) -> bool:
    """Tell whether a result has this fingerprint, up to rounding of its largest entries."""
    own = fingerprint(found)
    if own is None or trace is None or own[0] != trace[0] or None in (own[1], trace[1]):
        return own is not None and own == trace
    size = 1.0 if isinstance(found, FloatingPointError) else np.abs(np.asarray(found, float)).sum()
    return bool(abs(own[1] - trace[1]) <= rtol * size)


def verdict(found, wanted, rtol: float = 1e-6) -> str:
    """Say in a sentence whether a result is right, and if it is not, what it looks like."""
    if said := _no_numbers(found):
        return said
    try:
        found, wanted = _numbers(found), np.asarray(wanted, float)
    except (TypeError, ValueError, OverflowError):
        return f"not yet: the result is {reprlib.repr(found)}, wanted numbers."
    if found.shape != wanted.shape:
        shape = f"shape {wanted.shape}" if wanted.shape else "a single number"
        return f"not yet: the result has shape {found.shape}, wanted {shape}."
    if np.allclose(found, wanted, rtol=0, atol=rtol * np.abs(wanted).max()):
        return "right."
    return "not yet: " + (_slip(found, wanted, rtol) or _worst_difference(found, wanted))


def _no_numbers(found) -> str | None:
    """What to say of a result that cannot be compared with numbers."""
    if found is ...:
        return "not answered yet; put your own expression in place of the dots."
    if found is None:
        return "not yet: the function returns nothing; is a return missing?"
    if isinstance(found, FloatingPointError):
        return (
            f"not yet: NumPy reports: {found}. Is a bracket missing? Otherwise rewrite the formula"
            " (np.where computes both of its branches, also where it does not take them)."
        )
    if isinstance(found, TypeError):
        return "not yet: a power is written ** in Python, and ^ is something else."
    try:
        hidden = masked(found) or masked(np.asanyarray(found))
        is_complex = not hidden and np.iscomplexobj(found)
    except ValueError:
        return "not yet: the result has parts of different shapes, wanted one array."
    if hidden:
        return "not yet: some numbers of the result are masked, wanted all of them."
    if is_complex:
        return "not yet: the result is complex, wanted real numbers; is there a root of one < 0?"
    return None


def _numbers(found) -> np.ndarray:
    """A result as numbers; of "1.0" NumPy would make one too, which a text is not."""
    array = np.asarray(found)
    entries = array.ravel() if array.dtype == object else ()
    if array.dtype.kind in "SU" or any(isinstance(entry, str | bytes) for entry in entries):
        raise TypeError("the result is text")
    return array.astype(float)


def _slip(found: np.ndarray, wanted: np.ndarray, rtol: float) -> str | None:
    """Name the mistake if the result is a multiple, a shift or a transpose of the right one."""

    def same(x):
        return np.allclose(x, wanted, rtol=0, atol=rtol * np.abs(wanted).max())

    if not np.isfinite(found).all():
        return (
            "the result has entries that are not finite; is there a log of 0, or a division by 0?"
        )
    if same(-found):
        return "the sign is the wrong way round everywhere."
    if found.ndim == 2 and found.shape[0] == found.shape[1] and same(found.T):
        return "the result is transposed."
    factor = np.vdot(wanted, found) / (np.vdot(wanted, wanted) or 1)
    reads = f"{factor:.4g}"  # "1 times" would tell nothing
    telling = reads not in ("0", "1") and (found.size > 1 or _is_whole(factor, rtol))
    if telling and same(found / factor):
        return f"the result is {reads} times the right one everywhere; is a factor missing?"
    shift = (found - wanted).mean()
    rounded = abs(shift) <= 10 * rtol * np.abs(wanted).max()  # of one entry, perhaps
    if found.size > 1 and not rounded and same(found - shift):
        size = "large" if shift > 0 else "small"
        return f"the result is too {size} by {abs(shift):.4g} everywhere; is a summand missing?"
    return None


def _is_whole(factor: float, rtol: float) -> bool:
    # A single wrong number is a multiple of the right one whatever it is: only 2, 3, 1/2 … tell.
    larger = max(abs(factor), 1 / abs(factor))
    return 1.5 < larger < 1_000 and abs(larger - round(larger)) < rtol * larger


def _worst_difference(found: np.ndarray, wanted: np.ndarray) -> str:
    if not wanted.shape:  # the right number itself would give the answer away
        size = "larger" if wanted > found else "smaller"
        return f"the result is {found:.6g}; the right one is {size}."
    worst = np.unravel_index(np.abs(found - wanted).argmax(), wanted.shape)
    where = [int(i) for i in worst]
    for digits in (6, 10, 17):
        ours, right = (f"{numbers[worst]:.{digits}g}" for numbers in (found, wanted))
        if ours != right:
            break
    return f"the result at {where} is {ours}, wanted {right}."
