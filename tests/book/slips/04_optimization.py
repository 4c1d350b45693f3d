"""Wrong answers to the exercises of chapter 4, as a reader might write them."""

SLIPS = {
    "ex-rate": [
        (
            "not the limit",
            """
def largest_rate(A):
    values = np.linalg.eigvals(A).real
    return 2 / (max(values) + min(values))
""",
        ),
        (
            "which is the first",
            """
def largest_rate(A):
    return 2 / min(np.linalg.eigvalsh(A))
""",
        ),
        (
            "factor is above -1",
            """
def largest_rate(A):
    return 1 / np.linalg.norm(A, 2)
""",
        ),
        (
            "that is the trace",
            """
def largest_rate(A):
    return 2 / sum(A[i, i] for i in range(len(A)))
""",
        ),
        (
            None,
            """
def largest_rate(A):
    return 2 / np.linalg.norm(A)
""",
        ),
    ],
    "ex-steps": [
        (
            "by 1,000 only",
            """
def steps_for_a_million(kappa):
    k, r = kappa, np.sqrt(kappa)
    return [-3 / np.log10((k - 1) / (k + 1)), -3 / np.log10((r - 1) / (r + 1))]
""",
        ),
        (
            "changed places",
            """
def steps_for_a_million(kappa):
    r = np.sqrt(kappa)
    ball = 6 / np.log10((r + 1) / (r - 1))
    gd = 6 / np.log10((kappa + 1) / (kappa - 1))
    return ball, gd
""",
        ),
        (
            "both kappas stand",
            """
def steps_for_a_million(kappa):
    gd = (kappa - 1) / (kappa + 1)
    return [np.log(1e-6) / np.log(gd), np.log(1e-6) / np.log(np.sqrt(gd))]
""",
        ),
        (
            "the approximation",
            """
def steps_for_a_million(kappa):
    return np.array([kappa, np.sqrt(kappa)]) * 3 * np.log(10)
""",
        ),
        (
            "the root of mu",
            """
def steps_for_a_million(kappa):
    mu = ((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)) ** 2
    gd = (kappa - 1) / (kappa + 1)
    return np.array([np.log(1e-6) / np.log(gd), np.log(1e-6) / np.log(mu)])
""",
        ),
        (
            "do not round: return",
            """
def steps_for_a_million(kappa):
    found = []
    for k in (kappa, kappa**0.5):
        found.append(int(np.ceil(np.log(1e-6) / np.log((k - 1) / (k + 1)))))
    return found
""",
        ),
    ],
    "ex-convert": [
        (
            "lambda: this book has a half",
            """
def in_this_book(decay, beta, rate, N):
    r = 1 / (2 * N)
    return r * decay, r * beta, rate / r
""",
        ),
        (
            "the half of the squared error",
            """
def in_this_book(decay, beta, rate, N):
    r = 1 / N
    return r * decay, r * beta, rate / r
""",
        ),
        (
            "the other way, from the book",
            """
def in_this_book(decay, beta, rate, N):
    r = 2 * N
    return [r * decay / 2, r * beta, rate / r]
""",
        ),
        (
            "a smaller gradient wants",
            """
def in_this_book(decay, beta, rate, N):
    r = 1 / (2 * N)
    return [2 * r * decay, r * beta, r * rate]
""",
        ),
        (
            "the rate changes too",
            """
def in_this_book(decay, beta, rate, N):
    r = 0.5 / N
    return [2 * r * decay, r * beta, rate]
""",
        ),
    ],
    "ex-planted": [
        (
            "each has its own",
            """
def unit_filters(W):
    lengths = np.square(W).sum(axis=1)
    return (np.mean(lengths) - 1) * W
""",
        ),
        (
            "the wrong axis",
            """
def unit_filters(W):
    return W * (np.sum(W**2, axis=0) - 1)
""",
        ),
        (
            "not the length",
            """
def unit_filters(W):
    lengths = np.sqrt((W**2).sum(axis=1))
    return (lengths[:, None] - 1) * W
""",
        ),
        (
            "twice too much",
            """
def unit_filters(W):
    out = np.zeros_like(W)
    for j, w in enumerate(W):
        out[j] = 2 * (w @ w - 1) * w
    return out
""",
        ),
        (
            "all entries together",
            """
def unit_filters(W):
    return (np.sum(W * W) - 1) * W
""",
        ),
    ],
    "ex-momentum": [
        (
            "run the other way",
            """
def moved(gradients, rate, mu):
    total = 0
    for k, g in enumerate(gradients, 1):
        total = total - rate * (1 - mu**k) / (1 - mu) * g
    return total
""",
        ),
        (
            "too small by one",
            """
def moved(gradients, rate, mu):
    t = len(gradients)
    k = np.arange(1, t + 1)
    return -rate * ((1 - mu ** (t - k)) / (1 - mu)) @ gradients
""",
        ),
        (
            "a sign is lost",
            """
def moved(gradients, rate, mu):
    t = len(gradients)
    k = np.arange(1, t + 1)
    return rate * ((1 - mu ** (t - k + 1)) / (1 - mu)) @ gradients
""",
        ),
        (
            "the last step alone",
            """
def moved(gradients, rate, mu):
    p = np.zeros(gradients.shape[1])
    for g in gradients:
        p = mu * p - rate * g
    return p
""",
        ),
        (
            "division by 1 - mu",
            """
def moved(gradients, rate, mu):
    t = len(gradients)
    shares = 1 - mu ** (t - np.arange(t))
    return -rate * (shares[:, None] * gradients).sum(axis=0)
""",
        ),
        (
            None,
            """
def moved(gradients, rate, mu):
    t = len(gradients)
    shares = (1 - mu ** (t - np.arange(t))) * (1 - mu)
    return -rate * shares @ gradients
""",
        ),
    ],
    "ex-delta": [
        (
            "lost its weight",
            """
def sparse_delta(delta_out, W2, y, rho, beta):
    r = y.mean(axis=0)
    return (delta_out @ W2 - rho / r + (1 - rho) / (1 - r)) * y * (1 - y)
""",
        ),
        (
            "right for a sum",
            """
def sparse_delta(delta_out, W2, y, rho, beta):
    N = y.shape[0]
    r = y.sum(axis=0) / N
    s = (1 - rho) / (1 - r) - rho / r
    return (delta_out @ W2 + beta / N * s) * (y - y**2)
""",
        ),
        (
            "all of the bracket",
            """
def sparse_delta(delta_out, W2, y, rho, beta):
    r = y.mean(axis=0)
    s = (1 - rho) / (1 - r) - rho / r
    return delta_out @ W2 * y * (1 - y) + beta * s
""",
        ),
        (
            "the wrong sign",
            """
def sparse_delta(delta_out, W2, y, rho, beta):
    r = y.mean(axis=0)
    s = rho / r - (1 - rho) / (1 - r)
    return (delta_out @ W2 + beta * s) * y * (1 - y)
""",
        ),
        (
            "at the mean of the y",
            """
def sparse_delta(delta_out, W2, y, rho, beta):
    s = (1 - rho) / (1 - y) - rho / y
    return (delta_out @ W2 + beta * s) * y * (1 - y)
""",
        ),
        (
            None,
            """
def sparse_delta(delta_out, W2, y, rho, beta):
    r = y.mean(axis=0)
    s = -rho / r + (1 - rho) / (1 - r)
    return (delta_out @ W2 + beta * s) * y
""",
        ),
    ],
    "ex-noise-floor": [
        (
            "d / 2 before it",
            """
def rate_for_floor(floor, d, noise_variance):
    # eps noise_variance / (d (2 - eps d)) = floor
    return 2 * d * floor / (noise_variance + floor * d**2)
""",
        ),
        (
            "for small rates",
            """
def rate_for_floor(floor, d, noise_variance):
    return floor / (noise_variance / 4)
""",
        ),
        (
            "a sign is wrong",
            """
def rate_for_floor(floor, d, noise_variance):
    return 4 * floor / (noise_variance - 2 * floor * d)
""",
        ),
        (
            "once too often",
            """
def rate_for_floor(floor, d, noise_variance):
    return 2 * floor / (noise_variance**2 / 2 + d * floor)
""",
        ),
        (
            None,
            """
def rate_for_floor(floor, d, noise_variance):
    return 4 * floor / (noise_variance + d * floor)
""",
        ),
        (
            None,
            """
def rate_for_floor(floor, d, noise_variance):
    return 4 * floor / (noise_variance**0.5 + 2 * d * floor)
""",
        ),
    ],
    "ex-running": [
        (
            "the correction is missing",
            """
def corrected_mean(batch_means, alpha):
    t = len(batch_means)
    return (1 - alpha) * sum(alpha ** (t - k) * m for k, m in enumerate(batch_means, 1))
""",
        ),
        (
            "the number of batches",
            """
def corrected_mean(batch_means, alpha):
    t = len(batch_means)
    return sum(alpha ** (t - k) * m for k, m in enumerate(batch_means, 1))
""",
        ),
        (
            "went into the recursion",
            """
def corrected_mean(batch_means, alpha):
    r = 0
    for t in range(1, len(batch_means) + 1):
        r = alpha * r + (1 - alpha) * batch_means[t - 1]
        r = r / (1 - alpha**t)
    return r
""",
        ),
        (
            "as the package does",
            """
def corrected_mean(batch_means, alpha):
    r = batch_means[0]
    for m in batch_means[1:]:
        r = r + (1 - alpha) * (m - r)
    return r
""",
        ),
        (
            "changed places",
            """
def corrected_mean(batch_means, alpha):
    r = 0
    for m in batch_means:
        r = (1 - alpha) * r + alpha * m
    return r / (1 - (1 - alpha) ** len(batch_means))
""",
        ),
        (
            None,
            """
def corrected_mean(batch_means, alpha):
    r = 0
    for m in batch_means:
        r = alpha * r + (1 - alpha) * m
    return r / (1 - alpha ** (len(batch_means) + 1))
""",
        ),
    ],
    "ex-repetition": [
        (
            "without repetition first",
            """
def batch_variances(numbers, B):
    N, v = len(numbers), numbers.var()
    return [v / B, v / B * (N - B) / (N - 1)]
""",
        ),
        (
            "not over N - 1",
            """
def batch_variances(numbers, B):
    N, v = len(numbers), numbers.var(ddof=1)
    return [v / B * (N - B) / (N - 1), v / B]
""",
        ),
        (
            "the N - 1 is missing",
            """
def batch_variances(numbers, B):
    v = numbers.var()
    return [v / B * (1 - B / len(numbers)), v / B]
""",
        ),
        (
            "standard deviations",
            """
def batch_variances(numbers, B):
    N, v = len(numbers), numbers.std()
    return [v / np.sqrt(B) * np.sqrt((N - B) / (N - 1)), v / np.sqrt(B)]
""",
        ),
    ],
    "ex-one-pair": [
        (
            "which goes uphill",
            """
def direction(g, dw, dg):
    c = dw @ dg
    a = (dw @ g) / c
    q = (g - a * dg) * c / (dg @ dg)
    return q + dw * (a - (dg @ q) / c)
""",
        ),
        (
            "of I, not I itself",
            """
def direction(g, dw, dg):
    c = dw @ dg
    a = (dw @ g) / c
    q = g - a * dg
    return -(q + dw * (a - (dg @ q) / c))
""",
        ),
        (
            "the last term",
            """
def direction(g, dw, dg):
    c = dw @ dg
    q = (g - (dw @ g) / c * dg) * c / (dg @ dg)
    return -(q - dw * (dg @ q) / c)
""",
        ),
        (
            "only the first estimate",
            """
def direction(g, dw, dg):
    scale = (dw @ dg) / (dg @ dg)
    return -scale * g
""",
        ),
        (
            None,
            """
def direction(g, dw, dg):
    c = dw @ dg
    a = (dw @ g) / c
    q = (g - a * dg) * c / (dg @ dg)
    return -(q + dw * (a + (dg @ q) / c))
""",
        ),
    ],
    "ex-adam": [
        (
            "ratio is upside down",
            """
def longest_step_gradients(t, beta1, beta2):
    return np.array([(beta1 / beta2) ** k for k in range(t)])
""",
        ),
        (
            "the exponents begin at 0",
            """
def longest_step_gradients(t, beta1, beta2):
    k = np.arange(1, t + 1)
    return (beta2 / beta1) ** k
""",
        ),
        (
            "take the root",
            """
def longest_step_gradients(t, beta1, beta2):
    return (beta2**2 / beta1**2) ** np.arange(t)
""",
        ),
        (
            "the paper's bound",
            """
def longest_step_gradients(t, beta1, beta2):
    g = np.zeros(t)
    g[-1] = 1
    return g
""",
        ),
    ],
}
