"""Wrong answers to the exercises of chapter 2, as readers write them."""

SLIPS = {
    "ex-pca-share": [
        (
            "these fall short of the share",
            """
def components_needed(eigenvalues, shares):
    total = sum(eigenvalues)
    return [np.searchsorted(np.cumsum(eigenvalues), s * total - 1e-9) for s in shares]
""",
        ),
        (
            "where the share is held exactly",
            """
def components_needed(eigenvalues, shares):
    ratio = np.cumsum(eigenvalues) / np.cumsum(eigenvalues)[-1]
    counts = []
    for share in shares:
        k = 1
        while k < len(ratio) and ratio[k - 1] <= share:
            k += 1
        counts.append(k)
    return counts
""",
        ),
        (
            "counts from the smallest eigenvalue",
            """
def components_needed(eigenvalues, shares):
    ratio = np.cumsum(np.sort(eigenvalues)) / np.sum(eigenvalues)
    return [int(np.argmax(ratio >= s - 1e-12)) + 1 for s in shares]
""",
        ),
        (
            "eigenvalues are variances already",
            """
def components_needed(eigenvalues, shares):
    variance = np.array(eigenvalues) ** 2
    ratio = variance.cumsum() / variance.sum()
    return [int(np.argmax(ratio >= s)) + 1 for s in shares]
""",
        ),
    ],
    "ex-pca-svd": [
        (
            "the samples are not centred",
            """
def eigenvalues_by_svd(X):
    _, s, _ = np.linalg.svd(X)
    return s**2 / X.shape[0]
""",
        ),
        (
            "N times as large",
            """
def eigenvalues_by_svd(X):
    centred = X - np.mean(X, axis=0)
    return np.square(np.linalg.svd(centred)[1])
""",
        ),
        (
            "these use 1/(N - 1)",
            """
def eigenvalues_by_svd(X):
    centred = X - np.mean(X, axis=0)
    return np.linalg.svd(centred / np.sqrt(len(X) - 1), compute_uv=False) ** 2
""",
        ),
        (
            "something is to be squared",
            """
def eigenvalues_by_svd(X):
    centred = X - np.mean(X, axis=0)
    return np.linalg.svd(centred, full_matrices=False)[1] / X.shape[0]
""",
        ),
        (
            "each column has a mean of its own",
            """
def eigenvalues_by_svd(X):
    s = np.linalg.svd(X - np.mean(X), compute_uv=False)
    return s * s / len(X)
""",
        ),
        (
            None,
            """
def eigenvalues_by_svd(X):
    return np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1]


def smallest_variance(X):
    return eigenvalues_by_svd(X)[-1]
""",
        ),
    ],
    "ex-pca-hand": [
        ("a half in front", "def by_hand():\n    return np.array([10, 2.5, 5 / 2])"),
        ("the larger eigenvalue comes first", "def by_hand():\n    return 2.5, 10, 1.25"),
        ("what is dropped, and not what is kept", "def by_hand():\n    return 10, 2.5, 10 / 2"),
        (
            "these use 1/(N - 1)",
            """
def by_hand():
    d = np.linalg.eigvalsh(np.cov(np.array([[9, 7], [1, 3], [6, 3], [4, 7]]).T))
    return [d[1], d[0], d[0] / 2]
""",
        ),
        (None, "def by_hand():\n    return [12.5, 25, 1.25]"),
    ],
    "ex-pca-bug": [
        (
            "the components are not those with the most variance; what is taken off",
            """
def pca_reconstruction(X, k):
    mean = X.mean(0)
    U = np.linalg.eigh(np.cov(X.T))[1]
    Y = (X - mean) @ U[:, :k]
    return Y @ U[:, :k].T
""",
        ),
        (
            "what is taken off at the start is missing",
            """
def pca_reconstruction(X, k):
    mean = X.mean(0)
    U = np.linalg.eigh(np.cov(X.T))[1]
    Y = (X - mean) @ U[:, -k:]
    return Y @ U[:, -k:].T
""",
        ),
        (
            "the mean is one number",
            """
def pca_reconstruction(X, k):
    mean = np.mean(X)
    U = np.fliplr(np.linalg.eigh(np.cov(X.T))[1])
    return (X - mean) @ U[:, :k] @ U[:, :k].T + mean
""",
        ),
        (
            "the components are not those with the most variance",
            """
def pca_reconstruction(X, k):
    mean = np.mean(X, axis=0)
    values, U = np.linalg.eigh((X - mean).T @ (X - mean))
    Y = (X - mean) @ U[:, :k]
    return Y @ U[:, :k].T + mean
""",
        ),
    ],
    "ex-pca-mix": [
        (
            "the unknown b of the network",
            "def to_pca_codes(Y, W_, components):\n    return Y @ W_.T @ components.T",
        ),
        (
            "the mixing matrix is transposed",
            """
def to_pca_codes(Y, W_, components):
    A = components @ W_
    return (Y - Y.mean(0)) @ A
""",
        ),
        (
            "use the inverse matrix",
            """
def to_pca_codes(Y, W_, components):
    A = components @ W_
    return np.linalg.solve(A, (Y - Y.mean(0)).T).T
""",
        ),
        (
            None,
            """
def to_pca_codes(Y, W_, components):
    return (Y - Y.mean(0)) @ components[:, :2] @ W_[:2]
""",
        ),
    ],
    "ex-pca-read": [
        (
            "less than decay",
            """
def covariance_from_weights(W_, decay):
    U, s, Vt = np.linalg.svd(W_)
    return sum(s[i] ** 2 * np.outer(U[:, i], U[:, i]) for i in range(len(s)))
""",
        ),
        (
            "components that are off are in it",
            """
def covariance_from_weights(W_, decay):
    U, s, Vt = np.linalg.svd(W_)
    return sum(decay / (1 - s[i] ** 2) * np.outer(U[:, i], U[:, i]) for i in range(len(s)))
""",
        ),
        (
            "singular values are to be squared",
            """
def covariance_from_weights(W_, decay):
    U, s, Vt = np.linalg.svd(W_)
    on = np.flatnonzero(s > 1e-3)
    return sum(decay / (1 - s[i]) * np.outer(U[:, i], U[:, i]) for i in on)
""",
        ),
        (
            "the decay sets the scale",
            """
def covariance_from_weights(W_, decay):
    U, s, Vt = np.linalg.svd(W_)
    on = np.flatnonzero(s > 1e-3)
    return sum(np.outer(U[:, i], U[:, i]) / (1 - s[i] ** 2) for i in on)
""",
        ),
        (
            None,
            """
def covariance_from_weights(W_, decay):
    U, s, Vt = np.linalg.svd(W_, full_matrices=False)
    on = s > 1e-3
    return Vt[on].T @ np.diag(decay / (1 - s[on] ** 2)) @ Vt[on]
""",
        ),
    ],
    "ex-pca-encoder": [
        (
            "the decoder has no bias",
            """
def error_of_best_decoder(Y, X):
    W = np.linalg.pinv(Y) @ X
    return np.square(Y @ W - X).sum(axis=1).mean() / 2
""",
        ),
        (
            "a half in front",
            """
def error_of_best_decoder(Y, X):
    A = np.hstack([np.ones((len(Y), 1)), Y])
    W = np.linalg.pinv(A) @ X
    return np.square(A @ W - X).sum(axis=1).mean()
""",
        ),
        (
            "E is a mean over the samples",
            """
def error_of_best_decoder(Y, X):
    A = np.hstack([np.ones((len(Y), 1)), Y])
    W = np.linalg.pinv(A) @ X
    return np.square(A @ W - X).sum() / 2
""",
        ),
        (
            "sums over the components of a sample",
            """
def error_of_best_decoder(Y, X):
    A = np.hstack([np.ones((len(Y), 1)), Y])
    W = np.linalg.pinv(A) @ X
    return 0.5 * ((A @ W - X) ** 2).mean()
""",
        ),
        (
            None,
            """
def error_of_best_decoder(Y, X):
    return 0.5 * PCA.fit(X).eigenvalues[Y.shape[1] :].sum()
""",
        ),
    ],
    "ex-pca-escape": [
        ("what is lost, and not what is kept", "def curvature(d_j, d_m):\n    return -(d_j - d_m)"),
        ("whose second derivative is 2", "def curvature(d_j, d_m):\n    return (d_j - d_m) / 2"),
        ("E has a half in front", "def curvature(d_j, d_m):\n    return 2 * d_j - 2 * d_m"),
        ("loses by being turned away", "def curvature(d_j, d_m):\n    return -1.0 * d_m"),
        (None, "def curvature(d_j, d_m):\n    return d_m * (d_j - d_m)"),
    ],
    "ex-pca-time": [
        (
            "half as fast",
            """
def learned(t, d, a_0):
    odds = a_0 / (1 - a_0) * np.exp(d * t)
    return odds / (1 + odds)
""",
        ),
        (
            "one of the two weights",
            """
def learned(t, d, a_0):
    odds = a_0 / (1 - a_0) * np.exp(2 * d * t)
    return np.sqrt(odds / (1 + odds))
""",
        ),
        ("this grows for ever", "def learned(t, d, a_0):\n    return a_0 * np.exp(d * t) ** 2"),
        (
            "not quite a_0",
            """
def learned(t, d, a_0):
    odds = a_0 * np.exp(2 * d * t)
    return odds / (1 + odds)
""",
        ),
        (
            None,
            """
def learned(t, d, a_0):
    return 1 - (1 - a_0) * np.exp(-2 * d * t)
""",
        ),
    ],
}
