"""What chapter 3 tells of the stored numbers."""

from statistics import mean

import numpy as np


def frontier(m):
    """Active units and errors of L1 and TopK."""
    found = m["frontier"]
    units, error = (found["L1 0.02"][name] for name in ("nonzero", "digits"))
    errors = {name: f"{each['digits']:.1f}" for name, each in found.items()}
    yield f"has {units:.0f} active units and an error of {error:.1f} % of that of the mean image"
    yield f"TopK with 32 and 64 has {errors['TopK 32']} and {errors['TopK 64']} %"
    dead = [found[name]["dead"] for name in ("TopK 16, stepwise", "TopK 16")]
    yield "with 16 they leave {:.0f} % dead in place of {:.0f} %".format(*dead)
    yield f"is {errors['TopK 16, stepwise']} in place of {errors['TopK 16']} %"
    yield f"with 8 it falls from {errors['TopK 8']} to {errors['TopK 8, stepwise']} %"
    yield f"with 32 it rises from {errors['TopK 32']} to {errors['TopK 32, stepwise']} %"


def decays(m):
    """Sparsity by weight decay."""
    short, long = m["decays"].values()
    middle = []
    for runs in (short, long):
        *some, last = (f"{sparsity:.2f}" for _, sparsity in runs["target 0.1"].values())
        middle.append(f"{', '.join(some)} and {last}")
    yield f"is {middle[0]} after 50 epochs, and {middle[1]} after 200"
    little, more = (long["target 0.1"][f"decay {lam}"][0] for lam in ("0.0001", "0.001"))
    yield f"which is {little:.2f} and {more:.2f} after 200 epochs"
    pairs = [
        [runs[name]["decay 0"][1] for name in ("target 0.5", "no penalty")]
        for runs in (short, long)
    ]
    yield " and ".join("{:.2f} against {:.2f}".format(*pair) for pair in pairs)


def knob_rates(m):
    """A strong penalty at other rates."""
    runs = m["knob_rates"]["beta 30"]
    small, middle = (runs[f"rate {rate}"] for rate in ("0.005", "0.02"))
    yield f"a quarter of it gets $J$ down from {middle[2]:.2f} to {small[2]:.2f}"
    yield f"the code is denser still, {small[0]:.2f}"
    large = runs["rate 0.08"]
    yield f"Four times the rate ends sparse, {large[0]:.2f}, but with a $J$ of {large[2]:.1f}"


def knob_batches(m):
    """Strong penalties on batches and on all digits."""

    def end(beta, size, epochs, decay=0.001):
        return m["knob_batches"][f"beta {beta}, decay {decay}, {size} digits, {epochs} epochs"]

    late = end(30, 1000, 4000)
    dense, longer = (end(30, 50, epochs) for epochs in (50, 400))
    yield f"it gives {late['sparsity']:.2f}, with a $J$ of {late['J']:.2f}"
    weaker = (end(beta, 1000, 4000)["sparsity"] for beta in (0.3, 3))
    yield "($\\beta = 0.3$ and 3 give {:.2f} and {:.2f})".format(*weaker)
    yield f"would add {late['scatter']:.1f} to the $J$ of that sparse code"
    yield f"add {dense['scatter']:.1f} to that of the dense one"
    yield f"400 with batches of 50 leave {longer['sparsity']:.2f}"
    as_many_steps = end(30, 1000, 1000)["sparsity"]
    assert as_many_steps > dense["sparsity"] + 0.2
    yield "Take larger batches, in as many steps"
    falls = (end(0.3, 1000, epochs, 0)["sparsity"] for epochs in (1000, 4000))
    yield "falls from {:.2f} after 1,000 steps to {:.2f} after 4,000".format(*falls)


def without_scatter(m):
    """A strong penalty of the mean over all digits, on batches of 50."""
    scattered, still = (
        m["without_scatter"][f"beta 30, {name}"] for name in ("batch", "all digits")
    )
    assert max(scattered["sparsity"]) < 0.25 < 0.55 < min(still["sparsity"])
    yield f"$\\beta = 30$ then gives {mean(still['sparsity']):.2f}, and $J$ falls to"
    yield f"$J$ falls to {mean(still['J']):.2f}, where the mean of the batch leaves"
    yield f"the mean of the batch leaves {mean(scattered['J']):.2f}"


def small_target(m):
    """A strong penalty with a small target takes its time, unless there is less decay."""

    def both(quantity, how):
        return (how(f"target {rho}")[quantity] for rho in (0.02, 0.1))

    def after_50(decay):
        return lambda target: m["by_decay"][f"{target}, decay {decay}"]["beta 3"]

    small, large = both("population", after_50(0.001))
    assert max(small) < min(large) - 0.15
    long, light = m["small_target"].get, after_50(0.0003)
    for how in (long, light):
        small, large = both("population", how)
        assert min(small) > max(large)
        small, large = both("error", how)
        assert 1.9 < mean(small) / mean(large) < 2.3
    pairs = [
        "{:.2f} against {:.2f}".format(*map(mean, both("population", h))) for h in (long, light)
    ]
    yield f"After 200 its population sparsity is the higher one, {pairs[0]}"
    yield f"with a decay of 0.0003 it is so after 50, {pairs[1]}"


def by_decay(m):
    """With little decay the smallest target has both sparsities high."""
    found, few = m["by_decay"], "target 0.02, decay 0.0001"
    best = {name: mean(x) for name, x in found[few]["beta 0.3"].items()}
    for name, strengths in found.items():
        for runs in strengths.values():
            if not name.startswith("target 0.02") and mean(runs["error"]) < 1.05 * best["error"]:
                assert max(runs["population"]) < best["population"]
                assert max(runs["lifetime"]) < best["lifetime"]
    hushed = found["target 0.02, decay 0.001"]["beta 0.1"]["lifetime"]
    assert max(hushed) < best["lifetime"] - 0.3
    yield "{population:.2f} and {lifetime:.2f}, at an error of {error:.2f}; neither".format(**best)
    assert len(found) == 3 * 4
    assert {len(strengths) for strengths in found.values()} == {8}


def targets(m):
    """Sparsity by target at equal errors."""
    small, middle, large = (np.array(each["population"]) for each in m["targets"].values())
    assert (small[:, 3] > middle[:, 3] + 0.03).all()
    assert (middle[:, 3] > large[:, 3] + 0.03).all()
    assert max(np.ptp([each[:, 0] for each in (small, middle, large)], axis=0)) < 0.03
    busy, *others = (np.array(each["lifetime"]) for each in m["targets"].values())
    assert (busy < np.min(others, axis=0) - 0.05).all()
    high, low = ([f"{each[:, at].mean():.2f}" for each in (small, middle, large)] for at in (3, 0))
    yield "it is {}, {} and {} where the error is 1.7".format(*high)
    yield "the three hardly differ: {}, {} and {}".format(*low)


def beside_components(m):
    """Sparse codes beside principal components, by output units."""
    found = {name: np.array(each["above"]) for name, each in m["beside_components"].items()}
    logistic = np.concatenate([found[name] for name in found if "logistic" in name])
    below = np.concatenate(
        [-found[name] for name in found if "identity" in name and "TopK" not in name]
    )
    on = np.concatenate([found[name] for name in found if name.startswith("TopK, identity")])
    assert max(abs(on)) < 2
    yield f"leave {min(logistic):.0f} to {max(logistic):.0f} points less than any of the three"
    yield "than any of the three in our runs: their outputs are linear"
    yield f"KL and $L_1$ lie {min(below):.0f} to {max(below):.0f} points below them, TopK on them"


def living(m):
    """Sparse codes whose units live, and dense ones of as few units."""
    found, others = m["living"], m["other_strengths"]["1500 digits"]
    for epochs in (8, 32):
        for name in ("TopK, steps", "L1, slow"):
            assert max(found[f"{name}, {epochs} epochs"]["above"]) < -5
            assert max(found[f"{name}, {epochs} epochs"]["dead"]) < 35
    for name, dead in (("TopK, steps", "TopK 16"), ("L1, slow", "L1 0.03")):
        above = found[f"{name}, 8 epochs"]["above"]
        assert (np.array(above) < np.array(others[dead])).all()
    few = [found[f"{name}, 8 epochs"] for name in ("linear, 57 units", "rectifiers, 60 units")]
    for dense, name in zip(few, ("TopK 16", "L1 0.03"), strict=True):
        sparse = np.array(others["left"][name])[:, 1]
        assert (sparse > np.array(dense["scrambled"]) + 8).all()
    yield "dense, leave {:.0f} and {:.0f} in our runs".format(*(mean(d["scrambled"]) for d in few))
    yield "and lower if more units live"


def deaths(m):
    """Dead units at a smaller learning rate."""
    found = m["deaths"]
    bold, slow = (found[f"L1 0.03, rate {rate}, 32 epochs"] for rate in (0.007, 0.001))
    yield f"of 32 epochs {bold['dead']:.0f} % are dead, and at a seventh of the rate"
    yield f"{slow['dead']:.0f} %, though the error is larger there"
    yield f"{slow['digits']:.1f} against {bold['digits']:.1f} %"
    yield f"under TopK {found['TopK 16, rate 0.007, 32 epochs']['dead']:.0f} % are, at both rates"
    strong, weaker = (found[f"L1 0.1, rate {rate}, 32 epochs"] for rate in (0.007, 0.001))
    yield f"it is smaller, {weaker['digits']:.0f} against {strong['digits']:.0f} %"
    yield f"in 32 epochs, {weaker['dead']:.0f} % die"
    yield f"at that rate, {slow['dead']:.0f} % are dead after 32 epochs"


def deaths_longer(m):
    """Dead units after more epochs."""
    slow = m["deaths_longer"]["rate 0.001"]
    yield f"after 128 epochs {slow['dead']:.0f} %, with an error of {slow['digits']:.1f} %"


def strengths(m):
    """Two more seeds of the four strengths, and larger ones."""
    *runs, ten, thirty = m["strengths"].values()

    def apart(name):
        return max(np.abs(np.array(each[name]) - each[name][0]).max() for each in runs)

    sparse = max(apart("population"), apart("lifetime"))
    yield f"two more differ by at most {sparse:.2f} in sparsity and {apart('error'):.1f} in $E$"
    more = [mean(each["population"]) for each in (ten, thirty)]
    yield "10 and 30 give {:.2f} and {:.2f} in our runs".format(*more)


def decay_rates(m):
    """Sparsity without decay at other learning rates."""
    rates = (0.005, 0.01, 0.02, 0.04)
    top, end = np.transpose(
        [np.mean(m["decay_rates"][f"rate {rate}, decay 0"], axis=1) for rate in rates]
    )
    kept = [np.subtract(*m["decay_rates"][f"rate {rate}, decay 0.001"]).max() for rate in rates]
    yield f"falls from {min(top):.2f} to {max(top):.2f} at its highest to"
    yield f"{min(end):.2f} to {max(end):.2f} after 200 epochs"
    yield f"with a decay of $10^{{-3}}$ it falls by at most {max(kept):.2f}"


def quiet(m):
    """Quiet units after more epochs."""
    yield f"after 32 epochs still {m['quiet']['mean']:.0f} % in our runs"


def copying(m):
    """What is copied after more epochs."""
    found = m["copying"]
    left = {name: found[name]["scrambled"] for name in ("TopK", "KL", "L1")}
    curve = [
        [found[f"short, {u} units"][q] for u in (60, 24, 15, 9)] for q in ("digits", "scrambled")
    ]
    for name, control in (("TopK", "linear"), ("KL", "logistic"), ("L1", "rectifier")):
        assert left[name] > found[control]["scrambled"] + 8
        assert left[name] < np.interp(found[name]["digits"], *curve)
    yield "it is {:.0f}, {:.0f} and {:.0f} in our runs".format(*left.values())


def others(m):
    """What is no digit in another way than by scrambling."""
    found = m["others"]
    short, long = (found[f"TopK, {epochs} epochs"] for epochs in (8, 32))
    assert min(short["above"]["normal"]) > 5
    assert min(long["above"]["normal"]) > 2
    for name in ("KL", "L1"):
        assert all(max(found[f"{name}, {n} epochs"]["above"]["normal"]) < -0.5 for n in (8, 32))
    points = [mean(each["above"]["normal"]) for each in (short, long)]
    yield f"TopK leaves {short['left']['normal']:.0f} % in our runs, {points[0]:.0f} points above"
    yield f"({points[1]:.0f} after the longer training; $L_1$ and KL lie below)"


def short_of_kind(m):
    """Scrambled digits beside short codes of the same units."""
    found = m["short_of_kind"]
    for name, sign in (("KL", 1), ("L1", -1)):
        for epochs in (8, 32):
            run = found[f"{name}, {epochs} epochs"]
            assert min(sign * np.subtract(run["sparse"], run["short"])) > 0.5
    soon, late = (
        [mean(found[f"KL, {epochs} epochs"][kind]) for kind in ("sparse", "short")]
        for epochs in (8, 32)
    )
    yield "KL leaves more, {:.0f} against {:.0f} % in our runs".format(*soon)
    yield "({:.0f} against {:.0f} after the longer training).".format(*late)


def other_strengths(m):
    """Sparse codes of other strengths, with more digits too, beside short ones."""
    for found in m["other_strengths"].values():
        for name, above in found.items():
            if name.startswith(("KL", "L1")):
                assert max(above) < -1, (name, above)
            elif name.startswith("TopK"):
                assert max(above) < 1.5, (name, above)
    few = m["other_strengths"]["1500 digits"]
    assert max(np.abs([few["TopK 4"], few["TopK 8"]]).ravel()) < 1.5
    yield "with 10,000 digits, or at other strengths (TopK with 4 or 8 on it)"


def steps_longer(m):
    """TopK with steps and without after more epochs."""
    found = m["steps_longer"]
    plain, steps = (
        [found[f"TopK {k}, {way}"] for k in (8, 16, 32)] for way in ("plain", "stepwise")
    )
    with_8, *more = np.subtract(
        *([each["each"]["digits"] for each in ways] for ways in (plain, steps))
    )
    assert min(with_8) > 1
    assert np.max(more) < 0
    (a8, a16, a32), (b8, b16, b32) = ([each["digits"] for each in ways] for ways in (plain, steps))
    yield f"after 32 epochs it is larger, {b16:.1f} against {a16:.1f} % in our runs"
    yield f"it is {b8:.1f} in place of {a8:.1f} % with 8"
    yield f"and {b32:.1f} in place of {a32:.1f} % with 32"


def by_momentum(m):
    """Sparsity without decay by momentum."""
    small, middle, large, *strong = m["by_momentum"].values()
    assert min(np.subtract(small["highest"], small["last"])) > 0.05
    assert max(np.subtract(large["highest"], large["last"])) < 0.02
    highest, last = (mean(small[name]) for name in ("highest", "last"))
    yield f"is {mean(large['last']):.2f} after 400 epochs at a rate of 0.5"
    yield f"{mean(middle['last']):.2f} at 0.3, and at 0.1 it falls from {highest:.2f} to {last:.2f}"
    errors = [f"{mean(found['error']):.1f}" for found in (large, middle, small)]
    yield "the error is {}, {} and {}".format(*errors)
    S, J = ([mean(found[name]) for found in strong] for name in ("last", "J"))
    assert sorted(J) == J
    assert S[0] < 0.3 < 0.8 < S[1]
    yield "give {:.2f}, {:.2f} and {:.2f} at rates of 0.02, 0.1 and 0.2".format(*S)
    yield "with a $J$ of {:.1f}, {:.1f} and {:.1f}".format(*J)


TELLERS = (
    frontier,
    decays,
    knob_rates,
    knob_batches,
    without_scatter,
    small_target,
    by_decay,
    targets,
    beside_components,
    living,
    deaths,
    deaths_longer,
    strengths,
    decay_rates,
    quiet,
    copying,
    others,
    short_of_kind,
    other_strengths,
    steps_longer,
    by_momentum,
)
