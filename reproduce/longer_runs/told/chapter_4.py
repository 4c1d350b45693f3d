"""What chapter 4 tells of the stored numbers."""


def heavy_ball(m):
    """The best momentum over all samples."""
    ends = [found["J"] for found in m["heavy_ball"].values()]
    *most, last = (f"{J:.1f}" for J in ends)
    yield f"with 0.7, 0.8, 0.85, 0.9 and 0.95 $J$ gets down to {', '.join(most)} and {last}"


def minibatches(m):
    """L-BFGS and batches with few and with many digits."""
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


def batch_rates(m):
    """The best rate by the size of the batches."""
    found = m["batch_rates"].values()
    rates = [str(each["rate"]) for each in found]
    yield f"{', '.join(rates[:-1])} and {rates[-1]} for batches of 2, 5, 10, 50, 250 and all"


def small_batches(m):
    """100 digits in small batches."""
    ends = (found["J"] for found in m["small_batches"].values())
    ten, five, two = (f"{each['polished']:.2f} against {each['fell']:.2f}" for each in ends)
    yield f"in batches of ten they get to {ten}, in batches of five to {five}, of two to {two}"


def true_mean(m):
    """The mean of all samples in place of the batch's."""
    names = ("momentum, all samples", "momentum, batch", "descent, all samples", "descent, batch")
    ends = (m["true_mean"][name]["mean"] for name in names)
    yield "{:.1f} against {:.1f} with momentum and {:.1f} against {:.1f} without".format(*ends)
    late = m["true_mean"]["momentum, all samples, averaged"]["mean"]
    yield f"averaged with $\\alpha = 0.9$, with momentum it gets to {late:.1f}"


def bold_rates(m):
    """Rates that fall and rates that do not, of two codes and optimisers."""
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
    """Estimates on batches of two."""
    names = (f"{method}, 2, {alpha}" for method in ("momentum", "descent") for alpha in (0.9, 0))
    runs = [m["pairs_and_fives"][name] for name in names]
    each = [run["each"][str(run["rate"])] for run in runs]
    for long, batch in (each[:2], each[2:]):
        assert max(long) < min(batch)
    ends = (run["mean"] for run in runs)
    yield "{:.1f} against {:.1f} with momentum, {:.1f} against {:.1f} without".format(*ends)


def valleys(m):
    """Condition numbers at the minima of three starts."""
    ends = [(min(found), max(found)) for found in m["valleys"].values()]
    *most, (low, high) = [[f"{round(kappa, -2):,.0f}" for kappa in pair] for pair in ends[:3]]
    words = ("three of them lead to", "with the inputs centred to")
    for word, (least, largest) in zip(words, most, strict=True):
        yield f"{word} {least} to {largest}"
    yield f"with whitened ones to {low} to {high}"
    assert round(ends[3][0], -3) == round(ends[3][1], -3)
    yield f"with a tenth of the decay to {round(ends[3][0], -3):,.0f}"


TELLERS = (
    heavy_ball,
    minibatches,
    batch_rates,
    small_batches,
    true_mean,
    bold_rates,
    pairs_and_fives,
    valleys,
)
