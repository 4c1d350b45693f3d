"""Self-taught learning :cite:p:`raina2007self`: features of digits 5 to 9 for those from 0 to 4.

The setting is that of the exercise in :cite:t:`ng2013ufldl`: an autoencoder with 200 units sees the
digits 5 to 9 without labels; half of the digits 0 to 4 have labels, the other half are classified.
"""

import numpy as np

from ae_course import Autoencoder, cross_entropy, kl_sparsity, mean_bias, reconstruction, train
from ae_course.datasets import Digits, mnist
from ae_course.optimizers import Adam
from reproduce.digits import classes, classifier, errors, nearest
from reproduce.runs import Run, best_run_of_each, edges_of

TITLE = "Self-taught learning: digits 0 to 4 with another class than their own, by a softmax layer"
UNIT = "%"
J = reconstruction(cross_entropy)


def halves(count, validate):
    """Labelled digits 0 to 4, and those that are judged: to choose settings, labelled ones too."""
    digits = classes(mnist(), 0, 4)
    order = np.random.default_rng(0).permutation(len(digits.labels))
    labelled, unseen = order[: len(order) // 2], order[len(order) // 2 :]
    if validate:
        labelled, unseen = labelled[3_000:], labelled[:3_000]
    return (Digits(*(a[some] for a in digits)) for some in (labelled[:count], unseen))


def taught(folder, seed, count, features, classifiers, epochs, beta=0.0, validate=False):
    """The error of a softmax layer on features: of other digits, drawn at random, or pixels.

    To choose, several settings of the classifier are tried on the same features.
    """
    if not validate and len(classifiers) != 1:
        raise ValueError(f"test digits judge one classifier, not {len(classifiers)}")
    labelled, judged = halves(count, validate)
    rng, measure = np.random.default_rng(seed), "validation" if validate else "test"
    X, X_judged = (d.images.astype(np.float32) / 255 for d in (labelled, judged))
    if features != "pixels":
        net, params = encoder(features, 2 * count, epochs, beta, rng)
        X, X_judged = net.encode(params, X), net.encode(params, X_judged)

    def error(setting):
        own = np.random.default_rng([seed, 1])
        top, found = classifier(X, labelled.labels, own, epochs=2 * epochs, **setting)
        return errors(top, found, X_judged, judged.labels)

    found = [error(setting) for setting in classifiers]
    return {measure: min(found), "classifier": classifiers[int(np.argmin(found))]}


def by_neighbour(folder, seed, count):
    """The error of the nearest labelled digit, which has nothing to choose."""
    return {"test": nearest(*halves(count, validate=False))}


def encoder(features, count, epochs, beta, rng):
    """A network with 200 code units, trained on the digits 5 to 9 or as it was drawn."""
    net = Autoencoder.folded(784, 200)
    params = net.init(rng, dtype=np.float32)
    if features == "learned":
        others = classes(mnist(), 5, 9).images[:count]
        params["b2"] = mean_bias(net, others)
        objective = J + beta * kl_sparsity(0.1) if beta else J
        options = {"epochs": epochs, "rng": rng, "optimizer": Adam(2e-3)}
        params, _, _ = train(net, objective, params, others, record_objective=False, **options)
    return net, params


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    shape = {"count": 1_000 if quick else 20_000, "epochs": 3 if quick else 15}
    grid = {"rate": [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0], "decay": [0.0, 0.03, 0.3]}
    classifiers = [{"rate": r, "decay": d} for r in grid["rate"] for d in grid["decay"]]
    betas = {"learned": [0.0, 3.0, 30.0, 100.0, 300.0, 1000.0], "random": [0.0], "pixels": [0.0]}
    trials = [
        shape | {"features": kind, "beta": beta, "classifiers": classifiers, "validate": True}
        for kind in betas
        for beta in betas[kind]
    ]
    tried = yield [Run(taught, one["features"], 0, one) for one in trials]
    chosen = {
        kind: (run["options"]["beta"], run["measured"]["classifier"])
        for kind, run in best_run_of_each(tried).items()
    }
    names = {
        "learned": "features of other digits",
        "random": "features drawn at random",
        "pixels": "pixels",
    }
    found = yield [
        Run(
            taught,
            names[kind],
            seed,
            shape | {"features": kind, "beta": beta, "classifiers": [best]},
        )
        for kind, (beta, best) in chosen.items()
        for seed in range(3)
    ] + [Run(by_neighbour, "nearest labelled digit", 0, {"count": shape["count"]})]
    settings = {kind: {"beta": beta} | best for kind, (beta, best) in chosen.items()}
    return {
        "runs": found,
        "published": {names["learned"]: 2, names["pixels"]: 4},
        "source": "ng2013ufldl",
        "chosen": {names[kind]: one for kind, one in settings.items()},
        "notes": edges_of(settings, {"rate": grid["rate"]}, learned={"beta": betas["learned"]}),
    }
