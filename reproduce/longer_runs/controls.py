"""Controls of chapters 2, 3 and 6 that take longer than the chapters have."""

import numpy as np

from reproduce.longer_runs import Entry
from reproduce.longer_runs.earlier import DIGITS_OF_3, DIGITS_OF_6, SELF_TAUGHT


def linear_outputs(chapter):
    """Errors of the network with hidden layers and identity outputs, cut to the range of greys."""
    c, found = chapter, {}
    net = c.Autoencoder.folded(784, 256, 30, hidden=c.tanh, code=c.identity, output=c.identity)

    def errors(rate, seed):
        rng = np.random.default_rng(seed)
        begin = net.init(rng, dtype=np.float32)
        begin[f"b{net.last}"] = c.seen.mean(axis=0) / 255
        options = {"optimizer": c.Adam(rate), "record_objective": False}
        end, *_ = c.train(net, c.E, begin, c.seen, epochs=5, rng=rng, **options)
        return [c.per_image(net.reconstruct(end, x).clip(0, 1), x) for x in (c.held_out, c.unseen)]

    tried = {rate: errors(rate, 0) for rate in (2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3)}
    best = min(tried, key=lambda rate: tried[rate][0])
    each = [errors(best, seed)[1] for seed in range(3)]
    found |= {"rate": best, "mean": np.mean(each), "each": each}
    return found | {"held out": {rate: held for rate, (held, _) in tried.items()}}


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
        F = c.codes([filling_in(c, share, seed) for seed in c.SEEDS])
        runs = c.compare({"it": c.taught_by(F, 2_000)}, c.DECAYS[2_000])
        found[f"{share} hidden"] = summary(runs)
    return found


def filling_in(chapter, share, seed):
    """The parameters of the plain code, trained with that share of the pixels hidden."""
    c, rng = chapter, np.random.default_rng(seed)
    start = c.coder.init(rng, dtype=np.float32)
    start["b2"] = c.mean_bias(c.coder, c.high)
    J = c.reconstruction(c.cross_entropy) + 1e-4 * c.weight_decay
    options = {"epochs": 10, "rng": rng, "optimizer": c.Adam(3e-3), "record_objective": False}
    return c.train(c.coder, J, start, c.high, corrupt=c.masking_noise(share), **options)[0]


ENTRIES = {
    "linear_outputs": Entry(
        "02_pca",
        (),
        linear_outputs,
        also=("E = ", "pool = ", "seen, held_out = ", "unseen = "),
    ),
    "knob_rates": Entry("03_sparsity", (), knob_rates, also=(*DIGITS_OF_3, "middle = ")),
    "hidden_pixels": Entry(
        "06_pretraining",
        (),
        hidden_pixels,
        also=(*DIGITS_OF_6, "greedy = ", "begin_with = "),
    ),
    "taught_hidden": Entry("06_pretraining", (), taught_hidden, also=SELF_TAUGHT),
}
