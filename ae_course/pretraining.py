r"""A deep network starts well if each layer has first learned to encode the one below.

Greedy pretraining is the training loop called once for each layer; fine-tuning is the same loop
once more, for the whole network with labels. Beside it stand the measures of what pretraining is
said to cure, deltas that vanish on their way back, and the starts to compare it with.
"""

import numpy as np

from ae_course.activations import Activation, logistic
from ae_course.autoencoder import Autoencoder, mean_bias, mirrored
from ae_course.checks import as_labels, as_matrix
from ae_course.initialization import Draw, glorot
from ae_course.network import Layer, Network
from ae_course.objective import Objective
from ae_course.parameters import Parameters
from ae_course.training import train
from ae_course.training_state import INTERRUPTED, History


def pretrain(
    net: Network,
    objective: Objective,
    X: np.ndarray,
    *,
    epochs: int,
    rng: np.random.Generator,
    output: Activation = logistic,
    draw: Draw = glorot,
    dtype=np.float64,
    **options,
) -> tuple[Parameters, dict[int, History]]:
    r"""Train the layers of a network one after the other, each as the encoder of an autoencoder.

    Layer l learns to encode :math:`y^{(l-1)}`, the outputs of the layers below it, which have been
    trained already and stay as they are (:eq:`eq-greedy`). No label is used. The decoders are
    discarded.

    Parameters
    ----------
    net : Network
        The layers to pretrain; their activations have a derivative unit by unit, so that a softmax
        layer comes later (see :func:`add_layers`).
    objective : Objective
        What every autoencoder minimises, such as ``reconstruction(cross_entropy)``. Its terms
        count the layers of an autoencoder, so that 1 is always the code.
    X : array (N, inputs)
        Samples, without labels.
    epochs, rng
        As for :func:`~ae_course.training.train`, for each layer.
    output : Activation
        The output units of the autoencoders: logistic for values in [0, 1] throughout, otherwise
        identity. Their bias starts at the mean (:func:`~ae_course.autoencoder.mean_bias`).
    draw, dtype
        How an autoencoder's weights begin, and in which numbers; as for
        :meth:`~ae_course.network.Layers.init`.
    **options
        For :func:`~ae_course.training.train`: optimizer, batch_size, corrupt, record_objective.
        What a batch is corrupted with concerns that batch alone: the codes for the next layer are
        those of clean samples.

    Returns
    -------
    params : Parameters
        W and b of every layer of the network.
    histories : dict of int to History
        What was recorded while each layer was trained, by its number.

    Raises
    ------
    ValueError
        The network has a softmax layer, the output units cannot reach what a layer is given or are
        neither logistic nor identity, or X does not fit.
    TypeError
        X does not hold real numbers.
    """
    for l, layer in net.numbered():
        check_elementwise(l, layer)
    params, histories = Parameters.zeros(net.shapes(), dtype), {}
    y = as_matrix(X, "X")
    for l, layer in net.numbered():
        check_reach(l, output, y)
        autoencoder = layer_autoencoder(layer, output)
        start = autoencoder.init(rng, draw, dtype)
        start["b2"] = mean_bias(autoencoder, y)
        found, histories[l], _ = train(
            autoencoder, objective, start, y, epochs=epochs, rng=rng, **options
        )
        _check_complete(histories[l], l)
        params[f"W{l}"], params[f"b{l}"] = found["W1"], found["b1"]
        y = autoencoder.encode(found, y)
    return params, histories


def _check_complete(history, number):
    # The layers above would be trained on the codes of a layer that is not.
    if history.stopped == INTERRUPTED:
        raise KeyboardInterrupt(f"pretraining was interrupted at layer {number}")


def layer_autoencoder(layer: Layer, output: Activation = logistic) -> Autoencoder:
    """The autoencoder with that layer as its encoder, and one layer back to the layer's inputs.

    >>> layer_autoencoder(Layer(6, 4, logistic)).shapes()["W2"]
    (6, 4)
    """
    return Autoencoder((layer, Layer(layer.units, layer.inputs, output)))


def check_elementwise(number: int, layer: Layer) -> None:
    """Raise ValueError if f couples the units of the layer, as softmax does."""
    try:
        probe = np.zeros(layer.units)
        layer.activation.derivative(probe, layer.activation(probe))
    except TypeError as problem:
        raise ValueError(
            f"layer {number} has {layer.activation} units, wanted ones that work one by one,"
            " such as logistic: pretrain the hidden layers, and add this one with add_layers"
        ) from problem


def check_reach(number: int, output: Activation, y: np.ndarray) -> None:
    """Raise ValueError if logistic output units are to restore values outside [0, 1]."""
    if output is logistic and y.dtype != np.uint8 and (y.min() < 0 or y.max() > 1):
        raise ValueError(
            f"layer {number} is given values from {y.min():g} to {y.max():g}, which logistic"
            " output units cannot restore; output=identity, with squared_error, can"
        )


def add_layers(
    net: Network, params: Parameters, *layers: Layer, rng: np.random.Generator, draw: Draw = glorot
) -> tuple[Network, Parameters]:
    """Put layers with random weights on top of a network.

    Parameters
    ----------
    net, params : Network and its Parameters
        Left as they are.
    *layers : Layer
        From below to above; the first takes as many inputs as `net` has units.
    rng, draw
        As for :meth:`~ae_course.network.Layers.init`.

    Returns
    -------
    net : Network
        With the new layers.
    params : Parameters
        The old ones of `net`, copied, and those of the new layers: weights from `draw`, biases
        zero.

    Raises
    ------
    ValueError
        The layers do not fit each other, or the parameters do not fit `net`.
    """
    net.check(params)
    taller = Network((*net.layers, *layers), net.first)
    merged = taller.init(rng, draw, params.dtype)
    for name in net.shapes():
        merged[name] = params[name]
    return taller, merged


def classify(net: Network, params: Parameters, X: np.ndarray) -> np.ndarray:
    """The most probable class of every sample, shape (N,), by the softmax units of the output.

    The greatest :math:`y_k` is that of the greatest :math:`u_k` (:eq:`eq-softmax`).
    """
    return net(params, X).argmax(axis=1)


def accuracy(net: Network, params: Parameters, X: np.ndarray, labels: np.ndarray) -> float:
    """The percentage of the samples X (N, inputs) that get the class in labels (N,)."""
    classes = classify(net, params, X)
    return float(100 * np.mean(classes == as_labels(labels, len(classes))))


def pretrain_folded(
    net: Autoencoder,
    objective: Objective,
    X: np.ndarray,
    *,
    epochs: int,
    rng: np.random.Generator,
    draw: Draw = glorot,
    dtype=np.float64,
    **options,
) -> Parameters:
    r"""Train a deep autoencoder from the outside to the inside, a pair of layers at a time.

    Stage l trains layer l and its mirror image as an autoencoder of :math:`y^{(l-1)}`
    (:eq:`eq-greedy`). Other than :func:`~ae_course.pretraining.pretrain` it keeps the decoders:
    unfolded, they are the way back.

    Parameters
    ----------
    net : Autoencoder
        With a decoder that mirrors the encoder.
    objective, X, epochs, rng, draw, dtype, **options
        As for :func:`~ae_course.pretraining.pretrain`.

    Returns
    -------
    Parameters
        Of all layers.

    Raises
    ------
    ValueError, TypeError
        The decoder does not mirror the encoder; or as :func:`~ae_course.training.train`.
    """
    mirrored(net)
    params, y = Parameters.zeros(net.shapes(), dtype), X
    for l, layer in net.encoder.numbered():
        back = net.first + net.last - l
        stage = layer_autoencoder(layer, net.layers[back - net.first].activation)
        start = stage.init(rng, draw, dtype)
        start["b2"] = mean_bias(stage, y)
        found, history, _ = train(stage, objective, start, y, epochs=epochs, rng=rng, **options)
        _check_complete(history, l)
        params[f"W{l}"], params[f"b{l}"] = found["W1"], found["b1"]
        params[f"W{back}"], params[f"b{back}"] = found["W2"], found["b2"]
        y = stage.encode(found, y)
    return params
