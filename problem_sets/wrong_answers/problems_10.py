"""Wrong answers to problem set 10."""

WRONG = {
    "found_once": [
        (
            "counted for several features",
            """A = F / np.linalg.norm(F, axis=1)[:, None]
    B = columns / np.linalg.norm(columns, axis=1)[:, None]
    return sum(1 for row in A @ B.T if (row > 0.9).any())""",
        ),
        (
            "Two of them may be near the same one",
            """A = F / np.linalg.norm(F, axis=1)[:, None]
    B = columns / np.linalg.norm(columns, axis=1)[:, None]
    return int(np.count_nonzero((A @ B.T > 0.9).any(axis=0)))""",
        ),
        (
            "largest sum of cosines",
            """A = F / np.linalg.norm(F, axis=1)[:, None]
    B = columns / np.linalg.norm(columns, axis=1)[:, None]
    rows, cols = linear_sum_assignment(1 - A @ B.T)
    return int(np.sum((A @ B.T)[rows, cols] > 0.9))""",
        ),
        (
            "only if both have length 1",
            """near = (F @ columns.T) > 0.9
    rows, cols = linear_sum_assignment(1 - near)
    return int(near[rows, cols].sum())""",
        ),
        (
            "this is a share",
            """A = F / np.linalg.norm(F, axis=1)[:, None]
    B = columns / np.linalg.norm(columns, axis=1)[:, None]
    near = (A @ B.T > 0.9).astype(int)
    rows, cols = linear_sum_assignment(near, maximize=True)
    return near[rows, cols].mean() * len(rows) / len(F)""",
        ),
    ],
    "slope_of_mean": [
        (
            "That part is missing",
            """z = (theta - mu) / s
    return -(1 - c) * theta * norm.pdf(z) / s""",
        ),
        ("the edge moves, too", "return -c * (1 - norm.cdf((theta - mu) / s))"),
        (
            "not theta",
            "return -theta * norm.pdf(theta, mu, s) - c * (1 - norm.cdf(theta, mu, s))",
        ),
        (
            "with a higher threshold less comes out",
            """edge = norm.pdf(theta, mu, s)
    return theta * (1 - c) * edge + c * (1 - norm.cdf(theta, mu, s))""",
        ),
        (
            "not that of being below",
            """edge = norm.pdf(theta, mu, s)
    return -theta * (1 - c) * edge - c * norm.cdf((theta - mu) / s)""",
        ),
    ],
    "slope_of_square": [
        ("That part is missing", "return -((theta - c * theta) ** 2) * norm.pdf(theta, mu, s)"),
        (
            "the edge moves, too",
            """p = 1 - norm.cdf(theta, mu, s)
    return -2 * c * (mu * p + s**2 * norm.pdf(theta, mu, s) - c * theta * p)""",
        ),
        (
            "by the square of",
            """p, d = norm.sf(theta, mu, s), norm.pdf(theta, mu, s)
    return -(theta - c * theta) * d - 2 * c * (mu * p + s**2 * d - c * theta * p)""",
        ),
        (
            "a factor 2 is missing",
            """p, d = norm.sf(theta, mu, s), norm.pdf(theta, mu, s)
    return -((theta - c * theta) ** 2) * d - c * (mu * p + s**2 * d - c * theta * p)""",
        ),
        (
            "larger than mu",
            """p, d = norm.sf(theta, mu, s), norm.pdf(theta, mu, s)
    return -((theta - c * theta) ** 2) * d - 2 * c * p * (mu - c * theta)""",
        ),
    ],
    "free_slope": [
        (
            "derivative by the columns of length 1",
            """U = W_ / np.linalg.norm(W_, axis=0)
    return (b_ + Y @ U.T - X).T @ Y / len(Y)""",
        ),
        (
            "the part along the column has to go",
            """r = np.linalg.norm(W_, axis=0)
    return (b_ + Y @ (W_ / r).T - X).T @ Y / len(Y) / r""",
        ),
        (
            "a long column turns less",
            """U = W_ / np.linalg.norm(W_, axis=0)
    G = (b_ + Y @ U.T - X).T @ Y / len(Y)
    return np.stack([g - u * (u @ g) for g, u in zip(G.T, U.T)], axis=1)""",
        ),
        (
            "once, not squared",
            """r = np.linalg.norm(W_, axis=0)
    U = W_ / r
    G = (b_ + Y @ U.T - X).T @ Y / len(Y)
    return (G - U * np.sum(U * G, axis=0)) / r / r""",
        ),
        ("not divided by their lengths", "return (Y @ W_.T + b_ - X).T @ Y / len(Y)"),
        (
            "1 / N is missing",
            """r = np.linalg.norm(W_, axis=0)
    U = W_ / r
    G = (b_ + Y @ U.T - X).T @ Y
    return (G - U * np.sum(U * G, axis=0)) / r""",
        ),
        (
            "the sign is wrong",
            """r = np.linalg.norm(W_, axis=0)
    U = W_ / r
    G = (X - b_ - Y @ U.T).T @ Y / len(Y)
    return (G - U * np.sum(U * G, axis=0)) / r""",
        ),
    ],
}

SHORTCUTS = {
    "slope_of_mean": """def moment(t):
        mean = lambda u: (u - c * t) * norm.pdf(u, mu, s)
        return quad(mean, t, max(t, mu) + 12 * s, epsabs=1e-13, limit=200)[0]
    return (moment(theta + 1e-4) - moment(theta - 1e-4)) / 2e-4""",
    "free_slope": """def E(V):
        missed = Y @ (V / np.linalg.norm(V, axis=0)).T + b_ - X
        return np.sum(missed**2) / 2 / len(X)
    return slopes(E, W_)""",
}
