"""Chapter 8 with more steps, smaller ones, and a mixture in the place of the network."""

import numpy as np

from reproduce.longer_runs import Entry

CHAPTER = "08_diffusion"
PLANE = ("### What one sigma cannot do",)
LANGEVIN = "best, x, levels(30)[:-1], rng, steps=10, rate=0.2"
BEGIN = "runs = [way(12 * rng.normal(size=(2000, 2)), rng) for rng in rngs]"
LEVELS = "return noise_schedule(12, 0.03, steps)"
MEANS = "means=[[-1.7, -0.6], [2.3, -1.0], [0.8, 3.0]]"
FROM_3 = {BEGIN: BEGIN.replace("12", "3"), LEVELS: LEVELS.replace("12", "3")}
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
    """The same of the flow with the denoisers of ten normal distributions for each class."""
    parts, shares = chapter.mixtures[10], np.bincount(chapter.labels) / len(chapter.labels)
    weights = np.concatenate([s * m.weights for s, m in zip(shares, parts, strict=True)])
    means = np.concatenate([m.means for m in parts])
    whole = type(parts[0])(weights, means, np.concatenate([m.covariances for m in parts]))

    def told(x, sigma):
        return np.concatenate([m.denoise(x[200 * c :][:200], sigma) for c, m in enumerate(parts)])

    levels, found = chapter.noise_schedule(20, 0.03, 20), {}
    for g in (1, 1.5, 2, 3):
        towards = chapter.guided(whole.denoise, told, g)
        samples = chapter.paint(chapter.probability_flow(towards, chapter.begin, levels))
        seen, sure = chapter.features_of(samples)
        shares = (100 * share for share in chapter.precision_recall(chapter.real, seen))
        distance = chapter.frechet_distance(chapter.real, seen)
        found[f"g = {g}"] = [100 * np.mean(sure > 0.9), distance, *shares]
    return {"marks": found, "network": chapter.marks}


DIGITS = ("### Digits in the code of an autoencoder",)
FOUR_TIMES = {
    '{"batch_size": 200, "record': '{"batch_size": 100, "record',
    "steps=epochs * len(X) // 200": "steps=epochs * len(X) // 100",
    "D = learn(net, told, Z, rng, 11,": "D = learn(net, told, Z, rng, 20,",
}
ENTRIES = {
    "langevin_small": plane({LANGEVIN: LANGEVIN.replace("0.2", "0.05")}, annealed),
    "langevin_large": plane({LANGEVIN: LANGEVIN.replace("0.2", "0.8")}, annealed),
    "langevin_forty": plane({LANGEVIN: LANGEVIN.replace("10", "40")}, annealed),
    "from_3": plane(FROM_3, flow),
    "aside": plane(ASIDE, flow),
    "aside_from_3": plane(ASIDE | FROM_3, flow),
    "score": Entry(
        CHAPTER,
        (*PLANE, "### A learned score"),
        score,
        {"D = learn(net, X, X, rng, 20,": "D = learn(net, X, X, rng, 100,"},
        also=("truth = ",),
        without=("ends, verdicts", "for name, way in ways.items()", "table(", "middle ="),
    ),
    "digits": Entry(CHAPTER, DIGITS, marks, FOUR_TIMES, also=("quietly = ",)),
    "mixture_flow": Entry(CHAPTER, DIGITS, mixture_flow, also=("quietly = ",)),
}
SAYS = ()
