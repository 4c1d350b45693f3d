"""What chapter 5 tells of the stored numbers."""

from statistics import mean


def edges(m):
    """How directed filters are."""
    found = m["edges"]
    best = {name: runs[runs["best"]] | {"at": runs["best"]} for name, runs in found.items()}
    fine = best["epsilon = 0.0001"]
    yield f"best variance is near {fine['at']}. The index is then {fine['index']:.2f}"
    yield f"the mean frequency {fine['frequency']:.2f}"
    yield f"an index of {found['epsilon = 0.0001']['0.3']['index']:.2f}; from that"
    large, none = (best[name] for name in ("epsilon = 1", "DC removed"))
    yield f"{large['index']:.2f} and {large['frequency']:.2f} with $\\epsilon_\\Phi = 1$"
    yield f"{none['index']:.2f} and {none['frequency']:.2f} for the patches, both at {none['at']}"
    free = found["beta = 0"]
    yield f"the index is at most {best['beta = 0']['index']:.2f}"
    yield f"and {free['0.3']['index']:.2f} at a variance of 0.3 and of 0.6 alike"
    two, eight, most = (best[name] for name in ("beta = 2", "epsilon = 0.01", "beta = 32"))
    yield f"the best is {two['index']:.2f}, at {two['at']}"
    for name, run in (("8", eight), ("32", most)):
        yield f"with {name} it is {run['index']:.2f}, at {run['at']}"


def normal_numbers(m):
    """Filters of normal numbers."""
    found, photographs = m["normal_numbers"]["DC removed"], m["edges"]["DC removed"]
    a, b = (runs[runs["best"]]["index"] for runs in (found, photographs))
    yield f"give an index of up to {a:.2f} in our runs, photographs {b:.2f}"


def raw_filters(m):
    """Filters of raw patches."""
    found = m["raw_filters"]
    a, b = (found[found["best"][kind]][kind] for kind in ("index", "without mean"))
    yield f"give up to {a:.2f} in our runs with $\\beta$ and $\\rho$ tuned too, {b:.2f} without"


def denoisers(m):
    """Filters that learned to remove noise."""
    found = m["denoisers"]
    index = {
        name: {how: mean(run["index"]) for how, run in runs.items()} for name, runs in found.items()
    }
    right, normal, half_on = index.values()
    best = max(right, key=right.get)
    assert best == "noise 3, variance 0.03"
    tails = mean(found["photographs"][best]["kurtosis"])
    yield f"an index of {right[best]:.2f} in 100 epochs in our runs, with a kurtosis of {tails:.1f}"
    without = max(R for how, R in right.items() if how.startswith("noise 0"))
    yield f"without noise to {without:.2f}, and from normal numbers to {max(normal.values()):.2f}"
    yield f"half on it gets to {max(half_on.values()):.2f}"


TELLERS = (
    edges,
    normal_numbers,
    raw_filters,
    denoisers,
)
