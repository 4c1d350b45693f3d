"""What chapter 1 tells of the stored numbers."""

from statistics import mean

import numpy as np


def code_sizes(m):
    """Codes of other sizes."""
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
    """Filters that are computed."""
    yield f"in place of the waves leave {m['filters']['components']['mean']:.1f} in our runs"


def longer_codes(m):
    """Codes with more epochs."""

    def pair(name):
        return [f"{m['longer_codes'][f'{name}, {n} epochs']['mean']:.1f}" for n in (30, 100)]

    logistic, linear, waves = map(pair, ("logistic code", "linear code", "waves"))
    assert float(linear[0]) < float(logistic[0]) < float(waves[0])
    yield "leaves {} after 30 epochs and {} after 100".format(*logistic)
    yield "the linear code {} and {}, and waves {} and {}".format(*linear, *waves)


def other_steps(m):
    """Codes in small batches, and with the chapter's decay."""
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
    """Six epochs from a larger start."""
    waves, small, large = m["larger_starts"].values()
    assert 0 < large["mean"] - waves["mean"] < 1 < small["mean"] - large["mean"]
    assert large["best"] == [10, 0.04]
    yield f"it leaves {large['mean']:.1f} in our runs, where waves at the best of three"
    yield f"leave {waves['mean']:.1f} (from our start it leaves {small['mean']:.1f})"


def larger_steps(m):
    """Six epochs with larger steps in the decoder."""
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
    """Nearest codes of length 1."""
    (waves,), linear, (smooth,) = m["neighbours"].values()
    assert 0 < min(linear) - waves < 1
    assert max(np.abs(smooth - np.array(linear))) < 0.4
    yield f"waves are right for {waves:.1f} % in our runs, the linear code for {mean(linear):.1f} %"
    yield f"averaged a little with their neighbours for {smooth:.1f} %"


def losses(m):
    """The unmatched pair at its best."""
    ends = [f"{m['losses'][name]['mean']:.1f}" for name in ("squared error", "cross-entropy")]
    yield "three seeds have {} and {} in our runs".format(*ends)


def starts(m):
    """Outputs that start at one half, with more epochs and another rate."""
    zero, right = (m["starts"][f"Adam 0.02, {name}, 30 epochs"][0] for name in ("zero", "mean"))
    yield f"leaves {mean(zero):.0f} nats in our runs, from the right start {mean(right):.0f}"


def without_slope(m):
    """A wrong gradient at its best rate."""
    right, wrong = (m["without_slope"][name]["mean"] for name in ("right", "wrong"))
    yield f"the right one leaves {right:.0f} nats after 30 epochs in our runs, the wrong one"
    yield f"the wrong one {wrong:.0f}"


TELLERS = (
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
)
