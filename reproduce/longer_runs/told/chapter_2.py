"""What chapter 2 tells of the stored numbers."""

import numpy as np


def last_directions(m):
    """The angles of subspaces after more steps."""
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
    """Two networks with 5,000 digits."""
    linear, deep = m["few_digits"].values()
    first, last = ([each[f"{n} passes"] for each in (linear, deep)] for n in (8, 24))
    a, b = (each["unseen"] for each in first)
    yield f"with {a:.2f} against {b:.2f} on unseen digits"
    a, b = (each["unseen"] for each in last)
    c, d = (each["seen"] for each in last)
    yield f"they were closer there, {a:.1f} and {b:.1f}"
    yield f"the autoencoder was well ahead, {d:.1f} against {c:.1f}"


def rectified(m):
    """The autoencoder with rectifiers."""
    five, thirty = (each["mean"] for each in m["rectified"].values())
    yield f"the autoencoder has {five:.1f} with rectifiers for $\\tanh$"
    yield f"(with rectifiers {thirty:.1f})"


def few_rectified(m):
    """Rectifiers with 5,000 digits."""
    linear, hidden = (each["mean"] for each in m["few_rectified"].values())
    assert hidden < linear - 0.3
    yield f"it did, {hidden:.1f} against {linear:.1f}"


def linear_outputs(m):
    """Hidden layers without logistic outputs."""
    yield f"linear outputs, clipped, get to {m['linear_outputs']['mean']:.1f}"


def outputs(m):
    """Hidden layers and outputs, each without the other, with more passes."""
    found = m["outputs"]
    yield f"and rectifiers to {found['linear outputs, 5 passes']['mean']:.1f}"
    names = ("linear outputs", "linear code, logistic outputs", "autoencoder")
    hidden, logistic, both = (found[f"{name}, 30 passes, falling"]["mean"] for name in names)
    yield (
        f"with linear outputs have {hidden:.1f}, logistic outputs alone {logistic:.1f},"
        f" and our autoencoder {both:.1f}"
    )


TELLERS = (
    last_directions,
    few_digits,
    rectified,
    few_rectified,
    linear_outputs,
    outputs,
)
