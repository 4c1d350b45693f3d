"""A saved model comes back whole, or a message says that it is not."""

import json
import re
import zipfile

import numpy as np
import pytest
from helpers import drawn, samples

from ae_course import checkpoint
from ae_course.activations import Activation, identity, logistic, relu, softmax, tanh, top_k
from ae_course.autoencoder import Autoencoder
from ae_course.checkpoint import CheckpointError, load, save
from ae_course.network import Layer, Network

NET = Autoencoder.folded(4, 3, 2, hidden=tanh, code=relu, output=logistic)
PARAMS = drawn(NET)
NETWORKS = [
    NET,
    NET.decoder,
    Network((Layer(4, 3, identity), Layer(3, 3, softmax))),
    Network((Layer(np.int64(4), np.int32(3), tanh),), first=2),
    Autoencoder.folded(4, 5, hidden=top_k(2), output=identity),
]


@pytest.fixture
def path(tmp_path):
    """A file with a whole model."""
    save(tmp_path / "model.npz", NET, PARAMS)
    return tmp_path / "model.npz"


def write(path, network, **arrays):
    """Write a file of the same form as a model, with whatever in it."""
    described = checkpoint._describe(NET) | network
    np.savez(path, network=json.dumps(described), **{**PARAMS, **arrays})


@pytest.mark.parametrize("net", NETWORKS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_model_comes_back_as_it_was(tmp_path, net, dtype):
    params = drawn(net, dtype=dtype)
    save(tmp_path / "model.npz", net, params)
    again, found = load(str(tmp_path / "model.npz"))
    assert (again, type(again)) == (net, type(net))
    assert (found.dtype, found.shapes) == (dtype, params.shapes)
    assert found.vector.tobytes() == params.vector.tobytes()


def test_a_model_that_came_back_computes_the_same(path):
    net, params = load(path)
    assert (net.encode(params, samples(3, 4)) == NET.encode(PARAMS, samples(3, 4))).all()


def test_numpy_reads_the_parameters_by_their_names(path):
    with np.load(path) as file:
        assert set(file.files) == {"network", *PARAMS}
        assert (file["W2"] == PARAMS["W2"]).all()


def test_the_file_has_exactly_the_name_asked_for(tmp_path):
    save(tmp_path / "model", NET, PARAMS)
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_saving_again_replaces_the_file(path):
    save(path, NET, PARAMS.like(PARAMS.vector * 2))
    assert (load(path)[1].vector == PARAMS.vector * 2).all()


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError("no space left on device")])
def test_an_interruption_leaves_the_older_file_as_it_was(path, monkeypatch, interruption):
    def interrupted(file, **arrays):
        file.write(b"half a")
        raise interruption

    monkeypatch.setattr(checkpoint.np, "savez", interrupted)
    with pytest.raises((KeyboardInterrupt, OSError)):
        save(path, NET, PARAMS.like(PARAMS.vector * 2))
    assert (load(path)[1].vector == PARAMS.vector).all()
    assert [file.name for file in path.parent.iterdir()] == ["model.npz"]


def test_parameters_of_another_network_are_not_saved(tmp_path):
    with pytest.raises(ValueError, match=r"W1 has shape \(3, 4\), the network takes \(2, 4\)"):
        save(tmp_path / "model.npz", Autoencoder.folded(4, 2), PARAMS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["sine", "tanh", "top_k(2)"])
def test_an_activation_that_could_not_be_read_back_is_not_saved(tmp_path, name):
    own = Activation(name, lambda u, out: np.sin(u, out=out), lambda u, y: np.cos(u))
    net = Network((Layer(4, 3, own),))
    with pytest.raises(ValueError, match=f"{re.escape(name)} is not an activation of ae_course"):
        save(tmp_path / "model.npz", net, drawn(net))
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        load(tmp_path / "none.npz")


def test_a_truncated_file_is_refused_whatever_its_length(path):
    content = path.read_bytes()
    for length in range(0, len(content), 13):
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match=r"model\.npz is not a whole model file \("):
            load(path)


def test_a_changed_byte_never_gives_another_model(path):
    content = path.read_bytes()
    refused = 0
    for place in range(0, len(content), 11):
        changed = bytearray(content)
        changed[place] ^= 0x49
        path.write_bytes(changed)
        try:
            net, params = load(path)
        except CheckpointError:
            refused += 1
        else:  # the byte stood for a date, or for nothing
            assert (net, params.vector.tolist()) == (NET, PARAMS.vector.tolist())
    assert refused > 0.5 * len(content) / 11


def test_a_text_file_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("the weights are good")
    with pytest.raises(CheckpointError, match=r"notes\.txt is not a whole model file"):
        load(tmp_path / "notes.txt")


def test_a_single_array_and_arrays_without_a_network_are_refused(tmp_path):
    np.save(tmp_path / "one.npy", np.ones(3))
    np.savez(tmp_path / "some.npz", **PARAMS)
    with pytest.raises(CheckpointError, match=r"one\.npy is not a whole model file"):
        load(tmp_path / "one.npy")
    with pytest.raises(CheckpointError, match=r"some\.npz is not a .*'network'.* wanted a file"):
        load(tmp_path / "some.npz")


def test_a_zip_archive_of_something_else_and_a_directory_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("network.txt", "hello")
    for name in ("other.zip", "."):
        with pytest.raises(CheckpointError, match="is not a whole model file"):
            load(tmp_path / name)


@pytest.mark.parametrize(
    ("network", "arrays", "message"),
    [
        ({}, {"W1": np.ones((2, 2))}, r"W1 has shape \(2, 2\), the network takes \(3, 4\)"),
        ({}, {"W2": np.ones((2, 3), complex)}, "holds complex128, wanted real numbers"),
        ({"layers": [[4, 3, "swish"], [3, 4, "tanh"]]}, {}, "'swish' is not an activation; there"),
        (
            {"layers": [[4, 3, "top_k(0)"], [3, 4, "tanh"]]},
            {},
            "number k of units that top_k keeps",
        ),
        ({"layers": [[4, 3, "tanh"], [2, 4, "tanh"]]}, {}, "layer 2 takes 2 inputs, layer 1 has 3"),
        ({"layers": []}, {}, "a network has at least one layer, found none"),
        ({"layers": [[4, -3, "tanh"]]}, {}, "the layer's number of units is -3"),
        ({"first": 5}, {}, "the parameters lack W5"),
        ({"depth": 7}, {}, "the encoder has 7 of 4 layers"),
        ({"layers": 3}, {}, "not iterable"),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(tmp_path, network, arrays, message):
    write(tmp_path / "model.npz", network, **arrays)
    with pytest.raises(CheckpointError, match=message):
        load(tmp_path / "model.npz")


def test_a_file_that_lacks_an_array_is_refused(tmp_path):
    arrays = {name: PARAMS[name] for name in PARAMS if name != "b3"}
    np.savez(tmp_path / "model.npz", network=json.dumps(checkpoint._describe(NET)), **arrays)
    with pytest.raises(CheckpointError, match="the parameters lack b3; they have W1, b1, W2"):
        load(tmp_path / "model.npz")
