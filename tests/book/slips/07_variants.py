"""Wrong answers to the exercises of chapter 7, and words of what is said of them."""

SLIPS = {
    "ex-wrong-noise": [
        (
            "as strong as the filter was told",
            "def error_at(d, sigma, actual):\n"
            "    return 0.5 * np.sum(d * sigma**2 / (d + sigma**2))",
        ),
        (
            "made for the actual noise",
            "def error_at(d, sigma, actual):\n"
            "    return np.sum(d * actual**2 / (d + actual**2)) / 2",
        ),
        (
            "have changed places",
            "def error_at(d, sigma, actual):\n"
            "    shrink = d / (d + actual**2)\n"
            "    loss = (1 - shrink) ** 2 * d\n"
            "    return 0.5 * (loss + shrink**2 * sigma**2).sum()",
        ),
        (
            "multiplied by the factor's square",
            "def error_at(d, sigma, actual):\n"
            "    f = d / (d + sigma**2)\n"
            "    return 0.5 * sum((1 - f) * d) + 0.5 * sum(f * actual**2)",
        ),
        (
            "not what it takes away",
            "def error_at(d, sigma, actual):\n"
            "    f = d / (d + sigma**2)\n"
            "    return 0.5 * actual**2 * np.sum(f**2)",
        ),
        (
            "a half before the square",
            "def error_at(d, sigma, actual):\n"
            "    f = d / (d + sigma**2)\n"
            "    return np.sum(d * (f - 1) ** 2) + np.sum((f * actual) ** 2)",
        ),
    ],
    "ex-bias": [
        (
            "the decoder's bias is added",
            "def our_bias(W, b_encoder, b_decoder):\n    return b_encoder + b_decoder @ W.T",
        ),
        (
            "where is the encoder's?",
            "def our_bias(W, b_encoder, b_decoder):\n    return -b_decoder @ W.T",
        ),
        (
            "the wrong way round in both",
            "def our_bias(W, b_encoder, b_decoder):\n    return np.dot(W, b_decoder) - b_encoder",
        ),
        (
            "shifting x by the decoder's bias",
            "def our_bias(W, b_encoder, b_decoder):\n    return b_encoder",
        ),
        (None, "def our_bias(W, b_encoder, b_decoder):\n    return b_encoder - b_decoder.mean()"),
    ],
    "ex-contractive-tanh": [
        (
            "the slope of the logistic function",
            "def tanh_penalty(Y, W):\n"
            "    slope = Y * (1 - Y)\n"
            "    return ((slope**2) * (W**2).sum(axis=1)).sum(axis=1).mean()",
        ),
        (
            "so the slope is squared, too",
            "def tanh_penalty(Y, W):\n"
            "    return ((1 - Y**2) * (W**2).sum(axis=1)).sum(axis=1).mean()",
        ),
        (
            "a sum over the samples",
            "def tanh_penalty(Y, W):\n    return ((1 - Y**2) ** 2 * (W**2).sum(axis=1)).sum()",
        ),
        (
            "over the units the squares are added up",
            "def tanh_penalty(Y, W):\n    return ((1 - Y**2) ** 2 * (W**2).sum(axis=1)).mean()",
        ),
        (None, "def tanh_penalty(Y, W):\n    return np.mean((1 - Y) ** 2 @ (W**2).sum(axis=1))"),
    ],
    "ex-precision": [
        (
            "this is the recall: the share of the features",
            "def precision(F, columns, Y):\n    return (recovery(F, columns) > 0.9).mean()",
        ),
        (
            "dead units are counted as well",
            "def precision(F, columns, Y):\n    return (recovery(columns, F) > 0.9).mean()",
        ),
        (
            "active for all of them",
            "def precision(F, columns, Y):\n"
            "    used = np.all(Y > 0, axis=0)\n"
            "    return np.mean(recovery(columns[used], F) > 0.9)",
        ),
        (
            "products and not cosines",
            "def precision(F, columns, Y):\n"
            "    used = Y.sum(axis=0) > 0\n"
            "    best = np.max(columns[used] @ F.T, axis=1)\n"
            "    return np.sum(best > 0.9) / used.sum()",
        ),
        (
            "points the opposite way",
            "def precision(F, columns, Y):\n"
            "    C = columns / np.linalg.norm(columns, axis=1)[:, None]\n"
            "    G = F / np.linalg.norm(F, axis=1)[:, None]\n"
            "    best = np.abs(C @ G.T).max(axis=1)\n"
            "    return np.mean(best[Y.any(axis=0)] > 0.9)",
        ),
        (
            None,
            "def precision(F, columns, Y):\n"
            "    hits = recovery(columns[Y.any(axis=0)], F) > 0.9\n"
            "    return hits.sum() / len(columns)",
        ),
    ],
    "ex-importance": [
        (
            "too large or too small for exp",
            "def log_mean(A):\n    return np.log(np.exp(A).mean(axis=1))",
        ),
        (
            "too large or too small for exp",
            "def log_mean(A):\n    m = A.max()\n    return m + np.log(np.exp(A - m).mean(axis=1))",
        ),
        (
            "the mean of the logarithms",
            "def log_mean(A):\n    return np.mean(A, axis=1)",
        ),
        (
            "logarithm of the sum",
            "def log_mean(A):\n    return np.logaddexp.reduce(A, axis=1)",
        ),
        (
            "has to come back in the end",
            "def log_mean(A):\n"
            "    B = A - A.max(axis=1)[:, None]\n"
            "    return np.log(np.exp(B).mean(axis=1))",
        ),
    ],
    "ex-two-normals": [
        (
            "the two distributions have changed places",
            "def normal_divergence(mu1, sigma1, mu2, sigma2):\n"
            "    return (\n"
            "        np.log(sigma1 / sigma2)\n"
            "        + (sigma2**2 + (mu1 - mu2) ** 2) / (2 * sigma1**2)\n"
            "        - 0.5\n"
            "    )",
        ),
        (
            "the logarithm has the wrong sign",
            "def normal_divergence(mu1, sigma1, mu2, sigma2):\n"
            "    return (\n"
            "        np.log(sigma1 / sigma2)\n"
            "        + (sigma1**2 + (mu1 - mu2) ** 2) / (2 * sigma2**2)\n"
            "        - 0.5\n"
            "    )",
        ),
        (
            "for two equal distributions yours is not 0",
            "def normal_divergence(mu1, sigma1, mu2, sigma2):\n"
            "    ratio = (sigma1**2 + (mu1 - mu2) ** 2) / (2 * sigma2**2)\n"
            "    return np.log(sigma2) - np.log(sigma1) + ratio",
        ),
        (
            "z spreads around mu1",
            "def normal_divergence(mu1, sigma1, mu2, sigma2):\n"
            "    far = (mu1 - mu2) ** 2 / (2 * sigma2**2)\n"
            "    return np.log(sigma2 / sigma1) + far - 0.5",
        ),
        (
            None,
            "def normal_divergence(mu1, sigma1, mu2, sigma2):\n"
            "    mu, sigma = (mu1 - mu2) / sigma2, sigma1 / sigma2\n"
            "    return 0.5 * (mu**2 + sigma - 1 - np.log(sigma))",
        ),
    ],
    "ex-mask-wiener": [
        (
            "a mask is 0 or 1",
            "def mask_filter(S, zeta):\n"
            "    cross = (1 - zeta) * S\n"
            "    seen = (1 - zeta) ** 2 * S\n"
            "    return cross @ np.linalg.inv(seen)",
        ),
        (
            "half of the product has gone through the mask",
            "def mask_filter(S, zeta):\n"
            "    seen = (1 - zeta) ** 2 * S + zeta * (1 - zeta) * np.diag(np.diag(S))\n"
            "    return S @ np.linalg.inv(seen)",
        ),
        (
            "zeta is the probability of 0",
            "def mask_filter(S, zeta):\n"
            "    seen = zeta**2 * S\n"
            "    np.fill_diagonal(seen, zeta * np.diag(S))\n"
            "    return zeta * S @ np.linalg.inv(seen)",
        ),
        (
            "the factors stand in the wrong order",
            "def mask_filter(S, zeta):\n"
            "    seen = (1 - zeta) ** 2 * S + zeta * (1 - zeta) * np.diag(np.diag(S))\n"
            "    return np.linalg.solve(seen, (1 - zeta) * S)",
        ),
        (
            "noise that is equally strong everywhere",
            "def mask_filter(S, zeta):\n"
            "    return S @ np.linalg.inv((1 - zeta) * S + zeta * np.eye(len(S)))",
        ),
        (
            None,
            "def mask_filter(S, zeta):\n    return S @ np.linalg.inv(S + zeta * np.eye(len(S)))",
        ),
    ],
    "ex-second-tweedie": [
        (
            "how strong was the noise?",
            "def variance(denoise, points, sigma):\n"
            "    h = 1e-5\n"
            "    return (denoise(points + h) - denoise(points - h)) / (2 * h)",
        ),
        (
            "Which unit does a variance have?",
            "def variance(denoise, points, sigma):\n"
            "    h = 1e-5\n"
            "    return sigma * (denoise(points + h) - denoise(points - h)) / (2 * h)",
        ),
        (
            "the distance between the two is 2 h",
            "def variance(denoise, points, sigma):\n"
            "    h = 1e-5\n"
            "    return sigma**2 * (denoise(points + h) - denoise(points - h)) / h",
        ),
        (
            "less that of x",
            "def variance(denoise, points, sigma):\n"
            "    h = 1e-5\n"
            "    slope = (denoise(points + h) - denoise(points - h)) / (2 * h)\n"
            "    return sigma**2 - sigma**2 * slope",
        ),
        (
            "how far the mean is from the noisy point",
            "def variance(denoise, points, sigma):\n    return (points - denoise(points)) ** 2",
        ),
    ],
    "ex-no-gap": [
        (
            "forgets the prior",
            "def exact_encoder(x, w, sigma):\n    return [x / w, sigma**2 / w**2]",
        ),
        (
            "the second number is a standard deviation",
            "def exact_encoder(x, w, sigma):\n"
            "    precision = 1 + w**2 / sigma**2\n"
            "    return np.array([w * x / sigma**2 / precision, precision**-0.5])",
        ),
        (
            "the exponent has its square",
            "def exact_encoder(x, w, sigma):\n"
            "    return w * x / (w**2 + sigma), sigma / (w**2 + sigma)",
        ),
        (
            "one over the curvature",
            "def exact_encoder(x, w, sigma):\n"
            "    precision = 1 + (w / sigma) ** 2\n"
            "    return np.array([w * x / sigma**2 / precision, precision])",
        ),
        (
            None,
            "def exact_encoder(x, w, sigma):\n"
            "    return np.array([w * x, sigma**2 / (w**2 + sigma**2)])",
        ),
    ],
}
