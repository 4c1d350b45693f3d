"""Wrong answers to problem set 1."""

WRONG = {
    "above_floor": [
        (
            "whole cross-entropy",
            "return -np.mean(np.sum(X*np.log(X_hat)+(1-X)*np.log(1-X_hat), 1))",
        ),
        (
            "wrong way round",
            """kl = 0
    for x, y in zip(X, X_hat):
        kl += np.sum(y * np.log(y / x) + (1 - y) * np.log((1 - y) / (1 - x)))
    return kl / len(X)""",
        ),
        (
            "sum over its pixels",
            """p = np.clip(X, 1e-300, 1)
    q = np.clip(1 - X, 1e-300, 1)
    return np.mean(X * np.log(p / X_hat) + (1 - X) * np.log(q / (1 - X_hat)))""",
        ),
        ("term with 1 - x is missing", "return np.sum(X * np.log(X / X_hat)) / X.shape[0]"),
        (
            "0 log 0",
            """kl = X * np.log(X / X_hat) + (1 - X) * np.log((1 - X) / (1 - X_hat))
    return kl.sum(1).mean()""",
        ),
    ],
    "huber_delta": [
        (
            "slope of the unit is missing",
            """y = 1 / (1 + np.exp(-u))
    r = y - x
    return np.where(np.abs(r) <= c, r, c * np.sign(r))""",
        ),
        (
            "delta of the squared error",
            """y = logistic(u)
    return (y - x) * y * (1 - y)""",
        ),
        (
            "cut off the product",
            """y = logistic(u)
    d = (y - x) * y * (1 - y)
    return np.minimum(np.maximum(d, -c), c)""",
        ),
        (
            "sign of r is lost",
            """y = logistic(u)
    r = y - x
    g = r.copy()
    g[abs(r) > c] = c
    return g * y * (1 - y)""",
        ),
        (
            "does not forget it",
            """y = logistic(u)
    r = y - x
    return r * (abs(r) <= c) * y * (1 - y)""",
        ),
    ],
    "gain_gradient": [
        (
            "factor g too many",
            """Y = g * logistic(X @ W.T + b)
    D = logistic(Y @ W_.T + b_) - X
    return np.einsum("nd,dj,nj->j", D, W_, Y) / len(X)""",
        ),
        (
            "classmate's",
            """Y = g * logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    return ((X_hat - X) @ W_ * Y).sum(axis=0)""",
        ),
        (
            "1/N is missing",
            """H = logistic(X @ W.T + b)
    D = logistic(g * H @ W_.T + b_) - X
    return sum((W_.T @ d) * h for d, h in zip(D, H))""",
        ),
        (
            "no slope f' on its way",
            """H = logistic(X @ W.T + b)
    D = logistic((g * H) @ W_.T + b_) - X
    return (D @ W_ * H * (1 - H)).mean(0)""",
        ),
    ],
    "bias_gradient": [
        (
            "output; that is h here",
            """Y = g * logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    return ((X_hat - X) @ W_ * Y * (1 - Y)).mean(axis=0)""",
        ),
        (
            "classmate's",
            """Y = g * logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    return ((X_hat - X) @ W_ * Y * (1 - Y)).sum(axis=0)""",
        ),
        (
            "factor g is missing",
            """H = logistic(X @ W.T + b)
    D = logistic(g * H @ W_.T + b_) - X
    return np.mean((D @ W_) * (H - H**2), axis=0)""",
        ),
        (
            "1/N is missing",
            """H = logistic(X @ W.T + b)
    D = logistic(g * H @ W_.T + b_) - X
    return (D @ (W_ * g) * H * (1 - H)).sum(0)""",
        ),
    ],
    "best_step": [
        ("two parts are equal", "return np.cbrt(6 * eps * np.abs(E / third))"),
        ("Taylor", "return (eps * abs(E) / abs(third) / 2) ** (1 / 3)"),
        ("both values of E are rounded", "return (3 * eps * abs(E) / (2 * abs(third))) ** (1/3)"),
        ("square root", "return 2 * np.sqrt(eps * abs(E / third))"),
        ("the sizes of E", "return np.cbrt(3 * eps * E / third)"),
    ],
    "best_decoder": [
        (
            "N times too weak",
            """my, mx = Y.mean(0), X.mean(0)
    A = (Y - my).T @ (Y - my) + decay * np.eye(Y.shape[1])
    W_ = (np.linalg.inv(A) @ (Y - my).T @ (X - mx)).T
    return np.hstack([W_, (mx - W_ @ my)[:, None]])""",
        ),
        (
            "decay the bias too",
            """Z = np.hstack([Y, np.ones((len(Y), 1))])
    A = Z.T @ Z / len(Y) + decay * np.eye(Z.shape[1])
    return np.linalg.solve(A, Z.T @ X / len(Y)).T""",
        ),
        (
            "best one for b̃ = 0",
            """A = Y.T @ Y / len(Y) + decay * np.eye(Y.shape[1])
    W_ = np.linalg.solve(A, Y.T @ X / len(Y)).T
    return np.c_[W_, (X - Y @ W_.T).mean(axis=0)]""",
        ),
        (
            "twice too strong",
            """my, mx = Y.mean(0), X.mean(0)
    A = np.cov(Y.T, bias=True) + 2 * decay * np.eye(Y.shape[1])
    W_ = np.linalg.solve(A, (Y - my).T @ (X - mx) / len(Y)).T
    return np.c_[W_, mx - W_ @ my]""",
        ),
        (
            "where is λ",
            """my, mx = Y.mean(0), X.mean(0)
    W_ = (np.linalg.pinv(Y - my) @ (X - mx)).T
    return np.c_[W_, mx - W_ @ my]""",
        ),
    ],
}
MEAN_ERROR = """X_hat = logistic((g * logistic(X @ W.T + b)) @ W_.T + b_)
        return -(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat)).sum() / len(X)"""
SHORTCUTS = {
    "above_floor": """way = (np.arange(5_000)[:, None, None] + 0.5) / 5_000
    at = X + way * (X_hat - X)
    slope = (at - X) / (at * (1 - at))
    return (slope.mean(axis=0) * (X_hat - X)).sum(axis=1).mean()""",
    "huber_delta": """def huber(u):
        r = np.abs(logistic(u) - x)
        return np.where(r <= c, r**2 / 2, c * r - c**2 / 2).sum()
    return (4 * slopes(huber, u, 5e-4) - slopes(huber, u, 1e-3)) / 3""",
    "gain_gradient": f"""def error(g):
        {MEAN_ERROR}
    return (4 * slopes(error, g, 5e-4) - slopes(error, g, 1e-3)) / 3""",
    "bias_gradient": f"""def error(b):
        {MEAN_ERROR}
    return (4 * slopes(error, b, 5e-4) - slopes(error, b, 1e-3)) / 3""",
    "best_step": """from scipy.optimize import minimize_scalar
    bound = lambda x: np.exp(2 * x) / 6 * abs(third) + eps * abs(E) / np.exp(x)
    options = {"xatol": 1e-12, "maxiter": 1_000}
    return np.exp(minimize_scalar(bound, bounds=(-20, 0), method="bounded", options=options).x)""",
    "best_decoder": """from scipy.optimize import minimize
    def J(flat):
        V, d = flat[:-X.shape[1]].reshape(X.shape[1], -1), flat[-X.shape[1]:]
        miss = Y @ V.T + d - X
        slope = np.append((miss.T @ Y / len(Y) + decay * V).ravel(), miss.mean(axis=0))
        return (miss**2).sum() / 2 / len(Y) + decay * (V**2).sum() / 2, slope
    start = np.zeros(X.shape[1] * (Y.shape[1] + 1))
    end = minimize(J, start, jac=True, method="L-BFGS-B", options={"gtol": 1e-12}).x
    V, d = end[:-X.shape[1]].reshape(X.shape[1], -1), end[-X.shape[1]:]
    return np.column_stack([V, d])""",
}
