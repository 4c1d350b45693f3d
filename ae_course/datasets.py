"""The digits and photographs of the course, which come with it: nothing is downloaded."""

import hashlib
import io
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np

from ae_course.checks import check_integer

SHA256 = {
    "mnist.npz": "39b9b1ffaa0ba4d8995a616551f0966941fe02a3fe79ba4a9db7373db16d53ad",
    "natural_images.npz": "37bcd045d8a0330676e572319456eede22d39ef362692632d80b77079cc6ea59",
}


class DataError(RuntimeError):
    """A data file of the package is missing or is not the one it was released with."""


class Digits(NamedTuple):
    """Images (n, 784) uint8, 0 (paper) to 255 (ink), row by row; labels (n,) uint8, 0 to 9."""

    images: np.ndarray
    labels: np.ndarray


class Photographs(NamedTuple):
    """Images (n, 256, 256) uint8, 0 (black) to 255 (white), and their names (n,)."""

    images: np.ndarray
    names: np.ndarray


def mnist(split: str = "train", n: int | None = None, seed: int = 0) -> Digits:
    """Handwritten digits, 28 x 28 pixels: the whole of MNIST :cite:p:`lecun1998gradient`.

    Parameters
    ----------
    split : "train" or "test"
        60,000 or 10,000 digits, by different writers.
    n : int, optional
        How many to draw at random, without repetition; all of them, in their own order, if it is
        not given.
    seed : int
        Which draw: the same n and seed always give the same digits. Draws of two sizes have
        digits in common: split what is to be held out off a single one, or see that it is apart.

    Returns
    -------
    Digits
        ``images`` (n, 784) uint8, from 0 for paper to 255 for ink; ``labels`` (n,) uint8. All
        functions of the package read such images as 0 to 1. Without n they are shared by all who
        ask, and read-only: copy what you want to change.

    Raises
    ------
    DataError
        The data file is missing or damaged. So for all that is read here.

    Examples
    --------
    >>> digits = mnist("test", n=3)
    >>> digits.images.shape, digits.labels.shape
    ((3, 784), (3,))
    """
    if split not in ("train", "test"):
        raise ValueError(f"split is {split!r}, wanted 'train' or 'test'")
    arrays = _read("mnist.npz")
    images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
    return Digits(*_draw((images.reshape(len(images), -1), labels), n, seed))


def natural_images(n: int | None = None, seed: int = 0) -> Photographs:
    """Eight grey photographs of people, animals, things and surfaces.

    Parameters
    ----------
    n, seed : int, optional
        How many to draw and which draw, as for :func:`mnist`.

    Returns
    -------
    Photographs
        ``images`` (n, 256, 256) uint8, from 0 for black to 255 for white, and ``names`` (n,).
        Without n they are shared by all who ask, and read-only: copy what you want to change.

    Examples
    --------
    >>> natural_images().images.shape
    (8, 256, 256)
    """
    arrays = _read("natural_images.npz")
    return Photographs(*_draw((arrays["images"], arrays["names"]), n, seed))


def natural_patches(n: int = 10_000, size: int = 8, seed: int = 0) -> np.ndarray:
    """Square patches from random places of the photographs.

    Parameters
    ----------
    n : int
        How many.
    size : int
        Pixels along a side, from 1 to 256.
    seed : int
        Which draw.

    Returns
    -------
    array (n, size * size) of uint8
        One patch a row, its pixels row by row, from 0 for black to 255 for white.

    Examples
    --------
    >>> natural_patches(100, size=12).shape
    (100, 144)
    """
    images = _read("natural_images.npz")["images"]
    count, height, width = images.shape
    check_integer("size", size, least=1, most=min(height, width))
    check_integer("n", n, least=1)
    check_integer("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    which = rng.integers(count, size=n)
    top, left = (rng.integers(height - size + 1, size=n), rng.integers(width - size + 1, size=n))
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return windows[which, top, left].reshape(n, -1)


def _draw(arrays: tuple[np.ndarray, ...], n: int | None, seed: int) -> tuple[np.ndarray, ...]:
    total = len(arrays[0])
    check_integer("seed", seed, least=0)
    if n is None:
        return arrays
    check_integer("n", n, least=1, most=total)
    chosen = np.random.default_rng(seed).choice(total, n, replace=False)
    return tuple(array[chosen] for array in arrays)


@cache
def _read(name: str) -> dict[str, np.ndarray]:
    file = resources.files("ae_course") / "data" / name
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise DataError(f"the data file {name} cannot be read: {problem}") from problem
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise DataError(
            f"the data file {name} is damaged: its {len(content)} bytes have the SHA-256 sum"
            f" {found}, wanted {SHA256[name]}; install the package again"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays
