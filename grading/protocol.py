"""Values pass in and out of the sandbox as lines of JSON: numbers, arrays, text, what holds them.

Nothing that comes from a submission is unpickled or imported: `decode` makes plain values only. The
way in may also carry values of the package, by name (`decode(..., inward=True)`).
"""

import base64
import dataclasses
import importlib
import re
from collections.abc import Mapping

import numpy as np

KINDS = "biufc"
DTYPE = re.compile(rf"[<>|=]?[{KINDS}]\d{{1,2}}")
PACKAGE = "ae_course"
LARGEST = 16 * 2**20
"""Bytes of an array, or characters of a text; more is refused on both sides."""
LONGEST_INT = 1024
"""Bits of a whole number; a larger one is no float."""
MOST_KEYS = 1_000
"""Of a dictionary from a submission: keys can be chosen so that time grows with their square."""
DEEPEST = 50
"""Values within values."""


class Unsendable(TypeError):
    """A value that does not pass out of the sandbox."""


def encode(value):
    """The value as JSON can hold it.

    Raises
    ------
    Unsendable
        The value is neither a number, an array, text, a list, a tuple, a dictionary, nor something
        of the package.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return _plain(value)
    if value is ...:
        return {"is": "dots"}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {"is": kind, "of": [encode(part) for part in value]}
    if isinstance(value, np.ndarray | np.generic | complex):
        return _array(np.asarray(value))
    if isinstance(value, Mapping):
        kind = "parameters" if type(value).__name__ == "Parameters" else "dict"
        return {"is": kind, "of": [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, np.random.Generator):
        return {"is": "generator", "of": value.bit_generator.state}
    return _of_the_package(value)


def decode(sent, inward: bool = False, depth: int = 0):
    """The value that was encoded; from a submission (not `inward`) a plain one.

    Raises
    ------
    ValueError
        This is not what `encode` writes, or larger or deeper than an answer may be.
    """
    if not isinstance(sent, dict):
        return _plain(sent)
    if depth > DEEPEST:
        raise ValueError("an answer with values within values without an end")
    match sent:
        case {"is": "dots"}:
            return ...
        case {"is": "list" | "tuple" as kind, "of": list(parts)}:
            found = [decode(part, inward, depth + 1) for part in parts]
            return found if kind == "list" else tuple(found)
        case {"is": "array", "dtype": str(dtype), "shape": list(shape), "data": str(data)}:
            return _read_array(dtype, shape, data)
        case {"is": "dict" | "parameters" as kind, "of": list(pairs)}:
            items = _items(pairs, inward, depth + 1)
            return _parameters(items) if inward and kind == "parameters" else items
    if inward:
        return _read_inward(sent)
    raise ValueError("an answer came in a form that has no meaning")


def _items(pairs, inward, depth):
    if len(pairs) > MOST_KEYS and not inward:
        raise ValueError(f"a dictionary of more than {MOST_KEYS} entries")
    return {decode(key, inward, depth): decode(value, inward, depth) for key, value in pairs}


def _plain(value):
    # Subclasses of numbers and strings may be anything: only the value itself passes.
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            if kind is int and int(value).bit_length() > LONGEST_INT:
                raise Unsendable("a whole number larger than any that is computed with here")
            return kind(value)
    if value is None:
        return None
    raise ValueError(f"found {type(value).__name__}")


def _array(array):
    if array.dtype.kind not in KINDS:
        array = _numbers(array, f"an array of {array.dtype}")
    if array.nbytes > LARGEST:
        raise Unsendable(f"an array of {array.nbytes / 2**20:.0f} MB")
    data = np.ascontiguousarray(array)
    return {
        "is": "array",
        "dtype": data.dtype.str,
        "shape": list(array.shape),
        "data": base64.b64encode(data.tobytes()).decode(),
    }


def _numbers(value, what):
    """What counts as numbers where answers are judged: all that NumPy makes numbers of.

    Fractions, decimals, arrays of objects, series and tables are judged like this in a notebook
    too, by `ae_course.exercises.verdict`.
    """
    try:
        return np.asarray(value, float)
    except Exception:  # whatever the submission's own class raises
        raise Unsendable(what) from None


def _read_array(dtype, shape, data):
    if not DTYPE.fullmatch(dtype):
        raise ValueError(f"an array of {dtype[:20]}")
    return np.frombuffer(base64.b64decode(data), dtype).reshape(shape).copy()


def _of_the_package(value):
    """What has a name in the package goes by that; a frozen value of it by its parts."""
    module = type(value).__module__
    if isinstance(value, type) or callable(value):
        module = getattr(value, "__module__", module) or module
    if module.split(".")[0] == PACKAGE:
        for name, known in vars(importlib.import_module(module)).items():
            if known is value:
                return {"is": "name", "of": [module, name]}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            parts = {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return {"is": "value", "of": [module, type(value).__name__], "parts": parts}
    return _array(_numbers(value, f"a value of type {type(value).__name__}"))


def _read_inward(sent):
    match sent:
        case {"is": "generator", "of": state}:
            bits = getattr(np.random, state["bit_generator"])()
            bits.state = state
            return np.random.Generator(bits)
        case {"is": "name", "of": [module, name]}:
            return getattr(importlib.import_module(module), name)
        case {"is": "value", "of": [module, name], "parts": parts}:
            kind = getattr(importlib.import_module(module), name)
            return kind(**{part: decode(value, inward=True) for part, value in parts.items()})
    raise ValueError(f"found {sent.get('is')!r}")


def _parameters(items):
    from ae_course.parameters import Parameters

    return Parameters.of(items)
