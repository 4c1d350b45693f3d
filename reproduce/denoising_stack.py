"""Stacks of three autoencoders, denoising and plain :cite:p:`vincent2010stacked`."""

import itertools

import numpy as np

from ae_course import (
    Layer,
    Network,
    cross_entropy,
    logistic,
    pretrain,
    reconstruction,
    softmax,
)
from ae_course.denoising import masking_noise
from ae_course.pretraining import add_layers
from reproduce.digits import errors, fine_tuned, split
from reproduce.runs import Run, edges_of, one_by_one, picked

TITLE = "Three stacked layers: test digits with another class than their own, after fine-tuning"
UNIT = "%"
J = reconstruction(cross_entropy)


def stack(folder, seed, count, units, noise, rate, epochs, pretraining, validate=False):
    """The error after fine-tuning; without pretraining it goes on for as much longer."""
    digits, judged = split(count, validate)
    rng, measure = np.random.default_rng(seed), "validation" if validate else "test"
    sizes = [784, units, units, units]
    net = Network(tuple(Layer(a, b, logistic) for a, b in itertools.pairwise(sizes)))
    if pretraining:
        options = {"epochs": pretraining, "rng": rng, "dtype": np.float32}
        if noise:
            options["corrupt"] = masking_noise(noise)
        params, _ = pretrain(net, J, digits.images, record_objective=False, **options)
    else:
        params = net.init(rng, dtype=np.float32)
    net, params = add_layers(net, params, Layer(units, 10, softmax), rng=rng)
    params = fine_tuned(net, params, digits, rng, rate, epochs)
    return {measure: errors(net, params, judged.images, judged.labels)}


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    shape = {"count": 2_000 if quick else 60_000, "units": 100 if quick else 500}
    epochs, stages = (3, 1) if quick else (12, 4)
    kinds = {
        "denoising": {"epochs": epochs, "pretraining": stages},
        "plain": {"epochs": epochs, "pretraining": stages},
        "random start": {"epochs": epochs + 2 * stages, "pretraining": 0},
    }
    rates = {"rate": [1e-3, 3e-3, 1e-2, 3e-2]}
    grids = {
        "denoising": rates | {"noise": [0.1, 0.25, 0.4]},
        "plain": rates,
        "random start": rates,
    }
    share = 1 if quick else 3  # of the passes, in a trial
    trial = {
        kind: shape | {"noise": 0.0} | {name: -(-passes // share) for name, passes in own.items()}
        for kind, own in kinds.items()
    }
    chosen = yield from one_by_one(stack, trial, grids)
    found = yield [
        Run(stack, kind, seed, one | kinds[kind] | {"validate": False})
        for kind, one in chosen.items()
        for seed in range(3)
    ]
    return {
        "runs": found,
        "published": {"denoising": 1.28, "plain": 1.40},
        "source": "vincent2010stacked",
        "chosen": picked(chosen, "rate", "noise"),
        "notes": edges_of(chosen, {}, **grids),
    }
