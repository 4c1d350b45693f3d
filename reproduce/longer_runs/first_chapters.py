"""Controls of chapters 1 to 3: more epochs, a second loss tuned as well, other networks."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from ae_course import cosine, relu
from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import at_best, left_at_best
from reproduce.longer_runs.controls import falling, slowly
from reproduce.longer_runs.earlier import (
    DIGITS_OF_1,
    DIGITS_OF_2,
    DIGITS_OF_3,
    LINEAR_TOO,
    SCRAMBLED,
    quantities,
)


def longer_codes(chapter):
    """Nats above the floor after more epochs at a falling rate, without weight decay."""
    rates = (0.01, 0.02, 0.05), (0.003, 0.01, 0.03, 0.1), (0.01, 0.02, 0.05, 0.1)
    return {
        f"{name}, {epochs} epochs": found
        for epochs in (30, 100)
        for name, found in three_codes(chapter, 100, 0, True, epochs, rates).items()
    }


def other_steps(chapter):
    """Nats above the floor in batches of five, and after 30 epochs with the chapter's decay."""
    small = (0.004, 0.006, 0.01), (0.003, 0.01, 0.03), (0.01, 0.02, 0.04)
    level = (0.005, 0.01, 0.02), (1e-3, 3e-3, 1e-2), (1e-3, 2e-3, 5e-3)
    falls = (0.02, 0.05, 0.1), (0.1, 0.3, 1.0), (0.02, 0.05, 0.1)
    return {
        "batches of 5, 6 epochs": three_codes(chapter, 5, 0, True, 6, small),
        "decay, 30 epochs": three_codes(chapter, 100, 1e-3, False, 30, level),
        "decay, 30 epochs, falling": three_codes(chapter, 100, 1e-3, True, 30, falls),
    }


def three_codes(chapter, size, decay, falls, epochs, rates):
    """What three codes leave, each at the best of its rates."""
    c, found = chapter, {}
    J, steps = c.mean_error + decay * c.weight_decay, epochs * len(c.digits.images) // size
    turns = {
        "logistic code": (c.net, c.net, np.asarray),
        "waves": (c.net.decoder, c.net, c.standardiser(c.linear_net, c.waves())),
        "linear code": (c.linear_net, c.linear_net, np.asarray),
    }
    for (name, (model, whole, inputs)), tried in zip(turns.items(), rates, strict=True):

        def ends(rate, seed, model=model, whole=whole, inputs=inputs):
            by = c.Adam(cosine(rate, steps) if falls else rate)
            return left_by(c, model, inputs, c.begin(whole, seed), J, by, epochs, seed, size)

        found[name] = nats(c, ends, tried)
    return found


def left_by(chapter, model, inputs, begin, J, optimizer, epochs, seed, size=100):
    """The errors on held-out and on unseen digits that training leaves."""
    c, X = chapter, chapter.digits.images
    options = {"optimizer": optimizer, "epochs": epochs, "batch_size": size}
    options |= {"rng": np.random.default_rng(seed + 1), "record_objective": False}
    p, *_ = c.train(model, J, begin, inputs(X), X, **options)
    return [c.error(model, p, inputs, images) for images in (c.held_out, c.unseen.images)]


def nats(chapter, ends, settings):
    """The best setting, and how far above the floor unseen digits are there."""
    best, each, tried = at_best(ends, settings)
    above = each - chapter.floor
    return {"best": best, "mean": above.mean(), "each": above, "all": tried}


def neighbours(chapter):
    """Per cent of test digits that the nearest code of length 1 names: three kinds of codes."""
    c, found = chapter, {"waves": [], "linear code": [], "smoothed pixels": []}
    ways = [("waves", partial(c.linear_net.encode, c.waves()))]
    for s in range(3):
        params = c.learn(c.linear_net, c.begin(c.linear_net, s), 0.01, s)[0]
        ways.append(("linear code", partial(c.linear_net.encode, params)))
    for name, encode in [*ways, ("smoothed pixels", smoothed)]:
        known, asked = (encode(x.images) for x in (c.digits, c.test))
        known = known / np.linalg.norm(known, axis=1, keepdims=True)
        near = [(part @ known.T).argmax(axis=1) for part in np.split(asked, 10)]
        right = c.digits.labels[np.concatenate(near)] == c.test.labels
        found[name].append(100 * np.mean(right))
    return found


def smoothed(images):
    """Pixels, each averaged with its neighbours by weights of 1, 2 and 1 both ways."""
    padded = np.pad(images.reshape(-1, 28, 28) / np.float32(1020), ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]).reshape(-1, 784)


def losses(chapter):
    """Squared errors of unseen digits after either loss, each at its best rate and decay."""
    c, found = chapter, {}
    kinds = {"cross-entropy": c.cross_entropy, "squared error": c.squared_error}
    for name, loss in kinds.items():
        settings = [(rate, decay) for rate in (0.01, 0.02, 0.05) for decay in (0, 1e-5, 1e-4, 1e-3)]

        def ends(setting, seed, loss=loss):
            return squares(c, loss, *setting, seed)

        best, each, _ = at_best(ends, settings)
        found[name] = {"rate and decay": best, "mean": each.mean(), "each": each}
    return found


def squares(chapter, loss, rate, decay, seed):
    """The squared error of held-out and of unseen digits, without its half."""
    c, X = chapter, chapter.digits.images
    J = c.reconstruction(loss) + decay * c.weight_decay
    options = {"epochs": 6, "rng": np.random.default_rng(seed + 1), "record_objective": False}
    p, *_ = c.train(c.net, J, c.begin(c.net, seed), X, optimizer=c.Adam(rate), **options)
    half = c.reconstruction(c.squared_error)
    return [2 * half.value(c.net, p, images) for images in (c.held_out, c.unseen.images)]


def starts(chapter):
    """Errors of unseen digits and stuck units with the right start and with zero, by the rate."""
    c = chapter
    found = {}
    turns = [("Adam", c.Adam, rate) for rate in (0.001, 0.002, 0.005, 0.01, 0.02)]
    turns += [("SGD", c.SGD, rate) for rate in (0.1, 0.3, 1.0)]
    for name, method, rate in turns:
        for bias in ("mean", "zero"):
            for epochs in (5, 30):
                ends = [from_bias(c, bias, method(rate), epochs, seed) for seed in range(3)]
                found[f"{name} {rate}, {bias}, {epochs} epochs"] = np.transpose(ends)
    return found


def from_bias(chapter, bias, optimizer, epochs, seed):
    """E of unseen digits, and the per cent of units that put out the same for every digit."""
    c, few = chapter, chapter.digits.images[:2_000]
    begin = c.net.init(np.random.default_rng(seed), dtype=np.float32)
    if bias == "mean":
        begin["b2"] = c.mean_bias(c.net, few)
    options = {"epochs": epochs, "rng": np.random.default_rng(seed), "record_objective": False}
    J = c.mean_error + 1e-3 * c.weight_decay
    p, *_ = c.train(c.net, J, begin, few, optimizer=optimizer, **options)
    still = c.net.encode(p, few).std(axis=0) < 0.05
    return c.mean_error.value(c.net, p, c.unseen.images), 100 * np.mean(still)


def rectified(chapter):
    """Errors of the autoencoder with rectifiers for tanh, after 5 passes and after 30."""
    c, inner, found = chapter, {"hidden": relu, "code": chapter.identity}, {}
    net = c.Autoencoder.folded(784, 256, 30, **inner)
    for passes, falls in ((5, False), (30, True)):

        def errors(rate, seed, passes=passes, falls=falls):
            return falling(c, net, rate, passes, falls, seed)

        best, each, _ = at_best(errors, (0.002, 0.004, 0.008, 0.016))
        found[f"{passes} passes"] = {"rate": best, "mean": each.mean(), "each": each}
    return found


def without_slope(chapter):
    """E of unseen digits after 30 epochs with the right gradient and the wrong."""
    c = chapter
    rates = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
    return {
        name: left_at_best(partial(thirty_epochs, c, model), rates)
        for name, model in {"right": c.net, "wrong": c.Network(c.layers)}.items()
    }


def thirty_epochs(chapter, model, rate, seed):
    """Errors of held-out and of unseen digits: 2,000 digits, from the right start."""
    c, few = chapter, chapter.digits.images[:2_000]
    J = c.mean_error + 1e-3 * c.weight_decay
    options = {"epochs": 30, "rng": np.random.default_rng(seed + 1), "record_objective": False}
    p, *_ = c.train(model, J, c.begin(c.net, seed), few, optimizer=c.Adam(rate), **options)
    return [c.mean_error.value(c.net, p, images) for images in (c.held_out, c.unseen.images)]


def few_rectified(chapter):
    """Errors of two networks with 5,000 digits after 24 passes at a falling rate."""
    c, inner = chapter, {"hidden": relu, "code": chapter.identity}
    nets = {
        "linear code, logistic outputs": c.Autoencoder.folded(784, 30, hidden=c.identity),
        "rectifiers": c.Autoencoder.folded(784, 128, 30, **inner),
    }
    few = SimpleNamespace(**vars(c) | {"seen": c.seen[:5_000]})
    found = {}
    for name, net in nets.items():

        def errors(rate, seed, net=net):
            return falling(few, net, rate, 24, True, seed)

        best, each, _ = at_best(errors, (0.004, 0.008, 0.016, 0.032))
        found[name] = {"rate": best, "mean": each.mean(), "each": each}
    return found


def strengths(chapter):
    """Both sparsities and E of unseen digits with the strengths of chapter 3, and with larger."""
    names = ("population", "lifetime", "error")
    found = {}
    for beta in (0, 0.001, 0.1, 3, 10, 30):
        each = np.transpose([strength(chapter, beta, seed) for seed in range(3)])
        found[f"beta {beta}"] = dict(zip(names, each, strict=True))
    return found


def strength(chapter, beta, seed):
    """What the chapter's first network reaches from the start with this seed."""
    c, net = chapter, chapter.net
    J = c.E + 1e-3 * c.weight_decay + beta * c.kl_sparsity(rho=0.1)
    begin = net.init(np.random.default_rng(seed), dtype=np.float32)
    begin["b2"] = c.mean_bias(net, c.digits)
    options = {"rng": np.random.default_rng(seed + 1), "optimizer": c.Adam(6e-3)}
    options |= {"batch_size": 50, "epochs": 10, "record_objective": False}
    p, *_ = c.train(net, J, begin, c.digits, **options)
    Y = net.encode(p, c.unseen)
    both = c.population_sparsity(Y).mean(), c.lifetime_sparsity(Y).mean()
    return [*both, c.E.value(net, p, c.unseen)]


def decay_rates(chapter):
    """Population sparsity at its highest and at the end of 200 epochs, by rate and decay."""
    return {
        f"rate {rate}, decay {decay}": np.transpose(
            [highest_and_last(chapter, rate, decay, seed) for seed in range(3)]
        )
        for rate in (5e-3, 1e-2, 2e-2, 4e-2)
        for decay in (0, 1e-3)
    }


def highest_and_last(chapter, rate, decay, seed):
    """For one seed, at a strength of 0.3, on unseen digits."""
    path, *_ = sparse_path(chapter, 0.3, decay, chapter.Adam(rate), 200, seed)
    return max(path), path[-1]


def sparse_path(chapter, beta, decay, optimizer, epochs, seed):
    """Population sparsity of unseen digits after every epoch, the parameters, and J."""
    c, net = chapter, chapter.middle
    J = c.E + decay * c.weight_decay + beta * c.kl_sparsity(0.1)
    begin = net.init(np.random.default_rng(seed), dtype=np.float32)
    begin["b2"] = c.mean_bias(net, c.X)
    options = {"rng": np.random.default_rng(seed + 1), "optimizer": optimizer}
    options |= {"batch_size": 50, "epochs": epochs, "record_objective": False}
    options["metrics"] = {"S": lambda p: c.population_sparsity(net.encode(p, c.X_unseen)).mean()}
    params, history, _ = c.train(net, J, begin, c.X[:1_000], **options)
    return history.metrics["S"], params, J


def quiet(chapter):
    """Per cent of the units of the wide KL code that never reach 1/2, after 32 epochs."""
    c, found = chapter, []
    for seed in range(3):
        model, p = c.learn_wide(c.logistic, 0.05 * c.kl_sparsity(0.05), seed, epochs=32)
        found.append(100 * np.mean(model.encode(p, c.X_unseen).max(axis=0) < 0.5))
    return {"mean": np.mean(found), "each": found}


def copying(chapter):
    """What sparse codes, their controls and short codes leave after 32 epochs, in per cent."""
    c, none = chapter, 0 * chapter.l1_sparsity()
    kinds = {
        "logistic": (c.logistic, none),
        "rectifier": (c.relu, none),
        "linear": (c.identity, none),
        "KL": (c.logistic, 0.05 * c.kl_sparsity(0.05)),
        "L1": (c.relu, 0.03 * c.l1_sparsity()),
        "TopK": (c.top_k(16), none),
    }
    kinds = {name: (*kind, 256) for name, kind in kinds.items()}
    kinds |= {f"short, {units} units": (c.identity, none, units) for units in (9, 15, 24, 60)}
    return {name: left_of(c, *kind) for name, kind in kinds.items()}


def left_of(chapter, hidden, penalty, units):
    """The errors on digits and on scrambled ones, for three seeds."""
    c, each = chapter, []
    for seed in range(3):
        found = c.quantities_of(*c.learn_wide(hidden, penalty, seed, units, epochs=32))
        each.append([found["digits"], found["scrambled"]])
    return dict(zip(("digits", "scrambled"), np.mean(each, axis=0), strict=True)) | {"each": each}


def others(chapter):
    """What sparse and short codes leave of four other kinds of images, in per cent, by length."""
    c, none = chapter, 0 * chapter.l1_sparsity()
    kinds = {
        "KL": (c.logistic, 0.05 * c.kl_sparsity(0.05), 256),
        "L1": (c.relu, 0.03 * c.l1_sparsity(), 256),
        "TopK": (c.top_k(16), none, 256),
    }
    short = {f"short, {units} units": (c.identity, none, units) for units in (9, 15, 24, 33, 60)}
    sets = {"digits": c.X_unseen, **no_digits(c)}
    found = {}
    for epochs in (8, 32):
        left = {
            name: np.array(
                [
                    [100 * c.share_left(*wide, images) for images in sets.values()]
                    for wide in (
                        c.learn_wide(*kind[:2], s, kind[2], epochs=epochs) for s in c.seeds
                    )
                ]
            )
            for name, kind in (kinds | short).items()
        }
        curves = np.array([left[name] for name in reversed(short)])
        for name in kinds:
            above = {
                kind: [
                    left[name][s, i] - np.interp(left[name][s, 0], curves[:, s, 0], curves[:, s, i])
                    for s in c.seeds
                ]
                for i, kind in enumerate(sets)
            }
            means = dict(zip(sets, left[name].mean(axis=0), strict=True))
            found[f"{name}, {epochs} epochs"] = {"left": means, "above": above}
    return found


def no_digits(chapter):
    """A thousand images of each kind: of normal numbers, of two digits, of bars, of noise."""
    c, X, rng = chapter, chapter.X_unseen, np.random.default_rng(7)
    _, d, V = np.linalg.svd(c.X - c.mean, full_matrices=False)
    normal = c.mean + rng.normal(size=X.shape) @ (d[:, None] * V) / np.sqrt(len(c.X))
    noise, bars = np.zeros_like(X), np.zeros((len(X), 14, 14))
    noise[:, c.inked] = rng.random((len(X), c.inked.sum()))
    for image in bars:
        for turned in (image, image.T):
            row, begin, length = rng.integers((2, 1, 4), (12, 6, 9))
            turned[row, begin : begin + length] = 1
    return {
        "normal": normal.clip(0, 1),
        "two digits": (X + X[rng.permutation(len(X))]) / 2,
        "bars": bars.reshape(-1, 196),
        "noise": noise,
    }


def deaths_longer(chapter):
    """Dead units and errors of L1 after 128 epochs at two learning rates."""
    c = chapter
    return {
        f"rate {rate}": quantities(
            c, [slowly(c, c.relu, 0.03 * c.l1_sparsity(), rate, 128, seed) for seed in range(3)]
        )
        for rate in (7e-3, 1e-3)
    }


def steps_longer(chapter):
    """Dead units and errors of TopK after 32 epochs, with steps in the first six and without."""
    c, found = chapter, {}
    for k in (8, 16, 32):
        ways = {"plain": [(k, 32)], "stepwise": [(min(128, k * o), 2) for o in (8, 4, 2)]}
        ways["stepwise"].append((k, 26))
        for name, plan in ways.items():
            runs = [lowered_by(c, plan, seed) for seed in range(3)]
            found[f"TopK {k}, {name}"] = quantities(c, runs)
    return found


def lowered_by(chapter, plan, seed):
    """A network and its parameters after some epochs with each k of a plan."""
    p, none = None, 0 * chapter.l1_sparsity()
    for k, epochs in plan:
        model, p = chapter.learn_wide(chapter.top_k(k), none, seed, begin=p, epochs=epochs)
    return model, p


ENTRIES = {
    "longer_codes": Entry("01_overview", (), longer_codes, also=LINEAR_TOO),
    "other_steps": Entry("01_overview", (), other_steps, also=LINEAR_TOO),
    "neighbours": Entry("01_overview", (), neighbours, also=(*LINEAR_TOO, "test = ")),
    "losses": Entry("01_overview", (), losses, also=DIGITS_OF_1),
    "starts": Entry("01_overview", (), starts, also=DIGITS_OF_1),
    "without_slope": Entry(
        "01_overview", (), without_slope, also=(*DIGITS_OF_1, "sloppy = ", "layers = ")
    ),
    "rectified": Entry("02_pca", (), rectified, also=DIGITS_OF_2),
    "few_rectified": Entry("02_pca", (), few_rectified, also=DIGITS_OF_2),
    "deaths_longer": Entry("03_sparsity", (), deaths_longer, also=SCRAMBLED),
    "steps_longer": Entry("03_sparsity", (), steps_longer, also=SCRAMBLED),
    "strengths": Entry("03_sparsity", (), strengths, also=DIGITS_OF_3),
    "decay_rates": Entry("03_sparsity", (), decay_rates, also=(*DIGITS_OF_3, "middle = ")),
    "quiet": Entry("03_sparsity", (), quiet, also=DIGITS_OF_3),
    "copying": Entry("03_sparsity", (), copying, also=SCRAMBLED),
    "others": Entry("03_sparsity", (), others, also=(*SCRAMBLED, "knob, seeds = ")),
}
