"""One loop trains everything: draw a batch, compute its gradient, take a step."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from tqdm import tqdm

from ae_course.checks import (
    as_array,
    as_intensities,
    as_matrix,
    check_finite,
    check_generator,
    check_grey,
    check_whole,
)
from ae_course.divergence import check_finite_parameters, evaluate, told_as_divergence
from ae_course.objective import Objective
from ae_course.optimizers import Adam, Optimizer, lbfgs
from ae_course.parameters import Parameters
from ae_course.workspace import Workspace, fresh


@dataclass
class History:
    """What was recorded during training.

    Attributes
    ----------
    objective : list of float
        J of each epoch, as the mean over its batches, each computed before its own step; from
        :func:`minimize`, J of each evaluation of the gradient.
    measures : dict of str to list of float
        What each measure gave before the first epoch and after every epoch; from
        :func:`minimize`, after every iteration.
    carried : Objective or None
        The objective after the last complete epoch, with what its terms carry from batch to batch:
        hand it to :func:`train` to go on from there.
    passes : list of float
        What each entry of the measures had cost by then, in passes over the data
        (:eq:`eq-passes`): an epoch is one, and so is an evaluation of the full gradient.
    stopped : str or None
        Why :func:`minimize` stopped; None from :func:`train`, which stops after its epochs.
    """

    objective: list[float] = field(default_factory=list)
    measures: dict[str, list[float]] = field(default_factory=dict)
    carried: Objective | None = None
    passes: list[float] = field(default_factory=list)
    stopped: str | None = None


def minibatches(n: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Deal the sample numbers 0 to n - 1 in random order, `batch_size` at a time.

    The last batch has what is left over. One call deals one epoch: every sample once. Each sample
    is as likely as any other to be in a batch, so that at
    parameters which do not depend on the deal a batch's gradient is right on average
    (:eq:`eq-batch-unbiased`), with the variance of :eq:`eq-batch-variance`.

    Raises
    ------
    TypeError
        rng is not a numpy.random.Generator.
    ValueError
        n or batch_size is not a whole number, 1 or more.
    """
    check_generator(rng)
    check_whole("n", n, least=1)
    check_whole("batch_size", batch_size, least=1)
    order = rng.permutation(n)
    return (order[start : start + batch_size] for start in range(0, n, batch_size))


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
    measures: Mapping[str, Callable[[Parameters], float]] | None = None,
    track: bool = True,
) -> tuple[Parameters, History]:
    """Minimise an objective over minibatches (:eq:`eq-sgd`) and return the parameters found.

    Parameters
    ----------
    net : Network
        Or whatever model the objective evaluates.
    objective : Objective
        The function J to minimise. If it carries something from batch to batch, each batch gets
        the objective that the batch before left.
    params : Parameters
        Where to start; left as they are.
    X : array (N, inputs)
        Samples as rows. Grey values may stay uint8: each batch is converted when its turn comes.
    target : array (N, …), optional
        What the output should be, row by row; without it, the input before it is corrupted.
    epochs : int
        How often to go through the samples.
    rng : numpy.random.Generator
        Deals the batches, and is handed to `corrupt`.
    optimizer : Optimizer
        :class:`~ae_course.optimizers.Adam` with its defaults unless given.
    batch_size : int
        Samples in a batch; a number above N means all of them.
    corrupt : callable ``(rng, x) -> array``, optional
        What is done to the samples of a batch before the network sees them. It is given a copy of
        them in the dtype of the parameters, grey values as 0 to 1.
    measures : mapping of str to callable ``params -> float``, optional
        Evaluated before the first epoch and after every epoch. They are given the parameters in
        training, to look at and not to keep.
    track : bool
        Whether to record J for every epoch. Without it no loss is computed, only gradients.

    Returns
    -------
    params : Parameters
        In memory of their own.
    history : History

    Raises
    ------
    DivergenceError
        J, its gradient or a parameter became NaN or infinite, or a term or a measure refuses what
        it took at the start: usually for too large a learning rate. It holds the last good
        parameters, and the history of the epochs completed.
    TypeError, ValueError
        An argument is not as described; the message says what was found and what was wanted.
    """
    X, target = _check_samples(X, target)
    _check_model(objective, params)
    check_whole("epochs", epochs, least=0)
    check_whole("batch_size", batch_size, least=1)  # also where no epoch would
    check_generator(rng)
    optimizer, measures = _check_optimizer(optimizer), dict(measures or {})
    start = objective, net, params  # as they were given
    params, good = params.copy(), params.copy()
    memory, room = optimizer.start(params.vector), Workspace()
    first = {name: [float(measure(params))] for name, measure in measures.items()}
    history = History(measures=first, carried=objective, passes=[0.0])

    for epoch in tqdm(range(1, epochs + 1), unit="epoch", disable=None):
        values = []
        for step, batch in enumerate(minibatches(len(X), batch_size, rng), 1):
            x = as_intensities(X[batch], params.dtype, room, "X")
            t = None if target is None else _as_target(target[batch], params.dtype, room)
            if corrupt is not None:
                x, t = corrupt(rng, x.copy()), x if t is None else t
            at_start = partial(evaluate, *start, x, t, track)
            where = f"epoch {epoch}, step {step}, which a smaller learning rate may prevent"
            with told_as_divergence(where, at_start, good, history):
                seen, value, gradient = evaluate(objective, net, params, x, t, track, room)
                np.copyto(good.vector, params.vector)
                objective = objective.after(seen)
                optimizer.step(params.vector, gradient.vector, memory)
                check_finite_parameters("the parameter", params)
            values.append(value)
        if track:
            history.objective.append(float(np.mean(values)))
        for name, measure in measures.items():
            with told_as_divergence(
                f"epoch {epoch}, by {name!r}", partial(measure, start[-1]), good, history
            ):
                history.measures[name].append(float(measure(params)))
        history.carried = objective
        history.passes.append(float(epoch))
    return params, history


def minimize(
    net,
    objective: Objective,
    params: Parameters,
    X: np.ndarray,
    target: np.ndarray | None = None,
    *,
    iterations: int,
    pairs: int = 10,
    tolerance: float = 1e-8,
    measures: Mapping[str, Callable[[Parameters], float]] | None = None,
) -> tuple[Parameters, History]:
    """Minimise an objective over all samples at once, by L-BFGS, and return the parameters found.

    The full-batch counterpart of :func:`train`. Nothing in it is random. An objective that carries
    something from batch to batch stays in the state in which it is given.

    Parameters
    ----------
    net, objective, params, X, target
        As for :func:`train`, the parameters in float64: differences of gradients, of which L-BFGS
        lives, are mostly rounding in float32.
    iterations, pairs, tolerance
        As for :func:`~ae_course.optimizers.lbfgs`.
    measures : mapping of str to callable ``params -> float``, optional
        Evaluated before the first iteration and after every iteration.

    Returns
    -------
    params : Parameters
        In memory of their own.
    history : History

    Raises
    ------
    DivergenceError
        As for :func:`train`, with the parameters of the last complete iteration.
    TypeError, ValueError
        An argument is not as described; the message says what was found and what was wanted.
    """
    X, target = _check_samples(X, target)
    _check_model(objective, params)
    if params.dtype != np.float64:
        raise TypeError(f"the parameters are {params.dtype}, L-BFGS needs float64")
    X = as_intensities(X, params.dtype, fresh, "X")
    target = None if target is None else _as_target(target, params.dtype, fresh)
    start = objective, net, params  # as they were given
    measures, room, params = dict(measures or {}), Workspace(), params.copy()
    history = History(measures={name: [] for name in measures}, carried=objective)

    def value_and_gradient(vector):
        at_start = partial(evaluate, *start, X, target)
        with told_as_divergence(
            f"evaluation {len(history.objective) + 1}", at_start, params, history
        ):
            here = params.like(vector)
            _, value, gradient = evaluate(objective, net, here, X, target, room=room)
        history.objective.append(value)
        return value, gradient.vector.copy()  # the room is reused, and L-BFGS may keep what it gets

    def note(vector):
        params.vector[:] = vector
        history.passes.append(float(len(history.objective)))
        for name, measure in measures.items():
            where, at_start = f"iteration {len(history.passes) - 1}, by {name!r}", start[-1]
            with told_as_divergence(where, partial(measure, at_start), params, history):
                history.measures[name].append(float(measure(params)))

    note(params.vector)
    _, history.stopped = lbfgs(
        value_and_gradient,
        params.vector,
        iterations=iterations,
        pairs=pairs,
        tolerance=tolerance,
        after=note,
    )
    return params, history


def _as_target(target, dtype, room):
    # Labels stay whole numbers; images are converted as the samples are.
    return as_intensities(target, dtype, room, "target") if target.ndim == 2 else target


def _check_model(objective, params):
    if isinstance(objective, type) or not hasattr(objective, "see"):  # each model has its own kind
        raise TypeError(f"the objective is {objective!r}, wanted one such as an Objective")
    if not isinstance(params, Parameters):
        raise TypeError(f"the parameters are a {type(params).__name__}, wanted Parameters")


def _check_optimizer(optimizer) -> Optimizer:
    if optimizer is None:
        return Adam()
    if isinstance(optimizer, type) or not hasattr(optimizer, "step"):
        raise TypeError(f"the optimizer is {optimizer!r}, wanted one such as SGD(0.1)")
    return optimizer


def _check_samples(X: np.ndarray, target: np.ndarray | None):
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
