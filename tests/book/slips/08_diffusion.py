"""Wrong answers to the exercises of chapter 8, and words of what is said of them."""

SHARES = """def memories(x, points, sigma):
    r = softmax(-((x[:, None] - points) ** 2).sum(2) / (2 * sigma**2))
    return """
TRACE = """def density_rate(denoise, x, sigma):
    h, trace = 1e-5, 0.0
    for i, e in enumerate(np.eye(len(x))):
        up = denoise((x + h * e)[None], sigma)[0, i]
        down = denoise((x - h * e)[None], sigma)[0, i]
        trace += (up - down) / (2 * h)
    return """

SLIPS = {
    "ex-flow-step": [
        (
            "the sign is wrong",
            "def flow_step(x, D, sigma, tau):\n    return x + (tau - sigma) * (D - x) / sigma",
        ),
        (
            "minus sigma times the score",
            "def flow_step(x, D, sigma, tau):\n"
            "    score = (D - x) / sigma**2\n"
            "    return x + (sigma - tau) * score",
        ),
        ("all the way to D", "def flow_step(x, D, sigma, tau):\n    return x + (D - x)"),
        (
            "takes the velocity where it starts",
            "def flow_step(x, D, sigma, tau):\n    return x + (sigma - tau) / tau * (D - x)",
        ),
        (
            "how long is the step",
            "def flow_step(x, D, sigma, tau):\n    return x / sigma - D / sigma",
        ),
        (
            "belongs to the ancestral step",
            "def flow_step(x, D, sigma, tau):\n    return D + tau**2 / sigma**2 * (x - D)",
        ),
    ],
    "ex-memories": [
        (
            "has 2 sigma^2 below",
            "def memories(x, points, sigma):\n"
            "    r = np.exp(-((x[:, None] - points) ** 2).sum(2) / sigma**2)\n"
            "    r /= r.sum(1, keepdims=True)\n"
            "    return np.exp(-(r * np.log(r)).sum(1))",
        ),
        (
            "it is squared",
            "def memories(x, points, sigma):\n"
            "    r = softmax(-((x[:, None] - points) ** 2).sum(2) / (2 * sigma))\n"
            "    return np.exp(-(r * np.log(r)).sum(1))",
        ),
        (
            "this is the entropy, in nats",
            SHARES + "-(r * np.log(r)).sum(1)",
        ),
        (
            "not the one asked for",
            SHARES + "1 / (r**2).sum(1)",
        ),
        (
            "has a minus before its sum",
            SHARES + "np.exp((r * np.log(r)).sum(1))",
        ),
    ],
    "ex-density-rate": [
        (
            "points move apart and log p falls",
            TRACE + "(len(x) - trace) / sigma",
        ),
        (
            "is only half of it",
            "def density_rate(denoise, x, sigma):\n    return -x.size / sigma",
        ),
        (
            "counts as well",
            TRACE + "trace / sigma",
        ),
        (
            "once, not squared",
            TRACE + "(trace - len(x)) / sigma**2",
        ),
    ],
}
