"""Numbers about a class agree with their definitions."""

import numpy as np
import pytest
from graded_class import PROBLEMS, one
from scipy import stats

from grading import items

RNG = np.random.default_rng(0)


def class_of(number):
    """Students with points at random, those of later ones better in all tasks but the first."""
    graded = [one(f"student {n:02}") for n in range(number)]
    for n, g in enumerate(graded):
        for task in g.result["tasks"]:
            if "parts" in task:
                most = task["out_of"]
                skill = 0.5 if task["task"] == "above_floor" else n / number
                task["points"] = int(RNG.binomial(most, skill))
    return graded


def test_mean_median_and_spread():
    points = [3, 0, 1, 4]
    found = items.spread(points)
    assert (found.number, found.mean, found.median) == (4, np.mean(points), np.median(points))
    assert found.deviation == pytest.approx(np.std(points))
    assert items.spread([]) is None


def test_how_well_a_task_tells_apart_is_the_correlation_with_the_rest():
    graded = class_of(40)
    for task in PROBLEMS.tasks:
        _, found = items.of_task(graded, task.name)
        if task.written:
            assert found is None
            continue
        own = [t["points"] for g in graded for t in g.result["tasks"] if t["task"] == task.name]
        rest = [g.points - points for g, points in zip(graded, own, strict=True)]
        assert found == pytest.approx(stats.pearsonr(own, rest).statistic)
    values = [items.of_task(graded, name)[1] for name in ("above_floor", "best_decoder")]
    assert values[0] < 0.4 < values[1]


@pytest.mark.parametrize("number", [1, items.FEWEST - 1])
def test_of_few_students_and_of_equal_points_nothing_is_said(number):
    assert items.of_task(class_of(number), "gain")[1] is None
    same = [one(f"student {n}") for n in range(20)]
    assert items.of_task(same, "gain")[1] is None


def test_checks_are_counted_where_all_of_them_were_run():
    graded = class_of(3)
    name = PROBLEMS.tasks[0].name
    assert items.of_checks(graded, name) == [(3, 3), (0, 3)]
    del graded[0].result["tasks"][0]["parts"][0]  # the grader failed at it
    assert items.of_checks(graded, name) == [(2, 2), (0, 2)]
