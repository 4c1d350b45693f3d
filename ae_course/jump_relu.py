r"""Every latent has a threshold of its own, and learns it, though a step has no slope.

The derivative of the mean of a step exists where that of the step does not: it is minus a density,
which a batch can estimate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from ae_course.activations import identity
from ae_course.checks import check_integer, check_positive
from ae_course.network import Layer, Layers, Network, Trace
from ae_course.objective import ForwardPass, Term
from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, allocate


def kernel_density(u: np.ndarray, theta: np.ndarray, width: float) -> np.ndarray:
    r"""What each sample adds to the estimated density of the net inputs u at the thresholds.

    1 / width where u is within half a width of theta, else 0: its mean over the samples estimates
    :math:`p_u(\theta)` (:eq:`eq-jump-gradient`).

    >>> kernel_density(np.array([[0.9], [1.2]]), np.array([1.0]), 0.25).tolist()
    [[4.0], [0.0]]
    """
    return (np.abs(u - theta) < 0.5 * width).astype(u.dtype) / u.dtype.type(width)


@dataclass(frozen=True)
class JumpReLUAutoencoder(Layers):
    r"""An autoencoder with a learned threshold for each latent: y = u where u > theta, else 0.

    :math:`\hat x = \tilde W y + \tilde b` with :eq:`eq-jump-relu`
    :cite:p:`rajamanoharan2024jumping`. Its parameters are W1, b1, W2, b2 and ``log_theta1``, so
    that thresholds are positive. By all but the last the gradient is true; by the thresholds it is
    an estimate of the gradient of the *mean* error over infinitely many samples
    (:eq:`eq-jump-gradient`), and finite differences, which see no step at all, do not confirm it.

    >>> net = JumpReLUAutoencoder.of(4, 6, width=0.1)
    >>> params = net.init(np.random.default_rng(0))
    >>> params["log_theta1"] = np.log(0.5)
    >>> net.encode(params, np.ones((3, 4))).shape
    (3, 6)

    Attributes
    ----------
    layers : tuple of Layer
        The code's and the output's, both with identity units; the jump is the network's.
    width : float
        That of the kernel: a wide one sees more samples, and estimates a smoother function.
    start : float
        What all thresholds begin with.
    """

    layers: tuple[Layer, Layer]
    width: float = 0.1
    start: float = 0.1

    def __post_init__(self):
        check_positive("the width of the kernel", self.width)
        check_positive("the threshold to start from", self.start)
        if len(self.chain) != 2 or {layer.activation for layer in self.layers} != {identity}:
            raise ValueError(f"the layers are {self.layers}, wanted two with identity units")
        if self.inputs != self.layers[1].units:
            raise ValueError(
                f"the output has {self.layers[1].units} units, the input {self.inputs}"
            )

    @classmethod
    def of(cls, inputs: int, latents: int, *, width: float = 0.1, start: float = 0.1) -> Self:
        """One for samples with so many columns."""
        check_integer("the number of latents", latents, least=1)
        layers = Layer(inputs, latents, identity), Layer(latents, inputs, identity)
        return cls(layers, width, start)

    @cached_property
    def chain(self) -> Network:
        """The two layers as they are without the jump."""
        return Network(self.layers)

    @property
    def first(self) -> int:
        """The number of the first layer: 1."""
        return 1

    @property
    def inputs(self) -> int:
        """How many columns a sample has."""
        return self.layers[0].inputs

    @property
    def units(self) -> int:
        """How many latents there are."""
        return self.layers[0].units

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The names and shapes of the parameters, the thresholds last."""
        return super().shapes() | {"log_theta1": (self.units,)}

    def init(self, rng, *args, **options) -> Parameters:
        """As for every network; all thresholds are the one to start from."""
        params = super().init(rng, *args, **options)
        params["log_theta1"] = np.log(self.start)
        return params

    def __call__(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The reconstructions (N, inputs) of the samples X (N, inputs)."""
        return self.forward(params, X).output

    def encode(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The codes (N, units) of the samples X (N, inputs) (:eq:`eq-jump-relu`)."""
        return self.forward(params, X).y[1]

    def decode(self, params: Parameters, Y: np.ndarray) -> np.ndarray:
        """The outputs (N, inputs) for the codes Y (N, units)."""
        return self.chain[1:](params, Y)

    def forward(self, params: Parameters, X: np.ndarray, workspace: Allocate = allocate) -> Trace:
        """Compute u and y of both layers."""
        self.check(params)
        below = self.chain[:1].forward(params, X, workspace)
        u = below.u[1]
        y = np.where(u > np.exp(params["log_theta1"]), u, 0)
        above = self.chain[1:].forward(params, y, workspace)
        return Trace({1: u, 2: above.u[2]}, {0: below.input, 1: y, 2: above.output})

    def gradient(
        self,
        params: Parameters,
        trace: Trace,
        delta_out: np.ndarray,
        grad_outputs: Mapping[int, np.ndarray] | None = None,
        workspace: Allocate = allocate,
    ) -> Parameters:
        r"""The gradient of the objective, by the thresholds its estimate.

        Arguments as for :meth:`~ae_course.network.Network.gradient`. A threshold that rises by
        :math:`d\theta` puts the latents within :math:`d\theta` of it from :math:`\theta` to 0.
        """
        theta, u = np.exp(params["log_theta1"]), trace.u[1]
        delta = self.chain.deltas(params, trace, delta_out, grad_outputs, workspace)
        pull = delta[1]  # by y, as for identity units
        gradient = Parameters.zeros(self.shapes(), params.dtype)
        self.chain.write_gradient(gradient, trace, delta | {1: pull * (u > theta)})
        by_theta = -theta * (pull * kernel_density(u, theta, self.width)).sum(axis=0)
        gradient["log_theta1"] = theta * by_theta
        return gradient


@dataclass(frozen=True, repr=False)
class L0Sparsity(Term):
    r"""The mean number of active latents of a :class:`JumpReLUAutoencoder`.

    :math:`\frac1N \sum_n \sum_j 1[u_{nj} > \theta_j]`, a step function of every parameter; by the
    thresholds it gets the estimate :eq:`eq-jump-gradient`, by the weights 0, as
    :cite:t:`rajamanoharan2024jumping` do.

    >>> rng, net = np.random.default_rng(0), JumpReLUAutoencoder.of(4, 6)
    >>> X, params = rng.normal(size=(5, 4)), net.init(rng)
    >>> active = np.count_nonzero(net.encode(params, X), axis=1)
    >>> bool(l0_sparsity.value(net, params, X) == active.mean())
    True
    """

    def __repr__(self) -> str:
        return "l0_sparsity"

    def value_from(self, forward_pass):
        u, theta = self._inputs(forward_pass)
        return float((u > theta).sum(axis=1).mean())

    def grad_params(self, forward_pass):
        u, theta = self._inputs(forward_pass)
        density = kernel_density(u, theta, forward_pass.net.width).mean(axis=0)
        return {"log_theta1": -theta * density}

    def _inputs(self, forward_pass: ForwardPass) -> tuple[np.ndarray, np.ndarray]:
        if not isinstance(forward_pass.net, JumpReLUAutoencoder):
            raise TypeError(f"{self} is for a JumpReLUAutoencoder, found {forward_pass.net!r}")
        return forward_pass.trace.u[1], np.exp(forward_pass.params["log_theta1"])


l0_sparsity = L0Sparsity()
"""The number of active latents as it stands in an objective: ``squared + 0.03 * l0_sparsity``."""
