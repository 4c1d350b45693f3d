r"""Codes that are whole numbers: each part of a code snaps to the nearest entry of a codebook."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

import numpy as np

from ae_course.activations import Activation, identity, logistic, relu
from ae_course.autoencoder import Autoencoder, EncoderDecoder
from ae_course.checks import check_generator, check_integer, check_not_negative
from ae_course.discrete_codes import as_codes, nearest_entries, usage
from ae_course.initialization import Draw, glorot
from ae_course.losses import Loss
from ae_course.network import Trace
from ae_course.objective import Objective, Reconstruction, Term
from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, allocate


class Stopped(NamedTuple):
    """What no derivative is taken of: numbers (N, slots), entries and vectors (N, slots, dim)."""

    numbers: np.ndarray
    entries: np.ndarray
    vectors: np.ndarray


@dataclass(frozen=True)
class QuantizedTrace(Trace):
    """What a forward pass computed: also the vectors v (N, slots, dim), what was stopped, and z."""

    vectors: np.ndarray
    stopped: Stopped
    z: np.ndarray


@dataclass(frozen=True)
class VectorQuantizedAutoencoder(EncoderDecoder):
    r"""An autoencoder whose code is a few whole numbers, 0 to K - 1, one for each slot.

    The encoder's output is cut into a vector v for each slot. It becomes the nearest entry c of a
    codebook, and the decoder is given :math:`v + \operatorname{stop}(c - v)`, which is c, while the
    gradient passes as if it were v (:eq:`eq-straight-through`)
    :cite:p:`oord2017neural,bengio2013estimating`. The codebooks are the parameter ``C``.

    Attributes
    ----------
    encoder, decoder : Network
        The encoder ends with identity units, as many as the decoder has inputs; the layers of the
        decoder are numbered on from it.
    slots : int
        How many numbers a code has.
    K : int
        How many entries a codebook has.
    shared : bool
        Whether there is one codebook for all slots, or one for each.

    Examples
    --------
    >>> rng, X = np.random.default_rng(0), np.eye(4)
    >>> net = VectorQuantizedAutoencoder.folded(4, 6, slots=3, K=5)
    >>> params = net.init(rng)
    >>> codes = net.encode(params, X)
    >>> codes.shape, bool(np.isin(codes, range(5)).all())
    ((4, 3), True)
    >>> bool(np.allclose(net.decode(params, codes), net(params, X)))
    True
    """

    slots: int
    K: int
    shared: bool = False
    held: Stopped | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        super().__post_init__()
        check_integer("the number of slots", self.slots, least=1)
        check_integer("the number of entries", self.K, least=1)
        if self.encoder.units != self.decoder.inputs or self.encoder.units % self.slots:
            raise ValueError(
                f"the encoder has {self.encoder.units} outputs, the decoder {self.decoder.inputs}"
                f" inputs; wanted the same number, a multiple of {self.slots} slots"
            )

    @classmethod
    def folded(
        cls,
        *sizes: int,
        slots: int,
        K: int,
        shared: bool = False,
        hidden: Activation = relu,
        output: Activation = logistic,
    ) -> Self:
        """One with the sizes of the encoder in reverse for the decoder.

        ``folded(196, 200, 32, slots=8, K=16)`` has vectors of 4 numbers.
        """
        net = Autoencoder.folded(*sizes, hidden=hidden, code=identity, output=output)
        return cls(net.encoder, net.decoder, slots, K, shared)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The names and shapes of the parameters: those of the layers, and the codebooks C."""
        books = 1 if self.shared else self.slots
        return super().shapes() | {"C": (books, self.K, self.encoder.units // self.slots)}

    def init(self, rng: np.random.Generator, draw: Draw = glorot, dtype=np.float64) -> Parameters:
        """Draw parameters to start from: entries lie close together, within 1 / K of 0."""
        params = super().init(rng, draw, dtype)
        params["C"] = rng.uniform(-1, 1, params["C"].shape) / self.K
        return params

    def vectors(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """What the encoder gives before anything snaps, (N, slots, dim)."""
        return self._cut(self.encoder(params, X))

    def encode(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The codes (N, slots) of the samples X (N, inputs)."""
        return nearest_entries(self.vectors(params, X), params["C"])

    def decode(self, params: Parameters, codes: np.ndarray) -> np.ndarray:
        """The outputs (N, inputs) for codes (N, slots)."""
        codes = as_codes(codes, self.K, self.slots)
        return self.decoder(params, self._entries(params, codes).reshape(len(codes), -1))

    def __call__(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The reconstructions (N, inputs) of the samples X."""
        return self.forward(params, X).output

    def holding(self, params: Parameters, X: np.ndarray) -> Self:
        """The same model in which what is stopped stays as it is at these parameters.

        Then the objective is a smooth function whose derivative *is* the straight-through gradient,
        so that differences can check it: ``check_gradient(net.holding(params, X), J, params, X)``.
        """
        return replace(self, held=self.forward(params, X).stopped)

    def forward(
        self, params: Parameters, X: np.ndarray, workspace: Allocate = allocate
    ) -> QuantizedTrace:
        """Compute every layer's u and y; of the encoder's last layer y is v, before it snaps."""
        self.check(params)
        below = self.encoder.forward(params, X, workspace)
        v = self._cut(below.output)
        stopped = self.held
        if stopped is None:
            numbers = nearest_entries(v, params["C"])
            stopped = Stopped(numbers, self._entries(params, numbers), v)
        z = (v + (stopped.entries - stopped.vectors)).reshape(below.output.shape)
        above = self.decoder.forward(params, z, workspace)
        return QuantizedTrace(below.u | above.u, above.y | below.y, v, stopped, z)

    def at_code(self, trace: QuantizedTrace, at_z: np.ndarray) -> np.ndarray:
        """The same, straight through the step (:eq:`eq-straight-through`)."""
        return at_z

    def gradient(self, params, *args, **options) -> Parameters:
        """As for every :class:`~ae_course.autoencoder.EncoderDecoder`; by the codebooks it is 0."""
        gradient = super().gradient(params, *args, **options)
        gradient["C"] = 0
        return gradient

    def _cut(self, outputs):
        """Outputs of the encoder as vectors (N, slots, dim)."""
        return outputs.reshape(-1, self.slots, self.encoder.units // self.slots)

    def _entries(self, params, numbers):
        books = 0 if self.shared else np.arange(self.slots)
        return params["C"][books, numbers]


@dataclass(frozen=True)
class CodebookPull(Term):
    r"""Half the mean squared distance of the entries from the vectors that snapped to them.

    :math:`\frac1{2N} \sum_n \|\operatorname{stop}(v_n) - c_n\|^2`: it draws entries to vectors,
    the second part of :eq:`eq-vq-objective`.
    """

    def value_from(self, forward_pass):
        net, stopped = _quantized(self, forward_pass)
        return _half_squares(net._entries(forward_pass.params, stopped.numbers) - stopped.vectors)

    def grad_params(self, forward_pass):
        net, stopped = _quantized(self, forward_pass)
        miss = net._entries(forward_pass.params, stopped.numbers) - stopped.vectors
        chosen = stopped.numbers.T[:, None] == np.arange(net.K)[:, None]  # (slots, K, N)
        pull = chosen.astype(miss.dtype) @ miss.transpose(1, 0, 2) / len(miss)
        return {"C": pull.sum(axis=0, keepdims=True) if net.shared else pull}


@dataclass(frozen=True)
class Commitment(Term):
    r"""Half the mean squared distance of the vectors from the entries they snap to.

    :math:`\frac1{2N} \sum_n \|v_n - \operatorname{stop}(c_n)\|^2`: it keeps vectors from running
    away from the entries, the third part of :eq:`eq-vq-objective`.
    """

    def value_from(self, forward_pass):
        _, stopped = _quantized(self, forward_pass)
        return _half_squares(forward_pass.trace.vectors - stopped.entries)

    def grad_outputs(self, forward_pass):
        net, stopped = _quantized(self, forward_pass)
        miss = forward_pass.trace.vectors - stopped.entries
        return {net.encoder.last: miss.reshape(len(miss), -1) / len(miss)}


def vq_objective(loss: Loss, beta: float = 0.25) -> Objective:
    r"""What a vector-quantised autoencoder minimises (:eq:`eq-vq-objective`).

    Its error, plus what draws codebook entries to the vectors, plus beta times what draws vectors
    to their entries :cite:p:`oord2017neural`.

    >>> from ae_course import cross_entropy
    >>> vq_objective(cross_entropy)
    reconstruction(cross_entropy) + CodebookPull() + 0.25 * Commitment()
    """
    check_not_negative("beta", beta)
    return Reconstruction(loss) + CodebookPull() + beta * Commitment()


def started_at_data(net, params: Parameters, X: np.ndarray, rng: np.random.Generator) -> Parameters:
    """The parameters with every codebook entry at the vector of a sample, drawn from X.

    >>> rng, X = np.random.default_rng(0), np.eye(4)
    >>> net = VectorQuantizedAutoencoder.folded(4, 2, slots=1, K=3)
    >>> params = started_at_data(net, net.init(rng), X, rng)
    >>> bool(np.isin(params["C"], net.vectors(params, X)).all())
    True
    """
    return revived(net, params, X, rng, least=len(X) * net.slots + 1)


def revived(
    net: VectorQuantizedAutoencoder,
    params: Parameters,
    X: np.ndarray,
    rng: np.random.Generator,
    least: int = 1,
) -> Parameters:
    """The parameters with a new place for each codebook entry that too few vectors snap to.

    An entry which is the nearest of none never moves again: its gradient is 0. The new place is the
    vector of a sample drawn from X.

    >>> rng, X = np.random.default_rng(0), np.eye(4)
    >>> net = VectorQuantizedAutoencoder.folded(4, 2, slots=1, K=2)
    >>> params = net.init(rng)
    >>> params["C"][0, 1] = 100
    >>> bool(revived(net, params, X, rng)["C"][0, 1].max() < 100)
    True

    Parameters
    ----------
    least : int
        Entries that fewer vectors of X snap to are moved.
    """
    check_generator(rng)
    check_integer("least", least, least=1)
    V, found = net.vectors(params, X), params.copy()
    counts = usage(nearest_entries(V, params["C"]), net.K)
    for book, count in enumerate([counts.sum(axis=0)] if net.shared else counts):
        pool = V.reshape(-1, V.shape[2]) if net.shared else V[:, book]
        idle = np.flatnonzero(count < least)
        found["C"][book, idle] = rng.choice(pool, len(idle), replace=len(idle) > len(pool))
    return found


def _half_squares(miss: np.ndarray) -> float:
    return 0.5 * float(np.vdot(miss, miss)) / len(miss)


def _quantized(term, forward_pass):
    if not isinstance(forward_pass.net, VectorQuantizedAutoencoder):
        raise TypeError(f"{term} is for a VectorQuantizedAutoencoder, found {forward_pass.net!r}")
    return forward_pass.net, forward_pass.trace.stopped
