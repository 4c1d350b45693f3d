r"""A mixture of normal distributions has a density, a score and a best denoiser in closed form."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ae_course.checks import as_array, as_rows, check_generator, check_integer, check_positive


@dataclass(frozen=True)
class Mixture:
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

    def __post_init__(self):
        for name in ("weights", "means", "variances"):
            object.__setattr__(self, name, as_array(getattr(self, name), name).astype(float))
        K = len(as_rows(self.means, name="means"))
        if self.weights.shape != (K,) or self.variances.shape != (K,):
            raise ValueError(
                f"{K} means, weights of shape {self.weights.shape} and variances of shape"
                f" {self.variances.shape}; wanted one of each for every component"
            )
        if not (self.weights.min() > 0 and abs(self.weights.sum() - 1) < 1e-9):
            raise ValueError(f"the weights are {self.weights}, wanted positive ones with sum 1")
        if not ((self.variances > 0) & np.isfinite(self.variances)).all():
            raise ValueError(f"the variances are {self.variances}, wanted positive, finite ones")

    def sample(self, rng: np.random.Generator, n: int) -> np.ndarray:
        """Draw n samples (n, D)."""
        check_generator(rng)
        check_integer("the number of samples", n, least=1)
        k = rng.choice(len(self.weights), size=n, p=self.weights)
        noise = rng.normal(size=(n, self.means.shape[1]))
        return self.means[k] + np.sqrt(self.variances[k])[:, None] * noise

    def smoothed(self, sigma: float) -> Self:
        r"""The mixture of :math:`\tilde x = x + \eta`: every variance grows by
        :math:`\sigma^2` (:eq:`eq-smoothed`)."""
        check_positive("sigma", sigma)
        return replace(self, variances=self.variances + sigma**2)

    def log_density(self, X: np.ndarray) -> np.ndarray:
        r"""log p at the rows of X (N, D), shape (N,)."""
        joint = self._joint(X)
        top = joint.max(axis=1)
        return top + np.log(np.exp(joint - top[:, None]).sum(axis=1))

    def score(self, X: np.ndarray) -> np.ndarray:
        r"""The score :math:`\nabla_x \log p` at the rows of X (N, D) (:eq:`eq-mixture-score`)."""
        pull = (self.means - self._points(X)[:, None]) / self.variances[:, None]
        return np.einsum("nk,nkd->nd", self.responsibilities(X), pull)

    def responsibilities(self, X: np.ndarray) -> np.ndarray:
        """The probabilities (N, K) with which each row of X came from each component."""
        return np.exp(self._joint(X) - self.log_density(X)[:, None])

    def denoise(self, X: np.ndarray, sigma: float) -> np.ndarray:
        r"""The mean of the clean x, given :math:`\tilde x` in the rows of X
        (:eq:`eq-mixture-denoiser`): the best denoiser there is (:eq:`eq-posterior-mean`)."""
        responsibilities = self.smoothed(sigma).responsibilities(X)
        keep = (self.variances / (self.variances + sigma**2))[:, None]
        each = self.means + keep * (self._points(X)[:, None] - self.means)
        return np.einsum("nk,nkd->nd", responsibilities, each)

    def _points(self, X: np.ndarray) -> np.ndarray:
        # One column would be broadcast against means of any dimension.
        return as_rows(X, self.means.shape[1], taker="mixture")

    def _joint(self, X: np.ndarray) -> np.ndarray:
        """The logarithm of the k-th summand of the density, (N, K)."""
        squares = ((self._points(X)[:, None] - self.means) ** 2).sum(axis=2)
        D = self.means.shape[1]
        scale = np.log(self.weights) - 0.5 * D * np.log(2 * np.pi * self.variances)
        return scale - squares / (2 * self.variances)
