"""Two searches that chapters 2 and 4 tell of."""

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
    """Errors of both networks at the rate that held-out digits choose, after 8 and 24 passes."""
    found = {}
    for name, net in chapter.networks.items():

        def errors(rate, seed, passes, name=name, net=net):
            end = chapter.trained_network(name, rate, seed, passes)
            sets = chapter.held_out, chapter.unseen, chapter.seen
            return [chapter.per_image(net.reconstruct(end, images), images) for images in sets]

        judged = {rate: errors(rate, 0, 8)[0] for rate in RATES}
        best = min(judged, key=judged.get)
        found[name] = {"held out": judged, "rate": best}
        for passes in (8, 24):
            runs = np.array([errors(best, seed, passes)[1:] for seed in range(3)])
            means = dict(zip(("unseen", "seen"), runs.mean(axis=0), strict=True))
            found[name][f"{passes} passes"] = means | {"each": runs}
    return found


def heavy_ball(chapter):
    """J after 20 full-batch passes of momentum: for each mu the best of six rates."""
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


ENTRIES = {
    "few_digits": Entry(
        "02_pca",
        (),
        few_digits,
        FEW,
        also=("E = ", "pool = ", "seen, held_out = ", "unseen = ", "networks = "),
    ),
    "heavy_ball": Entry(
        "04_optimization",
        (),
        heavy_ball,
        also=(
            "images = ",
            "halved = ",
            "X = halved",
            "net, E = Autoencoder.folded(196, 25)",
            "J = E + 1e-3 * weight_decay",
        ),
    ),
}
