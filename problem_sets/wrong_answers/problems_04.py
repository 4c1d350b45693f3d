"""Wrong answers to problem set 4."""

WRONG = {
    "our_settings": [
        (
            "N has no part",
            """c1, c2 = 1 / D, 1 / (2 * N)
    r = c2 / c1
    return np.array([2 * r * decay, r * beta, rate * (1 - mu) / r])""",
        ),
        (
            "averages over the D inputs",
            "return [decay / B, beta / (2 * B), (1 - mu) * rate * 2 * B]",
        ),
        (
            "factor 1/2 in front of it",
            """r = D / B / 2
    return r * decay, r * beta, (rate - mu * rate) / r""",
        ),
        (
            "neither half",
            """r = D / B
    return np.array([r * decay, r * beta, rate / r * (1 - mu)])""",
        ),
        (
            "takes it in whole",
            """from ae_course import BOOK, Convention, convert
    theirs = Convention(mean=False, half=False, decay_half=False)
    w = convert({"weight_decay": decay, "kl_sparsity": beta, "rate": rate}, theirs, BOOK, B)
    return np.array([w["weight_decay"] * D, w["kl_sparsity"] * D, w["rate"] / D])""",
        ),
        (
            "wrong side",
            """r = D / (2 * B)
    return np.array([D * decay / B, r * beta, rate / r / (1 - mu)])""",
        ),
    ],
    "two_rates": [
        (
            "best single rate, twice",
            """eps = 2 / (flattest + steepest)
    return np.array([eps, eps])""",
        ),
        ("no eigenvalues but the two at the ends", "return 1 / steepest, 1 / flattest"),
        (
            "best for one half",
            """m = (flattest + steepest) / 2
    return np.array([2 / (m + steepest), 2 / (flattest + m)])""",
        ),
        (
            "smaller rate first",
            """m, h = (flattest + steepest) / 2, (steepest - flattest) / 2
    x = m + h * np.cos(np.pi * np.array([3, 1]) / 4)
    return 1 / x""",
        ),
        (
            "geometric mean",
            """g = np.sqrt(flattest * steepest)
    # 1 - a d + b d^2 equal at the ends, and the negative of it at g
    a_over_b = flattest + steepest
    b = -2 / ((flattest**2 + g**2) - a_over_b * (flattest + g))
    a = a_over_b * b
    return np.sort(np.roots([1, -a, b]))""",
        ),
        (
            "one over them",
            """m, h = (flattest + steepest) / 2, (steepest - flattest) / 2
    return np.array([m - h * np.sqrt(0.5), m + h * np.sqrt(0.5)])""",
        ),
    ],
    "rare_move": [
        (
            "step at the gradient alone",
            """m = (1 - beta1) / (1 - beta1 ** k)
    v = (1 - beta2) / (1 - beta2 ** k)
    return m / v ** 0.5""",
        ),
        (
            "does not stand still",
            "return np.sqrt((1 - beta2**k) / (1 - beta2))",
        ),
        ("quotient of averages", "return k * (1 / k) / np.sqrt(1 / k)"),
        (
            "latest gradient only",
            """total = 0
    for j in range(k):
        total += (1 - beta1) * beta1**j / np.sqrt((1 - beta2) * beta2**j)
    return total""",
        ),
        (
            "first k steps of all",
            """adam, w = Adam(1.0, beta1, beta2, epsilon=1e-15), np.zeros(1)
    state = adam.init(w)
    for j in range(k):
        adam.update(w, np.ones(1) * (j == 0), state)
    return -w[0]""",
        ),
        (
            "0/0",
            """m, v = (1 - beta1) / (1 - beta1**k), (1 - beta2) / (1 - beta2**k)
    q = beta1 / np.sqrt(beta2)
    return m / np.sqrt(v) * (1 - q**k) / (1 - q)""",
        ),
    ],
    "weighted_rule": [
        (
            "classmate's gradient",
            """N = len(X)
    Y = logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    rho_hat = Y.mean(axis=0)
    s = -rho / rho_hat + (1 - rho) / (1 - rho_hat)
    out = N * p[:, None] * (X_hat - X)
    delta = (out @ W_ + beta * s) * Y * (1 - Y)
    return delta.T @ X / N""",
        ),
        (
            "same share 1/N",
            """Y = logistic(X @ W.T + b)
    rho_hat = (p[:, None] * Y).sum(axis=0)
    s = (rho_hat - rho) / (rho_hat * (1 - rho_hat))
    out = p[:, None] * (logistic(Y @ W_.T + b_) - X)
    return ((out @ W_ + beta / len(X) * s) * Y * (1 - Y)).T @ X""",
        ),
        (
            "plain mean of the activations",
            """Y = logistic(X @ W.T + b)
    rho_hat = Y.sum(axis=0) / len(Y)
    s = (rho_hat - rho) / (rho_hat * (1 - rho_hat))
    by_W = 0
    for x, y, weight in zip(X, Y, p):
        d = (W_.T @ (logistic(W_ @ y + b_) - x) + beta * s) * y * (1 - y)
        by_W = by_W + weight * np.outer(d, x)
    return by_W""",
        ),
        (
            "division by N too many",
            """Y = logistic(X @ W.T + b)
    rho_hat = np.average(Y, axis=0, weights=p)
    s = -rho / rho_hat + (1 - rho) / (1 - rho_hat)
    delta = ((logistic(Y @ W_.T + b_) - X) @ W_ + beta * s) * Y * (1 - Y)
    return np.einsum("n,nj,nd->jd", p, delta, X) / len(X)""",
        ),
        (
            "bracket closes too early",
            """Y = logistic(X @ W.T + b)
    rho_hat = p @ Y
    s = -rho / rho_hat + (1 - rho) / (1 - rho_hat)
    delta = (logistic(Y @ W_.T + b_) - X) @ W_ * (Y * (1 - Y)) + beta * s
    return delta.T @ (p[:, None] * X)""",
        ),
    ],
    "sample_costs": [
        (
            "error alone",
            """X_hat = logistic(logistic(X @ W.T + b) @ W_.T + b_)
    return np.sum(-X * np.log(X_hat) - (1 - X) * np.log(1 - X_hat), 1)""",
        ),
        (
            "not shared out",
            """Y = logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    q = p @ Y
    KL = rho * np.log(rho) - rho * np.log(q) + (1 - rho) * (np.log(1 - rho) - np.log(1 - q))
    return -(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat)).sum(1) + beta * KL.sum()""",
        ),
        (
            "pays the same",
            """Y = logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    q = p @ Y
    s = (q - rho) / q / (1 - q)
    return -(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat)).sum(1) + beta * s.sum()""",
        ),
        (
            "f' too many",
            """Y = logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    q = p @ Y
    s = (q - rho) / q / (1 - q)
    e = -(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat)).sum(1)
    return e + (beta * s * Y * (1 - Y)).sum(axis=1)""",
        ),
        (
            "plain mean",
            """Y = logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    q = Y.mean(axis=0)
    s = (q - rho) / q / (1 - q)
    return -(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat)).sum(1) + beta * (Y * s).sum(1)""",
        ),
    ],
    "accumulated_gradient": [
        (
            "correction cancels",
            """M, B = batches.shape[:2]
    r, dr, grad = past, np.zeros_like(W), np.zeros_like(W)
    for i, X in enumerate(batches, 1):
        Y = logistic(X @ W.T + b)
        r = alpha * r + (1 - alpha) * Y.mean(0)
        dr = alpha * dr + (1 - alpha) * (Y * (1 - Y)).T @ X / B
        q = r / (1 - alpha ** (t + i))
        grad += ((1 - rho) / (1 - q) - rho / q)[:, None] * dr
    return grad / M""",
        ),
        (
            "usual rule",
            """grad, r = 0, past
    for i, X in enumerate(batches):
        Y = logistic(X @ W.T + b)
        r = alpha * r + (1 - alpha) * Y.mean(axis=0)
        q = r / (1 - alpha ** (t + i + 1))
        s = -rho / q + (1 - rho) / (1 - q)
        grad = grad + (s * Y * (1 - Y)).T @ X / len(X)
    return grad / len(batches)""",
        ),
        (
            "estimate before it for a number",
            """grad, r = 0, past
    for i, X in enumerate(batches):
        Y = logistic(X @ W.T + b)
        r = alpha * r + (1 - alpha) * Y.mean(axis=0)
        c = 1 - alpha ** (t + i + 1)
        s = -rho / (r / c) + (1 - rho) / (1 - r / c)
        grad = grad + (1 - alpha) / c * (s * Y * (1 - Y)).T @ X / len(X)
    return grad / len(batches)""",
        ),
        (
            "yours is their sum",
            """r, dr, grad = past, 0, 0
    for i, X in enumerate(batches, 1):
        Y = logistic(X @ W.T + b)
        c = 1 - alpha ** (t + i)
        r = alpha * r + (1 - alpha) * Y.mean(0)
        dr = alpha * dr + (1 - alpha) * (Y - Y**2).T @ X / len(X)
        grad = grad + (-rho * c / r + (1 - rho) / (1 - r / c))[:, None] * dr / c
    return grad""",
        ),
        (
            "last estimate's penalty alone",
            """r, dr = past, 0
    for X in batches:
        Y = logistic(X @ W.T + b)
        r = alpha * r + (1 - alpha) * Y.mean(0)
        dr = alpha * dr + (1 - alpha) * (Y - Y**2).T @ X / len(X)
    c = 1 - alpha ** (t + len(batches))
    s = -rho / (r / c) + (1 - rho) / (1 - r / c)
    return s[:, None] * dr / c""",
        ),
        (
            "counts the batches of this step only",
            """r, dr, grad = past, 0, 0
    for i, X in enumerate(batches, 1):
        Y = logistic(X @ W.T + b)
        c = 1 - alpha**i
        r = alpha * r + (1 - alpha) * Y.mean(0)
        dr = alpha * dr + (1 - alpha) * (Y - Y**2).T @ X / len(X)
        grad = grad + (-rho * c / r + (1 - rho) / (1 - r / c))[:, None] * dr / c
    return grad / len(batches)""",
        ),
        (
            "begins anew",
            """grad = np.zeros_like(W)
    for i, X in enumerate(batches, 1):
        Y = logistic(X @ W.T + b)
        c = 1 - alpha ** (t + 1)
        q = (alpha * past + (1 - alpha) * Y.mean(0)) / c
        s = -rho / q + (1 - rho) / (1 - q)
        grad += (1 - alpha) / c * (s * Y * (1 - Y)).T @ X / len(X) / len(batches)
    return grad""",
        ),
        (
            "one large batch",
            """X = np.concatenate(batches)
    Y = logistic(X @ W.T + b)
    c = 1 - alpha ** (t + 1)
    q = (alpha * past + (1 - alpha) * Y.mean(0)) / c
    s = -rho / q + (1 - rho) / (1 - q)
    return (1 - alpha) / c * (s * Y * (1 - Y)).T @ X / len(X)""",
        ),
    ],
}

SHORTCUTS = {
    "two_rates": """from scipy.optimize import minimize as least
    d = np.linspace(flattest, steepest, 2001)
    def worst(rates):
        return np.abs((1 - rates[0] * d) * (1 - rates[1] * d)).max()
    start = [1.2 / steepest, 3 / (flattest + steepest)]
    return np.sort(least(worst, start, method="Nelder-Mead", options={"xatol": 1e-8}).x)""",
    "rare_move": """adam, w, path = Adam(1.0, beta1, beta2, epsilon=1e-12), np.zeros(1), []
    state = adam.init(w)
    for step in range(200 * k + 1):
        path.append(w[0])
        adam.update(w, np.array([float(step % k == 0)]), state)
    return path[-1 - k] - path[-1]""",
    "weighted_rule": """def J(W):
        Y = logistic(X @ W.T + b)
        X_hat = logistic(Y @ W_.T + b_)
        e = -np.sum(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat), axis=1)
        r = p @ Y
        return p @ e + beta * np.sum(-rho * np.log(r) - (1 - rho) * np.log(1 - r))
    return (4 * slopes(J, W, 5e-4) - slopes(J, W, 1e-3)) / 3""",
    "sample_costs": """Y = logistic(X @ W.T + b)
    X_hat = logistic(Y @ W_.T + b_)
    e = -np.sum(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat), axis=1)
    def J(p):
        r = p @ Y
        return p @ e + beta * np.sum(-rho * np.log(r) - (1 - rho) * np.log(1 - r))
    return (4 * slopes(J, p, 5e-4) - slopes(J, p, 1e-3)) / 3""",
    "accumulated_gradient": """def P(W):
        r, total = past, 0.0
        for i, X in enumerate(batches, 1):
            r = alpha * r + (1 - alpha) * logistic(X @ W.T + b).mean(axis=0)
            q = r / (1 - alpha ** (t + i))
            total += np.sum(-rho * np.log(q) - (1 - rho) * np.log(1 - q))
        return total / len(batches)
    return (4 * slopes(P, W, 5e-4) - slopes(P, W, 1e-3)) / 3""",
}
