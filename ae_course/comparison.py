"""Comparisons that are fair: everyone tuned alike, the same seeds, an optimum inside its grid."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ae_course.figures import Figure


class UnfairError(AssertionError):
    """A conclusion that its comparison does not bear."""


@dataclass(frozen=True)
class Comparison:
    """What contenders reached, for each of their settings and each seed; smaller is better.

    Attributes
    ----------
    settings : mapping of str to sequence
        The settings that were tried for each contender, in order, such as learning rates.
    judged : mapping of str to array (settings, seeds)
        By what the best setting is chosen: on validation data, where there are some.
    reported : mapping of str to array (settings, seeds)
        What is said of it: on unseen data, where there are some.
    ends : frozenset
        Settings beyond which there is nothing to try, such as no noise at all.

    Examples
    --------
    >>> bowls = {"steep": lambda rate, seed: (rate - 0.2) ** 2 + seed / 100,
    ...          "flat": lambda rate, seed: (rate - 0.2) ** 2 / 9 + seed / 100}
    >>> runs = compare(bowls, {"steep": (0.1, 0.2, 0.4), "flat": (0.1, 0.2, 0.4)})
    >>> print(runs)
              best of 3      mean  spread (3 seeds)
    steep           0.2    0.0100  0.0100
    flat            0.2    0.0100  0.0100
    >>> runs.ensure("flat", "steep", by=0.001)
    Traceback (most recent call last):
    ae_course.comparison.UnfairError: flat is ahead of steep by 0.0000, wanted more than 0.001
    """

    settings: Mapping[str, Sequence]
    judged: Mapping[str, np.ndarray]
    reported: Mapping[str, np.ndarray]
    ends: frozenset = frozenset()

    def choice(self, name: str):
        """The setting of a contender with the best mean over the seeds."""
        return self.settings[name][self._best(name)]

    def results(self, name: str) -> np.ndarray:
        """What a contender reached with its best setting, for each seed: array (seeds,)."""
        best = self._best(name)
        return self.reported[name][best]

    def mean(self, name: str) -> float:
        """The mean over the seeds of what a contender reached with its best setting."""
        return float(self.results(name).mean())

    def spread(self, name: str) -> float:
        """The standard deviation over the seeds (that of a sample); nan for one seed."""
        results = self.results(name)
        return float(results.std(ddof=1)) if len(results) > 1 else float("nan")

    def gaps(self, name: str, other: str) -> np.ndarray:
        """By how much a contender is ahead of another, seed by seed: array (seeds,)."""
        return self.results(other) - self.results(name)

    def at_the_edge(self, name: str) -> bool:
        """Whether the best setting is the first or last that was tried, though more could be."""
        tried = len(self.settings[name])
        return self._best(name) in (0, tried - 1) and self.choice(name) not in self.ends

    def ensure(self, name: str, other: str, by: float = 0.0) -> None:
        """Raise unless a contender is ahead of another by more than `by`.

        Raises
        ------
        UnfairError
            It is not; or not for every seed; or the best setting of either is at the edge of what
            was tried, so that nobody knows how good it can be.
        """
        for tuned in (name, other):
            if self.at_the_edge(tuned):
                tried = self.settings[tuned]
                raise UnfairError(
                    f"{tuned} is best at {self.choice(tuned)}, the edge of {tried[0]} to"
                    f" {tried[-1]}: try settings beyond it"
                )
        gaps = self.gaps(name, other)
        if not gaps.mean() > by:
            raise UnfairError(
                f"{name} is ahead of {other} by {gaps.mean():.4f}, wanted more than {by:g}"
            )
        if not (gaps > 0).all():
            seeds = f"{(gaps > 0).sum()} of {len(gaps)} seeds"
            raise UnfairError(f"{name} is ahead of {other} for {seeds}, wanted all")

    def figure(self, *, xlabel: str, ylabel: str, **axes_options) -> "Figure":
        """Draw each contender over its settings: the mean, a band from the best to the worst seed,
        and a dot at the setting that was chosen.

        ``axes_options`` go to :meth:`matplotlib.axes.Axes.set`, for example ``xscale="log"``.
        """
        from ae_course.figures import panels  # not above: not everybody draws

        figure, ((axes,),) = panels(height=3)
        for name, settings in self.settings.items():
            runs = self.reported[name]
            (line,) = axes.plot(settings, runs.mean(axis=1), label=name)
            colour = line.get_color()
            axes.fill_between(settings, runs.min(axis=1), runs.max(axis=1), color=colour, alpha=0.2)
            axes.plot(self.choice(name), self.mean(name), "o", color=colour)
        axes.set(xlabel=xlabel, ylabel=ylabel, **axes_options)
        axes.legend()
        return figure

    def __str__(self):
        """A table: for each contender its best setting, mean and spread."""
        width = max(map(len, self.settings))
        seeds = next(iter(self.judged.values())).shape[1]
        tried = {len(values) for values in self.settings.values()}
        best = f"best of {tried.pop()}" if len(tried) == 1 else "best"
        title = f"spread ({seeds} seeds)" if seeds > 1 else "one seed"
        lines = [f"{'':{width}}  {best:>12}  {'mean':>8}  {title}"]
        for name in self.settings:
            spread = f"{self.spread(name):.4f}" if seeds > 1 else ""
            edge = "  at the edge" if self.at_the_edge(name) else ""
            line = f"{name:{width}}  {self.choice(name)!s:>12}  {self.mean(name):8.4f}  {spread}"
            lines.append((line + edge).rstrip())
        return "\n".join(lines)

    def _best(self, name):
        if name not in self.judged:
            raise KeyError(f"no contender {name}; there are {', '.join(self.judged)}")
        return int(self.judged[name].mean(axis=1).argmin())


def compare(
    contenders: Mapping[str, Callable],
    settings: Mapping[str, Sequence] | Sequence,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    ends: Sequence = (),
) -> Comparison:
    """Measure every contender with each of its settings and every seed.

    Parameters
    ----------
    contenders : mapping of str to callable
        ``measure(setting, seed)`` returns a number, smaller for better; or two, by the first of
        which the best setting is chosen, while the second is reported (validation and test).
    settings : mapping of str to sequence, or sequence
        What is tried, in order, for each contender, or for all.
    seeds : sequence of int
        The same for all, so that differences are taken seed by seed.
    ends : sequence
        Settings beyond which there are none, see `Comparison.ends`.

    Raises
    ------
    ValueError
        A contender has no settings, or settings belong to nobody; or a measure returns what is no
        finite number or pair of them.

    Examples
    --------
    >>> bowl = {"bowl": lambda rate, seed: (rate - 0.2) ** 2 + seed / 100}
    >>> runs = compare(bowl, (0.1, 0.2, 0.4))
    >>> runs.choice("bowl"), round(runs.mean("bowl"), 3)
    (0.2, 0.01)
    """
    if not isinstance(settings, Mapping):
        settings = dict.fromkeys(contenders, tuple(settings))
    if set(settings) != set(contenders) or not all(map(len, settings.values())):
        found = ", ".join(f"{name} has {len(tried)}" for name, tried in settings.items())
        raise ValueError(f"{found}; wanted settings for each of {', '.join(contenders)}")
    measured = {
        name: np.array([[_pair(name, measure, s, seed) for seed in seeds] for s in settings[name]])
        for name, measure in contenders.items()
    }
    return Comparison(
        settings={name: tuple(settings[name]) for name in contenders},
        judged={name: pairs[..., 0] for name, pairs in measured.items()},
        reported={name: pairs[..., 1] for name, pairs in measured.items()},
        ends=frozenset(ends),
    )


def _pair(name, measure, setting, seed):
    found = np.asarray(measure(setting, seed), float)
    if found.shape not in ((), (2,)) or not np.isfinite(found).all():
        where = f"{name} at {setting}, seed {seed}"
        raise ValueError(f"{where}, gives {found}, wanted one or two numbers")
    return np.broadcast_to(found, 2)
