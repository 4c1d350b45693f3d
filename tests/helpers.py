"""What several test files need: seeded numbers, what "equal" means, and slopes by differences."""

import os
import re
from dataclasses import is_dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss

from ae_course import optimizers
from ae_course.activations import logistic, softmax
from ae_course.network import Layer, Network

STACK = Network((Layer(6, 5, logistic), Layer(5, 4, logistic), Layer(4, 3, logistic)))
DEEP = Network((*STACK.layers, Layer(3, 3, softmax)))
LABELS = np.array([0, 1, 2, 2, 1, 0, 0, 1, 2, 0, 1, 1])
"""A deep network without and with an output layer, and the classes of 12 samples."""

LAID_OUT = "!document.documentElement.classList.contains('in-pieces')"
"""Of a page of the site: all of it is laid out, also what is far below the first screen."""

SCREEN = {"width": 1280, "height": 800}
"""A desk's window."""

READING = (Path(__file__).parent / "browser" / "reading.js").read_text("utf-8")
"""What tests ask of a page, as `reading` in it."""


TAG = re.compile(r"<[^>]*>")
SPAN = re.compile(r"</?span\b[^>]*>")


def plainer(html):
    """A page without the tags within its formulas and the colours of its code: most of its tags."""
    html = re.sub(
        r"(<math\b[^>]*>)(.*?)(</math>)",
        lambda found: found[1] + TAG.sub("", found[2]) + found[3],
        html,
        flags=re.DOTALL,
    )
    return re.sub(r"<pre>.*?</pre>", lambda code: SPAN.sub("", code[0]), html, flags=re.DOTALL)


def skip_but_in_ci(reason):
    """Skip a test for want of something on this machine; in continuous integration, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def samples(n=7, d=5, seed=0):
    """Draw samples as rows, between 0 and 1."""
    return np.random.default_rng(seed).random((n, d))


def every_optimizer(rate):
    """One optimiser of every kind that the package has, with this learning rate."""
    kinds = [kind for kind in vars(optimizers).values() if isinstance(kind, type)]
    return [kind(rate) for kind in kinds if is_dataclass(kind) and hasattr(kind, "update")]


def drawn(net, seed=1, dtype=np.float64):
    """Draw every parameter, biases too: at zero a bias could be missing and nobody would notice."""
    params = net.init(np.random.default_rng(0), dtype=dtype)
    return params.like(np.random.default_rng(seed).normal(size=params.vector.size).astype(dtype))


def spread(variances, n=40, seed=0):
    """Draw samples, away from zero, whose covariance has just these eigenvalues."""
    rng = np.random.default_rng(seed)
    d = np.asarray(variances, float)
    scores = rng.normal(size=(n, len(d)))
    scores = np.linalg.qr(scores - scores.mean(axis=0))[0] * np.sqrt(n * d)
    return scores @ orthogonal(rng, len(d)) + rng.normal(size=len(d))


def orthogonal(rng, size, rows=None):
    """Draw an orthogonal matrix, or some rows of one."""
    return np.linalg.qr(rng.normal(size=(size, size)))[0][:rows]


def assert_close(found, wanted):
    """Assert the same shape, and the same numbers up to rounding of the largest."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert found.shape == wanted.shape
    rtol = 1e-4 if found.dtype == np.float32 else 1e-10
    np.testing.assert_allclose(found, wanted, rtol, atol=rtol * np.abs(wanted).max(initial=0))


def slopes(f, x, step=1e-5):
    """Differentiate the scalar f(x) by every entry of x, by central differences."""
    found = np.empty_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += step
        down[place] -= step
        found[place] = (f(up) - f(down)) / (2 * step)
    return found


def assert_slopes(found, f, x):
    """Assert that `found` is the derivative of f at x, as far as differences can tell."""
    wanted = slopes(f, x)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-8 * max(1, np.abs(wanted).max()))


def over_noise(f, D):
    """The mean of f(eta) over standard normal eta in D dimensions, by Gauss-Hermite quadrature."""
    nodes, weights = hermegauss(12)
    grid = np.stack(np.meshgrid(*[nodes] * D), axis=-1).reshape(-1, D)
    products = np.prod(np.meshgrid(*[weights / weights.sum()] * D), axis=0).ravel()
    return sum(w * f(eta) for w, eta in zip(products, grid, strict=True))
