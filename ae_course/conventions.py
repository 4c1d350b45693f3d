"""Papers add up their objectives in different ways; their weights can be converted exactly."""

from collections.abc import Mapping
from dataclasses import dataclass

from ae_course.checks import check_integer, check_not_negative


@dataclass(frozen=True)
class Convention:
    r"""How an objective is written: as a sum or a mean, with or without its halves.

    :math:`J = \zeta_E \sum_n \lVert\hat x_n - x_n\rVert^2 + \zeta_W \sum_l \lVert W^{(l)}\rVert_F^2
    + \beta \sum_j \mathrm{KL}_j`, with :math:`\zeta_E` = 1 for a sum or 1/N for a mean, halved
    where `half` is true, and :math:`\zeta_W` = lambda, halved where `decay_half` is true
    (:eq:`eq-convention`).

    Attributes
    ----------
    mean : bool
        Whether the errors of the samples are averaged; if not, they are summed.
    half : bool
        Whether the squared error has a factor 1/2. For the cross-entropy, which has none, say the
        same in both conventions.
    decay_half : bool
        Whether the weight decay has a factor 1/2.

    Examples
    --------
    >>> Convention(mean=False).error_factor(100), SLIDES.error_factor(100), BOOK.error_factor(100)
    (100.0, 200.0, 1.0)
    """

    mean: bool = True
    half: bool = True
    decay_half: bool = True

    def __post_init__(self):
        for name in ("mean", "half", "decay_half"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} is {getattr(self, name)!r}, wanted True or False")

    def error_factor(self, samples: int) -> float:
        """How many times the book's E, the mean with its half, stands in this objective."""
        check_integer("samples", samples, least=1)
        return (1.0 if self.mean else samples) * (1.0 if self.half else 2.0)

    @property
    def decay_factor(self) -> float:
        """How many times the book's weight decay, which has its half, stands in this objective."""
        return 1.0 if self.decay_half else 2.0


BOOK = Convention()
"""This book's: the mean, and both halves. That of the UFLDL tutorial too."""

SLIDES = Convention(mean=False, half=False)
"""That of the lecture slides: the sum, without a half. They show no weight decay."""

NAMES = ("weight_decay", "kl_sparsity", "rate")


def convert(
    weights: Mapping[str, float], source: Convention, target: Convention, samples: int
) -> dict[str, float]:
    r"""The weights that stand in one convention for what `weights` are in another.

    With them the target's objective is r times the source's, for the r of :eq:`eq-convert`: it has
    its minima at the same parameters, and takes the same path of gradient descent at a learning
    rate that is r times smaller.

    Parameters
    ----------
    weights : mapping of str to float
        Any of ``weight_decay`` (lambda), ``kl_sparsity`` (beta) and ``rate`` (the learning rate of
        gradient descent, with or without momentum; Adam's does not change, its epsilon is
        multiplied by r).
    source, target : Convention
        What the weights were published for, and what they are wanted for.
    samples : int
        How many samples the sum runs over: N, or those of a batch where every batch is summed.

    Examples
    --------
    >>> convert({"kl_sparsity": 600, "rate": 0.001}, SLIDES, BOOK, samples=100)
    {'kl_sparsity': 3.0, 'rate': 0.2}
    """
    for name, convention in (("source", source), ("target", target)):
        if not isinstance(convention, Convention):
            raise TypeError(f"{name} is {convention!r}, wanted a Convention")
    if not isinstance(weights, Mapping):
        raise TypeError(f"weights is {weights!r}, wanted a mapping such as {{'rate': 0.1}}")
    r = target.error_factor(samples) / source.error_factor(samples)
    decay = r * source.decay_factor / target.decay_factor
    factors = dict(zip(NAMES, (decay, r, 1 / r), strict=True))
    for name, weight in weights.items():
        if name not in factors:
            raise ValueError(f"there is a weight {name!r}, wanted any of {', '.join(NAMES)}")
        check_not_negative(name, weight)
    return {name: factors[name] * weight for name, weight in weights.items()}
