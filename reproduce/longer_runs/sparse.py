"""Controls of chapter 3: other targets, a penalty without scatter, units that live."""

import itertools

import numpy as np

from ae_course import logistic
from reproduce.longer_runs import Entry
from reproduce.longer_runs.earlier import DIGITS_OF_3, SCRAMBLED

LEVELS = (1.1, 1.3, 1.5, 1.7)


def targets(chapter):
    """Both sparsities at equal errors of unseen digits, by target, between twelve strengths."""
    strengths = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 10)
    found = {}
    for rho in (0.02, 0.05, 0.1):
        each = np.array(
            [[small_code(chapter, rho, beta, seed) for beta in strengths] for seed in range(3)]
        )
        errors = each[..., 0]
        assert (np.diff(errors) > 0).all()
        assert (errors[:, 0] < LEVELS[0]).all()
        assert (errors[:, -1] > LEVELS[-1]).all()
        both = [[np.interp(LEVELS, run[:, 0], run[:, column]) for run in each] for column in (1, 2)]
        found[f"target {rho}"] = dict(zip(("population", "lifetime"), both, strict=True))
    return found


def by_decay(chapter):
    """Targets with every weight decay and strength: the error and both sparsities."""
    strengths = (0.03, 0.1, 0.2, 0.3, 0.6, 1, 2, 3)
    found = {}
    for rho, decay in itertools.product((0.02, 0.05, 0.1), (0, 1e-4, 3e-4, 1e-3)):
        each = {beta: several(chapter, rho, beta, decay) for beta in strengths}
        found[f"target {rho}, decay {decay}"] = {f"beta {beta}": x for beta, x in each.items()}
    return found


def several(chapter, *how, **longer):
    """What small codes from three starts have: the error, and both sparsities."""
    each = [small_code(chapter, *how[:2], seed, *how[2:], **longer) for seed in range(3)]
    return dict(zip(("error", "population", "lifetime"), np.transpose(each), strict=True))


def small_code(chapter, rho, beta, seed, decay=1e-3, epochs=50):
    """E, and both sparsities, on unseen digits; as the chapter trains, for its 50 epochs."""
    c, net = chapter, chapter.middle
    begin = net.init(np.random.default_rng(seed), dtype=np.float32)
    begin["b2"] = c.mean_bias(net, c.X)
    J = c.E + decay * c.weight_decay + beta * c.kl_sparsity(rho)
    options = {"rng": np.random.default_rng(seed + 1), "optimizer": c.Adam(2e-2)}
    options |= {"batch_size": 50, "epochs": epochs, "record_objective": False}
    p, *_ = c.train(net, J, begin, c.X[:1_000], **options)
    Y = net.encode(p, c.X_unseen)
    sparsities = c.population_sparsity(Y).mean(), c.lifetime_sparsity(Y).mean()
    return c.E.value(net, p, c.X_unseen), *sparsities


def without_scatter(chapter):
    """Strong penalties of batches of 50: with the mean of the batch, and with that of all."""
    found = {}
    for beta in (3, 30):
        for name in ("batch", "all digits"):
            each = [with_mean_of(chapter, name, beta, seed) for seed in range(3)]
            sparsity, J = np.transpose(each)
            found[f"beta {beta}, {name}"] = {"sparsity": sparsity, "J": J}
    return found


def small_target(chapter):
    """A target of 0.02 beside one of 0.1, at the knob's strength, for 200 epochs."""
    return {f"target {rho}": several(chapter, rho, 3, 1e-3, epochs=200) for rho in (0.02, 0.1)}


def with_mean_of(chapter, name, beta, seed):
    """Sparsity on unseen digits, and J, after 20 steps an epoch; the error is the batch's."""
    c, net, X = chapter, chapter.middle, chapter.X[:1_000]
    J, adam, rng = c.E + 1e-3 * c.weight_decay, c.Adam(2e-2), np.random.default_rng(seed + 1)
    p = net.init(np.random.default_rng(seed), dtype=np.float32)
    p["b2"] = c.mean_bias(net, c.X)
    state = adam.init(p.vector)
    for _ in range(50):
        for batch in np.split(rng.permutation(len(X)), 20):
            gradient, y = J.gradient(net, p, X[batch]), net.encode(p, X[batch])
            means = (y if name == "batch" else net.encode(p, X)).mean(axis=0)
            delta = beta * c.kl_slope(0.1, means) * y * (1 - y) / len(y)
            gradient["W1"] += delta.T @ X[batch]
            gradient["b1"] += delta.sum(axis=0)
            adam.update(p.vector, gradient.vector, state)
    sparsity = c.population_sparsity(net.encode(p, c.X_unseen)).mean()
    return sparsity, (J + beta * c.kl_sparsity(0.1)).value(net, p, X)


def living(chapter):
    """What codes leave whose units live, and dense ones with as many as live, in per cent."""
    c, none, found = chapter, 0 * chapter.l1_sparsity(), {}
    sizes = (100, 60, 42, 33, 24, 19, 15, 12, 9, 6)
    steps = [(c.top_k(k), 2) for k in (128, 64, 32)]
    for epochs in (8, 32):
        plans = {
            "linear, 57 units": (57, none, 7e-3, [(c.identity, epochs)]),
            "rectifiers, 60 units": (60, none, 7e-3, [(c.relu, epochs)]),
            "TopK, steps": (256, none, 7e-3, [*steps, (c.top_k(16), epochs - 6)]),
            "L1, slow": (256, 0.03 * c.l1_sparsity(), 1e-3, [(c.relu, epochs)]),
        }
        short = [
            [planned(c, units, none, 7e-3, [(c.identity, epochs)], seed)[:2] for units in sizes]
            for seed in range(3)
        ]
        for name, plan in plans.items():
            each = np.array([planned(c, *plan, seed) for seed in range(3)])
            above = [
                left[1] - np.interp(left[0], *np.transpose(curve))
                for left, curve in zip(each, short, strict=True)
            ]
            ends = dict(zip(("digits", "scrambled", "dead"), each.T, strict=True))
            found[f"{name}, {epochs} epochs"] = ends | {"above": above}
    return found


def beside_components(chapter):
    """How far sparse codes lie above the curve of principal components, by output units."""
    c, none, found = chapter, 0 * chapter.l1_sparsity(), {}
    kinds = {"KL": (c.logistic, 0.05 * c.kl_sparsity(0.05)), "TopK": (c.top_k(16), none)}
    kinds |= {"L1": (c.relu, 0.03 * c.l1_sparsity())}
    curve = np.transpose([of_components(c, units) for units in range(60, 2, -1)])
    for output, epochs in itertools.product((c.logistic, c.identity), (8, 32)):
        for name, (hidden, penalty) in kinds.items():
            how = 256, penalty, 7e-3, [(hidden, epochs)]
            each = np.array([planned(c, *how, seed, output) for seed in range(3)])
            above = each[:, 1] - np.interp(each[:, 0], *curve)
            ends = {"digits": each[:, 0], "scrambled": each[:, 1], "above": above}
            found[f"{name}, {output.name}, {epochs} epochs"] = ends
    return found


def of_components(chapter, units):
    """The errors on digits and on scrambled ones that principal components leave, in per cent."""
    c, mean = chapter, chapter.X[:1_500].mean(axis=0)
    V = np.linalg.svd(c.X[:1_500] - mean, full_matrices=False)[2][:units]
    left = []
    for images in (c.X_unseen, c.scrambled):
        z = images - mean
        scale = ((images - c.mean) ** 2).sum()
        left.append(100 * ((z - z @ V.T @ V) ** 2).sum() / scale)
    return left


def planned(chapter, units, penalty, rate, plan, seed, output=logistic, X=None):
    """Errors on digits and on scrambled ones, and dead units, after a plan of codes and epochs."""
    c, p = chapter, None
    X = c.X[:1_500] if X is None else X
    J = c.E + 3e-4 * c.weight_decay + penalty
    for hidden, epochs in plan:
        model = c.Autoencoder.folded(196, units, hidden=hidden, output=output)
        if p is None:
            p = model.init(np.random.default_rng(seed))
            p["b2"] = c.mean_bias(model, c.X)
        options = {"rng": np.random.default_rng(seed + 1), "optimizer": c.Adam(rate)}
        options |= {"batch_size": 50, "epochs": epochs, "record_objective": False}
        p, *_ = c.train(model, J, p, X, **options)
    left = c.quantities_of(model, p)
    return left["digits"], left["scrambled"], left["dead"]


ENTRIES = {
    "targets": Entry("03_sparsity", (), targets, also=(*DIGITS_OF_3, "middle = ")),
    "by_decay": Entry("03_sparsity", (), by_decay, also=(*DIGITS_OF_3, "middle = ")),
    "without_scatter": Entry("03_sparsity", (), without_scatter, also=(*DIGITS_OF_3, "middle = ")),
    "small_target": Entry("03_sparsity", (), small_target, also=(*DIGITS_OF_3, "middle = ")),
    "beside_components": Entry("03_sparsity", (), beside_components, also=SCRAMBLED),
    "living": Entry("03_sparsity", (), living, also=SCRAMBLED),
}
