"""Wrong answers to the exercises of chapter 1, as readers write them."""

SLIPS = {
    "ex-tanh": [
        ("takes tanh once more", "def tanh_slope(y):\n    return 1 / np.cosh(y) ** 2"),
        ("slope of the logistic function", "def tanh_slope(y):\n    return (1 - y) * y"),
        ("the sign is the wrong way", "def tanh_slope(y):\n    return y * y - 1"),
        ("signs in the quotient rule", "def tanh_slope(y):\n    return 1 + y * y"),
        ("flat at both ends", "def tanh_slope(y):\n    return 1 - y"),
    ],
    "ex-count": [
        ("biases are missing", "def parameter_count(D, K):\n    return D * K + K * D"),
        ("outputs have biases too", "def parameter_count(D, K):\n    return (D + 1) * K + K * D"),
        (
            "units of the code have biases too",
            "def parameter_count(D, K):\n    return D * K + D * (K + 1)",
        ),
        ("weights of its own", "def parameter_count(D, K):\n    return (D + 1) * (K + 1) - 1"),
        (
            "inputs have no biases",
            "def parameter_count(D, K):\n    return D + (D * K + K) + (K * D + D)",
        ),
        (None, "def parameter_count(D, K):\n    return D * K * D"),
    ],
    "ex-forward": [
        (
            "f'(0), is missing on the way back",
            "def code_delta():\n    return 2 * (1 / (1 + np.exp(-1)) - 1)",
        ),
        ("slope of the logistic function", "def code_delta():\n    return -0.5 * 2 / (1 + np.e)"),
        (
            "multiplied by the weight",
            "def code_delta():\n    return (1 / (1 + np.exp(-1)) - 1) / 4",
        ),
        ("the target is missing", "def code_delta():\n    return 2 / (1 + np.exp(-1)) * 0.25"),
        ("the sign is the wrong way", "def code_delta():\n    return 1 / (2 * (1 + np.exp(1)))"),
        (
            "outputs are logistic",
            "def code_delta():\n    return (2 * (1 - 1) + 0 * 0) * 0.25",
        ),
        (
            "nothing of its delta comes back",
            "def code_delta():\n    out = 1 / (1 + np.exp(-np.array([1, 0]))) - [1, 0]\n"
            "    return (2 * out[0] + out[1]) * 0.25",
        ),
        (None, "def code_delta():\n    return -0.13"),
    ],
    "ex-stable": [
        ("both of its branches", "def softplus(u):\n    return np.log(1 + np.exp(u))"),
        (
            "both of its branches",
            "def softplus(u):\n    return np.where(u > 30, u, np.log(1 + np.exp(u)))",
        ),
        ("near 0 the logarithm counts", "def softplus(u):\n    return np.where(u > 0, u, 0.0)"),
        (
            "right for negative u only",
            "def softplus(u):\n    return np.log(1 + np.exp(-abs(u)))",
        ),
        (
            "right for positive u only",
            "def softplus(u):\n    return u + np.log(np.exp(-abs(u)) + 1)",
        ),
        (
            "changes the result above",
            "def softplus(u):\n    return np.log(1 + np.exp(np.clip(u, -500, 500)))",
        ),
        (
            None,
            "def softplus(u):\n    return np.log(1 + np.exp(np.clip(u, -50, 50)))",
        ),
    ],
    "ex-bug": [
        (
            "how many samples are averaged",
            "def weight_gradients(X, W, b, W_, b_):\n"
            "    Y = logistic(X @ W.T + b)\n"
            "    X_hat = logistic(Y @ W_.T + b_)\n"
            "    delta_out = X_hat - X\n"
            "    delta = delta_out @ W_ * Y * (1 - Y)\n"
            "    return np.vstack([delta.T @ X, (delta_out.T @ Y).T])",
        ),
        (
            "not the slope of a logistic unit",
            "def weight_gradients(X, W, b, W_, b_):\n"
            "    Y = logistic(X @ W.T + b)\n"
            "    X_hat = logistic(Y @ W_.T + b_)\n"
            "    delta_out = (X_hat - X) / len(X)\n"
            "    delta = delta_out @ W_ * Y\n"
            "    return np.vstack([delta.T @ X, (delta_out.T @ Y).T])",
        ),
        (
            "the one of tanh",
            "def weight_gradients(X, W, b, W_, b_):\n"
            "    Y = logistic(X @ W.T + b)\n"
            "    X_hat = logistic(Y @ W_.T + b_)\n"
            "    delta_out = X_hat - X\n"
            "    delta = delta_out @ W_ * (1 - Y * Y)\n"
            "    return np.vstack([delta.T @ X, (delta_out.T @ Y).T]) / X.shape[0]",
        ),
        (
            "not over the pixels",
            "def weight_gradients(X, W, b, W_, b_):\n"
            "    Y = logistic(X @ W.T + b)\n"
            "    X_hat = logistic(Y @ W_.T + b_)\n"
            "    delta_out = X_hat - X\n"
            "    delta = delta_out @ W_ * Y * (1 - Y)\n"
            "    return np.vstack([delta.T @ X, (delta_out.T @ Y).T]) / X.shape[1]",
        ),
        (
            None,
            "def weight_gradients(X, W, b, W_, b_):\n"
            "    Y = logistic(X @ W.T + b)\n"
            "    X_hat = logistic(Y @ W_.T + b_)\n"
            "    delta_out = (X_hat - X) * X_hat * (1 - X_hat)\n"
            "    delta = delta_out @ W_ * Y * (1 - Y)\n"
            "    return np.vstack([delta.T @ X, (delta_out.T @ Y).T]) / len(X)",
        ),
    ],
    "ex-mean": [
        ("logistic function itself", "def logit(mean):\n    return logistic(mean)"),
        ("the sign is the wrong way", "def logit(mean):\n    return np.log((1 - mean) / mean)"),
        ("these are the odds", "def logit(mean):\n    return mean / (1 - mean)"),
        ("what about 1 - mean", "def logit(mean):\n    return np.log(mean)"),
        (
            "a sign is wrong inside",
            "def logit(mean):\n    return -np.log((1 + mean) / mean)",
        ),
        ("is a factor missing", "def logit(mean):\n    return np.log10(mean / (1 - mean))"),
    ],
    "ex-floor": [
        ("one of the two terms", "def floor_of_uniform_pixels():\n    return 1 / 4"),
        ("the sign is the wrong way", "def floor_of_uniform_pixels():\n    return -1 / 2"),
        ("entropy of the mean pixel", "def floor_of_uniform_pixels():\n    return np.log(2)"),
        ("is in bits", "def floor_of_uniform_pixels():\n    return 1 / (2 * np.log(2))"),
        ("an image of 784 pixels", "def floor_of_uniform_pixels():\n    return 784 / 2"),
        (None, "def floor_of_uniform_pixels():\n    return 1 / 3"),
    ],
    "ex-tied": [
        ("encoder alone", 'def tied_gradient(gradient):\n    return gradient["W1"]'),
        ("decoder alone", 'def tied_gradient(gradient):\n    return gradient["W2"].T'),
        (
            "takes no mean",
            "def tied_gradient(gradient):\n"
            '    return 0.5 * (gradient["W1"] + np.transpose(gradient["W2"]))',
        ),
        (
            "neither counts against",
            'def tied_gradient(gradient):\n    return gradient["W1"] - gradient["W2"].T',
        ),
        (
            "not across",
            'def tied_gradient(gradient):\n    return gradient["W2"].T * gradient["W1"]',
        ),
        (
            None,
            'def tied_gradient(gradient):\n    return (gradient["W1"] + gradient["W2"].T).T',
        ),
    ],
    "ex-index": [
        (
            "factor one half",
            "def lookup_error(memory, X):\n"
            "    d = np.array([[np.sum((x - m) ** 2) for m in memory] for x in X])\n"
            "    return d.min(axis=1).mean()",
        ),
        (
            "yours is their sum",
            "def lookup_error(memory, X):\n"
            "    d = np.array([[np.sum((x - m) ** 2) for m in memory] for x in X])\n"
            "    return d.min(axis=1).sum() / 2",
        ),
        (
            "sum over the pixels",
            "def lookup_error(memory, X):\n"
            "    d = np.array([[np.mean((x - m) ** 2) for m in memory] for x in X])\n"
            "    return d.min(axis=1).mean() / 2",
        ),
        (
            "farthest away",
            "def lookup_error(memory, X):\n"
            "    d = np.array([[np.sum((x - m) ** 2) for m in memory] for x in X])\n"
            "    return d.max(axis=1).mean() / 2",
        ),
        (
            "sum of absolute differences",
            "def lookup_error(memory, X):\n"
            "    d = np.array([[np.abs(x - m).sum() for m in memory] for x in X])\n"
            "    return np.mean(np.sum((X - memory[d.argmin(1)]) ** 2, 1)) / 2",
        ),
        ("wanted is that of X", "def lookup_error(memory, X):\n    return 0"),
        (
            None,
            "def lookup_error(memory, X):\n"
            "    d = np.array([[np.linalg.norm(x - m) for m in memory] for x in X])\n"
            "    return d.min(axis=1).mean() / 2",
        ),
    ],
    "ex-imitate": [
        (
            "take away what the codes are",
            "def imitating_decoder(W_, b_, s):\n    return np.c_[4 * W_ / s, b_]",
        ),
        (
            "has got lost",
            "def imitating_decoder(W_, b_, s):\n"
            "    scaled = 4 / s * W_\n"
            "    return np.c_[scaled, -scaled.sum(axis=1) / 2]",
        ),
        (
            "adds what it has to take away",
            "def imitating_decoder(W_, b_, s):\n"
            "    return np.c_[4 * W_ / s, b_ + (4 * W_ / s).sum(axis=1) / 2]",
        ),
        (
            "has the slope 1/4",
            "def imitating_decoder(W_, b_, s):\n"
            "    return np.c_[W_ / s, b_ - 0.5 * (W_ / s).sum(axis=1)]",
        ),
        (
            "weights have to grow",
            "def imitating_decoder(W_, b_, s):\n"
            "    V = 4 * s * W_\n"
            "    return np.c_[V, b_ - V.sum(axis=1) / 2]",
        ),
        (
            "times the *new* weights",
            "def imitating_decoder(W_, b_, s):\n"
            "    return np.c_[4 / s * W_, b_ - 0.5 * W_ @ np.ones(W_.shape[1])]",
        ),
        (
            None,
            "def imitating_decoder(W_, b_, s):\n"
            "    V = 4 / s * W_\n"
            "    return np.c_[b_ - V.sum(axis=1) / 2, V]",
        ),
    ],
}
