"""Chapter 8 with more steps, smaller ones, and a mixture in the place of the network."""

import numpy as np

from ae_course import PCA
from reproduce.longer_runs import Entry

CHAPTER = "08_diffusion"
PLANE = ("### What one sigma cannot do",)
LANGEVIN = "best, x, levels(30)[:-1], rng, steps=10, rate=0.2"
BEGIN = "runs = [way(12 * rng.normal(size=(2000, 2)), rng) for rng in rngs]"
LEVELS = "return noise_schedule(12, 0.03, steps)"
MEANS = "means=[[-1.7, -0.6], [2.3, -1.0], [0.8, 3.0]]"
FROM_3 = {BEGIN: BEGIN.replace("12", "3"), LEVELS: LEVELS.replace("12", "3")}
RATES = ("2e-3", "5e-3", "1e-2", "2e-2", "4e-2")
SEED = "rng = np.random.default_rng(0)\nlayers = "
ASIDE = {MEANS: "means=[[0.3, 0.4], [4.3, 0.0], [2.8, 4.0]]"}


def plane(swaps, measure):
    """Samples of the mixture in the plane, made in another way."""
    return Entry(CHAPTER, PLANE, measure, swaps, also=("truth = ",))


def annealed(chapter):
    """What annealed Langevin steps end in."""
    off, *widths, strays = np.mean(chapter.verdicts["annealed Langevin"], axis=0)
    return {"off": off, "widths": widths, "strays": strays}


def flow(chapter):
    """What the flow ends in."""
    off, *widths, strays = np.mean(chapter.verdicts["flow, 30 steps"], axis=0)
    return {"off": off, "widths": widths, "mean width": np.mean(widths), "strays": strays}


def scores(epochs, rate):
    """The learned score with so many epochs, and the same rate for all three networks."""
    old = "D = learn(net, X, X, rng, 20, corrupt, rate=rates[name])"
    new = f"D = learn(net, X, X, rng, {epochs}, corrupt, rate={rate})"
    without = ("ends, verdicts", "for name, way in ways.items()", "table(", "middle =")
    sections = (*PLANE, "### A learned score")
    return Entry(CHAPTER, sections, score, {old: new}, ("truth = ",), without)


def score(chapter):
    """What the learned flow ends in, and how far the learned score is off."""
    ends = {name: np.mean(runs, axis=0) for name, runs in chapter.learned.items()}
    return {
        "strays": {name: end[4] for name, end in ends.items()},
        "widths": {name: end[1:4] for name, end in ends.items()},
        "errors": {name: np.mean(runs, axis=0) for name, runs in chapter.errors.items()},
        "each": chapter.errors,
    }


def marks(chapter):
    """Sure, distance, precision and recall of all samples of digits."""
    return {"marks": chapter.marks}


def mixture_flow(chapter):
    """The same, and of the flow with the denoisers of ten normal distributions for each class."""
    parts, shares = chapter.mixtures[10], np.bincount(chapter.labels) / len(chapter.labels)
    weights = np.concatenate([s * m.weights for s, m in zip(shares, parts, strict=True)])
    means = np.concatenate([m.means for m in parts])
    whole = type(parts[0])(weights, means, np.concatenate([m.covariances for m in parts]))

    def told(x, sigma):
        return np.concatenate([m.denoise(x[200 * c :][:200], sigma) for c, m in enumerate(parts)])

    levels, found = chapter.noise_schedule(20, 0.03, 20), {}
    for g in (1, 1.5, 2, 2.5, 3, 5):
        towards = chapter.guided(whole.denoise, told, g)
        samples = chapter.paint(chapter.probability_flow(towards, chapter.begin, levels))
        seen, sure = chapter.features_of(samples)
        shares = (100 * share for share in chapter.precision_recall(chapter.real, seen))
        distance = chapter.frechet_distance(chapter.real, seen)
        found[f"g = {g}"] = [100 * np.mean(sure > 0.9), distance, *shares]
    ratio = chapter.contest["network"] / chapter.contest["10 normals a class"]
    nearest = chapter.nearest["flow"] / chapter.nearest["unseen"]
    others = {"over ten normals": ratio.mean(), "nearest": nearest}
    return {"marks": found, "network": chapter.marks} | others


def digits(seed, measure, swaps, more=(), claims=False):
    """The chapter's digits with another seed."""
    sections = ("### Digits in the code of an autoencoder", *more)
    swaps = {SEED: SEED.replace("(0)", f"({seed})")} | swaps
    return Entry(CHAPTER, sections, measure, swaps, also=("quietly = ",), claims=claims)


def as_it_stands(seed):
    """All of the chapter's digits, with its claims: are they those of one lucky draw?"""
    more = ("### Who denoises best, and at which sigma",)
    return digits(seed, mixture_flow, {}, more, claims=True)


FOUR_TIMES = {
    '{"batch_size": 200, "record': '{"batch_size": 100, "record',
    "steps=epochs * len(X) // 200": "steps=epochs * len(X) // 100",
    "D = learn(net, told, Z, rng, 11,": "D = learn(net, told, Z, rng, 20,",
}


def components(chapter):
    """Denoisers of 40 components of unseen digits, a network and a mixture, and their samples."""
    pca = PCA.fit(chapter.X.astype(float), 40)
    Z, Z_valid, Z_test = (pca.transform(A.astype(float)) for A in (chapter.X, chapter.V, chapter.T))
    scale, rng = Z.std(), np.random.default_rng(0)
    Z, Z_valid, Z_test = Z / scale, Z_valid / scale, Z_test / scale
    kinds = (30, 60, 100)
    fits = [chapter.GaussianMixture.fit(Z, K, np.random.default_rng(0), gain=1e-2) for K in kinds]
    nats = [fit.log_density(Z_valid).mean() for fit in fits]
    mixture = fits[np.argmax(nats)]
    features = chapter.Bumps(0.03, 20, 16)
    net = chapter.NoiseConditionedDenoiser.of(40, 384, 384, 384, features=features)
    D = chapter.learn(net, Z, Z, rng, 20, chapter.noise_levels(1.0, 1.0), rate=3e-3)
    denoisers = {"network": D, "mixture": mixture.denoise}
    found = {"components": kinds[np.argmax(nats)], "nats": nats}
    begin, levels = 20 * rng.normal(size=(2000, 40)), chapter.noise_schedule(20, 0.03, 20)
    for name, denoise in denoisers.items():
        codes = chapter.probability_flow(denoise, begin, levels)
        seen, sure = chapter.features_of(pca.inverse_transform(codes * scale).clip(0, 1))
        distance = chapter.frechet_distance(chapter.real, seen)
        errors = errors_at((0.1, 0.2, 0.4, 0.8, 1.6), denoise, Z_test)
        found[name] = {"errors": errors, "sure": 100 * np.mean(sure > 0.9), "distance": distance}
    return found


def errors_at(sigmas, denoise, codes):
    """The error at each strength over that of leaving the noise where it is."""
    rng, found = np.random.default_rng(5), {}
    for sigma in sigmas:
        miss = denoise(codes + sigma * rng.normal(size=codes.shape), sigma) - codes
        found[f"at {sigma}"] = np.sum(miss**2) / (codes.size * sigma**2)
    return found


ENTRIES = {
    "langevin_small": plane({LANGEVIN: LANGEVIN.replace("0.2", "0.05")}, annealed),
    "langevin_large": plane({LANGEVIN: LANGEVIN.replace("0.2", "0.8")}, annealed),
    "langevin_forty": plane({LANGEVIN: LANGEVIN.replace("10", "40")}, annealed),
    "from_3": plane(FROM_3, flow),
    "aside": plane(ASIDE, flow),
    "aside_from_3": plane(ASIDE | FROM_3, flow),
    **{f"score_20_{rate}": scores(20, rate) for rate in RATES},
    **{f"score_100_{rate}": scores(100, rate) for rate in RATES[1:4]},
    **{f"digits_{seed}": digits(seed, marks, FOUR_TIMES) for seed in range(3)},
    **{f"mixture_flow_{seed}": as_it_stands(seed) for seed in range(3)},
    "components": Entry(
        CHAPTER,
        (),
        components,
        also=(
            *("digits, unseen = ", "images, T = ", "X, V, labels = ", "quietly = "),
            *("rng = np.random", "layers = ", "judge = ", "judging = ", "real = "),
        ),
    ),
}
