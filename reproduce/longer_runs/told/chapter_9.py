"""What chapter 9 tells of the stored numbers."""

import numpy as np

from reproduce.longer_runs.told.words import WORDS


def silent(m):
    """Silent units."""
    nats = m["rise_200"]["nats"]
    yield f"worse by {nats['annealed'] - nats['plain']:.1f} nats"
    nats, units = (m["rise_200_longer"][name] for name in ("nats", "units"))
    yield f"{units['plain']:.0f} of 32 units are active then"
    yield f"{units['annealed']:.0f} if the weight rises over 200 steps"
    yield f"{nats['annealed']:.1f} nats in place of {nats['plain']:.1f}"


def densities(m):
    """How near bounds are, and mixtures of codes."""
    apart = abs(m["wider"]["1000 wide draws"] - m["wider"]["1000 draws"])
    yield f"end at the same bound, to {np.ceil(100 * apart) / 100:.2f} nats"
    *most, last = (f"{m[f'certified_{K}']['certified']:.1f}" for K in (1, 3, 10, 30))
    yield f"mixtures of 1, 3, 10 and 30 certify {', '.join(most)} and {last} nats"
    ten, thirty, hundred = m["likely"]["nats"].values()
    yield f"prefers 30 to 10 by {thirty - ten:.1f} nats, and 100 to 30 by {hundred - thirty:.1f}"


def bits(m):
    """Forty bits for a digit."""
    found = m["bits"]
    pca, code = (
        [m[f"bits_{name}_{k}"][kind] for k in ks]
        for name, kind, ks in (("pca", "pca", (16, 64)), ("code", "plain", (8, 24)))
    )
    yield f"32 ({found['pca']:.2f}; 16 give {pca[0]:.2f}; 64"
    yield f"would be better by {found['pca'] - pca[1]:.2f})"
    yield f"16 numbers ({found['plain']:.2f}; 8 give {code[0]:.2f}, 24 give {code[1]:.2f})"
    one, four, relu, small, large = (
        m[f"bits_{name}"]["vq"] for name in ("8", "32", "relu", "pull_0.1", "pull_1.0")
    )
    yield f"numbers ({found['vq']:.2f}; one number gives {one:.2f}, four give {four:.2f})"
    yield f"hidden tanh (rectifiers give {relu:.2f})"
    yield f"(0.1 gives {small:.2f}, 1 gives {large:.2f})"
    low, high = (m[f"bits_rate_{n}"] for n in (2, 4))
    yield f"0.02 gives {low['vq']:.2f} and {low['plain']:.2f}"
    yield f"0.04 gives {high['vq']:.2f} and {high['plain']:.2f}"
    yield f"it has {found['not turned']:.2f} on validation digits in place of {found['plain']:.2f}"
    yield f"for the last three, has {m['bits_late']['vq']:.2f}.)"


def longer_bits(m):
    """The same with larger layers and more epochs."""
    rates = [m[f"bits_longer{end}"] for end in ("_rate_1", "_rate_2", "", "_rate_4")]
    one, two, three, _ = (each["vq"] for each in rates)
    yield f"{two:.2f} (rate 0.02; 0.01 gives {one:.2f}, 0.03 gives {three:.2f})"
    one, two, three, four = (each["plain"] for each in rates)
    more = f"0.01 gives {one:.2f}, 0.03 gives {three:.2f}, 0.04 gives {four:.2f}"
    yield f"the plain one to {two:.2f} (rate 0.02; {more})"
    steps, code = m["bits_longer_rate_2_steps"], [m[f"bits_longer_code_{k}"] for k in (8, 24)]
    yield f"to {steps['plain']:.2f} if k-means is given five times as many steps"
    yield f"then they are {100 * (1 - steps['vq'] / steps['plain']):.0f} % apart"
    ahead = np.less(steps["each"]["plain"], steps["each"]["vq"]).sum()
    yield f"the plain one is ahead with {WORDS[ahead]} seed of three"
    yield "8 numbers give {:.2f}, 24 give {:.2f}".format(*(each["plain"] for each in code))
    yield f"with vectors of four numbers, {m['bits_longer_32']['vq']:.2f}, the vector-quantised one"


def drawn_bits(m):
    """What holds digits back that are drawn in 40 bits."""
    found = m["drawn_bits"]
    yield f"the distance is {found['snapped']:.2f}"
    yield f"the plain code with its mixture has {found['plain']:.2f}"
    assert list(found)[1] == "64 units, 8 epochs"
    yield f"in place of 64 and 8, come to {found['128 units, 16 epochs']:.2f}"


def overturned(m):
    """Whether a variational autoencoder can be ahead."""
    kinds = {
        "weights up to 0.1 gave distances": [
            m["overturn_weights"][w] for w in ("0.01", "0.03", "0.1")
        ],
        "plain autoencoders of 16 numbers": [m["overturn_plain"]["16"]],
        "those of 24 numbers": [m["overturn_plain"]["24"]],
        "calibrated models": [*m["overturn_calibrated"].values()],
    }
    for name, runs in kinds.items():
        distances = [run["mixture of 100"] for each in runs for run in each]
        yield f"{name} between {min(distances):.2f} and {max(distances):.2f}"
    parts = (*m["overturn_weights"].values(), *m["overturn_calibrated"].values())
    yield f"none came below {min(run['prior'] for each in parts for run in each):.1f}"


TELLERS = (
    silent,
    densities,
    bits,
    longer_bits,
    drawn_bits,
    overturned,
)
