"""Controls of conclusions of chapters 6 and 7 that take longer than the chapters have."""

import itertools

import numpy as np

from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import at_best
from reproduce.longer_runs.controls import by_code, trained_coder
from reproduce.longer_runs.earlier import GREEDY, SELF_TAUGHT
from reproduce.longer_runs.rivals import DENOISERS, fine_tuned, with_seen_ink


def head_starts(chapter):
    """Accuracies with 10,000 labels: a cheaper pretraining, Adam, and batches of other sizes."""
    c = chapter
    c.begin_with["two epochs a stage"] = {s: c.pretrained_on(c.X, s, epochs=2)[0] for s in c.SEEDS}
    ways = {
        "descent": (c.SGD, 50, (0.6, 2.0, 6.0)),
        "Adam": (c.Adam, 50, (3e-3, 1e-2, 3e-2, 1e-1)),
        "batches of 20": (c.SGD, 20, (0.3, 0.8, 2.0, 4.0)),
        "batches of 200": (c.SGD, 200, (0.6, 2.0, 6.0, 12.0)),
    }
    twice = [("pretrained", 4), ("4 × Glorot", 4), ("4 × Glorot", 8), ("centred", 8)]
    turns = [("descent", "two epochs a stage", n) for n in (4, 8, 16)]
    turns += [(way, *turn) for way in list(ways)[1:] for turn in twice]
    found = {}
    for way, start, epochs in turns:
        method, size, rates = ways[way]

        def errors(rate, seed, start=start, epochs=epochs, method=method, size=size):
            falling = method(c.cosine(rate, steps=epochs * len(c.X) // size))
            return fine_tuned(c, c.E, start, falling, seed, len(c.X), epochs, size)

        best, each, _ = at_best(errors, rates)
        right = 100 - each
        kept = {"rate": best, "mean": right.mean(), "each": right}
        found[f"{way}, {start}, {epochs} epochs"] = kept
    return found


def drawn_codes(chapter):
    """Accuracies with 2,000 labels on codes that nobody trained, by the size of their weights."""
    c, found = chapter, {}
    ways = {"normal numbers": normal_filters, "differences of digits": pair_filters}
    scales = {"normal numbers": (0.1, 0.2, 0.4, 0.8, 1.6)}
    scales["differences of digits"] = (0.2, 0.4, 0.8, 1.6, 3.2)
    for name, draw in ways.items():
        for scale in scales[name]:
            F = [by_filters(c, *draw(c.high.astype(float), scale, seed)) for seed in c.SEEDS]
            found[f"{name}, {scale}"] = by_code(c, F)
    best = {
        name: max((key for key in found if key.startswith(name)), key=lambda k: found[k]["held"])
        for name in ways
    }
    return {"best": best} | found


def normal_filters(digits, scale, seed):
    """Two hundred normal filters, and points where their units are to be at one half."""
    rng = np.random.default_rng([seed, 9])
    return rng.normal(0, scale, (200, digits.shape[1])), digits.mean(axis=0)


def pair_filters(digits, scale, seed):
    """Differences of two hundred pairs of digits, drawn at random, and the places between."""
    chosen = np.random.default_rng([seed, 10]).choice(len(digits), (2, 200), replace=False)
    one, other = digits[chosen]
    return scale * (one - other), (one + other) / 2


def by_filters(chapter, W, centres):
    """All digits as logistic units with these filters encode them."""
    thresholds = np.sum(W * centres, axis=1)
    return chapter.prepared(lambda x: chapter.logistic(x @ W.T - thresholds), *chapter.kinds)


def other_denoisers(chapter):
    """Squared errors of denoisers by units, start and rate; other digits choose among them."""
    c, found = chapter, {}
    settings = list(itertools.product((100, 200, 400), (0.1, 1), (7.5e-3, 1.5e-2, 3e-2)))
    for name in c.noises:

        def errors(setting, seed, name=name):
            return denoised(c, name, *setting, seed)

        best, each, tried = at_best(errors, settings)
        found[name] = {"best": best, "mean": each.mean(), "each": each, "all": tried}
    return found


def denoised(chapter, name, units, draw, rate, seed, epochs=10):
    """What a network as in chapter 7, but for these, leaves of other digits and of unseen ones."""
    c, noise, further = chapter, chapter.noises[name], chapter.X[4000:5000]
    net = c.Autoencoder.folded(196, units)
    begin = c.start(net, c.scaled(draw), seed=seed)
    options = {"optimizer": c.Adam(c.cosine(rate, steps=80 * epochs)), "epochs": epochs}
    options |= {"rng": np.random.default_rng(seed + 1), "corrupt": noise, "batch_size": 50}
    end = c.train(net, c.E, begin, c.X[:4000], record_objective=False, **options)[0]
    pairs = (noise(np.random.default_rng(8), further), further), (c.damaged[name], c.T)
    return [np.mean(np.sum((net(end, x) - y) ** 2, axis=1)) for x, y in pairs]


def wide_and_patient(chapter):
    """Squared errors of denoisers with 400 units and 100 epochs; other digits choose the rate."""
    c, found = chapter, {}
    for name in ("normal", "salt, pepper"):

        def errors(rate, seed, name=name):
            return denoised(c, name, 400, 1, rate, seed, epochs=100)

        best, each, tried = at_best(errors, (5e-3, 1e-2, 2e-2))
        found[name] = {"rate": best, "mean": each.mean(), "each": each, "all": tried}
    return found


def plain_codes(chapter):
    """Accuracies with 2,000 labels on plain codes, by epochs, and on a wide random one."""
    c, found = chapter, {}
    for epochs in (1, 2, 3, 5, 10):
        F = c.codes([trained_coder(c, c.coder, 0, epochs, seed) for seed in c.SEEDS])
        found[f"{epochs} epochs"] = by_code(c, F)
    best = max(found, key=lambda name: found[name]["held"])
    wide, F = c.Autoencoder.folded(196, 600), []
    for seed in c.SEEDS:
        params = c.shuffled(trained_coder(c, wide, 0.3, 10, seed), seed)
        F.append(c.prepared(lambda x, p=params: wide.encode(p, x), *c.kinds))
    return {"best": best} | found | {"600 units, shuffled": by_code(c, F)}


def recalled_ink(chapter):
    """Squared errors under masking of a recall that trusts seen ink more than blanks."""
    c, mask, judged = chapter, chapter.noises["masking"], {}
    known, further = c.X[:4000].astype(float), c.X[4000:5000].astype(float)
    damaged = mask(np.random.default_rng(8), further)
    for weight in (0.03, 0.1, 0.3):
        for s in (0.3, 0.4, 0.5, 0.6):
            off = (by_ink(damaged, known, weight, s) - further) ** 2
            judged[weight, s] = np.mean(np.sum(off, axis=1))
    best, each = min(judged, key=judged.get), []
    for seed in (3, 103, 203):  # the first is the chapter's
        noisy = mask(np.random.default_rng(seed), c.T).astype(float)
        restored = by_ink(noisy, known, *best)
        each.append([c.squares(restored), *with_seen_ink(noisy, restored, c.T)])
    return {"best": best, "mean": np.mean(each, axis=0), "each": each}


def by_ink(noisy, known, weight, s):
    """The mean of known digits; of a squared distance, blank pixels count with that weight."""
    seen = noisy > 0
    squares = seen @ (known**2).T + weight * (~seen @ (known**2).T) - 2 * noisy @ known.T
    logs = -squares / (2 * s**2)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return shares @ known / shares.sum(axis=1, keepdims=True)


ENTRIES = {
    "head_starts": Entry("06_pretraining", (), head_starts, also=GREEDY),
    "drawn_codes": Entry("06_pretraining", (), drawn_codes, also=SELF_TAUGHT),
    "other_denoisers": Entry("07_variants", (), other_denoisers, also=DENOISERS),
    "wide_and_patient": Entry("07_variants", (), wide_and_patient, also=DENOISERS),
    "plain_codes": Entry("06_pretraining", (), plain_codes, also=SELF_TAUGHT),
    "recalled_ink": Entry("07_variants", (), recalled_ink, also=DENOISERS),
}
