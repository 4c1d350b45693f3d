r"""How good is a dictionary? Measured where true features are known, and where they are not.

No one number says it: a small error says nothing of the columns, and columns that are found say
nothing of those that are no feature.
"""

from typing import NamedTuple

import numpy as np

from ae_course.checks import (
    as_finite,
    as_labels,
    as_rows,
    check_fraction,
    check_integer,
    check_shape,
)
from ae_course.superposition import check_numbers, cosines, random_directions


class Features(NamedTuple):
    """Samples made of known features, X = S F; `parent` names each feature's parent, or -1.

    >>> data = bernoulli_features(np.random.default_rng(0), 3, 8, 4, mean_active=2)
    >>> isinstance(data, Features), data.X.shape, data.S.shape, data.F.shape
    (True, (3, 4), (3, 8), (8, 4))
    """

    X: np.ndarray
    S: np.ndarray
    F: np.ndarray
    parent: np.ndarray


def bernoulli_features(
    rng: np.random.Generator, n: int, features: int, dimensions: int, mean_active: float
) -> Features:
    """Draw samples whose features are on independently, a varying number of them at a time.

    As :func:`~ae_course.superposition.superposition`, where the number is fixed.

    >>> data = bernoulli_features(np.random.default_rng(0), 4000, 12, 6, mean_active=3)
    >>> round(float((data.S > 0).sum(axis=1).mean()), 1)
    3.0
    """
    check_numbers(rng, n, features, dimensions)
    check_fraction("the share of features that are on", mean_active / features, zero=False)
    F = random_directions(rng, features, dimensions)
    return _combined(rng, rng.random((n, features)) < mean_active / features, F)


def hierarchical_features(
    rng: np.random.Generator,
    n: int,
    parents: int,
    children: int,
    dimensions: int,
    on: float = 0.15,
    child: float = 0.6,
) -> Features:
    """Draw samples with nested features: a child is on only where its parent is.

    >>> data = hierarchical_features(np.random.default_rng(0), 500, 2, 3, dimensions=8)
    >>> data.parent.tolist()
    [-1, -1, 0, 0, 0, 1, 1, 1]
    >>> bool((data.S[:, 0] > 0)[data.S[:, 2] > 0].all())
    True

    Parameters
    ----------
    parents, children : int
        How many parents there are, and how many children each of them has.
    on : float
        The probability of each parent.
    child : float
        That one of its children, each as often as the others, is on where it is.
    """
    check_numbers(rng, n, parents * (1 + children), dimensions)
    for name, share in (("on", on), ("child", child)):
        check_fraction(name, share, zero=False)
    F = random_directions(rng, parents * (1 + children), dimensions)
    above = rng.random((n, parents)) < on
    which = rng.integers(children, size=(n, parents))
    which[rng.random((n, parents)) >= child] = -1
    below = above[:, :, None] & (which[:, :, None] == np.arange(children))
    parent = np.concatenate([np.full(parents, -1), np.repeat(np.arange(parents), children)])
    return _combined(rng, np.hstack([above, below.reshape(n, -1)]), F)._replace(parent=parent)


def correlated_pairs(
    rng: np.random.Generator, n: int, pairs: int, rho: float, on: float = 0.1
) -> Features:
    """Draw samples whose features, at right angles, come in pairs that go together.

    >>> data = correlated_pairs(np.random.default_rng(0), 50_000, 1, rho=0.4)
    >>> round(float(np.corrcoef((data.S > 0).T)[0, 1]), 1)
    0.4

    Parameters
    ----------
    pairs : int
        Features 0 and 1 are a pair, 2 and 3, and so on; as many dimensions as features.
    rho : float
        The correlation of the two being on.
    on : float
        How often each of them is.
    """
    check_numbers(rng, n, 2 * pairs, 2 * pairs)
    check_fraction("rho", rho)
    check_fraction("on", on, zero=False)
    F = np.linalg.qr(rng.normal(size=(2 * pairs, 2 * pairs)))[0]
    first = rng.random((n, pairs)) < on
    given = np.where(first, on + rho * (1 - on), on - rho * on)
    second = rng.random((n, pairs)) < given
    return _combined(rng, np.stack([first, second], axis=2).reshape(n, -1), F)


def fraction_unexplained(X: np.ndarray, X_hat: np.ndarray) -> float:
    r"""The squared error over that of the mean sample (:eq:`eq-fvu`): 0 is perfect.

    >>> fraction_unexplained(np.array([[0.0], [2.0]]), np.array([[0.5], [1.5]]))
    0.25
    """
    X, X_hat = as_rows(X, name="X"), as_rows(X_hat, name="X_hat")
    if X.shape != X_hat.shape:
        raise ValueError(f"X has shape {X.shape}, X_hat {X_hat.shape}, wanted the same")
    if not np.ptp(X, axis=0).any():  # their mean may differ from them by rounding
        raise ValueError("all rows of X are the same: there is no variance to explain")
    return float(((X - X_hat) ** 2).sum() / ((X - X.mean(axis=0)) ** 2).sum())


class DictionaryReport(NamedTuple):
    """How a dictionary does where the features are known; all but `active` are from 0 to 1.

    Attributes
    ----------
    found : float
        The share of the features with a column near them, the recall.
    precision : float
        Of the live latents the share whose column is near a feature; NaN if none is live.
    dead : float
        The share of the latents that are 0 for every sample.
    active : float
        How many latents are active for a sample, in the mean: L0.
    f1 : float
        How well the best latent of each feature tells when the feature is on, in the mean.
    """

    found: float
    precision: float
    dead: float
    active: float
    f1: float


def dictionary_report(
    features: Features, columns: np.ndarray, Y: np.ndarray, cosine: float = 0.9
) -> DictionaryReport:
    r"""Hold a dictionary against the true features (:eq:`eq-precision-recall`).

    Parameters
    ----------
    features : Features
        Samples that training has not seen, with what they are made of.
    columns : array (latents, D)
        The decoder's columns as rows: ``params["W2"].T``.
    Y : array (N, latents)
        The codes of these samples.
    cosine : float
        Above it two directions count as the same.

    Examples
    --------
    >>> data = bernoulli_features(np.random.default_rng(0), 100, 6, 9, mean_active=2)
    >>> dictionary_report(data, data.F[:3], data.S[:, :3])[:3]
    (0.5, 1.0, 0.0)
    """
    columns = _columns(columns, features.F)
    Y = _codes(Y, features, columns)
    live = (Y != 0).any(axis=0)
    near = cosines(features.F, columns)[:, live] > cosine
    return DictionaryReport(
        found=float(near.any(axis=1).mean()),
        precision=float(near.any(axis=0).mean()) if live.any() else np.nan,
        dead=float(np.mean(~live)),
        active=float((Y != 0).sum(axis=1).mean()),
        f1=float(np.mean(_f1(features.S != 0, (Y != 0)[:, best_latents(features.F, columns)]))),
    )


def best_latents(F: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """For each row of F the number of the column with the largest cosine, shape (features,).

    >>> best_latents(np.eye(2), np.array([[0.0, 2.0], [1.0, 0.1], [-3.0, 0.0]])).tolist()
    [1, 0]
    """
    return cosines(F, _columns(columns, F)).argmax(axis=1)


def absorption(features: Features, columns: np.ndarray, Y: np.ndarray) -> float:
    r"""How much more often a parent's latent is silent with a child on than without one.

    :math:`\Pr(y_j = 0 \mid \text{parent and child on}) - \Pr(y_j = 0 \mid \text{parent on, no
    child})` (:eq:`eq-absorption`), the mean over the parents, j being the latent with the largest
    cosine. A latent that is simply bad at telling is silent in both, and does not count
    :cite:p:`chanin2025absorption`. A code that absorbs is sparser (:eq:`eq-absorption-price`).

    Parameters
    ----------
    features, columns, Y
        As for :func:`dictionary_report`.

    Examples
    --------
    >>> data = hierarchical_features(np.random.default_rng(0), 500, 2, 3, dimensions=8)
    >>> absorption(data, data.F, data.S)
    0.0
    """
    columns, found = _columns(columns, features.F), []
    Y, latents = _codes(Y, features, columns), best_latents(features.F, columns)
    for p in np.unique(features.parent[features.parent >= 0]):
        on = features.S[:, p] != 0
        child = (features.S[:, features.parent == p] != 0).any(axis=1)
        silent = Y[:, latents[p]] == 0
        if not (on & child).any() or not (on & ~child).any():
            raise ValueError(f"no sample has feature {p} with a child, or none has it without one")
        found.append(silent[on & child].mean() - silent[on & ~child].mean())
    if not found:
        raise ValueError("no feature has a parent: absorption is about nested features")
    return float(np.mean(found))


def top_samples(Y: np.ndarray, count: int = 20) -> np.ndarray:
    """For each latent the samples with its largest outputs: numbers (latents, count).

    >>> top_samples(np.array([[0.0, 3.0], [2.0, 1.0], [1.0, 2.0]]), 2).tolist()
    [[1, 2], [0, 2]]
    """
    Y = as_finite(Y, "Y")
    check_integer("count", count, least=1, most=len(Y))
    return np.argsort(-Y, axis=0, kind="stable")[:count].T


def purity(Y: np.ndarray, labels: np.ndarray, count: int = 20) -> np.ndarray:
    """For each latent the share of the commonest class among its top samples.

    NaN for a latent that is at its lowest output for some of them already: one that is dead, or
    active for fewer samples than are looked at, has no top samples to speak of.

    >>> Y = np.array([[3.0, 0.0], [2.0, 0.0], [1.0, 0.0], [0.0, 4.0]])
    >>> purity(Y, np.array([5, 5, 7, 7]), 3).round(2).tolist()
    [0.67, nan]
    """
    Y = as_finite(Y, "Y")
    labels = as_labels(labels, len(Y))
    classes = labels[top_samples(Y, count)]
    shares = np.array([np.unique(row, return_counts=True)[1].max() / count for row in classes])
    return np.where(_speaks(Y, count), shares, np.nan)


def likeness(Y: np.ndarray, X: np.ndarray, count: int = 20) -> np.ndarray:
    """For each latent 1 minus the variance among its top samples over that of all samples.

    NaN as for :func:`purity`.

    >>> X = np.array([[0.0], [0.0], [4.0], [4.0]])
    >>> likeness(np.array([[9.0], [8.0], [0.0], [0.0]]), X, 2).tolist()
    [1.0]
    """
    Y, X = as_finite(Y, "Y"), as_rows(X, name="X")
    if len(X) != len(Y):
        raise ValueError(f"there are {len(Y)} codes for {len(X)} samples")
    total = X.var(axis=0).sum()
    if not np.ptp(X, axis=0).any():
        raise ValueError("all rows of X are the same: none are more alike than others")
    alike = np.array([1 - X[top].var(axis=0).sum() / total for top in top_samples(Y, count)])
    return np.where(_speaks(Y, count), alike, np.nan)


def _speaks(Y: np.ndarray, count: int) -> np.ndarray:
    return np.sort(Y, axis=0)[-count] > Y.min(axis=0)


def _columns(columns, F) -> np.ndarray:
    return as_finite(columns, "columns", np.shape(F)[-1], "feature")


def _codes(Y, features, columns) -> np.ndarray:
    Y = as_finite(Y, "Y")
    check_shape("Y", Y, (len(features.S), len(columns)))  # latents of each sample
    return Y


def _f1(on: np.ndarray, active: np.ndarray) -> np.ndarray:
    """2 hits / (2 hits + misses + false alarms), column by column."""
    total = on.sum(axis=0) + active.sum(axis=0)
    return 2 * (on & active).sum(axis=0) / np.maximum(total, 1)


def _combined(rng, on, F) -> Features:
    S = on * rng.uniform(0.5, 1.5, on.shape)
    return Features(S @ F, S, F, np.full(len(F), -1))
