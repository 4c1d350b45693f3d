"""Published results are run again honestly: once each, resumable, chosen without test digits."""

import ast
import json
import re
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest

from ae_course.datasets import Digits
from reproduce import __main__ as reproduce
from reproduce import deep, digits, k_sparse, self_taught
from reproduce.gabor import explained, gabor
from reproduce.runs import (
    Run,
    at_the_edge,
    best,
    best_of_each,
    best_run_of_each,
    do_all,
    edges_of,
    one_by_one,
)
from tools import ROOT

FULL = ROOT / "reproduce" / "results" / "full"

CALLS = "calls.txt"


def squared(folder, seed, number, where):
    """A run that leaves a trace of having been run."""
    with (Path(where) / CALLS).open("a") as file:
        file.write(f"{number} {seed}\n")
    return {"validation": number**2, "test": number**2 + seed}


def hopeless(folder, seed):
    """A run that fails."""
    raise ArithmeticError("it is hopeless")


def runs(where, numbers, seeds=(0,)):
    return [
        Run(squared, f"the square of {number}", seed, {"number": number, "where": str(where)})
        for number in numbers
        for seed in seeds
    ]


def test_a_run_is_done_once_and_another_option_is_another_run(tmp_path):
    first = do_all(runs(tmp_path, [2, 3]), tmp_path, "squares", jobs=2)
    assert [run["measured"]["test"] for run in first] == [4, 9]
    again = do_all(runs(tmp_path, [4, 3], (0, 1)), tmp_path, "squares", jobs=2)
    assert [run["measured"]["test"] for run in again] == [16, 17, 9, 10]
    assert again[2] == first[1]
    done = (tmp_path / CALLS).read_text().splitlines()
    assert sorted(done) == ["2 0", "3 0", "3 1", "4 0", "4 1"]
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_functions_of_one_name_in_two_modules_do_not_share_results():
    twin = FunctionType(squared.__code__, {"__name__": "elsewhere"}, squared.__name__)
    assert twin.__module__ == "elsewhere"
    assert Run(twin, "twin").name != Run(squared, "twin").name


def test_what_a_run_raises_ends_all_and_what_was_done_is_kept(tmp_path):
    wanted = [*runs(tmp_path, [2]), Run(hopeless, "none")]
    with pytest.raises(ArithmeticError, match="it is hopeless"):
        do_all(wanted, tmp_path, "squares", jobs=1)
    assert [json.loads(path.read_text())["label"] for path in tmp_path.glob("*.json")] == [
        "the square of 2"
    ]


def test_the_best_setting_is_that_of_the_least_mean_and_ends_of_grids_are_told():
    found = [
        {"options": {"rate": rate}, "measured": {"validation": value}}
        for rate, value in [(1, 5.0), (1, 1.0), (2, 2.5), (2, 2.5), (3, 4.0), (3, 4.0)]
    ]
    assert best(found) == {"rate": 2}
    assert at_the_edge({"rate": [1, 2, 3]}, {"rate": 2}) == []
    assert at_the_edge({"rate": [2, 3], "k": [1, 2, 3]}, {"rate": 2, "k": 2}) == ["rate"]
    chosen = best_of_each([run | {"label": "ab"[run["options"]["rate"] > 2]} for run in found])
    assert chosen == {"a": {"rate": 2}, "b": {"rate": 3}}
    assert edges_of(chosen, {"rate": [1, 2]}, b={"rate": [1, 2, 3]}) == [
        "a: rate at an end of its grid",
        "b: rate at an end of its grid",
    ]
    assert edges_of(chosen, {"rate": [1, 2, 4]}) == []


def test_a_run_that_chose_something_within_is_found_by_its_label():
    found = [
        {"label": label, "measured": {"validation": value, "classifier": n}}
        for n, (label, value) in enumerate([("a", 3.0), ("b", 2.0), ("a", 1.0), ("b", 4.0)])
    ]
    assert best_run_of_each(found) == {"a": found[2], "b": found[1]}


def test_options_are_chosen_one_by_one_and_the_others_keep_what_they_have():
    grids = {"a": {"x": [1, 2, 3], "y": [4, 5, 6]}, "b": {"y": [5, 7]}}
    tried = []

    def answers():
        choosing = one_by_one(squared, {label: {"number": 0} for label in grids}, grids)
        stage = next(choosing)
        while True:
            tried.append([(r.label, r.options.get("x"), r.options["y"]) for r in stage])
            values = [r.options.get("x", 0) * r.options["y"] for r in stage]  # less is better
            found = [
                {"label": r.label, "options": r.options, "measured": {"validation": value}}
                for r, value in zip(stage, values, strict=True)
            ]
            try:
                stage = choosing.send(found)
            except StopIteration as end:
                return end.value

    common = {"number": 0, "validate": True}
    assert answers() == {"a": common | {"x": 1, "y": 4}, "b": common | {"y": 5}}
    assert tried[0] == [("a", 1, 5), ("a", 2, 5), ("a", 3, 5)]
    assert tried[1] == [("a", 1, 4), ("a", 1, 5), ("a", 1, 6), ("b", None, 5), ("b", None, 7)]


def test_an_experiment_goes_stage_by_stage_and_its_table_has_mean_spread_and_seeds(tmp_path):
    def experiment(quick):
        found = yield runs(tmp_path, [3, -2, 5])
        chosen = best(found)["number"]
        found = yield runs(tmp_path, [chosen], seeds=(0, 1, 2))
        return {
            "runs": found,
            "published": {"the square of -2": 4.5},
            "chosen": {"number": chosen},
            "notes": [],
        }

    found = reproduce.conclude(experiment(True), tmp_path, "squares", jobs=1)
    ((label, published, mean, spread, seeds, _),) = reproduce.rows(found)
    assert (label, published, mean, spread, seeds) == ("the square of -2", 4.5, 5, 1, 3)
    text = reproduce.table(found)
    assert "| the square of -2 | 4.50 | 5.00 | 1.00 | 3 | 0 |" in text
    assert "- Chosen without test data: number -2.\n" in text
    (tmp_path / "deep.md").write_text(text)
    assert reproduce.told(tmp_path) == f"## {deep.TITLE}\n\n{text}"


def test_settings_are_told_in_words_of_all_or_of_each_contender():
    assert reproduce.in_words({"rate": 0.003, "decay": 0.0}) == "rate 0.003, decay 0"
    each = {"plain": {"rate": 0.01}, "noisy": {"rate": 1e-4, "noise": 0.25}}
    mixed = {"loss": "squared error", "rate": 0.004}
    assert reproduce.in_words(mixed) == "loss squared error, rate 0.004"
    assert reproduce.in_words(each) == "plain: rate 0.01; noisy: rate 0.0001, noise 0.25"


def test_curves_are_drawn_with_what_was_published():
    runs = [
        {"label": label, "seed": 0, "measured": {"test": 3.5, "curve": [9, 5, 3.5]}}
        for label in ("deep", "shallow")
    ]
    one, other = (
        reproduce.picture({"runs": runs, "published": published})
        for published in ({"deep": 3.0}, {"PCA": 3.0})
    )
    assert one.startswith("<svg ")
    assert one.count("stroke: #808080") == other.count("stroke: #808080") + 1
    for colour in ("#0072b2", "#d55e00"):
        assert colour in other


def test_an_unknown_name_is_answered_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        reproduce.main(["shallow"])
    assert "nothing is called shallow; there are deep, stacked, " in capsys.readouterr().err


@pytest.mark.parametrize("count", [100, 55_000])
def test_settings_are_never_chosen_on_digits_that_judge_or_train(count):
    train, judged = digits.split(count, validate=True)
    tested = digits.split(count, validate=False).judged.images
    assert len(judged.labels) == len(tested) == 10_000
    rows = [{image.tobytes() for image in images} for images in (judged.images, tested)]
    assert not rows[0] & rows[1]
    assert not rows[0] & {image.tobytes() for image in train.images}


def test_test_digits_judge_one_classifier_alone(tmp_path):
    two = [{"rate": rate, "decay": 0.0} for rate in (1e-3, 1e-2)]
    for function, given in ((self_taught.taught, ["pixels"]), (k_sparse.features, [10, 0])):
        with pytest.raises(ValueError, match="test digits judge one classifier, not 2"):
            function(tmp_path, 0, 300, *given, two, 1)


def test_the_nearest_digit_is_that_with_the_least_sum_of_squares():
    rng = np.random.default_rng(0)
    known, judged = (
        Digits(rng.integers(0, 256, (n, 784), dtype=np.uint8), rng.integers(0, 3, n))
        for n in (40, 1_100)
    )
    wrong = 0
    for image, label in zip(judged.images.astype(int), judged.labels, strict=True):
        wrong += label != known.labels[((known.images.astype(int) - image) ** 2).sum(1).argmin()]
    assert digits.nearest(known, judged) == pytest.approx(100 * wrong / 1_100)
    assert digits.nearest(known, known) == 0


@pytest.mark.parametrize("name", reproduce.EXPERIMENTS)
def test_every_experiment_says_what_was_published_and_where(name):
    module = reproduce.EXPERIMENTS[name]
    entries = (ROOT / "book" / "references.bib").read_text("utf-8")
    cited = _keys(ast.get_docstring(ast.parse(Path(module.__file__).read_text("utf-8"))))
    assert cited
    assert all(f"{{{key}," in entries for key in cited)
    first = next(module.experiment(quick=True))
    assert all(run.options["validate"] for run in first)


@pytest.mark.parametrize("name", reproduce.EXPERIMENTS)
def test_every_kind_of_run_of_an_experiment_runs(name, tmp_path, monkeypatch):
    """Each of every stage, once for each label, on less still; others are said to be like it."""
    small = {"count": 300, "epochs": 1, "pretraining": 1, "units": 4, "k": 2}
    small["sizes"] = [784, 20, 10]

    def do_few(runs, folder, what, jobs):
        first = {}
        for run in runs:
            less = {key: value for key, value in small.items() if run.options.get(key)}
            if "classifiers" in run.options:  # which keep up to 200 units
                less.pop("units", None)
            if run.label not in first:
                first[run.label] = run.function(tmp_path, run.seed, **run.options | less)
            (tmp_path / "model.npz").unlink(missing_ok=True)
        return [
            {"label": r.label, "options": r.options, "measured": first[r.label], "seconds": 0.0}
            for r in runs
        ]

    monkeypatch.setattr(reproduce, "do_all", do_few)
    found = reproduce.conclude(reproduce.EXPERIMENTS[name].experiment(True), tmp_path, name)
    rows = reproduce.rows(found)
    assert set(found["published"]) <= {row[0] for row in rows}
    assert len(rows) >= 2  # it and a control
    assert all(np.isfinite(row[2]) for row in rows)
    text = reproduce.table(found)
    assert all(f"| {row[0]} |" in text for row in rows)


def _keys(text):
    return [key for part in text.split(":cite:")[1:] for key in part.split("`")[1].split(",")]


def test_a_deep_run_goes_on_where_it_was_killed(tmp_path, monkeypatch):
    options = {"sizes": [784, 20, 5], "count": 300, "batch": 100, "loss": "squared error"}
    options |= {"rate": 2e-3, "decay": 0.03, "pretraining": 1}
    folders = [tmp_path / "whole", tmp_path / "killed"]
    for folder in folders:
        folder.mkdir()
    whole = deep.autoencoder(folders[0], 0, epochs=3, **options)
    save, saved = deep.save, []

    def killed_after_two(*arguments, **named):
        save(*arguments, **named)
        saved.append(1)
        if len(saved) == 2:
            raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(deep, "save", killed_after_two)
        with pytest.raises(SystemExit):
            deep.autoencoder(folders[1], 0, epochs=3, **options)
    assert deep.autoencoder(folders[1], 0, epochs=3, **options) == whole
    assert len(whole["curve"]) == 4
    assert whole["test"] == whole["curve"][-1] < whole["curve"][0]


def test_a_gabor_function_is_found_and_noise_is_not_one():
    rng, (y, x) = np.random.default_rng(0), np.mgrid[:12, :12].astype(float)
    places = [
        (
            *rng.uniform(4, 7, 2),
            rng.uniform(0, np.pi),
            *np.log(rng.uniform(3, 6, 1)),
            *np.log(rng.uniform(1.5, 3, 2)),
        )
        for _ in range(5)
    ]
    waves = [np.tensordot(rng.standard_normal(2), gabor(p, x, y), 1).ravel() for p in places]
    found = explained(np.array(waves), 12)
    assert found.min() > 0.95
    noisy = np.array(waves) + 0.1 * np.std(waves) * rng.standard_normal((5, 144))
    assert (explained(noisy, 12) < found).all()
    noise = explained(rng.standard_normal((5, 144)), 12)
    assert noise.max() < 0.5
    np.testing.assert_allclose(explained(-3 * np.array(waves), 12), found, rtol=1e-3)


def test_the_page_has_every_table_and_says_what_came_out():
    page = (ROOT / "book" / "published.md").read_text("utf-8")
    said = set()
    for path in FULL.glob("*.json"):
        found = json.loads(path.read_text("utf-8"))
        assert f"{{include}} ../{path.with_suffix('.md').relative_to(ROOT)}" in page
        assert path.with_suffix(".md").read_text("utf-8") == reproduce.table(found)
        rows = reproduce.rows(found)
        said |= {
            f"{mean:.2f} ± {spread:.2f}" for _, _, mean, spread, *_ in rows if spread is not None
        }
    told = re.findall(r"\d+\.\d+ ± \d+\.\d+", page)
    assert len(told) > 3
    assert set(told) <= said
