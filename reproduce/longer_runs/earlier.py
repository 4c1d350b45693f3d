"""What solutions and trials of chapters 1 to 7 tell of."""

import numpy as np

from reproduce.longer_runs import Entry

FEW = {
    "pool[:8_000], pool[8_000:]": "pool[:5_000], pool[8_000:]",
    "folded(784, 256, 30, hidden=tanh, code=identity),": "folded(784, 128, 30, hidden=tanh,"
    " code=identity),",
    "def trained_network(name, rate, seed):": "def trained_network(name, rate, seed, passes=8):",
    "begin, seen, epochs=5, rng=rng": "begin, seen, epochs=passes, rng=rng",
}
RATES = (1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2)


def few_digits(chapter):
    """Errors of both networks after 8 and 24 passes, at rates that held-out digits choose."""
    found = {}
    for name, net in chapter.networks.items():

        def errors(rate, seed, passes, name=name, net=net):
            end = chapter.trained_network(name, rate, seed, passes)
            sets = chapter.held_out, chapter.unseen, chapter.seen
            return [chapter.per_image(net.reconstruct(end, images), images) for images in sets]

        found[name] = {}
        for passes in (8, 24):
            judged = {rate: errors(rate, 0, passes)[0] for rate in RATES}
            best = min(judged, key=judged.get)
            runs = np.array([errors(best, seed, passes)[1:] for seed in range(3)])
            means = dict(zip(("unseen", "seen"), runs.mean(axis=0), strict=True))
            chosen = {"held out": judged, "rate": best}
            found[name][f"{passes} passes"] = means | {"each": runs} | chosen
    return found


def heavy_ball(chapter):
    """J after 20 full-batch passes of momentum: for each mu the best of eight rates."""
    found = {}
    for mu in (0.7, 0.8, 0.85, 0.9, 0.95):
        J = {}
        for rate in (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8):
            ball = chapter.Momentum(rate, mu=mu)
            ends = (chapter.fit(ball, 1000, 20, chapter.begin_from(seed)) for seed in range(3))
            J[rate] = np.mean([chapter.J_of(end[0]) for end in ends])
        best = min(J, key=J.get)
        found[f"mu = {mu}"] = {"rate": best, "J": J[best], "each": J}
    return found


def code_sizes(chapter):
    """Nats above the floor for codes of other sizes, at the rate that held-out digits choose."""
    found = {}
    for K in (2, 5, 10, 20, 50, 100, 200):
        kinds = [trained_codes(chapter, K, rate) for rate in (0.003, 0.01, 0.02, 0.03, 0.06)]
        for name in kinds[0]:
            best = min(kinds, key=lambda ends, name=name: ends[name][:, 0].mean())[name]
            above = best[:, 1] - chapter.floor
            found.setdefault(name, {})[f"K = {K}"] = {"mean": above.mean(), "each": above}
    return found


def trained_codes(chapter, K, rate):
    """The errors of held-out and of unseen digits, for three seeds."""
    c, found = chapter, {"random features": [], "logistic code": [], "linear code": []}
    net = c.Autoencoder.folded(784, K)
    linear = c.Autoencoder.folded(784, K, hidden=c.identity)
    for seed in range(3):
        begin = c.begin(net, seed)
        models = (net.decoder, c.standardiser(net, begin)), (net, np.asarray), (linear, np.asarray)
        for ends, (model, inputs) in zip(found.values(), models, strict=True):
            ends.append(c.learn(model, begin, rate, seed, inputs, epochs=5)[1:3])
    return {name: np.array(ends) for name, ends in found.items()}


def frontier(chapter):
    """Active units and the error on unseen digits, for L1, TopK, and TopK with its steps."""
    c, found = chapter, {}
    none = 0 * c.l1_sparsity()
    for name in (0.01, 0.02, 0.03, 0.1):
        runs = [c.learn_wide(c.relu, name * c.l1_sparsity(), seed) for seed in c.seeds]
        found[f"L1 {name}"] = quantities(c, runs)
    for k in (8, 16, 32, 64):
        runs = [c.learn_wide(c.top_k(k), none, seed) for seed in c.seeds]
        found[f"TopK {k}"] = quantities(c, runs)
        runs = [lowered(c, k, seed) for seed in c.seeds]
        found[f"TopK {k}, stepwise"] = quantities(c, runs)
    return found


def lowered(chapter, k, seed):
    """A network and its parameters when TopK has come down to k from eight times that, at most."""
    p = None
    for often in (8, 4, 2, 1):
        hidden, none = chapter.top_k(min(128, often * k)), 0 * chapter.l1_sparsity()
        model, p = chapter.learn_wide(hidden, none, seed, begin=p, epochs=2)
    return model, p


def quantities(chapter, runs):
    """What chapter 3 measures, as mean and one by one."""
    names = ("nonzero", "digits", "dead")
    each = [chapter.quantities_of(*run) for run in runs]
    each = {name: [found[name] for found in each] for name in names}
    return {name: np.mean(each[name]) for name in names} | {"each": each}


def decays(chapter):
    """Error and population sparsity by weight decay, target and length of the training."""
    settings = {"no penalty": (0, 0.1)}
    settings |= {f"target {rho}": (0.3, rho) for rho in (0.02, 0.1, 0.5)}
    return {
        f"{epochs} epochs": {
            name: {
                f"decay {lam}": np.mean(
                    [decayed(chapter, lam, *how, epochs, seed) for seed in range(3)], axis=0
                )
                for lam in (0, 1e-4, 1e-3, 1e-2)
            }
            for name, how in settings.items()
        }
        for epochs in (50, 200)
    }


def decayed(chapter, lam, beta, rho, epochs, seed):
    """Error on unseen digits and population sparsity of their codes."""
    c, net = chapter, chapter.middle
    J = c.E + lam * c.weight_decay + beta * c.kl_sparsity(rho)
    begin = net.init(np.random.default_rng(seed))
    begin["b2"] = c.mean_bias(net, c.X)
    options = {"rng": np.random.default_rng(seed + 1), "optimizer": c.Adam(2e-2)}
    options |= {"batch_size": 50, "record_objective": False}
    p, *_ = c.train(net, J, begin, c.X[:1_000], epochs=epochs, **options)
    sparsity = c.population_sparsity(net.encode(p, c.X_unseen)).mean()
    return c.E.value(net, p, c.X_unseen), sparsity


def minibatches(chapter):
    """J after L-BFGS, after momentum with batches, and after what may follow, by digits."""
    found = {}
    for count in (100, 1_000, 5_000):
        each = [ends_of(chapter, count, seed) for seed in range(3)]
        means = {name: np.mean([ends[name] for ends in each]) for name in each[0]}
        found[f"{count} digits"] = means | {"each": [[*ends.values()] for ends in each]}
    return found


def ends_of(chapter, count, seed):
    """J with so many digits: the rate of the batches is the best of some after 20 passes."""
    c, net, J = chapter, chapter.net, chapter.J
    blocks = c.datasets.mnist("train", n=count).images.reshape(-1, 14, 2, 14, 2)
    X = blocks.mean(axis=(2, 4)).reshape(-1, 196) / 255
    begin = net.init(np.random.default_rng(seed))
    begin["b2"] = c.mean_bias(net, X)

    def go(rate, passes):
        options = {"rng": np.random.default_rng(seed + 1), "record_objective": False}
        options |= {"optimizer": c.Momentum(rate), "batch_size": 50, "epochs": passes}
        return c.train(net, J, begin, X, **options)[0]

    tried = {rate: go(rate, 20) for rate in (0.03, 0.1, 0.3, 1.0, 3.0)}
    rate = min(tried, key=lambda rate: J.value(net, tried[rate], X))
    ends = {
        "L-BFGS": c.minimize(net, J, begin, X, iterations=18)[0],
        "batches": tried[rate],
        "went on": go(rate, 60),
        "fell": go(c.cosine(rate, 60 * count // 50), 60),
        "polished": c.minimize(net, J, tried[rate], X, iterations=36)[0],
    }
    return {name: J.value(net, w, X) for name, w in ends.items()} | {"rate": rate}


def edges(chapter):
    """Orientation index and mean frequency by epsilon and beta, at several scales."""
    settings = {f"epsilon = {epsilon}": (epsilon, 8) for epsilon in (1e-4, 1e-3, 1e-2, 0.1, 1)}
    settings |= {f"beta = {beta}": (0.01, beta) for beta in (0, 2, 32)}
    for epsilon, _ in settings.values():
        whitening = chapter.ZCAWhitening.fit(chapter.flat, epsilon)
        chapter.versions[epsilon] = chapter.flat, whitening.matrix
    settings["DC removed"] = ("DC removed", 8)
    return {name: directed(chapter, *how) for name, how in settings.items()}


def directed(chapter, version, beta):
    """Orientation index, seed by seed, and mean frequency of filters; and the best scale."""
    found = {}
    for variance in (0.0375, 0.075, 0.15, 0.3, 0.6, 1.2, 2.4):
        F = [chapter.sparse_filters(version, variance, seed, beta) for seed in range(3)]
        index = [chapter.orientation(filters).mean() for filters in F]
        fine = np.mean([chapter.fineness(filters).mean() for filters in F])
        found[str(variance)] = {"index": np.mean(index), "each": index, "frequency": fine}
    return {"best": max(found, key=lambda v: found[v]["index"])} | found


def unlabelled(chapter):
    """Accuracies after pretraining on more and more digits, and from 4 x Glorot."""
    c, found = chapter, {}
    pool = c.halved(c.datasets.mnist("train", n=60_000).images).astype(np.float32)
    for count in (10, 30, 100, 1_000, 10_000, 60_000):
        epochs = 600 // max(1, count // 100)
        c.begin_with[str(count)] = {
            seed: c.pretrained_on(pool[:count], seed, epochs)[0] for seed in c.SEEDS
        }
        found[str(count)] = right(c, c.from_start(str(count)), (0.3, 1.0, 3.0, 10.0))
    found["4 x Glorot"] = right(c, c.from_start("4 × Glorot"), (0.3, 1.0, 3.0))
    return found


def right(chapter, measure, settings):
    """The accuracies of the seeds at the setting that is chosen, and with all in the mean."""
    runs = chapter.compare({"it": measure}, settings)
    each = 100 - runs.results("it")
    means = {k: 100 - v.mean() for k, v in zip(settings, runs.reported["it"], strict=True)}
    held = 100 - runs.judged["it"].mean(axis=1).min()
    return {"choice": runs.choice("it"), "held": held, "mean": each.mean(), "each": each} | {
        "all": means
    }


def taught(chapter):
    """Accuracies with features of sparser and sparser codes, and with those of the same digits."""
    c, found = chapter, {}
    weights = {f"weight {weight}": (weight, c.high) for weight in (0, 0.1, 0.3, 1.0, 3.0)}
    for name, how in (weights | {"own": (0.3, c.low[: len(c.high)])}).items():
        F = c.codes([c.learn(*how, seed) for seed in c.SEEDS])
        found[name] = {
            str(count): right(c, c.taught_by(F, count), decays)
            for count, decays in c.DECAYS.items()
        }
    return found


def found_of(chapter, seed, features, active, transposed, weight):
    """Recall and precision of a dictionary of TopK 3 with 1.5 times as many units as features."""
    c, generator = chapter, np.random.default_rng
    data = c.superposition(generator(seed), 100 * features, features, 32, active)
    net = c.Autoencoder.folded(32, 3 * features // 2, hidden=c.top_k(3), output=c.identity)
    begin = net.init(generator(100 + seed))
    begin["W2"] /= np.linalg.norm(begin["W2"], axis=0)
    if transposed:
        begin["W1"] = begin["W2"].T
    J = c.reconstruction(c.squared_error) + weight * c.auxiliary_k(16, 10)
    options = {"optimizer": c.UnitColumns(c.Adam(4e-3), begin), "record_objective": False}
    params, *_ = c.train(net, J, begin, data.X, epochs=15, rng=generator(200 + seed), **options)
    live = (net.encode(params, data.X) != 0).any(axis=0)
    columns = params["W2"].T
    kinds = c.recovery(data.F, columns), c.recovery(columns[live], data.F)
    return [100 * np.mean(cosines > 0.9) for cosines in kinds]


def capacity(chapter):
    """Recall and precision by the number of features, and with more of them active than units."""
    remedies = {"neither": (False, 0.0), "start": (True, 0.0)}
    remedies |= {"aux.": (False, 1 / 32), "both": (True, 1 / 32)}
    return {
        f"{features} features, {active} active": {
            name: np.mean([found_of(chapter, s, features, active, *how) for s in range(3)], axis=0)
            for name, how in remedies.items()
        }
        for features, active in ((32, 3), (64, 3), (128, 3), (256, 3), (64, 5))
    }


DIGITS_OF_1 = (
    "digits = ",
    "unseen = ",
    "net = ",
    "start",
    "floor = ",
    "mean_error = ",
    "held_out = ",
    "watched = ",
)
LINEAR_TOO = (*DIGITS_OF_1, "linear_net = ")
DIGITS_OF_2 = ("E = ", "pool = ", "seen, held_out = ", "unseen = ")
DIGITS_OF_3 = (
    "net = ",
    "E = reconstruction(squared_error)",
    "digits = ",
    "unseen = ",
    "X, X_unseen = ",
    "mean = ",
)
SCRAMBLED = (*DIGITS_OF_3, "inked = ", "scrambled")
DIGITS_OF_4 = (
    "images = ",
    "halved = ",
    "X = halved",
    "net, E = Autoencoder.folded(196, 25)",
    "J = E + 1e-3 * weight_decay",
)
DIGITS_OF_6 = (
    "digits = ",
    "pixels, classes",
    "X, labels",
    "held, held_labels",
    "unseen = ",
    "T, T_labels",
    "SEEDS = ",
    "E = reconstruction(softmax_cross_entropy)",
)
GREEDY = (
    *DIGITS_OF_6,
    "greedy = ",
    "for seed in SEEDS:\n    greedy[seed]",
    "begin_with = ",
)
SELF_TAUGHT = (
    *DIGITS_OF_6,
    "pool = ",
    "high = ",
    "low, ",
    "low = ",
    "low_unseen",
    "kinds = ",
    "coder = ",
    "DECAYS = ",
)
MORE = {
    "pool.labels > 4][:6_000]": "pool.labels > 4][:10_000]",
    'options = {"epochs": 10, "rng": rng, "optimizer": Adam(3e-3)}': 'options = {"epochs": 15,'
    ' "rng": rng, "optimizer": Adam(3e-3)}',
}
ENTRIES = {
    "code_sizes": Entry("01_overview", (), code_sizes, also=DIGITS_OF_1),
    "few_digits": Entry(
        "02_pca",
        (),
        few_digits,
        FEW,
        also=(*DIGITS_OF_2, "networks = "),
    ),
    "heavy_ball": Entry("04_optimization", (), heavy_ball, also=DIGITS_OF_4),
    "minibatches": Entry("04_optimization", (), minibatches, also=DIGITS_OF_4),
    "frontier": Entry("03_sparsity", (), frontier, also=(*SCRAMBLED, "knob, seeds = ")),
    "decays": Entry("03_sparsity", (), decays, also=(*DIGITS_OF_3, "middle = ")),
    "edges": Entry(
        "05_whitening",
        (),
        edges,
        also=("X = datasets", "flat = ", "versions = ", "HABITS = ", "HABITS |= "),
    ),
    "unlabelled": Entry("06_pretraining", (), unlabelled, also=GREEDY),
    "taught": Entry("06_pretraining", (), taught, also=SELF_TAUGHT),
    "taught_longer": Entry("06_pretraining", (), taught, MORE, also=SELF_TAUGHT),
    "capacity": Entry("07_variants", (), capacity, also=("E = ",)),
}
