"""Training that paused, was interrupted or stopped early has lost nothing, to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import drawn, every_optimizer, samples

from ae_course.autoencoder import Autoencoder
from ae_course.denoising import masking_noise
from ae_course.divergence import DivergenceError
from ae_course.losses import cross_entropy
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam, Momentum
from ae_course.schedules import cosine, warm_up
from ae_course.sparsity import running_kl_sparsity
from ae_course.tied import Tied, tie
from ae_course.training import train
from ae_course.training_state import EarlyStopping, History

NET = Autoencoder.folded(5, 3)
PARAMS = drawn(NET)
X = samples(23, 5)
CROSS = reconstruction(cross_entropy)
LINEAR = CROSS + 0.1 * weight_decay
SPARSE = CROSS + 0.5 * running_kl_sparsity(0.2, 0.9)
OPTIMIZERS = [
    *every_optimizer(0.1),
    Momentum(warm_up(cosine(0.3, steps=100), steps=20)),
]


def run(epochs, params=PARAMS, objective=SPARSE, seed=0, **options):
    """Train with running terms and corruption, unless an option says otherwise."""
    rng = np.random.default_rng(seed)
    settings = {"batch_size": 8, "corrupt": masking_noise(0.2), "rng": rng} | options
    return train(NET, objective, params, X, epochs=epochs, **settings)


def error(params):
    """E of all samples."""
    return CROSS.value(NET, params, X)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)
def test_20_and_20_epochs_are_40_to_the_bit(optimizer, dtype):
    options = {"optimizer": optimizer, "metrics": {"E": error}}
    start = PARAMS.astype(dtype)
    whole, history, state = run(40, start, **options)
    half, _, pause = run(20, start, **options)
    # In a new process the generator is another one; what was returned is used twice, and stays.
    for seed in (1, 2):
        again, rest, end = run(20, half, seed=seed, state=pause, **options)
        assert again.vector.tobytes() == whole.vector.tobytes()
        assert rest == history
        assert end.objective == state.objective
        assert (end.epochs, pause.epochs) == (40, 20)


def test_a_tied_objective_goes_on_too():
    J, start = Tied(SPARSE), tie(NET, PARAMS)
    whole, *_ = run(4, start, J)
    half, _, pause = run(2, start, J)
    assert run(2, half, J, state=pause)[0].vector.tobytes() == whole.vector.tobytes()


def test_training_leaves_the_state_that_it_was_given_as_it_was():
    half, _, pause = run(2, optimizer=Adam(0.02))
    before = {name: np.copy(x) for name, x in pause.optimizer.items()}
    run(2, half, optimizer=Adam(0.02), state=pause)
    assert pause.epochs == 2
    assert all((pause.optimizer[name] == x).all() for name, x in before.items())


def test_what_does_not_belong_to_a_state_is_named():
    half, _, pause = run(2, optimizer=Adam(0.02))
    for changed, message in [
        ({"params": PARAMS}, "the parameters are not those that train returned with this state"),
        ({"objective": CROSS}, r"the state is of .*running_kl.*, the objective is reconstruction"),
        ({"metrics": {"E": error}}, r"the metrics are \['E'\], the state has \[\]"),
        ({"optimizer": SGD(0.1)}, r"state holds .*'m'.*, SGD\(rate=0.1\) wants {'steps': \(\)}"),
        ({"rng": np.random.Generator(np.random.MT19937(0))}, "those of PCG64, rng is a MT19937"),
    ]:
        options = {"params": half, "optimizer": Adam(0.02), "state": pause} | changed
        with pytest.raises(ValueError, match=message):
            run(1, **options)
    with pytest.raises(TypeError, match="wanted the TrainingState that train returned"):
        run(1, state={})


def test_a_callback_gets_the_state_of_every_epoch_and_may_stop_training():
    states = []
    params, history, state = run(9, callback=lambda state: states.append(state) or len(states) == 4)
    assert [state.epochs for state in states] == [1, 2, 3, 4]
    assert history.stopped == "the callback asked for it"
    assert params.vector.tobytes() == run(4)[0].vector.tobytes()
    # What it was given it may keep, and go on from.
    again, *_ = run(2, states[1].params, state=states[1])
    assert again.vector.tobytes() == params.vector.tobytes()
    assert run(1, params, state=state)[1].stopped is None


@pytest.mark.parametrize("where", ["corrupt", "metric", "callback", "first"])
def test_ctrl_c_returns_the_last_complete_epoch(where, capsys):
    calls = []

    def interrupting(name, after):
        def call(*arguments):
            calls.append(name)
            if where == name and calls.count(name) == after:
                raise KeyboardInterrupt
            return arguments[-1] if name in ("corrupt", "first") else 0.0

        return call

    corrupt = interrupting("first" if where == "first" else "corrupt", 1 if where == "first" else 8)
    options = {"corrupt": corrupt, "metrics": {"zero": interrupting("metric", 4)}}
    params, history, state = run(9, callback=interrupting("callback", 2), **options)
    done = 0 if where == "first" else 2
    assert history.stopped == "interrupted from the keyboard"
    assert f"the end of epoch {done}" in capsys.readouterr().out
    assert state.epochs == done == len(history.objective) == len(history.metrics["zero"]) - 1
    calls.clear()
    wanted, *_ = run(done, corrupt=lambda rng, x: x)
    assert params.vector.tobytes() == wanted.vector.tobytes()


def test_early_stopping_returns_the_best_and_says_when_it_was():
    values = iter([5, 4, 3, np.nan, 3, 9, 2, 2])
    kept = []

    def metric(params):
        kept.append(params.copy())
        return next(values)

    params, history, state = run(
        20, metrics={"E": metric}, early_stopping=EarlyStopping("E", patience=3)
    )
    assert history.stopped == "E was least 3 epochs ago"
    assert history.metrics["E"][2:] == pytest.approx([3, np.nan, 3, 9], nan_ok=True)
    assert params.vector.tobytes() == kept[2].vector.tobytes() == state.best.vector.tobytes()
    assert state.params.vector.tobytes() == kept[5].vector.tobytes()


def test_early_stopping_goes_on_counting_after_a_pause():
    def fit(*epochs):
        seen, params, state = [], PARAMS, None
        options = {"early_stopping": EarlyStopping("E", patience=4)}
        for count in epochs:
            metric = {"E": lambda params: seen.append(0) or abs(len(seen) - 5)}
            params, history, state = run(count, params, metrics=metric, state=state, **options)
        return params, history

    whole, history = fit(30)
    again, resumed = fit(6, 24)
    assert history == resumed
    assert history.stopped == "E was least 4 epochs ago"
    assert whole.vector.tobytes() == again.vector.tobytes()


@pytest.mark.parametrize("metrics", [None, {"J": error}])
def test_early_stopping_names_a_metric_that_is_not_there(metrics):
    with pytest.raises(ValueError, match="early stopping looks at 'E', which is not among the met"):
        run(1, metrics=metrics, early_stopping=EarlyStopping("E"))


def test_what_stopped_early_stays_as_it_is_until_the_patience_is_longer():
    """A program that was killed between its last epoch and its end may ask for the rest."""
    values = iter([9, 8, 7, 8, 9, 10, 1, 2, 2, 2])
    options = {"metrics": {"E": lambda params: next(values)}}
    found, history, state = run(20, early_stopping=EarlyStopping("E", 3), **options)
    for reason in (history.stopped, None):  # the callback that saved a state may not know it
        given = replace(state, history=replace(history, stopped=reason))
        again, same, ended = run(
            14, params=found, state=given, early_stopping=EarlyStopping("E", 3), **options
        )
        assert ended.epochs == state.epochs == 5
        assert (same, ended.generator) == (history, state.generator)
        assert again.vector.tolist() == found.vector.tolist()
        assert ended.params.vector.tolist() == state.params.vector.tolist()
    _, longer, ended = run(
        2, params=found, state=state, early_stopping=EarlyStopping("E", 4), **options
    )
    assert (ended.epochs, longer.stopped, longer.metrics["E"][-2:]) == (7, None, [1, 2])


def test_early_stopping_may_begin_after_a_pause_and_need_no_epoch():
    metrics = {"E": lambda params: 1.0}
    found, _, state = run(2, metrics=metrics)
    options = {"metrics": metrics, "early_stopping": EarlyStopping("E", 5)}
    again, history, _ = run(0, params=found, state=state, **options)
    assert again.vector.tolist() == found.vector.tolist()
    assert (history.passes, history.stopped) == ([0, 1, 2], None)


@pytest.mark.parametrize("patience", [0, 1.5, None])
def test_a_patience_that_is_none_is_named(patience):
    with pytest.raises(ValueError, match="the patience is"):
        EarlyStopping("E", patience)


def test_a_record_is_a_history_of_its_own():
    first = History().record(0, {"E": 2})
    second = first.record(1, {"E": 1}, [1.5])
    assert first == History(metrics={"E": [2.0]}, passes=[0.0])
    assert second == History([1.5], {"E": [2.0, 1.0]}, [0.0, 1.0])


def test_divergence_holds_the_last_good_epoch():
    with pytest.raises(DivergenceError, match="diverged in epoch 3") as caught:
        run(9, objective=LINEAR, optimizer=SGD(lambda t: 0.1 if t < 6 else 1e300))
    wanted, history, _ = run(2, objective=LINEAR, optimizer=SGD(0.1))
    assert caught.value.params.vector.tobytes() == wanted.vector.tobytes()
    assert caught.value.history == history
