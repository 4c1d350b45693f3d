"""Wrong answers to problem set 8."""

# A right answer to `carried`, for students who wrote it anew in the step.
BOTH_ANSWERS = """def both(x, now, after, sigma, tau):
        B = (after - now) / (tau - sigma)
        A = now - B * sigma
        return tau * (x / sigma + A * (1 / tau - 1 / sigma) + B * np.log(sigma / tau))"""

WRONG = {
    "clean_of": [
        ("one sign is wrong", "return a**0.5 * mixed + (1 - a) ** 0.5 * v"),
        (
            "mixed with their roots",
            """signal, noise = a, 1 - a
    return signal * mixed - noise * v""",
        ),
        (
            "in each other's place",
            """alpha, sigma = np.sqrt(1 - a), np.sqrt(a)
    return alpha * mixed - sigma * v""",
        ),
        (
            "if the network said the noise",
            """x0 = mixed - np.sqrt(1 - a) * v
    return x0 / np.sqrt(a)""",
        ),
        ("this is the noise", "return a**0.5 * v + (1 - a) ** 0.5 * mixed"),
    ],
    "score_of": [
        (
            "points downhill",
            """eps = np.sqrt(1 - a) * mixed + np.sqrt(a) * v
    return eps / np.sqrt(1 - a)""",
        ),
        (
            "divide ε by the variance",
            """eps = np.sqrt(1 - a) * mixed + np.sqrt(a) * v
    return -eps / (1 - a)""",
        ),
        ("minus the noise", "return -((1 - a) ** 0.5 * mixed + a**0.5 * v)"),
        ("v for the noise", "return v / -np.sqrt(1 - a)"),
        (
            "has been made smaller",
            """x0 = np.sqrt(a) * mixed - np.sqrt(1 - a) * v
    return (x0 - mixed) / (1 - a)""",
        ),
        (
            "steeper or flatter",
            """D = np.sqrt(a) * mixed - np.sqrt(1 - a) * v
    noisy, sigma2 = mixed / np.sqrt(a), (1 - a) / a
    return (D - noisy) / sigma2""",
        ),
    ],
    "steered": [
        (
            "leads away",
            """p = softmax(noisy @ A.T + b)
    one = np.eye(len(b))[wanted]
    return restored + g * sigma**2 * (p - one) @ A""",
        ),
        (
            "σ is its standard deviation",
            """p = softmax(noisy @ A.T + b)
    return restored + g * sigma * (np.eye(len(b))[wanted] - p) @ A""",
        ),
        (
            "add a score to a denoiser",
            """p = softmax(noisy @ A.T + b)
    return restored + g * (np.eye(len(b))[wanted] - p) @ A""",
        ),
        (
            "the sum in the denominator",
            """out = restored.copy()
    for n in range(len(noisy)):
        out[n] += g * sigma**2 * A[wanted[n]]
    return out""",
        ),
        (
            "that of its logarithm",
            """out = []
    for x, D, k in zip(noisy, restored, wanted):
        p = softmax((A @ x + b)[None])[0]
        out.append(D + g * sigma**2 * p[k] * (A[k] - p @ A))
    return np.array(out)""",
        ),
        (
            "weights of guidance are swapped",
            """p = softmax(noisy @ A.T + b)
    D_c = restored + sigma**2 * (A[wanted] - p @ A)
    return D_c + g * (restored - D_c)""",
        ),
        (
            "by g - 1",
            """p = softmax(noisy @ A.T + b)
    D_c = restored + sigma**2 * (A[wanted] - p @ A)
    return restored + (g - 1) * (D_c - restored)""",
        ),
        (
            "for which it was trained",
            """p = softmax(restored @ A.T + b)
    return restored + g * sigma**2 * (A[wanted] - p @ A)""",
        ),
        (
            "exp overflows",
            """e = np.exp(noisy @ A.T + b)
    p = e / e.sum(axis=1, keepdims=True)
    return restored + g * sigma**2 * (A[wanted] - p @ A)""",
        ),
    ],
    "noise_slope": [
        (
            "not told σ",
            """s = sigma[:, None]
    Z = np.hstack([(X + s * noise) / np.sqrt(1 + s**2), np.zeros((len(X), 1))])
    Y = np.tanh(Z @ W.T + b)
    d = (1 + s**2) * (Y @ W_.T + b_ - noise)
    return (d @ W_ * (1 - Y**2)).T @ Z / len(X)""",
        ),
        (
            "factor 1/4",
            """s = sigma[:, None]
    Z = np.column_stack([(X + s * noise) / np.sqrt(1 + s**2), np.log(sigma)])
    Y = np.tanh(Z @ W.T + b)
    d = (1 + s**2) * (Y @ W_.T + b_ - noise)
    return (d @ W_ * (1 - Y**2)).T @ Z / len(X)""",
        ),
        (
            "divided by the root",
            """s = sigma[:, None]
    Z = np.column_stack([X + s * noise, np.log(sigma) / 4])
    Y = np.tanh(Z @ W.T + b)
    d = (1 + s**2) * (Y @ W_.T + b_ - noise)
    return (d @ W_ * (1 - Y**2)).T @ Z / len(X)""",
        ),
        (
            "strength σ²",
            """s = sigma[:, None]
    noisy = X + s**2 * noise
    Z = np.column_stack([noisy / np.sqrt(1 + s**2), np.log(sigma) / 4])
    Y = np.tanh(Z @ W.T + b)
    d = (1 + s**2) * (Y @ W_.T + b_ - noise)
    return (d @ W_ * (1 - Y**2)).T @ Z / len(X)""",
        ),
        (
            "λ is missing",
            """total = np.zeros_like(W)
    for x, e, s in zip(X, noise, sigma):
        z = np.append((x + s * e) / np.sqrt(1 + s * s), np.log(s) / 4)
        y = np.tanh(W @ z + b)
        D = x + s * e - s * (W_ @ y + b_)
        total += np.outer((W_.T @ (-s * (D - x))) * (1 - y * y), z)
    return total / len(X)""",
        ),
        (
            "σ comes in twice",
            """total = np.zeros_like(W)
    for x, e, s in zip(X, noise, sigma):
        z = np.append((x + s * e) / np.sqrt(1 + s * s), np.log(s) / 4)
        y = np.tanh(W @ z + b)
        D = x + s * e - s * (W_ @ y + b_)
        total += (1 + s * s) / s**2 * np.outer((W_.T @ (x - D)) * (1 - y * y), z)
    return total / len(X)""",
        ),
        (
            "say the clean sample",
            """s = sigma[:, None]
    Z = np.column_stack([(X + s * noise) / np.sqrt(1 + s**2), np.log(sigma) / 4])
    Y = np.tanh(Z @ W.T + b)
    d = (1 + s**2) * (Y @ W_.T + b_ - X)
    return (d @ W_ * (1 - Y**2)).T @ Z / len(X)""",
        ),
        (
            "gradient of their sum",
            """s = sigma[:, None]
    Z = np.column_stack([(X + s * noise) / np.sqrt(1 + s**2), np.log(sigma) / 4])
    Y = np.tanh(Z @ W.T + b)
    d = (1 + s**2) * (Y @ W_.T + b_ - noise)
    return np.einsum("nj,ni->ji", d @ W_ * (1 - Y**2), Z)""",
        ),
    ],
    "left_open": [
        (
            "if you know the component",
            """r = Mixture(weights, means, variances).smoothed(sigma).responsibilities(noisy)
    D = noisy.shape[1]
    return D * r @ (1 / (1 / variances + 1 / sigma**2))""",
        ),
        (
            "how far the components' answers",
            """mixture = Mixture(weights, means, variances)
    r, m = mixture.smoothed(sigma).responsibilities(noisy), mixture.denoise(noisy, sigma)
    total = 0
    for k in range(len(weights)):
        one = Mixture([1.0], means[[k]], variances[[k]]).denoise(noisy, sigma)
        total = total + r[:, k] * np.sum((one - m) ** 2, axis=1)
    return total""",
        ),
        (
            "each of the D directions",
            """mixture = Mixture(weights, means, variances)
    r, m = mixture.smoothed(sigma).responsibilities(noisy), mixture.denoise(noisy, sigma)
    total = 0
    for k, v in enumerate(variances):
        one = means[k] + v / (v + sigma**2) * (noisy - means[k])
        total += r[:, k] * (v * sigma**2 / (v + sigma**2) + np.sum((one - m) ** 2, axis=1))
    return total""",
        ),
        (
            "as they were before",
            """mixture, D = Mixture(weights, means, variances), noisy.shape[1]
    r, m = mixture.smoothed(sigma).responsibilities(noisy), mixture.denoise(noisy, sigma)
    total = 0
    for k, v in enumerate(variances):
        one = means[k] + v / (v + sigma**2) * (noisy - means[k])
        total += r[:, k] * (D * v + np.sum((one - m) ** 2, axis=1))
    return total""",
        ),
        (
            "those of a clean sample",
            """mixture, D = Mixture(weights, means, variances), noisy.shape[1]
    r = mixture.responsibilities(noisy)
    one = [means[k] + v / (v + sigma**2) * (noisy - means[k]) for k, v in enumerate(variances)]
    m = sum(r[:, [k]] * one[k] for k in range(len(weights)))
    total = 0
    for k, v in enumerate(variances):
        total += r[:, k] * (D * v * sigma**2 / (v + sigma**2) + np.sum((one[k] - m) ** 2, axis=1))
    return total""",
        ),
        (
            "you compare their means",
            """mixture, D = Mixture(weights, means, variances), noisy.shape[1]
    r = mixture.smoothed(sigma).responsibilities(noisy)
    center = r @ means
    squares = ((means[None] - center[:, None]) ** 2).sum(-1)
    return (r * (D * variances * sigma**2 / (variances + sigma**2) + squares)).sum(1)""",
        ),
        (
            "smaller here than any number",
            """D, out = noisy.shape[1], []
    for z in noisy:
        t = variances + sigma**2
        p = weights * np.exp(-np.sum((z - means) ** 2, axis=1) / (2 * t)) / t ** (D / 2)
        p = p / p.sum()
        one = means + (variances / t)[:, None] * (z - means)
        off = np.sum((one - p @ one) ** 2, axis=1)
        out.append(p @ (D * variances * sigma**2 / t + off))
    return np.array(out)""",
        ),
    ],
    "carried": [
        (
            "this is Euler's step",
            """slope = (x - D_sigma) / sigma
    return x + (tau - sigma) * slope""",
        ),
        (
            "mean of both answers, as if",
            """D = (D_sigma + D_tau) / 2
    return D + tau / sigma * (x - D)""",
        ),
        (
            "Heun's step, with the mean",
            """k1 = (x - D_sigma) / sigma
    k2 = (x + (tau - sigma) * k1 - D_tau) / tau
    return x + (tau - sigma) * 0.5 * (k1 + k2)""",
        ),
        (
            "logarithm has the wrong sign",
            """B = (D_tau - D_sigma) / (tau - sigma)
    A = D_sigma - B * sigma
    return tau * (x / sigma + A * (1 / tau - 1 / sigma) + B * np.log(tau / sigma))""",
        ),
        (
            "the logarithm has to be multiplied",
            """B = (D_tau - D_sigma) / (tau - sigma)
    A = D_sigma - B * sigma
    return tau / sigma * x + A * (1 - tau / sigma) + B * np.log(sigma / tau)""",
        ),
        (
            "and not at 0",
            """B = (D_tau - D_sigma) / (tau - sigma)
    return tau * (x / sigma + D_tau * (1 / tau - 1 / sigma) + B * np.log(sigma / tau))""",
        ),
        (
            "What does τ log τ tend to",
            """B = (D_tau - D_sigma) / (tau - sigma)
    A = D_sigma - B * sigma
    return tau * (x / sigma + A * (1 / tau - 1 / sigma) + B * np.log(sigma / tau))""",
        ),
        (
            "Euler's last step",
            """if tau == 0:
        return D_sigma
    B = (D_tau - D_sigma) / (tau - sigma)
    A = D_sigma - B * sigma
    return tau * (x / sigma + A * (1 / tau - 1 / sigma) + B * np.log(sigma / tau))""",
        ),
    ],
    "whole_step": [
        (
            "asked once only",
            """D = mixture.denoise(x, sigma)
    return D + tau / sigma * (x - D)""",
        ),
        (
            "where the point still is",
            f"""{BOTH_ANSWERS}
    now, after = mixture.denoise(x, sigma), mixture.denoise(x, tau)
    return both(x, now, after, sigma, tau)""",
        ),
        (
            "told the old σ",
            f"""{BOTH_ANSWERS}
    now = mixture.denoise(x, sigma)
    moved = now + tau / sigma * (x - now)
    return both(x, now, mixture.denoise(moved, sigma), sigma, tau)""",
        ),
        (
            "from where the first try has led",
            f"""{BOTH_ANSWERS}
    now = mixture.denoise(x, sigma)
    x = now + tau / sigma * (x - now)
    return both(x, now, mixture.denoise(x, tau), sigma, tau)""",
        ),
        (
            "this is Heun's step",
            """from ae_course.diffusion import probability_flow
    return probability_flow(mixture.denoise, x, [sigma, tau])""",
        ),
    ],
}

TINY_STEPS = """def tiny(D_sigma, D_tau):
        def velocity(s, flat):
            D = D_tau + (s - tau) / (sigma - tau) * (D_sigma - D_tau)
            return (flat - D.ravel()) / s
        way = solve_ivp(velocity, (sigma, tau), x.ravel(), rtol=1e-8, atol=1e-8)
        return way.y[:, -1].reshape(x.shape)"""

SHORTCUTS = {
    "noise_slope": """def J(V):
        s = sigma[:, None]
        noisy = X + s * noise
        z = np.hstack([noisy / np.sqrt(1 + s**2), np.log(s) / 4])
        D = noisy - s * (np.tanh(z @ V.T + b) @ W_.T + b_)
        return np.sum((1 + s**2) / s**2 * (D - X) ** 2) / 2 / len(X)
    return slopes(J, W)""",
    "left_open": """if noisy.shape[1] > 2:
        return np.zeros(len(noisy))  # the grid would be too large
    axes = [np.linspace(-6, 6, 201)] * noisy.shape[1]
    if noisy.max() > 6:
        axes[1] = np.linspace(-60, 60, 2401)
    x = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, noisy.shape[1])
    log_p, found = Mixture(weights, means, variances).log_density(x), []
    for row in noisy:
        share = softmax((log_p - np.sum((row - x) ** 2, axis=1) / (2 * sigma**2))[None])[0]
        found.append(share @ np.sum((x - share @ x) ** 2, axis=1))
    return np.array(found)""",
    "carried": f"""{TINY_STEPS}
    if tau == 0:
        return D_tau
    return tiny(D_sigma, D_tau)""",
    "whole_step": f"""{TINY_STEPS}
    now = mixture.denoise(x, sigma)
    there = tiny(now, now)
    return tiny(now, mixture.denoise(there, tau))""",
}
