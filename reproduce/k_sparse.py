"""A k-sparse autoencoder with 1,000 units :cite:p:`makhzani2013ksparse` as features of digits."""

import itertools

import numpy as np

from ae_course import Autoencoder, identity, reconstruction, squared_error, top_k, train
from reproduce.digits import classifier, errors, falling, nearest, split
from reproduce.runs import Run, best_run_of_each, edges_of

TITLE = "k-sparse autoencoder, 1,000 units: test digits with another class, by a softmax layer"
UNIT = "%"
J = reconstruction(squared_error)


def features(folder, seed, count, units, k, classifiers, epochs, validate=False):
    """The error of a softmax layer on codes: learned with k of the units, or random if k is 0.

    A classifier reads as many units as its setting keeps, more than were learned with. To choose,
    several are tried on the same features.
    """
    if not validate and len(classifiers) != 1:
        raise ValueError(f"test digits judge one classifier, not {len(classifiers)}")
    digits, judged = split(count, validate)
    measure = "validation" if validate else "test"
    params = learned(digits.images, np.random.default_rng(seed), units, k, epochs)

    def error(keep, **setting):
        reader = Autoencoder.folded(784, units, code=top_k(keep), output=identity)
        X, X_judged = (reader.encode(params, d.images) for d in (digits, judged))
        own = np.random.default_rng([seed, 1])
        top, found = classifier(X, digits.labels, own, epochs=epochs, **setting)
        return errors(top, found, X_judged, judged.labels)

    found = [error(**setting) for setting in classifiers]
    return {measure: min(found), "classifier": classifiers[int(np.argmin(found))]}


def by_neighbour(folder, seed, count):
    """The error of the nearest training digit, which has nothing to choose."""
    return {"test": nearest(*split(count, validate=False))}


def learned(X, rng, units, k, epochs):
    """The parameters of a k-sparse autoencoder of the images, or as they were drawn if k is 0."""
    net = Autoencoder.folded(784, units, code=top_k(k or units), output=identity)
    params = net.init(rng, dtype=np.float32)
    if k:
        params["b2"] = X.mean(axis=0) / 255
        options = {"epochs": epochs, "rng": rng, "record_objective": False}
        options["optimizer"] = falling(1e-3, epochs, len(X))
        params, _, _ = train(net, J, params, X, **options)
    return params


def every(shared, keep):
    """Every classifier of a grid."""
    grid = {"keep": keep} | shared
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    shape = {"count": 2_000, "units": 200} if quick else {"count": 60_000, "units": 1_000}
    grids = {
        "k-sparse features": {"k": [10, 15, 25, 40], "keep": [25, 50, 100, 200]},
        "random features": {"k": [0], "keep": [20, 50, 200] if quick else [100, 200, 400, 700]},
    }
    shared = {"rate": [3e-3, 1e-2, 3e-2, 1e-1], "decay": [0.0, 0.03]}
    trial = shape | {"epochs": 2 if quick else 6, "validate": True}
    tried = yield [
        Run(features, kind, 0, trial | {"classifiers": every(shared, grid["keep"]), "k": k})
        for kind, grid in grids.items()
        for k in grid["k"]
    ]
    options, chosen = {}, {}
    for kind, run in best_run_of_each(tried).items():
        own = run["measured"]["classifier"]
        options[kind] = run["options"] | {"classifiers": [own]}
        chosen[kind] = {"k": run["options"]["k"]} | own
    final = {"epochs": 2 if quick else 20, "validate": False}
    found = yield [
        Run(features, kind, seed, one | final) for kind, one in options.items() for seed in range(3)
    ] + [Run(by_neighbour, "nearest training digit", 0, {"count": shape["count"]})]
    return {
        "runs": found,
        "published": {"k-sparse features": 1.35},
        "source": "makhzani2013ksparse",
        "chosen": chosen,
        "notes": edges_of(
            chosen,
            {"rate": shared["rate"]},
            **{
                kind: {name: values for name, values in grid.items() if values[1:]}
                for kind, grid in grids.items()
            },
        ),
    }
