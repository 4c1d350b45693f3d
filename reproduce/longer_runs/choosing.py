"""How a run that is stored chooses its settings: as the book's comparisons do."""

from collections.abc import Callable, Iterable

import numpy as np


def at_best(ends: Callable, settings: Iterable) -> tuple:
    """Choose a setting by what judges it, with seed 0, and measure there with three seeds.

    Parameters
    ----------
    ends : callable ``(setting, seed) -> (judged, measured)``
        The error on samples that judge, and that on unseen ones.
    settings : iterable
        What to choose from.

    Returns
    -------
    best
        The setting.
    each : array (3,)
        What was measured there, by seed.
    tried : dict
        Both errors of every setting with seed 0.
    """
    tried = {setting: ends(setting, 0) for setting in settings}
    best = min(tried, key=lambda setting: tried[setting][0])
    return best, np.array([tried[best][1], *(ends(best, seed)[1] for seed in (1, 2))]), tried


def left_at_best(ends: Callable, rates: Iterable) -> dict:
    """The rate that `at_best` chooses, what was measured there, and what was tried."""
    best, each, tried = at_best(ends, rates)
    return {"rate": best, "mean": each.mean(), "each": each, "all": tried}


def best_in_the_mean(end: Callable, rates: Iterable) -> dict:
    """The rate where `end(rate, seed)` is least in the mean of three seeds, and what was tried."""
    each = {rate: [end(rate, seed) for seed in range(3)] for rate in rates}
    best = min(each, key=lambda rate: np.mean(each[rate]))
    return {"rate": best, "mean": np.mean(each[best]), "each": each}
