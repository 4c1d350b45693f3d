"""What chapter 10 tells of the stored numbers."""

from reproduce.longer_runs.told.words import WORDS, plus_minus


def dictionaries(m):
    """Starts, and how many features are on at a time."""
    names = ("transposed", "independent, aux.", "transposed, aux.")
    start, aux, both = (m["third"]["precision"][name] for name in names)
    yield f"the start alone has {start:.0f} %, the auxiliary error alone {aux:.0f} %"
    yield f"both have {both:.0f} %"
    clusters, codes = ([100 * n / 64 for n in found] for found in m["crowded_6"].values())
    yield f"clusters found {clusters[0]:.0f}, {clusters[1]:.0f} and {clusters[2]:.0f} %"
    yield f"BatchTopK {codes[0]:.0f} to {codes[-1]:.0f} %"
    most = max(max(found) for found in m["crowded_9"].values())
    yield f"with 9 neither found more than {WORDS[int(most)]}"
    six, nine = (
        {name: [100 * n / 64 for n in found] for name, found in m[f"crowded_{k}_longer"].items()}
        for k in (6, 9)
    )
    a, b = six["BatchTopK"], nine["BatchTopK"]
    yield f"finds {a[0]:.0f} to {a[-1]:.0f} % with 6 and {b[0]:.0f} to {b[-1]:.0f} % with 9"
    yield "{:.0f}, {:.0f} and {:.0f} % and none".format(*six["clusters"])
    assert not any(nine["clusters"])


def light(m):
    """Light penalties and a threshold."""
    short, long = (m[f"light_{steps}"] for steps in (500, 1500))
    *most, last = short
    yield f"penalties of {', '.join(most)} and {last} give"
    for found in (short, long):
        *most, last = (f"{each['F1']:.3f}" for each in found.values())
        yield f"of {', '.join(most)} and {last}"
    level = m["level_1500"]
    best = min(long.values(), key=lambda each: each["FVU"])
    yield f"{level['BatchTopK']['F1']:.3f} and {level['JumpReLU']['F1']:.3f}"
    pair = " and ".join(f"{each['FVU']:.3f}" for each in level.values())
    yield f"an FVU of {best['FVU']:.3f} at best, where they have {pair}"


def level(m):
    """BatchTopK and JumpReLU with more steps."""
    ends = {steps: m[f"level_{steps}"].values() for steps in (500, 1500, 4500)}
    first, middle, last = (
        "{:.0f} and {:.0f} %".format(*(100 * each["precision"] for each in pair))
        for pair in ends.values()
    )
    yield f"most of all in the precision, {first}"
    yield f"the precision is {middle} after 1500 steps and {last} after 4500"
    _, *longer = (
        "{:.3f} and {:.3f}".format(*(each["FVU"] for each in pair)) for pair in ends.values()
    )
    yield f"the FVU {longer[0]}, then {longer[1]}"


def nested(m):
    """Nested features with more steps."""
    plain, nest = (m["nested"][kind] for kind in ("BatchTopK", "Matryoshka"))
    two, four = (plain[k]["absorbed"] for k in "24")
    yield f"BatchTopK absorbs {two:.2f} with two places and {four:.2f} with four"
    yield f"where it finds {plain['4']['found']:.0f} % of the features"
    yield f"Matryoshka absorbs {nest['2']['absorbed']:.2f} with two"
    yield f"finds {nest['3']['found']:.0f} % with three, its best"


def hedging(m):
    """Pairs that go together."""

    def pair(name, rho):
        runs = (m[name][kind][f"at {rho}"]["each"] for kind in ("BatchTopK", "L1"))
        return ["${}$".format(plus_minus(each, 2).replace("±", r"\pm")) for each in runs]

    yield "with 16 latents {} and {} at 0.4".format(*pair("hedging_16", 0.4))
    means = [m["hedging_32"][kind]["at 0.4"]["mean"] for kind in ("BatchTopK", "L1")]
    many = "${:.2f}$ and ${:.2f}$ at 0.4".format(*means)
    yield f"with 32 latents {many}, and " + "{} and {} at 0.8".format(*pair("hedging_32", 0.8))
    one = m["hedging_1_place"]["BatchTopK"]
    yield f"BatchTopK mixes less at 0.4, {one['at 0.4']['mean']:.2f}"
    two = m["hedging_16"]["BatchTopK"]["at 0.8"]["mean"]
    yield f"as much at 0.8: {one['at 0.8']['mean']:.2f}, with two {two:.2f}"


def classifiers(m):
    """Three classifiers and what their latents show."""
    runs = [m[f"classifier_{seed}"] for seed in range(3)]
    for kind, name in (("SAE", "latents"), ("neurons", "neurons")):
        a, b, c = (run["purity"][kind] for run in runs)
        yield f"{name} {a:.2f}, {b:.2f} and {c:.2f}"
    for kind, name in (
        ("random directions", "random directions"),
        ("k-means", "clusters"),
        ("SAE, random columns", "random columns"),
    ):
        pure = sorted(run["purity"][kind] for run in runs)
        yield f"{name} {pure[0]:.2f} to {pure[-1]:.2f}"
    least, *_, most = sorted(run["of the twelve largest"] for run in runs)
    yield f"only the twelve largest count have {least:.2f} to {most:.2f}"
    shares = [
        "{:.0f} and {:.0f}".format(*(run["raises"][kind] for run in runs[1:]))
        for kind in ("SAE", "neurons", "random directions")
    ]
    yield "for latents {} %, neurons {}, random directions {}".format(*shares)


TELLERS = (
    dictionaries,
    light,
    level,
    nested,
    hedging,
    classifiers,
)
