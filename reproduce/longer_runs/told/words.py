"""How the chapters write numbers."""

from statistics import mean, stdev

import numpy as np

WORDS = ["none", "one", "two", "three", "four", "five", "six"]


def plus_minus(values, digits):
    """Mean and standard deviation as the chapters write them."""
    return f"{mean(values):.{digits}f} ± {stdev(values):.{digits}f}".replace("-", "−")


def within(ratios):
    """The largest distance from 1, in percent, rounded up."""
    return int(np.ceil(100 * np.abs(np.array(ratios) - 1).max()))


def span(values):
    """From the least of some numbers to the largest."""
    return f"{min(values):.1f} to {max(values):.1f}"
