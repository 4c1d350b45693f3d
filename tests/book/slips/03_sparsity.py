"""Wrong answers to the exercises of chapter 3, as readers write them."""

SLIPS = {
    "ex-penalty": [
        (
            "a unit is a column",
            """
def sparse_penalty(Y, rho):
    m = np.mean(Y, 1)
    return sum(rho * np.log(rho / m) + (1 - rho) * np.log((1 - rho) / (1 - m)))
""",
        ),
        (
            "one number for each unit",
            """
def sparse_penalty(Y, rho):
    m = Y.mean(axis=0)
    return rho * np.log(rho / m) + (1 - rho) * np.log((1 - rho) / (1 - m))
""",
        ),
        (
            "the other way round",
            """
def sparse_penalty(Y, rho):
    m = Y.mean(axis=0)
    return np.sum(m * np.log(m / rho) + (1 - m) * np.log((1 - m) / (1 - rho)))
""",
        ),
        (
            "that with 1 - rho is missing",
            """
def sparse_penalty(Y, rho):
    rho_hat = Y.mean(axis=0)
    return np.sum(rho * np.log(rho) - rho * np.log(rho_hat))
""",
        ),
        (
            "it is KL of the unit's mean",
            """
def sparse_penalty(Y, rho):
    kl = rho * np.log(rho / Y) + (1 - rho) * np.log((1 - rho) / (1 - Y))
    return kl.sum() / len(Y)
""",
        ),
        (
            None,
            """
def sparse_penalty(Y, rho):
    m = Y.mean(axis=0)
    return np.sum(rho * np.log2(rho / m) + (1 - rho) * np.log2((1 - rho) / (1 - m)))
""",
        ),
    ],
    "ex-active": [
        (
            "few should give much",
            """
def sparsity_of(k, D):
    return k / D
""",
        ),
        (
            "has to give exactly 1",
            """
def sparsity_of(k, D):
    a = (k / D) ** 2 / (k / D)
    return 1 - a
""",
        ),
        (
            "this is 1 minus the sparsity",
            """
def sparsity_of(k, D):
    return 1 - (1 - k / D) / (1 - 1 / D)
""",
        ),
        (
            "is what one divides by",
            """
def sparsity_of(k, D):
    return (D - k) * (D - 1) / D**2
""",
        ),
    ],
    "ex-penalty-gradient": [
        (
            "a share of only 1/N",
            """
def penalty_gradient(Y, rho):
    m = Y.mean(axis=0)
    s = (m - rho) / (m * (1 - m))
    return np.ones_like(Y) * s
""",
        ),
        (
            "one row of it",
            """
def penalty_gradient(Y, rho):
    m = Y.mean(axis=0)
    return (-rho / m + (1 - rho) / (1 - m)) / Y.shape[0]
""",
        ),
        (
            "not at each y",
            """
def penalty_gradient(Y, rho):
    return (-rho / Y + (1 - rho) / (1 - Y)) / len(Y)
""",
        ),
        (
            "the sign is the wrong way round",
            """
def penalty_gradient(Y, rho):
    m = Y.mean(axis=0)
    return np.tile((rho / m - (1 - rho) / (1 - m)) / len(Y), (len(Y), 1))
""",
        ),
        (
            "it is the samples that count",
            """
def penalty_gradient(Y, rho):
    m = Y.mean(axis=0)
    s = -rho / m + (1 - rho) / (1 - m)
    return s / len(m) + 0 * Y
""",
        ),
        (
            None,
            """
def penalty_gradient(Y, rho):
    m = Y.mean(axis=0)
    s = -rho / m - (1 - rho) / (1 - m)
    return np.tile(s / len(Y), (len(Y), 1))
""",
        ),
    ],
    "ex-pull": [
        (
            "cancel on paper first",
            """
def pull(rho_hat, rho):
    s = -rho / rho_hat + (1 - rho) / (1 - rho_hat)
    return s * rho_hat * (1 - rho_hat)
""",
        ),
        (
            "cancel on paper first",
            """
def pull(rho_hat, rho):
    return (rho_hat - rho) / (rho_hat * (1 - rho_hat))
""",
        ),
        (
            "the sign is the wrong way round",
            """
def pull(rho_hat, rho):
    return rho - rho_hat
""",
        ),
        (
            "s has f' in its denominator",
            """
def pull(rho_hat, rho):
    return rho_hat * (1 - rho_hat) * (rho_hat - rho)
""",
        ),
    ],
    "ex-price": [
        (
            "the sign is the wrong way round",
            """
def price_of_death(rho):
    return np.log(1 - rho)
""",
        ),
        (
            "keep the logarithm",
            """
def price_of_death(rho):
    return 1.0 * rho
""",
        ),
        (
            "a unit that is always on",
            """
def price_of_death(rho):
    return np.log(1 / rho)
""",
        ),
        (
            "which tends to 1",
            """
def price_of_death(rho):
    return (1 - rho) * np.log(1 / (1 - rho))
""",
        ),
        (
            None,
            """
def price_of_death(rho):
    return np.inf
""",
        ),
    ],
    "ex-mask": [
        (
            "y = u has the slope 1",
            """
def top_k_delta(pull, u, k):
    threshold = np.sort(u, axis=1)[:, -k, None]
    return np.where(u >= threshold, u, 0) * pull
""",
        ),
        (
            "np.sort sorts upwards",
            """
def top_k_delta(pull, u, k):
    threshold = np.sort(u, axis=1)[:, k, None]
    return np.where(u >= threshold, pull, 0)
""",
        ),
        (
            "still both mistakes",
            """
def top_k_delta(pull, u, k):
    threshold = np.sort(u, axis=1)[:, k, None]
    return pull * u * (u >= threshold)
""",
        ),
        (
            "the k-th itself belongs to them",
            """
def top_k_delta(pull, u, k):
    threshold = -np.sort(-u, axis=1)[:, k - 1, None]
    return pull * (u > threshold)
""",
        ),
        (
            "one unit too many passes",
            """
def top_k_delta(pull, u, k):
    threshold = np.sort(u, axis=1)[:, ::-1][:, k, None]
    return pull * (u >= threshold)
""",
        ),
    ],
    "ex-hoyer": [
        (
            "the 1/D is missing",
            """
def hoyer(S, D):
    return np.sqrt(D) * (1 - np.sqrt(1 - S)) / (np.sqrt(D) - 1)
""",
        ),
        (
            "a square root is missing",
            """
def hoyer(S, D):
    a = 1 - S * (1 - 1 / D)
    return (np.sqrt(D) - D * a) / (np.sqrt(D) - 1)
""",
        ),
        (
            "without the factor D",
            """
def hoyer(S, D):
    a = 1 - S * (1 - 1 / D)
    return (np.sqrt(D) - np.sqrt(a)) / (np.sqrt(D) - 1)
""",
        ),
        (
            "agree about order, not about values",
            """
def hoyer(S, D):
    return 1 * S
""",
        ),
    ],
    "ex-scale": [
        (
            "the price there was asked for",
            """
def least_price(beta, lam, L, F_):
    return np.cbrt(lam * F_ / beta / L)
""",
        ),
        (
            "without the decay",
            """
def least_price(beta, lam, L, F_):
    c = np.cbrt(lam * F_ / beta / L)
    return beta * c * L
""",
        ),
        (
            "- lam F_ / c^3",
            """
def least_price(beta, lam, L, F_):
    c = np.cbrt(0.5 * lam * F_ / (beta * L))
    return beta * L * c + 0.5 * lam * F_ / c**2
""",
        ),
        (
            "the price at c = 1",
            """
def least_price(beta, lam, L, F_):
    return beta * L + 0.5 * lam * F_
""",
        ),
        (
            None,
            """
def least_price(beta, lam, L, F_):
    c = np.sqrt(lam * F_ / (beta * L))
    return beta * L * c + 0.5 * lam * F_ / c**2
""",
        ),
    ],
    "ex-ista": [
        (
            "steps too long, or uphill",
            """
def best_code(W_, x, beta, steps=3_000):
    rate = 1 / np.linalg.norm(W_, 2) ** 2
    y = np.zeros(6)
    for _ in range(steps):
        y = soft_threshold(y + rate * W_.T @ (W_ @ y - x), rate * beta)
    return y
""",
        ),
        (
            "steps too long, or uphill",
            """
def best_code(W_, x, beta, steps=3_000):
    rate = 1 / np.linalg.norm(W_, 2)
    y = np.zeros(6)
    for _ in range(steps):
        y = soft_threshold(y - rate * W_.T @ (W_ @ y - x), rate * beta)
    return y
""",
        ),
        (
            "rate times beta",
            """
def best_code(W_, x, beta, steps=3_000):
    rate = 1 / np.linalg.norm(W_, 2) ** 2
    y = W_.T @ x
    for _ in range(steps):
        y = soft_threshold(y - rate * (W_.T @ W_ @ y - W_.T @ x), beta)
    return y
""",
        ),
        (
            "without a penalty",
            """
def best_code(W_, x, beta, steps=3_000):
    y = np.zeros(W_.shape[1])
    rate = 1 / np.linalg.norm(W_, 2) ** 2
    for _ in range(steps):
        y = y - rate * W_.T @ (W_ @ y - x)
    return y
""",
        ),
        (
            "for orthonormal columns only",
            """
def best_code(W_, x, beta, steps=3_000):
    a = W_.T @ x
    return np.sign(a) * np.maximum(np.abs(a) - beta, 0)
""",
        ),
        (
            "after one step",
            """
def best_code(W_, x, beta, steps=3_000):
    rate = 1 / np.linalg.norm(W_, 2) ** 2
    return soft_threshold(rate * W_.T @ x, rate * beta)
""",
        ),
    ],
}
