"""Whatever part of training notices first that it diverges, the last good parameters are kept."""

import warnings

import numpy as np
import pytest
from helpers import drawn, samples

from ae_course.activations import identity, logistic, relu, softmax, top_k
from ae_course.autoencoder import Autoencoder
from ae_course.contractive import contractive
from ae_course.divergence import DivergenceError, check_finite_parameters
from ae_course.full_batch import minimize
from ae_course.losses import cross_entropy, softmax_cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import Term, reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam, Momentum
from ae_course.sparsity import kl_sparsity, l1_sparsity, running_kl_sparsity
from ae_course.superposition import auxiliary_k
from ae_course.tied import Tied, tie
from ae_course.training import train
from ae_course.variational import VariationalAutoencoder, append_noise, negative_elbo

X = samples(40, 6)
SQUARED, CROSS = reconstruction(squared_error), reconstruction(cross_entropy)
FOLDED = Autoencoder.folded(6, 4)
LINEAR = Autoencoder.folded(6, 4, hidden=identity, output=identity)
BENT = Autoencoder.folded(6, 4, hidden=relu, output=identity)
TOP = Autoencoder.folded(6, 4, hidden=top_k(2), output=identity)
CLASSES = Network((Layer(6, 4, logistic), Layer(4, 3, softmax)))
LABELS = np.arange(40) % 3
CASES = {
    "squared error, logistic": (FOLDED, SQUARED, {}),
    "squared error, linear": (LINEAR, SQUARED, {}),
    "squared error, rectified": (BENT, SQUARED, {}),
    "cross-entropy": (FOLDED, CROSS, {}),
    "weight decay": (FOLDED, CROSS + 0.1 * weight_decay, {}),
    "KL": (FOLDED, CROSS + 3.0 * kl_sparsity(rho=0.05), {}),
    "running KL": (FOLDED, CROSS + 3.0 * running_kl_sparsity(rho=0.05, alpha=0.9), {}),
    "L1": (BENT, SQUARED + 0.1 * l1_sparsity(), {}),
    "contractive": (FOLDED, CROSS + 0.1 * contractive, {}),
    "auxiliary k": (TOP, SQUARED + 0.1 * auxiliary_k(2, patience=1), {}),
    "softmax": (CLASSES, reconstruction(softmax_cross_entropy), {"target": LABELS}),
    "tied": (FOLDED, Tied(CROSS), {}),
    "variational": (
        VariationalAutoencoder.folded(6, 4, 2),
        negative_elbo(cross_entropy),
        {"corrupt": append_noise(2), "target": X},
    ),
}
FAST = {
    "SGD": lambda rate: SGD(rate),
    "momentum": lambda rate: Momentum(rate, mu=0.9),
    "Adam": lambda rate: Adam(rate),
}


def start(net, objective, dtype):
    params = drawn(net, dtype=dtype)
    return tie(net, params) if isinstance(objective, Tied) else params


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", FAST.values(), ids=FAST)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_no_term_loses_the_parameters_when_training_diverges(case, optimizer, dtype):
    net, objective, options = case
    params = start(net, objective, dtype)
    rate = 1e37 if dtype == np.float32 else 1e300
    with pytest.raises(DivergenceError, match="training diverged in epoch") as caught:
        train(
            net, objective, params, X, epochs=4, rng=np.random.default_rng(0), batch_size=10,
            optimizer=optimizer(rate), **options,
        )  # fmt: skip
    found, history = caught.value.params, caught.value.history
    assert found.dtype == dtype
    assert len(history.objective) == len(history.passes) - 1
    value, gradient = objective.value_and_gradient(net, found, *sample(options))
    assert np.isfinite(value)
    assert np.isfinite(gradient.vector).all()


def sample(options):
    x = options["corrupt"](np.random.default_rng(0), X) if "corrupt" in options else X
    return x, options.get("target")


def test_a_penalty_on_saturated_units_is_divergence_and_not_a_wrong_argument():
    J = CROSS + 3.0 * kl_sparsity(rho=0.05)
    params = drawn(FOLDED, dtype=np.float32)
    with pytest.raises(DivergenceError, match="mean activations run from 0") as caught:
        train(FOLDED, J, params, X, epochs=50, rng=np.random.default_rng(0), optimizer=SGD(1e4))
    assert isinstance(caught.value.__cause__, ValueError)
    assert np.isfinite(J.value(FOLDED, caught.value.params, X))


class Picky(Term):
    """A term of somebody's own that refuses, in some way, what is far from the origin."""

    def __init__(self, refuse):
        self.refuse = refuse

    def value_from(self, forward_pass):
        if np.abs(forward_pass.params.vector).max() > 50:
            self.refuse()
        return 0.0


def raises(problem):
    def refuse():
        raise problem

    return refuse


REFUSALS = {
    "ValueError": raises(ValueError("too far")),
    "FloatingPointError": raises(FloatingPointError("too far")),
    "LinAlgError": raises(np.linalg.LinAlgError("too far")),
    "ZeroDivisionError": lambda: 1 / 0,
    "warning": lambda: warnings.warn("too far", RuntimeWarning, stacklevel=1),
}


@pytest.mark.parametrize("refuse", REFUSALS.values(), ids=REFUSALS)
def test_a_term_of_one_s_own_may_notice_it_in_its_own_way(refuse):
    J = SQUARED + Picky(refuse)
    with pytest.raises(DivergenceError, match="epoch") as caught:
        train(LINEAR, J, drawn(LINEAR), X, epochs=9, rng=np.random.default_rng(0), optimizer=SGD(9))
    assert np.abs(caught.value.params.vector).max() <= 50


@pytest.mark.parametrize("refuse", REFUSALS.values(), ids=REFUSALS)
def test_a_metric_may_notice_it_too(refuse):
    def metric(params):
        if np.abs(params.vector).max() > 50:
            refuse()
        return 0.0

    with pytest.raises(DivergenceError, match="by 'size'"):
        train(
            LINEAR, SQUARED, drawn(LINEAR), X, epochs=9, rng=np.random.default_rng(0),
            optimizer=SGD(3), metrics={"size": metric},
        )  # fmt: skip


@pytest.mark.parametrize("record", [True, False])
def test_every_step_is_watched_only_in_an_epoch_that_went_wrong(monkeypatch, record):
    """An epoch has four steps; the third of the second one leaves the finite numbers."""
    watched = []

    def note(what, params):
        watched.append(what.split()[-1])
        check_finite_parameters(what, params)

    for module in ("divergence", "training"):
        monkeypatch.setattr(f"ae_course.{module}.check_finite_parameters", note)
    options = {"batch_size": 10, "record_objective": record}
    optimizer = SGD(lambda t: 1e300 if t == 6 else 0.1)
    with pytest.raises(DivergenceError, match="epoch 2, step 3") as caught:
        train(
            LINEAR, SQUARED, drawn(LINEAR), X, epochs=3, rng=np.random.default_rng(0),
            optimizer=optimizer, **options,
        )  # fmt: skip
    rest = watched[2:]
    assert watched[:2] == ["by", "parameter"]  # the last step of the first epoch
    if not record:
        assert rest.pop(0) == "by"  # the last of the second: only there it is noticed
    assert rest == ["by", "parameter"] * 3
    good, _, _ = train(
        LINEAR, SQUARED, drawn(LINEAR), X, epochs=1, rng=np.random.default_rng(0),
        optimizer=SGD(0.1), **options,
    )  # fmt: skip
    assert np.isfinite(caught.value.params.vector).all()
    assert (caught.value.params.vector != good.vector).any()  # two good steps further on


def test_a_corruption_that_fails_fails_as_itself():
    def broken(rng, x):
        raise KeyError("no such corruption")

    with pytest.raises(KeyError, match="no such corruption"):
        train(
            LINEAR,
            SQUARED,
            drawn(LINEAR),
            X,
            epochs=1,
            rng=np.random.default_rng(0),
            corrupt=broken,
        )


def test_what_was_wrong_from_the_start_is_not_called_divergence():
    wrong = CROSS + kl_sparsity(0.1, layer=2)
    with pytest.raises(ValueError, match="is for a hidden layer"):
        train(FOLDED, wrong, drawn(FOLDED), X, epochs=2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="is for a hidden layer"):
        minimize(FOLDED, wrong, drawn(FOLDED), X, iterations=2)


def test_a_sample_that_is_wrong_is_not_called_divergence():
    target = X.copy()
    target[-1, -1] = 2  # only some batch will meet it
    with pytest.raises(ValueError, match="cross_entropy takes targets from 0 to 1"):
        train(
            FOLDED,
            CROSS,
            drawn(FOLDED),
            X,
            target,
            epochs=3,
            rng=np.random.default_rng(0),
            batch_size=5,
        )


def test_l_bfgs_keeps_the_parameters_when_a_term_refuses_a_trial():
    params = drawn(LINEAR)
    params.vector *= 1.0001 / np.abs(params.vector).max()

    class Near(Picky):
        def value(self, seen, *_):
            if np.abs(seen.params.vector).max() > 1.001:
                self.refuse()
            return 0.0

    J = -1e3 * SQUARED + Near(REFUSALS["ValueError"])
    with pytest.raises(DivergenceError, match=r"evaluation \d+: too far") as caught:
        minimize(LINEAR, J, params, X, iterations=50)
    assert np.isfinite(J.value(LINEAR, caught.value.params, X))
