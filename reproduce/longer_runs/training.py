"""Controls of conclusions of chapters 1 and 3 to 5 that take longer than the chapters have."""

import itertools
from functools import partial

import numpy as np

from ae_course import Layer, Momentum, Network, ZCAWhitening, cosine, logistic, relu
from ae_course.activations import Activation
from ae_course.denoising import gaussian_noise
from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import best_in_the_mean
from reproduce.longer_runs.earlier import DIGITS_OF_3, DIGITS_OF_4, LINEAR_TOO, SCRAMBLED
from reproduce.longer_runs.first_chapters import left_by, nats, sparse_path
from reproduce.longer_runs.rivals import normal_like
from reproduce.longer_runs.sparse import planned


def larger_starts(chapter):
    """Nats above the floor in six epochs of 100 steps at a falling rate, without weight decay."""
    c, slow = chapter, chapter.standardiser(chapter.linear_net, chapter.waves())
    larger = [(scale, rate) for scale in (5, 10, 20) for rate in (0.03, 0.04, 0.06)]
    small = 0.01, 0.015, 0.02, 0.025, 0.03, 0.05
    turns = {
        "waves": (c.net.decoder, slow, [(1, rate) for rate in (0.03, 0.1, 0.3)]),
        "logistic code": (c.net, np.asarray, [(1, rate) for rate in small]),
        "logistic code, larger start": (c.net, np.asarray, larger),
    }
    found = {}
    for name, (model, inputs, settings) in turns.items():

        def ends(setting, seed, model=model, inputs=inputs):
            scale, rate = setting
            begin, by = from_scale(c, scale, seed), c.Adam(cosine(rate, 600))
            return left_by(c, model, inputs, begin, c.mean_error, by, 6, seed)

        found[name] = nats(c, ends, settings)
    return found


def from_scale(chapter, scale, seed):
    """The chapter's start; a larger decoder starts with centred net inputs."""
    c, begin = chapter, chapter.begin(chapter.net, seed)
    if scale > 1:
        begin["W2"] *= scale
        begin["b1"] = -begin["W1"] @ c.digits.images.mean(axis=0) / 255
        begin["b2"] = begin["b2"] - begin["W2"].sum(axis=1) / 2
    return begin


def larger_steps(chapter):
    """The same with larger steps in the decoder: a logistic code that is written in another way."""
    c, found = chapter, {}
    codes = {f"s = {s}": stretched(s, 4 / s, 0.5) for s in (1, 0.1)}
    codes |= {"steps alone": stretched(1, 4, 0), "centred alone": stretched(1, 1, 0.5)}
    nets = {name: Network((Layer(784, 36, f), c.net.layers[1])) for name, f in codes.items()}
    for name, net in (nets | {"linear code": c.linear_net}).items():

        def ends(rate, seed, net=net, smaller=4 if name == "steps alone" else 1):
            begin, by = c.begin(net, seed), c.Adam(cosine(rate, 600))
            begin["W2"] /= smaller
            return left_by(c, net, np.asarray, begin, c.mean_error, by, 6, seed)

        found[name] = nats(c, ends, (0.01, 0.02, 0.05))
    return found


def stretched(s, factor, middle):
    """The logistic function f as factor (f(su) - middle): 4 / s and 1/2 tend to u with s to 0."""

    def slope(u, y):
        f = y / factor + middle
        return factor * s * f * (1 - f)

    name = f"{factor} (f({s} u) - {middle})"
    return Activation(name, lambda u, out=None: factor * (logistic(s * u) - middle), slope)


def by_momentum(chapter):
    """Sparsity at its highest and last, E and J, with momentum: without decay, and at 30."""
    found = {}
    for beta, decay, epochs, rates in (
        (3, 0, 400, (0.1, 0.3, 0.5)),
        (30, 1e-3, 200, (0.02, 0.1, 0.2)),
    ):
        for rate in rates:
            how = beta, decay, epochs, rate
            each = np.transpose([momentum(chapter, *how, seed) for seed in range(3)])
            names = "highest", "last", "error", "J"
            found[f"beta {beta}, rate {rate}"] = dict(zip(names, each, strict=True))
    return found


def momentum(chapter, beta, decay, epochs, rate, seed):
    """For one seed: sparsity and E on unseen digits, J on those that were trained on."""
    c, net, ball = chapter, chapter.middle, Momentum(rate, mu=0.9)
    path, p, J = sparse_path(c, beta, decay, ball, epochs, seed)
    return max(path), path[-1], c.E.value(net, p, c.X_unseen), J.value(net, p, c.X[:1_000])


def short_of_kind(chapter):
    """Scrambled digits that KL and L1 leave, and that short codes of the same units do."""
    c, none, found = chapter, 0 * chapter.l1_sparsity(), {}
    kinds = {
        "KL": (c.logistic, 0.05 * c.kl_sparsity(0.05), (60, 50, 40, 32, 24)),
        "L1": (c.relu, 0.03 * c.l1_sparsity(), (50, 40, 32, 24, 15)),
    }
    for epochs in (8, 32):
        for name, (hidden, penalty, sizes) in kinds.items():
            long = [both_left(c, hidden, penalty, seed, 256, epochs) for seed in range(3)]
            short = [
                [both_left(c, hidden, none, seed, units, epochs) for units in sizes]
                for seed in range(3)
            ]
            level = [
                np.interp(digits, *np.transpose(curve))
                for (digits, _), curve in zip(long, short, strict=True)
            ]
            for (digits, _), curve in zip(long, short, strict=True):
                assert curve[0][0] < digits < curve[-1][0]
            found[f"{name}, {epochs} epochs"] = {
                "sparse": [scrambled for _, scrambled in long],
                "short": level,
                "all": dict(zip(map(str, sizes), np.swapaxes(short, 0, 1), strict=True)),
            }
    return found


def both_left(chapter, hidden, penalty, seed, units, epochs):
    """The errors on digits and on scrambled ones, in per cent."""
    model = chapter.learn_wide(hidden, penalty, seed, units, epochs=epochs)
    found = chapter.quantities_of(*model)
    return found["digits"], found["scrambled"]


def other_strengths(chapter):
    """How far sparse codes of other strengths lie above the curve of short ones, in points."""
    c, found = chapter, {}
    blocks = {1_500: c.X[:1_500], 10_000: c.shrink(c.datasets.mnist("train", n=10_000).images)}
    kinds = {f"KL {b}": (c.logistic, b * c.kl_sparsity(0.05)) for b in (0.005, 0.02, 0.05, 0.2)}
    kinds |= {f"L1 {b}": (c.relu, b * c.l1_sparsity()) for b in (0.003, 0.01, 0.03, 0.05)}
    kinds |= {f"TopK {k}": (c.top_k(k), 0 * c.l1_sparsity()) for k in (4, 8, 16, 32)}
    none, sizes = 0 * c.l1_sparsity(), (100, 60, 33, 24, 15, 9, 6)
    for count, X in blocks.items():

        def both(hidden, penalty, units, seed, X=X):
            return planned(c, units, penalty, 7e-3, [(hidden, 8)], seed, X=X)[:2]

        left = {name: [both(*kind, 256, seed) for seed in range(3)] for name, kind in kinds.items()}
        short = [[both(c.identity, none, units, seed) for units in sizes] for seed in range(3)]
        found[f"{count} digits"] = {
            name: [
                scrambled - np.interp(digits, *np.transpose(curve))
                for (digits, scrambled), curve in zip(each, short, strict=True)
            ]
            for name, each in left.items()
        } | {"left": left, "short": short}
    return found


def true_mean(chapter):
    """The sparse objective with the mean of the batch, of all samples, or that as an average."""
    found = {}
    for method, mu, rates in (
        ("momentum", 0.9, (0.05, 0.1, 0.15, 0.2)),
        ("descent", 0.0, (0.35, 0.7, 1.0, 1.4)),
    ):
        for name in ("batch", "all samples", "all samples, averaged"):
            end = partial(with_mean_of, chapter, name, mu)
            found[f"{method}, {name}"] = best_in_the_mean(end, rates)
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


def denoisers(chapter):
    """How directed filters are, and their kurtosis, if they learn to remove noise, no penalty."""
    c, found, whiten = chapter, {}, ZCAWhitening.fit(chapter.flat, 0.01).matrix
    kinds = {
        "photographs": (c.flat, 0.03, (0.01, 0.03, 0.1)),
        "normal numbers": (normal_like(c), 0.03, (0.01, 0.03, 0.1)),
        "photographs, half on": (c.flat, 0.5, (0.03, 0.1, 0.3, 1)),
    }
    for name, (patches, on, variances) in kinds.items():
        for share, variance in itertools.product((0, 2, 3, 4), variances):
            z = (patches - patches.mean(axis=0)) @ whiten.T
            z = z * np.sqrt(variance / z.var(axis=0).mean())
            noise = share * np.sqrt(variance)
            F = [without_noise(c, z, noise, on, seed) @ whiten for seed in range(3)]
            found.setdefault(name, {})[f"noise {share}, variance {variance}"] = {
                "index": [c.orientation(filters).mean() for filters in F],
                "kurtosis": [c.kurtosis(filters) for filters in F],
            }
    return found


def without_noise(chapter, z, noise, on, seed):
    """Weights of the network of chapter 5, from noisy patches to clean ones, in 100 epochs."""
    c = chapter
    net = c.Autoencoder.folded(64, 25, output=c.identity)
    start = net.init(np.random.default_rng(seed), dtype=np.float32)
    start["b1"] = np.log(on / (1 - on))
    options = c.HABITS | {"epochs": 100, "rng": np.random.default_rng(seed + 100)}
    if noise:
        options["corrupt"] = gaussian_noise(noise)
    return c.train(net, c.reconstruction(c.squared_error), start, z, **options)[0]["W1"]


def pairs_and_fives(chapter):
    """The sparse objective after batches of 2 and of 5, with the batch's mean or an estimate."""
    found = {}
    rates = {
        "momentum, 2": (0.0125, 0.018, 0.025, 0.035, 0.05),
        "descent, 2": (0.1, 0.15, 0.2, 0.27, 0.35),
        "momentum, 5": (0.025, 0.035, 0.05, 0.07, 0.1),
        "descent, 5": (0.25, 0.35, 0.5, 0.7, 1.0),
    }
    for name, tried in rates.items():
        for alpha in (0, 0.5, 0.9):
            end = partial(estimated, chapter, name, alpha)
            found[f"{name}, {alpha}"] = best_in_the_mean(end, tried)
    return found


def estimated(chapter, name, alpha, rate, seed):
    """The sparse objective over all samples after four passes, as chapter 4 trains."""
    c, begin, (method, size) = chapter, chapter.begin_from(seed), name.split(", ")
    options = {"optimizer": c.Momentum(rate, mu=0.9 if method == "momentum" else 0.0)}
    options |= {"batch_size": int(size), "rng": np.random.default_rng(seed), "epochs": 4}
    J = c.J + c.penalty_on_batches(alpha, begin)
    params, *_ = c.train(c.net, J, begin, c.X, record_objective=False, **options)
    return (c.J + c.kl_sparsity(0.05)).value(c.net, params, c.X)


def bold_rates(chapter):
    """J after 60 passes at a constant rate and at one that falls, of two codes and optimisers."""
    c, found, logistic = chapter, {}, chapter.net
    nets = {"logistic": logistic, "rectifiers": c.Autoencoder.folded(196, 25, hidden=relu)}
    rates = {
        "logistic, Momentum": ((0.05, 0.1, 0.2, 0.4), (0.4, 0.8, 1.6)),
        "logistic, Adam": ((0.01, 0.02, 0.04, 0.08), (0.04, 0.08, 0.16, 0.32)),
        "rectifiers, Momentum": ((0.006, 0.012, 0.025), (0.012, 0.025, 0.05, 0.1)),
        "rectifiers, Adam": ((0.002, 0.003, 0.005), (0.005, 0.01, 0.02)),
    }
    for name, tried in rates.items():
        code, optimizer = name.split(", ")
        for kind, some in zip(("constant", "falling"), tried, strict=True):
            end = partial(sixty, c, nets[code], getattr(c, optimizer), kind == "falling")
            found[f"{name}, {kind}"] = best_in_the_mean(end, some)
    return found


def sixty(chapter, net, optimizer, falling, rate, seed):
    """J after 60 passes on batches of 50."""
    c, begin = chapter, net.init(np.random.default_rng(seed))
    begin["b2"] = c.mean_bias(net, c.X)
    steps = optimizer(c.cosine(rate, steps=60 * 20) if falling else rate)
    options = {"optimizer": steps, "batch_size": 50, "rng": np.random.default_rng(1)}
    params, *_ = c.train(net, c.J, begin, c.X, epochs=60, record_objective=False, **options)
    return c.J.value(net, params, c.X)


ENTRIES = {
    "larger_starts": Entry("01_overview", (), larger_starts, also=LINEAR_TOO),
    "larger_steps": Entry("01_overview", (), larger_steps, also=LINEAR_TOO),
    "by_momentum": Entry("03_sparsity", (), by_momentum, also=(*DIGITS_OF_3, "middle = ")),
    "short_of_kind": Entry("03_sparsity", (), short_of_kind, also=SCRAMBLED),
    "other_strengths": Entry("03_sparsity", (), other_strengths, also=SCRAMBLED),
    "true_mean": Entry("04_optimization", (), true_mean, also=DIGITS_OF_4),
    "bold_rates": Entry("04_optimization", (), bold_rates, also=DIGITS_OF_4),
    "pairs_and_fives": Entry("04_optimization", (), pairs_and_fives, also=DIGITS_OF_4),
    "valleys": Entry(
        "04_optimization",
        (),
        valleys,
        also=("images = ", "quartered = ", "X_tiny = ", "tiny = ", "published = "),
    ),
    "raw_filters": Entry(
        "05_whitening", (), raw_filters, also=("X = datasets", "HABITS = ", "HABITS |= ")
    ),
    "denoisers": Entry(
        "05_whitening", (), denoisers, also=("X = datasets", "flat = ", "HABITS = ", "HABITS |= ")
    ),
}
