"""Rivals of conclusions of chapters 5 to 7, with scales, rates and seeds of their own."""

import numpy as np

from reproduce.longer_runs import Entry
from reproduce.longer_runs.choosing import at_best
from reproduce.longer_runs.controls import summary
from reproduce.longer_runs.earlier import GREEDY, directed


def normal_numbers(chapter):
    """How directed filters are that learn from normal numbers with the covariance of patches."""
    drawn, found = normal_like(chapter), {}
    for name in ("DC removed", "ε = 0.01", "ε = 0.001"):
        chapter.versions["normal"] = drawn, chapter.versions[name][1]
        found[name] = directed(chapter, "normal", 8)
    return found


def normal_like(chapter):
    """Normal numbers with the mean and the covariance of the patches."""
    mean, Phi = chapter.covariance(chapter.flat)
    d, U = chapter.principal_axes(Phi)
    drawn = np.random.default_rng(7).normal(size=chapter.flat.shape)
    return mean + drawn * np.sqrt(d.clip(0)) @ U.T


def noisy_labels(chapter):
    """Accuracies if pixels are hidden while the labels teach: of two starts, by share and time."""
    c, found = chapter, {}
    for seed in range(3, 6):
        c.greedy[seed] = c.pretrained_on(c.X, seed, epochs=4)[0]
        c.begin_with["centred"][seed] = c.centred(seed)
    for name in ("centred", "pretrained"):
        for share, epochs in ((0.0, 60), (0.0, 240), (0.1, 240), (0.25, 240)):
            more = {"corrupt": c.masking_noise(share)} if share else {}
            measure = taught(c, name, epochs, more)
            runs = c.compare({"it": measure}, (0.3, 1.0, 3.0, 6.0), seeds=range(6))
            found[f"{name}, {share} hidden, {epochs} epochs"] = summary(runs)
    return found


def taught(chapter, name, epochs, more):
    """What `compare` measures: the errors with 300 labels, for a rate and a seed."""

    def measure(rate, seed):
        net, params = chapter.begin(name, seed)
        end, _ = chapter.fine_tuned(net, params, rate, seed, epochs=epochs, **more)
        return chapter.errors(net, end)

    return measure


def arranged(chapter):
    """Accuracies if the weights are taken apart, or were learned from what is no digit."""
    c, found = chapter, {}
    for seed in range(3, 6):
        c.greedy[seed] = c.pretrained_on(c.X, seed, epochs=4)[0]
    ways = {"pretrained": lambda params, seed: params, "shuffled": c.shuffled}
    ways |= {"shuffled within units": within_units, "shrunk": shrunk}
    starts = {
        name: {seed: way(c.greedy[seed], seed) for seed in range(6)} for name, way in ways.items()
    }
    for name, images in unlike_digits(c.X).items():
        starts[name] = {s: c.pretrained_on(images, s, epochs=4)[0] for s in range(6)}
    for name, start in starts.items():
        c.begin_with[name] = start
        measure = taught(c, name, 60, {})
        runs = c.compare({"it": measure}, (0.3, 1.0, 3.0, 6.0), seeds=range(6))
        found[name] = summary(runs) | {"first gradients": first_gradients(c, name)}
    for name in ("Glorot", "4 × Glorot"):
        found[name] = {"first gradients": first_gradients(c, name)}
    return found


def within_units(params, seed):
    """The same weights in every unit, at random places."""
    rng, mixed = np.random.default_rng([seed, 4]), params.copy()
    for name, values in params.items():
        if name.startswith("W"):
            mixed[name] = rng.permuted(values, axis=1)
    return mixed


def shrunk(params, seed):
    """The same weights in every layer, as large as Glorot's in the mean square."""
    small = params.copy()
    for name, values in params.items():
        if name.startswith("W"):
            small[name] = values * np.sqrt(2 / sum(values.shape) / np.mean(values**2))
    return small


def unlike_digits(X):
    """As many images that are no digits: with more and more of what digits have."""
    rng = np.random.default_rng(11)
    spread = np.linalg.cholesky(np.cov(X.T.astype(float)) + 1e-6 * np.eye(X.shape[1]))
    normal = X.mean(axis=0) + rng.normal(size=X.shape) @ spread.T
    sets = {
        "uniform noise": rng.random(X.shape),
        "digits with mixed pixels": rng.permuted(X, axis=0),
    }
    sets["normal numbers"] = normal.clip(0, 1)
    return {name: images.astype(np.float32) for name, images in sets.items()}


def first_gradients(chapter, name):
    """The size of the gradient in the first layer, before any label, for each seed."""
    c, sizes = chapter, []
    for seed in c.SEEDS:
        net, params = c.begin(name, seed)
        sizes.append(c.gradient_sizes(net, c.E, params, c.X[:1000], c.labels[:1000])[1])
    return sizes


def random_starts(chapter):
    """Accuracies with 300 labels if more of a random start is tuned than its rate."""
    c, found, plain = chapter, {}, (0.3, 1.0, 3.0)
    for scale in (3, 6):
        c.begin_with[f"{scale} × Glorot"] = c.scaled(scale)
        found[f"{scale} × Glorot"] = tuned(c, f"{scale} × Glorot", plain)
    for decay in (3e-4, 1e-3):
        found[f"centred, decay {decay}"] = tuned(c, "centred", plain, decay=decay)
    for name in ("4 × Glorot", "centred", "pretrained"):
        rates = (1e-3, 3e-3, 1e-2, 3e-2)
        found[f"{name}, Adam"] = tuned(c, name, rates, by=c.Adam)
    return found


def tuned(chapter, name, rates, decay=0.0, by=None):
    """What `compare` chooses for a start, with a weight decay or another optimiser."""
    c = chapter
    J = c.E + decay * c.weight_decay if decay else c.E

    def measure(rate, seed):
        return fine_tuned(c, J, name, (by or c.SGD)(rate), seed)

    return summary(c.compare({"it": measure}, rates))


def fine_tuned(chapter, J, name, optimizer, seed, labels=300, epochs=60, size=50):
    """The errors that training with labels leaves from a start: as the chapter's, but for these."""
    c, rng = chapter, np.random.default_rng([seed, 2])  # the chapter's order of the digits
    net, params = c.begin(name, seed)
    chosen = rng.permutation(len(c.X))[:labels]
    options = {"optimizer": optimizer, "batch_size": size, "epochs": epochs, "rng": rng}
    data = c.X[chosen], c.labels[chosen]
    return c.errors(net, c.train(net, J, params, *data, record_objective=False, **options)[0])


def one_layer(chapter):
    """Accuracies of one hidden layer from Glorot's start, by the share of pixels hidden."""
    c, found, above = chapter, {}, chapter.Layer(100, 10, chapter.softmax)
    for share, epochs in ((0.0, 60), (0.1, 240)):
        more = {"corrupt": c.masking_noise(share)} if share else {}

        def measure(rate, seed, epochs=epochs, more=more):
            net = c.Network([*c.deep(1).layers, above])
            params = net.init(np.random.default_rng([seed, 1]), dtype=np.float32)
            end, _ = c.fine_tuned(net, params, rate, seed, epochs=epochs, **more)
            return c.errors(net, end)

        runs = c.compare({"it": measure}, (0.3, 1.0, 3.0, 6.0, 12.0))
        found[f"{share} hidden"] = summary(runs)
    return found


def all_labels(chapter):
    """Accuracies with 10,000 labels by the number of epochs, and after a shorter pretraining."""
    c, found = chapter, {}
    c.begin_with["one epoch a stage"] = {s: c.pretrained_on(c.X, s, epochs=1)[0] for s in c.SEEDS}
    turns = [(name, n) for name in ("4 × Glorot", "centred", "pretrained") for n in (4, 8, 16, 32)]
    for name, epochs in [*turns, ("one epoch a stage", 4)]:

        def errors(rate, seed, name=name, epochs=epochs):
            falling = c.SGD(c.cosine(rate, steps=200 * epochs))
            return fine_tuned(c, c.E, name, falling, seed, len(c.X), epochs)

        best, each, _ = at_best(errors, (0.6, 2.0, 6.0))
        right = 100 - each
        found[f"{name}, {epochs} epochs"] = {"rate": best, "mean": right.mean(), "each": right}
    return found


def patient(chapter):
    """Squared errors of denoisers with 100 epochs, three seeds, for normal noise and for specks."""
    c, found = chapter, {}
    for name in ("normal", "salt, pepper"):
        networks = [c.learn(c.noises[name], seed=seed, epochs=100) for seed in c.SEEDS]
        each = c.error_of(networks, c.damaged[name])
        found[name] = {"mean": each.mean(), "each": each}
    return found


def kept(chapter):
    """Squared errors under masking, of all pixels and of masked ink, if seen ink is kept."""
    c, noisy = chapter, chapter.damaged["masking"].astype(float)

    def errors(restored):
        return with_seen_ink(noisy, restored, c.T)

    nets = {
        epochs: [c.learn(c.noises["masking"], seed=s, epochs=epochs) for s in c.SEEDS]
        for epochs in (10, 100)
    }
    found = {
        f"networks, {epochs} epochs": [errors(c.net(params, noisy)) for params in some]
        for epochs, some in nets.items()
    }
    found["filters"] = [errors(by_zeros(c, noisy, s)) for s in c.SEEDS]
    return {name: {"mean": np.mean(each, axis=0), "each": each} for name, each in found.items()}


def with_seen_ink(noisy, restored, clean):
    """Squared errors of all pixels, and of masked ink, if ink that was not masked is kept."""
    off, lost = (np.where(noisy > 0, noisy, restored) - clean) ** 2, (noisy == 0) & (clean > 0)
    return [np.sum(off) / len(off), np.sum(off[lost]) / len(off)]


def by_zeros(chapter, noisy, seed):
    """Masked digits; each pixel that is 0 as it depends on the others, among copies where it is."""
    c, rng = chapter, np.random.default_rng(100 + seed)
    clean = np.tile(c.X[:4000].astype(float), (5, 1))
    seen, restored = c.noises["masking"](rng, clean), noisy.copy()
    for d in range(noisy.shape[1]):
        here, there = seen[:, d] == 0, noisy[:, d] == 0
        F, goal = seen[here], clean[here, d]
        mean, centre = F.mean(axis=0), goal.mean()
        G = (F - mean).T @ (F - mean) + np.eye(F.shape[1])
        w = np.linalg.solve(G, (F - mean).T @ (goal - centre))
        restored[there, d] = (noisy[there] - mean) @ w + centre
    return restored.clip(0, 1)


def directions(chapter):
    """What a digit's own directions hold beyond another's, in points, by their number."""
    c, X, T = chapter, chapter.X, chapter.T[:100].astype(float)
    near = np.argsort(np.sum(X**2, axis=1) - 2 * T @ X.T, axis=1)[:, :5]
    steps = X[near] - T[:, None]
    penalties = {"contractive": c.E + c.contractive, "decay": c.E + 0.02 * c.weight_decay}
    found = {}
    for name, J in penalties.items():
        for seed in c.SEEDS:
            begin = c.tie(c.net, c.start(c.net, c.scaled(0.5), seed=seed))
            tied = c.learn(J=c.Tied(J), begin=begin, seed=seed, epochs=15)
            slopes = c.jacobians(c.net.encoder, c.untie(c.net, tied), c.T[:100])
            turned = np.linalg.svd(slopes.astype(float), full_matrices=False)[2]
            for k in (5, 10, 18, 30, 40):
                own = turned[:, :k]
                others = [within(steps, np.roll(own, shift, axis=0)) for shift in (1, 30, 60)]
                gain = within(steps, own) - np.mean(others)
                found.setdefault(f"{name}, {k}", []).append(gain)
    return found


def within(steps, axes):
    """The percentage of the squares of some steps that lies within some directions."""
    inside = np.sum((steps @ axes.transpose(0, 2, 1)) ** 2, axis=2)
    return 100 * np.mean(inside / np.sum(steps**2, axis=2))


def three_vaes(chapter):
    """Units that are used, and how far draws are from digits and digits from draws, by seed."""
    c, found = chapter, {"used, 15 epochs": [], "used, 60 epochs": []}
    for seed in c.SEEDS:
        for epochs in (60, 15):
            vae, params = variational(c, epochs, seed)
            mu, log_var = vae.encode(params, c.T)
            nats = [c.gaussian_kl(mu[:, [j]], log_var[:, [j]]).mean() for j in range(32)]
            found[f"used, {epochs} epochs"].append(int(np.sum(np.greater(nats, 0.05))))
        net = c.Autoencoder.folded(196, 150, 8, hidden=c.tanh, code=c.identity)
        plain = with_falling_rate(c, net, c.E, c.start(net, seed=seed), 15, seed)
        codes = net.encode(plain, c.X).astype(float)
        drawn = {"variational": vae.sample(params, np.random.default_rng(3 + seed), 400)}
        for K in (1, 10):
            mixture = c.GaussianMixture.fit(codes, K, np.random.default_rng(4 + seed))
            some = mixture.sample(np.random.default_rng(3 + seed), 400)
            drawn[f"plain, {K}"] = net.decode(plain, some)
        means = vae.encode(params, c.X)[0].astype(float)
        mixture = c.GaussianMixture.fit(means, 10, np.random.default_rng(4 + seed))
        some = mixture.sample(np.random.default_rng(3 + seed), 400)
        drawn["variational, 10"] = vae.decode(params, some)
        for name, images in drawn.items():
            pairs = (images, c.X), (c.T, images)
            far = [c.nearest_distances(*pair).mean() for pair in pairs]
            found.setdefault(name, []).append(far)
    return found


def variational(chapter, epochs, seed, beta=1.0):
    """The chapter's variational autoencoder with 32 code units, and its parameters."""
    c = chapter
    vae = c.VariationalAutoencoder.folded(196, 150, 32, hidden=c.tanh)
    begin = vae.init(np.random.default_rng(seed), dtype=np.float32)
    begin["b4"] = c.mean_bias(c.net, c.X)
    more = {"corrupt": c.append_noise(32)}
    return vae, with_falling_rate(
        c, vae, c.negative_elbo(c.cross_entropy, beta), begin, epochs, seed, more
    )


def with_falling_rate(chapter, net, J, begin, epochs, seed, more=None):
    """The parameters after that many epochs of all digits, as the chapter trains them."""
    c, rng = chapter, np.random.default_rng(seed + 1)
    options = {"optimizer": c.Adam(c.cosine(1e-2, steps=epochs * 60)), "record_objective": False}
    return c.train(net, J, begin, c.X, epochs=epochs, rng=rng, **options, **(more or {}))[0]


DENOISERS = (
    "digits, unseen = ",
    "X, T = ",
    "E = reconstruction(cross_entropy)",
    "net = Autoencoder.folded(196, 100)",
    "SEEDS = ",
    "noises = ",
    "damaged = ",
)
ENTRIES = {
    "normal_numbers": Entry(
        "05_whitening",
        (),
        normal_numbers,
        also=(
            "X = datasets",
            "flat = ",
            "versions = ",
            "for epsilon in (0.01, 0.001):\n    versions",
            "HABITS = ",
            "HABITS |= ",
        ),
    ),
    "noisy_labels": Entry("06_pretraining", (), noisy_labels, also=GREEDY),
    "arranged": Entry("06_pretraining", (), arranged, also=GREEDY),
    "random_starts": Entry("06_pretraining", (), random_starts, also=GREEDY),
    "one_layer": Entry("06_pretraining", (), one_layer, also=GREEDY),
    "all_labels": Entry("06_pretraining", (), all_labels, also=GREEDY),
    "patient": Entry("07_variants", (), patient, also=DENOISERS),
    "kept": Entry("07_variants", (), kept, also=DENOISERS),
    "directions": Entry("07_variants", (), directions, also=DENOISERS),
    "three_vaes": Entry("07_variants", (), three_vaes, also=DENOISERS),
}
