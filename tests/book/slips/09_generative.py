"""Wrong answers to the exercises of chapter 9, and words of what is said of them."""

SLIPS = {
    "ex-bits": [
        (
            "this is in nats",
            "def bits(codes, K):\n    return np.log(perplexity(usage(codes, K))).sum()",
        ),
        (
            "that many bits suffice always",
            "def bits(codes, K):\n    return codes.shape[1] * np.log(K) / np.log(2)",
        ),
        (
            "for one slot, in the mean",
            "def bits(codes, K):\n    return np.log2(perplexity(usage(codes, K))).mean()",
        ),
        (
            "each slot has counts of its own",
            "def bits(codes, K):\n"
            "    p = np.bincount(codes.ravel(), minlength=K) / codes.size\n"
            "    p = p[p > 0]\n"
            "    return -codes.shape[1] * np.sum(p * np.log2(p))",
        ),
        (
            "a minus before its sum",
            "def bits(codes, K):\n"
            "    total = 0.0\n"
            "    for column in codes.T:\n"
            "        p = np.bincount(column, minlength=K) / len(column)\n"
            "        p = p[p > 0]\n"
            "        total += np.sum(p * np.log2(p))\n"
            "    return total",
        ),
    ],
    "ex-iw-groups": [
        (
            "the mean of the logarithms",
            "def iw_bound(A, m):\n"
            "    n = A.shape[1] // m * m\n"
            "    return np.log(np.exp(A[:, :n])).mean(axis=1)",
        ),
        (
            "a mean divides by m first",
            "def iw_bound(A, m):\n"
            "    n = A.shape[1] // m * m\n"
            "    groups = np.exp(A[:, :n]).reshape(len(A), -1, m)\n"
            "    return np.log(groups.sum(axis=2)).mean(axis=1)",
        ),
        (
            "all draws in one group",
            "def iw_bound(A, m):\n    return np.log(np.exp(A).mean(axis=1))",
        ),
        (
            "only the first group",
            "def iw_bound(A, m):\n    return np.log(np.exp(A[:, :m]).mean(axis=1))",
        ),
        (
            "a bound of its own",
            "def iw_bound(A, m):\n"
            "    n = A.shape[1] // m * m\n"
            "    groups = np.exp(A[:, :n]).reshape(len(A), -1, m)\n"
            "    return np.log(groups.mean(axis=2)).mean()",
        ),
    ],
    "ex-water-level": [
        (
            "half of the logarithm",
            "def water_level(d, rate):\n"
            "    levels = np.geomspace(1e-4, d.max(), 400_001)\n"
            "    rates = sum(np.log(np.maximum(x, levels) / levels) for x in d)\n"
            "    return np.interp(-rate, -rates, levels)",
        ),
        (
            "count as negative",
            "def water_level(d, rate):\n    return np.exp(np.log(d).mean() - 2 * rate / len(d))",
        ),
        (
            "natural logarithms",
            "def water_level(d, rate):\n"
            "    levels = np.geomspace(1e-4, d.max(), 400_001)\n"
            "    rates = sum(np.log2(np.maximum(x, levels) / levels) for x in d) / 2\n"
            "    return np.interp(-rate, -rates, levels)",
        ),
        (
            "level of the standard deviations",
            "def water_level(d, rate):\n"
            "    levels = np.geomspace(1e-4, d.max(), 400_001)\n"
            "    rates = sum(np.log(np.maximum(x, levels) / levels) for x in d) / 2\n"
            "    return np.sqrt(np.interp(-rate, -rates, levels))",
        ),
    ],
    "ex-straight": [
        (
            "it goes straight through",
            "def at_vectors(at_entries, v, c, gamma):\n"
            "    return 0 * at_entries + gamma * (v - c) / len(v)",
        ),
        (
            "its derivative by v is v - c",
            "def at_vectors(at_entries, v, c, gamma):\n"
            "    return at_entries - gamma * (v - c) / len(v)",
        ),
        (
            "a mean over the samples",
            "def at_vectors(at_entries, v, c, gamma):\n"
            "    return at_entries + gamma * v - gamma * c",
        ),
        (
            "the commitment is missing",
            "def at_vectors(at_entries, v, c, gamma):\n    return at_entries.copy()",
        ),
        (
            "already divided by N",
            "def at_vectors(at_entries, v, c, gamma):\n"
            "    return at_entries / len(v) + gamma * (v - c) / len(v)",
        ),
    ],
    "ex-revive": [
        (
            "entries in use moved",
            "def revive(V, C):\n"
            "    near = ((V[:, None] - C) ** 2).sum(2).argmin(1)\n"
            "    return np.array([V[k] if k in near else C[k] for k in range(len(C))])",
        ),
        ("all entries moved", "def revive(V, C):\n    return V[: len(C)]"),
        ("still where nothing is", "def revive(V, C):\n    return C"),
        (
            "the mean of all vectors",
            "def revive(V, C):\n"
            "    near = ((V[:, None] - C) ** 2).sum(2).argmin(1)\n"
            "    rows = [C[k] if k in near else V.mean(0) for k in range(len(C))]\n"
            "    return np.array(rows)",
        ),
    ],
}
