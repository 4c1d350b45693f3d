"""Wrong answers to the exercises of chapter 6, as readers write them."""

SLIPS = {
    "ex-two-classes": [
        (
            "probability of the first class",
            "def second_class(U):\n    return logistic(-(U[:, 1] - U[:, 0]))",
        ),
        ("first net input has no say", "def second_class(U):\n    return logistic(U)[:, 1]"),
        (
            "where the softmax has the exponential",
            "def second_class(U):\n    p = logistic(U)\n    return p[:, 1] / (p[:, 0] + p[:, 1])",
        ),
        (
            "you divide net inputs",
            "def second_class(U):\n    u1, u2 = U.T\n    return logistic(u2 / u1)",
        ),
        (
            "these are both probabilities",
            "def second_class(U):\n"
            "    p = logistic(U[:, 1] - U[:, 0])\n"
            "    return np.stack([1 - p, p], axis=1)",
        ),
    ],
    "ex-how-deep": [
        (
            "Steps are whole numbers",
            "def steps_until_gone(norm):\n    return -6 * np.log(10) / np.log(norm / 4)",
        ),
        (
            "one step too few",
            "def steps_until_gone(norm):\n"
            "    return np.array([int(np.log(1e-6) / np.log(x / 4)) for x in norm])",
        ),
        (
            "different bases, 10 and e",
            "def steps_until_gone(norm):\n    return np.ceil(np.log10(1e-6) / np.log(norm / 4))",
        ),
        (
            "square of the length",
            "def steps_until_gone(norm):\n"
            "    return np.ceil(np.log(1e-6) / np.log((norm / 4) ** 2))",
        ),
        (None, "def steps_until_gone(norm):\n    return np.ceil(np.log(1e-6) / np.log(4 / norm))"),
    ],
    "ex-rectifiers": [
        (
            "How many of them have",
            "def deviation_for_rectifiers(units):\n    return units**-0.5",
        ),
        (
            "this is the variance",
            "def deviation_for_rectifiers(units):\n    return 1 / (units / 2)",
        ),
        (
            "the mean of the squared slope",
            "def deviation_for_rectifiers(units):\n"
            "    mean_slope = 0.5\n"
            "    return 1 / np.sqrt(units * mean_slope**2)",
        ),
        (
            "of a uniform distribution",
            "def deviation_for_rectifiers(units):\n    return np.sqrt(6 / units)",
        ),
    ],
    "ex-softmax-jacobian": [
        (
            "the matrix is not diagonal",
            "def softmax_jacobian(y):\n"
            "    J = np.zeros((len(y), len(y)))\n"
            "    for k in range(len(y)):\n"
            "        J[k, k] = y[k] * (1 - y[k])\n"
            "    return J",
        ),
        (
            "this is the diagonal alone",
            "def softmax_jacobian(y):\n    return y - y**2",
        ),
        (
            "sign of the second term",
            "def softmax_jacobian(y):\n    return np.diag(y) + y[:, None] * y",
        ),
        (
            "off the diagonal it is right",
            "def softmax_jacobian(y):\n    return -y[:, None] * y[None, :]",
        ),
        (
            "derivatives of log y_k",
            "def softmax_jacobian(y):\n    return np.eye(y.size) - y[None, :]",
        ),
    ],
    "ex-clean-codes": [
        (
            "hand to the next stage",
            "def restored_by_stages(X, corrupt, encoders):\n"
            "    targets = [X]\n"
            "    for W, b in encoders[:-1]:\n"
            "        X = logistic(corrupt(X) @ W.T + b)\n"
            "        targets.append(X)\n"
            "    return np.hstack(targets)",
        ),
        (
            "your targets are corrupted",
            "def restored_by_stages(X, corrupt, encoders):\n"
            "    targets, Y = [], X\n"
            "    for W, b in encoders:\n"
            "        noisy = corrupt(Y)\n"
            "        targets.append(noisy)\n"
            "        Y = logistic(Y @ W.T + b)\n"
            "    return np.hstack(targets)",
        ),
        (
            "restores the pixels here",
            "def restored_by_stages(X, corrupt, encoders):\n"
            "    targets, Y = [], X\n"
            "    for W, b in encoders:\n"
            "        targets.append(X)\n"
            "        Y = logistic(corrupt(Y) @ W.T + b)\n"
            "    return np.hstack(targets)",
        ),
        (
            "both are corrupted now",
            "def restored_by_stages(X, corrupt, encoders):\n"
            "    targets = []\n"
            "    for W, b in encoders:\n"
            "        X = corrupt(X)\n"
            "        targets.append(X)\n"
            "        X = logistic(X @ W.T + b)\n"
            "    return np.hstack(targets)",
        ),
        (
            "these are the codes of the stages",
            "def restored_by_stages(X, corrupt, encoders):\n"
            "    targets = []\n"
            "    for W, b in encoders:\n"
            "        X = logistic(X @ W.T + b)\n"
            "        targets.append(X)\n"
            "    return np.hstack(targets)",
        ),
    ],
    "ex-stage-2": [
        (
            "this is the squared error",
            "def stage_2_error(X, W1, b1, W2, b2, V, d):\n"
            "    Y = logistic(X @ W1.T + b1)\n"
            "    Z = logistic(Y @ W2.T + b2)\n"
            "    Y_hat = logistic(Z @ V.T + d)\n"
            "    return 0.5 * ((Y_hat - Y) ** 2).sum(axis=1).mean()",
        ),
        (
            "only the samples are averaged",
            "def stage_2_error(X, W1, b1, W2, b2, V, d):\n"
            "    Y = logistic(X @ W1.T + b1)\n"
            "    Y_hat = logistic(logistic(Y @ W2.T + b2) @ V.T + d)\n"
            "    return -np.mean(Y * np.log(Y_hat) + (1 - Y) * np.log(1 - Y_hat))",
        ),
        (
            "yours is their sum",
            "def stage_2_error(X, W1, b1, W2, b2, V, d):\n"
            "    Y = logistic(X @ W1.T + b1)\n"
            "    Y_hat = logistic(logistic(Y @ W2.T + b2) @ V.T + d)\n"
            "    return -np.sum(Y * np.log(Y_hat) + (1 - Y) * np.log(1 - Y_hat))",
        ),
        (
            "have changed places",
            "def stage_2_error(X, W1, b1, W2, b2, V, d):\n"
            "    Y = logistic(X @ W1.T + b1)\n"
            "    R = logistic(logistic(Y @ W2.T + b2) @ V.T + d)\n"
            "    return -(R * np.log(Y) + (1 - R) * np.log(1 - Y)).sum(1).mean()",
        ),
        (
            "half of the cross-entropy",
            "def stage_2_error(X, W1, b1, W2, b2, V, d):\n"
            "    Y = logistic(X @ W1.T + b1)\n"
            "    R = logistic(logistic(Y @ W2.T + b2) @ V.T + d)\n"
            "    return -(Y * np.log(R)).sum(axis=1).mean()",
        ),
        (
            None,
            "def stage_2_error(X, W1, b1, W2, b2, V, d):\n"
            "    Y = X @ W1.T + b1\n"
            "    R = logistic(logistic(Y @ W2.T + b2) @ V.T + d)\n"
            "    return -(Y * np.log(R) + (1 - Y) * np.log(1 - R)).sum(1).mean()",
        ),
    ],
    "ex-same-gradient": [
        (
            "one power of gamma too many",
            "def gradient_norm(gamma, L, x_length, delta_length):\n"
            "    return x_length * delta_length * gamma**L",
        ),
        (
            "layer's input in it",
            "def gradient_norm(gamma, L, x_length, delta_length):\n"
            "    return gamma ** (L - 1) * delta_length",
        ),
        (
            "multiplies lengths, and does not add",
            "def gradient_norm(gamma, L, x_length, delta_length):\n"
            "    return gamma ** (L - 1) * x_length + gamma ** (L - 1) * delta_length",
        ),
        (
            "gamma has no say here",
            "def gradient_norm(gamma, L, x_length, delta_length):\n"
            "    return delta_length * x_length",
        ),
        (
            None,
            "def gradient_norm(gamma, L, x_length, delta_length):\n"
            "    return gamma ** (L * (L - 1)) * x_length * delta_length",
        ),
    ],
    "ex-skips": [
        ("mean squares add up", "def growth(a, L):\n    return (1 + a) ** L"),
        ("the path around the weights", "def growth(a, L):\n    return (a**2) ** L"),
        (
            "half of the units are off",
            "def growth(a, L):\n    factor = 1.0\n    for _ in range(L):\n"
            "        factor *= 1 + 0.5 * a**2\n    return factor",
        ),
        ("factor of the size", "def growth(a, L):\n    return np.sqrt(1 + a**2) ** L"),
        ("what one block adds", "def growth(a, L):\n    return 1 + a**2 * L"),
    ],
    "ex-greedy-linear": [
        ("which component of y has the larger", "def final_errors():\n    return [2.5, 2.5]"),
        ("half of the squared error", "def final_errors():\n    return [4 + 1, 9 + 1]"),
        ("is lost for good", "def final_errors():\n    return [4 / 2, 9 / 2]"),
        ("in the units of y", "def final_errors():\n    return np.array([2.5, (1 + 1) / 2])"),
        (None, "def final_errors():\n    return [4.5, 2.0]"),
    ],
    "ex-explode": [
        (
            "the density at its place",
            "def mean_square_of_slope(sigma):\n    return (1 / 6) / sigma",
        ),
        (
            "you integrated f'",
            "def mean_square_of_slope(sigma):\n    return 1 / np.sqrt(2 * np.pi * sigma**2)",
        ),
        (
            "fewer lie in the hump",
            "def mean_square_of_slope(sigma):\n    return (1 / 6) / np.sqrt(2 * np.pi)",
        ),
        (
            "square of the largest slope",
            "def mean_square_of_slope(sigma):\n    return 0.25**2",
        ),
        (None, "def mean_square_of_slope(sigma):\n    return 1 / (3 * sigma * np.sqrt(2 * np.pi))"),
    ],
}
