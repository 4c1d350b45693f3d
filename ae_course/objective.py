"""What is learned is a sum of terms, and the code reads as the equation.

    J = reconstruction(cross_entropy) + 3.0 * kl_sparsity(rho=0.05) + 1e-4 * weight_decay

Every term looks at the same forward pass; one backward sweep carries the gradients of all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Self

import numpy as np

from ae_course.losses import Loss
from ae_course.network import Network, Trace
from ae_course.parameters import Parameters
from ae_course.workspace import Room, fresh


@dataclass(frozen=True)
class Pass:
    """A forward pass as a term of the objective sees it.

    Attributes
    ----------
    net, params : the network and its parameters
    trace : Trace
        u and y of every layer for the samples of the batch.
    target : array or None
        What the output should be; None means the input itself.
    """

    net: Network
    params: Parameters
    trace: Trace
    target: np.ndarray | None


class Term:
    """What one summand of an objective computes from a forward pass.

    A term states its value and whatever parts of its gradient it has, each of them multiplied by
    the number of samples, as deltas are: the division by N comes once, at the end.
    """

    def value(self, seen: Pass, room: Room) -> float:
        """The term's value, a mean over the samples where it depends on them."""
        raise NotImplementedError

    def delta_out(self, seen: Pass, room: Room) -> np.ndarray | None:
        """What the term adds to the delta of the output layer, (N, units), if anything."""
        return None

    def at_y(self, seen: Pass) -> Mapping[int, np.ndarray]:
        """What the term adds to the derivative by the outputs y of hidden layers."""
        return {}

    def at_parameters(self, seen: Pass) -> Mapping[str, np.ndarray]:
        """What the term adds to the gradient by its direct use of parameters."""
        return {}

    def after(self, seen: Pass) -> "Term":
        """The term for the next batch: this one, unless it carries something over."""
        return self


@dataclass(frozen=True)
class Objective:
    r"""A weighted sum of terms, :math:`J = \sum_i c_i J_i`: the function that training minimises.

    Objectives add up, and take a number as their weight.

    Attributes
    ----------
    parts : tuple of (float, Term)
        The weights c_i with their terms.
    """

    parts: tuple[tuple[float, Term], ...]

    @classmethod
    def of(cls, term: Term) -> Self:
        """The objective that is this term alone; TypeError if it is no Term."""
        if not isinstance(term, Term):
            raise TypeError(f"the term is {term!r}, wanted a Term, such as Reconstruction")
        return cls(((1.0, term),))

    def __add__(self, other: "Objective") -> "Objective":
        if not isinstance(other, Objective):
            return NotImplemented
        return Objective(self.parts + other.parts)

    def __rmul__(self, weight: float) -> "Objective":
        if not isinstance(weight, Real):
            return NotImplemented
        if not np.isfinite(weight):
            raise ValueError(f"a term has weight {weight}, wanted a finite number")
        return Objective(tuple((float(weight) * c, term) for c, term in self.parts))

    def __repr__(self) -> str:
        return " + ".join(repr(t) if c == 1 else f"{c:g} * {t!r}" for c, t in self.parts)

    def value(self, net: Network, params: Parameters, X, target=None) -> float:
        """J for the samples X (N, inputs), as a mean over them; see `value_and_gradient`."""
        return self._value(self.see(net, params, X, target), fresh)

    def gradient(self, net: Network, params: Parameters, X, target=None) -> Parameters:
        """The gradient of J by every parameter; see `value_and_gradient`."""
        return self.value_and_gradient(net, params, X, target, want_value=False)[1]

    def value_and_gradient(
        self,
        net: Network,
        params: Parameters,
        X: np.ndarray,
        target: np.ndarray | None = None,
        *,
        want_value: bool = True,
        room: Room = fresh,
    ) -> tuple[float | None, Parameters]:
        """J and its gradient, from one forward pass and one backward sweep.

        Parameters
        ----------
        X : array (N, inputs)
            Samples as rows.
        target : array, optional
            What the output should be: an array (N, units), or labels (N,) for
            softmax_cross_entropy. Without it the target is the input.
        want_value : bool
            If false, the value is not computed and None is returned in its place: training needs
            only the gradient, and the logarithms of a loss take time.
        room : callable
            Where results are written, see :class:`ae_course.workspace.Workspace`.

        Raises
        ------
        ValueError
            Shapes that do not fit, an empty or non-finite X, a loss that does not go with the
            output units, a target that is out of range.
        TypeError
            X or the target does not hold real numbers, or `params` are not Parameters.
        """
        return self.evaluate(self.see(net, params, X, target, room), want_value, room)

    def see(self, net: Network, params: Parameters, X, target=None, room: Room = fresh) -> Pass:
        """The forward pass that all terms share; arguments as for `value_and_gradient`."""
        return Pass(net, params, net.forward(params, X, room), target)

    def evaluate(
        self, seen: Pass, want_value: bool = True, room: Room = fresh
    ) -> tuple[float | None, Parameters]:
        """J and its gradient from a forward pass; see `value_and_gradient`."""
        return self._value(seen, room) if want_value else None, self._gradient(seen, room)

    def after(self, seen: Pass) -> "Objective":
        """The objective for the batch after this one.

        It is the same, unless a term carries something over, such as the running estimate of
        :func:`~ae_course.sparsity.running_kl_sparsity`. What is carried is part of the value, so
        that an objective stays a function of parameters and samples, and can be checked in any
        state.
        """
        return Objective(tuple((c, term.after(seen)) for c, term in self.parts))

    def _value(self, seen: Pass, room: Room) -> float:
        return sum(c * term.value(seen, room) for c, term in self.parts)

    def _gradient(self, seen: Pass, room: Room) -> Parameters:
        delta_out, at_y = None, {}
        for c, term in self.parts:
            delta_out = _plus(delta_out, c, term.delta_out(seen, room))
            for l, part in term.at_y(seen).items():
                at_y[l] = _plus(at_y.get(l), c, part)
        if delta_out is None:
            delta_out = np.zeros_like(seen.trace.output)
        gradient = seen.net.backward(seen.params, seen.trace, delta_out, at_y, room)
        for c, term in self.parts:
            for name, part in term.at_parameters(seen).items():
                gradient[name] += c * part
        return gradient


def _plus(total: np.ndarray | None, weight: float, part: np.ndarray | None) -> np.ndarray | None:
    # The product is a new array even if the weight is 1: the next term may reuse the part's room.
    if part is None:
        return total
    return weight * part if total is None else total + weight * part


@dataclass(frozen=True)
class Reconstruction(Term):
    r"""The mean error of the output, :math:`E = \frac1N \sum_n e_n` (:eq:`eq-mean-error`)."""

    loss: Loss

    def __post_init__(self):
        if not isinstance(self.loss, Loss):
            raise TypeError(f"the loss is {self.loss!r}, wanted a Loss, such as squared_error")

    def __repr__(self) -> str:
        return f"reconstruction({self.loss})"

    def value(self, seen, room):
        return float(self.errors(seen, room).mean())

    def errors(self, seen: Pass, room: Room = fresh) -> np.ndarray:
        """The error e_n of every sample, shape (N,)."""
        u, y, t, _ = self._output(seen, room)
        return self.loss.errors(u, y, t)

    def delta_out(self, seen, room):
        u, y, t, unit = self._output(seen, room)
        return self.loss.delta(unit, u, y, t, room)

    def _output(self, seen: Pass, room: Room):
        unit = seen.net.layers[-1].activation
        self.loss.check_unit(unit)
        u, y = seen.trace.u[seen.net.last], seen.trace.output
        wanted = seen.trace.input if seen.target is None else seen.target
        t = self.loss.encode(wanted, seen.net.units, seen.params.dtype, room)
        if len(t) != len(y):
            raise ValueError(f"there are {len(t)} targets for {len(y)} samples")
        return u, y, t, unit


def reconstruction(loss: Loss) -> Objective:
    """The mean error of the output against its target, which is the input unless one is given.

    The objective :eq:`eq-mean-error`, with a loss of :mod:`ae_course.losses`.
    """
    return Objective.of(Reconstruction(loss))


@dataclass(frozen=True, repr=False)
class WeightDecay(Term):
    r"""Half the sum of the squared weights of all layers, biases not counted.

    :math:`\frac12 \sum_l \|W^{(l)}\|_F^2`, whose gradient is :math:`W^{(l)}` itself
    (:eq:`eq-weight-decay`). It does not depend on the samples.
    """

    def __repr__(self) -> str:
        return "weight_decay"

    def value(self, seen, room):
        return 0.5 * sum(float(np.vdot(W, W)) for W in self.at_parameters(seen).values())

    def at_parameters(self, seen):
        return {f"W{l}": seen.params[f"W{l}"] for l, _ in seen.net.numbered()}


weight_decay = Objective.of(WeightDecay())
"""The objective that keeps weights small: ``1e-4 * weight_decay`` (:eq:`eq-weight-decay`)."""


class Evaluated:
    """What training and the gradient check ask for, where `see` and `evaluate` are given."""

    def value(self, net, params: Parameters, X, target=None) -> float:
        """J for the samples X, as a mean over them."""
        return self.evaluate(self.see(net, params, X, target))[0]

    def gradient(self, net, params: Parameters, X, target=None) -> Parameters:
        """The gradient of J by every parameter."""
        return self.evaluate(self.see(net, params, X, target), want_value=False)[1]

    def after(self, seen) -> Self:
        """The objective for the batch after this one: the same."""
        return self
