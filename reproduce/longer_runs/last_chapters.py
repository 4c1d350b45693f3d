"""Controls of conclusions of chapters 6 and 7 that take longer than the chapters have."""

import itertools
from functools import cache, partial

import numpy as np
from scipy.spatial.distance import cdist, pdist

from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import at_best
from reproduce.longer_runs.controls import by_code, trained_coder
from reproduce.longer_runs.earlier import GREEDY, SELF_TAUGHT
from reproduce.longer_runs.rivals import (
    DENOISERS,
    fine_tuned,
    variational,
    with_falling_rate,
    with_seen_ink,
)


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


def denoised(chapter, name, units, draw, rate, seed, epochs=10, size=50):
    """What a network as in chapter 7, but for these, leaves of other digits and of unseen ones."""
    c, noise, further = chapter, chapter.noises[name], chapter.X[4000:5000]
    net = c.Autoencoder.folded(196, units)
    begin = c.start(net, c.scaled(draw), seed=seed)
    options = {"optimizer": c.Adam(c.cosine(rate, steps=4000 // size * epochs))}
    options |= {"rng": np.random.default_rng(seed + 1), "corrupt": noise}
    options |= {"batch_size": size, "epochs": epochs}
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


def energies(chapter):
    """Energy distances of draws from unseen digits: as the chapter trains, and with more time."""
    c, known = chapter, {image.tobytes() for image in chapter.digits.images}
    others = [image for image in c.datasets.mnist("train").images if image.tobytes() not in known]
    others = c.shrink(np.array(others[:2200]))
    judges, real = others[:1000], np.split(others[1000:], 3)
    trained = cache(partial(trained_for_samples, c))

    def ends(kind, epochs, setting, seed):
        images = drawn(c, trained(kind.split(", ")[0], epochs, setting, seed), kind, seed)
        return energy(images, judges), energy(images, c.T)

    found = {
        "digits, distances": [
            [c.nearest_distances(*pair).mean() for pair in ((some, c.X), (c.T, some))]
            for some in real
        ],
        "digits": [energy(some, c.T) for some in real],
    }
    kinds = {"plain, 1": 8, "plain, 10": 8, "variational": 1.0, "variational, 10": 1.0}
    for kind, setting in kinds.items():
        found[f"{kind}, 15 epochs"] = [ends(kind, 15, setting, seed)[1] for seed in c.SEEDS]
    grids = {"plain": (4, 6, 8, 12, 16), "variational": (0.1, 0.2, 0.35, 0.5, 0.7, 1.0)}
    for kind in ("plain, 10", "variational", "variational, 10"):
        best, each, tried = at_best(partial(ends, kind, 60), grids[kind.split(", ")[0]])
        run = {"best": best, "mean": each.mean(), "each": each, "all": tried}
        found[f"{kind}, 60 epochs"] = run
    return found


def trained_for_samples(chapter, kind, epochs, setting, seed):
    """A plain autoencoder with that many code units, or a variational one with that beta."""
    c = chapter
    if kind == "variational":
        return variational(c, epochs, seed, setting)
    net = c.Autoencoder.folded(196, 150, setting, hidden=c.tanh, code=c.identity)
    return net, with_falling_rate(c, net, c.E, c.start(net, seed=seed), epochs, seed)


def drawn(chapter, trained, kind, seed):
    """400 draws: from the prior, or from so many normal distributions fitted to the codes."""
    (net, params), rng = trained, np.random.default_rng(3 + seed)
    if kind == "variational":
        return net.sample(params, rng, 400)
    codes = net.encode(params, chapter.X)
    means = codes[0] if kind.startswith("variational") else codes
    count, fitting = int(kind.split(", ")[1]), np.random.default_rng(4 + seed)
    mixture = chapter.GaussianMixture.fit(means.astype(float), count, fitting)
    return net.decode(params, mixture.sample(rng, 400))


def energy(A, B):
    """The energy distance of what two sets of samples come from, estimated without bias."""
    within = sum(pdist(some.astype(float)).mean() for some in (A, B))
    return 2 * cdist(A.astype(float), B.astype(float)).mean() - within


ENTRIES = {
    "head_starts": Entry("06_pretraining", (), head_starts, also=GREEDY),
    "drawn_codes": Entry("06_pretraining", (), drawn_codes, also=SELF_TAUGHT),
    "other_denoisers": Entry("07_variants", (), other_denoisers, also=DENOISERS),
    "wide_and_patient": Entry("07_variants", (), wide_and_patient, also=DENOISERS),
    "plain_codes": Entry("06_pretraining", (), plain_codes, also=SELF_TAUGHT),
    "energies": Entry("07_variants", (), energies, also=DENOISERS),
    "recalled_ink": Entry("07_variants", (), recalled_ink, also=DENOISERS),
}
