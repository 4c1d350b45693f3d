"""Controls of chapters 1 to 4 and 6 that take longer than the chapters have."""

import itertools

import numpy as np
from scipy.linalg import subspace_angles

from ae_course import cosine, relu
from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import at_best, left_at_best
from reproduce.longer_runs.earlier import (
    DIGITS_OF_2,
    DIGITS_OF_3,
    DIGITS_OF_4,
    DIGITS_OF_6,
    LINEAR_TOO,
    SCRAMBLED,
    SELF_TAUGHT,
    quantities,
)


def filters(chapter):
    """Nats above the floor when a decoder learns from 36 filters that are only computed."""
    c, X = chapter, chapter.digits.images / 255
    places = (np.arange(20) + 0.5) / 20
    cosines = np.cos(np.pi * np.outer(np.arange(12), places))
    a, b = np.indices((12, 12)).reshape(2, -1)
    all_waves = np.zeros((144, 28, 28))
    all_waves[:, 4:24, 4:24] = cosines[a, :, None] * cosines[b, None, :]
    all_waves = all_waves.reshape(144, 784)
    scaled = all_waves / np.linalg.norm(all_waves, axis=1, keepdims=True)
    orders = {
        "largest of a and b": np.maximum(a, b),
        "a + b": a + b,
        "a^2 + b^2": a**2 + b**2,
        "variance": -np.var(X @ scaled.T, axis=0),
    }
    sets = {name: all_waves[np.argsort(o, kind="stable")[:36]] for name, o in orders.items()}
    sets["components"] = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][:36]
    return {name: by_decoder(c, rows) for name, rows in sets.items()}


def by_decoder(chapter, rows):
    """What the decoder leaves, at the rate that held-out digits choose, for three seeds."""
    c = chapter
    params = c.begin(c.linear_net, 0)
    params["W1"] = rows
    code = c.standardiser(c.linear_net, params)

    def ends(rate, seed):
        return c.learn(c.net.decoder, c.begin(c.net, seed), rate, seed, inputs=code)[1:3]

    best, each, _ = at_best(ends, (0.003, 0.01, 0.03))
    above = each - c.floor
    return {"rate": best, "mean": above.mean(), "each": above}


def last_directions(chapter):
    """How far subspaces are from that of PCA, and E above its bound, by code units and steps."""
    c, found, bound = chapter, {}, chapter.pca_bound(chapter.pca.eigenvalues)
    for k, epochs in ((24, 121), (27, 121), (24, 484), (27, 484), (27, 1936)):
        wanted, angles, above = c.pca.components[:k].T, [], []
        for seed in range(3):
            w, E = c.learn(k, c.E, epochs, seed, np.float32)
            turned = np.degrees(subspace_angles(w["W2"], wanted))
            angles.append(np.sort(turned)[::-1][:2])
            above.append(E / bound[k] - 1)
        found[f"{k} units, {epochs} steps"] = {"two largest angles": angles, "above": above}
    return found


def linear_outputs(chapter):
    """Errors of the network with hidden layers and identity outputs, cut to the range of greys."""
    c = chapter
    net = c.Autoencoder.folded(784, 256, 30, hidden=c.tanh, code=c.identity, output=c.identity)

    def errors(rate, seed):
        rng = np.random.default_rng(seed)
        begin = net.init(rng, dtype=np.float32)
        begin[f"b{net.last}"] = c.seen.mean(axis=0) / 255
        options = {"optimizer": c.Adam(rate), "record_objective": False}
        end, *_ = c.train(net, c.E, begin, c.seen, epochs=5, rng=rng, **options)
        return [c.per_image(net.reconstruct(end, x).clip(0, 1), x) for x in (c.held_out, c.unseen)]

    return left_at_best(errors, (2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3))


def outputs(chapter):
    """Errors by outputs, hidden layers and length, at the rate that held-out digits choose."""
    c = chapter
    rectified = {"hidden": relu, "code": c.identity, "output": c.identity}
    nets = {"linear outputs": c.Autoencoder.folded(784, 256, 30, **rectified), **c.networks}
    rates = dict.fromkeys(nets, (0.002, 0.004, 0.008, 0.016))
    rates["linear code, logistic outputs"] = (4e-3, 8e-3, 1.6e-2, 3.2e-2, 6.4e-2)
    turns = [("linear outputs", 5, False)]
    turns += [(name, passes, True) for passes in (5, 30) for name in nets]
    found = {}
    for name, passes, falls in turns:

        def errors(rate, seed, net=nets[name], passes=passes, falls=falls):
            return falling(c, net, rate, passes, falls, seed)

        key = f"{name}, {passes} passes" + ", falling" * falls
        found[key] = left_at_best(errors, rates[name])
    return found


def falling(chapter, net, rate, passes, falls, seed):
    """Errors of held-out and of unseen digits, outputs cut to the range of greys."""
    c, rng = chapter, np.random.default_rng(seed)
    begin = net.init(rng, dtype=np.float32)
    linear = net.layers[-1].activation is c.identity
    ink = c.seen.mean(axis=0) / 255
    begin[f"b{net.last}"] = ink if linear else c.mean_bias(net, c.seen)
    steps = passes * -(-len(c.seen) // 100)
    options = {"optimizer": c.Adam(cosine(rate, steps) if falls else rate)}
    options |= {"epochs": passes, "rng": rng, "record_objective": False}
    end, *_ = c.train(net, c.E, begin, c.seen, **options)
    return [c.per_image(net.reconstruct(end, x).clip(0, 1), x) for x in (c.held_out, c.unseen)]


def knob_rates(chapter):
    """Sparsity, error and objective of strong penalties at several rates."""
    rates = (5e-3, 1e-2, 2e-2, 4e-2, 8e-2)
    return {
        f"beta {beta}": {
            f"rate {rate}": np.mean([at_rate(chapter, beta, rate, s) for s in range(3)], axis=0)
            for rate in rates
        }
        for beta in (0.3, 3, 30)
    }


def at_rate(chapter, beta, rate, seed):
    """Population sparsity, E of unseen digits, J of those that were trained on."""
    c, net = chapter, chapter.middle
    J = c.E + 1e-3 * c.weight_decay + beta * c.kl_sparsity(0.1)
    begin = net.init(np.random.default_rng(seed), dtype=np.float32)
    begin["b2"] = c.mean_bias(net, c.X)
    options = {"rng": np.random.default_rng(seed + 1), "optimizer": c.Adam(rate)}
    options |= {"batch_size": 50, "record_objective": False}
    p, *_ = c.train(net, J, begin, c.X[:1_000], epochs=50, **options)
    sparsity = c.population_sparsity(net.encode(p, c.X_unseen)).mean()
    return sparsity, c.E.value(net, p, c.X_unseen), J.value(net, p, c.X[:1_000])


def knob_batches(chapter):
    """Strong penalties on batches of 50 and on all digits at once, which have no scatter."""
    found = {}
    for beta, decay in ((0.3, 1e-3), (3, 1e-3), (30, 1e-3), (0.3, 0), (3, 0)):
        batches = [(1_000, 1_000), (1_000, 4_000)]
        batches += [(50, 50), (50, 400)] if beta == 30 else []
        for size, epochs in batches:
            each = [on_batches(chapter, beta, decay, size, epochs, seed) for seed in range(3)]
            ends = {name: [end[name] for end in each] for name in each[0]}
            means = {name: np.mean(values) for name, values in ends.items()}
            key = f"beta {beta}, decay {decay}, {size} digits, {epochs} epochs"
            found[key] = means | {"each": ends}
    return found


def on_batches(chapter, beta, decay, size, epochs, seed):
    """Sparsity, loudest unit, E of unseen digits, J, and what batches of 50 would add to J."""
    c, net, X = chapter, chapter.middle, chapter.X[:1_000]
    penalty = beta * c.kl_sparsity(0.1)
    J = c.E + decay * c.weight_decay + penalty
    begin = net.init(np.random.default_rng(seed), dtype=np.float32)
    begin["b2"] = c.mean_bias(net, c.X)
    rng = np.random.default_rng(seed + 1)
    options = {"rng": rng, "optimizer": c.Adam(2e-2), "batch_size": size}
    p, *_ = c.train(net, J, begin, X, epochs=epochs, record_objective=False, **options)
    Y, deals = net.encode(p, c.X_unseen), np.split(rng.permutation(len(X)), len(X) // 50)
    return {
        "sparsity": c.population_sparsity(Y).mean(),
        "loudest": Y.max(axis=1).mean(),
        "error": c.E.value(net, p, c.X_unseen),
        "J": J.value(net, p, X),
        "scatter": np.mean([penalty.value(net, p, X[deal]) for deal in deals])
        - penalty.value(net, p, X),
    }


def deaths(chapter):
    """Dead units and errors of L1 and TopK with a smaller learning rate and more epochs."""
    c, none = chapter, 0 * chapter.l1_sparsity()
    kinds = {f"L1 {beta}": (c.relu, beta * c.l1_sparsity()) for beta in (0.03, 0.1)}
    kinds["TopK 16"] = (c.top_k(16), none)
    return {
        f"{name}, rate {rate}, {epochs} epochs": quantities(
            c, [slowly(c, *kind, rate, epochs, seed) for seed in range(3)]
        )
        for name, kind in kinds.items()
        for rate, epochs in ((7e-3, 8), (7e-3, 32), (1e-3, 32))
    }


def slowly(chapter, hidden, penalty, rate, epochs, seed):
    """The chapter's overcomplete network and its parameters, at another rate."""
    c, model = chapter, chapter.Autoencoder.folded(196, 256, hidden=hidden)
    J = c.E + 3e-4 * c.weight_decay + penalty
    begin = model.init(np.random.default_rng(seed))
    begin["b2"] = c.mean_bias(model, c.X)
    options = {"rng": np.random.default_rng(seed + 1), "optimizer": c.Adam(rate)}
    options |= {"batch_size": 50, "epochs": epochs, "record_objective": False}
    return model, c.train(model, J, begin, c.X[:1_500], **options)[0]


def batch_rates(chapter):
    """J after 400 steps of gradient descent, by the size of the batches and the rate."""
    found = {}
    for size in (2, 5, 10, 50, 250, 1_000):
        J = {}
        for rate in (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8):
            ends = [four_hundred(chapter, size, rate, seed) for seed in range(3)]
            J[str(rate)] = np.mean(ends)
        best = min(J, key=J.get)
        found[f"batches of {size}"] = {"rate": float(best), "J": J[best], "each": J}
    return found


def four_hundred(chapter, size, rate, seed):
    """J after 400 steps; an epoch may end in between."""
    c, w, rng = chapter, chapter.begin_from(seed), np.random.default_rng(seed + 1)
    deals = itertools.chain.from_iterable(
        c.minibatches(len(c.X), size, rng) for _ in itertools.count()
    )
    for batch in itertools.islice(deals, 400):
        w.vector[:] -= rate * c.J.gradient(c.net, w, c.X[batch]).vector
    return c.J_of(w)


def small_batches(chapter):
    """J with 100 digits in small batches: a rate that falls, and L-BFGS as a last step."""
    rates = {
        10: (0.05, 0.1, 0.15, 0.2, 0.3),
        5: (0.03, 0.05, 0.1, 0.15, 0.2),
        2: (0.02, 0.03, 0.05, 0.07, 0.1),
    }
    return {f"batches of {size}": hundred(chapter, size, tried) for size, tried in rates.items()}


def hundred(chapter, size, rates):
    """J of both ways with 100 digits, each at its best rate."""
    c, net, J = chapter, chapter.net, chapter.J
    blocks = c.datasets.mnist("train", n=100).images.reshape(-1, 14, 2, 14, 2)
    X, found = blocks.mean(axis=(2, 4)).reshape(-1, 196) / 255, {}

    def go(optimizer, passes, seed):
        begin = net.init(np.random.default_rng(seed))
        begin["b2"] = c.mean_bias(net, X)
        options = {"rng": np.random.default_rng(seed + 1), "record_objective": False}
        options |= {"optimizer": optimizer, "batch_size": size, "epochs": passes}
        return c.train(net, J, begin, X, **options)[0]

    for rate in rates:
        ends = []
        for seed in range(3):
            fell = go(c.Momentum(c.cosine(rate, 60 * 100 // size)), 60, seed)
            near = go(c.Momentum(rate), 20, seed)
            polished = c.minimize(net, J, near, X, iterations=36)[0]
            ends.append([J.value(net, w, X) for w in (fell, polished)])
        found[str(rate)] = np.mean(ends, axis=0)
    best = {
        name: min(found, key=lambda rate, k=k: found[rate][k])
        for k, name in enumerate(("fell", "polished"))
    }
    ends = {name: found[rate][k] for k, (name, rate) in enumerate(best.items())}
    return {"rates": best, "J": ends, "each": found}


def hidden_pixels(chapter):
    """Accuracies after pretraining all layers at once, by the share of pixels that are hidden."""
    c, found = chapter, {}
    for epochs in (6, 18, 40):
        for share in (0.0, 0.25, 0.5):
            more = {"corrupt": c.masking_noise(share)} if share else {}
            c.begin_with["it"] = {s: c.at_once(s, epochs, **more) for s in range(6)}
            runs = c.compare({"it": c.from_start("it")}, (0.3, 1.0, 3.0), seeds=range(6))
            found[f"{epochs} epochs, {share} hidden"] = summary(runs)
    settings = [(s, ridge) for s in (1.5, 2.0, 2.5, 3.0) for ridge in (1e-3, 1e-2, 1e-1, 1.0)]
    tuned = c.compare({"it": kernel_errors(c)}, settings, seeds=range(6))
    return found | {"kernel": summary(tuned)}


def summary(runs):
    """What `compare` has chosen, and the accuracies there."""
    each, held = 100 - runs.results("it"), 100 - runs.judged["it"].mean(axis=1).min()
    return {"choice": runs.choice("it"), "held": held, "mean": each.mean(), "each": each}


def by_code(chapter, F):
    """What a linear classifier reaches with 2,000 labels on codes, one for each seed."""
    return summary(chapter.compare({"it": chapter.taught_by(F, 2_000)}, chapter.DECAYS[2_000]))


def kernel_errors(chapter):
    """What `compare` measures: errors of the chapter's kernel, for a width and a ridge."""

    def measure(setting, seed):
        (width, ridge), (known, apart) = setting, chapter.distances(seed)
        among, *others = (np.exp(-squares / (2 * width**2)) for squares in apart)
        targets = (known[:, None] == np.arange(10)) - 0.1
        weights = np.linalg.solve(among + ridge * np.eye(len(known)), targets)
        sets = zip(others, (chapter.held_labels, chapter.T_labels), strict=True)
        return [100 * np.mean((each @ weights).argmax(axis=1) != right) for each, right in sets]

    return measure


def taught_hidden(chapter):
    """Accuracies with 2,000 labels on codes that learned to fill in pixels, without a penalty."""
    c, found = chapter, {}
    for share in (0.25, 0.5):
        hide = c.masking_noise(share)
        F = c.codes([trained_coder(c, c.coder, 0, 10, seed, corrupt=hide) for seed in c.SEEDS])
        found[f"{share} hidden"] = by_code(c, F)
    return found


def trained_coder(chapter, coder, penalty, epochs, seed, **more):
    """The parameters of the chapter's autoencoder of unlabelled digits, but for these."""
    c, rng = chapter, np.random.default_rng(seed)
    start = coder.init(rng, dtype=np.float32)
    start["b2"] = c.mean_bias(coder, c.high)
    J = c.reconstruction(c.cross_entropy) + 1e-4 * c.weight_decay
    if penalty:
        J = J + penalty * c.kl_sparsity(rho=0.1)
    options = {"epochs": epochs, "rng": rng, "optimizer": c.Adam(3e-3), "record_objective": False}
    return c.train(coder, J, start, c.high, **options, **more)[0]


ENTRIES = {
    "filters": Entry("01_overview", (), filters, also=LINEAR_TOO),
    "last_directions": Entry(
        "02_pca", (), last_directions, also=("few = ", "mean = ", "X = ", "pca = ", "E = ")
    ),
    "linear_outputs": Entry("02_pca", (), linear_outputs, also=DIGITS_OF_2),
    "outputs": Entry("02_pca", (), outputs, also=(*DIGITS_OF_2, "networks = ")),
    "knob_rates": Entry("03_sparsity", (), knob_rates, also=(*DIGITS_OF_3, "middle = ")),
    "knob_batches": Entry("03_sparsity", (), knob_batches, also=(*DIGITS_OF_3, "middle = ")),
    "deaths": Entry("03_sparsity", (), deaths, also=SCRAMBLED),
    "batch_rates": Entry("04_optimization", (), batch_rates, also=DIGITS_OF_4),
    "small_batches": Entry("04_optimization", (), small_batches, also=DIGITS_OF_4),
    "hidden_pixels": Entry(
        "06_pretraining", (), hidden_pixels, also=(*DIGITS_OF_6, "greedy = ", "begin_with = ")
    ),
    "taught_hidden": Entry("06_pretraining", (), taught_hidden, also=SELF_TAUGHT),
}
