r"""With tied weights the decoder uses the transposed weights of the encoder."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ae_course.autoencoder import Autoencoder, mirrored
from ae_course.objective import Evaluated, Objective, Pass
from ae_course.parameters import Parameters
from ae_course.workspace import Room, fresh


def tie(net: Autoencoder, params: Parameters) -> Parameters:
    r"""The parameters without the decoder's weights, which are the encoder's transposed."""
    mirror = mirrored(net)
    return Parameters.of({name: params[name] for name in net.shapes() if name not in mirror})


def untie(net: Autoencoder, shared: Parameters) -> Parameters:
    r"""All parameters of the network, with :math:`\tilde W = W^\top` (:eq:`eq-tied`).

    Raises
    ------
    ValueError
        `shared` does not have the names that :func:`tie` leaves, such as ``W2`` besides ``W1``.
    """
    mirror = mirrored(net)
    wanted = [name for name in net.shapes() if name not in mirror]
    if set(shared) != set(wanted):
        raise ValueError(
            f"the parameters are {', '.join(shared)}; wanted {', '.join(wanted)}, as from tie"
        )
    params = Parameters.zeros(net.shapes(), shared.dtype)
    for name in shared:
        params[name] = shared[name]
    for theirs, ours in mirror.items():
        params[theirs] = shared[ours].T
    return params


class TiedPass(NamedTuple):
    """A forward pass with tied weights: the shared parameters, and what the objective sees."""

    shared: Parameters
    seen: Pass


@dataclass(frozen=True)
class Tied(Evaluated):
    r"""An objective as a function of shared weights: a reparametrisation.

    :math:`J(W, b, \tilde b) = J(W, b, W^\top, \tilde b)` (:eq:`eq-tied`), whose derivative by the
    shared W is the sum along both ways (:eq:`eq-tied-gradient`). Its parameters are those that
    :func:`tie` returns.

    Attributes
    ----------
    objective : Objective
        A function of all parameters of a folded autoencoder.
    """

    objective: Objective

    def see(self, net, params, X, target=None, room: Room = fresh) -> TiedPass:
        """The forward pass with the decoder's weights filled in."""
        return TiedPass(params, self.objective.see(net, untie(net, params), X, target, room))

    def evaluate(self, tied: TiedPass, want_value=True, room: Room = fresh):
        """J and its gradient by the shared parameters."""
        value, gradient = self.objective.evaluate(tied.seen, want_value, room)
        shared = tied.shared.like(np.empty_like(tied.shared.vector))
        for name in shared:
            shared[name] = gradient[name]
        for theirs, ours in mirrored(tied.seen.net).items():
            shared[ours] += gradient[theirs].T
        return value, shared

    def after(self, tied: TiedPass) -> "Tied":
        """The same, with what the objective carries over."""
        return Tied(self.objective.after(tied.seen))
