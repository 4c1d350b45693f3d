r"""Distributions of codes that are whole numbers: each number is drawn given those before."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ae_course.activations import relu, softmax
from ae_course.checks import check_generator, check_integer
from ae_course.discrete_codes import as_codes, usage
from ae_course.losses import softmax_cross_entropy
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction
from ae_course.optimizers import Adam
from ae_course.parameters import Parameters
from ae_course.schedules import cosine
from ae_course.training import train


@dataclass(frozen=True)
class CodePrior:
    r"""A distribution of codes, slot by slot: each number is drawn given those before it.

    :math:`p(k) = \prod_s p(k_s \mid k_1, \dots, k_{s-1})` (:eq:`eq-vq-prior`)
    :cite:p:`oord2017neural`. The first factor counts, each other one is a softmax network; without
    networks the slots are independent.

    >>> codes = np.array([[0, 1], [0, 1], [1, 0], [1, 0]])
    >>> CodePrior.independent(codes, 2).marginals.tolist()
    [[0.5, 0.5], [0.5, 0.5]]

    Attributes
    ----------
    marginals : array (slots, K)
        The probabilities of the numbers of each slot by itself.
    conditionals : tuple of (Network, Parameters)
        For the slots from the second on; or empty.
    """

    marginals: np.ndarray
    conditionals: tuple[tuple[Network, Parameters], ...] = ()

    @classmethod
    def independent(cls, codes: np.ndarray, K: int) -> Self:
        """Each slot by itself, as counted in the codes (N, slots), one added to every count."""
        counts = usage(codes, K) + 1.0
        return cls(counts / counts.sum(axis=1, keepdims=True))

    @classmethod
    def fit(
        cls,
        codes: np.ndarray,
        K: int,
        rng: np.random.Generator,
        *,
        hidden: int = 64,
        epochs: int = 8,
        rate: float = 5e-3,
        batch_size: int = 200,
    ) -> Self:
        """Fit it to codes (N, slots).

        Parameters
        ----------
        hidden : int
            Rectifiers of each network; without any (0) it is a linear softmax classifier.
        epochs, rate, batch_size
            Of the training with Adam, whose rate falls to 0.
        """
        check_generator(rng)
        check_integer("hidden", hidden, least=0)
        check_integer("epochs", epochs, least=1)
        check_integer("batch_size", batch_size, least=1)
        start, codes = cls.independent(codes, K), as_codes(codes, K)
        steps = epochs * -(-len(codes) // batch_size)
        settings = {"epochs": epochs, "batch_size": batch_size, "record_objective": False}
        conditionals = []
        for s in range(1, codes.shape[1]):
            net = _classifier(s * K, hidden, K)
            params = net.init(rng, dtype=np.float32)
            params[f"b{net.last}"] = np.log(start.marginals[s])
            data = _one_hot(codes[:, :s], K), codes[:, s]
            optimizer = Adam(cosine(rate, steps=steps))
            error = reconstruction(softmax_cross_entropy)
            params, *_ = train(net, error, params, *data, rng=rng, optimizer=optimizer, **settings)
            conditionals.append((net, params))
        return cls(start.marginals, tuple(conditionals))

    def log_probability(self, codes: np.ndarray) -> np.ndarray:
        """The logarithms of p(k) (N,) of the codes (N, slots), in nats."""
        slots, K = self.marginals.shape
        codes = as_codes(codes, K, slots)
        found = np.zeros(len(codes))
        for s in range(slots):
            found += np.log(self._given(codes[:, :s])[np.arange(len(codes)), codes[:, s]])
        return found

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draw n codes (n, slots)."""
        check_generator(rng)
        check_integer("n", n, least=1)
        codes = np.empty((n, 0), int)
        for _ in self.marginals:
            below = self._given(codes).cumsum(axis=1)
            drawn = (rng.random((n, 1)) * below[:, -1:] > below).sum(axis=1)
            codes = np.column_stack([codes, drawn])
        return codes

    def _given(self, before: np.ndarray) -> np.ndarray:
        """The probabilities (N, K) of the numbers of the next slot."""
        s, K = before.shape[1], self.marginals.shape[1]
        if s == 0 or not self.conditionals:
            return np.broadcast_to(self.marginals[s], (len(before), K))
        net, params = self.conditionals[s - 1]
        return net(params, _one_hot(before, K)).astype(float)


def _classifier(inputs: int, hidden: int, K: int) -> Network:
    """A softmax network with so many rectifiers, or a linear one without any."""
    sizes = (inputs, hidden, K) if hidden else (inputs, K)
    kinds = (relu, softmax) if hidden else (softmax,)
    return Network(tuple(map(Layer, sizes, sizes[1:], kinds)))


def _one_hot(codes: np.ndarray, K: int) -> np.ndarray:
    """Zeros and a one for each number, side by side: (N, slots K), in float32."""
    return (codes[:, :, None] == np.arange(K)).reshape(len(codes), -1).astype(np.float32)
