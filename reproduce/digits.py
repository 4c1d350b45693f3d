"""The digits: to train with, to choose settings with, and to judge, which nothing else sees."""

from typing import NamedTuple

import numpy as np

from ae_course import Layer, Network, reconstruction, softmax, softmax_cross_entropy, train
from ae_course.datasets import Digits, mnist
from ae_course.discrete_codes import nearest_entries
from ae_course.optimizers import Adam
from ae_course.pretraining import accuracy
from ae_course.schedules import cosine

E = reconstruction(softmax_cross_entropy)


class Split(NamedTuple):
    """Digits to train with, and those that are measured."""

    train: Digits
    judged: Digits


def split(count: int, validate: bool) -> Split:
    """`count` training digits; judged are 10,000 others of theirs, or the test digits."""
    order = np.random.default_rng(0).permutation(60_000)
    chosen = order[: min(count, 50_000) if validate else count]
    judged = _some(order[50_000:]) if validate else mnist("test")
    return Split(_some(chosen), judged)


def _some(rows):
    return Digits(*(a[rows] for a in mnist()))


def classes(digits: Digits, low: int, high: int) -> Digits:
    """The digits from `low` to `high`, with labels from 0."""
    chosen = (low <= digits.labels) & (digits.labels <= high)
    return Digits(digits.images[chosen], digits.labels[chosen] - low)


def falling(rate: float, epochs: int, count: int, batch_size: int = 100, decay: float = 0) -> Adam:
    """Adam with a rate that falls to 0 in so many epochs of `count` samples."""
    return Adam(cosine(rate, epochs * -(-count // batch_size)), decay=decay)


def fine_tuned(net, params, digits: Digits, rng, rate, epochs):
    """Parameters after so many epochs with labels."""
    options = {"epochs": epochs, "rng": rng, "record_objective": False}
    options["optimizer"] = falling(rate, epochs, len(digits.labels))
    return train(net, E, params, digits.images, digits.labels, **options)[0]


def classifier(X, labels, rng, rate, epochs, decay=0.0):
    """A softmax layer on some features, trained for so many epochs with a falling rate."""
    net = Network((Layer(X.shape[1], int(labels.max()) + 1, softmax),))
    optimizer = falling(rate, epochs, len(X), decay=decay)
    start = net.init(rng, dtype=np.float32)
    options = {"epochs": epochs, "rng": rng, "optimizer": optimizer, "record_objective": False}
    return net, train(net, E, start, X, labels, **options)[0]


def nearest(known: Digits, judged: Digits) -> float:
    """How many in a hundred have another label than the known digit whose pixels are nearest."""
    codebook, wrong = known.images.astype(np.float32) / 255, 0
    for rows in np.array_split(np.arange(len(judged.labels)), 1 + len(judged.labels) // 1000):
        images = judged.images[rows].astype(np.float32) / 255
        found = nearest_entries(images[:, None], codebook[None])[:, 0]
        wrong += np.count_nonzero(known.labels[found] != judged.labels[rows])
    return 100 * wrong / len(judged.labels)


def errors(net, params, X, labels) -> float:
    """How many in a hundred get another class than their label's."""
    return 100 - accuracy(net, params, X, labels)
