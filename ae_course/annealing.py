r"""The divergence of a variational autoencoder is given its weight little by little."""

from dataclasses import dataclass, replace

from ae_course.checks import check_integer, check_not_negative
from ae_course.losses import Loss
from ae_course.objective import Objective, Reconstruction, Term
from ae_course.variational import code_divergence


@dataclass(frozen=True)
class AnnealedDivergence(Term):
    r"""The divergence of the codes from the prior, with a weight that rises from 0 to 1.

    :math:`\beta_t = \min(1, t / T)` in the step after t others (:eq:`eq-kl-annealing`)
    :cite:p:`bowman2016generating`: codes may first tell something, and are asked for the price
    later.

    Attributes
    ----------
    steps : int
        T, after how many steps the weight is 1.
    done : int
        t, how many steps are behind.
    """

    steps: int
    done: int = 0

    def __post_init__(self):
        check_integer("the number of steps", self.steps, least=1)
        check_integer("the steps done", self.done, least=0)

    @property
    def weight(self) -> float:
        r"""The weight in this step."""
        return min(1.0, self.done / self.steps)

    def value_from(self, forward_pass):
        return self.weight * code_divergence.value_from(forward_pass)

    def grad_outputs(self, forward_pass):
        slopes = code_divergence.grad_outputs(forward_pass)
        return {l: self.weight * slope for l, slope in slopes.items()}

    def next_state(self, forward_pass):
        return replace(self, done=self.done + 1)


def annealed_elbo(loss: Loss, steps: int, beta: float = 1.0) -> Objective:
    r"""Minus the evidence lower bound, the weight of whose divergence rises from 0 to beta.

    After `steps` steps it is :func:`~ae_course.variational.negative_elbo` (:eq:`eq-kl-annealing`).

    >>> from ae_course import cross_entropy
    >>> annealed_elbo(cross_entropy, 100, beta=2)
    reconstruction(cross_entropy) + 2 * AnnealedDivergence(steps=100, done=0)
    """
    check_not_negative("beta", beta)
    return Reconstruction(loss) + beta * AnnealedDivergence(steps)
