"""Edges: what sparse autoencoders find in whitened patches of photographs.

Such features are what sparse coding found :cite:p:`olshausen1996emergence` and what the exercise of
:cite:t:`ng2011sparse` shows. Neither gives a figure; here a Gabor fit scores them.
"""

import numpy as np

from ae_course import (
    PCA,
    Autoencoder,
    PCAWhitening,
    identity,
    kl_sparsity,
    logistic,
    reconstruction,
    remove_dc,
    squared_error,
    top_k,
    train,
    weight_decay,
)
from ae_course.datasets import natural_patches
from reproduce.digits import falling
from reproduce.gabor import explained
from reproduce.runs import Run, edges_of, one_by_one

TITLE = "Features of whitened 12 x 12 patches: variance that a Gabor function explains, median"
UNIT = ""
SIDE, KEPT = 12, 100
START = 0.1  # of the usual size: noise of the start that nothing pulls at stays


def features(folder, seed, count, units, kind, validate=False, **options):
    """How well a Gabor function fits: the median over the features, and how many it fits to 0.8.

    To choose settings, on other patches, what counts is the share that it leaves. All features are
    sums of the same 100 of 144 principal components, each with its whitened size, back in pixels.
    """
    patches = remove_dc(natural_patches(count, SIDE, seed) / 255)
    directions = PCA.fit(patches, KEPT).components
    X = PCAWhitening.fit(patches, 1e-6 * patches.var()).transform(patches)[:, :KEPT]
    rng = np.random.default_rng(seed)
    if kind == "components":
        found = np.eye(units, KEPT)
    elif kind == "random":
        found = rng.standard_normal((units, KEPT))
    elif kind == "patches":
        found = X[rng.choice(count, units, replace=False)]
    else:
        if kind == "learned from noise":
            X = rng.standard_normal(X.shape)
        found = learned(X.astype(np.float32), rng, units, **options)
    share = explained(found @ directions, SIDE)
    median = float(np.median(share))
    if validate:
        return {"validation": 1 - median}
    return {"test": median, "at least 0.8": float(np.mean(share > 0.8))}


def learned(X, rng, units, epochs, rate, k=None, beta=0.0, rho=None, decay=0.0):
    """What each unit adds to a patch: k of them at once, or all, if the penalty leaves them on."""
    net = Autoencoder.folded(KEPT, units, code=top_k(k) if k else logistic, output=identity)
    J = reconstruction(squared_error)
    if beta:
        J = J + beta * kl_sparsity(rho)
    if decay:
        J = J + decay * weight_decay
    start = net.init(rng, dtype=np.float32)
    for name in ("W1", "W2"):
        start[name] *= START
    options = {"epochs": epochs, "rng": rng, "optimizer": falling(rate, epochs, len(X))}
    return train(net, J, start, X, record_objective=False, **options)[0]["W2"].T.astype(float)


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    shape = {"count": 2_000 if quick else 40_000, "units": 20 if quick else 100}
    network = shape | {"kind": "learned", "epochs": 2 if quick else 20}
    weights = {"decay": [3e-3, 1e-2, 3e-2], "beta": [2.0, 8.0, 32.0]}
    weights["rho"] = [0.003, 0.006, 0.01, 0.02]  # as k: how few are on
    grids = {
        "k of the units": {"k": [1, 2, 3, 5, 8], "rate": [3e-3, 1e-2, 3e-2]},
        "sparse penalty": weights | {"rate": [1e-2, 3e-2, 1e-1, 3e-1, 1.0]},
        "all units": {"rate": [3e-3, 1e-2, 3e-2, 1e-1]},
    }
    options = dict.fromkeys(grids, network) | {"all units": network | {"k": shape["units"]}}
    tuned = yield from one_by_one(features, options, grids, seed=10)
    chosen = {label: one | {"validate": False} for label, one in tuned.items()}
    controls = {
        **{
            f"{label}, of white noise": chosen[label] | {"kind": "learned from noise"}
            for label in ("k of the units", "sparse penalty")
        },
        "principal components": shape | {"kind": "components"},
        "whitened patches": shape | {"kind": "patches"},
        "white noise": shape | {"kind": "random"},
    }
    found = yield [
        Run(features, label, seed, one)
        for label, one in (chosen | controls).items()
        for seed in range(3)
    ]
    return {
        "runs": found,
        "published": {},
        "source": "olshausen1996emergence",
        "chosen": {
            label: {name: chosen[label][name] for name in grid} for label, grid in grids.items()
        },
        "notes": edges_of(chosen, {}, **grids),
    }
