"""Training that leaves the finite numbers says so, and gives back the last good parameters."""

from contextlib import contextmanager

import numpy as np

from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, allocate


class DivergenceError(ArithmeticError):
    """Training left the finite numbers.

    Attributes
    ----------
    params : Parameters
        The last ones at which J and its gradient were found to be numbers.
    history : History
        Of the epochs completed.

    Examples
    --------
    >>> from ae_course import SGD, Autoencoder, identity, reconstruction, squared_error, train
    >>> rng = np.random.default_rng(0)
    >>> net, X = Autoencoder.folded(2, 1, hidden=identity, output=identity), rng.normal(size=(8, 2))
    >>> try:
    ...     train(
    ...         net, reconstruction(squared_error), net.init(rng), X,
    ...         epochs=99, rng=rng, optimizer=SGD(1e3),
    ...     )
    ... except DivergenceError as error:
    ...     bool(np.isfinite(error.params.vector).all())
    True
    """

    def __init__(self, message: str, params: Parameters, history):
        super().__init__(message)
        self.params, self.history = params, history


class NotFinite(ArithmeticError):
    """A number that training needs is NaN or infinite."""


def evaluate(
    net,
    objective,
    params,
    x,
    t,
    want_value: bool = True,
    workspace: Allocate = allocate,
    check_gradient: bool = True,
):
    """The forward pass, J if it is wanted, and its gradient; NotFinite if one is not finite."""
    forward_pass = objective.forward(net, params, x, t, workspace)
    value = objective.value_from(forward_pass) if want_value else 0.0
    if not np.isfinite(value):
        raise NotFinite(f"the objective is {value:g}")
    gradient = objective.gradient_from(forward_pass)
    if check_gradient:
        check_finite_parameters("the gradient by", gradient)
    return forward_pass, value, gradient


def check_finite_parameters(what: str, params: Parameters) -> None:
    """Raise NotFinite, naming the worst entry, unless the squares have a finite sum."""
    if not params.vector @ params.vector < np.inf:  # the norm is a number if all of them are
        worst = int(np.abs(params.vector).argmax())  # NaN counts as the largest
        found = params.vector[worst]
        too_large = ", too large to go on" if np.isfinite(found) else ""
        raise NotFinite(f"{what} {params.where(worst)} is {found:g}{too_large}")


@contextmanager
def told_as_divergence(where: str, at_start, good: Parameters, history):
    """Tell of divergence whatever part of an objective notices it first, and however.

    A term may compute infinities, or refuse what is no longer in its range. If the same works at
    the parameters that training started from, the fault is in the new ones.
    """
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            yield
    except (ArithmeticError, ValueError, RuntimeWarning) as problem:
        if not isinstance(problem, NotFinite):
            try:
                at_start()
            except (ArithmeticError, ValueError, RuntimeWarning):
                raise problem from None
        message = (
            f"training diverged in {where}: {problem}; the last good parameters are in the error's"
            " params, and a smaller learning rate may prevent it"
        )
        raise DivergenceError(message, good, history) from problem
