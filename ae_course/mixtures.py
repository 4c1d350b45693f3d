r"""A mixture of normal distributions has a density, a score and a best denoiser in closed form."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ae_course.checks import (
    as_array,
    as_rows,
    check_finite,
    check_generator,
    check_integer,
    check_positive,
    covariance_matrix,
)
from ae_course.denoising import wiener
from ae_course.moments import covariance
from ae_course.pca import principal_axes
from ae_course.workspace import blocks


class _Components:
    """What mixtures of all kinds have in common: weights, means, and a density that is a sum."""

    def log_density(self, X: np.ndarray) -> np.ndarray:
        r"""log p at the rows of X (N, D), shape (N,)."""
        return _shared(self._joint(X))[0]

    def responsibilities(self, X: np.ndarray) -> np.ndarray:
        """The probabilities (N, K) with which each row of X came from each component."""
        return _shared(self._joint(X))[1]

    def _check(self) -> int:
        for name in ("weights", "means", self._spreads):
            object.__setattr__(self, name, as_array(getattr(self, name), name).astype(float))
        K = len(as_rows(self.means, name="means"))
        spreads = getattr(self, self._spreads)
        if self.weights.shape != (K,) or spreads.shape[:1] != (K,):
            raise ValueError(
                f"{K} means, weights of shape {self.weights.shape} and {self._spreads} of shape"
                f" {spreads.shape}; wanted one of each for every component"
            )
        if not (self.weights.min() > 0 and abs(self.weights.sum() - 1) < 1e-9):
            raise ValueError(f"the weights are {self.weights}, wanted positive ones with sum 1")
        return K

    def _components(self, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        """The components that n samples come from, and standard normal numbers for each."""
        check_generator(rng)
        check_integer("the number of samples", n, least=1)
        k = rng.choice(len(self.weights), size=n, p=self.weights)
        return k, rng.normal(size=(n, self.means.shape[1]))

    def _points(self, X: np.ndarray) -> np.ndarray:
        # One column would be broadcast against means of any dimension.
        return as_rows(X, self.means.shape[1], taker="mixture")


@dataclass(frozen=True)
class Mixture(_Components):
    r"""A mixture of K round normal distributions in D dimensions: a density that is known.

    :math:`p(x) = \sum_i \pi_i \mathcal N(x; \mu_i, v_i I)` (:eq:`eq-mixture`).

    >>> mixture = Mixture([0.5, 0.5], [[-1.0], [1.0]], [0.1, 0.1])
    >>> mixture.score(np.array([[0.0], [1.0]])).round(3).tolist()
    [[0.0], [-0.0]]

    Attributes
    ----------
    weights : array (K,)
        :math:`\pi_i`, positive with sum 1.
    means : array (K, D)
    variances : array (K,)
    """

    weights: np.ndarray
    means: np.ndarray
    variances: np.ndarray
    _spreads = "variances"

    def __post_init__(self):
        K = self._check()
        if (
            self.variances.shape != (K,)
            or not ((self.variances > 0) & np.isfinite(self.variances)).all()
        ):
            raise ValueError(f"the variances are {self.variances}, wanted positive, finite ones")

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draw n samples (n, D)."""
        k, noise = self._components(rng, n)
        return self.means[k] + np.sqrt(self.variances[k])[:, None] * noise

    def smoothed(self, sigma: float) -> Self:
        r"""The mixture of :math:`\tilde x = x + \eta`: every variance grows by
        :math:`\sigma^2` (:eq:`eq-smoothed`)."""
        check_positive("sigma", sigma)
        return replace(self, variances=self.variances + sigma**2)

    def score(self, X: np.ndarray) -> np.ndarray:
        r"""The score :math:`\nabla_x \log p` at the rows of X (N, D) (:eq:`eq-mixture-score`)."""
        pull = (self.means - self._points(X)[:, None]) / self.variances[:, None]
        return np.einsum("nk,nkd->nd", self.responsibilities(X), pull)

    def denoise(self, X: np.ndarray, sigma: float) -> np.ndarray:
        r"""The mean of the clean x, given :math:`\tilde x` in the rows of X
        (:eq:`eq-mixture-denoiser`): the best denoiser there is (:eq:`eq-posterior-mean`)."""
        responsibilities = self.smoothed(sigma).responsibilities(X)
        keep = (self.variances / (self.variances + sigma**2))[:, None]
        each = self.means + keep * (self._points(X)[:, None] - self.means)
        return np.einsum("nk,nkd->nd", responsibilities, each)

    def _joint(self, X: np.ndarray) -> np.ndarray:
        """The logarithm of the k-th summand of the density, (N, K)."""
        squares = ((self._points(X)[:, None] - self.means) ** 2).sum(axis=2)
        D = self.means.shape[1]
        scale = np.log(self.weights) - 0.5 * D * np.log(2 * np.pi * self.variances)
        return scale - squares / (2 * self.variances)


@dataclass(frozen=True)
class GaussianMixture(_Components):
    r"""A mixture of K normal distributions, each with a covariance matrix of its own.

    :math:`p(x) = \sum_k \pi_k \mathcal N(x; \mu_k, \Phi_k)` (:eq:`eq-gaussian-mixture`). It can be
    fitted to samples, and is a generative model without a network:

    >>> rng = np.random.default_rng(0)
    >>> two = GaussianMixture([0.3, 0.7], [[-2, 0], [2, 0]], [np.eye(2), np.diag([1, 0.1])])
    >>> found = GaussianMixture.fit(two.sample(rng, 4000), 2, rng)
    >>> found.weights[found.means[:, 0].argsort()].round(1)
    array([0.3, 0.7])

    Attributes
    ----------
    weights : array (K,)
        :math:`\pi_k`, positive with sum 1.
    means : array (K, D)
    covariances : array (K, D, D)
        Of full rank: a density needs it.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    _spreads = "covariances"

    def __post_init__(self):
        K, D = self._check(), self.means.shape[1]
        if self.covariances.shape != (K, D, D):
            raise ValueError(
                f"the covariances have shape {self.covariances.shape}, wanted ({K}, {D}, {D})"
            )
        check_finite(self.covariances, "covariances")
        for k, Phi in enumerate(self.covariances):
            least = np.linalg.eigvalsh(covariance_matrix(Phi, f"covariances[{k}]"))[0]
            if not least > 0:
                raise ValueError(
                    f"covariances[{k}] has the eigenvalue {least:g}, wanted positive ones"
                )

    @classmethod
    def fit(
        cls,
        X: np.ndarray,
        K: int,
        rng: np.random.Generator,
        *,
        steps: int = 50,
        gain: float = 1e-3,
        floor: float = 1e-3,
    ) -> Self:
        r"""Fit K components to the rows of X by the EM algorithm :cite:p:`dempster1977maximum`.

        Parameters
        ----------
        X : array (N, D)
        K : int
        rng : numpy.random.Generator
            Draws K of the samples to be the first means; all begin with the covariance of X.
        steps : int
            At most so many times :meth:`improved`.
        gain : float
            It stops when a step has raised the mean log density by less, in nats.
        floor : float
            No component has a variance below this share of the mean variance of X, in no direction:
            without such a bound a component can shrink to a single sample.
        """
        X = as_rows(X)
        check_generator(rng)
        check_integer("the number of components", K, least=1, most=len(X))
        check_integer("the number of steps", steps, least=1)
        check_positive("the floor", floor)
        _, total = covariance(X)
        least = floor * np.trace(total) / len(total)
        start = np.broadcast_to(_raised(total, least), (K, *total.shape))
        found = cls(np.full(K, 1 / K), rng.choice(X, K, replace=False), start)
        before = -np.inf
        for _ in range(steps):
            log_density, R = _shared(found._joint(X))
            if log_density.mean() - before < gain:
                break
            before, found = log_density.mean(), found._from_shares(R, X, least)
        return found

    def improved(self, X: np.ndarray, least: float = 0.0) -> Self:
        r"""One step of the EM algorithm, which never lowers the likelihood (:eq:`eq-em`).

        Every sample is shared out among the components by ``responsibilities``; of its shares
        each component takes the mean and the covariance.

        Parameters
        ----------
        X : array (N, D)
        least : float
            Smaller eigenvalues of a covariance become this: so it is the best among those that have
            no smaller ones.

        Raises
        ------
        ValueError
            A component has lost all samples.
        """
        return self._from_shares(self.responsibilities(X), self._points(X), least)

    def _from_shares(self, R: np.ndarray, X: np.ndarray, least: float) -> Self:
        counts = R.sum(axis=0)
        if not counts.min() > 1e-8:
            raise ValueError(
                f"component {counts.argmin()} has lost all samples: start from others, or with"
                f" fewer than {len(counts)} components"
            )
        (K, D), centre = self.means.shape, X.mean(axis=0)
        i, j = np.triu_indices(D)
        first, second = np.zeros((K, D)), np.zeros((K, len(i)))
        for shares, x in blocks(R, X - centre):
            first += shares.T @ x
            second += shares.T @ (x[:, i] * x[:, j])
        first, second = first / counts[:, None], second / counts[:, None]
        Phi = np.empty((K, D, D))
        Phi[:, i, j] = Phi[:, j, i] = second - first[:, i] * first[:, j]
        raised = np.array([_raised(A, least) for A in Phi])
        return type(self)(counts / counts.sum(), first + centre, raised)

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draw n samples (n, D)."""
        k, noise = self._components(rng, n)
        roots = np.linalg.cholesky(self.covariances)
        return self.means[k] + np.einsum("nij,nj->ni", roots[k], noise)

    def smoothed(self, sigma: float) -> Self:
        r"""The mixture of :math:`\tilde x = x + \eta`: :math:`\sigma^2 I` is added to every
        covariance."""
        check_positive("sigma", sigma)
        more = sigma**2 * np.eye(self.means.shape[1])
        return replace(self, covariances=self.covariances + more)

    def denoise(self, X: np.ndarray, sigma: float) -> np.ndarray:
        r"""The mean of the clean x, given :math:`\tilde x` in the rows of X: Wiener filters, one
        for each component, weighted by its probability (:eq:`eq-gaussian-mixture-denoiser`)."""
        responsibilities, X = self.smoothed(sigma).responsibilities(X), self._points(X)
        found = np.zeros(X.shape)
        for r, mean, Phi in zip(responsibilities.T, self.means, self.covariances, strict=True):
            found += r[:, None] * (mean + (X - mean) @ wiener(Phi, sigma))
        return found

    def _joint(self, X: np.ndarray) -> np.ndarray:
        """The logarithm of the k-th summand of the density, (N, K)."""
        X, (K, D) = self._points(X), self.means.shape
        roots = np.linalg.cholesky(self.covariances)
        whitening = np.linalg.inv(roots)
        offset = np.einsum("kij,kj->ki", whitening, self.means)
        volumes = np.log(np.einsum("kdd->kd", roots)).sum(axis=1) + D / 2 * np.log(2 * np.pi)
        joint = np.empty((len(X), K))
        for x, out in blocks(X, joint):  # all components at once
            white = (x @ whitening.reshape(K * D, D).T).reshape(-1, K, D) - offset
            out[...] = np.log(self.weights) - volumes - np.einsum("nkd,nkd->nk", white, white) / 2
        return joint


def _shared(joint: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From the logarithms of the summands of a density, its logarithm and the shares of each."""
    top = joint.max(axis=1, keepdims=True)
    parts = np.exp(joint - top)
    whole = parts.sum(axis=1, keepdims=True)
    return (top + np.log(whole))[:, 0], parts / whole


def _raised(Phi: np.ndarray, least: float) -> np.ndarray:
    """The covariance with its eigenvalues below `least` raised to it."""
    d, U = principal_axes(Phi)
    return U * np.maximum(d, least) @ U.T if d[-1] < least else Phi
