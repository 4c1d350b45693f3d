"""The benchmarks compare like with like: everyone who takes part does the same work."""

import dataclasses

import numpy as np
import pytest

from benchmarks import __main__ as bench
from benchmarks import by_hand, ours, products
from benchmarks.growth import SIZES
from benchmarks.race import check_same_work, contenders, race
from benchmarks.tasks import TASKS

SMALL = "64-25-64 Adam, batches of 100"
BY_HAND = [name for name, task in TASKS.items() if task.kind in ("plain", "denoising")]


def shortened(task):
    """A task of four steps, and with less noise: everyone draws noise of their own."""
    return dataclasses.replace(task, samples=4 * task.batch, sigma=0.01)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_loop_by_hand_trains_the_same_function(name):
    task = shortened(TASKS[name])
    wanted, found = (prepare(task)(2) for prepare in (ours.prepare, by_hand.prepare))
    np.testing.assert_allclose(found, wanted, rtol=1e-4)
    assert wanted[1] < wanted[0]


@pytest.mark.parametrize("name", [name for name in TASKS if name not in BY_HAND])
def test_what_the_loop_by_hand_cannot_do_it_leaves(name):
    assert by_hand.prepare(TASKS[name]) is None


@pytest.mark.parametrize("name", TASKS)
def test_products_are_those_of_the_network_s_layers(name):
    task = shortened(TASKS[name])
    net, _ = ours.model(task)
    params = net.init(np.random.default_rng(0))
    shapes = [params[name].shape for name in params if name.startswith("W")]
    assert shapes == [(units, inputs) for inputs, units in task.layers]
    assert products.prepare(task)(1) == []


def test_contenders_run_in_turn_in_processes_of_their_own():
    names = ["products", "ours", "by hand"]
    with contenders(names) as started:
        assert len({contender.process.pid for contender in started}) == 3
        found = race(TASKS[SMALL], started, rounds=3, seconds=0.01)
    assert [contender.process.returncode for contender in started] == [0, 0, 0]
    assert found.keys() == set(names)
    for row in found.values():
        assert 0 < row["least"] <= row["ratio"] <= row["most"]
    assert found["products"]["ratio"] == 1
    assert found["ours"]["J"] == pytest.approx(found["by hand"]["J"], rel=1e-3)


@pytest.mark.parametrize("J", [1.0011, 0.9989, float("nan")])
def test_who_does_other_work_is_named(J):
    check_same_work(TASKS[SMALL], {"products": [], "ours": [1.0], "torch": [1.0009]})
    with pytest.raises(RuntimeError, match=rf"64-25-64 .*: J is 1, but \{{'torch': {J}\}}"):
        check_same_work(TASKS[SMALL], {"products": [], "ours": [1.0], "torch": [J]})


def test_the_table_has_every_task_and_every_contender(tmp_path):
    row = {"step_us": 100.0, "ratio": 1.5, "least": 1.25, "most": 2.0, "J": 3.0}
    by = {name: row for name in bench.NAMES if name != "torch"}
    found = {
        "machine": {"processor": "fast"},
        "steps": dict.fromkeys(TASKS, by),
        "whole": {"PCA": {"pca": [1.0, 2.0, 4.0]}},
    }
    text = bench.table(found)
    for name in TASKS:
        cells = ["" if n == "torch" else "1.50 (1.25 to 2.00)" for n in bench.NAMES[1:]]
        assert f"| {name} | 100 | {' | '.join(cells)} |" in text
    assert "- PCA: pca 2.00 (1.00 to 4.00)" in text
    assert "- processor: fast" in text
    growth = {what: [[n, 1.0 * n, 2.0 * n] for n in values] for what, (values, _) in SIZES.items()}
    bench.draw(growth, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").stat().st_size > 10_000
