r"""How probable does a variational autoencoder make the data, and what does its bound consist of?

Everything here is in nats, and holds for data whose probability the decoder states: binary pixels,
drawn independently given the code.
"""

from collections.abc import Callable

import numpy as np

from ae_course.checks import (
    as_finite,
    as_floats,
    as_rows,
    check_finite,
    check_generator,
    check_integer,
    check_positive,
)
from ae_course.losses import Loss, cross_entropy
from ae_course.objective import Reconstruction
from ae_course.parameters import Parameters
from ae_course.variational import (
    VariationalAutoencoder,
    append_noise,
    code_divergence,
    gaussian_kl,
    reparametrised,
)


def rate_distortion(
    vae: VariationalAutoencoder,
    loss: Loss,
    params: Parameters,
    X: np.ndarray,
    rng: np.random.Generator,
) -> tuple[float, float]:
    r"""The two parts of the bound, with one draw of the code for each sample.

    The rate :math:`R`, the mean divergence of the codes from the prior, and the distortion
    :math:`D`, the mean error of what the decoder makes of them (:eq:`eq-rate-distortion`)
    :cite:p:`alemi2018fixing`. Their sum is :func:`~ae_course.variational.negative_elbo`.

    >>> rng = np.random.default_rng(0)
    >>> vae = VariationalAutoencoder.folded(4, 2)
    >>> silent = Parameters.zeros(vae.shapes())
    >>> rate, distortion = rate_distortion(vae, cross_entropy, silent, np.eye(4), rng)
    >>> rate, round(float(distortion / np.log(2)), 6)
    (0.0, 4.0)

    Parameters
    ----------
    X : array (N, inputs)

    Returns
    -------
    rate, distortion : float
    """
    check_generator(rng)
    X = as_rows(X, vae.encoder.inputs, params.dtype)
    rows = append_noise(vae.units)(rng, X)
    forward_pass = code_divergence.forward(vae, params, rows, X)
    distortion = Reconstruction(loss).value_from(forward_pass)
    return code_divergence.value_from(forward_pass), distortion


def water_filling(d: np.ndarray, level: float) -> np.ndarray:
    r"""The rate of every code unit of the best linear variational autoencoder, in nats.

    :math:`R_j = \frac12 \max\bigl(0, \log \frac{d_j}{\theta}\bigr)` for eigenvalues :math:`d_j`
    of the covariance and the water level :math:`\theta`, which is beta times the variance of the
    noise (:eq:`eq-water-filling`). A unit with :math:`d_j \le \theta` is silent; the error that
    remains along direction j is :math:`\min(d_j, \theta)`.

    >>> water_filling([4.0, 1.0, 0.5], level=1.0).round(3).tolist()
    [0.693, 0.0, 0.0]

    Parameters
    ----------
    d : array (D,)
        Not negative.
    level : float
    """
    d = as_floats(d, "d")
    check_finite(d, "d")
    check_positive("the water level", level)
    if d.ndim != 1 or not d.size or not (d >= 0).all():
        least = f" and the least value {d.min():g}" if d.size else ""
        raise ValueError(f"d has shape {d.shape}{least}, wanted (D,), 0 or more")
    return 0.5 * np.log(np.maximum(d, level) / level)


def log_weights(
    vae: VariationalAutoencoder,
    params: Parameters,
    X: np.ndarray,
    rng: np.random.Generator,
    draws: int,
) -> np.ndarray:
    r"""The logarithms of :math:`p(x, z) / q(z \mid x)`, for draws of z from :math:`q(z \mid x)`.

    >>> vae = VariationalAutoencoder.folded(4, 2)
    >>> silent = Parameters.zeros(vae.shapes())
    >>> weights = log_weights(vae, silent, np.eye(4), np.random.default_rng(0), draws=3)
    >>> np.allclose(weights, -4 * np.log(2)), weights.shape
    (True, (4, 3))

    Parameters
    ----------
    X : array (N, inputs)
        Binary: only then is a cross-entropy minus the logarithm of a probability.
    draws : int
        How many codes are drawn for each sample.

    Returns
    -------
    array (N, draws) of float64

    Raises
    ------
    ValueError
        X holds grey pixels.
    """
    check_generator(rng)
    check_integer("the number of draws", draws, least=1)
    params, X = params.astype(float), as_rows(X, vae.encoder.inputs)
    _check_binary(X)
    mu, log_variance = vae.encode(params, X)
    sigma, found = np.exp(0.5 * log_variance), np.empty((len(X), draws))
    for column in found.T:
        noise = rng.normal(size=mu.shape)
        z = reparametrised(mu, sigma, noise)
        trace = vae.decoder.forward(params, z)
        error = cross_entropy.errors(trace.u[vae.last], trace.output, X)
        # log q(z|x) - log p(z): the normal densities' constants cancel.
        price = 0.5 * (z**2 - noise**2 - log_variance).sum(axis=1)
        column[...] = -error - price
    return found


def importance_weighted_bound(weights: np.ndarray, m: int) -> np.ndarray:
    r"""The importance-weighted bound of every sample's log p(x), from its logarithmic weights.

    :math:`\mathcal L_m = \mathbb E \log \frac1m \sum_{i=1}^m w_i` with
    :math:`w_i = p(x, z_i) / q(z_i \mid x)` (:eq:`eq-iw-bound`) :cite:p:`burda2016importance`, as
    the mean over as many groups of m draws as there are, none of which is used twice. For m = 1 it
    is the evidence lower bound.

    >>> importance_weighted_bound(np.log([[1.0, 3.0]]), 2).round(3)
    array([0.693])

    Parameters
    ----------
    weights : array (N, draws)
        What :func:`log_weights` returns.
    m : int
        At most the number of draws.
    """
    weights = as_rows(weights, name="the weights")
    N, draws = weights.shape
    check_integer("m", m, least=1, most=draws)
    groups = weights[:, : draws // m * m].reshape(N, -1, m)
    return (np.logaddexp.reduce(groups, axis=2) - np.log(m)).mean(axis=1)


def active_units(mu: np.ndarray, threshold: float = 0.01) -> np.ndarray:
    r"""Which units of the code tell anything of the sample.

    Those whose mean :math:`\mu_j(x)` has a variance over the samples above the threshold
    (:eq:`eq-active-units`) :cite:p:`burda2016importance`. Of a silent unit the mean hardly moves,
    whatever its variance.

    >>> active_units(np.array([[3.0, 1.0], [3.0, -1.0]])).tolist()
    [False, True]

    Parameters
    ----------
    mu : array (N, units)

    Returns
    -------
    array (units,) of bool
    """
    check_positive("the threshold", threshold)
    return as_rows(mu, name="mu").var(axis=0) > threshold


def marginal_kl_bound(log_density: Callable[[np.ndarray], np.ndarray], Z: np.ndarray) -> float:
    r"""A lower bound of how far all codes together are from the prior, in nats.

    :math:`\mathbb E_{q(z)} [\log g(z) - \log p(z)] \le \mathrm{KL}(q(z) \,\|\, p(z))` for every
    density g (:eq:`eq-ex-post`), and so at most the rate (:eq:`eq-elbo-surgery`). With g in the
    place of the prior the bound of log p(x) is better by just this number.

    >>> from ae_course.mixtures import GaussianMixture
    >>> g = GaussianMixture([1], [[2.0]], [[[1.0]]])
    >>> round(marginal_kl_bound(g.log_density, np.array([[1.0], [3.0]])), 6)
    2.0

    Parameters
    ----------
    log_density : callable ``Z -> array (N,)``
        log g, such as ``mixture.log_density``.
    Z : array (N, units)
        Codes, drawn for samples that g was not fitted to: on its own samples g looks better than it
        is, and the number is no bound.
    """
    Z = as_rows(Z, name="Z")
    prior = -0.5 * (Z**2).sum(axis=1) - Z.shape[1] / 2 * np.log(2 * np.pi)
    return float(np.mean(log_density(Z) - prior))


def draw_codes(mu: np.ndarray, log_variance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One code (N, units) from each of the distributions q(z|x) that an encoder has given.

    >>> draw_codes(np.ones((1, 2)), np.full((1, 2), -80.0), np.random.default_rng(0)).round(6)
    array([[1., 1.]])
    """
    check_generator(rng)
    mu, log_variance = as_finite(mu, "mu"), as_finite(log_variance, "log_variance")
    gaussian_kl(mu, log_variance)  # raises if they do not fit
    return reparametrised(mu, np.exp(0.5 * log_variance), rng.normal(size=mu.shape))


def _check_binary(X):
    grey = X[(X != 0) & (X != 1)]
    if grey.size:
        raise ValueError(
            f"X has grey pixels, such as {grey[0]:g} ({grey.size} of {X.size}), wanted 0 and 1: of"
            " a grey pixel the cross-entropy is not minus the logarithm of a probability"
        )
