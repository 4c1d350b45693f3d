"""Chapter 10 with more steps, more features at a time, and other seeds."""

import numpy as np

from reproduce.longer_runs import Entry

CHAPTER = "10_dictionaries"
ALSO = ("squared = ",)
STARTS = ("### Starts, and who is dead",)
K_MEANS = 'starts["k-means"]'
FRONTIER = (*ALSO, "worlds = ", "revived = ", "contenders = ")
BATCHES = {"keep=UnitColumns, batch=200)": "keep=UnitColumns, batch=400)"}
EPOCHS = {"steps=8 * len(X) // batch": "steps={} * len(X) // batch", '"epochs": 8': '"epochs": {}'}


def longer(epochs):
    """So many epochs of Adam instead of eight."""
    return {old: new.replace("{}", str(epochs)) for old, new in EPOCHS.items()}


def in_steps(steps):
    """The changes for so many steps; where they are more than 500, batches are twice as large."""
    return {} if steps == 500 else longer(steps * 400 // 12_500) | BATCHES


def starts(chapter):
    """How the four starts end, each with three seeds."""
    runs = {name: np.array(runs) for name, runs in chapter.starts.items()}
    found = {name: 100 * each[:, 2].mean() for name, each in runs.items()}
    return {"precision": found, "each": {name: each[:, 2] for name, each in runs.items()}}


def crowded(k, more=None):
    """How many of the 64 features are found, where k are on at a time."""

    def measure(chapter):
        worlds, found = chapter.worlds, {"clusters": [], "BatchTopK": []}
        for seed, (known, unseen) in enumerate(worlds):
            found["clusters"].append(64 * chapter.clusters(known, unseen, 96, seed)[1])
            run = chapter.judged(*chapter.trained("BatchTopK", k, seed), unseen)
            found["BatchTopK"].append(64 * run[1])
        return {name: sorted(each) for name, each in found.items()}

    old = "17_500, 64, 32, 3))"
    swaps = {old: old.replace("3)", f"{k})")} | (more or {})
    return Entry(CHAPTER, (), measure, swaps, FRONTIER)


def light(chapter):
    """Dictionaries of light penalties, with a threshold and a decoder for it."""
    found = {}
    for price in (0.1, 0.15, 0.2, 0.3):
        runs = []
        for seed, (known, unseen) in enumerate(chapter.worlds):
            params, X = chapter.trained("L1", price, seed)[1], known.X.astype(np.float32)
            outputs = chapter.folded(chapter.relu).encode(params, X).ravel()
            least = np.partition(outputs, -3 * len(X))[-3 * len(X)]
            net = chapter.folded(chapter.jump_relu(least))
            again = chapter.refit_decoder(params, net.encode(params, X), X, 1e-2)
            runs.append(chapter.judged(net, again, unseen))
        FVU, *_, F1 = np.mean(runs, axis=0)
        found[price] = {"FVU": FVU, "F1": F1, "each": runs}
    return found


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
    return Entry(CHAPTER, (), level, in_steps(steps), FRONTIER)


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
    outputs = chapter.codes["random directions"]
    least = np.sort(outputs, axis=1)[:, -12:][:, :1]
    sparse = np.where(outputs >= np.maximum(least, 0), outputs, 0)
    gated = np.nanmean(chapter.purity(sparse, chapter.others.labels))
    return {"purity": chapter.pure, "of the twelve largest": gated, "raises": causes}


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


MORE = in_steps(1500) | {"count, rng, steps=15)": "count, rng, steps=60)"}
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
    **{f"crowded_{k}_longer": crowded(k, MORE) for k in (6, 9)},
    **{
        f"light_{steps}": Entry(CHAPTER, (), light, in_steps(steps), FRONTIER)
        for steps in (500, 1500)
    },
    "level_500": trained_for(500),
    "level_1500": trained_for(1500),
    "level_4500": trained_for(4500),
    "nested": Entry(CHAPTER, ("### Nested features",), nested, longer(32), ALSO),
    "hedging_16": hedging(16, {}),
    "hedging_32": hedging(32, {}),
    "hedging_1_place": hedging(16, {"batch_top_k(2 if n == 16": "batch_top_k(1 if n == 16"}),
    **{f"classifier_{seed}": classifier(seed) for seed in range(3)},
}
