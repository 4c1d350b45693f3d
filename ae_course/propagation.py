r"""How signals and deltas grow or shrink from layer to layer, measured and predicted."""

import numpy as np

from ae_course.checks import check_integer, check_shape
from ae_course.network import Network, Trace
from ae_course.objective import Objective
from ae_course.parameters import Parameters


def delta_sizes(
    net: Network, params: Parameters, trace: Trace, delta_out: np.ndarray
) -> dict[int, float]:
    r"""The root mean square of delta in every layer, over samples and units.

    What :eq:`eq-backward-variance` predicts from layer to layer, where the weights are random.

    Parameters
    ----------
    trace : Trace
        Of the forward pass.
    delta_out : array (N, units)
        The delta of the output layer.

    Examples
    --------
    >>> from ae_course import Layer, identity
    >>> net = Network((Layer(1, 1, identity), Layer(1, 1, identity)))
    >>> params = Parameters.of({"W1": [[2.0]], "b1": [0.0], "W2": [[3.0]], "b2": [0.0]})
    >>> trace = net.forward(params, np.array([[1.0], [-1.0]]))
    >>> delta_sizes(net, params, trace, np.ones((2, 1)))
    {1: 3.0, 2: 1.0}
    """
    check_shape("delta_out", delta_out, trace.output.shape)
    deltas = net.deltas(params, trace, delta_out)
    return {l: float(np.sqrt(np.mean(deltas[l] ** 2))) for l in sorted(deltas)}


def signal_sizes(trace: Trace) -> dict[int, float]:
    r"""The root mean square of y minus its mean over the samples, in every layer and the input.

    How much of a layer's output tells one sample from another. The net inputs of the layer above
    differ by :eq:`eq-forward-variance`.

    >>> from ae_course import Layer, identity
    >>> net = Network((Layer(1, 1, identity), Layer(1, 1, identity)))
    >>> params = Parameters.of({"W1": [[2.0]], "b1": [0.0], "W2": [[3.0]], "b2": [0.0]})
    >>> trace = net.forward(params, np.array([[1.0], [-1.0]]))
    >>> signal_sizes(trace)
    {0: 1.0, 1: 2.0, 2: 6.0}
    """
    return {l: float(np.sqrt(y.var(axis=0).mean())) for l, y in trace.y.items()}


def delta_bound(net: Network, params: Parameters, trace: Trace) -> dict[int, float]:
    r"""How many times longer than the output's delta that of every layer can be at most.

    The product of the greatest slopes and the spectral norms above the layer
    (:eq:`eq-delta-bound`); 1 for the last layer. The greatest slope is that of the samples in the
    trace.

    >>> from ae_course import Layer, identity
    >>> net = Network((Layer(1, 1, identity), Layer(1, 1, identity)))
    >>> params = Parameters.of({"W1": [[2.0]], "b1": [0.0], "W2": [[3.0]], "b2": [0.0]})
    >>> trace = net.forward(params, np.array([[1.0], [-1.0]]))
    >>> delta_bound(net, params, trace)
    {2: 1.0, 1: 3.0}
    """
    bound = {net.last: 1.0}
    for l, layer in reversed(list(net.numbered())[:-1]):
        steepest = np.abs(layer.activation.derivative(trace.u[l], trace.y[l])).max()
        bound[l] = bound[l + 1] * float(steepest * np.linalg.norm(params[f"W{l + 1}"], 2))
    return bound


def backward_factor(net: Network, params: Parameters, trace: Trace, layer: int) -> float:
    r"""By what factor random weights change the mean square of delta, from layer + 1 to layer.

    Units times mean square weight, both of layer + 1, times the mean square of f' in the layer
    (:eq:`eq-backward-variance`). The weights are taken to have mean zero.

    >>> from ae_course import Layer, identity
    >>> net = Network((Layer(1, 1, identity), Layer(1, 1, identity)))
    >>> params = Parameters.of({"W1": [[2.0]], "b1": [0.0], "W2": [[3.0]], "b2": [0.0]})
    >>> trace = net.forward(params, np.array([[1.0], [-1.0]]))
    >>> backward_factor(net, params, trace, layer=1)
    9.0
    """
    check_integer("layer", layer, least=net.first, most=net.last - 1)
    W = params[f"W{layer + 1}"]
    f = net.layers[layer - net.first].activation
    slope = f.derivative(trace.u[layer], trace.y[layer])
    return float(len(W) * np.mean(W**2) * np.mean(slope**2))


def forward_factor(params: Parameters, layer: int) -> float:
    r"""By what factor random weights change the mean square from a layer's inputs to its u.

    Inputs times mean square weight (:eq:`eq-forward-variance`), for biases of zero.

    >>> forward_factor({"W1": np.array([[2.0, 0.0], [0.0, 2.0]])}, layer=1)
    4.0
    """
    W = params[f"W{layer}"]
    return float(W.shape[1] * np.mean(W**2))


def gradient_sizes(
    net: Network, objective: Objective, params: Parameters, X: np.ndarray, target=None
) -> dict[int, float]:
    r"""The Frobenius norm of the objective's gradient by the weights of every layer.

    >>> from ae_course import Layer, identity, reconstruction, squared_error
    >>> net = Network((Layer(1, 1, identity), Layer(1, 1, identity)))
    >>> params = Parameters.of({"W1": [[2.0]], "b1": [0.0], "W2": [[3.0]], "b2": [0.0]})
    >>> E = reconstruction(squared_error)
    >>> gradient_sizes(net, E, params, np.array([[1.0], [-1.0]]))
    {1: 15.0, 2: 10.0}
    """
    gradient = objective.gradient(net, params, X, target)
    return {l: float(np.linalg.norm(gradient[f"W{l}"])) for l, _ in net.numbered()}
