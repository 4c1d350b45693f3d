"""What a class did with each task and each check: means, spread, and how well an item tells apart.

An item is a task or one of its checks. How well it tells students apart is the correlation, over
students, of its points with all other points of the same student: near 0 or below, those who know
more do not get more for it.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from grading.results import Graded

FEWEST = 10
"""Students, below which a correlation says nothing."""


@dataclass(frozen=True)
class Spread:
    """Points of a class: how many have some, mean, median, and the standard deviation."""

    number: int
    mean: float
    median: float
    deviation: float


def spread(points: Sequence[float]) -> Spread | None:
    """Sum up points; None where there are none."""
    if not points:
        return None
    mean, median = statistics.mean(points), statistics.median(points)
    return Spread(len(points), mean, median, statistics.pstdev(points))


def discrimination(item: Sequence[float], rest: Sequence[float]) -> float | None:
    """The correlation of an item's points with all others; None where nothing can be said."""
    if len(item) < FEWEST or min(map(statistics.pstdev, (item, rest))) == 0:
        return None
    return statistics.correlation(item, rest)


def of_task(graded: Sequence[Graded], name: str) -> tuple[Spread | None, float | None]:
    """How a class did in a task, of those whose points are known, and how well it tells apart."""
    known = [
        (g, task["points"])
        for g in graded
        for task in g.result["tasks"]
        if task["task"] == name and task["points"] is not None
    ]
    points = [points for _, points in known]
    return spread(points), discrimination(points, [g.points - own for g, own in known])


def of_checks(graded: Sequence[Graded], name: str) -> list[tuple[int, int]]:
    """For each check of a task, how many students have it right, and how many have an answer."""
    tasks = [task for g in graded for task in g.result["tasks"] if task["task"] == name]
    parts = [task["parts"] for task in tasks if task.get("parts")]
    most = max(map(len, parts), default=0)  # where the grader failed at a check, it is missing
    columns = zip(*(found for found in parts if len(found) == most), strict=True)
    return [(sum(part["hidden"] is None for part in parts), len(parts)) for parts in columns]
