"""A saved model comes back whole, or a message says that it is not."""

import re
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace

import numpy as np
import pytest
from helpers import drawn, every_optimizer, samples

from ae_course import checkpoint
from ae_course.activations import Activation, identity, logistic, relu, softmax, tanh, top_k
from ae_course.autoencoder import Autoencoder
from ae_course.checkpoint import CheckpointError, load, save
from ae_course.contractive import contractive
from ae_course.denoising import masking_noise
from ae_course.full_batch import minimize
from ae_course.losses import cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import Term, reconstruction, weight_decay
from ae_course.sparsity import kl_sparsity, l1_sparsity, running_kl_sparsity
from ae_course.superposition import AuxiliaryK, auxiliary_k
from ae_course.tied import Tied, tie
from ae_course.training import train
from ae_course.training_state import EarlyStopping
from ae_course.variational import VariationalAutoencoder, negative_elbo

NET = Autoencoder.folded(4, 3, 2, hidden=tanh, code=relu, output=logistic)
PARAMS = drawn(NET)
SMALL = Autoencoder.folded(5, 3)
X = samples(23, 5)
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


def write(path, change, **arrays):
    """Write a file of the same form as a model, with something changed in its text."""
    save(path, NET, PARAMS)
    with np.load(path) as file:
        about = str(file["about"])
    old, new = change
    assert old in about
    np.savez(path, about=about.replace(old, new, 1), **{**PARAMS, **arrays})


@pytest.mark.parametrize("net", NETWORKS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_model_comes_back_as_it_was(tmp_path, net, dtype):
    params = drawn(net, dtype=dtype)
    save(tmp_path / "model.npz", net, params)
    again, found, *rest = load(str(tmp_path / "model.npz"))
    assert rest == [None, None, None]
    assert (again, type(again)) == (net, type(net))
    assert (found.dtype, found.shapes) == (dtype, params.shapes)
    assert found.vector.tobytes() == params.vector.tobytes()


def test_a_model_that_came_back_computes_the_same(path):
    net, params, *_ = load(path)
    assert (net.encode(params, samples(3, 4)) == NET.encode(PARAMS, samples(3, 4))).all()


def test_numpy_reads_the_parameters_by_their_names(path):
    with np.load(path) as file:
        assert set(file.files) == {"about", *PARAMS}
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


def test_a_state_of_other_parameters_is_not_saved(path):
    before = path.read_bytes()
    options = {"epochs": 1, "rng": np.random.default_rng(0)}
    params, _, state = train(NET, reconstruction(squared_error), PARAMS, np.eye(4), **options)
    small = Autoencoder.folded(4, 2)
    for net, others in ((NET, PARAMS), (small, small.init(np.random.default_rng(0)))):
        with pytest.raises(ValueError, match="not those that train returned with this state"):
            save(path, net, others, state=state)
    assert path.read_bytes() == before
    save(path, NET, params, state=state)


@pytest.mark.parametrize("own", [Activation, "sine", 3, ["sine"], [np.sin]])
def test_what_is_given_as_one_s_own_and_has_no_name_is_named(path, own):
    with pytest.raises(TypeError, match=r"own (is|holds) .*, wanted "):
        load(path, own)


def sine(name="sine"):
    """An activation that the package does not have."""
    return Activation(name, lambda u, out: np.sin(u, out=out), lambda u, y: np.cos(u))


def test_an_activation_of_one_s_own_comes_back_if_it_is_given(tmp_path):
    own = sine("sine(2)")
    net = Network((Layer(4, 3, own), Layer(3, 4, tanh)))
    save(tmp_path / "model.npz", net, drawn(net))
    assert load(tmp_path / "model.npz", own=[own]).net == net
    with pytest.raises(CheckpointError, match=r"names 'sine\(2\)', which is not .* own=\[sine\]"):
        load(tmp_path / "model.npz")


@pytest.mark.parametrize("name", ["tanh", "top_k(2)"])
def test_an_activation_whose_name_is_taken_is_not_saved(tmp_path, name):
    net = Network((Layer(4, 3, sine(name)),))
    with pytest.raises(ValueError, match=f"'{re.escape(name)}' is the name of something else"):
        save(tmp_path / "model.npz", net, drawn(net))
    both = Network((Layer(4, 3, sine()), Layer(3, 2, sine())))
    with pytest.raises(ValueError, match="'sine' is the name of something else"):
        save(tmp_path / "model.npz", both, drawn(both))
    assert not list(tmp_path.iterdir())


@dataclass(frozen=True)
class Busy(Term):
    """A term of one's own, with a setting and a state."""

    least: float
    seen: tuple[int, ...] = ()

    def value_from(self, forward_pass):
        return self.least + len(self.seen)

    def next_state(self, forward_pass):
        return replace(self, seen=(*self.seen, len(forward_pass.trace.output)))


class Plain(Term):
    """A term without settings."""

    def value_from(self, forward_pass):
        return 1.0


EVERY = (
    reconstruction(cross_entropy)
    + 2 * kl_sparsity(0.2)
    + 0.1 * running_kl_sparsity(np.float32(0.3), 0.9, estimate=[0.1, np.pi, 1 / 3])
    + 1e-3 * l1_sparsity()
    + 0.1 * contractive
    + np.float64(1e-4) * weight_decay
)


@pytest.mark.parametrize(
    "J",
    [
        EVERY,
        Tied(EVERY),
        reconstruction(squared_error),
        negative_elbo(cross_entropy, 2) + 0.1 * weight_decay,
        auxiliary_k(2) + AuxiliaryK(1, 5, idle=(0, 3, 7)),
        reconstruction(cross_entropy) + Busy(0.5, seen=(8, 7)) + Plain(),
    ],
    ids=["every term", "tied", "one term", "variational", "auxiliary", "own terms"],
)
def test_an_objective_comes_back_in_its_state(tmp_path, J):
    net = VariationalAutoencoder.folded(5, 4, 2) if "divergence" in repr(J) else SMALL
    params = tie(net, drawn(net)) if isinstance(J, Tied) else drawn(net)
    save(tmp_path / "model.npz", net, params, objective=J)
    found = load(tmp_path / "model.npz", own=[Busy, Plain])
    assert found.net == net
    assert found.params.vector.tobytes() == params.vector.tobytes()
    if "Plain" in repr(J):  # which is not compared by value
        assert [type(term) for _, term in found.objective.parts][2] is Plain
        assert found.objective.parts[:2] == J.parts[:2]
        with pytest.raises(CheckpointError, match="names 'Busy', which is not of ae_course"):
            load(tmp_path / "model.npz")
    else:
        assert (found.objective, repr(found.objective)) == (J, repr(J))


class Listening(Term):
    """A term that holds something which no file can."""

    def __init__(self):
        self.listener = print


def test_what_cannot_be_written_is_named_and_nothing_is_left(tmp_path):
    for J in (Listening(), Busy(print)):
        with pytest.raises(ValueError, match="cannot be written to a file; a dataclass of numbers"):
            save(tmp_path / "model.npz", SMALL, drawn(SMALL), objective=J)
    assert not list(tmp_path.iterdir())


GENERATORS = [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64]


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("optimizer", every_optimizer(0.1), ids=repr)
def test_training_goes_on_from_a_file_to_the_bit(tmp_path, optimizer, kind):
    J = reconstruction(cross_entropy) + running_kl_sparsity(0.2, 0.9)
    options = {"optimizer": optimizer, "batch_size": 8, "corrupt": masking_noise(0.2)}
    options |= {"metrics": {"E": lambda p: J.value(SMALL, p, X)}}
    options |= {"early_stopping": EarlyStopping("E", patience=50)}

    def run(params, epochs, seed, **more):
        rng = np.random.Generator(kind(seed))
        return train(SMALL, J, params, X, epochs=epochs, rng=rng, **options, **more)

    whole, history, _ = run(drawn(SMALL), 6, seed=0)
    half, _, state = run(drawn(SMALL), 3, seed=0)
    save(tmp_path / "run.npz", SMALL, half, state=state)
    net, params, before, objective, state = load(tmp_path / "run.npz")
    assert (net, before, objective) == (SMALL, state.history, state.objective)
    again, rest, _ = run(params, 3, seed=5, state=state)
    assert again.vector.tobytes() == whole.vector.tobytes()
    assert rest == history


def test_the_history_of_l_bfgs_is_saved_without_a_state(tmp_path):
    J = reconstruction(cross_entropy)
    params, history = minimize(SMALL, J, drawn(SMALL), X, iterations=3)
    save(tmp_path / "run.npz", SMALL, params, history=history, objective=J)
    assert load(tmp_path / "run.npz")[2:] == (history, J, None)


KILLED = """
import numpy as np, sys
from ae_course import *
from ae_course.denoising import masking_noise
path, epochs = sys.argv[1], int(sys.argv[2])
net, X = Autoencoder.folded(5, 3), np.random.default_rng(0).random((23, 5))
J = reconstruction(cross_entropy) + running_kl_sparsity(0.2, 0.9)
rng = np.random.default_rng(1)
params, state = net.init(rng), None
if len(sys.argv) > 3:
    net, params, _, J, state = load(path)
done = 0 if state is None else state.epochs


def keep(state):
    save(path, net, state.params, state=state)
    print(state.epochs, flush=True)


train(net, J, params, X, epochs=epochs - done, rng=rng, optimizer=Adam(0.02), batch_size=8,
      corrupt=masking_noise(0.2), callback=keep, state=state)
"""


def test_a_run_that_was_killed_goes_on_from_its_file_to_the_bit(tmp_path):
    def start(name, epochs, *more):
        command = [sys.executable, "-c", KILLED, str(tmp_path / name), str(epochs), *more]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    with start("killed.npz", 1_000_000) as run:
        done = [int(run.stdout.readline()) for _ in range(5)][-1]
        run.send_signal(signal.SIGKILL)
        run.wait()
    found = load(tmp_path / "killed.npz")
    assert done <= found.state.epochs < 1_000_000
    epochs = found.state.epochs + 3
    for arguments in [("killed.npz", epochs, "on"), ("whole.npz", epochs)]:
        with start(*arguments) as run:
            assert run.communicate()[0].split()[-1] == str(epochs)
            assert run.returncode == 0
    again, whole = load(tmp_path / "killed.npz"), load(tmp_path / "whole.npz")
    assert again.params.vector.tobytes() == whole.params.vector.tobytes()
    assert again.history == whole.history


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
            net, params, *_ = load(path)
        except CheckpointError:
            refused += 1
        else:  # the byte stood for a date, or for nothing
            assert (net, params.vector.tolist()) == (NET, PARAMS.vector.tolist())
    assert refused > 0.5 * len(content) / 11


def test_a_text_file_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("the weights are good")
    with pytest.raises(CheckpointError, match=r"notes\.txt is not .* no archive, or one that was"):
        load(tmp_path / "notes.txt")


def test_a_single_array_and_arrays_without_a_network_are_refused(tmp_path):
    np.save(tmp_path / "one.npy", np.ones(3))
    np.savez(tmp_path / "some.npz", **PARAMS)
    with pytest.raises(CheckpointError, match=r"one\.npy is not a whole model file"):
        load(tmp_path / "one.npy")
    with pytest.raises(CheckpointError, match=r"some\.npz is not a .*'about'.* wanted a file"):
        load(tmp_path / "some.npz")


def test_a_zip_archive_of_something_else_and_a_directory_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("network.txt", "hello")
    for name in ("other.zip", "."):
        with pytest.raises(CheckpointError, match="is not a whole model file"):
            load(tmp_path / name)


@pytest.mark.parametrize(
    ("change", "arrays", "message"),
    [
        (("", ""), {"W1": np.ones((2, 2))}, r"W1 has shape \(2, 2\), the network takes \(3, 4\)"),
        (
            ("", ""),
            {"W2": np.ones((2, 3), complex)},
            "holds complex128, wanted real numbers",
        ),
        (('"tanh"', '"swish"'), {}, "the file names 'swish', which is not of ae_course"),
        (('"tanh"', '"top_k(0)"'), {}, r"names 'top_k\(0\)'"),
        (('"units": 3', '"units": 2'), {}, "layer 2 takes 3 inputs, layer 1 has 2"),
        (('"units": 3', '"units": -3'), {}, "the layer's number of units is -3"),
        (('"first": 1', '"first": 5'), {}, "the parameters lack W5"),
        (('"depth": 2', '"depth": 7'), {}, "the encoder has 7 of 4 layers"),
        (('"layers": {"tuple"', '"layers": {"triple"'), {}, "'triple'"),
        (("ae_course.network:Layer", "ae_course.network:np"), {}, "np is no part of a model"),
        (("ae_course.network:Layer", "ae_course.checkpoint:os.system"), {}, "no part of a model"),
        (
            ("ae_course.network:Layer", "ae_course.losses:squared_error"),
            {},
            "is no part of a model",
        ),
        (("ae_course.network:Layer", "os:system"), {}, "the file names 'os:system', which is not"),
    ],
)
def test_a_file_whose_parts_do_not_fit_is_refused(tmp_path, change, arrays, message):
    write(tmp_path / "model.npz", change, **arrays)
    with pytest.raises(CheckpointError, match=message):
        load(tmp_path / "model.npz")


def test_a_file_that_lacks_an_array_is_refused(tmp_path):
    save(tmp_path / "model.npz", NET, PARAMS)
    with np.load(tmp_path / "model.npz") as file:
        arrays = {name: file[name] for name in file.files if name != "b3"}
    np.savez(tmp_path / "model.npz", **arrays)
    with pytest.raises(CheckpointError, match="the parameters lack b3; they have W1, b1, W2"):
        load(tmp_path / "model.npz")
