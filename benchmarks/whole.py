"""PCA and whitening beside scikit-learn, and L-BFGS beside PyTorch: one call each, not a loop.

    python -m benchmarks.whole scikit_learn 60000 784

does one of them in a process of its own and prints its CPU seconds and what it found, as JSON.
"""

import contextlib
import json
import sys
import time

import numpy as np

from benchmarks.tasks import Task

PATCHES = Task("", (64, 25), samples=10_000, beta=3.0, decay=1e-4)


def samples(n: int, D: int) -> np.ndarray:
    """Correlated float32 samples, as pixels are."""
    rng = np.random.default_rng(0)
    mix = (rng.standard_normal((D, D)) / np.arange(1, D + 1)).astype(np.float32).T
    return rng.standard_normal((n, D), np.float32) @ mix + np.float32(0.5)


def timed(call):
    """The CPU seconds of a call and what it returned."""
    begin = time.process_time()
    found = call()
    return time.process_time() - begin, found


def pca(n, D):
    """30 components by `ae_course`: the seconds and the eigenvalues."""
    from ae_course.pca import PCA

    X = samples(n, D)
    seconds, found = timed(lambda: PCA.fit(X, 30))
    return seconds, found.eigenvalues[:30].tolist()


def pca_float32(n, D):
    """The same with products in float32, as scikit-learn has them."""
    from ae_course.pca import PCA

    X = samples(n, D)
    seconds, found = timed(lambda: PCA.fit(X, 30, np.float32))
    return seconds, found.eigenvalues[:30].tolist()


def chunks(n, D):
    """The same, given in chunks of 10,000."""
    from ae_course.pca import PCA

    X = samples(n, D)
    seconds, found = timed(lambda: PCA.fit(np.split(X, n // 10_000), 30))
    return seconds, found.eigenvalues[:30].tolist()


def whitening(n, D):
    """PCA whitening by `ae_course`."""
    from ae_course.whitening import PCAWhitening

    X = samples(n, D)
    seconds, found = timed(lambda: PCAWhitening.fit(X, 1e-2))
    return seconds, found.eigenvalues[:30].tolist()


def scikit_learn(n, D):
    """30 components by scikit-learn's quickest solver for such data."""
    from sklearn.decomposition import PCA

    X = samples(n, D)
    seconds, found = timed(lambda: PCA(30, svd_solver="covariance_eigh").fit(X))
    return seconds, (found.explained_variance_ * (n - 1) / n).tolist()


def lbfgs(iterations, _):
    """J after so many iterations of `ae_course.minimize`, in float64; SciPy is loaded before."""
    import scipy.optimize  # noqa: F401

    from ae_course import Parameters, minimize
    from benchmarks.ours import model

    net, objective = model(PATCHES)
    params = Parameters.of(PATCHES.start()).astype(np.float64)
    X = PATCHES.floats().astype(np.float64)
    seconds, (_, history) = timed(
        lambda: minimize(net, objective, params, X, iterations=iterations)
    )
    return seconds, [min(history.objective)]


def torch_lbfgs(target, _):
    """The same in PyTorch, until J is no larger than the target."""
    import torch

    from benchmarks.in_torch import objective

    torch.set_num_threads(1)
    params = {
        n: torch.tensor(a.astype(float), requires_grad=True) for n, a in PATCHES.start().items()
    }
    X, found = torch.from_numpy(PATCHES.floats().astype(np.float64)), []
    settings = {"history_size": 10, "line_search_fn": "strong_wolfe"}
    endless = {"max_iter": 2000, "max_eval": 2000, "tolerance_grad": 0, "tolerance_change": 0}
    optimizer = torch.optim.LBFGS(params.values(), **settings, **endless)

    def closure():
        optimizer.zero_grad()
        value = objective(PATCHES, params, X)
        value.backward()
        found.append(value.item())
        if found[-1] <= target:
            raise StopIteration
        return value

    def run():
        with contextlib.suppress(StopIteration):
            optimizer.step(closure)

    seconds, _ = timed(run)
    if not min(found) <= target:
        raise RuntimeError(
            f"J is {min(found):.6g} after {len(found)} evaluations, not {target:.6g}"
        )
    return seconds, [min(found)]


if __name__ == "__main__":
    what = {
        f.__name__: f
        for f in (pca, pca_float32, chunks, whitening, scikit_learn, lbfgs, torch_lbfgs)
    }
    first, second = float(sys.argv[2]), int(sys.argv[3])
    if sys.argv[1] != "torch_lbfgs":
        first = int(first)
    from ae_course.threads import limit_threads

    limit_threads()
    print(json.dumps(what[sys.argv[1]](first, second)))
