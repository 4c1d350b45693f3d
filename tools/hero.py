"""Draw the picture of the home page: ten digits, their codes, and what the codes give back.

    python -m tools.hero

trains an autoencoder on MNIST, for about a minute, and writes book/_static/hero.png.
"""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from ae_course import Autoencoder, cross_entropy, logistic, reconstruction, tanh, train
from ae_course.autoencoder import mean_bias
from ae_course.datasets import mnist
from ae_course.optimizers import Adam
from tools import ROOT

PICTURE = ROOT / "book" / "_static" / "hero.png"

# A ground of its own, dark, so that the picture stands on light and on dark pages alike.
NIGHT, FUNNEL = "#111c36", "#22345e"
INK = LinearSegmentedColormap.from_list("ink", ["#1a2849", "#ffffff"])
TEXT = {"color": "#e8edf8", "size": 25, "ha": "center", "va": "center"}


def digits_codes_and_reconstructions():
    """The first test digit of each class, with its code and its reconstruction, as rows."""
    net = Autoencoder.folded(784, 256, 32, hidden=tanh, code=logistic)
    rng = np.random.default_rng(0)
    params = net.init(rng, dtype=np.float32)
    images = mnist().images
    params[f"b{net.last}"] = mean_bias(net, images)
    params, *_ = train(
        net,
        reconstruction(cross_entropy),
        params,
        images,
        epochs=12,
        rng=rng,
        optimizer=Adam(2e-3),
        record_objective=False,
    )
    test = mnist("test")
    digits = test.images[[np.flatnonzero(test.labels == digit)[0] for digit in range(10)]]
    return digits / 255, net.encode(params, digits), net.reconstruct(params, digits)


def draw(digits, codes, reconstructions):
    """Three rows, the codes narrower than the digits, with a funnel before and behind them."""
    figure = Figure(figsize=(12, 7), facecolor=NIGHT)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    draw_row(axes, digits.reshape(10, 28, 28), left=0.4, bottom=5.25, cmap=INK)
    draw_row(axes, codes.reshape(10, 4, 8), left=2.6, bottom=3.18, cmap="inferno")
    draw_row(axes, reconstructions.reshape(10, 28, 28), left=0.4, bottom=0.7, cmap=INK)
    draw_funnel(axes, "encoder", wide=5.15, narrow=3.6)
    draw_funnel(axes, "decoder", wide=1.83, narrow=3.1)
    axes.text(6, 6.66, "what goes in: 784 numbers", TEXT)
    axes.text(1.3, 3.35, "the code", TEXT)
    axes.text(10.7, 3.35, "32 numbers", TEXT)
    axes.text(6, 0.34, "what comes out: 784 numbers", TEXT)
    axes.set(xlim=(0, 12), ylim=(0, 7), aspect="equal")
    return figure


def draw_row(axes, images, left, bottom, cmap):
    """Ten images side by side, as far from the right edge as from the left."""
    step = (12 - 2 * left) / 10
    width = 0.92 * step
    height = width * images.shape[1] / images.shape[2]
    for start, image in zip(left + step * (np.arange(10) + 0.04), images, strict=True):
        extent = (start, start + width, bottom, bottom + height)
        axes.imshow(image, cmap=cmap, vmin=0, vmax=1, extent=extent, interpolation="nearest")


def draw_funnel(axes, name, wide, narrow):
    """A funnel as wide as the digits at the one height, as the codes at the other."""
    corners = [(0.4, wide), (11.6, wide), (9.4, narrow), (2.6, narrow)]
    axes.add_patch(Polygon(corners, color=FUNNEL))
    axes.text(6, (wide + narrow) / 2, name, TEXT)


def write(path: Path, digits, codes, reconstructions) -> None:
    """Draw the picture into a file, the same whatever somebody has set for Matplotlib."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        picture = draw(digits, codes, reconstructions)
        picture.savefig(path, dpi=150, metadata={"Software": None})


if __name__ == "__main__":
    write(PICTURE, *digits_codes_and_reconstructions())
    print("Wrote", PICTURE.relative_to(ROOT))
