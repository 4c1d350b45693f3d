"""Chapter 9 with more steps, other sizes, and other densities of codes."""

import numpy as np

from ae_course import PCA
from ae_course.discrete_codes import nearest_entries
from reproduce.longer_runs import Entry

CHAPTER = "09_generative"
ALSO = ("digits, unseen = ", "images, T = ", "X, V = ", "X_binary, ")
BINARY = "### Rate and distortion of binary digits"
ONE = {"betas = (0.1, 0.5, 1.0, 2.0, 4.0)": "betas = (1.0,)"}
RISE = "annealed_elbo(cross_entropy, 50), seed)"
FOUR_TIMES = {'"epochs": 6, "seed": seed, "corrupt"': '"epochs": 24, "seed": seed, "corrupt"'}
PCA_32 = "pca = PCA.fit(X.astype(float), 32)"
EIGHT = "196, 100, 16, slots=8, K=32, hidden=tanh"
PLAIN = "plain_net = Autoencoder.folded(196, 100, 16,"
SETTINGS = 'settings = {"rate": 3e-2, "epochs": 8}'
RATES = "rates = cosine(3e-2, steps=400)"
PULLS = "train(net, vq_objective(cross_entropy), params"


def paced(rate, swaps=None):
    """Both autoencoders with another rate."""
    rates = {SETTINGS: SETTINGS.replace("3e-2", rate), RATES: RATES.replace("3e-2", rate)}
    return {old: new.replace("3e-2", rate) for old, new in (rates | (swaps or {})).items()}


LONGER = {
    EIGHT: EIGHT.replace("100", "200"),
    PLAIN: PLAIN.replace("100", "200"),
    SETTINGS: SETTINGS.replace("8", "20"),
    RATES: RATES.replace("400", "1000"),
    "for part in range(4):": "for part in range(10):",
}


def silent(chapter):
    """Minus the bound, and how many units are active, for each seed, with and without a rise."""

    def active(runs):
        return [
            chapter.active_units(chapter.vae.encode(p, chapter.T_binary)[0]).sum() for p in runs
        ]

    nats = {"plain": chapter.plain_sum, "annealed": chapter.annealed_sum}
    units = {"plain": active(chapter.plain), "annealed": active(chapter.annealed)}
    return {
        "nats": {name: np.mean(each) for name, each in nats.items()},
        "units": {name: np.mean(each) for name, each in units.items()},
        "each": {"nats": nats, "units": units},
    }


def rising(swaps):
    """The weight of the divergence from the start, or rising."""
    sections = (BINARY, "### Silent units: does annealing help?")
    return Entry(CHAPTER, sections, silent, ONE | swaps, ALSO, ("grey",))


def surgery(chapter):
    """What the mixture certifies."""
    return {"certified": chapter.certified[1.0]}


def wider(chapter):
    """The bound of 1000 draws, and with 1.3 times their standard deviation."""
    params = chapter.by_beta[1.0]
    wide, last = params.copy(), f"b{chapter.vae.encoder.last}"
    wide[last][32:] += 2 * np.log(1.3)
    bounds = [
        -chapter.importance_weighted_bound(chapter.weights_of(each, 1000), m).mean()
        for each in (params, wide)
        for m in (1, 1000)
    ]
    names = ("1 draw", "1000 draws", "1 wide draw", "1000 wide draws")
    return dict(zip(names, bounds, strict=True))


def certified(K):
    """A mixture of K normal distributions on the codes of all digits."""
    swaps = {
        "X_binary[:5000].astype(": "X_binary.astype(",
        "GaussianMixture.fit(Z, 10, rng, gain=3e-2": f"GaussianMixture.fit(Z, {K}, rng, gain=3e-2",
    }
    sections = (BINARY, "### All codes together")
    return Entry(CHAPTER, sections, surgery, ONE | swaps, ALSO)


def forty(chapter):
    """The errors of validation digits in 40 bits; of plain codes also as they are, not turned."""
    V, net = chapter.V, chapter.plain_net
    scores, found = chapter.pca.transform(V.astype(float)), {}
    for seed, params in enumerate(chapter.plain_nets):
        codes = [net.encode(params, A).astype(float) for A in (chapter.X, V)]
        turn = PCA.fit(codes[0])
        turned = chapter.quantised(*map(turn.transform, codes), seed)
        by_pca = chapter.quantised(chapter.scores, scores, seed)
        restored = {
            "vq": chapter.eight(chapter.snapping[seed], V),
            "plain": net.decode(params, turn.inverse_transform(turned)),
            "not turned": net.decode(params, chapter.quantised(*codes, seed)),
            "pca": chapter.pca.inverse_transform(by_pca).clip(0, 1),
        }
        for name, images in restored.items():
            found.setdefault(name, []).append(chapter.squared(images, V))
    return {name: np.mean(each) for name, each in found.items()} | {"each": found}


def drawn_bits(chapter):
    """Distances of digits in 40 bits: draws of a mixture that snap, and numbers drawn in turn."""
    net, found = chapter.eight, {}
    for seed, params in enumerate(chapter.snapping):
        vectors = net.vectors(params, chapter.X).astype(float)
        draws = chapter.mixed(vectors.reshape(len(vectors), -1), 30, seed)
        numbers = {"snapped": nearest_entries(draws.reshape(-1, *vectors.shape[1:]), params["C"])}
        codes = net.encode(params, chapter.X)
        for hidden, epochs in ((64, 8), (64, 16), (128, 8), (128, 16)):
            rng = np.random.default_rng(seed)
            prior = chapter.CodePrior.fit(codes, 32, rng, hidden=hidden, epochs=epochs)
            numbers[f"{hidden} units, {epochs} epochs"] = prior.sample(rng, 2000)
        for name, each in numbers.items():
            samples = net.decode(params, each).clip(0, 1)
            found.setdefault(name, []).append(marked(chapter, samples))
        plain, params = chapter.plain_net, chapter.plain_nets[seed]
        codes = plain.encode(params, chapter.X).astype(float)
        samples = plain.decode(params, chapter.mixed(codes, 30, seed)).clip(0, 1)
        found.setdefault("plain", []).append(marked(chapter, samples))
    return {name: np.mean(each) for name, each in found.items()} | {"each": found}


def late(chapter):
    """The same where the codes are whole numbers for the last three of eight epochs only."""
    net, V = chapter.eight, chapter.V
    found = [chapter.squared(net(snapped_late(chapter, seed), V), V) for seed in range(3)]
    return {"vq": np.mean(found), "each": found}


def snapped_late(chapter, seed):
    """A plain autoencoder for five epochs; then what k-means finds in its codes, and three more."""
    X, net, rng = chapter.X, chapter.eight, np.random.default_rng(seed)
    plain = chapter.plain_net
    rates = chapter.cosine(3e-2, steps=400)
    options = {"rng": rng, "batch_size": 200, "record_objective": False}
    first = options | {"epochs": 5, "optimizer": chapter.Adam(rates)}
    params = chapter.train(plain, chapter.E, chapter.begun(plain, X, seed), X, **first)[0]
    begin = chapter.begun(net, X, seed)
    for name in params:
        begin[name] = params[name]
    codes = plain.encode(params, X).astype(float)
    begin["C"] = chapter.ProductQuantizer.fit(codes, 8, 32, rng, steps=8).C
    last = options | {"epochs": 3, "optimizer": chapter.Adam(lambda step: rates(250 + step))}
    return chapter.train(net, chapter.vq_objective(chapter.cross_entropy), begin, X, **last)[0]


def bits(swaps, measure=forty):
    """Forty bits for a digit, with other sizes or layers."""
    sections, without = ("### Codes of whole numbers",), ("for name, way in ways",)
    return Entry(CHAPTER, sections, measure, swaps, (*ALSO, "J, E = "), without)


def likely(chapter):
    """How probable mixtures on 10,000 codes hold the codes of validation digits."""
    found = {}
    for K in (10, 30, 100):
        found[K] = []
        for seed, params in enumerate(chapter.plain_nets):
            Z, Z_valid = (chapter.plain_net.encode(params, A) for A in (chapter.X, chapter.V))
            rng = np.random.default_rng(seed)
            g = chapter.GaussianMixture.fit(Z.astype(float), K, rng, steps=12)
            found[K].append(g.log_density(Z_valid.astype(float)).mean())
    return {"nats": {K: np.mean(each) for K, each in found.items()}, "each": found}


def distances(chapter, decode, codes, seed):
    """Fréchet distances of digits whose codes are drawn from mixtures of 10, 30 and 100."""
    found = {}
    for K in (10, 30, 100):
        samples = decode(chapter.mixed(codes.astype(float), K, seed)).clip(0, 1)
        found[f"mixture of {K}"] = marked(chapter, samples)
    return found


def marked(chapter, samples):
    """The squared Fréchet distance from unseen digits."""
    return chapter.frechet_distance(chapter.real, chapter.features_of(samples)[0])


def plainly(chapter, size, seed):
    """Distances of a plain autoencoder with a code of this size."""
    net = chapter.Autoencoder.folded(196, 200, size, hidden=chapter.tanh, code=chapter.identity)
    begin = chapter.begun(net, chapter.X, seed)
    E = chapter.reconstruction(chapter.cross_entropy)
    params = chapter.fit(net, E, begin, chapter.X, seed=seed, rate=2e-2, epochs=20)
    codes = net.encode(params, chapter.X)
    return distances(chapter, lambda Z: net.decode(params, Z), codes, seed)


def variationally(chapter, objective, seed):
    """Distances of a variational autoencoder, also with codes from the prior."""
    net = chapter.VariationalAutoencoder.folded(196, 200, 16, hidden=chapter.tanh)
    options = {"corrupt": chapter.append_noise(16), "rate": 2e-2, "epochs": 20, "seed": seed}
    params = chapter.fit(net, objective, chapter.begun(net, chapter.X, seed), chapter.X, **options)
    rng = np.random.default_rng(seed)
    codes = chapter.draw_codes(*(part.astype(float) for part in net.encode(params, chapter.X)), rng)
    prior = marked(chapter, net.sample(params, rng, 2000).clip(0, 1))
    return {"prior": prior} | distances(chapter, lambda Z: net.decode(params, Z), codes, seed)


def weighted(chapter):
    """Cross-entropies with a small weight of the divergence."""
    kinds = (0.01, 0.03, 0.1, 0.3)
    made = {w: chapter.negative_elbo(chapter.cross_entropy, w) for w in kinds}
    return {w: [variationally(chapter, J, seed) for seed in range(3)] for w, J in made.items()}


def calibrated(chapter):
    """Half, all and twice the variance that is calibrated."""
    kinds = (0.005, 0.01, 0.02)
    made = {s2: chapter.negative_elbo(chapter.squared_error, s2) for s2 in kinds}
    return {s2: [variationally(chapter, J, seed) for seed in range(3)] for s2, J in made.items()}


def plain(chapter):
    """Plain autoencoders with three sizes of the code."""
    return {size: [plainly(chapter, size, seed) for seed in range(3)] for size in (8, 16, 24)}


def overturned(measure):
    """Larger layers and 20 epochs, judged by the chapter's classifier."""
    also = (*ALSO, "layers = ", "judge = ", "judging = ", "real = ")
    return Entry(CHAPTER, (), measure, also=also)


ENTRIES = {
    "rise_200": rising({RISE: RISE.replace("50", "200")}),
    "rise_200_longer": rising(FOUR_TIMES | {RISE: RISE.replace("50", "200")}),
    "wider": Entry(CHAPTER, (BINARY,), wider, ONE, ALSO),
    **{f"certified_{K}": certified(K) for K in (1, 3, 10, 30)},
    "bits": bits({}),
    **{f"bits_pca_{k}": bits({PCA_32: PCA_32.replace("32", str(k))}) for k in (16, 64)},
    **{f"bits_code_{k}": bits({PLAIN: PLAIN.replace("16,", f"{k},")}) for k in (8, 24)},
    **{f"bits_rate_{n}": bits(paced(f"{n}e-2")) for n in (2, 4)},
    **{f"bits_{k}": bits({EIGHT: EIGHT.replace("16,", f"{k},")}) for k in (8, 32)},
    "bits_relu": bits({EIGHT: EIGHT.replace("tanh", "relu")}),
    **{f"bits_pull_{w}": bits({PULLS: PULLS.replace("py)", f"py, {w})")}) for w in (0.1, 1.0)},
    "bits_late": bits({}, late),
    **{f"bits_longer_rate_{n}": bits(paced(f"{n}e-2", LONGER)) for n in (1, 2, 4)},
    "bits_longer": bits(LONGER),
    "bits_longer_rate_2_steps": bits(
        paced("2e-2", LONGER) | {"8, 32, rng, steps=8": "8, 32, rng, steps=40"}
    ),
    "bits_longer_32": bits(LONGER | {EIGHT: LONGER[EIGHT].replace("16,", "32,")}),
    **{
        f"bits_longer_code_{k}": bits(LONGER | {PLAIN: LONGER[PLAIN].replace("16,", f"{k},")})
        for k in (8, 24)
    },
    "likely": bits({}, likely),
    "drawn_bits": Entry(
        CHAPTER,
        ("### Codes of whole numbers",),
        drawn_bits,
        {},
        (*ALSO, "J, E = ", "layers = ", "judge = ", "judging = ", "real = "),
        ("for name, way in ways",),
    ),
    "overturn_weights": overturned(weighted),
    "overturn_calibrated": overturned(calibrated),
    "overturn_plain": overturned(plain),
}
