"""What chapters tell of longer runs is what came out when their code ran with that change."""

import json
import re

import numpy as np
import pytest

from reproduce import longer_runs
from reproduce.longer_runs import Entry, __main__, told
from reproduce.longer_runs.entries import ENTRIES, PARTS

STORED = longer_runs.stored()
MEASURED = {name: found["measured"] for name, found in STORED.items()}
TRIED = re.compile(r"\b[Tt]ried\b|\bIn trials\b")
OURS = re.compile(r"\b[Ww]e (found|tried)\b|\b[Ii]n our runs\b")

TINY = """# Tiny

```{code-cell} ipython3
import numpy as np

rate, quiet = 0.5, True
```

## The derivation

### Down a bowl

```{code-cell} ipython3
raise RuntimeError("this is another section of the same name")
```

## The experiment

```{code-cell} ipython3
def descend(steps):
    x = 1.0
    for _ in range(steps):
        x -= rate * x
    return x
```

### Down a bowl

```{code-cell} ipython3
---
mystnb: {figure: {name: fig-tiny}}
---
raise RuntimeError("a figure is drawn")
```

```{code-cell} ipython3
ends = [descend(steps=3) for _ in range(2)]
slow = descend(10**9)
assert ends[0] == 0.125
for end in ends:
    assert end == 0.125
```

## Exercises

```{code-cell} ipython3
ends = [descend(steps=3)]
```
"""


def ends(chapter):
    """Where the descents end."""
    return {"ends": np_array(chapter), "quiet": hasattr(chapter, "quiet")}


def np_array(chapter):
    """As an array, which is to become a list."""
    return chapter.np.array(chapter.ends)


def tiny(**changes):
    """An entry about the tiny chapter."""
    settings = {
        "chapter": "tiny",
        "sections": ("### Down a bowl",),
        "measure": ends,
        "swaps": {"descend(steps=3) for": "descend(steps=4) for"},
        "also": ("rate, quiet",),
        "without": ("slow = ",),
    }
    return Entry(**settings | changes)


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """A chapter that can be run in no time, and a file for what comes out."""
    monkeypatch.setattr(longer_runs, "SOURCES", tmp_path)
    monkeypatch.setattr(longer_runs, "RESULTS", tmp_path / "results.json")
    (tmp_path / "tiny.md").write_text(TINY, "utf-8")
    return tmp_path / "tiny.md"


def text_of(chapter):
    return (longer_runs.SOURCES / f"{chapter}.md").read_text("utf-8")


def test_claims_run_if_they_are_asked_for_and_those_that_break_are_told(chapter):
    held = tiny(swaps={}, claims=True).run()["measured"]
    assert held == {"ends": [0.125, 0.125], "quiet": True, "broken": []}
    fell = tiny(claims=True).run()["measured"]
    assert fell["ends"] == [0.0625, 0.0625]
    assert [claim.splitlines()[0] for claim in fell["broken"]] == [
        "assert ends[0] == 0.125",
        "for end in ends:",
    ]


def test_no_claim_about_the_digits_of_chapter_8_is_that_of_one_lucky_draw():
    for seed in range(3):
        entry = ENTRIES[f"mixture_flow_{seed}"]
        assert entry.claims
        assert f"default_rng({seed})" in "\n".join(entry.code())
        assert sum(code.startswith("assert") for code in entry.code()) > 10
        assert MEASURED[f"mixture_flow_{seed}"]["broken"] == []


def prose(chapter):
    """The lines of a chapter that are no code."""
    cells = longer_runs.chapters.convert(text_of(chapter)).cells
    return [line for c in cells if c.cell_type == "markdown" for line in c.source.splitlines()]


@pytest.mark.parametrize("name", ENTRIES)
def test_what_is_replaced_stands_in_the_chapter_and_what_is_stored_is_of_this_code(name):
    entry, stored = ENTRIES[name], STORED[name]
    code = "\n".join(entry.code())
    compile(code, name, "exec")
    swaps = {old: new for old, new in entry.swaps.items() if old != new}
    assert all(new in code for new in swaps.values())
    assert stored["code"] == entry.digest(), f"run python -m reproduce.longer_runs {name}"
    assert stored["cpu_seconds"] < 600


def test_nothing_is_stored_that_is_not_run():
    assert list(STORED) == list(ENTRIES)


@pytest.mark.parametrize("chapter", told.TOLD)
def test_the_chapters_tell_what_is_stored(chapter):
    text = text_of(chapter)
    missing = [piece for piece in told.pieces(chapter, STORED) if piece not in text]
    assert missing == []


@pytest.mark.parametrize("chapter", ["08_diffusion", "09_generative", "10_dictionaries"])
def test_no_chapter_tells_of_something_tried_that_is_not_stored(chapter):
    pieces, found = told.pieces(chapter, STORED), 0
    for line in filter(TRIED.search, prose(chapter)):
        mine = [piece for piece in pieces if piece in line]
        follows = line.endswith(("they give", "overturn that."))
        assert mine or follows, f"nothing is stored of: {line}"
        found += 1
        for piece in mine:
            line = line.replace(piece, "")
        assert not re.search(r"\d\.\d|\d %", line), f"a number is not stored: {line}"
    assert found >= 3


@pytest.mark.parametrize("chapter", [name for name in told.TOLD if name < "08"])
def test_what_earlier_chapters_found_is_stored(chapter):
    pieces = told.pieces(chapter, STORED)
    for line in filter(OURS.search, prose(chapter)):
        assert any(piece in line for piece in pieces), f"nothing is stored of: {line}"


def test_no_name_of_an_entry_stands_twice():
    """The second would take the results of the first, in silence."""
    names = [name for part in PARTS for name in part.ENTRIES]
    assert sorted(names) == sorted(set(names))


def test_every_entry_is_told_of():
    class Seen(dict):
        def __getitem__(self, name):
            used.add(name)
            return super().__getitem__(name)

    used = set()
    for tellers in told.TOLD.values():
        for tell in tellers:
            assert list(tell(Seen(MEASURED)))
    assert used == set(ENTRIES)


def test_conclusions_about_codes_and_filters():
    untrained, logistic, linear = (
        {K: np.array(each["each"]) for K, each in found.items()}
        for found in MEASURED["code_sizes"].values()
    )
    for K in ("K = 5", "K = 10", "K = 20"):
        lead = (untrained[K] - logistic[K]).mean()
        assert 27 < lead < 31
        assert (untrained[K] - linear[K]).mean() > lead + 5
    assert 1 < (untrained["K = 100"] - logistic["K = 100"]).min() < 3
    assert min(logistic["K = 200"] - untrained["K = 200"]) > 3
    assert all(max(linear[K]) < min(untrained[K]) for K in linear)
    edges = MEASURED["edges"]
    for found in edges.values():
        assert found["best"] not in ("0.075", "2.4")
    assert edges["beta = 0"][edges["beta = 0"]["best"]]["index"] < 0.16
    found = MEASURED["frontier"]
    assert found["L1 0.1"]["dead"] == 100
    pairs = [(found[f"TopK {k}"], found[f"TopK {k}, stepwise"]) for k in (8, 16, 32, 64)]
    assert all(late["dead"] < early["dead"] - 25 for early, late in pairs)


def test_conclusions_about_training():
    few, some, many = MEASURED["minibatches"].values()
    leads = [found["L-BFGS"] - found["batches"] for found in (few, some, many)]
    assert leads[0] < 0.5 * min(leads[1:])
    assert few["polished"] < few["fell"] - 0.2
    assert all(found["fell"] < found["polished"] for found in (some, many))
    short, long = (runs["target 0.1"] for runs in MEASURED["decays"].values())
    assert long["decay 0"][1] < short["decay 0"][1] - 0.1
    for found in (short, long):
        (_, none), (error, little), (larger, more), (_, much) = found.values()
        assert abs(little - more) < 0.02 < little - max(none, much)
        assert larger > 1.7 * error


def test_a_strong_penalty_prefers_a_dense_code_only_on_small_batches():
    found = MEASURED["knob_batches"]
    dense, sparse = (
        found[f"beta 30, decay 0.001, {how}"]
        for how in ("50 digits, 50 epochs", "1000 digits, 4000 epochs")
    )
    assert min(sparse["each"]["sparsity"]) > max(dense["each"]["sparsity"]) + 0.4
    assert max(sparse["each"]["J"]) < min(dense["each"]["J"]) - 1.5
    assert dense["J"] + dense["scatter"] < sparse["J"] + sparse["scatter"] - 3
    same_steps = found["beta 30, decay 0.001, 1000 digits, 1000 epochs"]
    assert min(same_steps["each"]["sparsity"]) > max(dense["each"]["sparsity"]) + 0.3
    assert max(same_steps["each"]["J"]) < min(dense["each"]["J"]) - 1
    assert found["beta 30, decay 0.001, 50 digits, 400 epochs"]["sparsity"] < 0.3
    for beta in (0.3, 3):  # without decay the code becomes dense on all digits, too
        soon, late = (
            found[f"beta {beta}, decay 0, 1000 digits, {epochs} epochs"]["each"]["sparsity"]
            for epochs in (1000, 4000)
        )
        assert min(soon) > max(late) + 0.2


def test_what_outputs_and_hidden_layers_are_worth_depends_on_the_training():
    found = {name: np.array(run["each"]) for name, run in MEASURED["outputs"].items()}
    for run in MEASURED["outputs"].values():
        least, *_, most = sorted(map(float, run["all"]))
        assert least < float(run["rate"]) < most
    short = found["linear outputs, 5 passes"]
    assert max(short) < min(MEASURED["linear_outputs"]["each"]) - 2
    lead = found["linear code, logistic outputs, 5 passes, falling"]
    lead = lead - found["autoencoder, 5 passes, falling"]
    assert min(lead) > 0
    names = ("linear outputs", "linear code, logistic outputs", "autoencoder")
    hidden, logistic, both = (found[f"{name}, 30 passes, falling"] for name in names)
    assert max(hidden) < min(logistic) - 0.3
    assert max(both) < min(hidden) - 0.8


def test_units_of_l1_die_of_the_learning_rate_and_those_of_topk_at_any():
    found = {name: run["each"] for name, run in MEASURED["deaths"].items()}
    for beta, most in (("0.03", 20), ("0.1", 55)):
        short, bold, slow = (
            found[f"L1 {beta}, rate {how} epochs"] for how in ("0.007, 8", "0.007, 32", "0.001, 32")
        )
        assert max(slow["dead"]) < most < 75 < min(short["dead"] + bold["dead"])
    bold, slow = (found[f"L1 0.03, rate {rate}, 32 epochs"] for rate in (0.007, 0.001))
    assert max(bold["digits"]) < min(slow["digits"]) - 2
    same = [share for name in found if "TopK" in name for share in found[name]["dead"]]
    assert 75 < min(same) <= max(same) < 80


def test_filters_from_digits_need_no_descent_and_batches_of_ten_no_smaller_rate():
    filters = MEASURED["filters"]
    waves = min(min(each["each"]) for name, each in filters.items() if name != "components")
    assert max(filters["components"]["each"]) < waves - 6
    assert {each["rate"] for each in filters.values()} == {0.01}  # inside the grid
    rates = {name: each["rate"] for name, each in MEASURED["batch_rates"].items()}
    assert all(0.1 < rate < 2.8 for rate in rates.values())
    small = [rates.pop(f"batches of {size}") for size in (2, 5)]
    assert max(small) < min(rates.values()) <= max(rates.values()) < 2 * min(rates.values())


def test_with_100_digits_lbfgs_gains_less_over_a_falling_rate_the_smaller_the_batches():
    gains = []
    for found in MEASURED["small_batches"].values():
        first, *_, last = found["each"]
        assert not {first, last} & set(found["rates"].values())
        gains.append(found["J"]["fell"] - found["J"]["polished"])
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0.2 > 0.05 > gains[-1]


def test_what_an_estimate_costs_is_its_lag_and_what_flattens_a_valley_the_decay():
    ends = MEASURED["true_mean"]
    for method in ("momentum", "descent"):
        batch, everything = (ends[f"{method}, {name}"] for name in ("batch", "all samples"))
        for found in (batch, everything):
            first, *_, last = found["each"]
            assert str(found["rate"]) not in (first, last)
        assert abs(batch["mean"] - everything["mean"]) < 0.3
    late = ends["momentum, all samples, averaged"]["mean"]
    assert late > ends["momentum, all samples"]["mean"] + 3
    valleys = MEASURED["valleys"]
    assert max(max(valleys[name]) for name in ("as above", "centred", "whitened")) < 5_000
    assert max(valleys["as above"]) < 2.1 * min(valleys["centred"] + valleys["whitened"])
    assert min(valleys["a tenth of decay"]) > 9 * max(valleys["as above"])


def test_filters_of_raw_patches_are_less_directed_at_any_setting():
    raw, edges = MEASURED["raw_filters"], MEASURED["edges"]
    best = {kind: raw[name][kind] for kind, name in raw["best"].items()}
    without = edges["DC removed"][edges["DC removed"]["best"]]["each"]
    assert best["index"] < min(without) - 0.15
    assert best["index"] < best["without mean"] < min(without)


def test_conclusions_about_few_labels_and_many_features():
    counts, ahead = MEASURED["unlabelled"], {}
    for count, found in counts.items():
        assert found["choice"] in (1.0, 3.0)
        ahead[count] = found["mean"] - counts["4 x Glorot"]["mean"]
    assert ahead["30"] < 0 < 1 < ahead["100"]
    assert ahead["1000"] - ahead["10"] > 0.85 * (ahead["60000"] - ahead["10"])
    held = {name: runs["2000"]["held"] for name, runs in MEASURED["taught"].items()}
    del held["own"]
    assert max(held, key=held.get) == "weight 0.1"
    longer = MEASURED["taught_longer"]
    held = [longer[f"weight {weight}"]["2000"]["held"] for weight in (0.1, 0.3, 1.0)]
    assert np.ptp(held) < 0.05
    found = MEASURED["capacity"]
    for kind in ("32 features, 3 active", "256 features, 3 active"):
        assert found[kind]["start"][0] > found[kind]["aux."][0] + 15


def test_conclusions_that_other_settings_could_have_turned():
    outputs = MEASURED["linear_outputs"]
    assert max(MEASURED["few_digits"]["autoencoder"]["8 passes"]["each"][0]) < min(outputs["each"])
    assert outputs["rate"] not in (2.5e-4, 4e-3)
    runs = MEASURED["knob_rates"]
    for found in runs.values():
        least = min(found, key=lambda rate, found=found: found[rate][2])
        assert found["rate 0.02"][2] < 1.03 * found[least][2]
    strong = runs["beta 30"]
    assert strong["rate 0.005"][0] < strong["rate 0.02"][0] < 0.3 < strong["rate 0.08"][0]
    assert strong["rate 0.08"][1] < strong["rate 0.02"][1]
    found = MEASURED["hidden_pixels"]
    each = {name: np.array(run["each"]) for name, run in found.items()}
    assert {run["choice"] for name, run in found.items() if name != "kernel"} == {1.0}
    assert abs((each["6 epochs, 0.5 hidden"] - each["6 epochs, 0.0 hidden"]).mean()) < 0.3
    for epochs in (18, 40):
        assert (
            each[f"{epochs} epochs, 0.5 hidden"] - each[f"{epochs} epochs, 0.0 hidden"] > 1
        ).all()
    assert np.ptp([each[f"{epochs} epochs, 0.0 hidden"].mean() for epochs in (6, 18, 40)]) < 0.5
    hidden, taught = (MEASURED[name] for name in ("taught_hidden", "taught"))
    for run in hidden.values():
        assert min(run["each"]) > taught["weight 0"]["2000"]["mean"]
        assert abs(run["mean"] - taught["weight 0.1"]["2000"]["mean"]) < 0.4
    assert abs((each["40 epochs, 0.5 hidden"] - each["kernel"]).mean()) < 0.6


def test_conclusions_about_diffusion():
    rates = ("2e-3", "5e-3", "1e-2", "2e-2", "4e-2")
    short = {rate: MEASURED[f"score_20_{rate}"]["errors"] for rate in rates}
    mean = {name: [np.log(each[name]).mean() for each in short.values()] for name in short["2e-3"]}
    assert np.argmin(mean["bumps"]) == 2
    assert np.argmin(mean["log sigma"]) == 3
    assert abs(min(mean["bumps"]) - min(mean["log sigma"])) < 0.1
    assert 0 < np.argmin(mean["not told"]) < 4
    long = MEASURED["score_100_1e-2"]["errors"]
    assert all(0.75 < a / b < 1.33 for a, b in zip(long["bumps"], long["log sigma"], strict=True))
    for seed in range(3):
        marks, run = MEASURED[f"digits_{seed}"]["marks"], MEASURED[f"mixture_flow_{seed}"]
        short, mixture = run["network"], run["marks"]
        ours, theirs = marks["flow, g = 1"], marks["10 a class"]
        assert ours[0] < theirs[0]
        assert ours[1] > theirs[1]
        assert ours[2] < theirs[2] + 0.1
        for g in (2, 3):
            by_mixture = mixture[f"g = {g}"]
            for network in (marks[f"flow, g = {g}"], short[f"flow, g = {g}"]):
                assert by_mixture[1] < network[1]
                assert by_mixture[3] > network[3]
            assert by_mixture[1] < 0.4 * short[f"flow, g = {g}"][1]
        for g, h in ((2, 2.5), (3, 5)):
            sure, distance, _, recall = mixture[f"g = {h}"]
            for network in (marks[f"flow, g = {g}"], short[f"flow, g = {g}"]):
                assert abs(sure - network[0]) < 0.8
            assert recall > short[f"flow, g = {g}"][3]
            assert distance > marks[f"flow, g = {g}"][1]
    network, mixture = (MEASURED["components"][name] for name in ("network", "mixture"))
    ahead = [s for s, e in network["errors"].items() if e < mixture["errors"][s]]
    assert not ahead
    assert MEASURED["components"]["components"] == 60
    assert network["distance"] > mixture["distance"]


def test_conclusions_about_generative_models():
    for name in ("rise_200", "rise_200_longer"):
        nats = MEASURED[name]["each"]["nats"]
        assert all(a > b for a, b in zip(nats["annealed"], nats["plain"], strict=True))
    certified = [MEASURED[f"certified_{K}"]["certified"] for K in (1, 3, 10, 30)]
    assert max(certified) == certified[2]
    late, plain = MEASURED["bits_late"]["each"], MEASURED["bits"]["each"]["plain"]
    assert all(1.01 < a / b < 1.04 for a, b in zip(late, plain, strict=True))
    best = {"vq": MEASURED["bits"]["vq"], "plain": MEASURED["bits"]["plain"]}
    for name in ("rate_2", "rate_4", "8", "32", "relu", "pull_0.1", "pull_1.0"):
        assert MEASURED[f"bits_{name}"]["vq"] > best["vq"]
    for name in ("rate_2", "rate_4", "code_8", "code_24"):
        assert MEASURED[f"bits_{name}"]["plain"] > best["plain"]
    for name in [name for name in ENTRIES if name.startswith("bits") and name != "bits_late"]:
        if "code_8" not in name:
            assert MEASURED[name]["plain"] < MEASURED[name]["not turned"]
    for name in ("", "_rate_1", "_rate_4", "_code_8", "_code_24"):
        assert MEASURED["bits_longer_rate_2"]["vq"] < MEASURED[f"bits_longer{name}"]["vq"] + 1e-9
        assert MEASURED["bits_longer_rate_2"]["plain"] < MEASURED[f"bits_longer{name}"]["plain"]
    steps = MEASURED["bits_longer_rate_2_steps"]
    assert 0.98 < steps["vq"] / steps["plain"] < 1.02
    assert MEASURED["bits_longer_32"]["vq"] > MEASURED["bits_longer"]["plain"]
    drawn = MEASURED["drawn_bits"]["each"]
    turns = [values for name, values in drawn.items() if "units" in name]
    assert max(drawn["snapped"]) < min(map(min, turns)) - 0.3
    each = {**MEASURED["overturn_plain"], **MEASURED["overturn_calibrated"]}
    ends = {name: [run["mixture of 100"] for run in runs] for name, runs in each.items()}
    for name in ("0.005", "0.01", "0.02"):
        assert all(a > b + 0.05 for a, b in zip(ends[name], ends["16"], strict=True))


def test_conclusions_about_dictionaries():
    level = {steps: MEASURED[f"level_{steps}"] for steps in (500, 1500, 4500)}
    for found in level.values():
        assert found["BatchTopK"]["FVU"] < found["JumpReLU"]["FVU"]
    for steps, best in ((500, "0.2"), (1500, "0.15")):
        light = MEASURED[f"light_{steps}"]
        assert max(light, key=lambda price: light[price]["F1"]) == best
        assert light[best]["FVU"] > level[steps]["JumpReLU"]["FVU"]
        assert abs(light[best]["F1"] - level[steps]["JumpReLU"]["F1"]) < 0.02
    for k in (6, 9):
        crowd = MEASURED[f"crowded_{k}_longer"]
        assert min(crowd["BatchTopK"]) > max(crowd["clusters"]) + 5
    found = {k: each["found"] for k, each in MEASURED["nested"]["Matryoshka"].items()}
    assert max(found, key=found.get) == "3"
    classifiers = [MEASURED[f"classifier_{seed}"] for seed in range(3)]
    for run in classifiers:
        pure = run["purity"]
        assert run["of the twelve largest"] < pure["SAE"] - 0.05
        assert pure["neurons"] < pure["SAE"] < pure["SAE, random columns"] + 0.01 < pure["k-means"]
        assert all(40 < share < 60 for share in run["raises"].values())


def test_an_entry_runs_the_chapter_s_code_with_the_change(chapter):
    found = tiny().run()
    assert found["measured"] == {"ends": [0.0625, 0.0625], "quiet": True}
    assert tiny(swaps={}).run()["measured"]["ends"] == [0.125, 0.125]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"swaps": {"descend(steps=5)": ""}}, "no longer has the text 'descend(steps=5)'"),
        ({"swaps": {"descend(": "go("}}, "has 3 times the text 'descend('"),
        ({"sections": ("### Up a hill",)}, "no longer has the section '### Up a hill'"),
        ({"also": ("speed = ",)}, "no longer has the statement 'speed = '"),
        ({"without": ("fast = ",)}, "no longer has the statement 'fast = '"),
    ],
)
def test_what_is_not_in_the_chapter_is_named(chapter, changes, message):
    with pytest.raises(ValueError, match=re.escape(f"tiny.md {message}")):
        tiny(**changes).code()


def test_what_is_stored_is_not_run_again_unless_it_is_named_or_has_changed(chapter, capsys):
    entries = {"first": tiny(), "second": tiny(swaps={})}
    longer_runs.do(entries, ["second"])
    assert list(longer_runs.stored()) == ["second"]
    longer_runs.do(entries)
    assert list(longer_runs.stored()) == ["first", "second"]
    assert re.findall(r"\w+(?=: )", re.sub(r"\{.*", "", capsys.readouterr().out)) == [
        "second",
        "first",
    ]
    longer_runs.do(entries)
    assert capsys.readouterr().out == ""
    longer_runs.do(entries, ["first"])
    assert capsys.readouterr().out.startswith("first: 0 s")
    chapter.write_text(TINY.replace("range(2)", "range(1)"), "utf-8")
    longer_runs.do({"second": entries["second"]})
    found = json.loads(longer_runs.RESULTS.read_text("utf-8"))
    assert list(found) == ["second"]
    assert found["second"]["measured"]["ends"] == [0.125]


def test_what_a_measure_takes_from_another_module_belongs_to_its_code():
    code = longer_runs.sources(ENTRIES["rectified"].measure)
    assert {re.match(r"def (\w+)", each)[1] for each in code} == {"rectified", "falling", "at_best"}


def test_a_change_in_what_a_measure_calls_is_a_change(chapter, monkeypatch):
    before = tiny().digest()
    assert longer_runs.sources(ends)[1].startswith("def np_array(chapter):")

    def np_array(chapter):
        return chapter.np.array(chapter.ends) + 1

    np_array.__module__ = ends.__module__
    monkeypatch.setitem(ends.__globals__, "np_array", np_array)
    assert tiny().digest() != before


def test_an_unknown_name_is_answered_with_those_that_there_are(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["longest"])
    assert "nothing is called longest; there are code_sizes, " in capsys.readouterr().err


def test_conclusions_beside_rivals_with_settings_of_their_own():
    found = MEASURED["noisy_labels"]
    assert all(0.3 < run["choice"] < 6 for run in found.values())
    each = {name: np.array(run["each"]) for name, run in found.items()}
    noise, plain = (
        each["centred, 0.1 hidden, 240 epochs"],
        each["pretrained, 0.0 hidden, 60 epochs"],
    )
    assert abs((noise - plain).mean()) < 0.5
    assert (noise > each["centred, 0.0 hidden, 240 epochs"]).all()
    assert (each["pretrained, 0.1 hidden, 240 epochs"] - noise).mean() > 0.8
    for name in ("centred", "pretrained"):
        short, long = (each[f"{name}, 0.0 hidden, {epochs} epochs"] for epochs in (60, 240))
        assert abs((long - short).mean()) < 0.2
    normal, edges = MEASURED["normal_numbers"], MEASURED["edges"]
    best = {name: runs[runs["best"]]["index"] for name, runs in normal.items()}
    photographs = edges["epsilon = 0.01"]
    assert best["ε = 0.01"] < 0.6 * photographs[photographs["best"]]["index"]
    assert best["DC removed"] < edges["DC removed"][edges["DC removed"]["best"]]["index"] - 0.05
    assert max(max(run["each"]) for run in MEASURED["patient"].values()) < 4
