"""A network is a chain of layers; it computes forward, and its gradient backward."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ae_course.activations import Activation
from ae_course.checks import as_rows, check_generator, check_integer
from ae_course.initialization import Draw, glorot
from ae_course.parameters import Parameters, check_is_parameters
from ae_course.workspace import Allocate, allocate, blocks


@dataclass(frozen=True)
class Layer:
    """One layer, u = W x + b and y = f(u), with its sizes and its f (:eq:`eq-layer`).

    Attributes
    ----------
    inputs, units : int
        W has shape (units, inputs), row j being the filter of unit j; b has shape (units,).
    activation : Activation
        f.
    """

    inputs: int
    units: int
    activation: Activation

    def __post_init__(self):
        for what in ("inputs", "units"):
            check_integer(f"the layer's number of {what}", getattr(self, what), least=1)
        if not isinstance(self.activation, Activation):
            raise TypeError(
                f"the layer's activation is {self.activation!r}, wanted an Activation,"
                " such as ae_course.logistic"
            )


@dataclass(frozen=True)
class Trace:
    """What a forward pass computed: ``u[l]`` and ``y[l]`` of every layer l, as rows.

    ``y[l - 1]`` is what layer l was given, so ``y`` begins with the input of the network.
    """

    u: Mapping[int, np.ndarray]
    y: Mapping[int, np.ndarray]

    @property
    def input(self) -> np.ndarray:
        """The samples, in the dtype of the parameters."""
        return self.y[min(self.y)]

    @property
    def output(self) -> np.ndarray:
        """The output of the last layer."""
        return self.y[max(self.y)]


class Layers:
    """Layers with their numbers, and the names and shapes of their parameters.

    What a class needs for it is `layers`, a tuple of Layer, and `first`, the number of the first.
    """

    def __len__(self) -> int:
        return len(self.layers)

    @property
    def last(self) -> int:
        """The number of the last layer."""
        return self.first + len(self.layers) - 1

    def numbered(self) -> Iterator[tuple[int, Layer]]:
        """The layers with their numbers, from the first to the last."""
        return enumerate(self.layers, self.first)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The name and shape of every parameter, from the first layer to the last."""
        return dict(self._shapes)

    @cached_property
    def _shapes(self):
        shapes = {}
        for l, layer in self.numbered():
            shapes |= {f"W{l}": (layer.units, layer.inputs), f"b{l}": (layer.units,)}
        return shapes

    def init(self, rng: np.random.Generator, draw: Draw = glorot, dtype=np.float64) -> Parameters:
        """Draw parameters to start from: the weights from `draw`, the biases zero.

        Parameters
        ----------
        rng : numpy.random.Generator
            The only source of randomness.
        draw : callable ``(rng, units, inputs) -> array (units, inputs)``
            How the weights of a layer are drawn.
        dtype : float64 or float32
            The kind of number in which the network then computes.
        """
        check_generator(rng)
        params = Parameters.zeros(self.shapes(), dtype)
        for number, layer in self.numbered():
            params[f"W{number}"] = draw(rng, layer.units, layer.inputs)
        return params

    def backward(
        self,
        params: Parameters,
        trace: "Trace",
        delta_out: np.ndarray,
        grad_outputs: Mapping[int, np.ndarray] | None = None,
        workspace: Allocate = allocate,
    ) -> Parameters:
        r"""The gradient of the mean error by backpropagation (:eq:`eq-weight-gradient`).

        Arguments as for :meth:`Network.deltas`. From every layer's delta and input it computes
        :math:`\partial E/\partial W = \frac1N \sum_n \delta_n y_n^\top` and
        :math:`\partial E/\partial b = \frac1N \sum_n \delta_n`.

        Returns
        -------
        Parameters
            One gradient for each parameter, under the same name. Those that this network does not
            use have gradient zero.
        """
        N = len(delta_out)
        parts = {l: np.asarray(part) / N for l, part in (grad_outputs or {}).items()}
        return self.gradient(params, trace, delta_out / N, parts, workspace)

    def check(self, params: Parameters) -> None:
        """Raise unless `params` has every parameter of this network, in its shape.

        TypeError if they are not Parameters, ValueError if one is missing or has another shape.
        """
        check_is_parameters(params)
        for name, shape in self.shapes().items():
            found = params.shapes.get(name)
            if found is None:
                raise ValueError(f"the parameters lack {name}; they have {', '.join(params)}")
            if found != shape:
                raise ValueError(f"{name} has shape {found}, the network takes {shape}")


@dataclass(frozen=True)
class Network(Layers):
    """Layers in a chain, numbered as in the book: a value without parameters or state.

    Attributes
    ----------
    layers : tuple of Layer
        Each takes as many inputs as the one before it has units.
    first : int
        The number of the first layer. A slice of a network is a network whose layers keep their
        numbers, so that it uses the same parameters: of ``net``, with layers 1 and 2, ``net[1:]``
        is the second layer alone, with parameters W2 and b2.

    >>> from ae_course import tanh
    >>> net = Network((Layer(4, 3, tanh), Layer(3, 2, tanh)))
    >>> params = net.init(np.random.default_rng(0))
    >>> trace = net.forward(params, np.ones((5, 4)))
    >>> isinstance(trace, Trace), trace.u[1].shape, trace.output.shape, list(net[1:].shapes())
    (True, (5, 3), (5, 2), ['W2', 'b2'])
    """

    layers: tuple[Layer, ...]
    first: int = 1

    def __post_init__(self):
        if isinstance(self.layers, Layer):
            raise TypeError(f"the layers are {self.layers!r}, wanted a tuple of Layer")
        object.__setattr__(self, "layers", tuple(self.layers))  # a list could change, and not hash
        check_integer("the number of the first layer", self.first, least=1)
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"a layer is {layer!r}, wanted a Layer")
        if not self.layers:
            raise ValueError("a network has at least one layer, found none")
        for number, (below, above) in enumerate(
            zip(self.layers, self.layers[1:], strict=False), self.first
        ):
            if below.units != above.inputs:
                raise ValueError(
                    f"layer {number + 1} takes {above.inputs} inputs,"
                    f" layer {number} has {below.units} units"
                )

    def __getitem__(self, part: slice) -> "Network":
        if not isinstance(part, slice):
            raise TypeError(f"found net[{part!r}], wanted a slice, such as net[1:]")
        start, stop, step = part.indices(len(self.layers))
        if step != 1:
            raise ValueError(f"a slice of a network has step 1, found {step}")
        return Network(self.layers[start:stop], self.first + start)

    @property
    def inputs(self) -> int:
        """How many columns an input has."""
        return self.layers[0].inputs

    @property
    def units(self) -> int:
        """How many units the last layer has."""
        return self.layers[-1].units

    def __call__(self, params: Parameters, X: np.ndarray) -> np.ndarray:
        """The output (N, units) for the samples X (N, inputs), without the trace."""
        return self.forward(params, X).output

    def forward(self, params: Parameters, X: np.ndarray, workspace: Allocate = allocate) -> Trace:
        """Compute every layer's u and y (:eq:`eq-layer`).

        Parameters
        ----------
        params : Parameters
            May hold more than this network's own, as when the network is a slice.
        X : array (N, inputs)
            Samples as rows; uint8 is read as 0 to 1 (see :func:`ae_course.checks.as_rows`).

        Returns
        -------
        Trace
            Arrays (N, units of the layer) in the dtype of the parameters.

        Raises
        ------
        ValueError
            X or a parameter has another shape than the network takes, or X is not finite.
        TypeError
            X does not hold real numbers, or `params` are not Parameters.
        """
        self.check(params)
        u, y = {}, {self.first - 1: as_rows(X, self.inputs, params.dtype, workspace)}
        for l, layer in self.numbered():
            shape = (len(y[l - 1]), layer.units)
            out = workspace(f"u{l}", shape, params.dtype)
            u[l] = np.matmul(y[l - 1], params[f"W{l}"].T, out=out)
            u[l] += params[f"b{l}"]
            y[l] = layer.activation(u[l], out=workspace(f"y{l}", shape, params.dtype))
        return Trace(u, y)

    def deltas(
        self,
        params: Parameters,
        trace: Trace,
        delta_out: np.ndarray,
        grad_outputs: Mapping[int, np.ndarray] | None = None,
        workspace: Allocate = allocate,
    ) -> dict[int, np.ndarray]:
        r"""Carry delta back from the output, layer by layer (:eq:`eq-delta-recursion`).

        Without `grad_outputs` the map is linear, a product of matrices (:eq:`eq-delta-product`).
        With a sparse penalty on a layer this is the sparse delta rule (:eq:`eq-sparse-delta`, and
        for a summed error :eq:`eq-sparse-delta-sum`).

        Parameters
        ----------
        trace : Trace
            Of the forward pass with the same parameters.
        delta_out : array (N, units)
            :math:`\partial e_n / \partial u_n` at the last layer.
        grad_outputs : mapping of int to array (N, units of the layer) or (units of the layer,)
            What is added to :math:`\partial e_n / \partial y_n` at the outputs of layer l, such as
            the sparse penalty at the code.

        Returns
        -------
        dict of int to array (N, units of the layer)
            delta of every layer: :math:`\partial e_n / \partial u_n`, not yet divided by N.
        """
        grad_outputs = grad_outputs or {}
        for l, part in grad_outputs.items():
            if l not in range(self.first, self.last + 1):
                raise ValueError(
                    f"found a gradient by the outputs of layer {l}, the network has layers"
                    f" {self.first} to {self.last}"
                )
            if np.shape(part) not in (trace.y[l].shape, trace.y[l].shape[1:]):
                raise ValueError(
                    f"the gradient by the outputs of layer {l} has shape {np.shape(part)}, wanted"
                    f" {trace.y[l].shape}"
                )
        delta = {self.last: delta_out}
        if self.last in grad_outputs:
            f = self.layers[-1].activation
            slope = f.derivative(trace.u[self.last], trace.y[self.last])
            delta[self.last] = delta_out + grad_outputs[self.last] * slope
        for l, layer in reversed(list(self.numbered())[:-1]):
            shape = trace.u[l].shape
            pull = np.matmul(
                delta[l + 1], params[f"W{l + 1}"], out=workspace(f"delta{l}", shape, params.dtype)
            )
            if l in grad_outputs:
                pull += grad_outputs[l]
            for few, u, y in blocks(pull, trace.u[l], trace.y[l]):
                few *= layer.activation.derivative(u, y)
            delta[l] = pull
        return delta

    def gradient(
        self,
        params: Parameters,
        trace: Trace,
        delta_out: np.ndarray,
        grad_outputs: Mapping[int, np.ndarray] | None = None,
        workspace: Allocate = allocate,
    ) -> Parameters:
        """What :meth:`Layers.backward` computes, for derivatives of the objective, not the e_n.

        So it is a sum over the samples, without the factor 1/N, which those have already.
        """
        delta = self.deltas(params, trace, delta_out, grad_outputs, workspace)
        gradient = params.like(workspace("gradient", params.vector.shape, params.dtype))
        if len(gradient) > 2 * len(self):
            gradient.vector.fill(0)
        self.write_gradient(gradient, trace, delta)
        return gradient

    def write_gradient(
        self, gradient: Parameters, trace: Trace, delta: Mapping[int, np.ndarray]
    ) -> None:
        """Write the sums of delta y' and of delta over the samples, for the layers' W and b."""
        for l, _ in self.numbered():
            np.matmul(delta[l].T, trace.y[l - 1], out=gradient[f"W{l}"])
            delta[l].sum(axis=0, out=gradient[f"b{l}"])
