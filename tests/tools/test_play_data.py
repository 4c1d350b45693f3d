"""What can be played with is made of what ae_course computes today."""

import gzip

import numpy as np
import pytest

from ae_course import datasets
from tools import play

QUICK = ["whitening", "line", "components", "denoiser", "deltas"]  # the others train


@pytest.mark.parametrize("name", QUICK)
def test_what_is_stored_is_what_is_computed(name):
    stored, computed = play.stored(name), play.MAKERS[name]()
    assert stored.keys() == computed.keys()
    for key, array in computed.items():
        wanted = play.unpacked(play.as_json(array))
        atol = 1.01 * getattr(array, "scale", 1e-4)  # a number may be rounded to the next step
        np.testing.assert_allclose(stored[key], wanted, rtol=1e-4, atol=atol, err_msg=key)


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


@pytest.mark.parametrize("name", play.MAKERS)
def test_no_file_of_numbers_is_heavy(name):
    assert len(gzip.compress((play.FOLDER / f"{name}-data.js").read_bytes())) < 60_000


def test_the_stored_autoencoder_reconstructs_digits_that_it_has_not_seen():
    data = play.stored("draw")
    X = datasets.mnist("test", n=500).images / 255
    code = 1 / (1 + np.exp(-(X @ data["encoder"].reshape(36, 784).T + data["code_bias"])))
    u = code @ data["decoder"].reshape(784, 36).T + data["output_bias"]
    error = np.square(1 / (1 + np.exp(-u)) - X).sum(axis=1).mean() / 2
    assert 4 < error < 7
    np.testing.assert_allclose(code.mean(axis=0), data["mean_code"], atol=0.1)
