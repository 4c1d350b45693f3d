"""What chapter 7 tells of the stored numbers."""

from statistics import mean

import numpy as np

from reproduce.longer_runs.told.words import span


def capacity(m):
    """How many features are found."""
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
    """Denoisers with more time."""
    each = (f"{found['mean']:.2f}" for found in m["patient"].values())
    yield "bring the networks to {} and {} in our runs".format(*each)
    wide = [m["wide_and_patient"][name]["mean"] for name in ("normal", "salt, pepper")]
    yield "and 400 units then to {:.2f} and {:.2f}".format(*wide)


def other_denoisers(m):
    """Denoisers with other units, starts and rates."""
    found = m["other_denoisers"]
    ways = [found[name]["best"] for name in ("masking", "normal", "salt, pepper")]
    assert all(draw == 1 and rate == 0.015 for _, draw, rate in ways)  # inside the grid of rates
    yield "More units, {0} or {2}, and Glorot's start".format(*(units for units, *_ in ways))
    ends = [f"{found[name]['mean']:.2f}" for name in ("masking", "normal", "salt, pepper")]
    yield "{}, {} and {} in our runs; in batches of 10".format(*ends)
    tens = m["denoisers_in_tens"]
    few = [tens[f"{name}, 400 units, 10 epochs"] for name in ("masking", "normal", "salt, pepper")]
    yield "in batches of 10, {:.2f}, {:.2f} and {:.2f}".format(*(mean(run["each"]) for run in few))
    hasty = tens["masking, 100 units, 3 epochs"]
    assert all(0.0025 < run["rate"] < 0.04 for run in (*few, hasty))  # inside the grid
    yield f"in batches of 10, ahead, with {mean(hasty['each']):.2f} in our runs"


def masked(m):
    """Ink that is seen, and kept."""
    filters, networks = (m["kept"][name]["mean"] for name in ("filters", "networks, 10 epochs"))
    fitted = "Who keeps it has {:.2f} in our runs with filters fitted to the zeros alone, {:.2f}"
    yield fitted.format(*filters)
    yield "with the networks {:.2f} and {:.2f}".format(*networks)
    patient = m["kept"]["networks, 100 epochs"]["mean"]
    yield "after 100 epochs {:.2f} and {:.2f}".format(*patient)


def recalled_ink(m):
    """A recall in which blank pixels count less."""
    found = m["recalled_ink"]
    assert found["best"] == [0.1, 0.4]  # inside the grids of both
    everywhere, kept, ink = found["mean"]
    yield f"with blank pixels that count a tenth, {everywhere:.2f} in our runs"
    assert everywhere > mean(m["denoisers_in_tens"]["masking, 400 units, 10 epochs"]["each"])
    yield f"who recalls so that blank pixels count a tenth, {kept:.2f} and {ink:.2f}"


def own_directions(m):
    """What is a digit's own in the directions of its code."""
    found = m["directions"]
    yield f"With three seeds {span(found['contractive, 18'])} in our runs"
    kinds = {
        kind: [v for name, each in found.items() if name.startswith(kind) for v in each]
        for kind in ("contractive", "decay")
    }
    most = f"{max(kinds['decay']):.1f}"
    yield f"{span(kinds['contractive'])}, and with weight decay at most {most}"


def vaes(m):
    """Units and samples of variational autoencoders with three seeds."""
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
    """How far the distribution of draws is from that of digits."""
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


TELLERS = (
    capacity,
    patient,
    other_denoisers,
    masked,
    recalled_ink,
    own_directions,
    vaes,
    energies,
)
