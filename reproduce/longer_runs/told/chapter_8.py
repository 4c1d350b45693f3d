"""What chapter 8 tells of the stored numbers."""

from statistics import mean

import numpy as np

from reproduce.longer_runs.told.words import plus_minus, within


def plane(m):
    """Samples of the mixture in the plane."""
    small, large, forty = (m[f"langevin_{kind}"]["widths"] for kind in ("small", "large", "forty"))
    yield (
        f"with a quarter of the size widths are {min(small):.1f} to {max(small):.1f} times the true"
        f" ones; with four times the size they are right to {within(large)} %, and with forty steps"
        f" in place of ten to {within(forty)} %"
    )
    low, high = (round(100 * (1 - f(m["from_3"]["widths"]))) for f in (max, min))
    yield f"the groups come out {low} to {high} % too narrow"
    yield f"while shares are off by {m['from_3']['off']:.2f}"
    aside, from_3 = (m[name]["off"] for name in ("aside", "aside_from_3"))
    yield f"shares are off by {aside:.2f} from $\\sigma = 12$, and by {from_3:.2f} from 3"


def score(m):
    """The network in the plane with five times as many steps."""
    rates = ("2e-3", "5e-3", "1e-2", "2e-2", "4e-2")
    short = [m[f"score_20_{rate}"]["errors"] for rate in rates]
    one = [short[1][name][0] for name in ("bumps", "log sigma")]
    best = [min(each[name][0] for each in short) for name in ("bumps", "log sigma")]
    yield f"with the same rate for both, {float(rates[1])}, bumps look far better"
    yield "off by {:.2f} and {:.2f} at $\\sigma = 0.05$;".format(*one)
    *most, last = map(float, rates)
    yield f"of the rates {', '.join(map(str, most))} and {last} their own best"
    yield "leave {:.2f} and {:.2f}.)".format(*best)
    long = {rate: m[f"score_100_{rate}"] for rate in rates[1:4]}
    found = min(long.values(), key=lambda each: each["errors"]["log sigma"][0])
    assert found is long["1e-2"]
    yield f"at a rate of {float(rates[2])}"
    yield f"leave {found['strays']['bumps']:.1f} strays in a hundred"
    yield f"groups at most {within(found['widths']['bumps'])} % too wide"
    bumps, log = (found["errors"][name][0] for name in ("bumps", "log sigma"))
    yield f"a score that is off by {bumps:.2f} and {log:.2f} at $\\sigma = 0.05$."


def components(m):
    """40 components of the digits."""
    found = m["components"]
    network, mixture = (found[name] for name in ("network", "mixture"))
    yield f"a mixture of {found['components']}, which validation digits prefer to 30 and 100"
    for sigma in (0.1, 0.2, 0.4, 0.8):
        a, b = (each["errors"][f"at {sigma}"] for each in (network, mixture))
        yield f"{a:.3f} against {b:.3f} at {sigma}"
    yield f"a distance of {network['distance']:.1f} against {mixture['distance']:.1f}"


def digits(m):
    """A network that trains longer."""
    runs = [m[f"digits_{seed}"]["marks"] for seed in range(3)]
    less = np.array([run["flow, g = 1"] for run in runs]) - [run["10 a class"] for run in runs]
    pairs = zip(less.T.tolist(), (1, 2, 1, 1), strict=True)
    sure, distance, precision, recall = (plus_minus(each, n) for each, n in pairs)
    yield f"{sure}, {distance}, {precision} and {recall}"
    marks = np.mean([[run[f"flow, g = {g}"] for g in (2, 3)] for run in runs], axis=0)
    (_, near, _, more), (_, far, _, less) = marks
    yield f"a recall of {more:.0f} and {less:.0f} at distances of {near:.1f} and {far:.1f}"
    as_sure = (m[f"mixture_flow_{seed}"]["marks"] for seed in range(3))
    recalls = np.mean([[each[f"g = {g}"][3] for g in (2.5, 5)] for each in as_sure], axis=0)
    yield f"as sure by {recalls[0] - more:.0f} points of recall at $g = 2$"
    yield f"ahead of it by {less - recalls[1]:.0f} at $g = 3$"


def mixture_flow(m):
    """The digits with three seeds, and guidance by the mixture."""
    runs = [m[f"mixture_flow_{seed}"] for seed in range(3)]
    rows = {name: np.array([run["network"][name] for run in runs]) for name in runs[0]["network"]}
    rows["flow, g = 1 less 10 a class"] = rows["flow, g = 1"] - rows["10 a class"]
    for name, each in rows.items():
        cells = [plus_minus(v, n) for v, n in zip(each.T.tolist(), (1, 2, 1, 1), strict=True)]
        yield f"| {name} | {' | '.join(cells)} |"
    for g in (1, 1.5, 2, 2.5, 3, 5):
        values = np.array([run["marks"][f"g = {g}"] for run in runs]).T.tolist()
        cells = [plus_minus(v, n) for v, n in zip(values, (1, 2, 1, 1), strict=True)]
        yield f"| g = {g} | {' | '.join(cells)} |"
    more = [
        mean(run["marks"][f"g = {g}"][3] - run["network"][f"flow, g = {g}"][3] for run in runs)
        for g in (2, 3)
    ]
    yield f"it keeps {more[0]:.0f} and {more[1]:.0f} points more of the recall than the network"
    as_sure = [
        mean(run["marks"][f"g = {h}"][3] - run["network"][f"flow, g = {g}"][3] for run in runs)
        for g, h in ((2, 2.5), (3, 5))
    ]
    yield f"it keeps {as_sure[0]:.0f} and {as_sure[1]:.0f} points more."
    cost = [run["network"]["10 a class"][0] - run["marks"]["g = 1"][0] for run in runs]
    gain = [run["marks"]["g = 1"][3] - run["network"]["10 a class"][3] for run in runs]
    yield f"cost the mixture itself {plus_minus(cost, 1)} points of sureness"
    yield f"bring {plus_minus(gain, 1)} points of recall"


TELLERS = (
    plane,
    score,
    components,
    digits,
    mixture_flow,
)
