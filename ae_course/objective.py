"""What is learned is a sum of terms, and the code reads as the equation.

    J = reconstruction(cross_entropy) + 3.0 * kl_sparsity(rho=0.05) + 1e-4 * weight_decay

Every term looks at the same forward pass; one backward sweep carries the gradients of all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real

import numpy as np

from ae_course.checks import check_shape
from ae_course.losses import Loss
from ae_course.network import Network, Trace
from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, add_multiple, allocate


@dataclass(frozen=True)
class ForwardPass:
    """A forward pass as a term of the objective sees it.

    Attributes
    ----------
    net, params : the network and its parameters
    trace : Trace
        u and y of every layer for the samples of the batch.
    target : array or None
        What the output should be; None means the input itself.
    workspace : callable
        Where results may be written, see :class:`ae_course.workspace.Workspace`.
    """

    net: Network
    params: Parameters
    trace: Trace
    target: np.ndarray | None
    workspace: Allocate = field(default=allocate, repr=False)
    _known: dict = field(default_factory=dict, repr=False, compare=False)

    def once(self, key, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """What `compute` gives, which both the value and the gradient of the term `key` need."""
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]

    def wanted(self, loss: Loss) -> np.ndarray:
        """The target, or else the input, as `loss` encodes it: (N, units) for N samples."""
        return self.once(
            ("wanted", loss), lambda: loss.wanted(self.trace, self.target, self.workspace)
        )


class Evaluated:
    """What training and the gradient check ask of a function J of parameters and samples.

    It is given by `forward`, the pass through the network, and by `value_from`, `gradient_from` and
    `next_state`, the function for the next batch, which take what `forward` returns.
    """

    __array_ufunc__ = None  # so that a NumPy number as a weight leaves the product to us

    def value(self, net, params: Parameters, X, target=None) -> float:
        """J for the samples X (N, inputs), as a mean over them; see `value_and_gradient`."""
        return self.value_from(self.forward(net, params, X, target))

    def gradient(self, net, params: Parameters, X, target=None) -> Parameters:
        """The gradient of J by every parameter; see `value_and_gradient`."""
        return self.gradient_from(self.forward(net, params, X, target))

    def value_and_gradient(
        self,
        net,
        params: Parameters,
        X: np.ndarray,
        target: np.ndarray | None = None,
        *,
        workspace: Allocate = allocate,
    ) -> tuple[float, Parameters]:
        """J and its gradient, from one forward pass and one backward sweep.

        Parameters
        ----------
        X : array (N, inputs)
            Samples as rows.
        target : array, optional
            What the output should be: an array (N, units), or labels (N,) for
            softmax_cross_entropy. Without it the target is the input.
        workspace : callable
            Where results are written, see :class:`ae_course.workspace.Workspace`.

        Raises
        ------
        TypeError, ValueError
            An argument is not as described; the message says what was found and what was wanted.
        """
        forward_pass = self.forward(net, params, X, target, workspace)
        return self.value_from(forward_pass), self.gradient_from(forward_pass)


class Objective(Evaluated):
    r"""A weighted sum of terms, :math:`J = \sum_i c_i J_i`: the function that training minimises.

    Objectives and terms add up, and take a number as their weight from either side:

    >>> from ae_course import cross_entropy, kl_sparsity, reconstruction, weight_decay
    >>> reconstruction(cross_entropy) + 3 * kl_sparsity(rho=0.05) + weight_decay * 1e-4
    reconstruction(cross_entropy) + 3 * kl_sparsity(rho=0.05, layer=1) + 0.0001 * weight_decay
    >>> sum([reconstruction(cross_entropy), weight_decay])
    reconstruction(cross_entropy) + weight_decay

    Attributes
    ----------
    parts : tuple of (float, Term)
        The weights c_i with their terms.
    """

    parts: tuple[tuple[float, "Term"], ...]

    def __add__(self, other):
        return Sum(self.parts + other.parts) if isinstance(other, Objective) else NotImplemented

    def __radd__(self, other):  # `sum` starts with 0
        return Sum(self.parts) if isinstance(other, Real) and other == 0 else NotImplemented

    def __mul__(self, weight):
        if not isinstance(weight, Real):
            return NotImplemented
        if not np.isfinite(weight):
            raise ValueError(f"a term has weight {weight}, wanted a finite number")
        return Sum(tuple((float(weight) * c, term) for c, term in self.parts))

    __rmul__ = __mul__

    def forward(
        self, net: Network, params: Parameters, X, target=None, workspace: Allocate = allocate
    ) -> ForwardPass:
        """The forward pass that all terms share; arguments as for `value_and_gradient`."""
        return ForwardPass(net, params, net.forward(params, X, workspace), target, workspace)

    def value_from(self, forward_pass: ForwardPass) -> float:
        """J from a forward pass."""
        return sum(c * _value(term, forward_pass) for c, term in self.parts)

    def gradient_from(self, forward_pass: ForwardPass) -> Parameters:
        """The gradient of J from a forward pass."""
        net, params, trace = forward_pass.net, forward_pass.params, forward_pass.trace
        delta_out, grad_outputs, delta_sum, shape = None, {}, None, trace.output.shape
        if sum(type(t).delta_out is not Term.delta_out for _, t in self.parts) > 1:
            delta_sum = forward_pass.workspace("delta_sum", shape, params.dtype)
        for c, term in self.parts:
            delta = term.delta_out(forward_pass)
            if delta is not None:
                check_shape("the gradient by the net inputs", delta, shape)
                delta_out = _plus(delta_out, c, delta, delta_sum)
            for l, part in term.grad_outputs(forward_pass).items():
                grad_outputs[l] = _plus(grad_outputs.get(l), c, part)
        if delta_out is None:
            delta_out = np.zeros_like(trace.output)
        gradient = net.gradient(params, trace, delta_out, grad_outputs, forward_pass.workspace)
        for c, term in self.parts:
            for name, part in term.grad_params(forward_pass).items():
                check_shape(f"the gradient by {name}", part, gradient[name].shape)
                add_multiple(gradient[name], c, part)
        return gradient


def _plus(total, weight: float, part, out=None) -> np.ndarray:
    # With `out` the product has its own memory: the next term may reuse the part's.
    if total is not None:
        return total + weight * part
    return part if out is None and weight == 1 else np.multiply(part, weight, out=out)


def _value(term, forward_pass) -> float:
    value = term.value_from(forward_pass)
    if not isinstance(value, Real):
        raise TypeError(f"the value of {term} is {value!r}, wanted a number")
    return value


@dataclass(frozen=True)
class Sum(Objective):
    """The objective that adding terms and weighting them gives."""

    parts: tuple[tuple[float, "Term"], ...]

    def __repr__(self) -> str:
        return " + ".join(repr(t) if c == 1 else f"{c:g} * {t!r}" for c, t in self.parts)

    def next_state(self, forward_pass: ForwardPass) -> "Sum":
        """The same sum, each term in the state for the next batch."""
        return Sum(tuple((c, term.next_state(forward_pass)) for c, term in self.parts))


class Term(Objective):
    r"""One summand of an objective, itself an objective.

    A term of your own states its value and the gradient of exactly that value; nothing else
    multiplies either of them but the weight that the term gets in a sum. So a value that is a mean
    over N samples has a gradient with a factor 1/N. The gradient has up to three parts. A term has
    those through which its value depends on the parameters:

    - `grad_params`: the derivative by parameters that the value uses directly;
    - `grad_outputs`: the derivative by the outputs y of layers;
    - `delta_out`: the derivative by the net inputs u of the output layer.

    As an example the mean of :math:`\|y_n\|_1 / \|y_n\|_2` over the samples, which is least if a
    code has a single unit that is not 0 :cite:p:`hoyer2004nonnegative`:

    >>> @dataclass(frozen=True)
    ... class Hoyer(Term):
    ...     layer: int = 1
    ...
    ...     def value_from(self, forward_pass):
    ...         y = forward_pass.trace.y[self.layer]
    ...         return float((abs(y).sum(axis=1) / np.linalg.norm(y, axis=1)).mean())
    ...
    ...     def grad_outputs(self, forward_pass):
    ...         y = forward_pass.trace.y[self.layer]
    ...         l1, l2 = abs(y).sum(axis=1)[:, None], np.linalg.norm(y, axis=1)[:, None]
    ...         return {self.layer: (np.sign(y) / l2 - l1 * y / l2**3) / len(y)}
    >>> from ae_course import Autoencoder, check_gradient, cross_entropy, reconstruction
    >>> rng = np.random.default_rng(0)
    >>> net = Autoencoder.folded(5, 3)
    >>> J = reconstruction(cross_entropy) + 0.5 * Hoyer()
    >>> check_gradient(net, J, net.init(rng), rng.random((7, 5))).error < 1e-6
    True
    >>> isinstance(J.forward(net, net.init(rng), rng.random((7, 5))), ForwardPass)
    True

    What a term keeps from batch to batch, its state, is part of its value: `next_state` returns
    another term, and the old one stays, so that an objective can be checked in any state.
    """

    @property
    def parts(self) -> tuple[tuple[float, "Term"], ...]:
        """The term alone, with weight 1."""
        return ((1.0, self),)

    def value_from(self, forward_pass: ForwardPass) -> float:
        """The term's value, a mean over the samples where it depends on them."""
        raise NotImplementedError(f"{type(self).__name__} has no method value_from")

    def delta_out(self, forward_pass: ForwardPass) -> np.ndarray | None:
        """The derivative by the net inputs u of the output layer, (N, units), if any."""
        return None

    def grad_outputs(self, forward_pass: ForwardPass) -> Mapping[int, np.ndarray]:
        """The derivative by outputs y: for each layer concerned, by its number, (N, units), or
        (units,) where it is the same for all samples."""
        return {}

    def grad_params(self, forward_pass: ForwardPass) -> Mapping[str, np.ndarray]:
        """The derivative by parameters used directly: by their name, in their shape."""
        return {}

    def next_state(self, forward_pass: ForwardPass) -> "Term":
        """The term for the next batch: this one, unless it has a state."""
        return self


@dataclass(frozen=True)
class Reconstruction(Term):
    r"""The mean error of the output, :math:`E = \frac1N \sum_n e_n` (:eq:`eq-mean-error`).

    The output is compared with the target, which is the input unless one is given.
    """

    loss: Loss

    def __post_init__(self):
        if not isinstance(self.loss, Loss):
            raise TypeError(f"the loss is {self.loss!r}, wanted a Loss, such as squared_error")

    def __repr__(self) -> str:
        return f"reconstruction({self.loss})"

    def value_from(self, forward_pass):
        errors = self.errors(forward_pass)
        return float(errors.sum()) / len(errors)

    def errors(self, forward_pass: ForwardPass) -> np.ndarray:
        """The error e_n of every sample, shape (N,)."""
        u, y, t, _ = self._output(forward_pass)
        return self.loss.errors(u, y, t)

    def delta_out(self, forward_pass):
        u, y, t, unit = self._output(forward_pass)
        delta = self.loss.delta(unit, u, y, t, forward_pass.workspace)
        delta /= len(delta)
        return delta

    def _output(self, forward_pass: ForwardPass):
        unit, trace = forward_pass.net.layers[-1].activation, forward_pass.trace
        self.loss.check_unit(unit)
        return trace.u[forward_pass.net.last], trace.output, forward_pass.wanted(self.loss), unit


reconstruction = Reconstruction
"""The mean error as it stands in an objective: ``reconstruction(cross_entropy)``
(:eq:`eq-mean-error`), with a loss of :mod:`ae_course.losses`."""


@dataclass(frozen=True, repr=False)
class WeightDecay(Term):
    r"""Half the sum of the squared weights of all layers, biases not counted.

    :math:`\frac12 \sum_l \|W^{(l)}\|_F^2`, whose gradient is :math:`W^{(l)}` itself
    (:eq:`eq-weight-decay`). It does not depend on the samples.
    """

    def __repr__(self) -> str:
        return "weight_decay"

    def value_from(self, forward_pass):
        return 0.5 * sum(float(np.vdot(W, W)) for W in self.grad_params(forward_pass).values())

    def grad_params(self, forward_pass):
        return {f"W{l}": forward_pass.params[f"W{l}"] for l, _ in forward_pass.net.numbered()}


weight_decay = WeightDecay()
"""The term that keeps weights small: ``1e-4 * weight_decay`` (:eq:`eq-weight-decay`)."""
