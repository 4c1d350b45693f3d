"""Wrong answers to the exercises of chapter 10, and words of what is said of them."""

GATHER = """def by_columns(W_, Y, X, sizes):
    G = np.zeros_like(W_)
    for m in sizes:
        miss = Y[:, :m] @ W_[:, :m].T - X
        """

SLIPS = {
    "ex-shared": [
        (
            "that is TopK",
            "def shared(u, k):\n    return top_k(k)(u)",
        ),
        (
            "N k for the batch",
            "def shared(u, k):\n"
            "    last = np.partition(u.ravel(), -k)[-k]\n"
            "    return u * ((u >= last) & (u > 0))",
        ),
        (
            "a negative net input never passes",
            "def shared(u, k):\n"
            "    last = np.sort(u, axis=None)[::-1][k * len(u) - 1]\n"
            "    return u * (u >= last)",
        ),
        (
            "nothing is taken off",
            "def shared(u, k):\n"
            "    last = np.sort(u, axis=None)[-k * len(u)]\n"
            "    return np.where((u >= last) & (u > 0), u - last, 0)",
        ),
        (
            "it passes",
            "def shared(u, k):\n"
            "    last = np.sort(u, axis=None)[-k * len(u)]\n"
            "    return u * ((u > last) & (u > 0))",
        ),
    ],
    "ex-threshold": [
        (
            "zeros are outputs too",
            "def threshold(batches):\n    return np.mean([np.min(y) for y in batches])",
        ),
        (
            "not the least of them all",
            "def threshold(batches):\n"
            "    return np.min(np.concatenate([y[y != 0] for y in batches]))",
        ),
        (
            "not of each sample",
            "def threshold(batches):\n"
            "    rows = [row for y in batches for row in y if (row > 0).any()]\n"
            "    return np.mean([row[row > 0].min() for row in rows])",
        ),
        (
            "most would be silenced",
            "def threshold(batches):\n    return np.mean([y[y != 0].mean() for y in batches])",
        ),
    ],
    "ex-living": [
        (
            "dead latents are counted",
            "def precision(F, W_, Y):\n"
            "    F = F / np.linalg.norm(F, axis=1, keepdims=True)\n"
            "    C = F @ W_ / np.linalg.norm(W_, axis=0)\n"
            "    return (C.max(axis=0) > 0.9).mean()",
        ),
        (
            "the recall",
            "def precision(F, W_, Y):\n"
            "    live = W_[:, Y.any(axis=0)]\n"
            "    F = F / np.linalg.norm(F, axis=1, keepdims=True)\n"
            "    C = F @ live / np.linalg.norm(live, axis=0)\n"
            "    return (C.max(axis=1) > 0.9).mean()",
        ),
        (
            "only if both have length 1",
            "def precision(F, W_, Y):\n"
            "    live = W_[:, Y.any(axis=0)]\n"
            "    return ((F @ live).max(axis=0) > 0.9).mean()",
        ),
        (
            "over all of them",
            "def precision(F, W_, Y):\n"
            "    live = Y.any(axis=0)\n"
            "    F = F / np.linalg.norm(F, axis=1, keepdims=True)\n"
            "    C = F @ W_ / np.linalg.norm(W_, axis=0)\n"
            "    return ((C.max(axis=0) > 0.9) * live).sum() / len(live)",
        ),
    ],
    "ex-by-columns": [
        (
            "over the sizes has a 1 / G",
            GATHER + "G[:, :m] += miss.T @ Y[:, :m] / len(X)\n    return G",
        ),
        (
            "over the samples has a 1 / N",
            GATHER + "G[:, :m] += miss.T @ Y[:, :m] / len(sizes)\n    return G",
        ),
        (
            "the sign is wrong",
            GATHER + "G[:, :m] -= miss.T @ Y[:, :m]\n    return G / len(X) / len(sizes)",
        ),
        (
            "only the largest dictionary",
            "def by_columns(W_, Y, X, sizes):\n"
            "    m = max(sizes)\n"
            "    miss = Y[:, :m] @ W_[:, :m].T - X\n"
            "    return miss.T @ Y / len(X)",
        ),
        (
            "does not hold it",
            GATHER + "G += miss.T @ Y\n    return G / len(X) / len(sizes)",
        ),
    ],
}
