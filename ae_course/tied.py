r"""With tied weights the decoder uses the transposed weights of the encoder."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ae_course.autoencoder import Autoencoder, mirrored
from ae_course.objective import Evaluated, ForwardPass, Objective
from ae_course.parameters import Parameters
from ae_course.workspace import Allocate, add_multiple, allocate


def tie(net: Autoencoder, params: Parameters) -> Parameters:
    r"""The parameters without the decoder's weights, which are the encoder's transposed.

    >>> net = Autoencoder.folded(4, 2)
    >>> list(tie(net, net.init(np.random.default_rng(0))))
    ['W1', 'b1', 'b2']
    """
    mirror = mirrored(net)
    return Parameters.of({name: params[name] for name in net.shapes() if name not in mirror})


def untie(net: Autoencoder, shared: Parameters, workspace: Allocate = allocate) -> Parameters:
    r"""All parameters of the network, with :math:`\tilde W = W^\top` (:eq:`eq-tied`).

    Those that are shared come first in the vector, and then the decoder's weights, columnwise: they
    are copied and not transposed.

    Raises
    ------
    ValueError
        `shared` does not have the names that :func:`tie` leaves, such as ``W2`` besides ``W1``.

    Examples
    --------
    >>> net = Autoencoder.folded(4, 2)
    >>> params = untie(net, tie(net, net.init(np.random.default_rng(0))))
    >>> bool((params["W2"] == params["W1"].T).all())
    True
    """
    mirror = mirrored(net)
    wanted = [name for name in net.shapes() if name not in mirror]
    if set(shared) != set(wanted):
        raise ValueError(
            f"the parameters are {', '.join(shared)}; wanted {', '.join(wanted)}, as from tie"
        )
    shapes, known = net.shapes(), shared.vector.size
    size = known + sum(shared[ours].size for ours in mirror.values())
    vector = workspace("untied", (size,), shared.dtype)
    vector[:known] = shared.vector
    params = Parameters({name: shapes[name] for name in (*shared, *mirror)}, vector, mirror)
    for theirs, ours in mirror.items():
        params[theirs] = shared[ours].T
    return params


class TiedPass(NamedTuple):
    """A forward pass with tied weights: the shared parameters, and what the objective sees."""

    shared: Parameters
    whole: ForwardPass


@dataclass(frozen=True)
class Tied(Evaluated):
    r"""An objective as a function of shared weights: a reparametrisation.

    :math:`J(W, b, \tilde b) = J(W, b, W^\top, \tilde b)` (:eq:`eq-tied`), whose derivative by the
    shared W is the sum along both ways (:eq:`eq-tied-gradient`). Its parameters are those that
    :func:`tie` returns.

    A term that is added is tied too: it sees the shared weights in both of their places.

    >>> from ae_course import reconstruction, squared_error, weight_decay
    >>> Tied(reconstruction(squared_error)) + 0.1 * weight_decay
    Tied(objective=reconstruction(squared_error) + 0.1 * weight_decay)

    Attributes
    ----------
    objective : Objective
        A function of all parameters of a folded autoencoder.
    """

    objective: Objective

    def __add__(self, other):
        other = other.objective if isinstance(other, Tied) else other
        return Tied(self.objective + other) if isinstance(other, Objective) else NotImplemented

    def __radd__(self, other):
        return Tied(other + self.objective)

    def __mul__(self, weight):
        return Tied(self.objective * weight)

    __rmul__ = __mul__

    def forward(
        self, net, params, X: np.ndarray, target=None, workspace: Allocate = allocate
    ) -> TiedPass:
        """The forward pass with the decoder's weights filled in."""
        every = untie(net, params, workspace)
        whole = self.objective.forward(net, every, X, target, workspace)
        return TiedPass(params, whole)

    def value_from(self, forward_pass: TiedPass) -> float:
        """J from a forward pass."""
        return self.objective.value_from(forward_pass.whole)

    def gradient_from(self, forward_pass: TiedPass) -> Parameters:
        """The gradient of J by the shared parameters."""
        gradient = self.objective.gradient_from(forward_pass.whole)
        for theirs, ours in mirrored(forward_pass.whole.net).items():
            add_multiple(gradient[ours], 1, gradient[theirs].T)
        shared = forward_pass.shared
        return shared.like(gradient.vector[: shared.vector.size])

    def next_state(self, forward_pass: TiedPass) -> "Tied":
        """The same, in the state for the next batch."""
        return Tied(self.objective.next_state(forward_pass.whole))
