"""Wrong answers to problem set 9."""

WRONG = {
    "grey_cost": [
        (
            "C is still missing",
            """a, b = np.log(X_hat), np.log(1 - X_hat)
    return -(X * a + (1 - X) * b).sum(axis=1)""",
        ),
        (
            "the sign of log C is wrong",
            """C = 2 * np.arctanh(1 - 2 * X_hat) / (1 - 2 * X_hat)
    p = X_hat**X * (1 - X_hat) ** (1 - X) / C
    return -np.log(p).sum(axis=1)""",
        ),
        (
            "but not minus one",
            """C = 2 * np.arctanh(1 - 2 * X_hat) / (1 - 2 * X_hat)
    return np.log(C * X_hat**X * (1 - X_hat) ** (1 - X)).sum(axis=1)""",
        ),
        (
            "a mean over its pixels",
            """C = 2 * np.arctanh(1 - 2 * X_hat) / (1 - 2 * X_hat)
    return -np.log(C * X_hat**X * (1 - X_hat) ** (1 - X)).mean(axis=1)""",
        ),
        (
            "a C of its own",
            """C = 2 * np.arctanh(1 - 2 * X_hat[:, 0]) / (1 - 2 * X_hat[:, 0])
    p = np.prod(X_hat**X * (1 - X_hat) ** (1 - X), axis=1)
    return -np.log(C * p)""",
        ),
        (
            "NumPy reports: ",
            """C = 2 * np.arctanh(1 - 2 * X_hat) / (1 - 2 * X_hat)
    return -np.log(C * X_hat**X * (1 - X_hat) ** (1 - X)).sum(axis=1)""",
        ),
    ],
    "bound_slope": [
        (
            "J is minus the bound",
            """u = Z @ W_.T + b_
    log_p = np.sum(X[:, None] * u - np.logaddexp(0, u), axis=2)
    r = softmax(log_p + log_ratio)
    return np.einsum("nm,nmd,nmk->dk", r, X[:, None] - logistic(u), Z) / len(X)""",
        ),
        (
            "every code counts alike",
            """u = Z @ W_.T + b_
    miss = logistic(u) - X[:, None]
    return np.einsum("nmd,nmk->dk", miss, Z) / (len(X) * Z.shape[1])""",
        ),
        (
            "log_ratio belongs there",
            """u = Z @ W_.T + b_
    r = softmax(np.sum(X[:, None] * u - np.logaddexp(0, u), axis=2))
    return np.einsum("nm,nmd,nmk->dk", r, logistic(u) - X[:, None], Z) / len(X)""",
        ),
        (
            "is missing in the weights",
            """r = softmax(log_ratio)
    miss = logistic(Z @ W_.T + b_) - X[:, None]
    return np.einsum("nm,nmd,nmk->dk", r, miss, Z) / len(X)""",
        ),
        (
            "the gradient of their sum",
            """u = Z @ W_.T + b_
    r = softmax(np.sum(X[:, None] * u - np.logaddexp(0, u), axis=2) + log_ratio)
    return np.einsum("nm,nmd,nmk->dk", r, logistic(u) - X[:, None], Z)""",
        ),
        (
            "no further mean over the codes",
            """u = Z @ W_.T + b_
    r = softmax(np.sum(X[:, None] * u - np.logaddexp(0, u), axis=2) + log_ratio)
    total = np.einsum("nm,nmd,nmk->dk", r, logistic(u) - X[:, None], Z)
    return total / r.size""",
        ),
        (
            "NumPy reports: ",
            """u = Z @ W_.T + b_
    x_hat = logistic(u)
    p = np.prod(np.where(X[:, None] == 1, x_hat, 1 - x_hat), axis=2)
    w = p * np.exp(log_ratio)
    r = w / w.sum(axis=1, keepdims=True)
    return np.einsum("nm,nmd,nmk->dk", r, x_hat - X[:, None], Z) / len(X)""",
        ),
    ],
    "best_means": [
        ("the least-squares code", "return (np.linalg.pinv(W_) @ (X - b_).T).T"),
        (
            "taken off the sample first",
            """A = W_.T @ W_ + s2 * np.eye(W_.shape[1])
    return X @ W_ @ np.linalg.inv(A)""",
        ),
        (
            "as if the columns of W_ were orthogonal",
            """out = np.zeros((len(X), W_.shape[1]))
    for j, w in enumerate(W_.T):
        out[:, j] = (X - b_) @ w / (w @ w + s2)
    return out""",
        ),
        (
            "s2 has to come in",
            """A = W_.T @ W_ + np.eye(W_.shape[1])
    return (X - b_) @ W_ @ np.linalg.inv(A)""",
        ),
        (
            "it is not squared",
            """A = W_.T @ W_ + s2**2 * np.eye(W_.shape[1])
    return (X - b_) @ W_ @ np.linalg.inv(A)""",
        ),
    ],
    "best_variances": [
        (
            "the diagonal of an inverse",
            "return s2 * np.linalg.inv(W_.T @ W_ + s2 * np.eye(W_.shape[1])).diagonal()",
        ),
        ("the prior is missing", "return s2 / np.diag(W_.T @ W_)"),
        ("standard deviations", "return (s2 / (s2 + (W_**2).sum(axis=0))) ** 0.5"),
        ("a precision", "return 1 + (W_**2).sum(axis=0) / s2"),
        ("a column of W_", "return s2 / (s2 + (W_**2).sum(axis=1))"),
    ],
    "gap": [
        (
            "never below the bound",
            """A = np.eye(W_.shape[1]) + W_.T @ W_ / s2
    return 0.5 * np.log(np.linalg.det(A) / np.prod(np.diag(A)))""",
        ),
        (
            "one half before its logarithms",
            """A = np.eye(W_.shape[1]) + W_.T @ W_ / s2
    return np.log(np.prod(np.diag(A)) / np.linalg.det(A))""",
        ),
        ("for orthogonal columns only", "return 0.0"),
        (
            "the variances of the true p(z|x)",
            """A = np.eye(W_.shape[1]) + W_.T @ W_ / s2
    v = np.diag(np.linalg.inv(A))
    trace = np.sum(np.diag(A) * v)
    return 0.5 * (trace - len(v) - np.log(np.prod(v) * np.linalg.det(A)))""",
        ),
        (
            "in bits",
            """A = np.eye(W_.shape[1]) + W_.T @ W_ / s2
    return 0.5 * np.log2(np.prod(np.diag(A)) / np.linalg.det(A))""",
        ),
    ],
    "followed": [
        (
            "keep is the weight of the past",
            """k = np.array([((C - v) ** 2).sum(1).argmin() for v in V])
    n, m, out = (1 - keep) * n, (1 - keep) * m, 1.0 * C
    for j in range(len(C)):
        N, M = n[j] + keep * np.sum(k == j), m[j] + keep * V[k == j].sum(0)
        out[j] = M / N
    return out""",
        ),
        (
            "the running sums are forgotten",
            """k, out = np.array([((C - v) ** 2).sum(1).argmin() for v in V]), 1.0 * C
    for j in set(k):
        out[j] = V[k == j].mean(axis=0)
    return out""",
        ),
        (
            "whatever their counts",
            """k, out = np.array([((C - v) ** 2).sum(1).argmin() for v in V]), 1.0 * C
    for j in set(k):
        out[j] = keep * C[j] + (1 - keep) * V[k == j].mean(axis=0)
    return out""",
        ),
        (
            "not by the size of the batch",
            """k, out = np.array([((C - v) ** 2).sum(1).argmin() for v in V]), keep * m
    for j, v in zip(k, V):
        out[j] += (1 - keep) * v
    return out / len(V)""",
        ),
        (
            "no factor 1 - keep",
            """k = np.array([((C - v) ** 2).sum(1).argmin() for v in V])
    N, M = keep * n, keep * m
    for j, v in zip(k, V):
        N[j] += 1
        M[j] += v
    return M / N[:, None]""",
        ),
        (
            "NumPy reports: ",
            """k = np.array([((C - v) ** 2).sum(1).argmin() for v in V])
    N, M = keep * n, keep * m
    for j, v in zip(k, V):
        N[j] += 1 - keep
        M[j] += (1 - keep) * v
    return M / N[:, None]""",
        ),
    ],
}

SHORTCUTS = {
    "bound_slope": """def J(V):
        u = Z @ V.T + b_
        logs = np.sum(X[:, None] * u - np.logaddexp(0, u), axis=2) + log_ratio
        return -np.mean(np.logaddexp.reduce(logs, axis=1) - np.log(logs.shape[1]))
    return slopes(J, W_)""",
}
