"""What was trained is a file: the network, its parameters by name, and all that is needed to go on.

The arrays lie in it as NumPy stores them, and the rest as JSON, in which a dataclass is its name
with its fields. Nothing in a file is ever run.
"""

import json
import os
import pkgutil
import zipfile
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import NamedTuple

import numpy as np

from ae_course.activations import Activation, by_name
from ae_course.files import atomic_write
from ae_course.losses import Loss
from ae_course.network import Layers
from ae_course.objective import Evaluated, Term
from ae_course.parameters import Parameters
from ae_course.tied import Tied, untie
from ae_course.training_state import History, TrainingState, check_parameters


class CheckpointError(ValueError):
    """A file does not hold a whole model, or names something that the reader has to give."""


class Checkpoint(NamedTuple):
    """What `load` finds in a file; what was not saved is None.

    Attributes
    ----------
    net, params : the model and its parameters
    history : History or None
    objective : Objective or None
    state : TrainingState or None
        To be handed to :func:`~ae_course.training.train`.
    """

    net: Layers
    params: Parameters
    history: History | None = None
    objective: Evaluated | None = None
    state: TrainingState | None = None


def save(
    path: str | os.PathLike,
    net: Layers,
    params: Parameters,
    *,
    history: History | None = None,
    objective: Evaluated | None = None,
    state: TrainingState | None = None,
) -> None:
    """Write a network, its parameters, and what else is given to one ``.npz`` file.

    >>> import tempfile
    >>> from ae_course import Autoencoder
    >>> net = Autoencoder.folded(4, 2)
    >>> params = net.init(np.random.default_rng(0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/model.npz", net, params)
    ...     saved = load(f"{folder}/model.npz")
    >>> saved.net == net, bool((saved.params.vector == params.vector).all())
    (True, True)

    The parameters lie in it under their names, so ``np.load`` reads them too. The file is complete
    or not there: an interruption leaves an older one as it was, and what it had written beside it,
    ``.….partial``, only if the program was killed. After every epoch:
    ``train(..., callback=lambda state: save(path, net, state.params, state=state))``.

    Activations, losses and terms of your own are saved by their names and, if they are dataclasses,
    their fields; :func:`~ae_course.checkpoint.load` has to be given them.

    Parameters
    ----------
    net : Network, Autoencoder or VariationalAutoencoder
    history, objective : optional
        Those of a `state` are saved with it.
    state : TrainingState, optional
        What :func:`~ae_course.training.train` returned.

    Raises
    ------
    ValueError
        The parameters are not those of the network, or not those that `train` returned with the
        state; or something of your own has a name that is taken, or cannot be written down.
    OSError
        The file cannot be written, for want of room or of the right to; an older one is as it was.
    """
    about = {"net": net, "history": history, "objective": objective, "state": state}
    _check_parameters(net, params, objective or (state and state.objective))
    if state is not None:
        check_parameters(state, params)
    writer = _Writer()
    text = json.dumps({name: writer.write(x) for name, x in about.items()})
    with atomic_write(path) as file:
        np.savez(file, about=text, **params, **writer.arrays)


def load(path: str | os.PathLike, own: Iterable = ()) -> Checkpoint:
    """Read what :func:`save` wrote.

    Parameters
    ----------
    own : iterable of activations and classes, optional
        Those of your own that the file names, such as ``[leaky, Hoyer]``.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    TypeError
        What is in `own` has no name.
    CheckpointError
        The file is truncated or damaged, holds something else, or names what is not in `own`.
    """
    given = _by_name(own)
    try:
        arrays = _arrays(path)
        about, read = json.loads(str(arrays.pop("about"))), _Reader(arrays, given).read
        found = {name: read(x) for name, x in about.items()}
        params = Parameters.of({n: x for n, x in arrays.items() if not n.startswith("array")})
        net, state = found.pop("net"), found["state"]
        for name in ("history", "objective"):
            found[name] = found[name] or (state and getattr(state, name))
        _check_parameters(net, params, found["objective"])
    except (FileNotFoundError, CheckpointError):
        raise
    except Exception as problem:  # a damaged file makes zipfile, numpy and json raise every kind
        raise CheckpointError(
            f"{path} is not a whole model file ({type(problem).__name__}: {problem});"
            " wanted a file written by ae_course.checkpoint.save"
        ) from problem
    return Checkpoint(net, params, **found)


def _by_name(own: Iterable) -> dict:
    if isinstance(own, type | str) or not isinstance(own, Iterable):
        raise TypeError(f"own is {own!r}, wanted a list, such as [leaky, Hoyer]")
    for x in own:
        if not isinstance(x, Activation | type):
            raise TypeError(f"own holds {x!r}, wanted activations and classes")
    return {x.name if isinstance(x, Activation) else x.__name__: x for x in own}


def _arrays(path) -> dict[str, np.ndarray]:
    with open(path, "rb") as file:
        if not zipfile.is_zipfile(file):  # NumPy would say how to read it without safety
            raise ValueError("it is no archive, or one that was cut off")
        file.seek(0)
        with np.load(file, allow_pickle=False) as entries:
            arrays = {name: entries[name] for name in entries.files}
    if "about" not in arrays:
        raise ValueError("it lacks the entry 'about'")
    return arrays


def _check_parameters(net, params, objective):
    if isinstance(objective, Tied):
        params = untie(net, params)
    net.check(params)


class _Writer:
    """Turns values into what JSON can hold, and sets arrays aside."""

    def __init__(self):
        self.arrays, self._own = {}, {}

    def write(self, x):
        if isinstance(x, np.generic):
            return self.write(x.item())
        if x is None or isinstance(x, bool | int | float | str):
            return x
        if isinstance(x, np.ndarray):
            name = f"array{len(self.arrays)}"
            self.arrays[name] = x
            return {"array": name}
        if isinstance(x, list | tuple):
            return {type(x).__name__: [self.write(part) for part in x]}
        if isinstance(x, dict):
            return {"dict": {name: self.write(part) for name, part in x.items()}}
        if isinstance(x, Parameters):
            return {"params": self.write(dict(x))}
        return self._named(x)

    def _named(self, x):
        if isinstance(x, Activation):
            if not _is_ours(x):
                self._check_own(x.name, x)
            return {"activation": x.name}
        kind, parts = type(x), {}
        if is_dataclass(x):
            parts = {f.name: getattr(x, f.name) for f in fields(x) if f.init}
        elif not isinstance(x, Term | Loss) or vars(x):
            raise ValueError(f"{x!r} cannot be written to a file; a dataclass of numbers can")
        name = f"{kind.__module__}:{kind.__name__}"
        if not name.startswith("ae_course."):
            name = kind.__name__
            self._check_own(name, kind)
        return {"kind": name, "fields": self.write(parts)}

    def _check_own(self, name, thing):
        if self._own.setdefault(name, thing) is not thing or _is_taken(name):
            raise ValueError(f"{name!r} is the name of something else: it could not be read back")


def _is_taken(name: str) -> bool:
    try:
        return bool(by_name(name))
    except ValueError:
        return False


def _is_ours(activation: Activation) -> bool:
    return _is_taken(activation.name) and by_name(activation.name) == activation


class _Reader:
    """Turns what a writer wrote back into values."""

    def __init__(self, arrays: dict, own: dict):
        self.arrays, self.own = arrays, own

    def read(self, x):
        if not isinstance(x, dict):
            return x
        if "kind" in x:
            return self._kind(x["kind"])(**self.read(x["fields"]))
        ((tag, content),) = x.items()
        if tag == "dict":
            return {name: self.read(part) for name, part in content.items()}
        if tag in ("list", "tuple"):
            parts = [self.read(part) for part in content]
            return tuple(parts) if tag == "tuple" else parts
        known = {"array": self.arrays.get, "activation": self._activation}
        known["params"] = lambda content: Parameters.of(self.read(content))
        return known[tag](content)

    def _activation(self, name):
        return by_name(name) if _is_taken(name) else self._given(name)

    def _kind(self, name):
        if not name.startswith("ae_course."):
            return self._given(name)
        kind = pkgutil.resolve_name(name)
        if not (isinstance(kind, type) and is_dataclass(kind)):
            raise ValueError(f"{name} is no part of a model")
        return kind

    def _given(self, name):
        if name not in self.own:
            raise CheckpointError(
                f"the file names {name!r}, which is not of ae_course: give it to load, as in"
                f" own=[{name.split('(')[0]}]"
            )
        return self.own[name]
