"""A k-sparse autoencoder with 1,000 units :cite:p:`makhzani2013ksparse` as features of digits."""

import numpy as np

from ae_course import Autoencoder, identity, reconstruction, squared_error, top_k, train
from reproduce.digits import classifier, errors, falling, split
from reproduce.runs import Run, best_of_each, edges_of, picked

TITLE = "k-sparse autoencoder, 1,000 units: test digits with another class, by a softmax layer"
UNIT = "%"
J = reconstruction(squared_error)


def features(folder, seed, count, units, k, keep, trained, epochs, rate, decay, validate=False):
    """The error of a softmax layer on codes: learned with k of the units, read with more."""
    digits, judged = split(count, validate)
    rng, measure = np.random.default_rng(seed), "validation" if validate else "test"
    net = Autoencoder.folded(784, units, code=top_k(k), output=identity)
    params = net.init(rng, dtype=np.float32)
    if trained:
        params["b2"] = digits.images.mean(axis=0) / 255
        options = {"epochs": epochs, "rng": rng, "record_objective": False}
        options["optimizer"] = falling(1e-3, epochs, len(digits.images))
        params, _, _ = train(net, J, params, digits.images, **options)
    reader = Autoencoder.folded(784, units, code=top_k(keep * k), output=identity)
    X, X_judged = (reader.encode(params, d.images) for d in (digits, judged))
    top, found = classifier(X, digits.labels, rng, rate, epochs, decay)
    return {measure: errors(top, found, X_judged, judged.labels)}


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    shape = {"count": 2_000 if quick else 60_000, "units": 200 if quick else 1_000}
    kinds = {"k-sparse features": True, "random features": False}
    grid = {"k": [10, 25, 50, 100], "keep": [1, 2, 3]}
    trial = shape | {"epochs": 2 if quick else 4, "rate": 1e-3, "decay": 0.0, "validate": True}
    settings = [{"k": k, "keep": n} for k in grid["k"] for n in grid["keep"] if k * n <= 200]
    found = yield [
        Run(features, kind, 0, trial | one | {"trained": trained})
        for kind, trained in kinds.items()
        for one in settings
    ]
    chosen = best_of_each(found)
    rates = {"rate": [3e-4, 1e-3, 3e-3, 1e-2], "decay": [0.0, 0.1]}
    found = yield [
        Run(features, kind, 0, one | {"rate": rate, "decay": decay})
        for kind, one in chosen.items()
        for rate in rates["rate"]
        for decay in rates["decay"]
    ]
    chosen = best_of_each(found)
    final = {"epochs": 2 if quick else 15, "validate": False}
    found = yield [
        Run(features, kind, seed, one | final) for kind, one in chosen.items() for seed in range(3)
    ]
    return {
        "runs": found,
        "published": {"k-sparse features": 1.35},
        "source": "makhzani2013ksparse",
        "chosen": picked(chosen, *grid, *rates),
        "notes": edges_of(chosen, {"k": grid["k"], "rate": rates["rate"]}),
    }
