"""Wrong answers to problem set 5."""

WRONG = {
    "oddness": [
        (
            "not centred",
            "return np.einsum('ni,ij,nj->n', X, np.linalg.inv(Phi + epsilon*np.eye(len(Phi))), X)",
        ),
        (
            "mean of the new samples",
            """P = whitener(Phi, np.eye(len(Phi)), epsilon)
    z = (X - X.mean(axis=0)) @ P.T
    return np.sum(z**2, axis=1)""",
        ),
        (
            "wanted are their squares",
            """P = whitener(Phi, np.eye(len(Phi)), epsilon)
    return np.linalg.norm((X - mean) @ P.T, axis=1)""",
        ),
        (
            "divided only once by the root",
            """A = X - mean
    P = whitener(Phi, principal_axes(Phi)[1], epsilon)
    return np.diag(A @ P @ A.T)""",
        ),
        (
            "less odd, not more",
            """A = X - mean
    return np.array([a @ (Phi + epsilon * np.eye(len(a))) @ a for a in A])""",
        ),
        (
            "leaves the correlations in",
            """z = (X - mean) / np.sqrt(np.diag(Phi) + epsilon)
    return (z ** 2).sum(1)""",
        ),
        (
            "added to the eigenvalue",
            """d, U = np.linalg.eigh(Phi)
    z = (X - mean) @ U / (np.sqrt(d) + epsilon)
    return (z ** 2).sum(1)""",
        ),
        (
            "every entry of the covariance",
            """A = X - mean
    return np.sum(A @ np.linalg.inv(Phi + epsilon) * A, axis=1)""",
        ),
        (
            "where the data had no variance",
            """d, U = np.linalg.eigh(Phi)
    keep = d > 1e-10
    z = (X - mean) @ U[:, keep] / np.sqrt(d[keep] + epsilon)
    return np.sum(z * z, axis=1)""",
        ),
    ],
    "covariance_left": [
        (
            "it is the scatter, a sum, that leaves S; you subtract their covariance.",
            """N_a, N_b = N - len(gone), len(gone)
    Delta = gone.mean(0) - (N * mean - gone.sum(0)) / N_a
    own = np.cov(gone, rowvar=False, bias=True)
    return (S - own - N_a * N_b / N * np.outer(Delta, Delta)) / N_a""",
        ),
        (
            "yours starts at the mean of all.",
            """N_a, N_b = N - len(gone), len(gone)
    Delta = gone.mean(0) - mean
    b = gone - gone.mean(0)
    return (S - b.T @ b - N_a * N_b / N * np.outer(Delta, Delta)) / N_a""",
        ),
        (
            "there are fewer of them now.",
            """N_a, N_b = N - len(gone), len(gone)
    Delta = N / N_a * (gone.mean(0) - mean)
    b = gone - gone.mean(0)
    return (S - b.T @ b - N_a * N_b / N * np.outer(Delta, Delta)) / N""",
        ),
        (
            "it is the scatter, a sum, that leaves S; you subtract their covariance. Besides",
            """rest = len(gone) * (N - len(gone)) / N
    away = gone - gone.mean(axis=0)
    step = gone.mean(axis=0) - mean
    scatter = S - away.T @ away / len(gone) - rest * np.outer(step, step)
    return scatter / N""",
        ),
        (
            "ΔΔᵀ has to go as well",
            """away = gone - gone.mean(axis=0)
    return (S - sum(np.outer(a, a) for a in away)) / (N - len(gone))""",
        ),
        (
            "not its covariance",
            """N_a, N_b = N - len(gone), len(gone)
    Delta = N / N_a * (gone.mean(0) - mean)
    b = gone - gone.mean(0)
    return S - b.T @ b - N_a * N_b / N * np.outer(Delta, Delta)""",
        ),
        (
            "around the mean of all",
            """a = gone - mean
    return (S - a.T @ a) / (N - len(gone))""",
        ),
    ],
    "backward_whitener": [
        ("first pixel first", "return np.linalg.solve(np.linalg.cholesky(Phi), np.eye(len(Phi)))"),
        ("but it does not whiten", "return np.linalg.inv(np.linalg.cholesky(Phi)).T"),
        (
            "look at the zeros of P",
            """d, U = principal_axes(Phi)
    return np.linalg.cholesky(U / d @ U.T)""",
        ),
        (
            "an inverse is missing",
            "return np.linalg.cholesky(Phi).T",
        ),
        (
            "not that of the pixels",
            """turn = np.eye(len(Phi))[::-1]
    L = np.linalg.cholesky(turn @ Phi @ turn)
    return np.linalg.inv(L) @ turn""",
        ),
        (
            "cut off",
            "return np.triu(whitener(Phi, principal_axes(Phi)[1]))",
        ),
    ],
    "detour": [
        (
            "the whole distance",
            """P = np.linalg.cholesky(np.linalg.inv(Phi)).T
    return len(Phi) - 2 * np.trace(P @ Phi) + np.trace(Phi)""",
        ),
        (
            "how far apart",
            """P = np.linalg.cholesky(np.linalg.inv(Phi)).T
    R = P - whitener(Phi, principal_axes(Phi)[1])
    return np.sum((R @ Phi) * R)""",
        ),
        (
            "a 2 is missing",
            """P = np.linalg.cholesky(np.linalg.inv(Phi)).T
    return np.sqrt(np.linalg.eigvalsh(Phi)).sum() - (1 / np.diag(P)).sum()""",
        ),
        (
            "not that of P",
            """P = np.linalg.cholesky(np.linalg.inv(Phi)).T
    return 2 * (np.trace(P) - np.trace(whitener(Phi, principal_axes(Phi)[1])))""",
        ),
        (
            "the first pixel comes first",
            """d = np.linalg.eigvalsh(Phi)
    return 2 * np.sqrt(d).sum() - 2 * np.diag(np.linalg.cholesky(Phi)).sum()""",
        ),
        (
            "not of their squares",
            """P = np.linalg.cholesky(np.linalg.inv(Phi)).T
    far = len(Phi) - 2 * np.trace(P @ Phi) + np.trace(Phi)
    d = np.linalg.eigvalsh(Phi)
    return np.sqrt(far) - np.sqrt(np.sum((np.sqrt(d) - 1) ** 2))""",
        ),
    ],
    "least_epsilon": [
        (
            "and add σ² to them",
            """def share(e):
        return np.sum(sigma**2 / (d + sigma**2 + e)) / np.sum((d + sigma**2) / (d + sigma**2 + e))
    found = []
    for s in shares:
        a, b = 0, 1e8
        for _ in range(120):
            m = (a + b) / 2
            a, b = (m, b) if share(m) > s else (a, m)
        found.append(m)
    return np.array(found)""",
        ),
        (
            "ratio of noise to signal",
            """from scipy.optimize import brentq
    def f(e, s):
        w = 1 / (d + e)
        return sigma**2 * w.sum() / ((d - sigma**2) * w).sum() - s
    found = np.zeros(len(shares))
    for k, s in enumerate(shares):
        if f(0, s) > 0:
            found[k] = brentq(f, 0, 1e5, args=(s,), xtol=1e-14)
    return found""",
        ),
        (
            "not the number of components",
            """found = []
    for s in shares:
        a, b = 0, 1e8
        for _ in range(120):
            m = (a + b) / 2
            a, b = (m, b) if np.mean(sigma**2 / (d + m)) > s else (a, m)
        found.append(m)
    return np.array(found)""",
        ),
        (
            "not to the standard deviation",
            """found = []
    for s in shares:
        a, b = 0, 1e8
        for _ in range(120):
            m = (a + b) / 2
            g = 1 / (np.sqrt(d) + m)
            a, b = (m, b) if sigma**2 * np.sum(g**2) / np.sum(d * g**2) > s else (a, m)
        found.append(m)
    return np.array(found)""",
        ),
        (
            "squared once too often",
            """found = []
    for s in shares:
        a, b = 0, 1e8
        for _ in range(120):
            m = (a + b) / 2
            g = 1 / (d + m)
            a, b = (m, b) if sigma**2 * np.sum(g**2) / np.sum(d * g**2) > s else (a, m)
        found.append(m)
    return np.array(found)""",
        ),
        (
            "below zero",
            """found = []
    for s in shares:
        a, b = -d.min() * (1 - 1e-9), 1e8
        for _ in range(120):
            m = (a + b) / 2
            w = 1 / (d + m)
            a, b = (m, b) if sigma**2 * w.sum() / (w @ d) > s else (a, m)
        found.append(m)
    return np.array(found)""",
        ),
        (
            "between 0 and 1 only",
            """found = []
    for s in shares:
        a, b = 0, 1
        for _ in range(60):
            m = (a + b) / 2
            w = 1 / (d + m)
            a, b = (m, b) if sigma**2 * w.sum() / (w @ d) > s else (a, m)
        found.append(m)
    return found""",
        ),
    ],
    "best_map": [
        ("noise and all", "return whitener(Phi, principal_axes(Phi)[1], sigma**2)"),
        ("comes nearest to x", "return Phi @ np.linalg.inv(Phi + sigma**2 * np.eye(len(Phi)))"),
        (
            "not σ.",
            """d, U = principal_axes(Phi)
    root = U @ np.diag(np.sqrt(d)) @ U.T
    return root @ np.linalg.inv(Phi + sigma * np.eye(len(Phi)))""",
        ),
        (
            "last whitening is that of the noisy",
            """P = whitener(Phi, principal_axes(Phi)[1], sigma**2)
    return P @ Phi @ np.linalg.inv(Phi + sigma**2 * np.eye(len(Phi)))""",
        ),
        (
            "not I",
            "return np.linalg.inv(Phi + sigma**2 * np.eye(len(Phi)))",
        ),
        (
            "division by zero",
            """d, U = np.linalg.eigh(Phi)
    root = U @ np.diag(1 / np.sqrt(d)) @ U.T
    return root @ Phi @ np.linalg.inv(Phi + sigma**2 * np.eye(len(Phi)))""",
        ),
    ],
    "sharpest_frequency": [
        ("variance of the noise", "return min((c / sigma) ** (1 / p), 0.5)"),
        ("whatever p is", "return min(0.5, np.sqrt(c / sigma**2))"),
        ("rise up to the finest", "return 1 / 2"),
        ("finer is the grating", "return min((sigma**2 / c) ** (1 / p), 10)"),
        ("beyond the frequencies", "return (c / sigma**2) ** (1 / p)"),
    ],
}
