"""A mistake is told where it is made: what was found, and what was wanted."""

from numbers import Real

import numpy as np


def check_whole(name: str, value, least: int, most: int | None = None) -> None:
    """Raise ValueError unless the value is a whole number from `least` to `most`."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (whole and least <= value and (most is None or value <= most)):
        bounds = f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"{name} is {value!r}, wanted a whole number, {bounds}")


def check_positive(name: str, value) -> None:
    """Raise ValueError unless the value is a positive, finite number."""
    if not (_is_number(value) and 0 < value < np.inf):
        raise ValueError(f"{name} is {value!r}, wanted a positive number")


def check_fraction(name: str, value) -> None:
    """Raise ValueError unless the value is a number from 0 up to, not including, 1."""
    if not (_is_number(value) and 0 <= value < 1):
        raise ValueError(f"{name} is {value!r}, wanted a number from 0 up to, not including, 1")


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
