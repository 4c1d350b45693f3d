"""Wrong answers to problem set 3."""

WRONG = {
    "lifetime_from_table": [
        (
            "squared distances from the mean",
            """b = mean**2 / sd**2
    return ((1 - b) / (1 - 1 / N)).mean()""",
        ),
        (
            "the standard deviation is a root",
            """ok = mean > 0
    m, s = mean[ok], sd[ok]
    return ((1 - m**2 / (m**2 + s)) / (1 - 1 / N)).mean()""",
        ),
        (
            "without rescaling it",
            """T = []
    for m, s in zip(mean, sd):
        if m > 0:
            T.append(1 - m * m / (m * m + s * s))
    return sum(T) / len(T)""",
        ),
        (
            "rescaling has N, the number of samples",
            """D = len(mean)
    return np.mean(sd**2 / (mean**2 + sd**2)) / (1 - 1 / D)""",
        ),
        (
            "and not N - 1",
            """squares = ((N - 1) * sd**2 + N * mean**2) / N
    return np.mean((1 - mean**2 / squares) / (1 - 1 / N))""",
        ),
        (
            "0 / 0",
            """b = mean**2 / (mean**2 + sd**2)
    return np.mean(1 - b) * N / (N - 1)""",
        ),
        (
            "not sparse at all",
            """old = np.seterr(all="ignore")
    T = np.nan_to_num((1 - mean**2 / (mean**2 + sd**2)) / (1 - 1 / N))
    np.seterr(**old)
    return T.mean()""",
        ),
        (
            "sparser than is possible",
            """b = mean**2 / (mean**2 + sd**2 + 1e-12)
    return np.mean((1 - b) / (1 - 1 / N))""",
        ),
    ],
    "lost_to_shrinking": [
        (
            "columns of length 1",
            """k = (abs(X @ W_) > beta).sum(axis=1)
    return 0.5 * k * beta**2""",
        ),
        (
            "before the threshold",
            """free = X @ W_ / np.sum(W_**2, axis=0)
    y = np.sign(free) * np.maximum(abs(free) - beta, 0)
    free = np.where(y != 0, free, 0)
    old = 0.5 * np.sum((y @ W_.T - X) ** 2, axis=1)
    new = 0.5 * np.sum((free @ W_.T - X) ** 2, axis=1)
    return old - new""",
        ),
        (
            "not wrong by beta",
            """a = X @ W_
    loss = 0.5 * np.linalg.norm(W_, axis=0) ** 2 * beta**2
    return np.where(np.abs(a) > beta, loss, 0).sum(axis=1)""",
        ),
        (
            "the error has a half",
            """c2 = np.diag(W_.T @ W_)
    a = X @ W_
    y = np.sign(a) * np.maximum(abs(a) - beta, 0) / c2
    free = (y != 0) * a / c2
    return ((y @ W_.T - X) ** 2 - (free @ W_.T - X) ** 2).sum(axis=1)""",
        ),
        (
            "error plus penalty",
            """c2 = (W_**2).sum(axis=0)
    a = X @ W_
    y = np.sign(a) * np.maximum(abs(a) - beta, 0) / c2
    free = (y != 0) * a / c2
    def J(y):
        return 0.5 * ((y @ W_.T - X) ** 2).sum(1) + beta * np.abs(y).sum(1)
    return J(y) - J(free)""",
        ),
        (
            "below -beta are active too",
            """c2 = (W_**2).sum(axis=0)
    y = np.maximum(X @ W_ - beta, 0) / c2
    return (y > 0) @ (beta**2 / c2) / 2""",
        ),
        (
            "beta counts once",
            """on = abs(X @ W_) > beta
    return 0.5 * np.sum(on * beta / np.sum(W_**2, axis=0), axis=1)""",
        ),
        (
            "freed all units",
            """c2 = (W_**2).sum(axis=0)
    a = X @ W_
    y = np.sign(a) * np.maximum(abs(a) - beta, 0) / c2
    def E(y):
        return 0.5 * ((y @ W_.T - X) ** 2).sum(1)
    return E(y) - E(a / c2)""",
        ),
    ],
    "best_of_k": [
        (
            "as TopK does",
            """a = X @ W_
    least = np.sort(a, axis=1)[:, -k, None]
    return np.where(a >= least, a, 0) / (W_**2).sum(axis=0)""",
        ),
        (
            "prefer units with long columns",
            """a = X @ W_
    c2 = (W_**2).sum(axis=0)
    least = np.sort(abs(a), axis=1)[:, -k, None]
    return a / c2 * (abs(a) >= least)""",
        ),
        (
            "with the largest outputs",
            """Y = X @ np.linalg.pinv(W_).T
    for y in Y:
        y[np.argsort(abs(y))[: len(y) - k]] = 0
    return Y""",
        ),
        (
            "divide by the length of the column once",
            """length = np.sqrt((W_**2).sum(axis=0))
    a = X @ (W_ / length)
    least = np.sort(abs(a), axis=1)[:, -k, None]
    return a * (abs(a) >= least)""",
        ),
        (
            "lost the signs",
            """length = np.linalg.norm(W_, axis=0)
    a = np.abs(X @ W_) / length
    least = np.sort(a, axis=1)[:, -k, None]
    return np.where(a >= least, a / length, 0)""",
        ),
        (
            "of all samples together",
            """c2 = (W_**2).sum(axis=0)
    gain = (X @ W_) ** 2 / c2
    least = np.sort(gain.ravel())[-k * len(X)]
    return np.where(gain >= least, X @ W_ / c2, 0)""",
        ),
    ],
    "filter_gradient": [
        (
            "this is your classmate's",
            """Y = np.tanh(X @ W.T + b)
    X_hat = Y @ W_.T + b_
    q = (Y**2).mean(axis=0)
    s = -rho / q + (1 - rho) / (1 - q)
    delta = ((X_hat - X) @ W_ + beta * s) * Y * (1 - Y)
    return delta.T @ X / len(X)""",
        ),
        (
            "not the slope of tanh",
            """Y = np.tanh(X @ W.T + b)
    q = (Y**2).mean(axis=0)
    s = (q - rho) / (q * (1 - q))
    delta = ((Y @ W_.T + b_ - X) @ W_ + 2 * beta * s * Y) * (Y - Y**2)
    return delta.T @ X / len(X)""",
        ),
        (
            "not the same for every sample",
            """Y = np.tanh(X @ W.T + b)
    q = (Y**2).mean(axis=0)
    s = -rho / q + (1 - rho) / (1 - q)
    delta = ((Y @ W_.T + b_ - X) @ W_ + beta * s) * (1 - Y**2)
    return delta.T @ X / len(X)""",
        ),
        (
            "half as strong",
            """Y = np.tanh(X @ W.T + b)
    q = (Y * Y).mean(0)
    s = -rho / q + (1 - rho) / (1 - q)
    back = (Y @ W_.T + b_ - X) @ W_
    grad = np.zeros(W.shape)
    for n in range(len(X)):
        grad += np.outer((back[n] + beta * s * Y[n]) * (1 - Y[n] ** 2), X[n])
    return grad / len(X)""",
        ),
        (
            "divided by N twice",
            """N = X.shape[0]
    Y = np.tanh(X @ W.T + b)
    q = (Y**2).sum(axis=0) / N
    s = -rho / q + (1 - rho) / (1 - q)
    delta = (Y @ W_.T + b_ - X) @ W_ + beta * s * 2 * Y / N
    return (delta * (1 - Y**2)).T @ X / N""",
        ),
        (
            "added after f'",
            """Y = np.tanh(X @ W.T + b)
    q = (Y**2).mean(axis=0)
    s = -rho / q + (1 - rho) / (1 - q)
    delta = (Y @ W_.T + b_ - X) @ W_ * (1 - Y**2)
    return (delta.T @ X + (2 * beta * s * Y).T @ X) / len(X)""",
        ),
    ],
    "ratio_gradient": [
        (
            "1/N is missing",
            """grad = np.zeros(Y.shape)
    for n, y in enumerate(Y):
        l1, l2, D = np.abs(y).sum(), (y**2).sum(), len(y)
        grad[n] = 2 * l1 / (D * l2) * (np.sign(y) - l1 / l2 * y)
    return grad""",
        ),
        (
            "below it depend on y too",
            """N, D = Y.shape
    top = np.abs(Y).mean(axis=1, keepdims=True)
    bottom = (Y**2).mean(axis=1, keepdims=True)
    return 2 * top * np.sign(Y) / D / bottom / N""",
        ),
        (
            "not 1 for every y",
            """N, D = Y.shape
    top = np.abs(Y).mean(axis=1, keepdims=True)
    bottom = (Y**2).mean(axis=1, keepdims=True)
    return (2 * top / D * bottom - top**2 * 2 * Y / D) / bottom**2 / N""",
        ),
        (
            "outputs of both signs cancel",
            """N, D = Y.shape
    top = Y.mean(axis=1, keepdims=True)
    bottom = (Y**2).mean(axis=1, keepdims=True)
    return (2 * top / D * bottom - top**2 * 2 * Y / D) / bottom**2 / N""",
        ),
        (
            "over the samples of each unit",
            """N, D = Y.shape
    top = np.abs(Y).mean(axis=0)
    bottom = (Y**2).mean(axis=0)
    return 2 * top * (np.sign(Y) / bottom - top * Y / bottom**2) / N / D""",
        ),
        (
            "mean of S",
            """N, D = Y.shape
    top = np.abs(Y).mean(axis=1, keepdims=True)
    bottom = (Y**2).mean(axis=1, keepdims=True)
    a = top**2 / bottom
    by_a = 2 * a / D * (np.sign(Y) / top - Y / bottom) / N
    return -by_a / (1 - 1 / D)""",
        ),
    ],
    "doubtful": [
        (
            "compare the last unit that is kept with itself",
            """u = X @ W.T + b
    border = np.sort(u, axis=1)[:, -k]
    out = np.zeros(W.shape)
    for j in range(W.shape[0]):
        for i in range(W.shape[1]):
            if np.any(np.abs(u[:, j] - border) < h * np.abs(X[:, i])):
                out[j, i] = 1
    return out""",
        ),
        (
            "can drop out",
            """u = X @ W.T + b
    border = np.sort(u, axis=1)[:, -k]
    out = np.zeros(W.shape)
    for j, i in np.ndindex(W.shape):
        for n in range(len(X)):
            if u[n, j] < border[n] < u[n, j] + h * abs(X[n, i]):
                out[j, i] = 1
    return out""",
        ),
        (
            "by h times its component",
            """out = np.zeros(W.shape)
    for n in range(len(X)):
        u = W @ X[n] + b
        for j in range(len(W)):
            others = np.sort(np.delete(u, j))
            if k < len(W) and abs(u[j] - others[-k]) < h:
                out[j] = 1
    return out""",
        ),
        (
            "components of x can be negative",
            """out = np.zeros(W.shape)
    for n in range(len(X)):
        u = W @ X[n] + b
        for j in range(len(W)):
            others = np.append(np.sort(np.delete(u, j)), -np.inf)
            others.sort()
            out[j, abs(u[j] - others[-k]) < h * X[n]] = 1
    return out""",
        ),
        (
            "compares the two ends",
            """out = np.zeros(W.shape)
    for n in range(len(X)):
        u = W @ X[n] + b
        for j in range(len(W)):
            border = np.sort(np.append(np.delete(u, j), -np.inf))[-k]
            changes = (u[j] > border) != (u[j] + h * X[n] > border)
            out[j] = np.maximum(out[j], changes)
    return out""",
        ),
        (
            "kinks of rectifiers",
            """u = X @ W.T + b
    return (np.abs(u)[:, :, None] < h * np.abs(X)[:, None, :]).any(axis=0)""",
        ),
        (
            "you count the samples",
            """out = np.zeros(W.shape)
    for n in range(len(X)):
        u = W @ X[n] + b
        for j in range(len(W)):
            others = np.sort(np.delete(u, j))
            if len(others) >= k:
                out[j] += abs(u[j] - others[-k]) < h * abs(X[n])
    return out""",
        ),
    ],
    "best_scales": [
        (
            "left the encoder's decay out",
            """L = np.maximum(X @ W.T + b, 0).mean(axis=0)
    return (decay * (W_**2).sum(axis=0) / (beta * L)) ** (1 / 3)""",
        ),
        (
            "weight decay alone",
            "return np.sqrt(np.linalg.norm(W_, axis=0) / np.linalg.norm(W, axis=1))",
        ),
        (
            "scale the whole network",
            """L = np.maximum(X @ W.T + b, 0).sum(axis=1).mean()
    roots = np.roots([decay * (W**2).sum(), beta * L, 0, 0, -decay * (W_**2).sum()])
    c = max(r.real for r in roots if abs(r.imag) < 1e-9)
    return c * np.ones(len(W))""",
        ),
        (
            "add up the outputs",
            """out = []
    for j in range(len(W)):
        L = np.maximum(X @ W[j] + b[j], 0).sum()
        p = [decay * W[j] @ W[j], beta * L, 0, 0, -decay * W_[:, j] @ W_[:, j]]
        out.append(max(r.real for r in np.roots(p) if abs(r.imag) < 1e-9))
    return np.array(out)""",
        ),
        (
            "you have kept the half",
            """out = []
    for j in range(len(W)):
        L = np.maximum(X @ W[j] + b[j], 0).mean()
        P, Q = W[j] @ W[j], W_[:, j] @ W_[:, j]
        p = [decay / 2 * P, beta * L, 0, 0, -decay / 2 * Q]
        out.append(max(r.real for r in np.roots(p) if abs(r.imag) < 1e-9))
    return np.array(out)""",
        ),
        (
            "it is not decayed",
            """out = []
    for j in range(len(W)):
        L = np.maximum(X @ W[j] + b[j], 0).mean()
        P, Q = W[j] @ W[j] + b[j] ** 2, W_[:, j] @ W_[:, j]
        p = [decay * P, beta * L, 0, 0, -decay * Q]
        out.append(max(r.real for r in np.roots(p) if abs(r.imag) < 1e-9))
    return np.array(out)""",
        ),
        (
            "not gone through the rectifier",
            """out = []
    for j in range(len(W)):
        L = np.abs(X @ W[j] + b[j]).mean()
        P, Q = W[j] @ W[j], W_[:, j] @ W_[:, j]
        p = [decay * P, beta * L, 0, 0, -decay * Q]
        out.append(max(r.real for r in np.roots(p) if abs(r.imag) < 1e-9))
    return np.array(out)""",
        ),
    ],
    "feature_length": [
        ("asked is the length", "return filter_length**2 + beta * L / decay"),
        ("balance of the weight decay alone", "return filter_length"),
        (
            "in yours it is shorter",
            "return np.sqrt(np.abs(filter_length**2 - beta * L / decay))",
        ),
        ("factor 2", "return (filter_length**2 + 2 * L * beta / decay) ** 0.5"),
        ("counts half", "return (filter_length**2 + L * beta / (2 * decay)) ** 0.5"),
        ("changed places", "return np.sqrt(filter_length**2 + L * decay / beta)"),
    ],
}
SHORTCUTS = {
    "lost_to_shrinking": """found = []
    for x in X:
        y, rate = np.zeros(W_.shape[1]), 1 / np.linalg.norm(W_, 2) ** 2
        for _ in range(3_000):
            y = y - rate * W_.T @ (W_ @ y - x)
            y = np.sign(y) * np.maximum(np.abs(y) - rate * beta, 0)
        free = W_[:, y != 0]
        rest = x - free @ np.linalg.lstsq(free, x, rcond=None)[0]
        found.append((((W_ @ y - x) ** 2).sum() - (rest**2).sum()) / 2)
    return np.array(found)""",
    "best_of_k": """from itertools import combinations
    codes = []
    for x in X:
        least, best = np.inf, None
        for units in map(list, combinations(range(W_.shape[1]), k)):
            y = np.zeros(W_.shape[1])
            y[units] = np.linalg.lstsq(W_[:, units], x, rcond=None)[0]
            error = ((W_ @ y - x) ** 2).sum()
            if error < least:
                least, best = error, y
        codes.append(best)
    return np.array(codes)""",
    "filter_gradient": """def J(W):
        Y = np.tanh(X @ W.T + b)
        E = 0.5 * ((Y @ W_.T + b_ - X) ** 2).sum() / len(X)
        return E + beta * kl_divergence(rho, (Y**2).mean(axis=0)).sum()
    return slopes(J, W)""",
    "ratio_gradient": """def A(Y):
        return (np.abs(Y).mean(axis=1) ** 2 / (Y**2).mean(axis=1)).mean()
    return slopes(A, Y)""",
    "doubtful": """def kept(W):
        u = X @ W.T + b
        return u >= np.sort(u, axis=1)[:, -k, None]
    found = np.zeros(W.shape)
    for place in np.ndindex(W.shape):
        up, down = W.copy(), W.copy()
        up[place] += h
        down[place] -= h
        found[place] = (kept(up) != kept(down)).any()
    return found""",
    "best_scales": """def J(c):
        V, V_ = W * c[:, None], W_ / c
        y = np.maximum(X @ V.T + b * c, 0)
        E = 0.5 * ((y @ V_.T - X) ** 2).sum() / len(X)
        return E + decay / 2 * ((V**2).sum() + (V_**2).sum()) + beta * y.sum() / len(X)
    best = np.ones(len(W))
    for j, unit in enumerate(np.eye(len(W))):
        low, high = -10.0, 10.0
        for _ in range(60):
            t = (low + high) / 2
            rises = J(np.exp((t + 1e-3) * unit)) > J(np.exp((t - 1e-3) * unit))
            low, high = (low, t) if rises else (t, high)
        best[j] = np.exp(t)
    return best""",
}
