r"""Whoever can denoise at every strength of noise can turn noise into samples, in several ways.

A denoiser is here any function ``(x, sigma) -> array`` that gives the mean of the clean samples for
the noisy ones in the rows of x, such as ``mixture.denoise`` or ``partial(net.denoise, params)``.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from ae_course.activations import softmax
from ae_course.checks import (
    as_array,
    as_rows,
    check_generator,
    check_integer,
    check_positive,
    shaped,
)

Denoise = Callable[[np.ndarray, float], np.ndarray]


def noise_schedule(largest: float, smallest: float, steps: int, rho: float = 7.0) -> np.ndarray:
    r"""The strengths of noise to go through, from the largest down to the smallest, and then 0.

    :math:`\sigma_i^{1/\rho}` goes down evenly :cite:p:`karras2022elucidating`, so that steps are
    small where sigma is.

    >>> noise_schedule(10, 0.1, 4).round(2).tolist()
    [10.0, 2.93, 0.66, 0.1, 0.0]

    Returns
    -------
    array (steps + 1,)
    """
    check_positive("the largest sigma", largest)
    check_positive("the smallest sigma", smallest)
    check_positive("rho", rho)
    check_integer("the number of steps", steps, least=2)
    if not smallest < largest:
        raise ValueError(f"sigma goes from {largest:g} to {smallest:g}, wanted downwards")
    return np.append(np.linspace(largest ** (1 / rho), smallest ** (1 / rho), steps) ** rho, 0.0)


def probability_flow(denoise: Denoise, x: np.ndarray, sigmas: Sequence[float]) -> np.ndarray:
    r"""Carry points from the density of the noisy samples at the first sigma to that at the last.

    :math:`dx / d\sigma = (x - D(x; \sigma)) / \sigma` (:eq:`eq-probability-flow`)
    :cite:p:`song2021score`: so the points keep up with the density, which obeys :eq:`eq-heat`. Each
    step is one of Heun's, whose error is of second order; a last step to 0 is one of Euler's, that
    is ``D(x; sigma)``. For a normal distribution the points go along :eq:`eq-flow-normal`.

    >>> def denoise(x, sigma):  # of normal samples with the variance 4
    ...     return 4 / (4 + sigma**2) * x
    >>> end = probability_flow(denoise, np.array([[10.0]]), noise_schedule(10, 0.01, 50))
    >>> round(end.item(), 2), round(10 * (4 / (4 + 10**2)) ** 0.5, 2)
    (1.96, 1.96)

    Parameters
    ----------
    denoise : callable ``(x, sigma) -> array``
    x : array (N, D)
        Draws of the noisy samples at the first sigma: normal numbers times it, if it is large and
        the samples are centred.
    sigmas : sequence of float
        Downwards; the last may be 0.

    Returns
    -------
    array (N, D)
    """
    x, sigmas = as_rows(x, name="x"), _levels(sigmas)
    for now, after in pairwise(sigmas):
        slope = (x - _denoised(denoise, x, now)) / now
        moved = x + (after - now) * slope
        if after > 0:
            slope = (slope + (moved - _denoised(denoise, moved, after)) / after) / 2
        x = x + (after - now) * slope
    return x


def ancestral_sampling(
    denoise: Denoise, x: np.ndarray, sigmas: Sequence[float], rng: np.random.Generator
) -> np.ndarray:
    r"""Go down the strengths of noise by draws, as if D were the clean sample itself.

    From sigma to a smaller tau by :math:`x' = x + (1 - \tau^2/\sigma^2) (D(x; \sigma) - x)
    + \tau \sqrt{1 - \tau^2 / \sigma^2}\, z` with standard normal z (:eq:`eq-ancestral`)
    :cite:p:`ho2020denoising`. Arguments as for :func:`probability_flow`.

    >>> rng = np.random.default_rng(0)
    >>> start = 10 * rng.normal(size=(1000, 1))
    >>> def denoise(x, sigma):  # of normal samples with the variance 4
    ...     return 4 / (4 + sigma**2) * x
    >>> x = ancestral_sampling(denoise, start, noise_schedule(10, 0.01, 200), rng)
    >>> round(float(x.std()), 1)
    2.0
    """
    x, sigmas = as_rows(x, name="x"), _levels(sigmas)
    check_generator(rng)
    for now, after in pairwise(sigmas):
        share = 1 - (after / now) ** 2
        noise = after * np.sqrt(share) * rng.standard_normal(x.shape)
        x = x + share * (_denoised(denoise, x, now) - x) + noise
    return x


def annealed_langevin(
    denoise: Denoise,
    x: np.ndarray,
    sigmas: Sequence[float],
    rng: np.random.Generator,
    *,
    steps: int = 20,
    rate: float = 0.1,
) -> np.ndarray:
    r"""At each sigma, one after the other, some steps along the score, each with fresh noise.

    :math:`x' = x + \frac h2 \nabla \log p_\sigma(x) + \sqrt h\, z` with standard normal z and
    :math:`h = \text{rate} \cdot \sigma^2` (:eq:`eq-langevin`) :cite:p:`song2019generative`, the
    score being that of the denoiser. Many small steps at one sigma lead to its noisy samples.

    >>> rng = np.random.default_rng(0)
    >>> def denoise(x, sigma):  # of normal samples with the variance 4
    ...     return 4 / (4 + sigma**2) * x
    >>> sigmas = noise_schedule(10, 0.5, 20)[:-1]
    >>> x = annealed_langevin(denoise, 10 * rng.normal(size=(1000, 1)), sigmas, rng, rate=0.5)
    >>> round(float(x.std()), 1), round((4 + 0.5**2) ** 0.5, 1)
    (2.1, 2.1)

    Parameters
    ----------
    sigmas : sequence of float
        Downwards, all positive.
    steps : int
        At each of them.
    rate : float
        h over sigma squared.
    """
    x, sigmas = as_rows(x, name="x"), _levels(sigmas, least=1)
    check_generator(rng)
    check_integer("the number of steps", steps, least=1)
    check_positive("the rate", rate)
    if not sigmas[-1] > 0:
        raise ValueError("the last sigma is 0, where a denoiser has no score; wanted it positive")
    for sigma in sigmas:
        for _ in range(steps):
            noise = sigma * np.sqrt(rate) * rng.standard_normal(x.shape)
            x = x + 0.5 * rate * (_denoised(denoise, x, sigma) - x) + noise
    return x


def guided(without: Denoise, conditional: Denoise, strength: float) -> Denoise:
    r"""The denoiser :math:`D_0 + g\, (D_c - D_0)` (:eq:`eq-guidance`) :cite:p:`ho2022classifier`.

    `without` is not told the class, `conditional` is. With strength 1 it is the second, with 0 the
    first; above 1 it goes beyond.

    >>> denoise = guided(lambda x, sigma: 0 * x, lambda x, sigma: 0 * x + 1, strength=2)
    >>> denoise(np.zeros((1, 2)), 0.5).tolist()
    [[2.0, 2.0]]
    """
    if not np.isfinite(strength):
        raise ValueError(f"the strength is {strength}, wanted a finite number")

    def denoise(x, sigma):
        plain = without(x, sigma)
        return plain + strength * (conditional(x, sigma) - plain)

    return denoise


def memorising_denoiser(points: np.ndarray) -> Denoise:
    r"""The best denoiser of finitely many samples, each as likely as any other.

    :math:`D(\tilde x; \sigma) = \sum_n r_n x_n`, r being the softmax of
    :math:`-\|\tilde x - x_n\|^2 / 2 \sigma^2` (:eq:`eq-memorise`): samples made with it are copies.

    >>> memorising_denoiser([[-1.0], [1.0]])(np.array([[0.5]]), 0.5**0.5).round(3).item()
    0.762

    Parameters
    ----------
    points : array (N, D)
    """
    points = as_rows(points, name="points")
    # About a common centre the difference of large squares loses fewer digits.
    centre = points.mean(axis=0)
    about = points - centre
    lengths = np.einsum("nd,nd->n", about, about)

    def denoise(x, sigma):
        check_positive("sigma", sigma)
        x = as_rows(x, points.shape[1], name="x", taker="denoiser")
        # |x|^2 is the same for all points, and softmax does not see it.
        closeness = (x - centre) @ about.T - 0.5 * lengths
        return softmax(closeness / sigma**2) @ points

    return denoise


def _denoised(denoise, x, sigma) -> np.ndarray:
    """What the denoiser says; raise unless it is a finite number for each of x."""
    return shaped(denoise(x, sigma), f"what the denoiser returns at sigma = {sigma:g}", x.shape)


def _levels(sigmas, least: int = 2) -> list[float]:
    """The strengths of noise as a list of numbers; raise unless they go down."""
    found = as_array(sigmas, "sigmas").astype(float)
    down = found.ndim == 1 and (np.diff(found) < 0).all()
    if not (down and len(found) >= least and np.isfinite(found).all() and found[-1] >= 0):
        raise ValueError(f"sigmas are {sigmas}, wanted {least} or more that go down, to 0 at last")
    return found.tolist()
