"""The networks of chapter 3 that can be played with: for each strength and target of the penalty.

They are those of its figure on the strength of the penalty, with weight decay and the first seed,
and learn as they do there.
"""

from collections.abc import Iterator

import numpy as np

from ae_course import (
    Adam,
    Autoencoder,
    Parameters,
    datasets,
    kl_sparsity,
    mean_bias,
    reconstruction,
    squared_error,
    train,
    weight_decay,
)

BETAS = (0, 0.1, 0.3, 1, 3, 10, 30)
RHOS = (0.02, 0.05, 0.1, 0.3)
NET = Autoencoder.folded(196, 64)
E = reconstruction(squared_error)


def small_digits(split: str, n: int) -> np.ndarray:
    """The first n digits of a split, as means of 2 x 2 pixels from 0 to 255."""
    blocks = datasets.mnist(split, n=n).images.reshape(-1, 14, 2, 14, 2)
    return blocks.mean(axis=(2, 4)).reshape(-1, 196)


def networks() -> Iterator[tuple[str, Parameters]]:
    """The parameters of every network, under the name of its place in the grid.

    The name is the place of beta and that of rho; without a penalty there is no rho: "0".
    """
    X = small_digits("train", 3_000) / 255
    yield "0", trained(X, BETAS[0], RHOS[0])
    for i, beta in enumerate(BETAS[1:], 1):
        for k, rho in enumerate(RHOS):
            yield f"{i}{k}", trained(X, beta, rho)


def trained(X: np.ndarray, beta: float, rho: float) -> Parameters:
    """A network that has learned the first 1,000 digits in 50 epochs."""
    params = NET.init(np.random.default_rng(0), dtype=np.float32)
    params["b2"] = mean_bias(NET, X)
    objective = E + 1e-3 * weight_decay + beta * kl_sparsity(rho)
    options = {"epochs": 50, "batch_size": 50, "record_objective": False}
    return train(
        NET,
        objective,
        params,
        X[:1_000],
        rng=np.random.default_rng(1),
        optimizer=Adam(2e-2),
        **options,
    )[0]
