"""Chapter 10 with more steps, more features at a time, and other seeds."""

import numpy as np

from reproduce.longer_runs import Entry

CHAPTER = "10_dictionaries"
ALSO = ("squared = ",)
STARTS = ("### Starts, and who is dead",)
K_MEANS = 'starts["k-means"]'
FRONTIER = (*ALSO, "worlds = ", "revived = ", "contenders = ")
EPOCHS = {"steps=8 * len(X) // batch": "steps={} * len(X) // batch", '"epochs": 8': '"epochs": {}'}


def longer(epochs):
    """So many epochs of Adam instead of eight."""
    return {old: new.replace("{}", str(epochs)) for old, new in EPOCHS.items()}


def starts(chapter):
    """How the four starts end, each with three seeds."""
    runs = {name: np.array(runs) for name, runs in chapter.starts.items()}
    found = {name: 100 * each[:, 2].mean() for name, each in runs.items()}
    return {"precision": found, "each": {name: each[:, 2] for name, each in runs.items()}}


def crowded(k):
    """How many of the 64 features are found in the mean, where k are on at a time."""

    def measure(chapter):
        worlds, found = chapter.worlds, {"clusters": [], "BatchTopK": []}
        for seed, (known, unseen) in enumerate(worlds):
            found["clusters"].append(64 * chapter.clusters(known, unseen, 96, seed)[1])
            run = chapter.judged(*chapter.trained("BatchTopK", k, seed), unseen)
            found["BatchTopK"].append(64 * run[1])
        return {name: sorted(each) for name, each in found.items()}

    old = "17_500, 64, 32, 3))"
    swaps = {old: old.replace("3)", f"{k})")}
    return Entry(CHAPTER, (), measure, swaps, FRONTIER)


def level(chapter):
    """BatchTopK and JumpReLU at the true number of active latents."""
    found = {}
    for kind, setting in (("BatchTopK", 3), ("JumpReLU", 0.05)):
        runs = [
            chapter.judged(*chapter.trained(kind, setting, seed), unseen)
            for seed, (_, unseen) in enumerate(chapter.worlds)
        ]
        names = ("FVU", "found", "precision", "dead", "active", "F1")
        found[kind] = dict(zip(names, np.mean(runs, axis=0), strict=True)) | {"each": runs}
    return found


def trained_for(steps):
    """So many steps; where they are more than in the chapter, with batches twice as large."""
    batches = {"keep=UnitColumns, batch=200)": "keep=UnitColumns, batch=400)"}
    swaps = {} if steps == 500 else longer(steps * 400 // 12_500) | batches
    return Entry(CHAPTER, (), level, swaps, FRONTIER)


def nested(chapter):
    """Absorption and the share of the features found, by the places."""
    return {
        kind: {
            k: {"absorbed": runs[:, 1].mean(), "found": 100 * runs[:, 2].mean(), "each": runs}
            for k, runs in zip(chapter.places[kind], each, strict=True)
        }
        for kind, each in chapter.nest.items()
    }


def partners(latents):
    """How much of its partner a column has, over three seeds, mean and spread."""

    def measure(chapter):
        found = {}
        for kind in chapter.narrow:
            found[kind] = {}
            for rho in (0.4, 0.8):
                runs = [chapter.partner_share(kind, latents, rho, seed) for seed in range(3)]
                spread = np.std(runs, ddof=1)
                found[kind][f"at {rho}"] = {"mean": np.mean(runs), "spread": spread, "each": runs}
        return found

    return measure


def hedging(latents, swaps):
    """Pairs that go together."""
    sections = ("### Too few latents",)
    without = ("hedge = ", "pairs = ", "first_step = ", "few = ", "enough = ")
    return Entry(CHAPTER, sections, partners(latents), swaps, ALSO, without)


def layer(chapter):
    """Purity of a classifier's latents and its rivals, and how often a column raises its class."""
    causes = {name: 100 * share for name, share in chapter.causes.items()}
    return {"purity": chapter.pure, "raises": causes}


def classifier(seed):
    """Another classifier, dictionary and rivals."""
    drawn = "rng = np.random.default_rng({})\nblank = classifier.init("
    code = "params = learn(net, J, (A - mean) / size, {}, keep=keep)"
    draws = "directions = np.random.default_rng({}).normal(size=(256, 128))"
    centres = 'minit="points", seed=np.random.default_rng({})'
    firsts = {drawn: 0, code: 0, draws: 1, centres: 2}
    swaps = {
        text.replace("{}", str(first)): text.replace("{}", str(first + 10 * seed))
        for text, first in firsts.items()
    }
    sections = ("### A layer of a classifier",)
    return Entry(CHAPTER, sections, layer, swaps if seed else {}, ALSO)


ENTRIES = {
    "third": Entry(
        CHAPTER,
        STARTS,
        starts,
        {"rate = cosine(1.5e-2": "rate = cosine(5e-3"},
        ALSO,
        (K_MEANS,),
    ),
    "crowded_6": crowded(6),
    "crowded_9": crowded(9),
    "level_500": trained_for(500),
    "level_1500": trained_for(1500),
    "level_4500": trained_for(4500),
    "nested": Entry(CHAPTER, ("### Nested features",), nested, longer(32), ALSO),
    "hedging_16": hedging(16, {}),
    "hedging_32": hedging(32, {}),
    "hedging_1_place": hedging(16, {"batch_top_k(2 if n == 16": "batch_top_k(1 if n == 16"}),
    **{f"classifier_{seed}": classifier(seed) for seed in range(3)},
}
