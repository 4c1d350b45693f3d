r"""A sparse code can find more features than there are dimensions, if few are active at a time."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ae_course.activations import identity
from ae_course.checks import as_finite, check_generator, check_integer
from ae_course.losses import squared_error
from ae_course.network import Layers
from ae_course.objective import ForwardPass, Term
from ae_course.optimizers import Optimizer
from ae_course.parameters import Parameters


class Superposition(NamedTuple):
    """Samples made of known features: X = S F, with few coefficients of a row of S not zero."""

    X: np.ndarray
    S: np.ndarray
    F: np.ndarray


def superposition(
    rng: np.random.Generator, n: int, features: int, dimensions: int, active: int
) -> Superposition:
    r"""Draw samples in which more features than dimensions lie on top of one another.

    :math:`x = F^\top s`: the rows of F are random directions of length 1, and of the coefficients
    s just `active` ones, chosen at random, are not zero but uniform in [0.5, 1.5]
    (:eq:`eq-superposition`) :cite:p:`elhage2022toy`.

    Returns
    -------
    Superposition
        X (n, dimensions), S (n, features) and F (features, dimensions).

    Examples
    --------
    >>> X, S, F = superposition(np.random.default_rng(0), 3, features=8, dimensions=4, active=2)
    >>> X.shape, (S != 0).sum(axis=1).tolist()
    ((3, 4), [2, 2, 2])
    """
    check_numbers(rng, n, features, dimensions)
    check_integer("the number of active features", active, least=1, most=features)
    F = random_directions(rng, features, dimensions)
    chosen = rng.random((n, features)).argsort(axis=1) < active
    S = chosen * rng.uniform(0.5, 1.5, (n, features))
    return Superposition(S @ F, S, F)


def check_numbers(rng: np.random.Generator, n: int, features: int, dimensions: int) -> None:
    """Raise unless n samples of so many features in so many dimensions can be drawn with rng."""
    check_generator(rng)
    for name, number in (("samples", n), ("features", features), ("dimensions", dimensions)):
        check_integer(f"the number of {name}", number, least=1)


def random_directions(rng: np.random.Generator, features: int, dimensions: int) -> np.ndarray:
    """Features of length 1 in random directions, (features, dimensions).

    >>> F = random_directions(np.random.default_rng(0), 3, 8)
    >>> np.linalg.norm(F, axis=1).round(6).tolist()
    [1.0, 1.0, 1.0]
    """
    F = rng.normal(size=(features, dimensions))
    return F / np.linalg.norm(F, axis=1, keepdims=True)


def recovery(F: np.ndarray, found: np.ndarray) -> np.ndarray:
    r"""For every true feature, the largest cosine with a found one (:eq:`eq-recovery`).

    >>> recovery(np.eye(2), np.array([[2.0, 0.0], [0.0, 0.0]])).tolist()
    [1.0, 0.0]

    Parameters
    ----------
    F : array (features, D)
        True features as rows.
    found : array (units, D)
        Found ones as rows, such as ``params["W2"].T``. One of length 0 has cosine 0 with all.

    Returns
    -------
    array (features,)
    """
    return cosines(F, found).max(axis=1)


def cosines(F: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Of each true feature with each found one (features, units); arguments as for `recovery`.

    >>> cosines(np.eye(2), np.array([[3.0, 4.0], [0.0, 0.0]])).round(6).tolist()
    [[0.6, 0.0], [0.8, 0.0]]
    """
    F, found = as_finite(F, "F"), as_finite(found, "found")
    if F.shape[1] != found.shape[1]:
        raise ValueError(f"F has {F.shape[1]} columns, found has {found.shape[1]}")
    zero = ~F.any(axis=1)
    if zero.any():
        raise ValueError(f"feature {zero.argmax()} in F has length 0, wanted a direction")
    return _directions(F) @ _directions(found).T


def _directions(rows: np.ndarray) -> np.ndarray:
    """The rows with length 1, however long they are; those of zeros as they are."""
    # Squares of huge numbers would be infinite, those of tiny ones 0.
    largest = np.abs(rows).max(axis=1, keepdims=True)
    rows = rows / np.where(largest > 0, largest, 1)
    sizes = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(sizes > 0, sizes, 1)


@dataclass(frozen=True)
class UnitColumns:
    r"""An optimiser after whose steps every column of a matrix gets length 1 again.

    :math:`\tilde w_j \leftarrow \tilde w_j / \|\tilde w_j\|` (:eq:`eq-unit-columns`).

    Attributes
    ----------
    optimizer : Optimizer
        Takes the steps.
    params : Parameters
        Say where in the vector the matrix lies.
    name : str
        Which matrix.

    Examples
    --------
    >>> from ae_course import SGD
    >>> params = Parameters.of({"W2": np.array([[3.0], [3.0]])})
    >>> optimizer = UnitColumns(SGD(1.0), params)
    >>> optimizer.update(params.vector, np.array([0.0, -1.0]), optimizer.init(params.vector))
    >>> params["W2"].tolist()
    [[0.6], [0.8]]
    """

    optimizer: Optimizer
    params: Parameters
    name: str = "W2"

    def init(self, vector):
        """The state of the optimiser within."""
        return self.optimizer.init(vector)

    def update(self, vector, gradient, state):
        """A step of the optimiser within, and the columns are scaled."""
        self.optimizer.update(vector, gradient, state)
        W = self.params.like(vector)[self.name]
        W /= column_lengths(W, self.name)


@dataclass(frozen=True)
class AuxiliaryK(Term):
    r"""The error that would remain if, for each sample, k dead units helped to reconstruct it.

    :math:`\frac1N \sum_n \frac12 \|\hat x_n + \tilde W y'_n - x_n\|^2`, where y' holds the k
    largest net inputs among the dead units (:eq:`eq-auxk`); a unit is dead if it passed nothing for
    `patience` batches. Through y' the dead units get a gradient, which they have not otherwise.
    After :cite:t:`gao2024scaling`, who hold :math:`\hat x_n` fixed here; we do not, so that the
    gradient is that of the value.

    Attributes
    ----------
    k : int
        How many dead units help; all of them, if they are fewer.
    patience : int
        After how many batches without any output a unit counts as dead.
    idle : tuple of int, or None
        For how many batches each unit has passed nothing; None before the first one.

    Examples
    --------
    >>> from ae_course import Autoencoder, top_k
    >>> net = Autoencoder.folded(4, 6, hidden=top_k(1), output=identity)
    >>> rng = np.random.default_rng(0)
    >>> X, params = rng.normal(size=(5, 4)), net.init(rng)
    >>> net.encode(params, X).any(axis=0).tolist()
    [True, True, False, True, False, False]
    >>> term = auxiliary_k(k=3, patience=1, idle=(0, 0, 1, 0, 1, 1))  # three units are dead
    >>> term.gradient(net, params, X)["W1"].any(axis=1).tolist()
    [True, True, True, True, True, True]

    Raises
    ------
    ValueError
        k or the patience is not a whole number, 1 or more; or, when it is evaluated, the network
        has not two layers, or other output units than the identity.
    """

    k: int
    patience: int = 20
    idle: tuple[int, ...] | None = None

    def __post_init__(self):
        check_integer("the number k of units that help", self.k, least=1)
        check_integer("the patience", self.patience, least=1)

    def __repr__(self) -> str:
        return f"auxiliary_k(k={self.k}, patience={self.patience})"

    def value_from(self, forward_pass):
        miss, *_ = self._parts(forward_pass)
        return 0.5 * float((miss**2).sum(axis=1).mean())

    def delta_out(self, forward_pass):
        miss, _ = self._parts(forward_pass)
        return miss / len(miss)

    def grad_params(self, forward_pass):
        miss, z = self._parts(forward_pass)
        first, last = forward_pass.net.first, forward_pass.net.last
        delta = (miss @ forward_pass.params[f"W{last}"]) * (z != 0)
        return {
            f"W{first}": delta.T @ forward_pass.trace.input / len(z),
            f"b{first}": delta.mean(axis=0),
            f"W{last}": miss.T @ z / len(z),
        }

    def next_state(self, forward_pass):
        busy = (forward_pass.trace.y[forward_pass.net.first] != 0).any(axis=0)
        return replace(self, idle=tuple(np.where(busy, 0, self._idle(len(busy)) + 1).tolist()))

    def _idle(self, units: int) -> np.ndarray:
        idle = np.zeros(units, int) if self.idle is None else np.array(self.idle)
        if len(idle) != units:
            raise ValueError(f"{len(idle)} units were counted, the code has {units}")
        return idle

    def _parts(self, forward_pass: ForwardPass):
        """What is missing with their help (N, D), and what they put out, z (N, units)."""
        return forward_pass.once(self, lambda: self._helped(forward_pass))

    def _helped(self, forward_pass: ForwardPass):
        net, trace = forward_pass.net, forward_pass.trace
        check_two_layers(net, repr(self))
        u = trace.u[net.first]
        dead = np.flatnonzero(self._idle(u.shape[1]) >= self.patience)
        z, k = np.zeros_like(u), min(self.k, len(dead))
        if k:
            chosen = dead[np.argpartition(u[:, dead], -k, axis=1)[:, -k:]]
            np.put_along_axis(z, chosen, np.take_along_axis(u, chosen, axis=1), axis=1)
        helped = trace.output + z @ forward_pass.params[f"W{net.last}"].T
        return helped - forward_pass.wanted(squared_error), z


auxiliary_k = AuxiliaryK
"""The term as it stands in an objective: ``squared + 0.1 * auxiliary_k(k=32)``."""


def column_lengths(W: np.ndarray, name: str) -> np.ndarray:
    """The lengths of the columns, by which they are divided; raise ValueError if one is 0."""
    lengths = np.linalg.norm(W, axis=0)
    if not lengths.all():
        raise ValueError(f"column {lengths.argmin()} of {name} has length 0, wanted a direction")
    return lengths


def check_two_layers(net: Layers, who: str) -> None:
    """Raise unless the network is a code and one layer of identity units above it."""
    if len(net) != 2 or net.layers[-1].activation != identity:
        raise ValueError(
            f"{who} is for a code and one layer of identity units above it, found {len(net)}"
            f" layers, the last with {net.layers[-1].activation} units"
        )
