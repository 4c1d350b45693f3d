"""What the chapters tell of the stored numbers, word for word: a test holds both together."""

from statistics import mean, stdev

import numpy as np

WORDS = ["none", "one", "two", "three", "four", "five", "six"]


def plus_minus(values, digits):
    """Mean and standard deviation as the chapters write them."""
    return f"{mean(values):.{digits}f} ± {stdev(values):.{digits}f}".replace("-", "−")


def within(ratios):
    """The largest distance from 1, in percent, rounded up."""
    return int(np.ceil(100 * np.abs(np.array(ratios) - 1).max()))


def code_sizes(m):
    """Chapter 1: codes of other sizes."""
    kinds = {name: [each["each"] for each in k.values()] for name, k in m["code_sizes"].items()}
    means = {name: np.mean(found, axis=1) for name, found in kinds.items()}
    for name, found in means.items():
        yield f"| {name} | {' | '.join(f'{mean:.0f}' for mean in found)} |"
    untrained, logistic, linear = means.values()
    *_, at_100, at_200 = untrained - logistic
    yield f"only {at_100:.0f} nats better than random features, and at 200 it is worse"
    assert at_200 < -3 < 27 < min((untrained - logistic)[1:4])
    yield f"up to {max(untrained - linear):.0f} for the linear one"
    first, *others = (np.ptp(found, axis=1).max() for found in kinds.values())
    yield f"up to {first:.0f} nats for random features and by up to {max(others):.0f} for the"


def filters(m):
    """Chapter 1: filters that are computed."""
    yield f"in place of the waves leave {m['filters']['components']['mean']:.1f} in our runs"


def longer_codes(m):
    """Chapter 1: codes with more epochs."""

    def pair(name):
        return [f"{m['longer_codes'][f'{name}, {n} epochs']['mean']:.1f}" for n in (30, 100)]

    logistic, linear, waves = map(pair, ("logistic code", "linear code", "waves"))
    assert float(linear[0]) < float(logistic[0]) < float(waves[0])
    yield "leaves {} after 30 epochs and {} after 100".format(*logistic)
    yield "the linear code {} and {}, and waves {} and {}".format(*linear, *waves)


def other_steps(m):
    """Chapter 1: codes in small batches, and with the chapter's decay."""
    small, still, falls = m["other_steps"].values()
    logistic, waves, linear = (small[name] for name in ("logistic code", "waves", "linear code"))
    assert max(logistic["each"]) < min(waves["each"]) - 0.5
    yield f"leave {logistic['mean']:.1f} for the logistic code"
    yield f"{linear['mean']:.1f} for the linear one and {waves['mean']:.1f} for waves"
    level, ahead = (
        [each[n]["mean"] for n in ("logistic code", "waves")] for each in (still, falls)
    )
    assert abs(level[0] - level[1]) < 0.5 < ahead[1] - ahead[0]
    yield "about level with waves, {:.1f} against {:.1f}".format(*level)
    yield "at a falling rate ahead, {:.1f} against {:.1f}".format(*ahead)


def larger_starts(m):
    """Chapter 1: six epochs from a larger start."""
    waves, small, large = m["larger_starts"].values()
    assert 0 < large["mean"] - waves["mean"] < 1 < small["mean"] - large["mean"]
    assert large["best"] == [10, 0.04]
    yield f"it leaves {large['mean']:.1f} in our runs, where waves at the best of three"
    yield f"leave {waves['mean']:.1f} (from our start it leaves {small['mean']:.1f})"


def larger_steps(m):
    """Chapter 1: six epochs with larger steps in the decoder."""
    curved, straight, steps, centred, linear = m["larger_steps"].values()
    waves = m["larger_starts"]["waves"]
    assert max(curved["each"]) < min(waves["each"]) - 5
    assert max(np.abs(np.subtract(straight["each"], linear["each"]))) < 0.1
    assert max(steps["each"]) < min(waves["each"]) - 1 < min(centred["each"]) - 2
    yield f"leaves {curved['mean']:.1f} for $s = 1$ (the larger steps alone leave"
    yield f"alone leave {steps['mean']:.1f}, the $\\frac12$ alone {centred['mean']:.1f})"
    yield f"it leaves {straight['mean']:.1f}, as does the linear code at such a rate"
    assert f"{straight['mean']:.1f}" == f"{linear['mean']:.1f}"


def neighbours(m):
    """Chapter 1: nearest codes of length 1."""
    (waves,), linear, (smooth,) = m["neighbours"].values()
    assert 0 < min(linear) - waves < 1
    assert max(np.abs(smooth - np.array(linear))) < 0.4
    yield f"waves are right for {waves:.1f} % in our runs, the linear code for {mean(linear):.1f} %"
    yield f"averaged a little with their neighbours for {smooth:.1f} %"


def losses(m):
    """Chapter 1: the unmatched pair at its best."""
    ends = [f"{m['losses'][name]['mean']:.1f}" for name in ("squared error", "cross-entropy")]
    yield "three seeds have {} and {} in our runs".format(*ends)


def starts(m):
    """Chapter 1: outputs that start at one half, with more epochs and another rate."""
    zero, right = (m["starts"][f"Adam 0.02, {name}, 30 epochs"][0] for name in ("zero", "mean"))
    yield f"leaves {mean(zero):.0f} nats in our runs, from the right start {mean(right):.0f}"


def without_slope(m):
    """Chapter 1: a wrong gradient at its best rate."""
    right, wrong = (m["without_slope"][name]["mean"] for name in ("right", "wrong"))
    yield f"the right one leaves {right:.0f} nats after 30 epochs in our runs, the wrong one"
    yield f"the wrong one {wrong:.0f}"


def last_directions(m):
    """Chapter 2: the angles of subspaces after more steps."""
    found = {
        name: np.array(runs["two largest angles"]) for name, runs in m["last_directions"].items()
    }
    largest, second = ({name: angles[:, i] for name, angles in found.items()} for i in (0, 1))
    assert largest["24 units, 121 steps"].min() > 45
    assert max(angles.max() for angles in second.values()) < 10
    few, many = (largest[f"{k} units, 484 steps"] for k in (24, 27))
    yield f"24 units are off by at most {few.max():.0f} degrees"
    yield f"but 27 by {many.min():.0f} to {many.max():.0f}, as"
    assert largest["27 units, 1936 steps"].max() < 0.5


def few_digits(m):
    """Chapter 2: two networks with 5,000 digits."""
    linear, deep = m["few_digits"].values()
    first, last = ([each[f"{n} passes"] for each in (linear, deep)] for n in (8, 24))
    a, b = (each["unseen"] for each in first)
    yield f"with {a:.2f} against {b:.2f} on unseen digits"
    a, b = (each["unseen"] for each in last)
    c, d = (each["seen"] for each in last)
    yield f"they were closer there, {a:.1f} and {b:.1f}"
    yield f"the autoencoder was well ahead, {d:.1f} against {c:.1f}"


def rectified(m):
    """Chapter 2: the autoencoder with rectifiers."""
    five, thirty = (each["mean"] for each in m["rectified"].values())
    yield f"the autoencoder has {five:.1f} with rectifiers for $\\tanh$"
    yield f"(with rectifiers {thirty:.1f})"


def few_rectified(m):
    """Chapter 2: rectifiers with 5,000 digits."""
    linear, hidden = (each["mean"] for each in m["few_rectified"].values())
    assert hidden < linear - 0.3
    yield f"it did, {hidden:.1f} against {linear:.1f}"


def frontier(m):
    """Chapter 3: active units and errors of L1 and TopK."""
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
    """Chapter 3: sparsity by weight decay."""
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


def linear_outputs(m):
    """Chapter 2: hidden layers without logistic outputs."""
    yield f"linear outputs, clipped, get no further than {m['linear_outputs']['mean']:.1f}"


def outputs(m):
    """Chapter 2: hidden layers and outputs, each without the other, with more passes."""
    found = m["outputs"]
    yield f"and rectifiers to {found['linear outputs, 5 passes']['mean']:.1f}"
    names = ("linear outputs", "linear code, logistic outputs", "autoencoder")
    hidden, logistic, both = (found[f"{name}, 30 passes, falling"]["mean"] for name in names)
    yield (
        f"with linear outputs have {hidden:.1f}, logistic outputs alone {logistic:.1f},"
        f" and our autoencoder {both:.1f}"
    )


def knob_rates(m):
    """Chapter 3: a strong penalty at other rates."""
    runs = m["knob_rates"]["beta 30"]
    small, middle = (runs[f"rate {rate}"] for rate in ("0.005", "0.02"))
    yield f"a quarter of it gets $J$ down from {middle[2]:.2f} to {small[2]:.2f}"
    yield f"the code is denser still, {small[0]:.2f}"
    large = runs["rate 0.08"]
    yield f"Four times the rate ends sparse, {large[0]:.2f}, but with a $J$ of {large[2]:.1f}"


def knob_batches(m):
    """Chapter 3: strong penalties on batches and on all digits."""

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
    falls = (end(0.3, 1000, epochs, 0)["sparsity"] for epochs in (1000, 4000))
    yield "falls from {:.2f} after 1,000 steps to {:.2f} after 4,000".format(*falls)


def without_scatter(m):
    """Chapter 3: a strong penalty of the mean over all digits, on batches of 50."""
    scattered, still = (
        m["without_scatter"][f"beta 30, {name}"] for name in ("batch", "all digits")
    )
    assert max(scattered["sparsity"]) < 0.25 < 0.55 < min(still["sparsity"])
    yield f"$\\beta = 30$ then gives {mean(still['sparsity']):.2f}, and $J$ falls to"
    yield f"$J$ falls to {mean(still['J']):.2f}, where the mean of the batch leaves"
    yield f"the mean of the batch leaves {mean(scattered['J']):.2f}"


def targets(m):
    """Chapter 3: sparsity by target at equal errors."""
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
    """Chapter 3: sparse codes beside principal components, by output units."""
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
    """Chapter 3: sparse codes whose units live, and dense ones of as few units."""
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
    """Chapter 3: dead units at a smaller learning rate."""
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
    """Chapter 3: dead units after more epochs."""
    slow = m["deaths_longer"]["rate 0.001"]
    yield f"after 128 epochs {slow['dead']:.0f} %, with an error of {slow['digits']:.1f} %"


def strengths(m):
    """Chapter 3: two more seeds of the four strengths, and larger ones."""
    *runs, ten, thirty = m["strengths"].values()

    def apart(name):
        return max(np.abs(np.array(each[name]) - each[name][0]).max() for each in runs)

    sparse = max(apart("population"), apart("lifetime"))
    yield f"two more differ by at most {sparse:.2f} in sparsity and {apart('error'):.1f} in $E$"
    more = [mean(each["population"]) for each in (ten, thirty)]
    yield "10 and 30 give {:.2f} and {:.2f} in our runs".format(*more)


def decay_rates(m):
    """Chapter 3: sparsity without decay at other learning rates."""
    rates = (0.005, 0.01, 0.02, 0.04)
    top, end = np.transpose(
        [np.mean(m["decay_rates"][f"rate {rate}, decay 0"], axis=1) for rate in rates]
    )
    kept = [np.subtract(*m["decay_rates"][f"rate {rate}, decay 0.001"]).max() for rate in rates]
    yield f"falls from {min(top):.2f} to {max(top):.2f} at its highest to"
    yield f"{min(end):.2f} to {max(end):.2f} after 200 epochs"
    yield f"with a decay of $10^{{-3}}$ it falls by at most {max(kept):.2f}"


def quiet(m):
    """Chapter 3: quiet units after more epochs."""
    yield f"after 32 epochs still {m['quiet']['mean']:.0f} % in our runs"


def copying(m):
    """Chapter 3: what is copied after more epochs."""
    found = m["copying"]
    left = {name: found[name]["scrambled"] for name in ("TopK", "KL", "L1")}
    curve = [
        [found[f"short, {u} units"][q] for u in (60, 24, 15, 9)] for q in ("digits", "scrambled")
    ]
    for name, control in (("TopK", "linear"), ("KL", "logistic"), ("L1", "rectifier")):
        assert left[name] > found[control]["scrambled"] + 8
        assert left[name] < np.interp(found[name]["digits"], *curve)
    yield "it is {:.0f}, {:.0f} and {:.0f} in our runs".format(*left.values())


def other_strengths(m):
    """Chapter 3: sparse codes of other strengths, with more digits too, beside short ones."""
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
    """Chapter 3: TopK with steps and without after more epochs."""
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
    """Chapter 3: sparsity without decay by momentum."""
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


def others(m):
    """Chapter 3: what is no digit in another way than by scrambling."""
    found = m["others"]
    short, long = (found[f"TopK, {epochs} epochs"] for epochs in (8, 32))
    assert min(short["above"]["normal"]) > 5
    assert min(long["above"]["normal"]) > 2
    for name in ("KL", "L1"):
        assert all(max(found[f"{name}, {n} epochs"]["above"]["normal"]) < -0.5 for n in (8, 32))
    points = [mean(each["above"]["normal"]) for each in (short, long)]
    yield f"TopK leaves {short['left']['normal']:.0f} % in our runs, {points[0]:.0f} points above"
    yield f"({points[1]:.0f} after the longer training; $L_1$ and KL lie below)"


def batch_rates(m):
    """Chapter 4: the best rate by the size of the batches."""
    found = m["batch_rates"].values()
    rates = [str(each["rate"]) for each in found]
    yield f"{', '.join(rates[:-1])} and {rates[-1]} for batches of 2, 5, 10, 50, 250 and all"


def short_of_kind(m):
    """Chapter 3: scrambled digits beside short codes of the same units."""
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


def true_mean(m):
    """Chapter 4: the mean of all samples in place of the batch's."""
    names = ("momentum, all samples", "momentum, batch", "descent, all samples", "descent, batch")
    ends = (m["true_mean"][name]["mean"] for name in names)
    yield "{:.1f} against {:.1f} with momentum and {:.1f} against {:.1f} without".format(*ends)
    late = m["true_mean"]["momentum, all samples, averaged"]["mean"]
    yield f"averaged with $\\alpha = 0.9$, with momentum it gets to {late:.1f}"


def bold_rates(m):
    """Chapter 4: rates that fall and rates that do not, of two codes and optimisers."""
    found, methods = m["bold_rates"], ("Momentum", "Adam")

    def ends(code, kind):
        return [f"{found[f'{code}, {name}, {kind}']['mean']:.1f}" for name in methods]

    fall, stay = (ends("logistic", kind) for kind in ("falling", "constant"))
    yield "leaves $J$ at {} with momentum and {} with Adam".format(*fall)
    yield "a constant one at {} and {}".format(*stay)
    fall, stay = (ends("rectifiers", kind) for kind in ("falling", "constant"))
    yield "it does not pay: {} and {}, where constant and slower".format(*fall)
    yield "slower rates leave {} and {}.".format(*stay)
    for name in methods:
        rates = [found[f"rectifiers, {name}, {kind}"]["rate"] for kind in ("constant", "falling")]
        assert rates[0] < rates[1]


def pairs_and_fives(m):
    """Chapter 4: estimates on batches of two."""
    names = (f"{method}, 2, {alpha}" for method in ("momentum", "descent") for alpha in (0.9, 0))
    runs = [m["pairs_and_fives"][name] for name in names]
    each = [run["each"][str(run["rate"])] for run in runs]
    for long, batch in (each[:2], each[2:]):
        assert max(long) < min(batch)
    ends = (run["mean"] for run in runs)
    yield "{:.1f} against {:.1f} with momentum, {:.1f} against {:.1f} without".format(*ends)


def valleys(m):
    """Chapter 4: condition numbers at the minima of three starts."""
    ends = [(min(found), max(found)) for found in m["valleys"].values()]
    *most, (low, high) = [[f"{round(kappa, -2):,.0f}" for kappa in pair] for pair in ends[:3]]
    words = ("three of them lead to", "with the inputs centred to")
    for word, (least, largest) in zip(words, most, strict=True):
        yield f"{word} {least} to {largest}"
    yield f"with whitened ones to {low} to {high}"
    assert round(ends[3][0], -3) == round(ends[3][1], -3)
    yield f"with a tenth of the decay to {round(ends[3][0], -3):,.0f}"


def small_batches(m):
    """Chapter 4: 100 digits in small batches."""
    ends = (found["J"] for found in m["small_batches"].values())
    ten, five, two = (f"{each['polished']:.2f} against {each['fell']:.2f}" for each in ends)
    yield f"in batches of ten they get to {ten}, in batches of five to {five}, of two to {two}"


def heavy_ball(m):
    """Chapter 4: the best momentum over all samples."""
    ends = [found["J"] for found in m["heavy_ball"].values()]
    *most, last = (f"{J:.1f}" for J in ends)
    yield f"with 0.7, 0.8, 0.85, 0.9 and 0.95 $J$ gets down to {', '.join(most)} and {last}"


def minibatches(m):
    """Chapter 4: L-BFGS and batches with few and with many digits."""
    few, some, many = m["minibatches"].values()
    ends = [
        "{:.1f}, {:.1f} and {:.1f}".format(*(found[name] for found in (few, some, many)))
        for name in ("L-BFGS", "batches")
    ]
    yield "gets $J$ down to {}, the batches to {}".format(*ends)
    pairs = [f"{found['polished']:.2f} against {found['fell']:.2f}" for found in (some, many, few)]
    yield f"{pairs[0]} and {pairs[1]}"
    yield f"ends at {some['went on']:.2f} and {many['went on']:.2f}"
    yield f"to {pairs[2]}"


def edges(m):
    """Chapter 5: how directed filters are."""
    found = m["edges"]
    best = {name: runs[runs["best"]] | {"at": runs["best"]} for name, runs in found.items()}
    fine = best["epsilon = 0.0001"]
    yield f"best variance is near {fine['at']}. The index is then {fine['index']:.2f}"
    yield f"the mean frequency {fine['frequency']:.2f}"
    yield f"an index of {found['epsilon = 0.0001']['0.3']['index']:.2f}; from that"
    large, none = (best[name] for name in ("epsilon = 1", "DC removed"))
    yield f"{large['index']:.2f} and {large['frequency']:.2f} with $\\epsilon_\\Phi = 1$"
    yield f"{none['index']:.2f} and {none['frequency']:.2f} for the patches, both at {none['at']}"
    free = found["beta = 0"]
    yield f"the index is at most {best['beta = 0']['index']:.2f}"
    yield f"and {free['0.3']['index']:.2f} at a variance of 0.3 and of 0.6 alike"
    two, eight, most = (best[name] for name in ("beta = 2", "epsilon = 0.01", "beta = 32"))
    yield f"the best is {two['index']:.2f}, at {two['at']}"
    for name, run in (("8", eight), ("32", most)):
        yield f"with {name} it is {run['index']:.2f}, at {run['at']}"


def raw_filters(m):
    """Chapter 5: filters of raw patches."""
    found = m["raw_filters"]
    a, b = (found[found["best"][kind]][kind] for kind in ("index", "without mean"))
    yield f"give up to {a:.2f} in our runs with $\\beta$ and $\\rho$ tuned too, {b:.2f} without"


def normal_numbers(m):
    """Chapter 5: filters of normal numbers."""
    found, photographs = m["normal_numbers"]["DC removed"], m["edges"]["DC removed"]
    a, b = (runs[runs["best"]]["index"] for runs in (found, photographs))
    yield f"give an index of up to {a:.2f} in our runs, photographs {b:.2f}"


def denoisers(m):
    """Chapter 5: filters that learned to remove noise."""
    found = m["denoisers"]
    index = {
        name: {how: mean(run["index"]) for how, run in runs.items()} for name, runs in found.items()
    }
    right, normal, half_on = index.values()
    best = max(right, key=right.get)
    assert best == "noise 3, variance 0.03"
    tails = mean(found["photographs"][best]["kurtosis"])
    yield f"an index of {right[best]:.2f} in 100 epochs in our runs, with a kurtosis of {tails:.1f}"
    without = max(R for how, R in right.items() if how.startswith("noise 0"))
    yield f"without noise to {without:.2f}, and from normal numbers to {max(normal.values()):.2f}"
    yield f"half on it gets to {max(half_on.values()):.2f}"


def unlabelled(m):
    """Chapter 6: digits for pretraining."""
    *some, last, four = (f"{found['mean']:.1f}" for found in m["unlabelled"].values())
    yield f"{', '.join(some)} and {last} %, in the mean of three seeds, against {four} %"


def taught(m):
    """Chapter 6: sparser codes for a classifier, and codes of the same digits."""
    few, many, longer = (
        {name: each[count]["mean"] for name, each in m[entry].items()}
        for entry, count in (("taught", "100"), ("taught", "2000"), ("taught_longer", "2000"))
    )
    none, *some = (f"weight {weight}" for weight in (0, 0.1, 0.3, 1.0, 3.0))
    yield f"{many[some[0]]:.1f} % of the test digits against {many[none]:.1f} % without"
    level = "{:.1f}, {:.1f} and {:.1f} %".format(*(longer[name] for name in some[:3]))
    yield f"{level}, against {longer[none]:.1f} %"
    a, b, c, d = (f"{few[name]:.1f}" for name in some)
    yield f"{few[none]:.1f} % are right without a penalty, {a} with 0.1 and {b} with 0.3"
    yield f"the weights 1 and 3 give {c} and {d} %"
    more = [each["own"] - each["weight 0.3"] for each in (few, many)]
    yield "worth {:.1f} points with 100 labels and {:.1f} points with 2,000".format(*more)


def hidden_pixels(m):
    """Chapter 6: pretraining with hidden pixels, and the kernel."""
    found = m["hidden_pixels"]
    short, plain, long = (
        found[f"{name} hidden"]["mean"]
        for name in ("6 epochs, 0.5", "6 epochs, 0.0", "40 epochs, 0.5")
    )
    yield f"with six seeds, it has {short:.1f} % ({plain:.1f} with nothing hidden)"
    yield f"after 40 {long:.1f} %, where the kernel has {found['kernel']['mean']:.1f}"


def noisy_labels(m):
    """Chapter 6: hidden pixels while the labels teach."""
    found = {name: f"{runs['mean']:.1f}" for name, runs in m["noisy_labels"].items()}
    noise, plain, both, short, long = (
        found[f"{name} epochs"]
        for name in (
            "centred, 0.1 hidden, 240",
            "pretrained, 0.0 hidden, 60",
            "pretrained, 0.1 hidden, 240",
            "centred, 0.0 hidden, 60",
            "centred, 0.0 hidden, 240",
        )
    )
    yield f"it is {noise} % against {plain}, and {both} if the pretrained one hides them too"
    yield f"the longer time gives {long} in place of {short}"


def arranged(m):
    """Chapter 6: weights taken apart, and pretraining on what is no digit."""
    found = {name: runs.get("mean") for name, runs in m["arranged"].items()}
    random = m["noisy_labels"]["centred, 0.0 hidden, 60 epochs"]["mean"]
    assert found["uniform noise"] < random < found["normal numbers"]
    assert found["shuffled"] < found["shuffled within units"] < random
    yield f"as small as Glorot's again, they rescue it too, to {found['shrunk']:.0f} % in our runs"
    yield f"pretraining on uniform noise gives {found['uniform noise']:.1f} %"
    pair = (found[name] for name in ("normal numbers", "pretrained"))
    yield "with the covariance of digits {:.1f}, where digits give {:.1f}".format(*pair)


def random_starts(m):
    """Chapter 6: random starts with more that is tuned."""
    found = {name: runs["mean"] for name, runs in m["random_starts"].items()}
    most = max(mean for name, mean in found.items() if not name.startswith("pretrained"))
    assert found["pretrained, Adam"] > most + 1
    yield f"weight decay bring no random start beyond {most:.1f} % in our runs"


def one_layer(m):
    """Chapter 6: one hidden layer in place of four."""
    plain, noisy = (f"{found['mean']:.1f}" for found in m["one_layer"].values())
    yield f"from Glorot's start, has {plain} % in our runs, and {noisy} if a tenth of the pixels"


def all_labels(m):
    """Chapter 6: a head start, with 10,000 labels."""
    found = {name: runs["mean"] for name, runs in m["all_labels"].items()}
    late, early = found["4 × Glorot, 32 epochs"], found["pretrained, 16 epochs"]
    yield f"So it goes on in our runs, {late:.1f} % after 32 against {early:.1f} after 16"
    lead = [found[f"pretrained, {n} epochs"] - found[f"4 × Glorot, {n} epochs"] for n in (4, 32)]
    yield "from {:.1f} points after 4 epochs to {:.1f} after 32".format(*lead)
    for n in (4, 8, 16):
        for start in ("4 × Glorot", "centred"):
            assert abs(found[f"{start}, {2 * n} epochs"] - found[f"pretrained, {n} epochs"]) < 0.4
    assert found["one epoch a stage, 4 epochs"] < found["4 × Glorot, 4 epochs"]


def taught_hidden(m):
    """Chapter 6: features of codes that filled in hidden pixels."""
    half = m["taught_hidden"]["0.5 hidden"]["mean"]
    yield f"half of the pixels hidden in its place gives {half:.1f} %"


def head_starts(m):
    """Chapter 6: a cheaper head start, and one with Adam or on small batches."""
    found = {name: runs["mean"] for name, runs in m["head_starts"].items()}
    descent = {name: runs["mean"] for name, runs in m["all_labels"].items()}
    cheap, dear = (
        [some[f"{start}, {n} epochs"] - descent[f"4 × Glorot, {n} epochs"] for n in (4, 8)]
        for some, start in ((found, "descent, two epochs a stage"), (descent, "pretrained"))
    )
    assert 0.4 < cheap[0] / dear[0] < 0.6
    assert cheap[1] < 0.1 * dear[1] + 0.1
    yield "half of that brings half the lead after 4 epochs, hardly any after 8"
    for way in ("Adam", "batches of 20"):
        short = found[f"{way}, pretrained, 4 epochs"]
        assert short > found[f"{way}, 4 × Glorot, 4 epochs"] + 0.5
        for start in ("4 × Glorot", "centred"):
            assert abs(found[f"{way}, {start}, 8 epochs"] - short) < 0.4
    yield "worth about as many epochs as follow it, with Adam too"


def drawn_codes(m):
    """Chapter 6: features that nobody trained."""
    found = m["drawn_codes"]
    normal, pairs = (found["best"][name] for name in ("normal numbers", "differences of digits"))
    for best, sizes in ((normal, (0.1, 1.6)), (pairs, (0.2, 3.2))):
        assert not any(best.endswith(f", {size}") for size in sizes)
    yield f"drawn at random, give {found[pairs]['mean']:.1f} % in our runs"
    yield f"normal numbers as filters give {found[normal]['mean']:.1f} %"


def plain_codes(m):
    """Chapter 6: a plain code with fewer epochs, and a wide one that nobody trained."""
    found = m["plain_codes"]
    best = found["best"]
    assert best not in ("1 epochs", "10 epochs")
    epochs, wide = int(best.split()[0]), found["600 units, shuffled"]["mean"]
    yield f"after {WORDS[epochs]} epochs in place of ten {found[best]['mean']:.1f} % in our runs"
    yield f"a random code of 600 units {wide:.1f} %"


def capacity(m):
    """Chapter 7: how many features are found."""
    few, many, same, more = (
        m["capacity"][f"{n} features, {active} active"]
        for n, active in ((32, 3), (256, 3), (64, 3), (64, 5))
    )
    start = few["neither"][0], many["neither"][0]
    yield "from {:.0f} % of 32 features to {:.0f} % of 256".format(*start)
    assert few["start"][0] == 100
    yield f"all of 32 and {many['start'][0]:.0f} % of 256 are found"
    yield f"The auxiliary error alone finds {few['aux.'][0]:.0f} % and {many['aux.'][0]:.0f} %"
    yield f"{more['both'][0]:.0f} % of 64 features are found with both remedies"
    yield f"the precision is then {more['both'][1]:.0f} %, where it was {same['both'][1]:.0f} %"


def patient(m):
    """Chapter 7: denoisers with more time."""
    each = (f"{found['mean']:.2f}" for found in m["patient"].values())
    yield "bring the networks to {} and {} in our runs".format(*each)
    wide = [m["wide_and_patient"][name]["mean"] for name in ("normal", "salt, pepper")]
    yield "and 400 units then to {:.2f} and {:.2f}".format(*wide)


def other_denoisers(m):
    """Chapter 7: denoisers with other units, starts and rates."""
    found = m["other_denoisers"]
    ways = [found[name]["best"] for name in ("masking", "normal", "salt, pepper")]
    assert all(draw == 1 and rate == 0.015 for _, draw, rate in ways)  # inside the grid of rates
    yield "More units, {0} or {2}, and Glorot's start".format(*(units for units, *_ in ways))
    ends = [f"{found[name]['mean']:.2f}" for name in ("masking", "normal", "salt, pepper")]
    yield "{}, {} and {} in our runs".format(*ends)


def masked(m):
    """Chapter 7: ink that is seen, and kept."""
    filters, networks = (m["kept"][name]["mean"] for name in ("filters", "networks, 10 epochs"))
    fitted = "Who keeps it has {:.2f} in our runs with filters fitted to the zeros alone, {:.2f}"
    yield fitted.format(*filters)
    yield "with the networks {:.2f} and {:.2f}".format(*networks)
    patient = m["kept"]["networks, 100 epochs"]["mean"]
    yield "after 100 epochs {:.2f} and {:.2f}".format(*patient)


def recalled_ink(m):
    """Chapter 7: a recall in which blank pixels count less."""
    found = m["recalled_ink"]
    assert found["best"] == [0.1, 0.4]  # inside the grids of both
    everywhere, kept, ink = found["mean"]
    yield f"unless blank pixels count less: a tenth gives {everywhere:.2f} in our runs"
    yield f"who recalls so that blank pixels count a tenth, {kept:.2f} and {ink:.2f}"


def own_directions(m):
    """Chapter 7: what is a digit's own in the directions of its code."""
    found = m["directions"]
    yield f"With three seeds {span(found['contractive, 18'])} in our runs"
    kinds = {
        kind: [v for name, each in found.items() if name.startswith(kind) for v in each]
        for kind in ("contractive", "decay")
    }
    most = f"{max(kinds['decay']):.1f}"
    yield f"{span(kinds['contractive'])}, and with weight decay at most {most}"


def vaes(m):
    """Chapter 7: units and samples of variational autoencoders with three seeds."""
    found = m["three_vaes"]
    short, long = ({*found[f"used, {epochs} epochs"]} for epochs in (15, 60))
    yield f"with three seeds {short.pop()} units are used in our runs, and {long.pop()} after"
    assert not short | long
    plain, ours = (np.array(found[name]) for name in ("plain, 10", "variational"))
    assert (plain < ours).all()
    ends = [f"{a:.2f} and {b:.2f}" for a, b in (plain.mean(axis=0), ours.mean(axis=0))]
    yield "With three seeds the two distances are {} for the plain one with ten, {}".format(*ends)
    mixed = np.array(found["variational, 10"])
    assert (mixed < ours).all()
    assert (abs(mixed.mean(axis=0) - plain.mean(axis=0)) < 0.15).all()
    yield "brings it to {:.2f} and {:.2f}, but its".format(*mixed.mean(axis=0))


def energies(m):
    """Chapter 7: how far the distribution of draws is from that of digits."""
    found = m["energies"]
    near = np.array(found["digits, distances"])
    plain = np.array(m["three_vaes"]["plain, 10"])
    assert (near.min(axis=0) > plain.max(axis=0)).all()
    yield "400 real digits, others than these, have {:.2f} and {:.2f}".format(*near.mean(axis=0))
    ends = [found[f"{kind}, 15 epochs"] for kind in ("variational", "plain, 1", "plain, 10")]
    mixed = found["variational, 10, 15 epochs"]
    for worse, better in ((ends[0], mixed), (mixed, ends[1]), (ends[1], ends[2])):
        assert min(worse) > max(better)
    assert min(ends[2]) > max(found["digits"])
    numbers = [f"{mean(each):.2f}" for each in (found["digits"], *ends)]
    words = "{} for real digits, {} for the variational autoencoder, and for the plain one"
    yield f"with three seeds each, {words} {{}} with one normal distribution, {{}} with ten".format(
        *numbers
    )
    yield f"its energy distance only to {mean(mixed):.2f}"
    kinds = ("plain, 10", "variational", "variational, 10")
    plain, *others = (found[f"{kind}, 60 epochs"] for kind in kinds)
    first, *_, last = plain["all"]
    assert str(plain["best"]) not in (first, last)
    for run in others:
        assert run["best"] == 0.1
        assert (np.array(plain["each"]) < run["each"]).all()
    yield f"After 60 epochs the plain one with ten has {plain['mean']:.2f}, with"
    words = "the variational one {:.2f}, and {:.2f} with a mixture, where a tenth"
    yield words.format(*(run["mean"] for run in others))


def span(values):
    """From the least of some numbers to the largest."""
    return f"{min(values):.1f} to {max(values):.1f}"


def plane(m):
    """Chapter 8: samples of the mixture in the plane."""
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
    """Chapter 8: the network in the plane with five times as many steps."""
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
    """Chapter 8: 40 components of the digits."""
    found = m["components"]
    network, mixture = (found[name] for name in ("network", "mixture"))
    yield f"a mixture of {found['components']}, which validation digits prefer to 30 and 100"
    for sigma in (0.1, 0.2, 0.4, 0.8):
        a, b = (each["errors"][f"at {sigma}"] for each in (network, mixture))
        yield f"{a:.3f} against {b:.3f} at {sigma}"
    yield f"a distance of {network['distance']:.1f} against {mixture['distance']:.1f}"


def digits(m):
    """Chapter 8: a network that trains longer."""
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
    """Chapter 8: the digits with three seeds, and guidance by the mixture."""
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


def silent(m):
    """Chapter 9: silent units."""
    nats = m["rise_200"]["nats"]
    yield f"worse by {nats['annealed'] - nats['plain']:.1f} nats"
    nats, units = (m["rise_200_longer"][name] for name in ("nats", "units"))
    yield f"{units['plain']:.0f} of 32 units are active then"
    yield f"{units['annealed']:.0f} if the weight rises over 200 steps"
    yield f"{nats['annealed']:.1f} nats in place of {nats['plain']:.1f}"


def densities(m):
    """Chapter 9: how near bounds are, and mixtures of codes."""
    apart = abs(m["wider"]["1000 wide draws"] - m["wider"]["1000 draws"])
    yield f"end at the same bound, to {np.ceil(100 * apart) / 100:.2f} nats"
    *most, last = (f"{m[f'certified_{K}']['certified']:.1f}" for K in (1, 3, 10, 30))
    yield f"mixtures of 1, 3, 10 and 30 certify {', '.join(most)} and {last} nats"
    ten, thirty, hundred = m["likely"]["nats"].values()
    yield f"prefers 30 to 10 by {thirty - ten:.1f} nats, and 100 to 30 by {hundred - thirty:.1f}"


def bits(m):
    """Chapter 9: forty bits for a digit."""
    found = m["bits"]
    pca, code = (
        [m[f"bits_{name}_{k}"][kind] for k in ks]
        for name, kind, ks in (("pca", "pca", (16, 64)), ("code", "plain", (8, 24)))
    )
    yield f"32 ({found['pca']:.2f}; 16 give {pca[0]:.2f}; 64"
    yield f"would be better by {found['pca'] - pca[1]:.2f})"
    yield f"16 numbers ({found['plain']:.2f}; 8 give {code[0]:.2f}, 24 give {code[1]:.2f})"
    one, four, relu, small, large = (
        m[f"bits_{name}"]["vq"] for name in ("8", "32", "relu", "pull_0.1", "pull_1.0")
    )
    yield f"numbers ({found['vq']:.2f}; one number gives {one:.2f}, four give {four:.2f})"
    yield f"hidden tanh (rectifiers give {relu:.2f})"
    yield f"(0.1 gives {small:.2f}, 1 gives {large:.2f})"
    low, high = (m[f"bits_rate_{n}"] for n in (2, 4))
    yield f"0.02 gives {low['vq']:.2f} and {low['plain']:.2f}"
    yield f"0.04 gives {high['vq']:.2f} and {high['plain']:.2f}"
    yield f"it has {found['not turned']:.2f} on validation digits in place of {found['plain']:.2f}"
    yield f"for the last three, has {m['bits_late']['vq']:.2f}.)"


def longer_bits(m):
    """Chapter 9: the same with larger layers and more epochs."""
    rates = [m[f"bits_longer{end}"] for end in ("_rate_1", "_rate_2", "", "_rate_4")]
    one, two, three, _ = (each["vq"] for each in rates)
    yield f"{two:.2f} (rate 0.02; 0.01 gives {one:.2f}, 0.03 gives {three:.2f})"
    one, two, three, four = (each["plain"] for each in rates)
    more = f"0.01 gives {one:.2f}, 0.03 gives {three:.2f}, 0.04 gives {four:.2f}"
    yield f"the plain one to {two:.2f} (rate 0.02; {more})"
    steps, code = m["bits_longer_rate_2_steps"], [m[f"bits_longer_code_{k}"] for k in (8, 24)]
    yield f"to {steps['plain']:.2f} if k-means is given five times as many steps"
    yield f"then they are {100 * (1 - steps['vq'] / steps['plain']):.0f} % apart"
    ahead = np.less(steps["each"]["plain"], steps["each"]["vq"]).sum()
    yield f"the plain one is ahead with {WORDS[ahead]} seed of three"
    yield "8 numbers give {:.2f}, 24 give {:.2f}".format(*(each["plain"] for each in code))
    yield f"with vectors of four numbers, {m['bits_longer_32']['vq']:.2f}, the vector-quantised one"


def drawn_bits(m):
    """Chapter 9: what holds digits back that are drawn in 40 bits."""
    found = m["drawn_bits"]
    yield f"the distance is {found['snapped']:.2f}"
    yield f"the plain code with its mixture has {found['plain']:.2f}"
    assert list(found)[1] == "64 units, 8 epochs"
    yield f"in place of 64 and 8, come to {found['128 units, 16 epochs']:.2f}"


def overturned(m):
    """Chapter 9: whether a variational autoencoder can be ahead."""
    kinds = {
        "weights up to 0.1 gave distances": [
            m["overturn_weights"][w] for w in ("0.01", "0.03", "0.1")
        ],
        "plain autoencoders of 16 numbers": [m["overturn_plain"]["16"]],
        "those of 24 numbers": [m["overturn_plain"]["24"]],
        "calibrated models": [*m["overturn_calibrated"].values()],
    }
    for name, runs in kinds.items():
        distances = [run["mixture of 100"] for each in runs for run in each]
        yield f"{name} between {min(distances):.2f} and {max(distances):.2f}"
    parts = (*m["overturn_weights"].values(), *m["overturn_calibrated"].values())
    yield f"none came below {min(run['prior'] for each in parts for run in each):.1f}"


def dictionaries(m):
    """Chapter 10: starts, and how many features are on at a time."""
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
    """Chapter 10: light penalties and a threshold."""
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
    """Chapter 10: BatchTopK and JumpReLU with more steps."""
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
    """Chapter 10: nested features with more steps."""
    plain, nest = (m["nested"][kind] for kind in ("BatchTopK", "Matryoshka"))
    two, four = (plain[k]["absorbed"] for k in "24")
    yield f"BatchTopK absorbs {two:.2f} with two places and {four:.2f} with four"
    yield f"where it finds {plain['4']['found']:.0f} % of the features"
    yield f"Matryoshka absorbs {nest['2']['absorbed']:.2f} with two"
    yield f"finds {nest['3']['found']:.0f} % with three, its best"


def hedging(m):
    """Chapter 10: pairs that go together."""

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
    """Chapter 10: three classifiers and what their latents show."""
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


TOLD = {
    "01_overview": (
        code_sizes,
        filters,
        longer_codes,
        other_steps,
        larger_starts,
        larger_steps,
        neighbours,
        losses,
        starts,
        without_slope,
    ),
    "02_pca": (last_directions, few_digits, rectified, few_rectified, linear_outputs, outputs),
    "03_sparsity": (
        frontier,
        decays,
        knob_rates,
        knob_batches,
        without_scatter,
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
    ),
    "04_optimization": (
        heavy_ball,
        minibatches,
        batch_rates,
        small_batches,
        true_mean,
        bold_rates,
        pairs_and_fives,
        valleys,
    ),
    "05_whitening": (edges, normal_numbers, raw_filters, denoisers),
    "06_pretraining": (
        unlabelled,
        taught,
        hidden_pixels,
        noisy_labels,
        taught_hidden,
        arranged,
        random_starts,
        one_layer,
        all_labels,
        head_starts,
        drawn_codes,
        plain_codes,
    ),
    "07_variants": (
        capacity,
        patient,
        other_denoisers,
        masked,
        recalled_ink,
        own_directions,
        vaes,
        energies,
    ),
    "08_diffusion": (plane, score, components, digits, mixture_flow),
    "09_generative": (silent, densities, bits, longer_bits, drawn_bits, overturned),
    "10_dictionaries": (dictionaries, light, level, nested, hedging, classifiers),
}


def pieces(chapter: str, stored: dict) -> list[str]:
    """All that a chapter tells of what is stored."""
    measured = {name: found["measured"] for name, found in stored.items()}
    return [piece for tell in TOLD[chapter] for piece in tell(measured)]
