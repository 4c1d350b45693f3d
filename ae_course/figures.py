"""Pictures of samples, filters and curves, each with its data as text for comparison."""

import io
import re
from collections.abc import Mapping, Sequence
from functools import partial

import matplotlib as mpl
import matplotlib.figure
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PathCollection
from matplotlib.image import AxesImage

from ae_course.checks import as_floats, as_matrix, as_rows

# Okabe and Ito's colours, which readers with any kind of colour vision tell apart, each with a
# dash pattern of its own for those who print in grey.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000"]
DASHES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3))]
STYLE = {
    "axes.prop_cycle": mpl.cycler(color=COLOURS, linestyle=DASHES),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "font.size": 11,
    "legend.frameon": False,
}
MACHINE_DEPENDENT = "machine-dependent"
"""The gid of an artist whose data differ from machine to machine, such as rounding errors."""
UNSIGNED = dict.fromkeys(("Creator", "Date", "Format", "Type"))
"""What Matplotlib writes into a picture of lines, left out: the same data give the same bytes."""


class Figure(matplotlib.figure.Figure):
    """A figure that shows itself in a notebook, as a picture and as the data that it plots.

    The last expression of a cell, it is drawn, in lines (SVG) and in points (PNG); its text form
    lists what every axes shows, read back from what was drawn. Comparing the text compares the
    data.
    """

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The pictures and the text, as Jupyter asks for them."""
        width, height = (round(96 * inches) for inches in self.get_size_inches())
        points, lines = self._drawn()
        shown = {"image/png": points, "image/svg+xml": lines, "text/plain": describe(self)}
        return shown, {"image/png": {"width": width, "height": height}}

    def _drawn(self):
        # To lay a figure out takes as long as to draw it, and is done for the points alone.
        points, lines, dpi, layout = io.BytesIO(), io.StringIO(), self.dpi, self.get_layout_engine()
        self.dpi = 160
        FigureCanvasAgg(self).print_png(points, metadata={"Software": None})
        self.set_layout_engine("none")
        with mpl.rc_context({"svg.hashsalt": "ae_course"}):
            FigureCanvasSVG(self).print_svg(lines, metadata=UNSIGNED)
        self.set_layout_engine(layout)
        self.dpi = dpi
        return points.getvalue(), _bare(lines.getvalue())


def panels(
    rows: int = 1, columns: int = 1, *, width: float = 8, height: float = 3, **options
) -> tuple[Figure, np.ndarray]:
    """Return a figure with its axes in an array (rows, columns), in the style of the book.

    Parameters
    ----------
    width, height : float
        In inches; the text of the book is 8 inches wide.
    **options
        As for :meth:`matplotlib.figure.Figure.subplots`.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False, **options)


def curves(
    lines: Mapping[str, Sequence[float]],
    x: Sequence[float] | None = None,
    *,
    xlabel: str,
    ylabel: str,
    **axes_options,
) -> Figure:
    """Draw labelled curves over the same x, or over 0, 1, 2, … without one.

    ``axes_options`` go to :meth:`matplotlib.axes.Axes.set`, for example ``yscale="log"``.
    """
    figure, ((axes,),) = panels()
    draw_curves(axes, lines, x, xlabel=xlabel, ylabel=ylabel, **axes_options)
    return figure


def draw_curves(
    axes: Axes, lines: Mapping[str, Sequence[float]], x: Sequence[float] | None = None, **options
) -> None:
    """Draw labelled curves into given axes; see :func:`curves`."""
    for label, y in lines.items():
        axes.plot(np.arange(len(y)) if x is None else x, y, label=label)
    axes.set(**options)
    axes.legend(frameon=STYLE["legend.frameon"])


def image_rows(
    rows: Mapping[str, np.ndarray], *, shape: tuple[int, int] | None = None, size: float = 0.7
) -> Figure:
    """Draw images in labelled rows: 0 is paper, 1 (or 255 in uint8) is ink.

    Parameters
    ----------
    rows : mapping of str to array (n, D)
        The label of each row and its images, one a row of the array. All rows have the same n.
    shape : (int, int), optional
        Height and width of an image, for images that are not square.
    size : float
        Inches for the side of an image.
    """
    rows = {label: as_rows(images, name=label) for label, images in rows.items()}
    count = len(next(iter(rows.values())))
    words = max(1.6, 0.1 * max(map(len, rows)))
    figure, axes = panels(len(rows), 1, width=words + size * count, height=size * len(rows) + 0.1)
    for ax, (label, images) in zip(axes[:, 0], rows.items(), strict=True):
        draw_mosaic(ax, images, columns=count, shape=shape, cmap="gray_r", vmin=0, vmax=1)
        name_row(ax, label)
    return figure


def name_row(axes: Axes, label: str) -> None:
    """Write a label to the left of a row of images, which move to the left end of their place.

    In its middle they leave room for the label at the wrong place: a long one is cut off.
    """
    axes.set_ylabel(label, rotation=0, ha="right", va="center")
    axes.set_anchor("W")


def draw_filters(
    axes: Axes, W: np.ndarray, *, columns: int, shape: tuple[int, int] | None = None
) -> AxesImage:
    """Draw every row of W as an image: blue for negative, white for zero, red for positive.

    Each filter is scaled by its own largest weight, so that weak ones show their form too.

    Parameters
    ----------
    W : array (units, inputs)
        One filter a row.
    """
    W = as_floats(as_matrix(W, "W"), "W")
    scale = np.abs(W).max(axis=1, keepdims=True)
    scaled = W / np.where(scale > 0, scale, 1)
    return draw_mosaic(axes, scaled, columns=columns, shape=shape, cmap="RdBu_r", vmin=-1, vmax=1)


def draw_mosaic(
    axes: Axes, images: np.ndarray, *, columns: int, shape: tuple[int, int] | None = None, **options
) -> AxesImage:
    """Draw images (n, D) in rows of `columns`; options as for Matplotlib's `imshow`."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)
    return axes.imshow(mosaic(images, columns, shape), interpolation="nearest", **options)


def anatomy(
    networks: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]],
    images: np.ndarray,
    *,
    columns: int = 5,
) -> Figure:
    """Draw what networks have learned, one a column: filters, features, codes and outputs.

    Parameters
    ----------
    networks : mapping of str to four arrays
        The title of each network; its encoder's weights (units, D) and decoder's weights
        (D, units), its codes (N, units) of some samples, from 0 to 1, and its outputs (n, D) for
        the images.
    images : array (n, D)
        Drawn above the outputs: from 0 for paper to 1 for ink.
    columns : int
        As many rows of as many filters are drawn, those of the first units; and as many images.
    """
    figure, axes = panels(4, len(networks), width=5.8, height=5.8, height_ratios=[3, 3, 3, 1.5])
    for column, (title, (W, W_, Y, outputs)) in zip(axes.T, networks.items(), strict=True):
        shown = columns**2
        pairs = np.vstack([images[:columns], outputs[:columns]])
        drawn = (
            draw_filters(column[0], W[:shown], columns=columns),
            draw_filters(column[1], W_.T[:shown], columns=columns),
            column[2].imshow(Y, aspect="auto", vmin=0, vmax=1),
            draw_mosaic(column[3], pairs, columns=columns, cmap="gray_r", vmin=0, vmax=1),
        )
        for image in drawn:
            image.set_interpolation("none")  # every number is stored once: this figure is large
        column[2].grid(visible=False)
        column[0].set_title(title)
        column[2].set(xticks=[], yticks=[], xlabel=f"{Y.shape[1]} units")
    for ax, label in zip(axes[:, 0], ("filters", "features", "codes", "in, out"), strict=True):
        ax.set_ylabel(f"{len(Y)} {label}" if label == "codes" else label)
    return figure


def dissections(
    codes: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
    x: np.ndarray,
    *,
    strongest: int = 5,
) -> Figure:
    r"""Draw codes of one sample, one a row: it, all units' outputs, the features used most, the
    reconstruction.

    Parameters
    ----------
    codes : mapping of str to three arrays
        The label of each code; the code (units,), the decoder's weights (D, units), and the output
        (D,).
    x : array (D,)
        The sample: from 0 for paper to 1 for ink.
    strongest : int
        How many features are drawn: those with the largest :math:`|y_j| \|w_j\|`.
    """
    widths = [1, 3.2, *[1] * (strongest + 1)]
    size = {"width": 6.9, "height": 1.2 * len(codes)}
    figure, axes = panels(len(codes), strongest + 3, width_ratios=widths, **size)
    for row, (label, (y, W_, x_hat)) in zip(axes, codes.items(), strict=True):
        for ax, image, name in ((row[0], x, "input"), (row[-1], x_hat, "output")):
            draw_mosaic(ax, image[None], columns=1, cmap="gray_r", vmin=0, vmax=1)
            ax.set_title(name)
        row[1].vlines(np.arange(len(y)), 0, y, color=COLOURS[0], linestyle="-", linewidth=1)
        row[1].set(title=label, xticks=[], xlim=(-1, len(y)))
        order = np.argsort(-np.abs(y) * np.linalg.norm(W_, axis=0), kind="stable")
        for ax, unit in zip(row[2:-1], order, strict=False):
            draw_filters(ax, W_.T[[unit]], columns=1)
            ax.set_title(f"{y[unit]:.2f}")
    return figure


def mosaic(images: np.ndarray, columns: int, shape: tuple[int, int] | None = None) -> np.ndarray:
    """Lay images (n, D) out in one array, in rows of `columns`, with a gap of NaN between them.

    Raises
    ------
    ValueError
        D is not the product of `shape`, or no square number where `shape` is not given.
    """
    images = as_matrix(images, "images")
    count, pixels = images.shape
    height, width = shape or (round(pixels**0.5),) * 2
    if height * width != pixels:
        raise ValueError(f"images of {pixels} pixels do not have the shape ({height}, {width})")
    rows = -(-count // columns)
    tiles = np.full((rows * columns, height + 1, width + 1), np.nan)
    tiles[:count, :height, :width] = images.reshape(count, height, width)
    laid = tiles.reshape(rows, columns, height + 1, width + 1).swapaxes(1, 2)
    return laid.reshape(rows * (height + 1), -1)[:-1, :-1]


def describe(figure: matplotlib.figure.Figure) -> str:
    """The data of every axes as text: curves, images, points, bars and annotations."""
    lines = []
    for number, axes in enumerate(figure.axes, 1):
        words = (axes.get_title(), axes.get_xlabel(), axes.get_ylabel())
        lines.append(f"axes {number}: {' | '.join(words)}")
        lines += [f"  {line}" for line in _describe_axes(axes)]
    return "\n".join(lines)


def _bare(svg: str) -> str:
    # A picture of lines to put on a page: its element alone, places to a hundredth of a point.
    svg = re.sub(r"<!--.*?-->\s*", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    shorter = partial(re.sub, r"(\.\d\d)\d+", r"\1")
    return re.sub(r' d="[^"]*"', lambda path: shorter(path[0]), svg)


def _describe_axes(axes: Axes):
    for line in axes.lines:
        yield _artist("curve", line, np.asarray(line.get_xydata(), float))
    for image in axes.images:
        yield _artist("image", image, np.ma.filled(image.get_array().astype(float), np.nan))
    for points in axes.collections:
        yield _artist(type(points).__name__, points, _outline(points))
        if points.get_array() is not None:
            yield _artist("  coloured by", points, np.ma.filled(points.get_array(), np.nan))
    if axes.patches:
        # Not get_extents: on their way to the screen and back the numbers would be rounded.
        bars = [p.get_path().get_extents(p.get_patch_transform()) for p in axes.patches]
        yield _artist("patches", axes.patches[0], np.array([bar.extents for bar in bars]))
    for text in axes.texts:
        yield f"text {text.get_text()!r} at {_numbers(text.get_position())}"


def _outline(collection) -> np.ndarray:
    # Points are one path, the marker, at many offsets; other collections are paths at offset 0.
    offsets = np.ma.filled(collection.get_offsets(), np.nan)
    if isinstance(collection, PathCollection):
        return offsets
    return np.concatenate([offsets, *(path.vertices for path in collection.get_paths())])


def _artist(kind: str, artist, data: np.ndarray) -> str:
    label = artist.get_label()
    name = kind if label.startswith("_") else f"{kind} {label!r}"
    shape = "x".join(map(str, data.shape))
    if artist.get_gid() == MACHINE_DEPENDENT:
        return f"{name} {shape}: {MACHINE_DEPENDENT}, not compared"
    if data.size <= 64:
        return f"{name} {shape}: {_numbers(data.ravel())}"
    return f"{name} {shape}: {_summary(data)}"


def _summary(data: np.ndarray) -> str:
    # Weighted sums in which every entry has a weight of its own: a change anywhere shows.
    finite = np.isfinite(data.ravel())
    if not finite.any():
        return "no finite numbers"
    values, place = data.ravel()[finite], 1 + np.flatnonzero(finite)
    sums = [values @ np.cos(place * frequency) for frequency in (0.0, 1.0, 2.0, 0.1, 0.01)]
    return f"min, max {_numbers([values.min(), values.max()])}; sums {_numbers(sums)}"


def _numbers(values) -> str:
    return " ".join(f"{value:#.8g}" for value in values)
