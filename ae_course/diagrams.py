"""Diagrams: an autoencoder as a bottleneck and as a network, and the graph of backpropagation."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
from matplotlib.axes import Axes

from ae_course.figures import COLOURS, Figure, mosaic, panels

FORWARD, BACKWARD, GRADIENT = COLOURS[:3]
"""The colours of what is computed forward, of deltas, and of what is read off for the weights."""

INK = "0.15"
PICKED = {"i", "j", "d"}  # the units of one path through the network
FUNNEL = "#dfe8f1"
CODE_MAP = "viridis"


def bottleneck(x: np.ndarray, y: np.ndarray, x_hat: np.ndarray) -> Figure:
    """Draw one sample, its code and its reconstruction, with the encoder and decoder between them.

    Parameters
    ----------
    x, x_hat : array (D,)
        From 0 for paper to 1 for ink.
    y : array (units,)
        From 0 to 1; a square number of units is drawn as a square.
    """
    figure, axes = _canvas(8, 2.9)
    middle, large, small = 1.25, 2.3, 1.2
    left, code, right = 0.1, 4 - small / 2, 7.9 - large
    for start, width, values, cmap, name in (
        (left, large, x, "gray_r", "input"),
        (code, small, y, CODE_MAP, "code"),
        (right, large, x_hat, "gray_r", "output"),
    ):
        _image(axes, (start, middle), width, values, cmap)
        words = f"{name}: {len(values)} numbers"
        top = middle + width / 2
        axes.text(start + width / 2, top + 0.1, words, ha="center", va="bottom", size=15)
    gap = 0.08
    for name, wide, narrow in (
        ("encoder", left + large + gap, code - gap),
        ("decoder", right - gap, code + small + gap),
    ):
        half = np.array([large, small]) / 2
        axes.fill_between((wide, narrow), middle - half, middle + half, color=FUNNEL, lw=0)
        axes.text((wide + narrow) / 2, middle, name, ha="center", va="center", size=15)
    return figure


def network() -> Figure:
    """Draw an autoencoder as units and weights, with one weight of each layer picked out."""
    figure, axes = _canvas(6.4, 4.5)
    layers = (
        (0.9, "x", {"1": 3.5, "2": 2.8, "i": 1.8, "{D_x}": 0.8}),
        (3.2, "y", {"1": 3.15, "j": 2.15, "{D_y}": 1.15}),
        (5.5, r"\hat x", {"1": 3.5, "2": 2.8, "d": 1.8, "{D_x}": 0.8}),
    )
    for (x, _, starts), (x_next, _, ends) in pairwise(layers):
        for (start, low), (end, high) in product(starts.items(), ends.items()):
            strong = {start, end} <= PICKED
            style = {"color": FORWARD, "lw": 2.5} if strong else {"color": "0.75", "lw": 0.8}
            axes.plot((x, x_next), (low, high), linestyle="-", zorder=1, **style)
    for layer in layers:
        _units(axes, *layer)
    for x, y, words in ((2.05, 1.975, "$w_{ji}$"), (4.35, 1.975, r"$\tilde w_{dj}$")):
        _write(axes, x, y, words, 15, color=FORWARD, bbox={"fc": "white", "ec": "none", "pad": 1})
    for x, words in ((0.9, "input layer"), (3.2, "hidden layer:\nthe code"), (5.5, "output layer")):
        _write(axes, x, 0.22, words, 12.5)
    _write(axes, 2.05, 4.15, "encoder\n$W,\\ b,\\ f$", 13.5)
    _write(axes, 4.35, 4.15, "decoder\n" + r"$\tilde W,\ \tilde b,\ \tilde f$", 13.5)
    return figure


def backpropagation(example: Mapping[str, np.ndarray] | None = None) -> Figure:
    """Draw the graph of backpropagation through an autoencoder, with a formula in each node.

    Parameters
    ----------
    example : mapping of str to array, optional
        Numbers that are written into nodes, as fractions, by the names of the nodes: "x", "u1",
        "y", "u2", "x_hat", "e", "delta2", "back", "delta1", "dW2", "dW1".
    """
    nodes, (left, middle, right), heights = _nodes()
    if unknown := set(example or {}) - set(nodes):
        raise KeyError(f"no node {', '.join(sorted(unknown))}; there are {', '.join(nodes)}")
    figure, axes = _canvas(7, 6.2)
    _arrows(axes, (left, middle, right), heights)
    for name, (at, height, formula, colour) in nodes.items():
        words = f"{formula}\n{_fractions(example[name])}" if name in (example or {}) else formula
        box = {"boxstyle": "round,pad=0.3", "fc": "white", "ec": colour, "lw": 1.5}
        _write(axes, at, height, words, 14, bbox=box)
    for at, words, colour in (
        (left, "forward", FORWARD),
        (middle, "backward: derivative of $e$\nby the node on the left", BACKWARD),
        (right, "derivative of $e$\nby the weights", GRADIENT),
    ):
        _write(axes, at, 5.85, words, 13, color=colour)
    return figure


def _nodes() -> tuple[dict, tuple, tuple]:
    """The nodes of the graph of backpropagation: place, formula and colour; columns and rows."""
    left, middle, right = columns = 1.15, 3.75, 6.15
    x, u1, y, u2, x_hat, e = rows = 5.2, 4.25, 3.3, 2.35, 1.4, 0.45
    nodes = {
        "x": (left, x, "$x$", FORWARD),
        "u1": (left, u1, "$u^{(1)} = W x + b$", FORWARD),
        "y": (left, y, "$y = f(u^{(1)})$", FORWARD),
        "u2": (left, u2, r"$u^{(2)} = \tilde W y + \tilde b$", FORWARD),
        "x_hat": (left, x_hat, r"$\hat x = \tilde f(u^{(2)})$", FORWARD),
        "e": (left, e, r"$e(\hat x, x)$", FORWARD),
        "delta2": (middle, u2, r"$\delta^{(2)} = \hat x - x$", BACKWARD),
        "back": (middle, y, r"$\tilde W^\top \delta^{(2)}$", BACKWARD),
        "delta1": (
            middle,
            u1,
            r"$\delta^{(1)} = \tilde W^\top \delta^{(2)} \odot f'(u^{(1)})$",
            BACKWARD,
        ),
        "dW2": (right, u2, r"$\delta^{(2)} y^\top$", GRADIENT),
        "dW1": (right, u1, r"$\delta^{(1)} x^\top$", GRADIENT),
    }
    return nodes, columns, rows


def _arrows(axes: Axes, columns: tuple, rows: tuple) -> None:
    """The arrows of the graph of backpropagation: down, across and up, and to the weights."""
    (left, middle, right), (x, u1, y, u2, x_hat, e) = columns, rows
    for start, end in pairwise((x, u1, y, u2, x_hat, e)):
        _arrow(axes, (left, start - 0.33), (left, end + 0.38), FORWARD)
    axes.plot((left + 0.45, middle), (e, e), color=BACKWARD, linestyle="-", lw=1.8)
    _arrow(axes, (middle, e - 0.01), (middle, u2 - 0.38), BACKWARD)
    for start, end in pairwise((u2, y, u1)):
        _arrow(axes, (middle, start + 0.33), (middle, end - 0.38), BACKWARD)
    _arrow(axes, (middle + 0.62, u2), (right - 0.64, u2), GRADIENT)
    _arrow(axes, (middle + 1.2, u1), (right - 0.5, u1), GRADIENT)


def _units(axes: Axes, x: float, name: str, units: Mapping[str, float]) -> None:
    """A layer: its units as circles, with dots where some are left out."""
    for index, y in units.items():
        edge, width = (FORWARD, 2) if index in PICKED else (INK, 1)
        axes.plot(x, y, "o", ms=34, mfc="white", mec=edge, mew=width)
        _write(axes, x, y, f"${name}_{index}$", 15)
    heights = list(units.values())
    for above, below in ((-3, -2), (-2, -1)):
        _write(axes, x, (heights[above] + heights[below]) / 2, r"$\vdots$", 14)


def _image(axes: Axes, place: tuple, width: float, values: np.ndarray, cmap: str) -> None:
    """Numbers as a square image, from the left at half of its height, with a frame."""
    x, bottom = place[0], place[1] - width / 2
    extent = (x, x + width, bottom, bottom + width)
    options = {"cmap": cmap, "vmin": 0, "vmax": 1, "interpolation": "nearest"}
    axes.imshow(mosaic(values[None], 1), extent=extent, **options)
    _outline(axes, x, bottom, width, width)


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of that size with one pair of axes all over it, whose unit is the inch."""
    figure, ((axes,),) = panels(width=width, height=height)
    figure.set_layout_engine("none")
    axes.set_position((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, width), ylim=(0, height))
    return figure, axes


def _outline(axes: Axes, x: float, y: float, width: float, height: float) -> None:
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * [width, height] + [x, y]
    axes.plot(*corners.T, color="0.6", linestyle="-", linewidth=1)


def _write(axes: Axes, x: float, y: float, words: str, size: float, **options) -> None:
    options = {"ha": "center", "va": "center", "color": INK, "math_fontfamily": "cm", **options}
    axes.text(x, y, words, size=size, **options)


def _arrow(axes: Axes, start: tuple, end: tuple, colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)


def _fractions(values: np.ndarray) -> str:
    """Numbers as people write them: 3/8, or (-1/2, 1)."""
    written = [str(Fraction(float(v)).limit_denominator(1000)) for v in np.ravel(values)]
    written = [number.replace("-", "\N{MINUS SIGN}") for number in written]
    return written[0] if len(written) == 1 else f"({', '.join(written)})"
