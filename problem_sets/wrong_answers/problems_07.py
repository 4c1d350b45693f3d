"""Wrong answers to problem set 7."""

WRONG = {
    "grainy_score": [
        (
            "points downhill",
            """P = np.linalg.inv(Sigma)
    return np.array([P @ (a - r) for a, r in zip(noisy, restored)])""",
        ),
        ("multiply by the noise's covariance", "return np.dot(restored - noisy, Sigma.T)"),
        (
            "one variance for all",
            """sigma2 = np.mean(np.diag(Sigma))
    return (restored - noisy) / sigma2""",
        ),
        (
            "standard deviations",
            """sigma = np.diag(Sigma) ** 0.5
    return (restored - noisy) / sigma[None, :]""",
        ),
        (
            "the diagonal of Σ is not enough",
            """out = np.zeros_like(noisy)
    for i in range(noisy.shape[1]):
        out[:, i] = (restored[:, i] - noisy[:, i]) / Sigma[i, i]
    return out""",
        ),
        (
            "only half",
            """L = np.linalg.cholesky(Sigma)
    return (restored - noisy) @ np.linalg.inv(L).T""",
        ),
    ],
    "best_guess": [
        (
            "How often does it come out changed",
            """out = []
    for t in noisy:
        p = np.array([c * np.prod(np.where(t == x, 1 - q, q)) for x, c in zip(pictures, chances)])
        out.append(p @ pictures / p.sum())
    return np.array(out)""",
        ),
        (
            "in two ways",
            """h = np.abs(noisy[:, None, :] - pictures[None]).sum(-1)
    D = noisy.shape[1]
    p = chances * (q / 2) ** h * (1 - q) ** (D - h)
    p = p / p.sum(1)[:, None]
    return p @ pictures""",
        ),
        (
            "more frequent than others",
            """h = (noisy[:, None] != pictures).sum(-1)
    a = -h * np.log((2 - q) / q)
    p = np.exp(a - a.max(1, keepdims=True))
    return p @ pictures / p.sum(1, keepdims=True)""",
        ),
        (
            "most probable picture",
            """h = (noisy[:, None] != pictures).sum(-1)
    score = np.log(chances) - h * np.log((2 - q) / q)
    return np.array([pictures[i] for i in np.argmax(score, axis=1)])""",
        ),
        (
            "each pixel by itself",
            """m = np.average(pictures, axis=0, weights=chances)
    on = m * (1 - q / 2) / (m * (1 - q / 2) + (1 - m) * q / 2)
    off = m * q / 2 / (m * q / 2 + (1 - m) * (1 - q / 2))
    return noisy * on + (1 - noisy) * off""",
        ),
        (
            "do not add up to 1",
            """h = (noisy[:, None] != pictures).sum(-1)
    like = (q / 2) ** h * (1 - q / 2) ** (noisy.shape[1] - h)
    return (like * chances) @ pictures""",
        ),
        (
            "way round such products",
            """result = []
    for t in noisy:
        p = chances * np.where(pictures == t, 1 - q / 2, q / 2).prod(axis=1)
        result.append((p[:, None] * pictures).sum(axis=0) / p.sum())
    return np.array(result)""",
        ),
    ],
    "shared_bias_gradient": [
        (
            "acts along that way too",
            """Y = top_k(k)((X - b_) @ W.T + b)
    return np.mean(Y @ W_.T + b_ - X, axis=0)""",
        ),
        (
            "wrong sign",
            """U = (X - b_) @ W.T + b
    Y = top_k(k)(U)
    d = Y @ W_.T + b_ - X
    return (d + ((d @ W_) * (Y != 0)) @ W).mean(0)""",
        ),
        (
            "TopK is not linear",
            """d = top_k(k)((X - b_) @ W.T + b) @ W_.T + b_ - X
    return np.mean(d @ (np.eye(X.shape[1]) - W_ @ W), axis=0)""",
        ),
        (
            "not a rectifier",
            """Y = top_k(k)((X - b_) @ W.T + b)
    d = Y @ W_.T + b_ - X
    g = d @ W_
    g[Y <= 0] = 0
    return (d - g @ W).mean(axis=0)""",
        ),
        (
            "mean over the samples",
            """total = 0
    for x in X:
        u = W @ (x - b_) + b
        y = np.where(u >= np.sort(u)[-k], u, 0)
        d = W_ @ y + b_ - x
        total = total + d - W.T @ ((y != 0) * (W_.T @ d))
    return total""",
        ),
    ],
    "filter_gradient": [
        (
            "this is your classmate's",
            """Y = top_k(k)((X - b_) @ W.T + b)
    delta = Y @ W_.T + b_ - X
    return np.einsum("nd,dj,ni->ji", delta, W_, X) / len(X)""",
        ),
        (
            "units that did not pass",
            """Y = top_k(k)((X - b_) @ W.T + b)
    delta = Y @ W_.T + b_ - X
    return W_.T @ delta.T @ (X - b_) / X.shape[0]""",
        ),
        (
            "what a filter is multiplied with there",
            """Y = top_k(k)((X - b_) @ W.T + b)
    delta = Y @ W_.T + b_ - X
    return ((delta @ W_) * (Y != 0)).T @ X / len(X)""",
        ),
        (
            "not a rectifier",
            """Y = top_k(k)((X - b_) @ W.T + b)
    delta = Y @ W_.T + b_ - X
    back = np.where(Y > 0, delta @ W_, 0)
    return back.T @ (X - b_) / len(X)""",
        ),
        (
            "multiplied by its output",
            """Y = top_k(k)((X - b_) @ W.T + b)
    delta = Y @ W_.T + b_ - X
    return ((delta @ W_) * Y).T @ (X - b_) / len(X)""",
        ),
    ],
    "noise_penalty": [
        (
            "contractive penalty",
            """Y = np.tanh(X @ W.T + b)
    return np.mean((1 - Y**2) ** 2 @ np.sum(W**2, axis=1))""",
        ),
        (
            "each unit by itself",
            """Y = np.tanh(X @ W.T + b)
    return np.mean(((1 - Y**2) * np.sum(W**2, axis=1)) ** 2 @ np.ones(len(W)))""",
        ),
        (
            "logistic unit",
            """total = 0.0
    for x in X:
        y = np.tanh(W @ x + b)
        total += np.linalg.norm(W.T @ np.diag(y * (1 - y)) @ W) ** 2
    return total / len(X)""",
        ),
        (
            "yours is their sum",
            """A = 1 - np.tanh(X @ W.T + b) ** 2
    G = np.einsum("jd,nj,je->nde", W, A, W)
    return (G**2).sum()""",
        ),
        (
            "squared in P",
            """A = 1 - np.tanh(X @ W.T + b) ** 2
    return np.mean([np.linalg.norm(W.T @ np.diag(a) @ W) for a in A])""",
        ),
        (
            "largest singular value",
            """A = 1 - np.tanh(X @ W.T + b) ** 2
    G = np.einsum("jd,nj,je->nde", W, A, W)
    return np.mean(np.linalg.svd(G, compute_uv=False)[:, 0] ** 2)""",
        ),
    ],
    "noise_penalty_gradient": [
        (
            "that way is missing",
            """total = np.zeros_like(W)
    for x in X:
        D = np.diag(1 - np.tanh(W @ x + b) ** 2)
        total += 4 * D @ W @ W.T @ D @ W
    return total / len(X)""",
        ),
        (
            "in the Jacobian itself",
            """total = np.zeros_like(W)
    for x in X:
        y = np.tanh(W @ x + b)
        a = 1 - y**2
        total += np.outer(2 * ((W @ W.T) ** 2 @ a) * (-2 * y * a), x)
    return total / len(X)""",
        ),
        (
            "count one of them",
            """total = np.zeros_like(W)
    for x in X:
        y = np.tanh(W @ x + b)
        a = 1 - y**2
        G = W.T @ np.diag(a) @ W
        total += 2 * np.diag(a) @ W @ G
        total += np.outer(2 * np.diag(W @ G @ W.T) * (-2 * y * a), x)
    return total / len(X)""",
        ),
        (
            "not yet -2 y",
            """total = np.zeros_like(W)
    for x in X:
        y = np.tanh(W @ x + b)
        a = 1 - y**2
        G = W.T @ np.diag(a) @ W
        total += 4 * np.diag(a) @ W @ G
        total += np.outer(2 * np.diag(W @ G @ W.T) * (-2 * y), x)
    return total / len(X)""",
        ),
        (
            "occurs twice",
            """total = np.zeros_like(W)
    for x in X:
        y = np.tanh(W @ x + b)
        a = 1 - y**2
        G = W.T @ np.diag(a) @ W
        total += 4 * np.diag(a) @ W @ G
        total += np.outer(np.diag(W @ G @ W.T) * (-2 * y * a), x)
    return total / len(X)""",
        ),
        (
            "encoder alone",
            """Y = np.tanh(X @ W.T + b)
    A = 1 - Y**2
    s = np.sum(W**2, axis=1)
    return ((-4 * Y * A**2 * s).T @ X + 2 * np.sum(A**2, axis=0)[:, None] * W) / len(X)""",
        ),
    ],
    "best_unit": [
        (
            "β = 1 only",
            """if d <= 1:
        return np.array([0.0, 0.0, 1.0])
    a = np.sqrt(d - 1)
    return np.array([a, a / (a**2 + 1), 1 / (a**2 + 1)])""",
        ),
        (
            "standard deviation",
            """a = np.sqrt(max(d - beta, 0))
    return np.array([a, a / (a**2 + beta), np.sqrt(beta / (a**2 + beta))])""",
        ),
        (
            "undoes what the decoder does",
            """a = np.sqrt(max(d - beta, 1e-300))
    return np.array([a, 1 / a, beta / (beta + a**2)])""",
        ),
        (
            "factor 2 between",
            """b = beta / 2
    a = np.sqrt(max(d - b, 0))
    return np.array([a, a / (a**2 + b), b / (a**2 + b)])""",
        ),
        (
            "variance 1 by itself",
            """a = np.sqrt(d)
    return np.array([a, 1 / a, beta / (a**2 + beta)])""",
        ),
        (
            "root of a negative number",
            """a = np.sqrt(d - beta)
    return np.array([a, a / d, beta / d])""",
        ),
        (
            "gives back the prior",
            """if d < beta:
        return np.zeros(3)
    return np.array([np.sqrt(d - beta), np.sqrt(d - beta) / d, beta / d])""",
        ),
    ],
    "least_objective": [
        ("what PCA leaves over", "return sum(sorted(np.linalg.eigvalsh(Phi))[::-1][k:]) / 2"),
        (
            "put out as zero",
            """d = sorted(np.linalg.eigvalsh(Phi), reverse=True)[:k]
    return sum(beta / 2 * (1 + np.log(x / beta)) if x > beta else x / 2 for x in d)""",
        ),
        (
            "only k units",
            """d = np.linalg.eigvalsh(Phi)
    return sum(beta / 2 * (1 + np.log(x / beta)) if x > beta else x / 2 for x in d)""",
        ),
        (
            "all k units at work",
            """d = np.linalg.svd(Phi, compute_uv=False)
    return (np.sum(beta + beta * np.log(d[:k] / beta)) + d[k:].sum()) / 2""",
        ),
        (
            "logarithm of zero",
            """d = np.linalg.eigvalsh(Phi).clip(0)[::-1]
    with_unit = beta + beta * np.log(d / beta)
    return np.where((d > beta) & (np.arange(len(d)) < k), with_unit, d).sum() / 2""",
        ),
        (
            "twice the right one",
            """d = np.linalg.eigvalsh(Phi)[::-1]
    total = 0
    for i, x in enumerate(d):
        total += beta * (1 + np.log(x / beta)) if i < k and x > beta else x
    return total""",
        ),
    ],
}

DOWNHILL = """net = VariationalAutoencoder.folded(X.shape[1], k, output=identity)
    J = negative_elbo(squared_error, beta)
    rows = np.array([[*x, *signs] for x in X for signs in product((-1.0, 1.0), repeat=k)])
    start = net.init(np.random.default_rng(1))
    def both(w):
        value, slope = J.value_and_gradient(net, start.like(w), rows)
        return value, slope.vector
    end = minimize(both, start.vector, jac=True, method="BFGS", options={"gtol": 1e-9})"""

SHORTCUTS = {
    "shared_bias_gradient": """def E(b_):
        X_hat = top_k(k)((X - b_) @ W.T + b) @ W_.T + b_
        return 0.5 * np.sum((X_hat - X) ** 2) / len(X)
    return slopes(E, b_)""",
    "filter_gradient": """def E(W):
        X_hat = top_k(k)((X - b_) @ W.T + b) @ W_.T + b_
        return 0.5 * np.sum((X_hat - X) ** 2) / len(X)
    return slopes(E, W)""",
    "noise_penalty_gradient": """def P(W):
        steps = X[:, None] + 1e-20j * np.eye(X.shape[1])
        return np.sum(((np.tanh(steps @ W.T + b) @ W).imag / 1e-20) ** 2) / len(X)
    return slopes(P, W)""",
    "best_unit": f"""X, k = np.sqrt(d) * np.array([[-1.0], [1.0]]), 1
    {DOWNHILL}
    found = start.like(end.x)
    a, m = found["W2"][0, 0], found["W1"][0, 0]
    return np.array([abs(a), m * np.sign(a), np.exp(found["b1"][1])])""",
    "least_objective": f"""if len(Phi) > 9:
        return 0.0  # it would take too long, and too much memory
    values, axes = np.linalg.eigh(Phi)
    X = (axes * np.sqrt(np.maximum(values, 0) * len(Phi))).T
    X = np.vstack([X, -X])
    {DOWNHILL}
    return end.fun""",
}
