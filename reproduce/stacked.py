"""A stacked autoencoder 784-200-200-10 :cite:p:`ng2013ufldl`: test digits classified right."""

import numpy as np

from ae_course import (
    Layer,
    Network,
    cross_entropy,
    kl_sparsity,
    logistic,
    pretrain,
    reconstruction,
    softmax,
    weight_decay,
)
from ae_course.pretraining import add_layers
from reproduce.digits import classifier, errors, fine_tuned, split
from reproduce.runs import Run, best_of_each, edges_of, picked

TITLE = "Stacked autoencoder 784-200-200-10: test digits with another class than their own"
UNIT = "%"


def stack(folder, seed, count, beta, rate, epochs, pretraining, validate=False):
    """Errors with features that pretraining found, and after fine-tuning; or from random ones."""
    digits, judged = split(count, validate)
    rng, measure = np.random.default_rng(seed), "validation" if validate else "test"
    net = Network((Layer(784, 200, logistic), Layer(200, 200, logistic)))
    J, found = reconstruction(cross_entropy) + 1e-5 * weight_decay, {}
    if beta:
        J = J + beta * kl_sparsity(0.1)
    if pretraining:
        options = {"epochs": pretraining, "rng": rng, "dtype": np.float32}
        params, _ = pretrain(net, J, digits.images, record_objective=False, **options)
        features = net(params, digits.images)
        top, found_top = classifier(features, digits.labels, rng, 3e-3, pretraining)
        code = net(params, judged.images)
        found["before"] = errors(top, found_top, code, judged.labels)
    else:
        params = net.init(rng, dtype=np.float32)
    net, params = add_layers(net, params, Layer(200, 10, softmax), rng=rng)
    if pretraining:
        params["W3"], params["b3"] = found_top["W1"], found_top["b1"]
    params = fine_tuned(net, params, digits, rng, rate, epochs)
    return found | {measure: errors(net, params, judged.images, judged.labels)}


def experiment(quick):
    """The rows of the table, after the runs that they need."""
    shape = {"count": 3_000 if quick else 60_000}
    epochs, stages = (4, 2) if quick else (12, 5)
    budget = {"pretrained": (epochs, stages), "random start": (epochs + 2 * stages, 0)}
    grid = {"rate": [1e-3, 3e-3, 1e-2, 3e-2]}
    betas = {"pretrained": [0.0, 0.1, 1.0, 3.0, 10.0], "random start": [0.0]}
    trials = {
        label: [
            shape | {"rate": r, "beta": b, "epochs": n, "pretraining": p, "validate": True}
            for r in grid["rate"]
            for b in betas[label]
        ]
        for label, (n, p) in budget.items()
    }
    found = yield [Run(stack, label, 0, one) for label in trials for one in trials[label]]
    chosen = best_of_each(found)
    seeds = range(3)
    found = yield [
        Run(stack, label, seed, one | {"validate": False})
        for label, one in chosen.items()
        for seed in seeds
    ]
    before = [
        one
        | {
            "label": "pretrained, before fine-tuning",
            "measured": {"test": one["measured"]["before"]},
        }
        for one in found
        if "before" in one["measured"]
    ]
    return {
        "runs": [*before, *found],
        "published": {
            "pretrained, before fine-tuning": 100 - 87.7,
            "pretrained": 100 - 97.6,
        },
        "source": "ng2013ufldl",
        "chosen": picked(chosen, "rate", "beta"),
        "notes": edges_of(chosen, grid, pretrained={"beta": betas["pretrained"]}),
    }
