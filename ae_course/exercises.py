"""An answer to an exercise is checked at once, and the usual slips are named."""

from collections.abc import Callable

import numpy as np


def check(answer: Callable, wanted, *arguments, rtol: float = 1e-6) -> None:
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
    """
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            found = verdict(answer(*arguments), wanted, rtol)
    except FloatingPointError as problem:
        found = (
            f"not yet: NumPy reports: {problem}. Is a bracket missing? Otherwise rewrite the"
            " formula (np.where computes both of its branches, also where it does not take them)."
        )
    except TypeError as problem:
        if "bitwise_xor" not in str(problem) and "for ^" not in str(problem):
            raise
        found = "not yet: a power is written ** in Python, and ^ is something else."
    print(f"{answer.__name__}: {found}")


def verdict(found, wanted, rtol: float = 1e-6) -> str:
    """Say in a sentence whether a result is right, and if it is not, what it looks like."""
    if found is ...:
        return "not answered yet; put your own expression in place of the dots."
    if found is None:
        return "not yet: the function returns nothing; is a return missing?"
    try:
        found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    except (TypeError, ValueError):
        return f"not yet: the result is {found!r}, wanted numbers."
    if found.shape != wanted.shape:
        shape = f"shape {wanted.shape}" if wanted.shape else "a single number"
        return f"not yet: the result has shape {found.shape}, wanted {shape}."
    if np.allclose(found, wanted, rtol=0, atol=rtol * np.abs(wanted).max()):
        return "right."
    return "not yet: " + (_slip(found, wanted, rtol) or _worst_difference(found, wanted))


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
    if factor and (found.size > 1 or _is_whole(factor, rtol)) and same(found / factor):
        return f"the result is {factor:.4g} times the right one everywhere; is a factor missing?"
    shift = (found - wanted).mean()
    if found.size > 1 and same(found - shift):
        size = "large" if shift > 0 else "small"
        return f"the result is too {size} by {abs(shift):.4g} everywhere; is a summand missing?"
    return None


def _is_whole(factor: float, rtol: float) -> bool:
    # A single wrong number is a multiple of the right one whatever it is: only 2, 3, 1/2 … tell.
    larger = max(abs(factor), 1 / abs(factor))
    return larger > 1.5 and abs(larger - round(larger)) < rtol * larger


def _worst_difference(found: np.ndarray, wanted: np.ndarray) -> str:
    if not wanted.shape:  # the right number itself would give the answer away
        size = "larger" if wanted > found else "smaller"
        return f"the result is {found:.6g}; the right one is {size}."
    worst = np.unravel_index(np.abs(found - wanted).argmax(), wanted.shape)
    where = [int(i) for i in worst]
    return f"the result at {where} is {found[worst]:.6g}, wanted {wanted[worst]:.6g}."
