"""One loop trains everything, says what it found, and changes nothing it was given."""

import itertools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from helpers import assert_close, drawn, every_optimizer, samples

from ae_course.activations import identity, logistic, softmax
from ae_course.autoencoder import Autoencoder
from ae_course.divergence import DivergenceError
from ae_course.full_batch import minimize
from ae_course.losses import Loss, cross_entropy, softmax_cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import Term, reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam
from ae_course.sparsity import running_kl_sparsity
from ae_course.training import minibatches, train, validation_split
from ae_course.workspace import Workspace

NET = Autoencoder.folded(5, 3)
PARAMS = drawn(NET)
X, TARGET = samples(23, 5), samples(23, 5, seed=6)
CROSS = reconstruction(cross_entropy)


def run(objective=CROSS, params=PARAMS, x=X, target=None, net=NET, seed=0, **options):
    """Train with small settings, each of which an option may replace."""
    settings = {"epochs": 3, "batch_size": 8, "rng": np.random.default_rng(seed)} | options
    return train(net, objective, params, x, target, **settings)


class Seen:
    """A corruption that changes nothing and notes the batches that it is given."""

    def __init__(self):
        self.batches = []

    def __call__(self, rng, x):
        self.batches.append(x.copy())
        return x


@pytest.mark.parametrize(("n", "size"), [(10, 3), (10, 5), (10, 10), (10, 99), (1, 1), (7, 1)])
def test_every_sample_is_dealt_once_per_epoch(n, size):
    batches = list(minibatches(n, size, np.random.default_rng(0)))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert [len(batch) for batch in batches[:-1]] == [size] * (-(-n // size) - 1)
    assert len(batches[-1]) == (n % size or min(n, size))


def test_each_epoch_has_an_order_of_its_own():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(minibatches(50, 8, rng))).tolist() for _ in range(2))
    assert first != second
    assert first != sorted(first)


@pytest.mark.parametrize(
    ("n", "fraction", "aside"),
    [(10, 0.2, 2), (10, 0.26, 3), (10, 0.24, 2), (3, 0.01, 1), (3, 0.99, 2), (2, 0.5, 1)],
)
def test_a_fraction_of_the_samples_is_set_aside_and_rows_stay_together(n, fraction, aside):
    X, labels = np.arange(3 * n).reshape(n, 3), np.arange(n)
    X_train, X_valid, to_train, to_valid = validation_split(
        np.random.default_rng(0), X, labels, fraction=fraction
    )
    assert len(X_valid) == len(to_valid) == aside
    assert sorted([*to_train, *to_valid]) == list(range(n))
    for rows, numbers in ((X_train, to_train), (X_valid, to_valid)):
        np.testing.assert_array_equal(rows, X[numbers])


def test_every_sample_is_as_likely_to_be_set_aside():
    rng, times = np.random.default_rng(0), np.zeros(10)
    for _ in range(2000):
        times[validation_split(rng, np.arange(10))[1]] += 1
    np.testing.assert_allclose(times / 2000, 0.2, atol=0.04)  # 4.5 standard deviations


@pytest.mark.parametrize(
    ("arrays", "fraction", "message"),
    [
        ([np.ones(4), np.ones(5)], 0.2, r"found arrays with \[4, 5\] rows"),
        ([np.ones(1)], 0.2, r"found arrays with \[1\] rows, wanted .* 2 or more"),
        ([np.ones(4)], 0, "the fraction is 0, wanted a number between 0 and 1"),
        ([np.ones(4)], 1, "the fraction is 1, wanted a number between 0 and 1"),
    ],
)
def test_what_cannot_be_split_is_told(arrays, fraction, message):
    with pytest.raises(ValueError, match=message):
        validation_split(np.random.default_rng(0), *arrays, fraction=fraction)


def test_training_shows_every_sample_once_per_epoch():
    seen = Seen()
    run(corrupt=seen, epochs=2)
    assert [len(batch) for batch in seen.batches] == 2 * [8, 8, 7]
    for epoch in (seen.batches[:3], seen.batches[3:]):
        assert sorted(np.concatenate(epoch).tolist()) == sorted(X.tolist())


@pytest.mark.equation("eq-sgd", by="ae_course.training.train")
def test_a_step_of_gradient_descent_goes_against_the_mean_gradient_of_the_batch():
    found, *_ = run(epochs=1, optimizer=SGD(0.3))
    w = PARAMS.copy()
    for batch in minibatches(23, 8, np.random.default_rng(0)):
        gradients = [CROSS.gradient(NET, w, X[n : n + 1]).vector for n in batch]
        w.vector[:] = [
            x - 0.3 * sum(parts) / len(batch)
            for x, *parts in zip(w.vector, *gradients, strict=True)
        ]
    assert_close(found.vector, w.vector)


def test_training_hands_each_batch_the_objective_that_the_batch_before_left():
    J = CROSS + 2 * running_kl_sparsity(0.2, alpha=0.7)
    found, _, after = run(J, epochs=2, optimizer=SGD(0.3))
    rng, w, state = np.random.default_rng(0), PARAMS.copy(), None
    for _ in range(2):
        for batch in minibatches(23, 8, rng):
            exact = CROSS + 2 * running_kl_sparsity(0.2, 0.7, estimate=state)
            gradient = exact.gradient(NET, w, X[batch])
            mean = NET.encode(w, X[batch]).mean(axis=0)
            state = mean if state is None else 0.7 * np.array(state) + 0.3 * mean
            w.vector[:] -= 0.3 * gradient.vector
    assert_close(found.vector, w.vector)
    assert_close(after.objective.parts[1][1].estimate, state)


@pytest.mark.parametrize("optimizer", every_optimizer(0.2), ids=repr)
def test_training_lowers_the_objective(optimizer):
    params, history, _ = run(optimizer=optimizer, epochs=30)
    assert CROSS.value(NET, params, X) < 0.9 * CROSS.value(NET, PARAMS, X)
    assert history.objective[-1] < history.objective[0]


def test_adam_with_its_defaults_is_used_unless_another_is_given():
    assert (run()[0].vector == run(optimizer=Adam())[0].vector).all()


def test_what_was_given_is_left_as_it_was():
    params, x, target = PARAMS.copy(), X.copy(), TARGET.copy()
    found, *_ = run(params=params, x=x, target=target, corrupt=lambda rng, x: x.fill(0) or x)
    assert (params.vector == PARAMS.vector).all()
    assert not np.shares_memory(found.vector, params.vector)
    assert (x == X).all()
    assert (target == TARGET).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_seed_gives_the_same_bits_and_another_does_not(dtype):
    start = PARAMS.astype(dtype)
    first, again, other = (run(params=start, seed=seed) for seed in (0, 0, 1))
    assert first[0].vector.tobytes() == again[0].vector.tobytes()
    assert first[1] == again[1]
    assert first[0].vector.tobytes() != other[0].vector.tobytes()


@pytest.mark.parametrize("optimizer", every_optimizer(0.1), ids=repr)
def test_float32_is_kept_to_the_end(optimizer):
    noisy = {"corrupt": lambda rng, x: x + rng.normal(size=x.shape)}
    found, history, _ = run(params=PARAMS.astype(np.float32), optimizer=optimizer, **noisy)
    assert found.dtype == np.float32
    assert {type(value) for value in history.objective} == {float}


def test_grey_values_train_as_their_255th_parts():
    grey = np.random.default_rng(0).integers(256, size=(23, 5), dtype=np.uint8)
    assert_close(run(x=grey)[0].vector, run(x=grey / 255)[0].vector)
    assert_close(run(target=grey)[0].vector, run(target=grey / 255)[0].vector)


def test_the_history_is_the_mean_over_the_batches_before_their_steps():
    frozen = SGD(1e-300)
    _, history, _ = run(optimizer=frozen, epochs=2)
    wanted, rng = [], np.random.default_rng(0)
    for _ in range(2):
        values = [CROSS.value(NET, PARAMS, X[batch]) for batch in minibatches(23, 8, rng)]
        wanted.append(sum(values) / 3)
    assert_close(history.objective, wanted)


def test_metrics_are_taken_before_the_first_epoch_and_after_every_one():
    metrics = {"size": lambda p: np.abs(p.vector).sum(), "E": lambda p: CROSS.value(NET, p, X)}
    params, history, _ = run(metrics=metrics, epochs=4)
    assert {name: len(values) for name, values in history.metrics.items()} == {"size": 5, "E": 5}
    assert history.metrics["E"][0] == CROSS.value(NET, PARAMS, X)
    assert history.metrics["E"][-1] == CROSS.value(NET, params, X)
    assert len(history.objective) == 4


def test_without_epochs_nothing_happens():
    params, history, _ = run(epochs=0, metrics={"E": lambda p: 1})
    assert (params.vector == PARAMS.vector).all()
    assert (history.objective, history.metrics) == ([], {"E": [1.0]})


class NoErrors(Loss):
    """A loss with a delta, whose errors nobody may ask for."""

    def errors(self, u, y, t):
        raise AssertionError("a loss was computed that nobody asked for")


def test_no_loss_is_computed_that_is_not_recorded():
    J = reconstruction(NoErrors(logistic))
    params, history, _ = run(J, record_objective=False)
    assert (params.vector == run()[0].vector).all()
    assert history.objective == []
    with pytest.raises(AssertionError, match="nobody asked for"):
        run(J)


def test_the_target_of_a_corrupted_input_is_the_clean_one():
    zeros = {"corrupt": lambda rng, x: np.zeros_like(x)}
    blind, *_ = run(optimizer=SGD(0.1), **zeros)
    assert_close(blind.vector, run(x=np.zeros_like(X), target=X, optimizer=SGD(0.1))[0].vector)


def test_corrupting_in_place_does_not_reach_the_target():
    def in_place(rng, x):
        x *= rng.random(x.shape) < 0.5
        return x

    def in_a_copy(rng, x):
        return x * (rng.random(x.shape) < 0.5)

    assert_close(run(corrupt=in_place)[0].vector, run(corrupt=in_a_copy)[0].vector)


def test_a_target_that_is_given_stays_the_target_of_a_corrupted_input():
    zeros = {"corrupt": lambda rng, x: np.zeros_like(x)}
    found, *_ = run(target=TARGET, **zeros)
    assert_close(found.vector, run(x=np.zeros_like(X), target=TARGET)[0].vector)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_grey_values_are_0_to_1_when_they_are_corrupted(dtype):
    seen, grey = Seen(), np.full((4, 5), 51, np.uint8)
    run(x=grey, corrupt=seen, params=PARAMS.astype(dtype), epochs=1)
    assert seen.batches[0].dtype == dtype
    assert_close(seen.batches[0], np.full((4, 5), 0.2))


def test_labels_can_be_the_target():
    net, labels = Network((Layer(5, 3, softmax),)), (3 * X[:, 0]).astype(np.uint8)
    J = reconstruction(softmax_cross_entropy)
    start = net.init(np.random.default_rng(0))
    params, *_ = run(J, start, X, labels, net, epochs=200, optimizer=Adam(0.1))
    assert (net(params, X).argmax(axis=1) == labels).mean() > 0.9


def test_a_slice_trains_its_own_parameters_alone():
    start = drawn(NET)
    params, *_ = run(CROSS + weight_decay, start, samples(23, 3), X, NET.decoder)
    assert (params["W1"] == start["W1"]).all()
    assert (params["b1"] == start["b1"]).all()
    assert (params["W2"] != start["W2"]).all()


class Recorder(Workspace):
    """A workspace that notes which memory it hands out, and for what."""

    def __init__(self):
        super().__init__()
        self.places = set()

    def __call__(self, name, shape, dtype):
        array = super().__call__(name, shape, dtype)
        self.places.add((name, dtype, array.ctypes.data))
        return array


def test_a_second_epoch_allocates_no_new_workspace(monkeypatch):
    workspace = Recorder()
    monkeypatch.setattr("ae_course.training.Workspace", lambda: workspace)
    seen = []
    run(epochs=3, metrics={"": lambda p: seen.append(len(workspace.places)) or 0.0})
    assert 0 == seen[0] < seen[1] == seen[2] == seen[3]


def test_nothing_is_shown_where_there_is_no_terminal(capfd):
    run()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("rate", [1e5, 1e200])
@pytest.mark.parametrize("record", [True, False])
def test_diverging_is_told_with_the_last_good_parameters(rate, record):
    net = Autoencoder.folded(5, 3, hidden=identity, output=identity)
    metrics = {"E": lambda p: reconstruction(squared_error).value(net, p, X)}
    options = {"net": net, "record_objective": record, "metrics": metrics, "epochs": 9}
    with pytest.raises(
        DivergenceError, match=r"training diverged in epoch \d, step \d+: .*smaller learn"
    ) as e:
        run(reconstruction(squared_error), optimizer=SGD(rate), **options)
    assert np.isfinite(e.value.params.vector).all()
    assert len(e.value.history.metrics["E"]) == int(str(e.value).split("epoch ")[1][0])
    assert len(e.value.history.objective) == (len(e.value.history.metrics["E"]) - 1) * record


def test_after_diverging_at_once_the_last_good_parameters_are_the_first():
    net = Autoencoder.folded(5, 3, hidden=identity, output=identity)
    with pytest.raises(DivergenceError, match="epoch 1") as caught:
        run(reconstruction(squared_error), net=net, optimizer=SGD(1e200))
    assert (caught.value.params.vector == PARAMS.vector).all()
    assert caught.value.history.objective == []


@dataclass(frozen=True)
class Looking(Term):
    """A term that looks something up by a number that has to be one."""

    def grad_outputs(self, forward_pass):
        return {} if np.isfinite(forward_pass.trace.output).all() else {1: {}["of a number"]}


def test_whatever_diverging_leads_to_it_is_told_where_it_began():
    net = Autoencoder.folded(5, 3, hidden=identity, output=identity)
    J = reconstruction(squared_error) + Looking()
    with pytest.raises(DivergenceError, match=r"in epoch 1, step \d: the (gradient by|parameter) "):
        run(J, net=net, optimizer=SGD(1e100), batch_size=2, record_objective=False)


def test_an_infinite_objective_is_divergence_even_if_the_parameters_are_finite():
    net = Autoencoder.folded(5, 3, hidden=identity, output=identity)
    with pytest.raises(DivergenceError, match="the objective is inf"):
        run(reconstruction(squared_error), target=1e160 * X, net=net, optimizer=SGD(1e-170))


@pytest.mark.parametrize(
    ("options", "problem", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size is 0, wanted a whole number, 1 or more"),
        ({"batch_size": -1}, ValueError, "batch_size is -1, wanted"),
        ({"batch_size": 2.5}, ValueError, "batch_size is 2.5, wanted"),
        ({"batch_size": True}, ValueError, "batch_size is True, wanted"),
        ({"batch_size": None}, ValueError, "batch_size is None, wanted"),
        ({"epochs": 0, "batch_size": 0}, ValueError, "batch_size is 0, wanted"),
        ({"epochs": 0, "rng": None}, TypeError, "rng is None, wanted"),
        ({"optimizer": 0}, TypeError, "the optimizer is 0, wanted one such as"),
        ({"optimizer": "adam"}, TypeError, "the optimizer is 'adam', wanted one"),
        ({"optimizer": SGD}, TypeError, r"the optimizer is .*SGD.*, wanted one such as SGD\(0"),
        ({"objective": None}, TypeError, "the objective is None, wanted one such as an Objective"),
        ({"params": {}}, TypeError, "the parameters are a dict, wanted Parameters"),
        ({"epochs": -1}, ValueError, "epochs is -1, wanted a whole number, 0 or more"),
        ({"epochs": 1.5}, ValueError, "epochs is 1.5, wanted"),
        ({"rng": 0}, TypeError, r"rng is 0, wanted a numpy\.random\.Generator"),
        ({"rng": None}, TypeError, r"rng is None, wanted a numpy\.random\.Generator"),
        ({"x": X[:, :4]}, ValueError, "X has 4 columns, the network takes 5"),
        ({"x": X[0]}, ValueError, r"X has shape \(5,\), wanted \(samples, columns\)"),
        ({"x": X[:0]}, ValueError, r"X is empty: its shape is \(0, 5\)"),
        ({"x": X.astype(str)}, TypeError, "X holds <U32, wanted real numbers"),
        ({"x": None}, TypeError, "X holds NoneType, wanted real numbers"),
        ({"x": X * 2}, ValueError, "cross_entropy takes targets from 0 to 1, found"),
        ({"target": X[:4]}, ValueError, r"target has shape \(4, 5\), .* each of 23 samples"),
        ({"target": 1.0}, ValueError, r"target has shape \(\), .* each of 23 samples"),
        ({"target": X[:, :3]}, ValueError, "target has 3 columns, the network takes 5"),
        ({"target": X.astype(str)}, TypeError, "target holds <U32, wanted real numbers"),
        ({"params": drawn(Autoencoder.folded(5, 4))}, ValueError, r"W1 has shape \(4, 5\), the ne"),
        ({"corrupt": lambda rng, x: x[:, :2]}, ValueError, "X has 2 columns, the network takes 5"),
    ],
)
def test_arguments_that_are_not_as_described_are_named(options, problem, message):
    with pytest.raises(problem, match=message):
        run(**options)


@pytest.mark.parametrize("name", ["x", "target"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_named_by_its_sample_not_by_its_place_in_a_batch(
    name, value
):
    bad = X.copy()
    bad[17, 3] = value
    shown = {"x": "X", "target": "target"}[name]
    with pytest.raises(ValueError, match=rf"{shown}\[17, 3\] is {value} .*\(1 of 115 are not\)"):
        run(**{name: bad})


class Dealt(np.random.Generator):
    """A generator that deals the one order it is given."""

    def __init__(self, order):
        super().__init__(np.random.PCG64(0))
        self.order = order

    def permutation(self, n):
        return np.array(self.order)


def first_batches(n, size):
    """The first batch of every order in which n samples can be dealt, each equally likely."""
    orders = itertools.permutations(range(n))
    return [next(minibatches(n, size, Dealt(order))) for order in orders]


@pytest.mark.equation("eq-batch-unbiased", by="ae_course.training.minibatches")
@pytest.mark.parametrize("size", [1, 2, 3])
def test_over_all_ways_to_deal_the_mean_gradient_is_that_of_all_samples(size):
    x = X[:5]
    found = [CROSS.gradient(NET, PARAMS, x[batch]).vector for batch in first_batches(5, size)]
    assert_close(np.mean(found, axis=0), CROSS.gradient(NET, PARAMS, x).vector)


@pytest.mark.equation("eq-batch-variance", by="ae_course.training.minibatches")
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_variance_of_a_batch_s_gradient_falls_with_its_size(size):
    x = X[:5]
    single = np.array([CROSS.gradient(NET, PARAMS, x[n : n + 1]).vector for n in range(5)])
    sigma2 = ((single - single.mean(axis=0)) ** 2).sum() / 5
    batches = np.array(
        [CROSS.gradient(NET, PARAMS, x[batch]).vector for batch in first_batches(5, size)]
    )
    found = ((batches - single.mean(axis=0)) ** 2).sum(axis=1).mean()
    np.testing.assert_allclose(found, sigma2 / size * (5 - size) / 4, rtol=1e-9, atol=1e-20)


class Counting(type(CROSS.parts[0][1])):
    """The mean error, which notes how many samples it was evaluated for."""

    counts: ClassVar[list[int]] = []

    def delta_out(self, forward_pass):
        self.counts.append(len(forward_pass.trace.input))
        return super().delta_out(forward_pass)


@pytest.mark.equation("eq-passes", by="ae_course.training_state.History")
@pytest.mark.parametrize("size", [1, 8, 23, 99])
def test_the_passes_count_the_samples_whose_gradient_was_computed(size):
    Counting.counts.clear()
    J = 1.0 * Counting(cross_entropy)
    costs = {"samples": lambda params: sum(Counting.counts)}
    _, history, _ = run(J, batch_size=size, metrics=costs, epochs=4)
    assert_close(history.passes, [count / 23 for count in history.metrics["samples"]])
    Counting.counts.clear()
    _, history = minimize(NET, J, PARAMS, X, iterations=12, metrics=costs)
    assert_close(history.passes, [count / 23 for count in history.metrics["samples"]])
    assert len(history.passes) == 13
    assert history.passes[-1] == len(history.objective) == sum(Counting.counts) / 23


def test_a_metric_that_is_no_number_is_named():
    with pytest.raises(
        TypeError, match=r"the metric 'two' is array\(\[1\., 1\.\]\), wanted a number"
    ):
        run(metrics={"two": lambda p: np.ones(2)}, epochs=1)
