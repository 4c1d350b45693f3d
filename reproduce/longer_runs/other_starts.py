"""Controls of chapters 6 and 7: other starts, features, and denoisers in small batches."""

import itertools
from functools import partial

import numpy as np

from ae_course.initialization import orthogonal
from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import at_best, left_at_best
from reproduce.longer_runs.controls import by_code, summary
from reproduce.longer_runs.earlier import GREEDY, SELF_TAUGHT
from reproduce.longer_runs.last_chapters import by_filters, denoised, pair_filters
from reproduce.longer_runs.rivals import DENOISERS, fine_tuned, taught, unlike_digits

RATES = (1.2e-3, 2.5e-3, 5e-3, 1e-2, 2e-2, 4e-2)


def orthogonal_starts(chapter):
    """Accuracies from steeper hidden layers: 300 labels; then all, where sizes are chosen anew."""
    c, found = chapter, {}

    def ends(matrix, by, labels, epochs, setting, seed):
        *sizes, rate = setting
        if matrix != "pretrained":
            c.begin_with[matrix] = {seed: drawn(c, matrix, seed, *sizes)}
        return fine_tuned(c, c.E, matrix, by(rate), seed, labels, epochs)

    sizes, rates = (4, 7, 10, 14, 20), (0.3, 0.7, 1.5)
    for matrix in ("orthogonal", "uniform"):
        few = partial(ends, matrix, c.SGD, 300, 60)
        held = {
            setting: np.mean([few(setting, seed)[0] for seed in range(3)])
            for setting in itertools.product(sizes, rates)
        }
        best = min(held, key=held.get)
        right = 100 - np.array([few(best, seed)[1] for seed in range(6)])
        kept = {"best": best, "mean": right.mean(), "each": right, "held": held}
        found[f"300 labels, {matrix}"] = kept

    slow, fast = (0.3, 0.6, 1.2, 2.0, 3.5, 6.0), (6e-3, 9e-3, 1.2e-2, 1.6e-2, 2.2e-2, 3e-2, 4e-2)
    plans = {("SGD", n): (slow, (5, 7, 10, 14), (1,)) for n in (4, 8, 16)}
    plans["Adam", 4] = fast, (4, 5, 7, 10, 14), (1, 2, 3, 4, 6)
    for ((by, epochs), (rates, *sizes)), matrix in itertools.product(
        plans.items(), ("orthogonal", "pretrained")
    ):
        kind, steps = getattr(c, by), 200 * epochs

        def falling(rate, kind=kind, steps=steps):
            return kind(c.cosine(rate, steps=steps))

        many = partial(ends, matrix, falling, len(c.X), epochs)
        settings = itertools.product(*sizes, rates) if matrix == "orthogonal" else zip(rates)
        (*size, rate), each, _ = at_best(many, settings)
        kept = {"size": size, "rate": rate, "mean": 100 - each.mean(), "each": 100 - each}
        found[f"{by}, {matrix}, {epochs} epochs"] = kept
    return found


def drawn(chapter, matrix, seed, size, first=1):
    """Four layers: the first so many times Glorot's, the others so many times a matrix; centred."""
    c, rng = chapter, np.random.default_rng([seed, 1])
    params = c.deep(4).init(rng, c.glorot, np.float32)
    params["W1"] *= first
    params["b1"] = -params["W1"] @ c.X.mean(axis=0)
    for l in (2, 3, 4):
        square = orthogonal(rng, 100, 100) if matrix == "orthogonal" else params[f"W{l}"]
        params[f"W{l}"] = size * square
        params[f"b{l}"] = -params[f"W{l}"].sum(axis=1) / 2  # outputs are about 1/2
    return params


def steep_layers(chapter):
    """Steep first layers and steep others, in times Glorot: units near 0 or 1, and accuracies."""
    c, found = chapter, {}
    for first, others in ((16, 16), (1, 16), (4, 16), (16, 4), (4, 4)):
        name, starts = f"{first}, then {others}", {}
        for seed in range(3):
            starts[seed] = c.deep(4).init(np.random.default_rng([seed, 1]), c.glorot, np.float32)
            starts[seed]["W1"] *= first
            for l in (2, 3, 4):
                starts[seed][f"W{l}"] *= others
        codes = [c.deep(4).forward(starts[seed], c.X[:1_000]).y for seed in range(3)]
        c.begin_with[name] = starts
        rates = (0.1, 0.3, 0.7, 1.0, 1.5, 2.0, 3.0, 6.0)
        runs = c.compare({"it": taught(c, name, 60, {})}, rates)
        share = [[np.mean(abs(y[l] - 0.5) > 0.45) for l in (2, 3, 4)] for y in codes]
        found[name] = summary(runs) | {"share near 0 or 1": share}
    return found


def pretrained_longer(chapter):
    """Accuracies with 300 labels after twelve epochs a stage, on digits and on uniform noise."""
    c, found = chapter, {}
    for name in ("digits", "uniform noise"):
        images = c.X if name == "digits" else unlike_digits(c.X)[name]
        c.begin_with[name] = {s: c.pretrained_on(images, s, epochs=12)[0] for s in range(6)}
        measure = taught(c, name, 60, {})
        found[name] = summary(c.compare({"it": measure}, (0.3, 1.0, 3.0, 6.0), seeds=range(6)))
    return found


def more_pairs(chapter):
    """Accuracies with 2,000 labels on 600 differences of two digits, by the size of the weights."""
    c, found = chapter, {}
    for scale in (0.2, 0.4, 0.8, 1.6, 3.2):
        codes = []
        for seed in c.SEEDS:
            thrice = [
                pair_filters(c.high.astype(float), scale, seed + more) for more in (0, 50, 100)
            ]
            codes.append(by_filters(c, *map(np.concatenate, zip(*thrice, strict=True))))
        found[f"{scale}"] = by_code(c, codes)
    return {"best": max(found, key=lambda scale: found[scale]["held"])} | found


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
    "steep_layers": Entry("06_pretraining", (), steep_layers, also=GREEDY),
    "pretrained_longer": Entry("06_pretraining", (), pretrained_longer, also=GREEDY),
    "more_pairs": Entry("06_pretraining", (), more_pairs, also=SELF_TAUGHT),
    "denoisers_in_tens": Entry("07_variants", (), denoisers_in_tens, also=DENOISERS),
}
