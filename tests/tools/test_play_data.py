"""What can be played with is made of what ae_course computes today."""

import gzip
import re

import numpy as np
import pytest

from ae_course import datasets
from tools import ROOT, play, sparse_grid

QUICK = [  # the others train
    *("whitening", "line", "components", "denoiser", "flow"),
    *("water", "absorption", "deltas", "rule"),
]


@pytest.mark.parametrize("name", QUICK)
def test_what_is_stored_is_what_is_computed(name):
    stored, computed = play.stored(name), play.MAKERS[name]()
    assert stored.keys() == computed.keys()
    for key, array in computed.items():
        wanted = play.unpacked(play.as_json(array))
        atol = 1.01 * getattr(array, "scale", 1e-4)  # a number may be rounded to the next step
        np.testing.assert_allclose(stored[key], wanted, rtol=1e-4, atol=atol, err_msg=key)


def test_a_picture_is_taken_of_every_element_of_the_site(site):
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "book" / "src").glob("*.md"))
    boxes = set(re.findall(r"^`{3,}\{play\} (\S+)$", sources, re.MULTILINE))
    pages = play.shown_on(site)
    assert set(pages) == boxes >= {"draw", "flow"}
    assert pages["draw"].name == "01_overview.html"
    assert not [name for name in boxes if not (play.FOLDER / f"{name}.png").is_file()]


def test_the_command_writes_what_the_script_stores(monkeypatch, tmp_path):
    before = play.stored("line")
    monkeypatch.setattr(play, "ROOT", tmp_path)
    monkeypatch.setattr(play, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["play", "line"])
    play.main()
    assert (tmp_path / "line-data.js").read_text("utf-8").count("play.store(") == 1
    np.testing.assert_allclose(play.stored("line")["cloud"], before["cloud"], rtol=1e-5)


def test_a_drawing_is_written_as_the_script_reads_it():
    image = np.zeros(784)
    image[[0, 3, 30]] = 255, 17, 136
    assert play.written(image) == "fg1" + "z" + "j" + "8" + "z" * 35 + "w"


def test_no_file_of_numbers_is_heavy():
    files = sorted(play.FOLDER.glob("*-data.js"))
    assert {f"{name}-data.js" for name in play.MAKERS} <= {file.name for file in files}
    for file in files:
        assert len(gzip.compress(file.read_bytes())) < 60_000, file.name


def test_every_network_of_the_grid_has_a_file_and_one_of_them_is_computed_again():
    data = play.stored("sparsity")
    files = {path.name for path in play.FOLDER.glob("sparsity-*-data.js")}
    assert files == {f"sparsity-{name}-data.js" for name in data["names"]}
    assert (data["betas"], data["rhos"]) == (list(sparse_grid.BETAS), list(sparse_grid.RHOS))
    X = sparse_grid.small_digits("train", 3_000) / 255
    trained = sparse_grid.trained(X, beta=0.3, rho=0.1)
    kept = play.sparse_params(play.stored("sparsity-22"))
    digits = data["digits"].reshape(200, 196)
    for network in (sparse_grid.NET.encode, sparse_grid.NET.reconstruct):
        wanted = network(trained, digits.astype(np.float32))
        # In bytes, and perhaps on another computer, a few outputs may differ more.
        assert np.median(np.abs(network(kept, digits) - wanted)) < 0.01
        assert np.abs(network(kept, digits) - wanted).mean() < 0.02


def test_the_sparsest_network_of_the_grid_has_a_middling_penalty():
    data = play.stored("sparsity")
    population = dict(zip(data["names"], data["population"], strict=True))
    for k in range(len(data["rhos"])):
        along = [population["0"], *(population[f"{i}{k}"] for i in range(1, 7))]
        assert 0 < np.argmax(along) < 6


def test_the_stored_autoencoder_reconstructs_digits_that_it_has_not_seen():
    data = play.stored("draw")
    X = datasets.mnist("test", n=500).images / 255
    code = 1 / (1 + np.exp(-(X @ data["encoder"].reshape(36, 784).T + data["code_bias"])))
    u = code @ data["decoder"].reshape(784, 36).T + data["output_bias"]
    error = np.square(1 / (1 + np.exp(-u)) - X).sum(axis=1).mean() / 2
    assert 4 < error < 7
    np.testing.assert_allclose(code.mean(axis=0), data["mean_code"], atol=0.1)
