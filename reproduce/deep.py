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
    squared_error,
    train,
)
from ae_course.initialization import scaled
from ae_course.optimizers import Adam
from ae_course.pretraining import pretrain_folded
from reproduce.digits import falling, split
from reproduce.runs import Run, best, edges_of, one_by_one, picked

TITLE = "Deep autoencoder with a code of 30 numbers: squared error of a test image"
UNIT = ""
LOSSES = {"cross-entropy": cross_entropy, "squared error": squared_error}
DECAY = 0.03  # not chosen: trials as short as ours hardly tell one from another
GRIDS = {
    "pretrained": {"loss": [*LOSSES]},
    "random start": {"loss": [*LOSSES], "rate": [5e-4, 1e-3, 2e-3]},
    "larger weights": {"loss": [*LOSSES], "rate": [5e-4, 1e-3, 2e-3, 4e-3]},
}
RATES = [2e-3, 4e-3, 8e-3]
WHOLE = "pretrained: the rate by whole runs, on validation digits: "


def pca(folder, seed, count):
    """30 principal components of the training digits."""
    digits, judged = split(count, validate=False)
    fitted = PCA.fit(digits.images, 30)
    off = fitted.inverse_transform(fitted.transform(judged.images)) - judged.images / 255
    return {"test": float((off**2).sum(axis=1).mean())}


def autoencoder(
    folder,
    seed,
    sizes,
    count,
    batch,
    loss,
    rate,
    decay,
    epochs,
    pretraining,
    times=1,
    validate=False,
):
    """A trained autoencoder with linear code units, and its error after every epoch."""
    digits, judged = split(count, validate)
    net = Autoencoder.folded(*sizes, code=identity)
    rng, measure = np.random.default_rng(seed), "validation" if validate else "test"
    kept = folder / "model.npz"
    if kept.exists():
        _, params, _, _, state = load(kept)
    else:
        params, state = begin(net, digits.images, rng, pretraining, batch, times), None
    params, history, _ = train(
        net,
        reconstruction(LOSSES[loss]),
        params,
        digits.images,
        epochs=epochs - (state.epochs if state else 0),
        rng=rng,
        optimizer=falling(rate, epochs, len(digits.images), batch_size=batch, decay=decay),
        batch_size=batch,
        record_objective=False,
        metrics={"error": lambda p: error(net, p, judged.images)},
        callback=lambda state: save(kept, net, state.params, state=state),
        state=state,
    )
    curve = history.metrics["error"]
    return {measure: curve[-1], "curve": curve}


def begin(net, X, rng, epochs, batch, times=1):
    """Parameters to start from: pretrained for some epochs a layer, or so many times Glorot's."""
    if epochs:
        options = {"epochs": epochs, "rng": rng, "batch_size": batch, "dtype": np.float32}
        J = reconstruction(cross_entropy)
        return pretrain_folded(net, J, X, optimizer=Adam(1e-3), record_objective=False, **options)
    params = net.init(rng, scaled(times), np.float32)
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
    shape = {"count": count, "sizes": sizes, "batch": 100}
    passes = dict.fromkeys(GRIDS, 5 if quick else 57) | {"pretrained": 4 if quick else 48}
    chosen, notes = yield from _deep(shape, 1 if quick else 6)
    flat, more = yield from _flat(shape | {"sizes": [784, 30], "batch": 256}, 4 if quick else 20)
    chosen["pretrained"], whole = yield from _rate(chosen["pretrained"], passes["pretrained"])
    deep = {k: one | {"epochs": passes[k], "validate": False} for k, one in chosen.items()}
    # The longest first, so that no core waits at the end.
    found = yield [
        Run(autoencoder, "deep, pretrained", 0, deep["pretrained"]),
        Run(autoencoder, "deep, from a random start", 0, deep["random start"]),
        Run(autoencoder, "deep, from larger random weights", 0, deep["larger weights"]),
        *(Run(autoencoder, "one layer of 30", seed, flat) for seed in range(3)),
        Run(pca, "PCA-30", 0, {"count": count}),
    ]
    return {
        "runs": found,
        "published": {
            "deep, pretrained": 3.00,
            "one layer of 30": 8.01,
            "PCA-30": 13.87,
        },
        "source": "hinton2006reducing",
        "chosen": picked(chosen, "loss", "rate") | picked({"one layer": flat}, "rate"),
        "notes": [*notes, *more, *whole],
    }


def _deep(shape, epochs):
    """Options of the deep networks, with notes: the loss is chosen first, then the rate."""
    kinds = {
        "pretrained": {"epochs": epochs, "pretraining": 1, "rate": RATES[1]},
        "random start": {"epochs": epochs + 1, "pretraining": 0},
        "larger weights": {"epochs": epochs + 1, "pretraining": 0, "times": 4},
    }
    options = {kind: shape | one | {"decay": DECAY} for kind, one in kinds.items()}
    chosen = yield from one_by_one(autoencoder, options, GRIDS)
    notes = [
        note
        for kind in ("random start", "larger weights")
        for note in edges_of({kind: chosen[kind]}, {"rate": GRIDS[kind]["rate"]})
    ]
    return chosen, notes


def _rate(options, epochs):
    """The options with the rate that is best in whole runs, with notes of what they reached."""
    found = yield [
        Run(autoencoder, "whole", 0, options | {"rate": rate, "epochs": epochs}) for rate in RATES
    ]
    chosen = best(found)
    reached = ", ".join(
        f"{run['options']['rate']:g} {run['measured']['validation']:.2f}" for run in found
    )
    return chosen, [WHOLE + reached, *edges_of({"pretrained": chosen}, {"rate": RATES})]


def _flat(shape, epochs):
    """Options of the network with one layer, with notes."""
    own = shape | {"epochs": epochs, "decay": 0.0, "pretraining": 0, "loss": "cross-entropy"}
    rates = [3e-3, 1e-2, 3e-2, 1e-1]
    found = yield [
        Run(autoencoder, "trial", 0, own | {"rate": rate, "validate": True}) for rate in rates
    ]
    chosen = best(found) | {"validate": False}
    return chosen, edges_of({"one layer": chosen}, {"rate": rates})
