r"""One network is told how strong the noise is, and learns to denoise at every strength.

So it learns the score of the samples at every strength of noise. What draws samples with it is in
:mod:`ae_course.diffusion`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from ae_course.activations import Activation, identity, relu
from ae_course.checks import (
    as_labels,
    as_rows,
    check_fraction,
    check_integer,
    check_positive,
)
from ae_course.denoising import Corruption, check_noiseable
from ae_course.network import Layer, Layers, Network, Trace
from ae_course.objective import ForwardPass, Term
from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, allocate

Features = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Bumps:
    r"""What a network is told of sigma: bumps side by side on the axis of its logarithm.

    :math:`\varphi_i(\sigma) = \exp\bigl(-\frac12 (\log \sigma - \kappa_i)^2 / w^2\bigr)`
    (:eq:`eq-noise-features`), the centres being `count` numbers from log `low` to log `high`, and
    w the step from one to the next.

    >>> Bumps(0.1, 10, 3)(np.array([1.0, 10.0])).round(2).tolist()
    [[0.61, 1.0, 0.61], [0.14, 0.61, 1.0]]
    """

    low: float
    high: float
    count: int

    def __post_init__(self):
        check_positive("low", self.low)
        check_positive("high", self.high)
        check_integer("the number of bumps", self.count, least=2)
        if not self.low < self.high:
            raise ValueError(f"low is {self.low:g}, high {self.high:g}; wanted low below high")

    def __call__(self, sigma: np.ndarray) -> np.ndarray:
        """The bumps (N, count) at the strengths sigma (N,)."""
        centres, w = np.linspace(np.log(self.low), np.log(self.high), self.count, retstep=True)
        return np.exp(-0.5 * ((np.log(sigma)[:, None] - centres) / w) ** 2)


@dataclass(frozen=True)
class DenoiserTrace(Trace):
    """What a forward pass through a denoiser computed: u and y of its network F, and D."""

    sigma: np.ndarray
    denoised: np.ndarray

    @property
    def output(self) -> np.ndarray:
        """The denoised samples D (N, inputs), which are not the outputs of the network F."""
        return self.denoised


@dataclass(frozen=True)
class NoiseConditionedDenoiser(Layers):
    r"""A denoiser for every sigma: a network that is told sigma, between two scalings.

    :math:`D(\tilde x; \sigma) = c_\text{skip}\, \tilde x
    + c_\text{out}\, F(c_\text{in}\, \tilde x, \varphi(\sigma))` with :math:`c_\text{skip} = s^2 /
    (\sigma^2 + s^2)`, :math:`c_\text{out} = \sigma s / \sqrt{\sigma^2 + s^2}` and
    :math:`c_\text{in} = 1 / \sqrt{\sigma^2 + s^2}` (:eq:`eq-precondition`)
    :cite:p:`karras2022elucidating`. Rows are ``[noisy sample, class, sigma]``, the class as zeros
    and a one; all zeros mean that it is not told.

    >>> net = NoiseConditionedDenoiser.of(2, 8, features=Bumps(0.1, 10, 4))
    >>> params = net.init(np.random.default_rng(0))
    >>> net.denoise(params, np.zeros((3, 2)), sigma=0.5).shape
    (3, 2)

    Attributes
    ----------
    body : Network
        F: it takes the sample, the class and the features, and has as many identity units as the
        sample has columns.
    features : callable ``sigma (N,) -> array (N, n)``
        phi, such as :class:`Bumps`.
    classes : int
        How many there are, or 0.
    scale : float
        s, the standard deviation of a column of the samples, which should be centred.
    """

    body: Network
    features: Features
    classes: int = 0
    scale: float = 1.0

    def __post_init__(self):
        check_integer("the number of classes", self.classes, least=0)
        check_positive("the scale", self.scale)
        told = np.shape(self.features(np.ones(1)))
        wanted = self.body.units + self.classes + (told[1] if len(told) == 2 else 0)
        if len(told) != 2 or self.body.inputs != wanted:
            raise ValueError(
                f"the network takes {self.body.inputs} inputs, and sigma has features of shape"
                f" {told}; wanted {self.body.units} for the sample, {self.classes} for the class,"
                " and one for each feature"
            )
        if self.body.layers[-1].activation != identity:
            raise ValueError(
                f"the network ends with {self.body.layers[-1].activation} units, wanted identity"
            )

    @classmethod
    def of(
        cls,
        inputs: int,
        *hidden: int,
        features: Features,
        classes: int = 0,
        scale: float = 1.0,
        activation: Activation = relu,
    ) -> Self:
        """One for samples with so many columns, with hidden layers of these sizes."""
        told = features(np.ones(1)).shape[1]
        sizes = [inputs + classes + told, *hidden, inputs]
        kinds = [activation] * len(hidden) + [identity]
        layers = [Layer(*size, kind) for size, kind in zip(pairwise(sizes), kinds, strict=True)]
        return cls(Network(tuple(layers)), features, classes, scale)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those of F."""
        return self.body.layers

    @property
    def first(self) -> int:
        """The number of the first layer of F."""
        return self.body.first

    @property
    def inputs(self) -> int:
        """How many columns a sample has, without class and sigma."""
        return self.body.units

    def scalings(self, sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        r""":math:`c_\text{skip}`, :math:`c_\text{out}` and :math:`c_\text{in}` at sigma."""
        total = sigma**2 + self.scale**2
        return self.scale**2 / total, sigma * self.scale / np.sqrt(total), 1 / np.sqrt(total)

    def __call__(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The denoised samples (N, inputs) for rows with class and sigma."""
        return self.forward(params, X).output

    def denoise(
        self, params: Parameters, X: np.ndarray, sigma: float, labels: np.ndarray | None = None
    ) -> np.ndarray:
        """The denoised samples (N, inputs), for noisy samples X without class and sigma.

        Parameters
        ----------
        labels : array (N,) of int, optional
            The class of each sample; without it no class is told.
        """
        check_positive("sigma", sigma)
        X = as_rows(X, self.inputs, params.dtype, taker="denoiser")
        told = np.zeros((len(X), self.classes), X.dtype)
        if labels is not None:
            labels = as_labels(labels, len(X))
            if labels.min() < 0 or labels.max() >= self.classes:
                raise ValueError(
                    f"labels run from {labels.min()} to {labels.max()}, and the denoiser knows"
                    f" {self.classes} classes"
                )
            told = (labels[:, None] == np.arange(self.classes)).astype(X.dtype)
        return self(params, np.hstack([X, told, np.full((len(X), 1), sigma, X.dtype)]))

    def forward(
        self, params: Parameters, X: np.ndarray, workspace: Allocate = allocate
    ) -> DenoiserTrace:
        """Compute u and y of every layer of F, and D, for rows with class and sigma."""
        D = self.inputs
        X = as_rows(X, D + self.classes + 1, params.dtype, workspace, "X with class and sigma")
        noisy, sigma = X[:, :D], X[:, -1:]
        if not sigma.min() > 0:
            raise ValueError(f"the least sigma is {sigma.min():g}, wanted positive ones")
        skip, out, scale = self.scalings(sigma)
        told = self.features(sigma[:, 0]).astype(X.dtype, copy=False)
        below = self.body.forward(params, np.hstack([scale * noisy, X[:, D:-1], told]), workspace)
        return DenoiserTrace(below.u, below.y, sigma, skip * noisy + out * below.output)

    def gradient(
        self,
        params: Parameters,
        trace: DenoiserTrace,
        delta_out: np.ndarray,
        grad_outputs: Mapping[int, np.ndarray] | None = None,
        workspace: Allocate = allocate,
    ) -> Parameters:
        """The gradient of the objective; `delta_out` is its derivative by the denoised samples.

        Other arguments as for :meth:`~ae_course.network.Network.gradient`.
        """
        _, out, _ = self.scalings(trace.sigma)
        return self.body.gradient(params, trace, out * delta_out, grad_outputs, workspace)


def noise_levels(median: float, spread: float, *, classes: int = 0, drop: float = 0) -> Corruption:
    r"""The corruption that draws a sigma for each sample, adds the noise, and appends sigma.

    :math:`\log \sigma \sim \mathcal N(\log \text{median}, \text{spread}^2)`. It is the randomness
    of :eq:`eq-dsm`, so that the objective itself has none.

    >>> noise_levels(0.5, 1.0)(np.random.default_rng(0), np.zeros((3, 2))).shape
    (3, 3)

    Parameters
    ----------
    median, spread : float
    classes : int
        So many columns at the end of x are the class, which gets no noise.
    drop : float
        With this probability the class of a sample is put to zeros, so that one network learns to
        denoise with and without it.
    """
    check_positive("the median of sigma", median)
    check_positive("the spread", spread)
    check_integer("the number of classes", classes, least=0)
    check_fraction("drop", drop)

    def corrupt(rng, x):
        check_noiseable(rng, x)
        clean, told = np.hsplit(x, [x.shape[1] - classes])
        sigma = median * np.exp(spread * rng.standard_normal((len(x), 1), x.dtype))
        noisy = clean + sigma * rng.standard_normal(clean.shape, x.dtype)
        kept = rng.random((len(x), 1), np.float32) >= drop
        return np.hstack([noisy, told * kept, sigma]).astype(x.dtype, copy=False)

    return corrupt


@dataclass(frozen=True, repr=False)
class DenoisingScoreMatching(Term):
    r"""The mean error of a denoiser over samples and strengths of noise, each strength weighted.

    :math:`\frac1N \sum_n \lambda(\sigma_n)\, \frac12 \|D(\tilde x_n; \sigma_n) - x_n\|^2`
    (:eq:`eq-dsm`), with :math:`\lambda = 1 / c_\text{out}^2`, under which the error of F counts
    alike at every sigma. It differs from the error of the score by what does not depend on D
    (:eq:`eq-dsm-vincent`) :cite:p:`vincent2011connection`. The target is the clean sample.

    >>> rng, X = np.random.default_rng(0), np.zeros((5, 2))
    >>> net = NoiseConditionedDenoiser.of(2, 8, features=Bumps(0.1, 10, 3))
    >>> noisy = noise_levels(median=0.5, spread=1.0)(rng, X)
    >>> denoising_score_matching.value(net, net.init(rng), noisy, X) > 0
    True
    """

    def __repr__(self) -> str:
        return "denoising_score_matching"

    def value_from(self, forward_pass):
        miss, weight = forward_pass.once(self, lambda: self._miss(forward_pass))
        return float(0.5 * (weight[:, 0] * np.einsum("nd,nd->n", miss, miss)).mean())

    def delta_out(self, forward_pass):
        miss, weight = forward_pass.once(self, lambda: self._miss(forward_pass))
        return weight * miss / len(miss)

    def _miss(self, forward_pass: ForwardPass) -> tuple[np.ndarray, np.ndarray]:
        net, trace = forward_pass.net, forward_pass.trace
        if not isinstance(net, NoiseConditionedDenoiser):
            raise TypeError(f"{self} is for a NoiseConditionedDenoiser, found {net!r}")
        if forward_pass.target is None:
            raise ValueError(f"{self} found no target, wanted the clean samples as the target")
        clean = as_rows(forward_pass.target, net.inputs, trace.denoised.dtype, name="target")
        if len(clean) != len(trace.denoised):
            raise ValueError(f"there are {len(clean)} targets for {len(trace.denoised)} samples")
        _, out, _ = net.scalings(trace.sigma)
        return trace.denoised - clean, out**-2.0


denoising_score_matching = DenoisingScoreMatching()
"""The term that trains a denoiser for all strengths of noise (:eq:`eq-dsm`)."""
