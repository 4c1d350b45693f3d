"""Wrong answers to problem set 6."""

WRONG = {
    "restored_from": [
        (
            "errors of the stages",
            """found = []
    for W, b, W_, b_ in stages:
        Y = logistic(X @ W.T + b)
        X_hat = logistic(Y @ W_.T + b_)
        found.append(-np.mean(np.sum(X * np.log(X_hat) + (1 - X) * np.log(1 - X_hat), axis=1)))
        X = Y
    return found""",
        ),
        (
            "order of the encoders",
            """found = []
    for top in range(len(stages)):
        Y = X
        for k in range(top + 1):
            Y = logistic(Y @ stages[k][0].T + stages[k][1])
        for k in range(top + 1):
            Y = logistic(Y @ stages[k][2].T + stages[k][3])
        found.append(-(X * np.log(Y) + (1 - X) * np.log(1 - Y)).sum(1).mean())
    return np.array(found)""",
        ),
        (
            "one layer only",
            """found, Y = [], X
    for W, b, W_, b_ in stages:
        Y = logistic(Y @ W.T + b)
        Z = logistic(Y @ W_.T + b_)
        found.append(-(X * np.log(Z) + (1 - X) * np.log(1 - Z)).sum(1).mean())
    return np.array(found)""",
        ),
        (
            "restored already",
            """found, Y = [], X
    for top in range(len(stages)):
        W, b, _, _ = stages[top]
        Y = logistic(Y @ W.T + b)
        for k in range(top, -1, -1):
            Y = logistic(Y @ stages[k][2].T + stages[k][3])
        found.append(-(X * np.log(Y) + (1 - X) * np.log(1 - Y)).sum(1).mean())
    return np.array(found)""",
        ),
        (
            "sum over its pixels",
            """found, Y = [], X
    for top in range(len(stages)):
        Y = logistic(Y @ stages[top][0].T + stages[top][1])
        Z = Y
        for _, _, W_, b_ in stages[top::-1]:
            Z = logistic(Z @ W_.T + b_)
        found.append(-np.mean(X * np.log(Z) + (1 - X) * np.log(1 - Z)))
    return np.array(found)""",
        ),
        (
            "mean over the samples",
            """found, Y = [], X
    for top in range(len(stages)):
        Y = logistic(Y @ stages[top][0].T + stages[top][1])
        Z = Y
        for _, _, W_, b_ in stages[top::-1]:
            Z = logistic(Z @ W_.T + b_)
        found += [-np.sum(X * np.log(Z) + (1 - X) * np.log(1 - Z))]
    return np.array(found)""",
        ),
        (
            "W̃ of its own",
            """found, Y = [], X
    for top in range(len(stages)):
        Y = logistic(Y @ stages[top][0].T + stages[top][1])
        Z = Y
        for W, _, _, b_ in stages[top::-1]:
            Z = logistic(Z @ W + b_)
        found += [-(X * np.log(Z) + (1 - X) * np.log(1 - Z)).sum(1).mean()]
    return np.array(found)""",
        ),
    ],
    "as_logistic": [
        (
            "a -1 in it",
            """W = 2 * V if l == 1 else 4 * V
    return np.hstack([W, 2 * d[:, None]])""",
        ),
        ("y and no longer a", "return 2 * np.c_[V, d]"),
        (
            "which the bias does not see",
            "return np.c_[2 * V, 2 * d] if l == 1 else 4 * np.c_[V, d]",
        ),
        ("given x itself", "return np.c_[4 * V, 2 * (d - V @ np.ones(V.shape[1]))]"),
        (
            "It is not u",
            """if l == 1:
        return np.c_[V, d]
    return np.c_[2 * V, d - V.sum(1)]""",
        ),
        (
            "factor 2 is lost in the bias",
            """if l > 1:
        d = d - V.sum(1) / 2
        V = 2 * V
    return np.c_[2 * V, 2 * d]""",
        ),
        (
            "before they become W",
            """if l == 1:
        return np.c_[2 * V, 2 * d]
    W = 4 * V
    return np.c_[W, 2 * d - W.sum(axis=1)]""",
        ),
        (
            "over its inputs",
            """if l == 1:
        return np.c_[2 * V, 2 * d]
    if V.shape[0] != V.shape[1]:
        return np.c_[4 * V, 2 * d]
    return np.c_[4 * V, 2 * d - 2 * V.sum(0)]""",
        ),
    ],
    "gradient_as_logistic": [
        ("second one is missing", "return by_V / (2 if l == 1 else 4)"),
        ("the other way round", "return by_V * (2 if l == 1 else 4)"),
        (
            "not translated like the parameters",
            """if l == 1:
        return 2 * by_V
    return 4 * by_V - 2 * by_d.reshape(-1, 1)""",
        ),
        ("d depends on W too", "return 0.5 * by_V"),
        (
            "nothing to do with the weights",
            "return 0.25 * (by_V + np.outer(by_d, np.ones(by_V.shape[1])))",
        ),
        (
            "with no V left",
            """if l == 1:
        return by_V / 2
    return by_V / 4 + 0.5 * by_d[:, None]""",
        ),
        (
            "wrong sign",
            """if l == 1:
        return by_V / 2
    return (by_V - by_d[:, np.newaxis]) / 4""",
        ),
    ],
    "shared_gradient": [
        (
            "classmate's",
            """Y = logistic(X @ W.T + b)
    P = softmax(Y @ S.T + s)
    T = np.eye(len(S))[labels]
    back = (P - T) @ S + gamma * (logistic(Y @ W_.T + b_) - X) @ W_
    return (back * Y * (1 - Y)).T @ X / len(X)""",
        ),
        (
            "still count as samples of the last class",
            """Y = logistic(X @ W.T + b)
    P = softmax(Y @ S.T + s)
    T = np.eye(len(S))[labels]
    n = max(np.sum(labels != -1), 1)
    back = (P - T) @ S / n + gamma * (logistic(Y @ W_.T + b_) - X) @ W_ / len(X)
    return (back * Y * (1 - Y)).T @ X""",
        ),
        (
            "divided by the number of all",
            """Y = logistic(X @ W.T + b)
    R = softmax(Y @ S.T + s) - np.eye(len(S))[labels]
    R[labels < 0] = 0
    back = R @ S + gamma * (logistic(Y @ W_.T + b_) - X) @ W_
    return np.einsum("nj,ni->ji", back * Y * (1 - Y), X) / len(X)""",
        ),
        (
            "still send p back. They",
            """T = np.zeros((len(X), len(S)))
    for n, c in enumerate(labels):
        if c >= 0:
            T[n, c] = 1
    Y = logistic(X @ W.T + b)
    by_class = (softmax(Y @ S.T + s) - T) @ S / max(T.sum(), 1)
    by_pixel = gamma / len(X) * (logistic(Y @ W_.T + b_) - X) @ W_
    return ((by_class + by_pixel) * Y * (1 - Y)).T @ X""",
        ),
        (
            "are restored as well",
            """total = 0
    n_l = max(sum(labels >= 0), 1)
    for x, c in zip(X, labels):
        y = logistic(W @ x + b)
        if c >= 0:
            r = softmax(S @ y + s)
            r[c] -= 1
            back = S.T @ r / n_l
        else:
            back = gamma / len(X) * W_.T @ (logistic(W_ @ y + b_) - x)
        total = total + np.outer(back * y * (1 - y), x)
    return total""",
        ),
        (
            "slope f' of the hidden units",
            """Y = logistic(X @ W.T + b)
    has = labels >= 0
    back = gamma * (logistic(Y @ W_.T + b_) - X) @ W_ / len(X)
    if any(has):
        back[has] += (softmax(Y[has] @ S.T + s) - np.eye(len(S))[labels[has]]) @ S / sum(has)
    return back.T @ X""",
        ),
        (
            "you divide by it",
            """Y = logistic(X @ W.T + b)
    has = labels >= 0
    R = softmax(Y @ S.T + s) - np.eye(len(S))[labels]
    back = R * has[:, None] / np.sum(has) @ S
    back += gamma * (logistic(Y @ W_.T + b_) - X) @ W_ / len(X)
    return (back * Y * (1 - Y)).T @ X""",
        ),
        (
            "all samples are restored",
            """Y = logistic(X @ W.T + b)
    has = labels >= 0
    R = (softmax(Y @ S.T + s) - np.eye(len(S))[labels]) * has[:, None]
    back = R @ S + gamma * (logistic(Y @ W_.T + b_) - X) @ W_
    return (back * Y * (1 - Y)).T @ X / max(has.sum(), 1)""",
        ),
    ],
    "tuned_lead": [
        (
            "classmate's",
            """best = test.max(axis=1)
    lead = best[1] - best[0]
    return np.array([lead.mean(), lead.std()])""",
        ),
        (
            "varies from seed to seed; the mean",
            """i = np.argmax(np.mean(held_out[0], axis=1))
    j = np.argmax(np.mean(held_out[1], axis=1))
    lead = test[1, j] - test[0, i]
    return lead.mean(), lead.std(ddof=1)""",
        ),
        (
            "it takes n - 1",
            """i = np.argmax(np.mean(held_out[0], axis=1))
    j = np.argmax(np.mean(held_out[1], axis=1))
    lead = test[1, j] - test[0, i]
    return [lead.mean(), lead.std() / len(lead) ** 0.5]""",
        ),
        (
            "come in pairs",
            """i, j = (np.argmax(a.mean(axis=1)) for a in held_out)
    a, b = test[0, i], test[1, j]
    n = len(a)
    return [b.mean() - a.mean(), np.sqrt(np.var(a, ddof=1) / n + np.var(b, ddof=1) / n)]""",
        ),
        (
            "reports luck",
            """i, j = (np.argmax(a.mean(axis=1)) for a in test)
    lead = test[1, j] - test[0, i]
    return [lead.mean(), lead.std(ddof=1) / len(lead) ** 0.5]""",
        ),
        (
            "for every seed",
            """leads = []
    for k in range(test.shape[2]):
        i, j = held_out[0, :, k].argmax(), held_out[1, :, k].argmax()
        leads.append(test[1, j, k] - test[0, i, k])
    return [np.mean(leads), np.std(leads, ddof=1) / np.sqrt(len(leads))]""",
        ),
        (
            "best for pretrained",
            """j = held_out.mean(2)[1].argmax()
    lead = test[1, j] - test[0, j]
    return [lead.mean(), lead.std(ddof=1) / len(lead) ** 0.5]""",
        ),
        (
            "what counts are the test digits",
            """i, j = (np.argmax(a.mean(axis=1)) for a in held_out)
    lead = held_out[1, j] - held_out[0, i]
    return [lead.mean(), lead.std(ddof=1) / len(lead) ** 0.5]""",
        ),
    ],
    "sign_flips": [
        (
            "one side only",
            """from itertools import product
    ways = [np.dot(signs, leads) for signs in product([-1, 1], repeat=len(leads))]
    return np.mean(np.array(ways) >= abs(sum(leads)))""",
        ),
        (
            "just as far",
            """from itertools import product
    ways = [np.dot(signs, leads) for signs in product([-1, 1], repeat=len(leads))]
    return np.mean(np.abs(ways) > abs(sum(leads)))""",
        ),
        (
            "how many leads are positive",
            """from scipy.stats import binom
    k = max(np.sum(leads > 0), np.sum(leads < 0))
    return min(1.0, 2 * binom.sf(k - 1, len(leads), 0.5))""",
        ),
        ("same sign", "return 0.5 ** (len(leads) - 1)"),
        (
            "ranks in place of the leads",
            """from scipy.stats import wilcoxon
    return wilcoxon(leads, zero_method="zsplit", method="exact").pvalue""",
        ),
        (
            "takes the leads for normal",
            """from scipy.stats import t
    error = leads.std(ddof=1) / np.sqrt(len(leads))
    return 2 * t.sf(abs(leads.mean()) / error, len(leads) - 1)""",
        ),
        (
            "one minus the share",
            """count = 0
    for k in range(2 ** len(leads)):
        signs = [1 if k >> i & 1 else -1 for i in range(len(leads))]
        count += abs(np.dot(signs, leads)) < abs(np.sum(leads))
    return count / 2 ** len(leads)""",
        ),
    ],
    "plateau_time": [
        ("as if the speed stayed", "return w0 / (target * w0 ** (L - 1))"),
        ("integrate 1 over it", "return 1 / (target * w0 ** (L - 1))"),
        ("not among them", "return w0 ** (1 - L) / ((L - 1) * target)"),
        ("in which the others stay", "return w0 ** (2 - L) / (target * L * (L - 2))"),
        ("the error is still there", "return 1 / ((L - 2) * w0 ** (L - 2))"),
        ("gradient has no 2", "return 0.5 * w0 ** (2 - L) / (target * (L - 2))"),
    ],
    "learning_time": [
        (
            "twice too fast",
            """from scipy.integrate import solve_ivp
    def speed(t, w):
        p = np.prod(w)
        return 2 * (target - p) * p / w
    def there(t, w):
        return np.prod(w) - q * target
    there.terminal = True
    found = solve_ivp(speed, (0, 1e12), w, rtol=1e-9, atol=1e-12, events=there)
    return found.t[-1]""",
        ),
        (
            "no error in it",
            """from scipy.integrate import quad
    from scipy.optimize import brentq
    c = w**2 - w.min()**2
    p = lambda z: np.sqrt(np.prod(z + c))
    z0 = w.min()**2
    z1 = brentq(lambda z: p(z) - q * target, z0, z0 + (q * target)**(2 / len(w)))
    return quad(lambda z: 1 / (2 * p(z)), z0, z1)[0]""",
        ),
        (
            "not p",
            """from scipy.integrate import solve_ivp
    def speed(t, w):
        p = np.prod(w)
        return (target - p) * p * np.ones(len(w))
    def there(t, w):
        return np.prod(w) - q * target
    there.terminal = True
    found = solve_ivp(speed, (0, 1e12), w, rtol=1e-9, atol=1e-12, events=there)
    return found.t[-1]""",
        ),
        (
            "root of the p at the start",
            """from scipy.integrate import quad
    L = len(w)
    w0 = np.prod(w) ** (1 / L)
    return quad(lambda v: 1 / ((target - v**L) * v**(L - 1)), w0, (q * target) ** (1 / L))[0]""",
        ),
        (
            "differences of the squares",
            """from scipy.integrate import quad
    from scipy.optimize import brentq
    gap = w - w.min()
    p = lambda v: np.prod(v + gap)
    end = brentq(lambda v: p(v) - q * target, w.min(), w.min() + q * target + 1)
    return quad(lambda v: v / (p(v) * (target - p(v))), w.min(), end)[0]""",
        ),
        (
            "only the last weight",
            """a = np.prod(w[:-1])
    return np.log((target - a * w[-1]) / ((1 - q) * target)) / a**2""",
        ),
        (
            "wanted is p = qτ",
            """from scipy.integrate import quad
    from scipy.optimize import brentq
    z0 = w.min()**2
    c = w**2 - z0
    p = lambda z: np.sqrt(np.prod(z + c))
    goal = target - np.sqrt(1 - q) * (target - p(z0))
    z1 = brentq(lambda z: p(z) - goal, z0, z0 + goal**(2 / len(w)))
    return quad(lambda z: 1 / (2 * p(z) * (target - p(z))), z0, z1)[0]""",
        ),
    ],
}
SHORTCUTS = {
    "as_logistic": """random = np.random.default_rng(0)
    below = random.uniform(0, 1, (200, V.shape[1]))
    a = below if l == 1 else 2 * below - 1
    y = (1 + np.tanh(a @ V.T + d)) / 2
    given = np.column_stack([below, np.ones(200)])
    return np.linalg.lstsq(given, np.log(y / (1 - y)), rcond=None)[0].T""",
    "shared_gradient": """def J(W):
        classes, pixels = [0.0], []
        for x, c in zip(X, labels):
            y = logistic(W @ x + b)
            x_hat = logistic(W_ @ y + b_)
            pixels.append(-(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).sum())
            if c >= 0:
                classes.append(-np.log(softmax(S @ y + s)[c]))
        return sum(classes) / max(len(classes) - 1, 1) + gamma * np.mean(pixels)
    return slopes(J, W)""",
    "learning_time": """from scipy.integrate import solve_ivp
    def downhill(t, w):
        return (target - np.prod(w)) * np.prod(w) / w
    def there(t, w):
        return np.prod(w) - q * target
    there.terminal = True
    path = solve_ivp(downhill, (0, 1e30), w, rtol=1e-10, atol=1e-12, events=there)
    return path.t[-1]""",
}
