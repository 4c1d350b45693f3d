"""Edges: what a sparse autoencoder finds in whitened patches of photographs.

Such filters are what sparse coding found :cite:p:`olshausen1996emergence` and what the exercise of
:cite:t:`ng2011sparse` shows. Neither gives a figure; here a Gabor fit scores them.
"""

import numpy as np

from ae_course import (
    PCA,
    Autoencoder,
    ZCAWhitening,
    identity,
    kl_sparsity,
    reconstruction,
    remove_dc,
    squared_error,
    train,
    weight_decay,
)
from ae_course.datasets import natural_patches
from reproduce.digits import falling
from reproduce.gabor import explained
from reproduce.runs import Run, at_the_edge, best

TITLE = "Filters of whitened 12 x 12 patches: variance that a Gabor function explains, median"
UNIT = ""
SIDE = 12


def whitened(patches):
    """The ZCA whitening of patches."""
    return ZCAWhitening.fit(patches, 0.01 * patches.var()).transform(patches)


def filters(folder, seed, count, units, kind, epochs, beta, decay=1e-3):
    """How well a Gabor function fits: the median over the units, and how many it fits to 0.8."""
    patches = remove_dc(natural_patches(count, SIDE, seed) / 255)
    rng = np.random.default_rng(seed)
    if kind == "components":
        found = PCA.fit(patches, units).components
    elif kind == "random":
        found = rng.standard_normal((units, SIDE**2))
    elif kind == "patches":
        found = whitened(patches)[rng.choice(count, units, replace=False)]
    else:
        found = learned(whitened(patches), rng, units, epochs, beta, decay)
    share = explained(np.asarray(found, float), SIDE)
    return {"test": float(np.median(share)), "at least 0.8": float(np.mean(share > 0.8))}


def learned(X, rng, units, epochs, beta, decay):
    """The weights of the code units."""
    X = (X / X.std()).astype(np.float32)
    net = Autoencoder.folded(SIDE**2, units, output=identity)
    J = reconstruction(squared_error) + beta * kl_sparsity(0.03) + decay * weight_decay
    options = {"epochs": epochs, "rng": rng, "optimizer": falling(3e-3, epochs, len(X))}
    start = net.init(rng, dtype=np.float32)
    return train(net, J, start, X, record_objective=False, **options)[0]["W1"]


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    shape = {"count": 2_000 if quick else 40_000, "units": 20 if quick else 100}
    shape["epochs"] = 3 if quick else 30
    grid = {"beta": [0.5, 2.0, 8.0, 32.0]}
    found = yield [
        Run(filters, "trial", 10, shape | {"kind": "learned", "beta": beta})
        for beta in grid["beta"]
    ]
    for run in found:
        run["measured"]["validation"] = -run["measured"]["test"]
    beta = best(found)["beta"]
    kinds = {
        "sparse autoencoder": {"kind": "learned", "beta": beta},
        "the same without sparsity": {"kind": "learned", "beta": 0.0},
        "principal components": {"kind": "components", "beta": 0.0},
        "whitened patches": {"kind": "patches", "beta": 0.0},
        "white noise": {"kind": "random", "beta": 0.0},
    }
    found = yield [
        Run(filters, label, seed, shape | one) for label, one in kinds.items() for seed in range(3)
    ]
    return {
        "runs": found,
        "published": {},
        "source": "olshausen1996emergence",
        "chosen": {"beta": beta},
        "notes": [f"{name} at an end of its grid" for name in at_the_edge(grid, {"beta": beta})],
    }
