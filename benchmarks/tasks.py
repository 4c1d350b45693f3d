"""What is trained: the same function, numbers and batches for everyone who takes part."""

import itertools
import os
from dataclasses import dataclass

import numpy as np

from ae_course.datasets import mnist, natural_patches


@dataclass(frozen=True)
class Task:
    """A network and what it minimises, in float32.

    Cross-entropy of logistic outputs, or squared error of linear ones; beta times the KL penalty
    on the code; decay times half the squared weights. `sizes` are those of the encoder, the decoder
    mirrors it. `kind` is "plain", "tied", "denoising", "variational" or "topk".
    """

    name: str
    sizes: tuple[int, ...]
    batch: int = 128
    samples: int = 9984
    kind: str = "plain"
    optimizer: str = "adam"
    rate: float = 1e-3
    loss: str = "cross_entropy"
    beta: float = 0.0
    rho: float = 0.1
    decay: float = 0.0
    sigma: float = 0.5
    k: int = 32

    @property
    def steps(self) -> int:
        """How many batches an epoch has."""
        return self.samples // self.batch

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Inputs and units of every layer of weights."""
        down = list(self.sizes)
        up = down[-2::-1]
        chain = (
            list(itertools.pairwise(down)),
            list(zip([down[-1], *up], up, strict=False)),
        )
        if self.kind == "variational":  # a mean and a log variance for every number of the code
            chain[0][-1] = (down[-2], 2 * down[-1])
        return [*chain[0], *chain[1]]

    def data(self) -> np.ndarray:
        """The samples: digits as grey values, or patches of photographs."""
        if self.sizes[0] == 784:
            return mnist(n=self.samples).images
        patches = natural_patches(self.samples).astype(np.float32)
        return np.clip(patches / (6 * patches.std()) + 0.5, 0, 1)  # about three deviations

    def floats(self) -> np.ndarray:
        """The same as float32 from 0 to 1, for those who do not convert batches."""
        X = self.data()
        return X.astype(np.float32) / np.float32(255) if X.dtype == np.uint8 else X

    def start(self) -> dict[str, np.ndarray]:
        """W1, b1, W2, … to start from; W has the shape (units, inputs)."""
        rng, params = np.random.default_rng(0), {}
        for l, (inputs, units) in enumerate(self.layers, 1):
            r = np.sqrt(6 / (inputs + units))
            params[f"W{l}"] = rng.uniform(-r, r, (units, inputs)).astype(np.float32)
            params[f"b{l}"] = np.zeros(units, np.float32)
        if self.kind == "tied":
            params["W2"] = params["W1"].T.copy()
        return params

    def batches(self, rng: np.random.Generator) -> np.ndarray:
        """The numbers of the samples of every batch of an epoch, (steps, batch)."""
        return rng.permutation(self.samples).reshape(self.steps, self.batch)


QUICK = bool(os.environ.get("QUICK"))
DEEP = 2560 if QUICK else 5120  # samples of the largest network
SPARSE = {"beta": 3.0, "decay": 1e-4}
TASKS = {
    task.name: task
    for task in (
        Task("sparse SGD, 784-200-784", (784, 200), optimizer="sgd", rate=0.05, **SPARSE),
        Task("sparse Adam, 784-200-784", (784, 200), **SPARSE),
        Task("tied Adam, 784-200-784", (784, 200), kind="tied", **SPARSE),
        Task("denoising Adam, 784-200-784", (784, 200), kind="denoising"),
        Task("deep Adam, 784-1000-500-250-30", (784, 1000, 500, 250, 30), batch=256, samples=DEEP),
        Task("64-25-64 Adam, batches of 100", (64, 25), batch=100, samples=10_000, **SPARSE),
        Task("variational Adam, 784-200-2x20", (784, 200, 20), kind="variational"),
        Task("TopK Adam, 784-256, k = 32", (784, 256), kind="topk", loss="squared_error"),
    )
}
"""The tasks by their names; batches have 128 samples where nothing else is said."""
