"""Rivals of conclusions of chapters 5 to 7, with scales, rates and seeds of their own."""

import numpy as np

from reproduce.longer_runs import Entry
from reproduce.longer_runs.controls import summary
from reproduce.longer_runs.earlier import DIGITS_OF_6, directed


def normal_numbers(chapter):
    """How directed filters are that learn from normal numbers with the covariance of patches."""
    mean, Phi = chapter.covariance(chapter.flat)
    d, U = chapter.principal_axes(Phi)
    drawn = np.random.default_rng(7).normal(size=chapter.flat.shape)
    drawn = mean + drawn * np.sqrt(d.clip(0)) @ U.T
    found = {}
    for name in ("DC removed", "ε = 0.01", "ε = 0.001"):
        chapter.versions["normal"] = drawn, chapter.versions[name][1]
        found[name] = directed(chapter, "normal", 8)
    return found


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


def patient(chapter):
    """Squared errors of denoisers with 100 epochs, three seeds, for normal noise and for specks."""
    c, found = chapter, {}
    for name in ("normal", "salt, pepper"):
        networks = [c.learn(c.noises[name], seed=seed, epochs=100) for seed in c.SEEDS]
        each = c.error_of(networks, c.damaged[name])
        found[name] = {"mean": each.mean(), "each": each}
    return found


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
    "noisy_labels": Entry(
        "06_pretraining",
        (),
        noisy_labels,
        also=(
            *DIGITS_OF_6,
            "greedy = ",
            "for seed in SEEDS:\n    greedy[seed]",
            "begin_with = ",
        ),
    ),
    "patient": Entry(
        "07_variants",
        (),
        patient,
        also=(
            "digits, unseen = ",
            "X, T = ",
            "E = reconstruction(cross_entropy)",
            "net = Autoencoder.folded(196, 100)",
            "SEEDS = ",
            "noises = ",
            "damaged = ",
        ),
    ),
}
