"""With all samples at once the gradient has no noise, and curvature can be learned from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ae_course.checks import (
    as_array,
    as_intensities,
    check_finite,
    check_integer,
    check_positive,
    check_shape,
)
from ae_course.divergence import evaluate, told_as_divergence
from ae_course.objective import Objective
from ae_course.parameters import Parameters
from ae_course.threads import limit_threads
from ae_course.training import as_target, check_model, check_samples, measured
from ae_course.training_state import History
from ae_course.workspace import Workspace, allocate


def two_loop(
    gradient: np.ndarray, steps: Sequence[np.ndarray], changes: Sequence[np.ndarray]
) -> np.ndarray:
    r"""The estimate M of the inverse Hessian, times a gradient, without ever forming M.

    M begins as a multiple of the identity, and takes in one pair after the other by
    :eq:`eq-bfgs`, so that the last step is what M makes of the last change (:eq:`eq-secant`). Two
    loops over the pairs give the product :cite:p:`nocedal1980updating`; its negative is the
    direction in which L-BFGS goes.

    Parameters
    ----------
    gradient : array (size,)
    steps, changes : sequences of array (size,)
        How the vector moved, and how its gradient changed by that, the oldest pair first. Without
        any pair the result is the gradient.

    Raises
    ------
    ValueError
        A pair shows no positive curvature: step and change have a product that is not positive,
        or not finite. Or the numbers of steps and changes differ, or the shapes of the vectors.

    Examples
    --------
    Where the gradient changes by 2 in a step of 1, a gradient of 6 is 3 away from its zero:

    >>> two_loop(np.array([6.0]), steps=[np.array([1.0])], changes=[np.array([2.0])]).tolist()
    [3.0]
    """
    curvatures = _curvatures(gradient, steps, changes)
    pairs, factors = list(zip(steps, changes, curvatures, strict=True)), []
    direction = as_array(gradient, "the gradient").astype(float)
    for step, change, curvature in reversed(pairs):
        factors.append(step @ direction / curvature)
        direction -= factors[-1] * change
    if pairs:
        direction *= curvatures[-1] / (changes[-1] @ changes[-1])
    for (step, change, curvature), factor in zip(pairs, reversed(factors), strict=True):
        direction += (factor - change @ direction / curvature) * step
    return direction


def _curvatures(gradient, steps, changes) -> list[float]:
    """step · change of each pair; they have to be positive."""
    if len(steps) != len(changes):
        raise ValueError(f"there are {len(steps)} steps and {len(changes)} changes")
    if np.ndim(gradient) != 1:
        raise ValueError(f"the gradient has shape {np.shape(gradient)}, wanted (size,)")
    found = []
    for pair in zip(steps, changes, strict=True):
        for name, array in zip(("a step", "a change"), pair, strict=True):
            check_shape(name, array, gradient.shape)
        found.append(float(pair[0] @ pair[1]))
        if not 0 < found[-1] < np.inf:
            raise ValueError(f"a pair has step · change {found[-1]:g}, wanted a positive number")
    return found


def lbfgs(
    f: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    *,
    iterations: int,
    pairs: int = 10,
    tolerance: float = 1e-8,
    callback: Callable[[np.ndarray], None] | None = None,
) -> tuple[np.ndarray, str]:
    """Minimise f by L-BFGS :cite:p:`liu1989limited`, as SciPy has it :cite:p:`byrd1995limited`.

    It goes in the direction of :func:`two_loop`, and along it as far as a line search finds good.

    >>> w, reason = lbfgs(lambda w: (w @ w, 2 * w), np.array([3.0, -4.0]), iterations=10)
    >>> bool(np.abs(w).max() < 1e-6), reason[:9]
    (True, 'converged')

    Parameters
    ----------
    f : callable ``vector -> (value, gradient)``
        The same function at every call: not of a minibatch.
    start : array (size,)
        Left as it is.
    iterations : int
        How many steps at most; a step takes one evaluation of f, sometimes more.
    pairs : int
        How many of the latest steps and changes of the gradient are remembered.
    tolerance : float
        It stops where no entry of the gradient is larger.
    callback : callable ``vector -> None``, optional
        Called after every step.

    Returns
    -------
    vector : array (size,) of float64
    reason : str
        Why it stopped.

    Raises
    ------
    ValueError
        A setting is out of range; `start` is not a vector of finite real numbers; or the gradient
        has another shape.
    ArithmeticError
        f or its gradient is not finite. SciPy would say that it converged.
    """
    from scipy import optimize  # not above: it is slow to import, and only needed here

    limit_threads()
    start = _real_vector(start)
    check_integer("iterations", iterations, least=1)
    check_integer("pairs", pairs, least=1)
    check_positive("the tolerance", tolerance)
    options = {"maxiter": iterations, "maxcor": pairs, "gtol": tolerance, "ftol": 0}
    options["maxfun"] = 25 * iterations  # a line search takes 20 evaluations at most
    found = optimize.minimize(
        _watched(f), start, jac=True, method="L-BFGS-B", callback=callback, options=options
    )
    return found.x, _REASONS[found.status]


def _real_vector(start) -> np.ndarray:
    start = as_array(start, "start")
    if start.ndim != 1 or not start.size:
        raise ValueError(f"start has shape {start.shape}, wanted (size,), not empty")
    check_finite(start, "start")
    return start


def _watched(f):
    """The same function, with an error where SciPy would go on as if nothing were wrong."""

    def evaluate(vector):
        value, gradient = f(vector)
        check_shape("the gradient", gradient, vector.shape)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            raise ArithmeticError(f"f is {value:g} or its gradient not finite, wanted numbers")
        return value, gradient

    return evaluate


_REASONS = (
    "converged: the gradient is within the tolerance, or the value changes no more",
    "all iterations are done",
    "the line search finds no lower value: rounding decides, or the gradient is wrong",
)


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
    metrics: Mapping[str, Callable[[Parameters], float]] | None = None,
) -> tuple[Parameters, History]:
    """Minimise an objective over all samples at once, by L-BFGS, and return the parameters found.

    The full-batch counterpart of :func:`~ae_course.training.train`. Nothing in it is random. An
    objective whose terms have a state stays in the state in which it is given.

    Parameters
    ----------
    net, objective, params, X, target
        As for :func:`~ae_course.training.train`, the parameters in float64: differences of
        gradients, of which L-BFGS lives, are mostly rounding in float32.
    iterations, pairs, tolerance
        As for :func:`~ae_course.full_batch.lbfgs`.
    metrics : mapping of str to callable ``params -> float``, optional
        Evaluated before the first iteration and after every iteration.

    Returns
    -------
    params : Parameters
        In memory of their own.
    history : History

    Raises
    ------
    DivergenceError
        As for :func:`~ae_course.training.train`, with the parameters of the last complete
        iteration.
    TypeError, ValueError
        An argument is not as described; the message says what was found and what was wanted.

    Examples
    --------
    >>> from ae_course import Autoencoder, reconstruction, squared_error
    >>> rng, net = np.random.default_rng(0), Autoencoder.folded(4, 2)
    >>> X, E = rng.random((20, 4)), reconstruction(squared_error)
    >>> params, history = minimize(net, E, net.init(rng), X, iterations=5)
    >>> history.objective[-1] < history.objective[0], history.stopped
    (True, 'all iterations are done')
    """
    X, target = check_samples(X, target)
    check_model(objective, params)
    if params.dtype != np.float64:
        raise TypeError(f"the parameters are {params.dtype}, L-BFGS needs float64")
    X = as_intensities(X, params.dtype, allocate, "X")
    target = None if target is None else as_target(target, params.dtype)
    first, at_start = params, partial(evaluate, net, objective, params, X, target)
    metrics, workspace, params = dict(metrics or {}), Workspace(), params.copy()
    history = History()

    def value_and_gradient(vector):
        nonlocal history
        with told_as_divergence(
            f"evaluation {len(history.objective) + 1}", at_start, params, history
        ):
            here = params.like(vector)
            _, value, gradient = evaluate(net, objective, here, X, target, workspace=workspace)
        history = replace(history, objective=[*history.objective, value])
        return value, gradient.vector.copy()  # the workspace is reused, and L-BFGS may keep vectors

    def note(vector):
        nonlocal history
        params.vector[:] = vector
        where = f"iteration {len(history.passes)}"
        history = history.record(
            len(history.objective), measured(metrics, where, params, first, history)
        )

    note(params.vector)
    _, reason = lbfgs(
        value_and_gradient,
        params.vector,
        iterations=iterations,
        pairs=pairs,
        tolerance=tolerance,
        callback=note,
    )
    return params, replace(history, stopped=reason)
