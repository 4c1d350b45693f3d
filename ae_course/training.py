"""One loop trains everything: draw a batch, compute its gradient, take a step."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
from tqdm import tqdm

from ae_course.checks import (
    as_array,
    as_intensities,
    as_matrix,
    check_finite,
    check_fraction,
    check_generator,
    check_grey,
    check_integer,
)
from ae_course.divergence import check_finite_parameters, evaluate, told_as_divergence
from ae_course.objective import Objective
from ae_course.optimizers import Adam, Optimizer
from ae_course.parameters import Parameters, check_is_parameters
from ae_course.training_state import (
    INTERRUPTED,
    EarlyStopping,
    History,
    TrainingState,
    check_state,
    kept,
)
from ae_course.workspace import Allocate, Workspace, allocate


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Deal the sample numbers 0 to n - 1 in random order, `batch_size` at a time.

    >>> [len(batch) for batch in minibatches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]

    The last batch has what is left over. One call deals one epoch: every sample once. Each sample
    is as likely as any other to be in a batch, so that at
    parameters which do not depend on the deal a batch's gradient is right on average
    (:eq:`eq-batch-unbiased`), with the variance of :eq:`eq-batch-variance`.
    """
    check_generator(rng)
    check_integer("n", n, least=1)
    check_integer("batch_size", batch_size, least=1)
    order = rng.permutation(n)
    return (order[start : start + batch_size] for start in range(0, n, batch_size))


def validation_split(
    rng: np.random.Generator, *arrays: np.ndarray, fraction: float = 0.2
) -> list[np.ndarray]:
    """Set some of the samples aside, at random, to validate with what training has not seen.

    >>> X, labels = np.arange(20).reshape(10, 2), np.arange(10)
    >>> rng = np.random.default_rng(0)
    >>> X_train, X_valid, labels_train, labels_valid = validation_split(rng, X, labels)
    >>> len(X_train), len(X_valid), bool((X_valid[:, 0] == 2 * labels_valid).all())
    (8, 2, True)

    Parameters
    ----------
    *arrays : array (N, …)
        Samples, their labels, …, row by row; rows that belong together stay together.
    fraction : float
        How many of the rows are set aside, rounded; at least one is, and at least one is not.

    Returns
    -------
    list of arrays
        Of each array the rows to train with, then those to validate with.
    """
    check_generator(rng)
    check_fraction("the fraction", fraction, zero=False)
    lengths = {len(a) for a in arrays}
    if len(lengths) != 1 or min(lengths) < 2:
        raise ValueError(
            f"found arrays with {sorted(lengths)} rows, wanted the same number in each, 2 or more"
        )
    (N,) = lengths
    order, count = rng.permutation(N), min(max(round(fraction * N), 1), N - 1)
    return [np.asarray(a)[rows] for a in arrays for rows in (order[count:], order[:count])]


def train(
    net,
    objective: Objective,
    params: Parameters,
    X: np.ndarray,
    target: np.ndarray | None = None,
    *,
    epochs: int,
    rng: np.random.Generator,
    optimizer: Optimizer | None = None,
    batch_size: int = 100,
    corrupt: Callable[[np.random.Generator, np.ndarray], np.ndarray] | None = None,
    metrics: Mapping[str, Callable[[Parameters], float]] | None = None,
    record_objective: bool = True,
    early_stopping: EarlyStopping | None = None,
    callback: Callable[[TrainingState], bool | None] | None = None,
    state: TrainingState | None = None,
) -> tuple[Parameters, History, TrainingState]:
    """Minimise an objective over minibatches (:eq:`eq-sgd`) and return the parameters found.

    >>> from ae_course import Autoencoder, reconstruction, squared_error
    >>> rng = np.random.default_rng(0)
    >>> X, net, E = rng.random((50, 4)), Autoencoder.folded(4, 2), reconstruction(squared_error)
    >>> params, history, state = train(net, E, net.init(rng), X, epochs=3, rng=rng)
    >>> params, history, state = train(net, E, params, X, epochs=2, rng=rng, state=state)
    >>> state.epochs, len(history.objective)
    (5, 5)

    Parameters
    ----------
    net : Network
        Or whatever model the objective evaluates.
    objective : Objective
        The function J to minimise. If its terms have a state, each batch gets the objective in the
        state that the batch before left.
    params : Parameters
        Where to start; left as they are.
    X : array (N, inputs)
        Samples as rows. Grey values may stay uint8: each batch is converted when its turn comes.
    target : array (N, …), optional
        What the output should be, row by row; without it, the input before it is corrupted.
    epochs : int
        How often to go through the samples; with a `state`, how often more.
    rng : numpy.random.Generator
        Deals the batches, and is handed to `corrupt`. With a `state`, it is set to what it was.
    optimizer : Optimizer
        :class:`~ae_course.optimizers.Adam` with its defaults unless given.
    batch_size : int
        Samples in a batch; a number above N means all of them.
    corrupt : callable ``(rng, x) -> array``, optional
        What is done to the samples of a batch before the network sees them. It is given a copy of
        them in the dtype of the parameters, grey values as 0 to 1.
    metrics : mapping of str to callable ``params -> float``, optional
        Evaluated before the first epoch and after every epoch. They are given the parameters in
        training, to look at and not to keep.
    record_objective : bool
        Whether to record J for every epoch. Without it no loss is computed, only gradients.
    early_stopping : EarlyStopping, optional
        When to stop before all epochs are done; the parameters returned are then the best so far.
    callback : callable ``state -> bool``, optional
        Called after every epoch; training stops if it returns True. What it is given it may keep,
        or save (:func:`ae_course.checkpoint.save`).
    state : TrainingState, optional
        What `train` returned, to go on from there: with the same arguments, and the parameters that
        it returned, the result is the same to the bit as without the pause. What stopped early
        stays as it is: it goes on if the patience is longer now, or without `early_stopping`.

    Returns
    -------
    params : Parameters
        In memory of their own.
    history : History
        Of all epochs, those before a pause too.
    state : TrainingState

    An interruption from the keyboard ends training as if the last complete epoch had been the last
    one asked for: nothing is lost, and ``history.stopped`` says so.

    Raises
    ------
    DivergenceError
        J, its gradient or a parameter became NaN or infinite, or a term or a metric refuses what
        it took at the start: usually for too large a learning rate. It holds the last good
        parameters, and the history of the epochs completed.
    TypeError, ValueError
        An argument is not as described; the message says what was found and what was wanted.
    """
    X, target = check_samples(X, target)
    _check_settings(objective, params, epochs, batch_size, rng)
    optimizer, metrics = _check_optimizer(optimizer), dict(metrics or {})
    judge = _judge(early_stopping, metrics)
    state = _begun(state, objective, params, optimizer, rng, metrics, judge)
    start, slots = (net, objective, params), state.restored(optimizer, rng)
    params, good, workspace = state.params.copy(), state.params, Workspace()
    deal = partial(_batches, X, target, batch_size, rng, corrupt, params.dtype, workspace)
    settings = start, params, slots, optimizer, record_objective, metrics, workspace
    try:
        for _ in tqdm(range(0 if state.history.stopped else epochs), unit="epoch", disable=None):
            done, watched = None, {-(-len(X) // batch_size)}
            with suppress(Exception):  # whatever it is, it is told when every step is watched
                done = _epoch(state, good, deal(), watched, *settings)
            if done is None:
                slots.update(state.restored(optimizer, rng))
                np.copyto(params.vector, state.params.vector)
                done = _epoch(state, good, deal(), range(1, 1 + len(X)), *settings)
            objective, history, good = done
            parts = params.copy(), objective, kept(slots), rng.bit_generator.state, history
            state = judge(TrainingState(*parts), state.best)  # from here on the epoch counts
            if callback is not None and callback(state):
                state = state.stop("the callback asked for it")
            if state.history.stopped is not None:
                break
    except KeyboardInterrupt:
        state = state.stop(INTERRUPTED)
        print(f"Training was interrupted; what you get is the end of epoch {state.epochs}.")
    found = state.params if early_stopping is None else state.best
    return found.copy(), state.history, state


def _epoch(
    state, good, batches, watched, start, params, slots, optimizer, record, metrics, workspace
):
    """Take the steps of one epoch; return the objective, the history and the last good parameters.

    `params` and the slots of the optimiser change in place. In steps that are watched, by their
    number, the gradient and the parameters are checked, and the parameters kept as the last good
    ones. In every step that would be a tenth of the time: the last of an epoch will do, as an epoch
    that goes wrong is run again.
    """
    (net, *_), objective, values, good = start, state.objective, [], good.copy()
    where = f"epoch {state.epochs + 1}"
    for step, (x, t) in enumerate(batches, 1):
        at_start = partial(evaluate, *start, x, t, record)
        with told_as_divergence(f"{where}, step {step}", at_start, good, state.history):
            forward_pass, value, gradient = evaluate(
                net, objective, params, x, t, record, workspace, step in watched
            )
            if step in watched:
                np.copyto(good.vector, params.vector)
            objective = objective.next_state(forward_pass)
            optimizer.update(params.vector, gradient.vector, slots)
            if step in watched:
                check_finite_parameters("the parameter", params)
        values.append(value)
    found = measured(metrics, where, params, start[-1], state.history, good)
    history = state.history.record(state.epochs + 1, found, [np.mean(values)] * record)
    return objective, history, good


def _batches(X, target, batch_size, rng, corrupt, dtype, workspace):
    """The samples and targets of one epoch, batch by batch."""
    for batch in minibatches(len(X), batch_size, rng):
        x = as_intensities(_rows(X, batch, workspace, "rows of X"), dtype, workspace, "X")
        t = target
        if target is not None:
            t = as_target(_rows(target, batch, workspace, "rows of target"), dtype, workspace)
        if corrupt is not None:
            clean = workspace("clean", x.shape, dtype)
            np.copyto(clean, x)  # what is corrupted may be changed in place
            x, t = corrupt(rng, x), clean if t is None else t
        yield x, t


def _rows(array, batch, workspace, name):
    out = workspace(name, (len(batch), *array.shape[1:]), array.dtype)
    return array.take(batch, axis=0, out=out, mode="clip")  # the numbers are in range


def measured(metrics, where: str, params, first, history, good=None) -> dict:
    """What the metrics give, `first` being the parameters that training started from."""
    found = {}
    for name, metric in metrics.items():
        at_start = partial(metric, first)
        with told_as_divergence(f"{where}, by {name!r}", at_start, good or params, history):
            found[name] = metric(params)
    return found


def _judge(early_stopping, metrics):
    if early_stopping is None:
        return lambda state, best: state
    early_stopping.check(metrics)
    return early_stopping.judge


def _begun(state, objective, params, optimizer, rng, metrics, judge) -> TrainingState:
    """The state to go on from: the one that is given, checked, or the one before any step."""
    if state is not None:
        check_state(state, objective, params, metrics)
        going_on = replace(state, history=replace(state.history, stopped=None))
        return judge(going_on, state.best)  # a patience that was over is so still
    history = History().record(0, {name: f(params) for name, f in metrics.items()})
    slots = kept(optimizer.init(params.vector))
    first = TrainingState(params.copy(), objective, slots, rng.bit_generator.state, history)
    return judge(first, None)


def _check_settings(objective, params, epochs, batch_size, rng):
    check_model(objective, params)
    check_integer("epochs", epochs, least=0)
    check_integer("batch_size", batch_size, least=1)  # also where no epoch would
    check_generator(rng)


def check_model(objective, params) -> None:
    """Raise TypeError unless these are an objective and parameters."""
    if isinstance(objective, type) or not hasattr(objective, "gradient_from"):
        raise TypeError(f"the objective is {objective!r}, wanted one such as an Objective")
    check_is_parameters(params)


def _check_optimizer(optimizer) -> Optimizer:
    if optimizer is None:
        return Adam()
    if isinstance(optimizer, type) or not hasattr(optimizer, "update"):
        raise TypeError(f"the optimizer is {optimizer!r}, wanted one such as SGD(0.1)")
    return optimizer


def check_samples(X: np.ndarray, target: np.ndarray | None):
    """The samples and their targets as arrays; raise unless they are numbers, row for row."""
    # Every batch is checked too, but only here does a sample have the number the caller knows.
    X = as_matrix(X, "X")
    check_finite(X, "X")
    check_grey(X, "X")
    if target is None:
        return X, None
    target = as_array(target, "target")
    if target.ndim == 2:
        check_grey(target, "target")
    if target.shape[:1] != X.shape[:1]:
        raise ValueError(
            f"target has shape {target.shape}, wanted a row or label for each of {len(X)} samples"
        )
    check_finite(target, "target")
    return X, target


def as_target(target: np.ndarray, dtype: np.dtype, workspace: Allocate = allocate) -> np.ndarray:
    """Targets as training takes them: images are converted as samples are, labels stay."""
    return as_intensities(target, dtype, workspace, "target") if target.ndim == 2 else target
