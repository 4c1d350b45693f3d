"""The deep autoencoder 784-1000-500-250-30 :cite:p:`hinton2006reducing`: error per test image."""

import numpy as np

from ae_course import (
    PCA,
    Autoencoder,
    cross_entropy,
    identity,
    load,
    mean_bias,
    reconstruction,
    save,
    train,
)
from ae_course.optimizers import Adam
from ae_course.pretraining import pretrain_folded
from reproduce.digits import falling, split
from reproduce.runs import Run, best, best_of_each, edges_of

TITLE = "Deep autoencoder with a code of 30 numbers: squared error of a test image"
UNIT = ""
J = reconstruction(cross_entropy)


def pca(folder, seed, count):
    """30 principal components of the training digits."""
    digits, judged = split(count, validate=False)
    fitted = PCA.fit(digits.images, 30)
    off = fitted.inverse_transform(fitted.transform(judged.images)) - judged.images / 255
    return {"test": float((off**2).sum(axis=1).mean())}


def autoencoder(folder, seed, sizes, count, rate, decay, epochs, pretraining, validate=False):
    """A trained autoencoder with linear code units, and its error after every epoch."""
    digits, judged = split(count, validate)
    net = Autoencoder.folded(*sizes, code=identity)
    rng, measure = np.random.default_rng(seed), "validation" if validate else "test"
    kept = folder / "model.npz"
    if kept.exists():
        _, params, _, _, state = load(kept)
    else:
        params, state = begin(net, digits.images, rng, pretraining), None
    params, history, _ = train(
        net,
        J,
        params,
        digits.images,
        epochs=epochs - (state.epochs if state else 0),
        rng=rng,
        optimizer=falling(rate, epochs, len(digits.images), batch_size=256, decay=decay),
        batch_size=256,
        record_objective=False,
        metrics={"error": lambda p: error(net, p, judged.images)},
        callback=lambda state: save(kept, net, state.params, state=state),
        state=state,
    )
    curve = history.metrics["error"]
    return {measure: curve[-1], "curve": curve}


def begin(net, X, rng, epochs):
    """Parameters to start from: pretrained for so many epochs a layer, or random."""
    if epochs:
        options = {"epochs": epochs, "rng": rng, "batch_size": 256, "dtype": np.float32}
        return pretrain_folded(net, J, X, optimizer=Adam(1e-3), record_objective=False, **options)
    params = net.init(rng, dtype=np.float32)
    params[f"b{net.last}"] = mean_bias(net, X)
    return params


def error(net, params, X) -> float:
    """The squared error of an image, summed over its pixels, in the mean over the images."""
    off = [net(params, some) - some / np.float32(255) for some in np.array_split(X, 10)]
    return float(np.mean([np.square(a).sum(axis=1).mean() for a in off]))


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    count = 5_000 if quick else 60_000
    sizes = [784, 200, 100, 30] if quick else [784, 1000, 500, 250, 30]
    shape = {"count": count, "sizes": sizes}
    grid = {"rate": [2e-3, 4e-3, 8e-3], "decay": [0.003, 0.01, 0.03]}
    random_rates = [2.5e-4, 5e-4, 1e-3, 2e-3]
    trial = {**shape, "epochs": 2 if quick else 4, "validate": True}
    settings = [{"rate": r, "decay": d} for r in grid["rate"] for d in grid["decay"]]
    found = yield [
        *(Run(autoencoder, "pretrained", 0, trial | s | {"pretraining": 1}) for s in settings),
        *(
            Run(autoencoder, "random", 0, trial | {"rate": r, "decay": 0.01, "pretraining": 0})
            for r in random_rates
        ),
    ]
    tuned = best_of_each(found)
    chosen = {name: tuned["pretrained"][name] for name in grid}
    flat = shape | {"sizes": [784, 30], "pretraining": 0, "epochs": 4 if quick else 20}
    rates = [3e-3, 1e-2, 3e-2]
    tried = [flat | {"rate": r, "decay": 0.0, "validate": True} for r in rates]
    found = yield [Run(autoencoder, "trial", 0, options) for options in tried]
    flat |= {"rate": best(found)["rate"], "decay": 0.0}
    epochs, stages = (4, 1) if quick else (80, 3)
    pretrained = shape | chosen | {"epochs": epochs, "pretraining": stages}
    from_random = tuned["random"] | {"epochs": epochs + stages, "validate": False}
    # The longest first, so that no core waits at the end.
    found = yield [
        Run(autoencoder, "deep, pretrained", 0, pretrained),
        Run(autoencoder, "deep, from a random start", 0, from_random),
        *(Run(autoencoder, "one layer of 30", seed, flat) for seed in range(3)),
        Run(pca, "PCA-30", 0, {"count": count}),
    ]
    notes = edges_of({"pretrained": chosen}, grid)
    notes += edges_of({"random start": from_random}, {"rate": random_rates})
    return {
        "runs": found,
        "published": {
            "deep, pretrained": 3.00,
            "one layer of 30": 8.01,
            "PCA-30": 13.87,
        },
        "source": "hinton2006reducing",
        "chosen": {
            "pretrained": chosen,
            "random start": {name: from_random[name] for name in grid},
            "one layer": {"rate": flat["rate"]},
        },
        "notes": notes,
    }
