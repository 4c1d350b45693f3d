"""An autoencoder is a network that is asked to put out its own input, by way of a code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from ae_course.activations import Activation, identity, logistic
from ae_course.checks import as_rows, check_fractions, check_integer
from ae_course.network import Layer, Layers, Network, Trace
from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, allocate


@dataclass(frozen=True)
class Autoencoder(Network):
    r"""An encoder y = f(W x + b) and a decoder, chained (:eq:`eq-autoencoder`).

    Attributes
    ----------
    layers, first
        As for any :class:`~ae_course.network.Network`.
    depth : int
        How many of the layers are the encoder; the output of the last of them is the code.
    """

    depth: int = 1

    def __post_init__(self):
        super().__post_init__()
        check_integer("depth", self.depth, least=0)  # whether it fits is said below
        if not 1 <= self.depth < len(self):
            raise ValueError(
                f"the encoder has {self.depth} of {len(self)} layers,"
                " wanted at least one for it and one for the decoder"
            )
        if self.units != self.inputs:
            raise ValueError(f"the output has {self.units} units, the input {self.inputs}")

    @classmethod
    def folded(
        cls,
        *sizes: int,
        hidden: Activation = logistic,
        code: Activation | None = None,
        output: Activation = logistic,
    ) -> Self:
        """An autoencoder whose decoder has the sizes of the encoder in reverse.

        ``Autoencoder.folded(784, 100)`` has layers 784-100-784,
        ``Autoencoder.folded(784, 256, 32)`` has 784-256-32-256-784.

        >>> Autoencoder.folded(784, 256, 32).shapes()["W3"]
        (256, 32)

        Parameters
        ----------
        *sizes : int
            The number of inputs, then the units of each layer of the encoder, the code last.
        hidden, code, output : Activation
            f of the hidden layers, of the code (as `hidden`, unless given) and of the output.
        """
        if len(sizes) < 2:
            raise ValueError(f"wanted the number of inputs and of code units, found {sizes}")
        depth = len(sizes) - 1
        chain = (*sizes, *sizes[-2::-1])
        f = [hidden] * (depth - 1)
        f = [*f, code or hidden, *f, output]
        return cls(tuple(map(Layer, chain, chain[1:], f)), depth=depth)

    @property
    def encoder(self) -> Network:
        """The layers from the input to the code."""
        return self[: self.depth]

    @property
    def decoder(self) -> Network:
        """The layers from the code to the output; they keep their numbers."""
        return self[self.depth :]

    def encode(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The codes (N, code units) of the samples X (N, inputs) (:eq:`eq-encoder`)."""
        return self.encoder(params, X)

    def decode(self, params: Parameters, Y: np.ndarray) -> np.ndarray:
        """The outputs (N, inputs) for the codes Y (N, code units) (:eq:`eq-decoder`).

        Each is a sum of the decoder's columns, the features (:eq:`eq-feature-sum`).
        """
        return self.decoder(params, Y)

    def reconstruct(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The reconstructions (N, inputs) of the samples X (N, inputs) (:eq:`eq-autoencoder`)."""
        return self(params, X)


@dataclass(frozen=True)
class EncoderDecoder(Layers):
    """An encoder and a decoder with a step of another kind between them: noise, or snapping.

    The trace of its forward pass has `z`, what the decoder was given, beside u and y.

    Attributes
    ----------
    encoder, decoder : Network
        The encoder ends with identity units; the layers of the decoder are numbered on from it.
    """

    encoder: Network
    decoder: Network

    def __post_init__(self):
        last = self.encoder.layers[-1].activation
        if self.decoder.first != self.encoder.last + 1 or last != identity:
            raise ValueError(
                f"the encoder ends at layer {self.encoder.last} with {last} units, the decoder"
                f" begins at layer {self.decoder.first}; wanted identity units, and numbers that"
                " go on"
            )

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those of the encoder, then those of the decoder."""
        return self.encoder.layers + self.decoder.layers

    @property
    def first(self) -> int:
        """The number of the encoder's first layer."""
        return self.encoder.first

    def at_code(self, trace: Trace, at_z: np.ndarray) -> np.ndarray:
        """The derivatives by the encoder's outputs, from those by z (N, decoder inputs)."""
        raise NotImplementedError

    def gradient(
        self,
        params: Parameters,
        trace: Trace,
        delta_out: np.ndarray,
        grad_outputs: Mapping[int, np.ndarray] | None = None,
        workspace: Allocate = allocate,
    ) -> Parameters:
        """The gradient of the objective, through the step between.

        Arguments as for :meth:`~ae_course.network.Network.gradient`; what is added at the outputs
        of the encoder's last layer is added before the step.
        """
        encoder, decoder = self.encoder, self.decoder
        below = {l: g for l, g in (grad_outputs or {}).items() if l <= encoder.last}
        above = {l: g for l, g in (grad_outputs or {}).items() if l > encoder.last}
        decoded = Trace(trace.u, trace.y | {encoder.last: trace.z})
        delta = decoder.deltas(params, decoded, delta_out, above, workspace)
        at_z = delta[decoder.first] @ params[f"W{decoder.first}"]
        at_code = self.at_code(trace, at_z) + below.pop(encoder.last, 0)
        gradient = params.like(workspace("gradient", params.vector.shape, params.dtype))
        decoder.write_gradient(gradient, decoded, delta)
        delta = encoder.deltas(params, trace, at_code, below, workspace)
        encoder.write_gradient(gradient, trace, delta)
        return gradient


def mean_bias(net: Network, X: np.ndarray) -> np.ndarray:
    r"""The output bias that reproduces the sample mean when all weights are zero.

    :math:`\tilde b = \tilde f^{-1}(\bar x)` (:eq:`eq-mean-bias`). For logistic units it is
    as if one black and one white sample had been seen besides, so that a pixel which is always
    white gets a finite bias.

    >>> net, X = Autoencoder.folded(2, 1), np.array([[0.0, 1.0], [1.0, 1.0]])
    >>> mean_bias(net, X).round(3)
    array([0.   , 1.099])

    Parameters
    ----------
    X : array (N, units)
        What the network is to put out; for logistic units, numbers from 0 to 1.

    Returns
    -------
    array (units,) of float64

    Raises
    ------
    ValueError
        The output units are neither identity nor logistic, or X is nothing that they put out.
    """
    x = as_rows(X, net.units)
    unit = net.layers[-1].activation
    if unit is identity:
        return x.mean(axis=0)
    if unit is logistic:
        check_fractions(
            "logistic output units restore numbers", x, "; output=identity restores any others"
        )
        return np.log((x.sum(axis=0) + 1) / ((1 - x).sum(axis=0) + 1))
    raise ValueError(f"the output units are {unit}, wanted identity or logistic")


def mirrored(net: Autoencoder) -> dict[str, str]:
    """Which weights of a folded autoencoder are the transpose of which: {"W2": "W1"}, ….

    >>> mirrored(Autoencoder.folded(6, 4, 2))
    {'W4': 'W1', 'W3': 'W2'}
    """
    if not isinstance(net, Autoencoder):
        raise TypeError(f"found {type(net).__name__}, wanted an Autoencoder")
    sizes = [layer.inputs for layer in net.layers] + [net.units]
    if len(net) != 2 * net.depth or sizes != sizes[::-1]:
        raise ValueError(
            f"the layers have the sizes {'-'.join(map(str, sizes))} with an encoder of"
            f" {net.depth}; tied weights need a decoder that mirrors the encoder"
        )
    return {f"W{net.first + net.last - l}": f"W{l}" for l, _ in net.encoder.numbered()}
