"""Wrong answers to problem set 2."""

WRONG = {
    "least_error": [
        (
            "error with both biases",
            """d = np.linalg.eigvalsh(Phi)[::-1]
    return d[k:].sum() / 2""",
        ),
        (
            "may turn towards it",
            """d = np.linalg.svd(Phi, compute_uv=False)
    E = 0.5 * np.sum(d[k:])
    if not bias and not bias_:
        E += 0.5 * np.linalg.norm(mean) ** 2
    return E""",
        ),
        (
            "keep the plane of PCA",
            """d, U = np.linalg.eigh(Phi)
    U_k = U[:, ::-1][:, :k]
    E = 0.5 * (np.trace(Phi) - np.trace(U_k.T @ Phi @ U_k))
    c = mean - U_k @ (U_k.T @ mean)
    return E if bias or bias_ else E + 0.5 * np.sum(c**2)""",
        ),
        (
            "the encoder's bias can do what",
            """S = Phi if (bias or bias_) else Phi + mean[:, None] * mean
    return 0.5 * (np.trace(S) - np.sort(np.linalg.eigvalsh(S))[-k:].sum())""",
        ),
        (
            "cannot do without the encoder's",
            """S = Phi.copy()
    if not (bias and bias_):
        S += np.outer(mean, mean)
    return 0.5 * np.sort(np.linalg.eigvals(S))[::-1][k:].sum()""",
        ),
        (
            "look at their order",
            """S = Phi + (1 - bias_) * np.outer(mean, mean)
    d, U = np.linalg.eigh(S)
    return 0.5 * d[k:].sum()""",
        ),
        (
            "E has a half",
            """S = Phi + (1 - bias_) * np.outer(mean, mean)
    return np.linalg.eigvalsh(S)[::-1][k:].sum()""",
        ),
    ],
    "ways_down": [
        (
            "idle units are missing",
            """from ae_course.linear import saddle_index
    from ae_course.pca import principal_axes
    d, U = principal_axes(Phi)
    M = W_ @ W
    kept = [i for i in range(len(d)) if U[:, i] @ M @ U[:, i] > 0.5]
    return saddle_index(d, kept, max(1, len(kept)))""",
        ),
        (
            "unit for the component",
            """from ae_course.linear import saddle_index
    from ae_course.pca import principal_axes
    d, U = principal_axes(Phi)
    kept = set()
    for j in range(len(W)):
        w = W_[:, j] / np.linalg.norm(W_[:, j])
        kept.add(int(np.argmax(np.abs(w @ U))))
    return saddle_index(d, sorted(kept), len(W))""",
        ),
        (
            "*more* variance",
            """d, U = np.linalg.eigh(Phi)
    c = np.sum((U.T @ W_ @ W) ** 2, axis=1)
    K = [i for i in range(len(d)) if c[i] > 0.5]
    out = [i for i in range(len(d)) if i not in K]
    pairs = [(j, m) for j in K for m in out if m < j]
    return len(pairs) + (len(W) - len(K)) * len(out)""",
        ),
        (
            "let it turn to all D",
            """d, U = np.linalg.eigh(Phi)
    r = np.linalg.matrix_rank(W_, tol=1e-6)
    K = np.linalg.norm(U.T @ W_, axis=1) > 1e-6
    n = (len(W) - r) * W.shape[1]
    for j in d[K]:
        n += np.sum(d[~K] > j)
    return n""",
        ),
        (
            "keeps already",
            """d, U = np.linalg.eigh(Phi)
    d, U = d[::-1], U[:, ::-1]
    r = int(round(np.trace(W_ @ W)))
    n = (len(W) - r) * (len(d) - r)
    for j in range(len(d)):
        if U[:, j] @ W_ @ W @ U[:, j] > 0.5:
            n += j
    return n""",
        ),
        (
            "with more variance",
            "return len(W) * (len(Phi) - np.linalg.matrix_rank(W_ @ W))",
        ),
    ],
    "total_variance": [
        ("what does each contribute", "return (distances**2).sum() / len(distances) ** 2"),
        ("square the distances", "return distances.mean() / 2"),
        (
            "variance with N - 1",
            """N = len(distances)
    total = 0
    for m in range(N):
        for n in range(m):
            total += distances[m, n] ** 2
    return total / (N * (N - 1))""",
        ),
        ("without code units", "return 0.5 * np.mean(distances**2) / 2"),
        (
            "sum over the samples",
            """G = -0.5 * distances**2
    G = G - G.mean(axis=0)
    G = G - G.mean(axis=1, keepdims=True)
    return np.trace(G)""",
        ),
    ],
    "errors_from_distances": [
        (
            "inner products of *centred*",
            """N = len(distances)
    d = np.sort(np.linalg.eigvals(-(distances**2) / 2).real)[::-1] / N
    return np.array([0.5 * d[k:].sum() for k in range(N)])""",
        ),
        (
            "squared before they are centred",
            """N = len(distances)
    H = np.eye(N) - np.ones((N, N)) / N
    d = np.linalg.eigvalsh(-0.5 * H @ distances @ H)[::-1] / N
    return np.array([d[k:].sum() / 2 for k in range(N)])""",
        ),
        (
            "one of the samples",
            """N = len(distances)
    S = distances**2
    G = np.array([[(S[0, m] + S[0, n] - S[m, n]) / 2 for n in range(N)] for m in range(N)])
    d = np.linalg.eigvalsh(G)[::-1] / N
    return np.array([d[k:].sum() / 2 for k in range(N)])""",
        ),
        (
            "twice the errors",
            """S = distances**2
    G = -0.5 * (S - S.mean(0) - S.mean(1)[:, None] + S.mean())
    d = np.linalg.svd(G, compute_uv=False) / len(S)
    return np.cumsum(d[::-1])[::-1]""",
        ),
        (
            "not yet divided by N",
            """S = distances**2
    G = -0.5 * (S - S.mean(0) - S.mean(1)[:, None] + S.mean())
    d = np.linalg.svd(G, compute_uv=False)
    return 0.5 * np.cumsum(d[::-1])[::-1]""",
        ),
        (
            "begins with one",
            """S = distances**2
    G = -0.5 * (S - S.mean(0) - S.mean(1)[:, None] + S.mean())
    d = np.linalg.svd(G, compute_uv=False) / len(S)
    return 0.5 * np.array([d[k:].sum() for k in range(1, len(d) + 1)])""",
        ),
    ],
    "least_weighted_error": [
        ("the weights have no effect", "return 0.5 * np.sort(np.linalg.eigvalsh(Phi))[:-k].sum()"),
        (
            "weighted error of PCA's map",
            """U = np.linalg.eigh(Phi)[1][:, -k:]
    R = np.eye(len(a)) - U @ U.T
    return 0.5 * np.sum(a * np.diag(R @ Phi @ R.T))""",
        ),
        (
            "with a²",
            """A = np.diag(a)
    return 0.5 * np.linalg.eigvalsh(A @ Phi @ A)[::-1][k:].sum()""",
        ),
        (
            "scaled the rows",
            "return 0.5 * np.linalg.eigvalsh(np.diag(a) @ Phi)[::-1][k:].sum()",
        ),
        (
            "root of a once",
            """d = np.linalg.eigvals(np.diag(np.sqrt(a)) @ Phi)
    return 0.5 * np.sort(d.real)[::-1][k:].sum()""",
        ),
        (
            "you have divided",
            """s = np.sqrt(a)
    return 0.5 * np.linalg.eigvalsh(Phi / s / s[:, None])[:-k].sum()""",
        ),
    ],
    "weighted_map": [
        (
            "M takes and returns",
            """s = np.sqrt(a)
    U = np.linalg.eigh(s[:, None] * Phi * s)[1][:, ::-1][:, :k]
    return U @ U.T""",
        ),
        (
            "on the wrong sides",
            """S, S_inv = np.diag(a**0.5), np.diag(a**-0.5)
    U = np.linalg.eigh(S @ Phi @ S)[1][:, -k:]
    return S @ U @ U.T @ S_inv""",
        ),
        (
            "nearest without the weights",
            """S = np.diag(a**0.5)
    V = np.linalg.solve(S, np.linalg.eigh(S @ Phi @ S)[1][:, -k:])
    return V @ np.linalg.pinv(V)""",
        ),
        (
            "scaled the inputs by a",
            """A = np.diag(a)
    U = np.linalg.eigh(A @ Phi @ A)[1][:, -k:]
    return np.linalg.inv(A) @ U @ U.T @ A""",
        ),
        (
            "outputs are scaled back",
            """S = np.diag(a**0.5)
    U = np.linalg.eigh(S @ Phi @ S)[1][:, -k:]
    return np.linalg.inv(S) @ U @ U.T""",
        ),
    ],
    "error_left": [
        (
            "mean of the two decays",
            """from ae_course.linear import decayed_singular_values
    d = np.linalg.eigvalsh(Phi)[::-1]
    t = decayed_singular_values(d, (decay + decay_) / 2)
    t[k:] = 0
    return 0.5 * np.sum(d * (1 - t**2) ** 2)""",
        ),
        (
            "least J",
            """from ae_course.linear import decay_bound
    return decay_bound(np.linalg.eigvalsh(Phi)[::-1], k, np.sqrt(decay * decay_))""",
        ),
        (
            "shrink by τ",
            """from ae_course.linear import decayed_singular_values
    d = np.linalg.eigvalsh(Phi)[::-1]
    t = decayed_singular_values(d, np.sqrt(decay * decay_))
    t[k:] = 0
    return 0.5 * np.sum(d * (1 - t) ** 2)""",
        ),
        (
            "shrinking goes below zero",
            """d = np.linalg.eigvalsh(Phi)[::-1]
    lam = np.sqrt(decay * decay_)
    return 0.5 * np.sum(lam**2 / d[:k]) + 0.5 * np.sum(d[k:])""",
        ),
        (
            "have no unit are missing",
            """d = np.linalg.eigvalsh(Phi)[::-1][:k]
    lam = (decay * decay_) ** 0.5
    t2 = np.clip(1 - lam / d, 0, None)
    return np.sum(d * (1 - t2) ** 2) / 2""",
        ),
        (
            "decay of the decoder",
            """E = 0
    for i, x in enumerate(np.linalg.eigvalsh(Phi)[::-1]):
        m = 1 - decay_ / x if i < k and x > decay_ else 0
        E += x * (1 - m) ** 2 / 2
    return E""",
        ),
    ],
    "relative_covariance": [
        (
            "off W̃ alone",
            """from ae_course.linear import principal_directions
    u, t = principal_directions(W_)
    u, t = u[t > 1e-4], t[t > 1e-4]
    d = 1 / (1 - t**2)
    return (u.T * d / d.max()) @ u""",
        ),
        (
            "off W alone",
            """t, u = np.linalg.svd(W, full_matrices=False)[1:]
    C = np.zeros((W.shape[1], W.shape[1]))
    for i in range(len(t)):
        if t[i] > 1e-4:
            C += (1 - t[0] ** 2) / (1 - t[i] ** 2) * np.outer(u[i], u[i])
    return C""",
        ),
        (
            "squared once too often",
            """U, t, _ = np.linalg.svd(W_ @ W)
    n = np.sum(t > 1e-4)
    d = 1 / (1 - t[:n] ** 2)
    return U[:, :n] @ np.diag(d / d[0]) @ U[:, :n].T""",
        ),
        (
            "has no place in the sum",
            """M = W_ @ W
    C = np.linalg.inv(np.eye(len(M)) - M)
    return C / np.linalg.eigvalsh((C + C.T) / 2).max()""",
        ),
        (
            "singular values for the variances",
            """M = W_ @ W
    return M / np.linalg.norm(M, 2)""",
        ),
        (
            "in units of d_1",
            """m, U = np.linalg.eigh(W_ @ W)
    U, m = U[:, m > 1e-4], m[m > 1e-4]
    return U @ np.diag(1 / (1 - m)) @ U.T""",
        ),
    ],
    "forgotten_decays": [
        (
            "wrong order",
            """lam = variance * (1 - np.linalg.svd(W_ @ W, compute_uv=False)[0])
    r = np.linalg.norm(W) / np.linalg.norm(W_)
    return [lam * r, lam / r]""",
        ),
        (
            "both decays the same",
            """lam = variance * (1 - np.linalg.svd(W_ @ W, compute_uv=False)[0])
    return [lam, lam]""",
        ),
        (
            "*squared* norms",
            """lam = variance * (1 - np.linalg.svd(W_ @ W, compute_uv=False)[0])
    r = np.sqrt(np.linalg.norm(W) / np.linalg.norm(W_))
    return [lam / r, lam * r]""",
        ),
        (
            "not by τ",
            """t = np.linalg.svd(W_ @ W, compute_uv=False)[0]
    lam = variance * (1 - t**2)
    r = np.linalg.norm(W, 2) / np.linalg.norm(W_, 2)
    return (lam / r, lam * r)""",
        ),
        (
            "W̃ alone has not",
            """t = np.linalg.svd(W_, compute_uv=False)[0]
    r = np.linalg.norm(W) / np.linalg.norm(W_)
    return variance * (1 - t**2) / r, variance * (1 - t**2) * r""",
        ),
        (
            "off its own side",
            """s = np.linalg.svd(W)[1][0]
    s_ = np.linalg.svd(W_)[1][0]
    return np.array([variance * (1 - s**2), variance * (1 - s_**2)])""",
        ),
    ],
}
DOWNHILL = """from scipy.optimize import minimize
    options = {"maxiter": 1000, "maxfun": 2000, "ftol": 0, "gtol": 1e-12}
    end = minimize(J, start, jac=True, method="L-BFGS-B", options=options).x
    """
PLACED = f"""N = len(distances)
    def J(flat):
        way = flat.reshape(N, 1, -1) - flat.reshape(1, N, -1)
        miss = (way**2).sum(axis=2) - distances**2
        return (miss**2).sum(), 8 * (miss[:, :, None] * way).sum(axis=1).ravel()
    start = np.random.default_rng(0).normal(size=N * (N - 1))
    {DOWNHILL}X = end.reshape(N, -1)
    """
IN_TURNS = """W = np.random.default_rng(0).normal(size=(k, len(a)))
    for _ in range(2_000):
        W_ = np.linalg.qr(Phi @ W.T)[0]
        W = np.linalg.solve(W_.T * a @ W_, W_.T * a)
    """
SHORTCUTS = {
    "least_error": f"""D = len(mean)
    def J(flat):
        W, W_ = flat[: k * D].reshape(k, D), flat[k * D : 2 * k * D].reshape(D, k)
        b, b_ = bias * flat[2 * k * D : -D], bias_ * flat[-D:]
        rest = np.eye(D) - W_ @ W
        c = W_ @ b + b_ - rest @ mean
        slope = np.outer(c, mean) - rest @ Phi
        by = (W_.T @ slope, slope @ W.T + np.outer(c, b), bias * (W_.T @ c), bias_ * c)
        return (np.vdot(rest @ Phi, rest) + c @ c) / 2, np.concatenate([g.ravel() for g in by])
    start = np.random.default_rng(0).normal(size=2 * k * D + k + D) / 2
    {DOWNHILL}return J(end)[0]""",
    "ways_down": """k, D = W.shape
    def slope(flat):
        V, V_ = flat[: k * D].reshape(k, D), flat[k * D :].reshape(D, k)
        G = (V_ @ V - np.eye(D)) @ Phi
        return np.append(V_.T @ G, G @ V.T)
    at, h = np.append(W, W_), 1e-5
    hessian = [(slope(at + s) - slope(at - s)) / (2 * h) for s in h * np.eye(at.size)]
    return int((np.linalg.eigvalsh(hessian) < -1e-6).sum())""",
    "total_variance": f"{PLACED}return X.var(axis=0).sum()",
    "errors_from_distances": f"{PLACED}return pca_bound(PCA.fit(X).eigenvalues)",
    "least_weighted_error": f"""{IN_TURNS}rest = np.eye(len(a)) - W_ @ W
    return np.trace(np.diag(a) @ rest @ Phi @ rest.T) / 2""",
    "weighted_map": f"{IN_TURNS}return W_ @ W",
}
