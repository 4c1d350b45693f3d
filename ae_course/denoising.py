r"""A denoising autoencoder sees a corrupted input and is asked for the clean one.

A corruption is a function ``(rng, x) -> array`` that the training loop calls. What a denoiser can
reach at best is known for linear maps, and what it learns is the score of the noisy samples.
"""

from collections.abc import Callable
from functools import wraps

import numpy as np

from ae_course.checks import (
    as_array,
    as_finite,
    as_rows,
    check_fraction,
    check_generator,
    check_positive,
    check_shape,
    covariance_matrix,
)
from ae_course.network import Network
from ae_course.parameters import Parameters
from ae_course.pca import principal_axes, resolution

Corruption = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def check_noiseable(rng, x) -> None:
    """Raise TypeError unless rng is a generator and x an array of floats, as a corruption needs."""
    # Grey values from 0 to 255 would get noise that is meant for 0 to 1.
    check_generator(rng)
    if getattr(x, "dtype", None) not in (np.float32, np.float64):
        kind = getattr(x, "dtype", type(x).__name__)
        raise TypeError(f"x is {kind}, wanted an array of float32 or float64, such as x / 255")
    as_array(x, "x")  # which masked numbers do not pass


def corruption(change: Corruption) -> Corruption:
    """The same corruption, which refuses what is no generator or no array of floats."""

    @wraps(change)
    def corrupt(rng, x):
        check_noiseable(rng, x)
        return change(rng, x)

    return corrupt


def gaussian_noise(sigma: float) -> Corruption:
    r"""The corruption :math:`\tilde x = x + \eta` with :math:`\eta \sim \mathcal N(0, \sigma^2 I)`.

    Its objective is :eq:`eq-denoising`.

    Raises
    ------
    ValueError
        sigma is not positive.
    TypeError
        When it is called: x is not an array of floats, or rng no generator. So for all corruptions.

    Examples
    --------
    >>> noisy = gaussian_noise(0.5)(np.random.default_rng(0), np.zeros((1000, 4)))
    >>> round(float(noisy.std()), 1)
    0.5
    """
    check_positive("sigma", sigma)

    @corruption
    def corrupt(rng, x):
        noisy = rng.standard_normal(x.shape, x.dtype)
        noisy *= x.dtype.type(sigma)
        noisy += x
        return noisy

    return corrupt


def masking_noise(share: float) -> Corruption:
    r"""The corruption that puts each component to 0 with that probability (:eq:`eq-masking`).

    >>> masked = masking_noise(0.3)(np.random.default_rng(0), np.ones((1000, 4)))
    >>> round(float(masked.mean()), 1)
    0.7
    """
    check_fraction("the share", share)
    return corruption(lambda rng, x: x * (rng.random(x.shape, np.float32) >= share))


def salt_and_pepper(share: float) -> Corruption:
    r"""The corruption that puts each component with that probability to 0 or 1, both equally often.

    In the mean it pulls an input towards 1/2 (:eq:`eq-salt`).

    >>> x = salt_and_pepper(0.4)(np.random.default_rng(0), np.full((1000, 4), 0.3))
    >>> [round(float((x == value).mean()), 1) for value in (0, 0.3, 1)]
    [0.2, 0.6, 0.2]
    """
    check_fraction("the share", share)

    @corruption
    def corrupt(rng, x):
        draw = rng.random(x.shape, np.float32)
        return np.where(draw < share, (draw < share / 2).astype(x.dtype), x)

    return corrupt


def wiener(Phi: np.ndarray, sigma: float) -> np.ndarray:
    r"""The best linear denoiser of centred samples, :math:`C = \Phi (\Phi + \sigma^2 I)^{-1}`.

    The Wiener filter (:eq:`eq-wiener`). Along each principal component it shrinks by
    :math:`d / (d + \sigma^2)` (:eq:`eq-shrinkage`).

    Parameters
    ----------
    Phi : array (D, D)
        Covariance matrix of the clean samples; it may be singular.
    sigma : float
        Standard deviation of the noise.

    Examples
    --------
    >>> wiener([[4, 0], [0, 1]], sigma=1).tolist()
    [[0.8, 0.0], [0.0, 0.5]]
    """
    check_positive("sigma", sigma)
    d, U = principal_axes(Phi)
    d = np.where(d > resolution(d), d, 0)  # where nothing varies, all that is seen is noise
    return U * (d / (d + sigma**2)) @ U.T


def linear_denoising_error(Phi: np.ndarray, M: np.ndarray, sigma: float) -> float:
    r"""The mean error over samples and noise of the linear denoiser M of centred samples.

    :math:`\frac12 \operatorname{tr}\bigl((M - I) \Phi (M - I)^\top\bigr)
    + \frac{\sigma^2}{2} \|M\|_F^2`: noise is a weight decay on M (:eq:`eq-noise-decay`).

    Parameters
    ----------
    Phi : array (D, D)
        Covariance matrix of the clean samples.
    M : array (D, D)
    sigma : float

    Examples
    --------
    Without a denoiser the error is half the variance of the noise, in each direction:

    >>> linear_denoising_error([[4, 0], [0, 1]], np.eye(2), sigma=1)
    1.0
    """
    check_positive("sigma", sigma)
    Phi, M = covariance_matrix(Phi), as_finite(M, "M")
    check_shape("M", M, Phi.shape)
    miss = M - np.eye(len(M))
    return float(np.vdot(miss @ Phi, miss) + sigma**2 * np.vdot(M, M)) / 2


def denoiser_score(net: Network, params: Parameters, X: np.ndarray, sigma: float) -> np.ndarray:
    r"""The score of the noisy samples as a denoiser has learned it (:eq:`eq-tweedie`).

    :math:`(\hat x(\tilde x) - \tilde x) / \sigma^2` at the rows of X (N, D).

    Where a network puts out 0 whatever it is given, the score leads there:

    >>> from ae_course import Autoencoder, identity
    >>> net = Autoencoder.folded(2, 1, output=identity)
    >>> params, X = Parameters.zeros(net.shapes()), np.array([[1.0, 2.0]])
    >>> denoiser_score(net, params, X, sigma=0.5).tolist()
    [[-4.0, -8.0]]
    """
    check_positive("sigma", sigma)
    X_hat = net(params, X)
    X = as_rows(X, dtype=X_hat.dtype)
    if X_hat.shape != X.shape:
        raise ValueError(f"the outputs have shape {X_hat.shape}, wanted that of X, {X.shape}")
    return (X_hat - X) / sigma**2
