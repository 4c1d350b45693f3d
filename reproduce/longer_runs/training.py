"""Controls of conclusions of chapters 4 to 7 that take longer than the chapters have."""

import numpy as np

from ae_course import ZCAWhitening
from reproduce.longer_runs import Entry
from reproduce.longer_runs.controls import summary
from reproduce.longer_runs.earlier import DIGITS_OF_4, GREEDY, SELF_TAUGHT
from reproduce.longer_runs.rivals import DENOISERS


def true_mean(chapter):
    """The sparse objective with the mean of the batch, of all samples, or that as an average."""
    found = {}
    for method, mu, rates in (
        ("momentum", 0.9, (0.05, 0.1, 0.15, 0.2)),
        ("descent", 0.0, (0.35, 0.7, 1.0, 1.4)),
    ):
        for name in ("batch", "all samples", "all samples, averaged"):
            each = {
                rate: [with_mean_of(chapter, name, mu, rate, seed) for seed in range(3)]
                for rate in rates
            }
            best = min(each, key=lambda rate, each=each: np.mean(each[rate]))
            kept = {"rate": best, "mean": np.mean(each[best]), "each": each}
            found[f"{method}, {name}"] = kept
    return found


def with_mean_of(chapter, name, mu, rate, seed):
    """J after four passes on batches of ten; the slope of the penalty is taken at the mean."""
    c, net, X = chapter, chapter.net, chapter.X
    params, rng = c.begin_from(seed), np.random.default_rng(seed)
    velocity, average = np.zeros_like(params.vector), net.encode(params, X[:200]).mean(axis=0)
    for _ in range(4):
        for batch in c.minibatches(len(X), 10, rng):
            gradient = c.J.gradient(net, params, X[batch])
            y = net.encode(params, X[batch])
            means = (y if name == "batch" else net.encode(params, X)).mean(axis=0)
            average = 0.9 * average + 0.1 * means
            means = average if "averaged" in name else means
            delta = c.kl_slope(0.05, means) * y * (1 - y) / len(y)
            gradient["W1"] += delta.T @ X[batch]
            gradient["b1"] += delta.sum(axis=0)
            velocity = mu * velocity - rate * gradient.vector
            params.vector[:] += velocity
    return (c.J + c.kl_sparsity(0.05)).value(net, params, X)


def valleys(chapter):
    """Condition numbers at minima from three starts, by inputs and weight decay."""
    c, X = chapter, chapter.X_tiny
    inputs = {"as above": X, "centred": X - X.mean(axis=0)}
    inputs["whitened"] = ZCAWhitening.fit(X, 1e-3).transform(X)
    weights = dict.fromkeys(inputs, c.published)
    inputs["a tenth of decay"] = X
    weights["a tenth of decay"] = c.published | {"weight_decay": 2e-3}
    return {
        name: [valley(c, c.written(c.BOOK, weights[name]), x, seed) for seed in range(3)]
        for name, x in inputs.items()
    }


def valley(chapter, objective, inputs, seed):
    """The condition number at the minimum that L-BFGS finds from a start."""
    c, data = chapter, (inputs, chapter.X_tiny)
    begin = c.tiny.init(np.random.default_rng(seed))
    bottom = c.minimize(c.tiny, objective, begin, *data, iterations=3000)[0]
    curvatures = c.curvatures_at(bottom, objective, inputs)
    assert curvatures[0] > 0
    return curvatures[-1] / curvatures[0]


def raw_filters(chapter):
    """How directed filters of raw patches are, with and without the mean of each filter."""
    c, found = chapter, {}
    for rho in (0.03, 0.1, 0.3, 0.5):
        for beta in (2, 8, 32):
            for variance in (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4):
                F = [of_raw_patches(c, rho, beta, variance, seed) for seed in range(3)]
                without = [f - f.mean(axis=1, keepdims=True) for f in F]
                found[f"rho {rho}, beta {beta}, variance {variance}"] = {
                    "index": np.mean([c.orientation(f).mean() for f in F]),
                    "without mean": np.mean([c.orientation(f).mean() for f in without]),
                }
    best = {
        kind: max(found, key=lambda name, kind=kind: found[name][kind])
        for kind in ("index", "without mean")
    }
    return {"best": best} | found


def of_raw_patches(chapter, rho, beta, variance, seed):
    """Filters as in chapter 5, for raw patches and another target."""
    c, z = chapter, chapter.X - chapter.X.mean(axis=0)
    z = z * np.sqrt(variance / z.var(axis=0).mean())
    net = c.Autoencoder.folded(64, 25, output=c.identity)
    J = c.reconstruction(c.squared_error) + 0.02 * c.weight_decay + beta * c.kl_sparsity(rho)
    start = net.init(np.random.default_rng(seed), dtype=np.float32)
    start["b1"] = np.log(rho / (1 - rho))
    order = np.random.default_rng(seed + 100)
    return c.train(net, J, start, z, rng=order, **c.HABITS)[0]["W1"]


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

        def errors(rate, seed, way=way, start=start, epochs=epochs):
            return with_all(c, start, seed, epochs, rate, *ways[way][:2])

        judged = {rate: errors(rate, 0) for rate in ways[way][2]}
        best = min(judged, key=lambda rate, judged=judged: judged[rate][0])
        each = [100 - judged[best][1], *(100 - errors(best, seed)[1] for seed in (1, 2))]
        found[f"{way}, {start}, {epochs} epochs"] = {
            "rate": best,
            "mean": np.mean(each),
            "each": each,
        }
    return found


def with_all(chapter, start, seed, epochs, rate, method, size):
    """The errors after training with 10,000 labels, at a rate that falls to zero."""
    c, rng = chapter, np.random.default_rng([seed, 2])  # the chapter's order of the digits
    net, params = c.begin(start, seed)
    chosen = rng.permutation(len(c.X))
    falling = c.cosine(rate, steps=epochs * len(c.X) // size)
    options = {"optimizer": method(falling), "batch_size": size, "epochs": epochs, "rng": rng}
    data = c.X[chosen], c.labels[chosen]
    return c.errors(net, c.train(net, c.E, params, *data, record_objective=False, **options)[0])


def drawn_codes(chapter):
    """Accuracies with 2,000 labels on codes that nobody trained, by the size of their weights."""
    c, found = chapter, {}
    ways = {"normal numbers": normal_filters, "differences of digits": pair_filters}
    scales = {"normal numbers": (0.1, 0.2, 0.4, 0.8, 1.6)}
    scales["differences of digits"] = (0.2, 0.4, 0.8, 1.6, 3.2)
    for name, draw in ways.items():
        for scale in scales[name]:
            F = [by_filters(c, *draw(c.high.astype(float), scale, seed)) for seed in c.SEEDS]
            runs = c.compare({"it": c.taught_by(F, 2_000)}, c.DECAYS[2_000])
            found[f"{name}, {scale}"] = summary(runs)
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
    further = c.X[4000:5000]
    for name, noise in c.noises.items():
        judged = noise(np.random.default_rng(8), further)

        def errors(setting, seed, name=name, judged=judged):
            net, params = other_denoiser(c, c.noises[name], *setting, seed)
            pairs = (judged, further), (c.damaged[name], c.T)
            return [np.mean(np.sum((net(params, x) - y) ** 2, axis=1)) for x, y in pairs]

        tried = {
            (units, draw, rate): errors((units, draw, rate), 0)
            for units in (100, 200, 400)
            for draw in (0.1, 1)
            for rate in (7.5e-3, 1.5e-2, 3e-2)
        }
        best = min(tried, key=lambda setting, tried=tried: tried[setting][0])
        each = [errors(best, seed)[1] for seed in c.SEEDS]
        found[name] = {"best": best, "mean": np.mean(each), "each": each, "all": tried}
    return found


def other_denoiser(chapter, corrupt, units, draw, rate, seed):
    """A network as in chapter 7 but for its units, its start and its rate, and its parameters."""
    c, net = chapter, chapter.Autoencoder.folded(196, units)
    begin = c.start(net, c.scaled(draw), seed=seed)
    options = {"optimizer": c.Adam(c.cosine(rate, steps=800)), "batch_size": 50, "epochs": 10}
    options |= {"rng": np.random.default_rng(seed + 1), "corrupt": corrupt}
    return net, c.train(net, c.E, begin, c.X[:4000], record_objective=False, **options)[0]


def wide_and_patient(chapter):
    """Squared errors of denoisers with 400 units and 100 epochs; other digits choose the rate."""
    c, found = chapter, {}
    net, further = c.Autoencoder.folded(196, 400), c.X[4000:5000]
    for name in ("normal", "salt, pepper"):
        judged = c.noises[name](np.random.default_rng(8), further)

        def errors(rate, seed, name=name, judged=judged):
            falling = c.Adam(c.cosine(rate, steps=8000))
            options = {"optimizer": falling, "batch_size": 50, "epochs": 100}
            options |= {"rng": np.random.default_rng(seed + 1), "corrupt": c.noises[name]}
            begin = c.start(net, seed=seed)
            end = c.train(net, c.E, begin, c.X[:4000], record_objective=False, **options)[0]
            pairs = (judged, further), (c.damaged[name], c.T)
            return [np.mean(np.sum((net(end, x) - y) ** 2, axis=1)) for x, y in pairs]

        tried = {rate: errors(rate, 0) for rate in (5e-3, 1e-2, 2e-2)}
        best = min(tried, key=lambda rate, tried=tried: tried[rate][0])
        each = [tried[best][1], *(errors(best, seed)[1] for seed in (1, 2))]
        found[name] = {"rate": best, "mean": np.mean(each), "each": each, "all": tried}
    return found


ENTRIES = {
    "true_mean": Entry("04_optimization", (), true_mean, also=DIGITS_OF_4),
    "valleys": Entry(
        "04_optimization",
        (),
        valleys,
        also=("images = ", "quartered = ", "X_tiny = ", "tiny = ", "published = "),
    ),
    "raw_filters": Entry(
        "05_whitening",
        (),
        raw_filters,
        also=("X = datasets", "HABITS = ", "HABITS |= "),
    ),
    "head_starts": Entry("06_pretraining", (), head_starts, also=GREEDY),
    "drawn_codes": Entry("06_pretraining", (), drawn_codes, also=SELF_TAUGHT),
    "other_denoisers": Entry("07_variants", (), other_denoisers, also=DENOISERS),
    "wide_and_patient": Entry("07_variants", (), wide_and_patient, also=DENOISERS),
}
