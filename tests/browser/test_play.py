"""What can be played with shows what ae_course computes, for mouse, finger, keys and address."""

import re
from itertools import pairwise
from urllib.parse import urlencode

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from ae_course import (
    Autoencoder,
    Momentum,
    PCAWhitening,
    ZCAWhitening,
    activations,
    cross_entropy,
    dictionary_benchmarks,
    identity,
    kl_sparsity,
    l1_sparsity,
    lifetime_sparsity,
    population_sparsity,
    reconstruction,
    relu,
    squared_error,
    tanh,
)
from ae_course.dictionaries import matryoshka
from ae_course.diffusion import guided, probability_flow
from ae_course.likelihood_bounds import water_filling
from ae_course.mixtures import Mixture
from ae_course.network import Layer, Network
from ae_course.propagation import delta_sizes, signal_sizes
from ae_course.sparsity import kl_slope
from ae_course.variational import VariationalAutoencoder, gaussian_kl
from tools import ROOT, chapters, play, sparse_grid

SOURCES = {"index": ROOT / "index.md"} | {
    f"book/{source.stem}": source for source in sorted((ROOT / "book" / "src").glob("*.md"))
}
PAGES = {  # the last that has it: a chapter, where the home page has it too
    name: page
    for page, source in SOURCES.items()
    for name in re.findall(r"^`{3,}\{play\} (\S+)$", source.read_text("utf-8"), re.MULTILINE)
}
# Typed arrays are no JSON.
VALUES = """async (e) => {
  await e.ready;
  return JSON.parse(JSON.stringify(e.values, (k, v) => ArrayBuffer.isView(v) ? [...v] : v));
}"""
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def bowl(state):
    steepness = np.array([1, state["steepness"]])
    w, ball = np.array([state["x"], state["y"]]), Momentum(state["rate"], mu=state["momentum"])
    memory, places = ball.init(w), [w.copy()]
    for _ in range(60):
        ball.update(w, steepness * w, memory)
        places.append(w.copy())
    roots = [
        np.roots([1, state["rate"] * d - 1 - state["momentum"], state["momentum"]])
        for d in steepness
    ]
    heights = (np.square(places) @ steepness) / 2
    return {"places": places, "heights": heights, "factor": np.abs(roots).max()}


def whitening(state):
    data = play.stored("whitening")
    arm = np.array([state["along"], state["up"]])
    side = np.array([-arm[1], arm[0]]) / np.hypot(*arm) * state["across"]
    points = data["cloud"].reshape(-1, 2) @ [arm, side] + [state["x"], state["y"]]
    d = PCAWhitening.fit(points, 1).eigenvalues
    epsilon = state["epsilon"] * d[0]
    found = {"points": points, "d": d, "left": d / (d + epsilon), "moved": {}}
    for name, kind in {"pca": PCAWhitening, "zca": ZCAWhitening}.items():
        found[name] = kind.fit(points, epsilon).transform(points)
        moved = found[name] - (points - points.mean(axis=0))
        found["moved"][name] = np.square(moved).sum(axis=1).mean()
    U = data["axes"].reshape(100, 100).T
    y = data["scores"].reshape(-1, 100)[int(state["patch"])]
    z = y / np.sqrt(data["eigenvalues"] + state["epsilon"] * data["eigenvalues"][0])
    found["patch"] = {"pixels": data["mean"] + U @ y, "pca": z, "zca": U @ z}
    return found


def line(state):
    cloud = play.stored("line")["cloud"].reshape(-1, 2)
    centred = cloud - cloud.mean(axis=0)

    def error(degrees):
        w = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        return np.square(centred - np.outer(centred @ w, w)).sum(axis=1).mean() / 2

    angle, step = state["angle"], 1e-3
    slope = (error(angle + step) - error(angle - step)) / np.radians(2 * step)
    total = np.square(centred).sum(axis=1).mean()
    here = error(angle)
    return {"error": here, "slope": slope, "kept": total - 2 * here, "total": total}


def components(state):
    data, k, digit = play.stored("components"), int(state["k"]), int(state["digit"])
    scores = data["scores"].reshape(10, 64)[digit]
    image = data["digits"].reshape(10, 784)[digit]
    output = data["mean"] + scores[:k] @ data["components"].reshape(64, 784)[:k]
    return {
        "output": output,
        "image": image,
        "error": np.square(output - image).sum() / 2,
        "mean": data["errors"][k],
        "score": scores[k - 1] if k else 0,
        "kept": 1 - data["errors"][k] / data["total"][0],
    }


def draw(state):
    data, net = play.stored("draw"), Autoencoder.folded(784, 36)
    params = net.init(np.random.default_rng(0))
    params["W1"], params["b1"] = data["encoder"].reshape(36, 784), data["code_bias"]
    params["W2"], params["b2"] = data["decoder"].reshape(784, 36), data["output_bias"]
    digits = re.sub("[g-z]", lambda letter: "0" * (int(letter[0], 36) - 14), state["ink"])
    image = np.array([[int(digit, 16) for digit in digits.ljust(784, "0")]]) / play.LEVELS
    code = net.encode(params, image)
    off = [int(letter, 36) for letter in state["off"]]
    used = code.copy()
    used[0, off] = data["mean_code"][off]
    output = net.decode(params, used)
    found = {"input": image[0], "code": code[0], "used": used[0], "output": output[0]}
    return found | {"error": np.square(output - image).sum() / 2}


def denoiser(state):
    means = play.stored("denoiser")["means"].reshape(-1, 2)
    count, sigma = len(means), state["sigma"]
    mixture = Mixture(np.full(count, 1 / count), means, np.full(count, 0.01))
    noisy = np.array([[state["x"], state["y"]]])
    clean = mixture.denoise(noisy, sigma)
    score = np.linalg.norm(mixture.smoothed(sigma).score(noisy))
    grid = np.arange(-3, 3.1, 0.5)
    places = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
    return {
        "clean": clean[0],
        "far": np.linalg.norm(clean - noisy),
        "score": score,
        "likely": mixture.smoothed(sigma).responsibilities(noisy).max(),
        "field": mixture.denoise(places, sigma),
    }


def flow(state):
    data = {key: array.astype(float) for key, array in play.stored("flow").items()}
    step = int(state["step"])
    means, sigmas = data["means"].reshape(3, 2), data["sigmas"]
    weights = data["weights"] / data["weights"].sum()
    mixture, sigma = Mixture(weights, means, data["variances"]), sigmas[step]
    denoise = mixture.denoise
    if state["group"]:
        k = int(state["group"]) - 1
        told = Mixture([1.0], means[[k]], data["variances"][[k]])
        denoise = guided(denoise, told.denoise, state["guidance"])
    own = np.array([[state["x"], state["y"]]])
    clean = denoise(own, sigma)
    grid = np.linspace(-4.8, 4.8, 13) * np.hypot(1, sigma / 2.2)
    places = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
    way = [own]
    for pair in pairwise(sigmas[step:]):
        way.append(probability_flow(denoise, way[-1], pair))
    start = data["noise"].reshape(-1, 2) * sigmas[0]
    ends = probability_flow(denoise, start, sigmas)
    near = np.square(ends[:, None] - means).sum(axis=2).argmin(axis=1)
    return {
        "sigma": sigma,
        "clean": clean[0],
        "score": np.linalg.norm(clean - own) / sigma**2,
        "shares": mixture.smoothed(sigma).responsibilities(own)[0],
        "way": np.concatenate(way),
        "points": probability_flow(denoise, start, sigmas[: step + 1]) if step else start,
        "counts": np.bincount(near, minlength=3),
        "field": denoise(places, sigma),
    }


def codes(state):
    data, vae = play.stored("codes"), VariationalAutoencoder.folded(196, 150, 2, hidden=tanh)
    params = vae.init(np.random.default_rng(0))
    params["W3"], params["b3"] = data["hidden"].reshape(150, 2), data["hidden_bias"]
    params["W4"], params["b4"] = data["decoder"].reshape(196, 150), data["output_bias"]
    z = np.array([[state["x"], state["y"]]])
    near = np.linalg.norm(data["codes"].reshape(-1, 2) - z, axis=1).argmin()
    return {"output": vae.decode(params, z)[0], "near": data["labels"][near]}


def water(state):
    """The best linear network, as the chapter derives it, does what the formulas say."""
    beta, noise = state["beta"], state["noise"]
    d, level = np.array([state["d1"], state["d2"]]), state["beta"] * state["noise"]
    tilt = np.pi / 6
    U = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    X = play.stored("water")["whitened"].reshape(-1, 2) * np.sqrt(d) @ U.T
    net = VariationalAutoencoder.folded(2, 2, hidden=identity, output=identity)
    params = net.init(np.random.default_rng(0))
    w = np.sqrt(np.maximum(0, d - level))
    variances = level / (w**2 + level)
    params["W1"] = np.vstack([U.T * (w / (w**2 + level))[:, None], np.zeros((2, 2))])
    params["b1"] = np.concatenate([np.zeros(2), np.log(variances)])
    params["W2"], params["b2"] = U * w, np.zeros(2)
    means, log_variances = net.encode(params, X)
    made = net.decode(params, means)
    error = np.square(X - made).sum(axis=1).mean() + np.sum(w**2 * variances)
    distortion = error / (2 * noise) + np.log(2 * np.pi * noise)
    rate = gaussian_kl(means, log_variances).mean()
    truth = -multivariate_normal(cov=U * (w**2 + noise) @ U.T).logpdf(X).mean()
    own = np.array([[state["x"], state["y"]]])
    scores, widths = own @ U, noise / (w**2 + noise)
    # What the bound lacks is the divergence of q(z | x) from p(z | x); for beta = 1 they are one.
    away = (means - X @ U * w / (w**2 + noise)) ** 2 / widths
    ratio = variances / widths
    gap = (away + ratio - 1 - np.log(ratio)).sum(axis=1).mean() / 2
    np.testing.assert_allclose(distortion + rate - truth, gap, atol=1e-5)
    assert beta != 1 or gap < 1e-9
    rates = water_filling(d, level)
    np.testing.assert_allclose(rates.sum(), rate, atol=1e-5)
    return {
        "level": level,
        "rates": rates,
        "rate": rate,
        "distortion": distortion,
        "bound": distortion + rate,
        "truth": truth,
        "points": X,
        "means": means,
        "made": made,
        "code": net.encode(params, own)[0][0],
        "variances": variances,
        "posterior": scores[0] * w / (w**2 + noise),
        "widths": widths,
    }


def absorption(state):
    S = play.stored("absorption")["coefficients"].reshape(-1, 2)
    S[round(state["share"] * len(S)) :, 1] = 0
    features = dictionary_benchmarks.Features(S, S, np.eye(2), np.array([-1, 0]))
    net = Autoencoder.folded(2, 2, hidden=relu, output=identity)
    parts = [reconstruction(squared_error), matryoshka((1, 2))]
    error, price = parts[int(state["nested"])], state["weight"]

    def measured(degrees):
        params = net.init(np.random.default_rng(0))
        cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        params["W2"], params["W1"] = [[1, cos], [0, sin]], [[1, -cos / sin], [0, 1 / sin]]
        params["b1"], params["b2"] = np.zeros(2), np.zeros(2)
        Y, columns = net.encode(params, S), params["W2"].T
        active = dictionary_benchmarks.dictionary_report(features, columns, Y).active
        total = l1_sparsity().value(net, params, S)
        paid = price * (total if state["price"] else active)
        missed = error.value(net, params, S)
        return params, Y, [missed, active, total, paid, missed + paid]

    params, Y, costs = measured(state["angle"])
    angles = np.arange(20, 120.5, 0.5)
    objectives = np.array([measured(angle)[2][-1] for angle in angles])
    far = np.abs(angles - state["angle"])
    far[objectives > objectives.min() + 1e-9] = np.inf
    return {
        "outputs": net.decode(params, Y),
        "silent": (S[:, 1] > 0) & (Y[:, 0] == 0),
        "costs": [*costs, measured(90)[2][-1]],
        "absorbed": dictionary_benchmarks.absorption(features, params["W2"].T, Y),
        "column": params["W2"][:, 1],
        "example": net.encode(params, np.ones((1, 2)))[0],
        "least": angles[far.argmin()],
    }


def deltas(state):
    data, depth = play.stored("deltas"), int(state["depth"])
    f = [activations.logistic, tanh, activations.relu, activations.identity]
    hidden = [Layer(32, 32, f[int(state["activation"])]) for _ in range(depth)]
    net = Network([*hidden, Layer(32, 32, activations.identity)])
    params = net.init(np.random.default_rng(0))
    weights = data["weights"].reshape(21, 32, 32) * state["factor"]
    for l in range(1, depth + 2):
        params[f"W{l}"], params[f"b{l}"] = weights[l - 1], 0
    trace = net.forward(params, data["input"].reshape(20, 32))
    signals = list(signal_sizes(trace).values())[: depth + 1]
    sizes = delta_sizes(net, params, trace, data["delta_out"].reshape(20, 32))
    return {"signals": signals, "deltas": list(sizes.values())}


def sparsity(state):
    data, net = play.stored("sparsity"), sparse_grid.NET
    beta, rho = state["beta"], state["rho"]
    i, k = data["betas"].index(beta), data["rhos"].index(rho)
    place = f"{i}{k}" if beta else "0"
    params = play.sparse_params(play.stored(f"sparsity-{place}"))
    X = data["digits"].reshape(200, 196)
    codes, own = net.encode(params, X), data["names"].index(place)
    population = population_sparsity(codes).mean()
    # What is stored of all networks is what this one has.
    np.testing.assert_allclose(data["population"][own], population, rtol=1e-5)
    np.testing.assert_allclose(data["mean"][own], codes.mean(), rtol=1e-5)
    return {
        "codes": codes,
        "outputs": net.decode(params, codes),
        "error": sparse_grid.E.value(net, params, X),
        "means": codes.mean(axis=0),
        "mean": codes.mean(),
        "penalty": beta * kl_sparsity(rho).value(net, params, X),
        "population": population,
        "lifetime": lifetime_sparsity(codes).mean(),
        "on": (codes > 0.5).sum(axis=1).mean(),
    }


def rule(state):
    data, net = play.stored("rule"), Autoencoder.folded(2, 2)
    params, X = net.init(np.random.default_rng(0)), data["X"].reshape(3, 2)
    for name in params:
        params[name] = data[name].reshape(params[name].shape)
    E, penalty = reconstruction(cross_entropy), state["beta"] * kl_sparsity(state["rho"])
    path = []
    for _ in range(int(state["step"]) + 1):
        here, trace = params.copy(), net.forward(params, X)
        J, gradient = (E + penalty).value_and_gradient(net, params, X)
        path.append(J)
        for name, slope in gradient.items():
            params[name] = params[name] - state["rate"] * slope
    y, output = trace.y[1], trace.output
    slopes = kl_slope(state["rho"], y.mean(axis=0))
    back, bend = (output - X) @ here["W2"], y * (1 - y)
    deltas = (back + state["beta"] * slopes) * bend
    # The deltas are those of the package: they make its gradient.
    np.testing.assert_allclose(deltas.T @ X / 3, gradient["W1"], rtol=1e-10)
    halves = [
        dict(zip(("weights", "biases"), (gradient[f"W{l}"], gradient[f"b{l}"]), strict=True))
        for l in (1, 2)
    ]
    return {
        "u": trace.u[1],
        "y": y,
        "output": output,
        "errors": [E.value(net, here, X[n : n + 1]) for n in range(3)],
        "means": y.mean(axis=0),
        "slopes": slopes,
        "above": output - X,
        "back": back,
        "bend": bend,
        "deltas": deltas,
        "code": halves[0],
        "decoder": halves[1],
        "next": {"W": params["W1"], "b": params["b1"], "V": params["W2"], "c": params["b2"]},
        "E": E.value(net, here, X),
        "penalty": penalty.value(net, here, X),
        "J": path[-1],
        "path": path,
        "after": (E + penalty).value(net, params, X),
    }


ELEMENTS = (
    *(bowl, whitening, line, components, draw, denoiser),
    *(flow, codes, deltas, sparsity, rule),
    *(water, absorption),
)
COMPUTED = {f.__name__: f for f in ELEMENTS}
STATES = {
    "bowl": [
        {"rate": 0.0645, "steepness": 30, "x": 3.3, "y": -1.2},
        {"rate": 0.0952, "momentum": 0.48, "step": 7},
        {"rate": 0.03, "momentum": 0.95, "steepness": 100},
    ],
    "whitening": [
        {"x": -1.5, "along": -2, "up": 0.4, "across": 2.6, "epsilon": 0.000001, "patch": 3},
        {"along": 0.3, "up": -1.4, "epsilon": 0.37, "patch": 7},
    ],
    "line": [{"angle": -72.5}, {"angle": 0}, {"angle": 36.87}],
    "components": [{"k": 0, "digit": 0}, {"k": 1, "digit": 9}, {"k": 64, "digit": 7}],
    "draw": [
        {"ink": "", "off": ""},
        {"ink": play.stored("draw")["examples"][7], "off": "05z"},
        {"ink": "z" * 14 + "123456789abcdef", "off": "0123456789abcdefghijklmnopqrstuvwxyz"},
    ],
    "denoiser": [{"sigma": 0.05, "x": 1, "y": 1}, {"sigma": 2, "x": -3.4, "y": 3.4}],
    "flow": [
        {"step": 0, "x": -20, "y": 7},
        {"step": 29, "score": 1, "x": 0.3, "y": 0.4},
        {"step": 12, "group": 3, "guidance": 2.5, "x": 4, "y": -6},
        {"step": 21, "group": 1, "guidance": 0},
    ],
    "codes": [{"x": -1.7, "y": 0.2}, {"x": 3, "y": -3, "digit": 4}],
    "water": [
        {"beta": 0.1, "noise": 2, "d1": 4.5, "d2": 0.7},
        {"beta": 5, "noise": 0.3, "x": -3, "y": 4.2},
        {"beta": 20, "noise": 4, "d1": 5},
        {"beta": 1, "noise": 1, "d1": 0.5, "d2": 3},
    ],
    "absorption": [
        {"angle": 90, "weight": 0, "nested": 1},
        {"angle": 45, "share": 0.3, "weight": 0.5},
        {"angle": 31.5, "price": 1, "share": 0.9},
        {"angle": 110, "price": 1, "nested": 1, "weight": 0.15},
        {"angle": 20, "nested": 1, "share": 0.1, "weight": 0.6},
    ],
    "deltas": [
        {"depth": 20, "factor": 4, "activation": 0},
        {"depth": 1, "factor": 0.1, "activation": 1},
        {"depth": 13, "factor": 1.41, "activation": 2},
        {"depth": 7, "factor": 10, "activation": 3},
    ],
    "sparsity": [
        {"beta": 0, "rho": 0.05},
        {"beta": 30, "rho": 0.02},
        {"beta": 1, "rho": 0.3},
    ],
    "rule": [
        {"step": 0, "part": 6, "beta": 0},
        {"step": 99, "part": 4, "beta": 5, "rho": 0.02, "rate": 2},
        {"step": 13, "part": 2, "beta": 0.3, "rho": 0.5, "rate": 0.05},
    ],
}
MOVED = "([e, before]) => JSON.stringify(e.state) !== JSON.stringify(before)"
NO_OUTLINE_IN_UNITS_OF_DATA = """(stop) =>
  !(stop instanceof SVGElement) || getComputedStyle(stop).outlineStyle === "none"
"""
IN_VIEW = """e => {
  const { top } = e.closest("figure").getBoundingClientRect();
  return top >= 0 && top < innerHeight;
}"""
# Go to a place on the page, and return when the page has been told.
GO = """(e, address) => new Promise((done) => {
  window.addEventListener("hashchange", done, { once: true });
  location.hash = address;
}).then(() => null)"""


def address(name, state):
    return f"#play-{name}?{urlencode(state)}"


def state_of(element):
    return element.evaluate("e => e.state")


def assert_as_computed(element, name):
    """Every number of an element is what Python computes from the same state."""
    wanted, found = COMPUTED[name](state_of(element)), element.evaluate(VALUES)
    assert found.keys() == wanted.keys()
    compare(found, wanted)


def compare(found, wanted):
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            compare(found[key], value)
    else:
        found, wanted = np.asarray(found, float), np.asarray(wanted, float)
        assert found.shape == wanted.shape
        np.testing.assert_allclose(
            found, wanted, rtol=1e-5, atol=1e-5 * min(1, np.abs(wanted).max())
        )


@pytest.fixture
def to_play(same_page, figures_url):
    """Open the page of an element, in a state; without its text, unless another base is given."""

    def opened(name, page=same_page, base=figures_url, **state):
        page.goto("about:blank")
        page.goto(f"{base}{PAGES[name]}.html{address(name, state)}")
        return page.locator(f"play-{name}")

    return opened


def test_everything_to_play_with_has_a_page_and_is_computed():
    scripts = {path.stem for path in play.FOLDER.glob("*.js") if "-" not in path.stem} - {"play"}
    assert scripts == set(PAGES) == set(STATES)
    assert {path.stem for path in play.FOLDER.glob("*.png")} == scripts
    numbered = {f"book/{name}" for name in chapters.chapters() if name[0].isdigit()}
    assert numbered <= set(PAGES.values())


@pytest.mark.parametrize("name", PAGES)
def test_the_address_sets_the_state_and_its_numbers_are_those_of_the_package(
    to_play, name, site_url
):
    element = to_play(name, base=site_url)
    assert_as_computed(element, name)
    element.page.wait_for_function(IN_VIEW, arg=element.element_handle())
    for state in STATES[name]:
        element.evaluate(GO, address(name, state))
        assert {key: state_of(element)[key] for key in state} == state
        assert_as_computed(element, name)


@pytest.mark.parametrize("name", PAGES)
def test_its_sliders_and_handles_follow_the_keyboard_and_the_address_follows_them(to_play, name):
    element = to_play(name)
    stops = element.locator("input, [role=slider], [role=application]")
    for k in range(stops.count()):
        before = state_of(element)
        stops.nth(k).focus()
        for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowRight", "Enter"):
            element.page.keyboard.press(key)
        moved = state_of(element) != before
        if not moved:  # it was at its least
            for key in ("ArrowRight", "ArrowRight"):
                element.page.keyboard.press(key)
        assert state_of(element) != before, stops.nth(k).get_attribute("aria-label")
        assert stops.nth(k).evaluate(NO_OUTLINE_IN_UNITS_OF_DATA)
        assert_as_computed(element, name)
    assert stops.count()
    element.page.wait_for_function("e => location.hash === e.address", arg=element.element_handle())
    state, left = state_of(element), element.page.url
    element.page.goto("about:blank")
    element.page.goto(left)
    assert state_of(element) == state


TELL = """async (e) => {
  const told = () => [...e.querySelectorAll(".play-panel > :is(svg, canvas)")]
    .map((drawing) => drawing.getAttribute("aria-label"));
  const all = [told()];
  const keep = async () => {
    await e.ready;
    all.push(told());
  };
  for (const input of e.querySelectorAll("input")) {
    for (const value of [input.min, input.max, (Number(input.min) + Number(input.max)) / 2]) {
      input.value = value;
      input.dispatchEvent(new Event("input"));
      await keep();
    }
  }
  for (const stop of e.querySelectorAll("[role=slider], [role=application]")) {
    for (const key of ["ArrowLeft", "ArrowUp", "Delete"]) {
      stop.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: true, bubbles: true }));
      await keep();
    }
  }
  return all;
}"""


@pytest.mark.parametrize("name", PAGES)
def test_what_is_seen_in_every_drawing_is_told_and_follows_the_state(to_play, name):
    element = to_play(name)
    element.evaluate(VALUES)
    told = element.evaluate(TELL)
    drawings = list(zip(*told, strict=True))
    assert drawings
    for words in drawings:
        title = words[0].partition(": ")[0]
        assert all(text.startswith(f"{title}: ") for text in words)
        assert len(set(words)) > 1, words[0]
        assert not [text for text in words if re.search("NaN|undefined|null|Infinity", text)]


@pytest.mark.parametrize("name", PAGES)
def test_a_handle_says_where_it_is_and_how_far_it_goes(to_play, name):
    element = to_play(name)
    for handle in element.locator(".play-handle").all():
        least, now, most = (
            float(handle.get_attribute(f"aria-value{at}")) for at in ("min", "now", "max")
        )
        assert least < now < most
        said = handle.get_attribute("aria-valuetext").replace("\N{MINUS SIGN}", "-")
        across, up = re.fullmatch(r"(-?[\d.]+) across, (-?[\d.]+) up", said).groups()
        assert float(across) == pytest.approx(now, abs=0.005 + 1e-9)
        handle.press("ArrowUp")
        moved = handle.get_attribute("aria-valuetext").replace("\N{MINUS SIGN}", "-")
        assert float(moved.split()[2]) > float(up)
        panel = handle.locator("xpath=ancestor::*[local-name()='svg']")
        assert panel.get_attribute("role") == "group"  # inside a picture nothing can be reached


def test_the_pen_says_what_is_under_it(to_play):
    element = to_play("draw", ink="")
    pad = element.locator("[role=application]")
    told = element.get_by_role("status")
    pad.press("ArrowRight")
    assert told.text_content() == "Row 15, column 16: white"
    pad.press("Enter")
    assert told.text_content() == "Row 15, column 16: dark"
    assert "dark pixels in rows 1" in pad.get_attribute("aria-label")


def middle(box):
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("name", ["bowl", "line", "denoiser", "flow", "water", "absorption"])
def test_a_mouse_drags_a_handle_to_where_it_is(to_play, name):
    element = to_play(name)
    element.locator("svg").first.scroll_into_view_if_needed()
    panel = element.locator("svg").first.bounding_box()
    x, y = middle(element.locator(".play-grip").first.bounding_box())
    before, mouse = state_of(element), element.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(panel["x"] + panel["width"] / 4, panel["y"] + panel["height"] / 4, steps=4)
    mouse.up()
    assert state_of(element) != before
    assert_as_computed(element, name)
    if name == "bowl":  # which shows -10 to 10 and -2.4 to 2.4
        np.testing.assert_allclose([state_of(element)[key] for key in "xy"], [-5, 1.2], atol=0.1)


def drag_by_finger(page, start, end):
    """Touch the screen, move, and let go, as the browser itself is told of it."""
    session = page.context.new_cdp_session(page)
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        points = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture(scope="module")
def phone(watched):
    """A window that is touched."""
    with watched(**PHONE) as (page, complaints):
        yield page
        assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    "name", ["bowl", "whitening", "draw", "codes", "flow", "water", "absorption"]
)
def test_a_finger_drags_and_the_page_stays(phone, to_play, name, site_url):
    element = to_play(name, page=phone, base=site_url)  # a page that could move
    grip = element.locator(".play-grip, .play-pad").first
    grip.scroll_into_view_if_needed()
    phone.wait_for_timeout(200)
    before, top = state_of(element), phone.evaluate("scrollY")
    x, y = middle(grip.bounding_box())
    drag_by_finger(phone, (x, y), (x + 25, y + 30))
    phone.wait_for_function(MOVED, arg=[element.element_handle(), before])
    assert_as_computed(element, name)
    assert phone.evaluate("scrollY") == top


@pytest.mark.parametrize("name", PAGES)
def test_its_place_is_kept_and_on_paper_there_is_a_picture(to_play, name):
    element = to_play(name)
    page = element.page
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        place = element.locator("xpath=..")
        kept = place.evaluate("e => parseFloat(getComputedStyle(e).minHeight)")
        taken = place.locator(".play-live").bounding_box()["height"]
        assert taken - 1 <= kept <= 1.15 * taken, width
    assert not element.locator("img").is_visible()
    # What it shows is said to those who do not see it.
    said = element.locator(f"#{element.locator('.play-live').get_attribute('aria-describedby')}")
    assert said.text_content() == f"At first: {element.locator('img').get_attribute('alt')}"
    page.emulate_media(media="print")
    page.evaluate("document.querySelectorAll('.play-still').forEach((e) => e.scrollIntoView())")
    element.locator("img").wait_for(state="visible")
    assert not element.locator(".play-live").is_visible()


@pytest.fixture(scope="module")
def without_scripts(watched):
    """A window in which no script runs."""
    with watched(java_script_enabled=False) as (page, complaints):
        yield page
        # Scripts that the page asks for ahead of time are refused then, which is meant.
        assert not [line for line in complaints if not line.startswith("csp for ")]


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_there_is_a_picture(without_scripts, to_play, name):
    to_play(name, page=without_scripts).locator("img").wait_for(state="visible")


def test_what_an_address_has_beyond_the_range_or_never_heard_of_does_no_harm(to_play):
    element = to_play("bowl", rate="1e9", momentum="fast", sneaky="1", step="-3")
    state = state_of(element)
    assert (state["rate"], state["momentum"], state["step"]) == (0.2, 0, 0)
    assert "sneaky" not in state
    assert_as_computed(element, "bowl")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize(("name", "button", "last"), [("bowl", "Roll", 60), ("flow", "Flow", 29)])
def test_steps_run_by_themselves_unless_a_reader_wants_no_motion(
    watched, to_play, name, button, last, motion
):
    with watched(reduced_motion=motion) as (page, _):
        element = to_play(name, page=page)
        element.get_by_role("button", name=button).click()
        step = state_of(element)["step"]
        assert step == last if motion == "reduce" else step < last / 2
        page.wait_for_function(f"e => e.state.step === {last}", arg=element.element_handle())
        assert_as_computed(element, name)


def test_one_step_of_the_flow_moves_the_points_and_the_arrows_may_be_those_of_the_score(to_play):
    element = to_play("flow", step=10)
    before = element.evaluate(VALUES)
    element.get_by_role("button", name="One step").press("Enter")
    assert state_of(element)["step"] == 11
    after = element.evaluate(VALUES)
    assert after["sigma"] < before["sigma"]
    assert after["points"] != before["points"]
    arrows = element.locator(".play-flow-arrows")
    of_denoiser = arrows.get_attribute("d")
    mode = element.get_by_role("button", name="Arrows of the score")
    assert mode.get_attribute("aria-pressed") == "false"
    mode.press("Space")
    assert mode.get_attribute("aria-pressed") == "true"
    assert arrows.get_attribute("d") != of_denoiser
    assert_as_computed(element, "flow")


def test_a_matryoshka_dictionary_keeps_a_column_honest_until_the_price_is_high(to_play):
    element = to_play("absorption", angle=85)
    least = element.get_by_role("button", name="To the least J")
    nest = element.get_by_role("button", name="Matryoshka")
    least.press("Enter")
    assert 45 < state_of(element)["angle"] < 60
    assert nest.get_attribute("aria-pressed") == "false"
    nest.press("Space")
    assert nest.get_attribute("aria-pressed") == "true"
    least.press("Enter")
    assert state_of(element)["angle"] == 90
    element.evaluate(GO, address("absorption", {"weight": 0.5}))
    least.press("Enter")
    assert state_of(element)["angle"] < 45
    element.get_by_role("button", name="L₁ in place of L₀").press("Space")
    least.press("Enter")
    assert 60 < state_of(element)["angle"] < 90
    assert_as_computed(element, "absorption")


def test_without_a_price_a_column_stays_where_nothing_is_lost(to_play):
    element = to_play("absorption", angle=75, weight=0)
    element.get_by_role("button", name="To the least J").press("Enter")
    assert state_of(element)["angle"] == 75


def test_along_a_silent_unit_the_code_of_every_sample_is_the_prior(to_play):
    element = to_play("water", beta=2.1)
    codes = []
    for x in (-4, 3):
        element.evaluate(GO, address("water", {"x": x}))
        found = element.evaluate(VALUES)
        assert (found["code"][1], found["variances"][1], found["rates"][1]) == (0, 1, 0)
        assert (found["posterior"][1], found["widths"][1]) == (0, 1)
        codes.append(found["code"][0])
    assert codes[0] < -1 < 1 < codes[1]


@pytest.mark.parametrize(
    "name", [name for name in PAGES if name in ("line", "draw", "sparsity", "water")]
)
def test_opened_as_a_file_it_is_the_same(to_play, site, name):
    element = to_play(name, base=f"{site.as_uri()}/")
    assert_as_computed(element, name)


def test_features_are_switched_by_arrow_keys_and_space(to_play):
    element = to_play("draw")
    element.locator(".play-code button").first.focus()
    for key in ("ArrowRight", "ArrowRight", "Space", "ArrowLeft", "Space", "Space"):
        element.page.keyboard.press(key)
    assert state_of(element)["off"] == "2"
    pressed = element.locator(".play-code [aria-pressed=false]")
    assert pressed.count() == 1
    assert_as_computed(element, "draw")


def test_a_rule_goes_on_part_by_part_and_over_the_end_of_a_step(to_play):
    element = to_play("rule")
    now, later = element.locator("[aria-current=step]"), element.locator(".play-card-6 td")
    assert "Forward" in now.inner_text()
    assert later.last.inner_text() == "·"
    for _ in range(5):
        element.get_by_role("button", name="Next part").press("Enter")
    assert "Step" in now.inner_text()
    assert later.last.inner_text() != "·"
    element.get_by_role("button", name="Next part").press("Enter")
    assert (state_of(element)["step"], state_of(element)["part"]) == (1, 1)
    element.get_by_role("button", name="Part before").press("Enter")
    assert (state_of(element)["step"], state_of(element)["part"]) == (0, 6)
    assert_as_computed(element, "rule")


def test_a_network_is_loaded_when_it_is_looked_at_and_no_other(page, site_url):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site_url}book/03_sparsity.html")
    networks = re.compile(r"sparsity-\d+-data")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if networks.search(url)]
    element = page.locator("play-sparsity")
    element.scroll_into_view_if_needed()
    assert_as_computed(element, "sparsity")
    assert len([url for url in asked if networks.search(url)]) == 1


def test_a_network_that_does_not_arrive_is_said_and_the_next_one_is_shown(watched, to_play):
    with watched() as (page, _):
        page.route("**/sparsity-22-data.js*", lambda route: route.abort())
        element = to_play("sparsity", page=page)
        element.evaluate("e => e.ready")
        said = element.locator(".play-failure").inner_text()
        assert said == "This network cannot be shown: sparsity-22 could not be loaded."
        element.evaluate(GO, address("sparsity", {"beta": 1}))
        assert_as_computed(element, "sparsity")
        assert element.locator(".play-failure").inner_text() == ""


def test_of_numbers_between_those_that_there_are_the_nearest_counts(to_play):
    state = state_of(to_play("sparsity", beta="2.2", rho="0.06"))
    assert state == {"beta": 3, "rho": 0.05}


def test_pages_without_such_things_load_nothing_of_them(same_page, site_url):
    same_page.goto(f"{site_url}book/glossary.html")
    assert same_page.locator("[src*='play/'], [href*='play/play']").count() == 0
