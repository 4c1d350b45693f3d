"""Computes what the things to play with are made of, and takes their pictures.

    python -m tools.play [--pictures] [name ...]

Each element of book/_static/play has a script, NAME.js; if it needs numbers, this program computes
them with ae_course and writes NAME-data.js beside it. Large arrays are stored as whole numbers of
one byte, times a scale. What few readers will look at, as one of many networks, has a file of its
own, NAME-PLACE-data.js, which the element asks for. With --pictures it opens the built site in
chromium and stores, as NAME.png, what each element shows at first: for readers without scripts,
and for print.
"""

import argparse
import base64
import json
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from ae_course import (
    PCA,
    Adam,
    Autoencoder,
    PCAWhitening,
    cosine,
    cross_entropy,
    datasets,
    glorot,
    mean_bias,
    population_sparsity,
    reconstruction,
    tanh,
    train,
    weight_decay,
)
from ae_course.dictionary_benchmarks import hierarchical_features
from ae_course.diffusion import noise_schedule
from ae_course.files import atomic_write
from ae_course.moments import covariance
from ae_course.pca import principal_axes
from ae_course.variational import VariationalAutoencoder, append_noise, negative_elbo
from tools import ROOT, chromium, sparse_grid

FOLDER = ROOT / "book" / "_static" / "play"
FLAGS = ["--no-sandbox", "--disable-gpu", "--force-device-scale-factor=1"]
LEVELS = 15  # of ink in a drawing
Arrays = dict[str, "np.ndarray | list | Arrays"]  # what is in one of its own has a file of its own
AT_FIRST = {
    "rule": "part=6"
}  # what a picture shows, where it is not what the element shows at first


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", action="store_true", help="take pictures of the built site")
    parser.add_argument("names", nargs="*", help="such as whitening; all, if none is named")
    asked = parser.parse_args()
    if asked.pictures:
        return take_pictures(asked.names)
    for name in asked.names or MAKERS:
        if name in MAKERS:  # the others need no numbers
            write(name, MAKERS[name]())


def write(name: str, arrays: Arrays) -> None:
    """Write the script of these arrays, and the scripts of those that have one of their own."""
    path = FOLDER / f"{name}-data.js"
    with atomic_write(path) as file:
        file.write(script(name, arrays).encode())
    print("Wrote", path.relative_to(ROOT))
    for part, array in arrays.items():
        if isinstance(array, dict):
            write(f"{name}-{part}", array)


def whitening() -> Arrays:
    """Sixty points, and eight patches by their scores along the principal axes of many."""
    rng = np.random.default_rng(5)
    patches = datasets.natural_patches(20_000, size=10) / 255
    mean, Phi = covariance(patches)
    d, U = principal_axes(Phi)
    busy = np.argsort(patches.std(axis=1))[-4000:]  # flat ones show nothing
    shown = patches[rng.choice(busy, 8, replace=False)]
    arrays = {
        "cloud": rng.normal(size=(60, 2)),
        "mean": mean,
        "eigenvalues": d,
        "axes": U.T,
        "scores": (shown - mean) @ U,
    }
    return {key: array.astype(np.float32) for key, array in arrays.items()}


def line() -> Arrays:
    """The samples of the first figure of chapter 2."""
    cloud = np.random.default_rng(4).normal(size=(40, 2)) * [1.6, 0.5]
    return {"cloud": (cloud @ [[0.8, 0.6], [-0.6, 0.8]] + [2, 1]).astype(np.float32)}


def components() -> Arrays:
    """The first 64 principal components of MNIST, and ten digits."""
    pca = PCA.fit(datasets.mnist().images)
    digits = examples()
    first = pca.first(64)
    left = (pca.eigenvalues.sum() - np.cumsum([0, *pca.eigenvalues[:64]])) / 2
    return {
        "mean": first.mean.astype(np.float32),
        "components": bytes_of(first.components),
        "scores": first.transform(digits).astype(np.float32),
        "digits": digits,
        "errors": left.astype(np.float32),
        "total": np.float32([pca.eigenvalues.sum() / 2]),
    }


def draw() -> Arrays:
    """The autoencoder of chapter 1 with its 36 features."""
    net, digits = Autoencoder.folded(784, 36), datasets.mnist("train", n=10_000)
    params = net.init(np.random.default_rng(0))
    params["b2"] = mean_bias(net, digits.images)
    params, *_ = train(
        net,
        reconstruction(cross_entropy) + 1e-3 * weight_decay,
        params,
        digits.images,
        epochs=10,
        rng=np.random.default_rng(1),
        optimizer=Adam(1e-2),
    )
    return {
        "encoder": bytes_of(params["W1"]),
        "code_bias": params["b1"].astype(np.float32),
        "decoder": bytes_of(params["W2"]),
        "output_bias": params["b2"].astype(np.float32),
        "mean_code": net.encode(params, digits.images).mean(axis=0).astype(np.float32),
        "examples": [written(digit) for digit in examples()],
    }


def denoiser() -> Arrays:
    """Twenty-four places along a spiral."""
    turn = np.linspace(0.9, 3.6, 24) ** 0.9 * np.pi
    radius = 0.3 * turn
    places = radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return {"means": places.astype(np.float32)}


def flow() -> Arrays:
    """The mixture of chapter 8, thirty strengths of noise, and 150 standard normal points."""
    arrays = {
        "weights": [0.5, 0.3, 0.2],
        "means": [[-1.7, -0.6], [2.3, -1.0], [0.8, 3.0]],
        "variances": [0.06, 0.3, 0.12],
        "sigmas": noise_schedule(12, 0.03, 30)[:-1],
        "noise": np.random.default_rng(0).normal(size=(150, 2)),
    }
    return {key: np.float32(array) for key, array in arrays.items()}


def codes() -> Arrays:
    """The variational autoencoder of chapter 7 with two code units, and the codes of 400 digits."""
    digits, unseen = datasets.mnist("train", n=6000), datasets.mnist("test", n=1000)
    X, T = shrunk(digits.images), shrunk(unseen.images)
    vae = VariationalAutoencoder.folded(196, 150, 2, hidden=tanh)
    params = vae.init(np.random.default_rng(0), dtype=np.float32)
    params["b4"] = mean_bias(Autoencoder.folded(196, 150, 2), X)
    params, *_ = train(
        vae,
        negative_elbo(cross_entropy),
        params,
        X,
        epochs=30,
        rng=np.random.default_rng(1),
        optimizer=Adam(cosine(6e-3, steps=30 * 60)),
        record_objective=False,
        corrupt=append_noise(2),
    )
    return {
        "hidden": params["W3"],
        "hidden_bias": params["b3"],
        "decoder": bytes_of(params["W4"]),
        "output_bias": params["b4"],
        "codes": vae.encode(params, T[:400])[0].clip(-3.1, 3.1),
        "labels": [int(label) for label in unseen.labels[:400]],
    }


def water() -> Arrays:
    """A hundred points whose mean is 0 and whose covariance is the identity."""
    points = np.random.default_rng(3).normal(size=(100, 2))
    return {"whitened": PCAWhitening.fit(points).transform(points).astype(np.float32)}


def absorption() -> Arrays:
    """Coefficients of a parent and its child, where both are on, as chapter 10 draws them."""
    S = hierarchical_features(np.random.default_rng(0), 1000, 1, 1, 2, on=0.5).S
    return {"coefficients": S[S.all(axis=1)][:100].astype(np.float32)}


def deltas() -> Arrays:
    """Glorot's weights of 21 layers of 32 units, some inputs, and deltas of the output."""
    rng = np.random.default_rng(6)
    weights = np.stack([glorot(rng, 32, 32) for _ in range(21)])
    return {
        "weights": bytes_of(weights),
        "input": bytes_of(rng.normal(size=(20, 32))),
        "delta_out": bytes_of(rng.normal(size=(20, 32))),
    }


def sparsity() -> Arrays:
    """The networks of chapter 3, 200 digits that they have not seen, and what they make of them."""
    digits = np.round(sparse_grid.small_digits("test", 200)).astype(np.uint8)
    parts = {}
    for name, params in sparse_grid.networks():
        parts[name] = {
            "encoder": bytes_of(params["W1"]),
            "code_bias": params["b1"].astype(np.float32),
            "decoder": bytes_of(params["W2"]),
            "output_bias": params["b2"].astype(np.float32),
        }
    codes = {name: sparse_code(part, digits) for name, part in parts.items()}
    measures = {
        "population": [float(population_sparsity(Y).mean()) for Y in codes.values()],
        "mean": [float(Y.mean()) for Y in codes.values()],
    }
    grid = {"betas": list(sparse_grid.BETAS), "rhos": list(sparse_grid.RHOS), "names": list(parts)}
    return grid | {"digits": digits} | measures | parts


def sparse_code(part: Arrays, digits: np.ndarray) -> np.ndarray:
    """The codes that a network of chapter 3 makes with its weights as they are stored."""
    params = sparse_params({key: unpacked(as_json(array)) for key, array in part.items()})
    return sparse_grid.NET.encode(params, digits / 255)


def sparse_params(part: Arrays) -> dict[str, np.ndarray]:
    """The parameters of a network of chapter 3 from its stored numbers."""
    params = sparse_grid.NET.init(np.random.default_rng(0))
    params["W1"], params["b1"] = part["encoder"].reshape(64, 196), part["code_bias"]
    params["W2"], params["b2"] = part["decoder"].reshape(196, 64), part["output_bias"]
    return params


def rule() -> Arrays:
    """Three samples, and where a network of two inputs, two code units and two outputs begins."""
    arrays = {
        "X": [[1, 0], [0, 1], [1, 1]],
        "W1": [[0.8, -0.6], [-0.5, 0.9]],
        "b1": [0.3, 0.2],
        "W2": [[0.7, -0.4], [-0.3, 0.6]],
        "b2": [0.1, 0.2],
    }
    return {key: np.float32(array) for key, array in arrays.items()}


MAKERS: dict[str, Callable[[], Arrays]] = {
    "whitening": whitening,
    "line": line,
    "components": components,
    "draw": draw,
    "denoiser": denoiser,
    "flow": flow,
    "codes": codes,
    "water": water,
    "absorption": absorption,
    "deltas": deltas,
    "sparsity": sparsity,
    "rule": rule,
}


@cache
def examples() -> np.ndarray:
    """Ten test digits, one of each class."""
    test = datasets.mnist("test")
    return test.images[[np.flatnonzero(test.labels == digit)[1] for digit in range(10)]]


def shrunk(images: np.ndarray) -> np.ndarray:
    """Digits of 14 x 14 pixels from 0 to 1, as in chapter 7."""
    blocks = images.reshape(-1, 14, 2, 14, 2) / np.float32(255)
    return blocks.mean(axis=(2, 4)).reshape(-1, 196)


class Scaled(np.ndarray):
    """Whole numbers of one byte that stand for multiples of `scale`."""

    scale: float


def bytes_of(array: np.ndarray) -> np.ndarray:
    """An array as multiples of one number, in 255 steps."""
    scale = float(np.float32(np.abs(array).max() / 127))
    stored = np.round(array / scale).astype(np.int8).view(Scaled)
    stored.scale = scale
    return stored


def written(image: np.ndarray) -> str:
    """An image as draw.js writes it: a hexadecimal digit a pixel, g to z for 2 to 21 empty ones."""
    levels = np.round(image / 255 * LEVELS).astype(int)
    text = "".join(f"{level:x}" for level in levels)
    return re.sub("0{2,21}", lambda run: np.base_repr(len(run[0]) + 14, 36).lower(), text)


def script(name: str, arrays: Arrays) -> str:
    """The script that stores these arrays under a name."""
    own = {key: array for key, array in arrays.items() if not isinstance(array, dict)}
    lines = [f'  "{key}": {json.dumps(as_json(array))},\n' for key, array in own.items()]
    return (
        f"// Written by tools/play.py.\nplay.store({json.dumps(name)}, {{\n{''.join(lines)}}});\n"
    )


def as_json(array: np.ndarray | list) -> dict | list:
    """An array as its kind of number, its scale, and its bytes in base64; a list as it is."""
    if isinstance(array, list):
        return array
    scale = getattr(array, "scale", 1 / 255 if array.dtype == np.uint8 else 1)
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"kind": array.dtype.name, "scale": scale, "bytes": data}


def stored(name: str) -> dict[str, np.ndarray | list]:
    """What the script of that name holds, each array as a flat one of float64."""
    text = (FOLDER / f"{name}-data.js").read_text("utf-8")
    found = json.loads(re.sub(r",\n\}$", "}", text[text.index("{\n") : text.rindex(")")]))
    return {key: unpacked(value) for key, value in found.items()}


def unpacked(value: dict | list) -> np.ndarray | list:
    """An array of a script; a list is one already."""
    if isinstance(value, list):
        return value
    return np.frombuffer(base64.b64decode(value["bytes"]), value["kind"]) * float(value["scale"])


def take_pictures(names: list[str]) -> None:
    """Store what each element of the built site shows at first, as it is in the light theme."""
    program = chromium.find()
    if program is None:
        sys.exit("no pictures taken: chromium is not installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page.set_default_timeout(0)  # however busy the machine is
        for name, path in shown_on(ROOT / "_build" / "html").items():
            if not names or name in names:
                take_picture(page, path.as_uri(), name)
        browser.close()


def shown_on(site: Path) -> dict[str, Path]:
    """The page of each element: of several that show it the last, a chapter."""
    pages = [site / "index.html", *sorted((site / "book").glob("*.html"))]
    found = re.compile(r'class="play" id="play-([a-z]+)"')
    return {name: page for page in pages for name in found.findall(page.read_text("utf-8"))}


def take_picture(page: Page, address: str, name: str) -> None:
    """Store the picture of one element, as soon as it has all its numbers."""
    page.goto("about:blank")
    page.goto(f"{address}#play-{name}?{AT_FIRST.get(name, '')}")
    page.locator(f"play-{name}").evaluate("e => e.ready")
    picture = FOLDER / f"{name}.png"
    page.locator(f"play-{name} > .play-live").screenshot(path=picture)
    print("Wrote", picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
