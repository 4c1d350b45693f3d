"""A trained model is a file: the network's layers, and its parameters by name."""

import json
import os
from pathlib import Path

import numpy as np

from ae_course.activations import Activation, by_name
from ae_course.autoencoder import Autoencoder
from ae_course.network import Layer, Network
from ae_course.parameters import Parameters


class CheckpointError(ValueError):
    """A file does not hold a whole model."""


def save(path: str | os.PathLike, net: Network, params: Parameters) -> None:
    """Write a network and its parameters to one ``.npz`` file.

    The parameters lie in it under their names, so ``np.load`` reads them too. The file is complete
    or not there: it is written beside its place and then moved, so that an interruption leaves an
    older file as it was.

    Raises
    ------
    ValueError
        The parameters are not those of the network, or an activation is not one of
        :mod:`ae_course.activations`, so that it could not be read back.
    """
    net.check(params)
    described = json.dumps(_describe(net))
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    try:
        with open(partial, "wb") as file:
            np.savez(file, network=described, **params)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load(path: str | os.PathLike) -> tuple[Network, Parameters]:
    """Read the network and the parameters that :func:`save` wrote.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    CheckpointError
        The file is truncated or damaged, or holds something else.
    """
    path = Path(path)
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as entries:
            arrays = {name: entries[name] for name in entries.files}
        net = _rebuild(json.loads(str(arrays.pop("network"))))
        params = Parameters.of(arrays)
        net.check(params)
    except FileNotFoundError:
        raise
    except Exception as problem:  # a damaged file makes zipfile, numpy and json raise every kind
        raise CheckpointError(
            f"{path} is not a whole model file ({type(problem).__name__}: {problem});"
            " wanted a file written by ae_course.checkpoint.save"
        ) from problem
    return net, params


def _describe(net: Network) -> dict:
    for layer in net.layers:
        if not _comes_back(layer.activation):
            raise ValueError(f"{layer.activation} is not an activation of ae_course.activations")
    layers = [(int(at.inputs), int(at.units), at.activation.name) for at in net.layers]
    depth = net.depth if isinstance(net, Autoencoder) else None
    return {"layers": layers, "first": net.first, "depth": depth}


def _comes_back(activation: Activation) -> bool:
    try:
        return by_name(activation.name) == activation
    except ValueError:
        return False


def _rebuild(described: dict) -> Network:
    layers = tuple(Layer(inputs, units, by_name(f)) for inputs, units, f in described["layers"])
    if described["depth"] is None:
        return Network(layers, described["first"])
    return Autoencoder(layers, described["first"], described["depth"])
