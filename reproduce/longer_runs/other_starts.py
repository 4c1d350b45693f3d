"""Controls of chapters 6 and 7: starts of orthogonal matrices, and denoisers in small batches."""

import itertools

import numpy as np

from ae_course.initialization import orthogonal
from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import at_best, left_at_best
from reproduce.longer_runs.earlier import GREEDY
from reproduce.longer_runs.last_chapters import denoised
from reproduce.longer_runs.rivals import DENOISERS, fine_tuned

RATES = (1.2e-3, 2.5e-3, 5e-3, 1e-2, 2e-2, 4e-2)


def orthogonal_starts(chapter):
    """Accuracies from orthogonal matrices by their size, with 300 labels, and with all."""
    c, found = chapter, {}

    def few(setting, seed):
        size, rate = setting
        c.begin_with["orthogonal"] = {seed: drawn(c, size, seed)}
        return fine_tuned(c, c.E, "orthogonal", c.SGD(rate), seed)

    grid = itertools.product((7, 10, 14, 20), (0.3, 0.7, 1.5))
    held = {setting: np.mean([few(setting, seed)[0] for seed in range(3)]) for setting in grid}
    best = min(held, key=held.get)
    right = 100 - np.array([few(best, seed)[1] for seed in range(6)])
    found["300 labels"] = {"best": best, "mean": right.mean(), "each": right, "held": held}

    c.begin_with["orthogonal"] = {seed: drawn(c, best[0], seed) for seed in range(3)}
    for name, epochs in itertools.product(("orthogonal", "pretrained"), (4, 8, 16)):

        def many(rate, seed, name=name, epochs=epochs):
            falling = c.SGD(c.cosine(rate, steps=200 * epochs))
            return fine_tuned(c, c.E, name, falling, seed, len(c.X), epochs)

        rate, each, _ = at_best(many, (0.15, 0.3, 0.6, 1.2, 2.0, 3.5, 6.0))
        kept = {"rate": rate, "mean": 100 - each.mean(), "each": 100 - each}
        found[f"{name}, {epochs} epochs"] = kept
    return found


def drawn(chapter, size, seed):
    """Four layers: the first is Glorot's, the others orthogonal times a size; all are centred."""
    c, rng = chapter, np.random.default_rng([seed, 1])
    params = c.deep(4).init(rng, c.glorot, np.float32)
    params["b1"] = -params["W1"] @ c.X.mean(axis=0)
    for l in (2, 3, 4):
        params[f"W{l}"] = size * orthogonal(rng, 100, 100)
        params[f"b{l}"] = -params[f"W{l}"].sum(axis=1) / 2  # outputs are about 1/2
    return params


def denoisers_in_tens(chapter):
    """Squared errors of denoisers in batches of 10 from Glorot's start; other digits choose."""
    c, found = chapter, {}
    for run in (*((name, 400, 10) for name in c.noises), ("masking", 100, 3)):

        def errors(rate, seed, run=run):
            name, units, epochs = run
            return denoised(c, name, units, 1, rate, seed, epochs, size=10)

        found["{}, {} units, {} epochs".format(*run)] = left_at_best(errors, RATES)
    return found


ENTRIES = {
    "orthogonal_starts": Entry("06_pretraining", (), orthogonal_starts, also=GREEDY),
    "denoisers_in_tens": Entry("07_variants", (), denoisers_in_tens, also=DENOISERS),
}
