"""A comparison says who is ahead only where it is fair to say so."""

import numpy as np
import pytest

from ae_course.comparison import UnfairError, compare

GRID = (1, 2, 3, 4)
NOISE = np.random.default_rng(0).normal(0, 0.1, 3)


def bowl(best, depth):
    return lambda setting, seed: depth + (setting - best) ** 2 + NOISE[seed]


RUNS = compare({"deep": bowl(2, 1), "flat": bowl(3, 2), "edge": bowl(4, 0)}, GRID)


def test_each_is_taken_at_its_best_setting():
    assert [RUNS.choice(name) for name in ("deep", "flat", "edge")] == [2, 3, 4]
    np.testing.assert_allclose(RUNS.results("flat"), 2 + NOISE)
    np.testing.assert_allclose(RUNS.mean("flat"), 2 + NOISE.mean())
    np.testing.assert_allclose(RUNS.spread("deep"), np.std(NOISE, ddof=1))
    np.testing.assert_allclose(RUNS.gaps("deep", "flat"), 1)  # seed by seed: the noise cancels


def test_it_is_chosen_by_the_first_number_and_reported_by_the_second():
    runs = compare({"a": lambda setting, seed: (setting, -setting)}, GRID, ends=(1,))
    assert runs.choice("a") == 1
    assert runs.mean("a") == -1


def test_a_sound_conclusion_passes_and_others_say_why_they_do_not():
    RUNS.ensure("deep", "flat", by=0.9)
    for name, other, by, message in [
        ("deep", "flat", 1.1, "ahead of flat by 1.0000, wanted more than 1.1"),
        ("flat", "deep", 0, "ahead of deep by -1.0000, wanted more than 0"),
        ("edge", "deep", 0, "edge is best at 4, the edge of 1 to 4: try settings beyond it"),
        ("deep", "edge", -9, "edge is best at 4"),
    ]:
        with pytest.raises(UnfairError, match=message):
            RUNS.ensure(name, other, by)


def test_it_draws_means_spreads_and_choices():
    figure = RUNS.figure(xlabel="rate", ylabel="error", xscale="log")
    (axes,) = figure.axes
    curve, dot = axes.lines[:2]
    np.testing.assert_allclose(curve.get_ydata(), RUNS.reported["deep"].mean(axis=1))
    np.testing.assert_allclose(dot.get_xydata(), [[2, RUNS.mean("deep")]])
    low, high = RUNS.reported["deep"].min(), RUNS.reported["deep"].max()
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (low, high)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["deep", "flat", "edge"]


def test_every_seed_has_to_agree():
    lucky = {"a": lambda s, seed: 0, "b": lambda s, seed: (5, 5, -1)[seed]}
    runs = compare(lucky, (1,), ends=(1,))
    assert runs.gaps("a", "b").mean() > 0
    with pytest.raises(UnfairError, match="for 2 of 3 seeds, wanted all"):
        runs.ensure("a", "b")


def test_a_tie_is_no_lead():
    exact = {"a": lambda s, seed: 1.0, "b": lambda s, seed: 1.5}
    with pytest.raises(UnfairError, match=r"a is ahead of b by 0\.5000, wanted more than 0\.5"):
        compare(exact, (1,), ends=(1,)).ensure("a", "b", by=0.5)
    level = {"a": lambda s, seed: 0, "b": lambda s, seed: (5, 5, 0)[seed]}
    with pytest.raises(UnfairError, match="a is ahead of b for 2 of 3 seeds, wanted all"):
        compare(level, (1,), ends=(1,)).ensure("a", "b")


def test_an_end_of_what_there_is_is_no_edge():
    runs = compare({"a": bowl(4, 0), "b": bowl(2, 1)}, GRID, ends=(4,))
    runs.ensure("a", "b")


def test_the_table_says_what_is_missing():
    table = str(RUNS).splitlines()
    assert table[0].split() == ["best", "of", "4", "mean", "spread", "(3", "seeds)"]
    assert table[3].endswith("at the edge")
    assert not table[1].endswith("edge")
    one = str(compare({"a": bowl(2, 1)}, GRID, seeds=[0]))
    assert "one seed" in one
    assert "nan" not in one


@pytest.mark.parametrize(
    ("contenders", "settings", "message"),
    [
        ({"a": bowl(1, 1)}, {"b": GRID}, "b has 4; wanted settings for each of a"),
        ({"a": bowl(1, 1)}, (), "a has 0; wanted settings for each of a"),
        ({"a": lambda s, seed: np.nan}, GRID, "a at 1, seed 0, gives nan, wanted one or two"),
        ({"a": lambda s, seed: (1, 2, 3)}, GRID, "gives .*, wanted one or two numbers"),
    ],
)
def test_what_cannot_be_compared_is_refused(contenders, settings, message):
    with pytest.raises(ValueError, match=message):
        compare(contenders, settings)


def test_who_is_not_there_is_named():
    with pytest.raises(KeyError, match="no contender x; there are deep, flat, edge"):
        RUNS.mean("x")
