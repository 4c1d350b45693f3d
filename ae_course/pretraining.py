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

    Examples
    --------
    >>> from ae_course import cross_entropy, reconstruction
    >>> rng, net = np.random.default_rng(0), Network((Layer(4, 3, logistic), Layer(3, 2, logistic)))
    >>> J = reconstruction(cross_entropy)
    >>> params, histories = pretrain(net, J, rng.random((20, 4)), epochs=2, rng=rng)
    >>> list(params), [len(history.objective) for history in histories.values()]
    (['W1', 'b1', 'W2', 'b2'], [2, 2])
    """
    for l, layer in net.numbered():
        check_elementwise(l, layer)
    params, histories = Parameters.zeros(net.shapes(), dtype), {}
    y = as_matrix(X, "X")
    options |= {"epochs": epochs, "rng": rng}
    for l, layer in net.numbered():
        autoencoder = layer_autoencoder(layer, output)
        found, histories[l], y = _stage(l, autoencoder, objective, y, draw, dtype, options)
        params[f"W{l}"], params[f"b{l}"] = found["W1"], found["b1"]
    return params, histories


def _stage(number, autoencoder, objective, y, draw, dtype, options):
    """Train the autoencoder of one layer: its parameters, its history, and the codes of y."""
    start = autoencoder.init(options["rng"], draw, dtype)
    start["b2"] = mean_bias(autoencoder, y)
    found, history, _ = train(autoencoder, objective, start, y, **options)
    # The layers above would be trained on the codes of a layer that is not.
    if history.stopped == INTERRUPTED:
        raise KeyboardInterrupt(f"pretraining was interrupted at layer {number}")
    return found, history, autoencoder.encode(found, y)


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

    Examples
    --------
    >>> from ae_course import softmax
    >>> rng, net = np.random.default_rng(0), Network((Layer(4, 3, logistic),))
    >>> taller, params = add_layers(net, net.init(rng), Layer(3, 2, softmax), rng=rng)
    >>> len(taller), list(params)
    (2, ['W1', 'b1', 'W2', 'b2'])
    """
    net.check(params)
    taller = Network((*net.layers, *layers), net.first)
    merged = taller.init(rng, draw, params.dtype)
    for name in net.shapes():
        merged[name] = params[name]
    return taller, merged


def accuracy(net: Network, params: Parameters, X: np.ndarray, labels: np.ndarray) -> float:
    """The percentage of the samples X (N, inputs) whose most probable class is that in labels (N,).

    >>> from ae_course import softmax
    >>> net = Network((Layer(2, 2, softmax),))
    >>> params = Parameters.of({"W1": np.eye(2), "b1": np.zeros(2)})
    >>> accuracy(net, params, np.array([[2.0, 1.0], [1.0, 2.0]]), labels=[0, 0])
    50.0
    """
    classes = net(params, X).argmax(axis=1)
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

    Examples
    --------
    >>> from ae_course import cross_entropy, reconstruction
    >>> rng, net = np.random.default_rng(0), Autoencoder.folded(5, 4, 3)
    >>> J = reconstruction(cross_entropy)
    >>> list(pretrain_folded(net, J, rng.random((20, 5)), epochs=2, rng=rng))[::2]
    ['W1', 'W2', 'W3', 'W4']
    """
    mirrored(net)
    params, y = Parameters.zeros(net.shapes(), dtype), X
    options |= {"epochs": epochs, "rng": rng}
    for l, layer in net.encoder.numbered():
        back = net.first + net.last - l
        pair = layer_autoencoder(layer, net.layers[back - net.first].activation)
        found, _, y = _stage(l, pair, objective, y, draw, dtype, options)
        params[f"W{l}"], params[f"b{l}"] = found["W1"], found["b1"]
        params[f"W{back}"], params[f"b{back}"] = found["W2"], found["b2"]
    return params
