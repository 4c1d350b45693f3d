"""What chapter 6 tells of the stored numbers."""

from reproduce.longer_runs.told.words import WORDS


def unlabelled(m):
    """Digits for pretraining."""
    *some, last, four = (f"{found['mean']:.1f}" for found in m["unlabelled"].values())
    yield f"{', '.join(some)} and {last} %, in the mean of three seeds, against {four} %"


def taught(m):
    """Sparser codes for a classifier, and codes of the same digits."""
    few, many, longer = (
        {name: each[count]["mean"] for name, each in m[entry].items()}
        for entry, count in (("taught", "100"), ("taught", "2000"), ("taught_longer", "2000"))
    )
    none, *some = (f"weight {weight}" for weight in (0, 0.1, 0.3, 1.0, 3.0))
    yield f"{many[some[0]]:.1f} % of the test digits against {many[none]:.1f} % without"
    level = "{:.1f}, {:.1f} and {:.1f} %".format(*(longer[name] for name in some[:3]))
    yield f"{level}, against {longer[none]:.1f} %"
    a, b, c, d = (f"{few[name]:.1f}" for name in some)
    yield f"{few[none]:.1f} % are right without a penalty, {a} with 0.1 and {b} with 0.3"
    yield f"the weights 1 and 3 give {c} and {d} %"
    more = [each["own"] - each["weight 0.3"] for each in (few, many)]
    yield "worth {:.1f} points with 100 labels and {:.1f} points with 2,000".format(*more)


def hidden_pixels(m):
    """Pretraining with hidden pixels, and the kernel."""
    found = m["hidden_pixels"]
    short, plain, long = (
        found[f"{name} hidden"]["mean"]
        for name in ("6 epochs, 0.5", "6 epochs, 0.0", "40 epochs, 0.5")
    )
    yield f"with six seeds, it has {short:.1f} % ({plain:.1f} with nothing hidden)"
    yield f"after 40 {long:.1f} %, where the kernel has {found['kernel']['mean']:.1f}"


def noisy_labels(m):
    """Hidden pixels while the labels teach."""
    found = {name: f"{runs['mean']:.1f}" for name, runs in m["noisy_labels"].items()}
    noise, plain, both, short, long = (
        found[f"{name} epochs"]
        for name in (
            "centred, 0.1 hidden, 240",
            "pretrained, 0.0 hidden, 60",
            "pretrained, 0.1 hidden, 240",
            "centred, 0.0 hidden, 60",
            "centred, 0.0 hidden, 240",
        )
    )
    yield f"it is {noise} % against {plain}, and {both} if the pretrained one hides them too"
    yield f"the longer time gives {long} in place of {short}"


def taught_hidden(m):
    """Features of codes that filled in hidden pixels."""
    half = m["taught_hidden"]["0.5 hidden"]["mean"]
    yield f"half of the pixels hidden in its place gives {half:.1f} %"


def arranged(m):
    """Weights taken apart, and pretraining on what is no digit."""
    found = {name: runs.get("mean") for name, runs in m["arranged"].items()}
    random = m["noisy_labels"]["centred, 0.0 hidden, 60 epochs"]["mean"]
    assert found["uniform noise"] < random < found["normal numbers"]
    assert found["shuffled"] < found["shuffled within units"] < random
    yield f"as small as Glorot's again, they rescue it too, to {found['shrunk']:.0f} % in our runs"
    yield f"pretraining on uniform noise gives {found['uniform noise']:.1f} %"
    pair = (found[name] for name in ("normal numbers", "pretrained"))
    yield "with the covariance of digits {:.1f}, where digits give {:.1f}".format(*pair)


def random_starts(m):
    """Random starts with more that is tuned."""
    found = {name: runs["mean"] for name, runs in m["random_starts"].items()}
    most = max(mean for name, mean in found.items() if not name.startswith("pretrained"))
    most = max(most, m["steep_layers"]["4, then 4"]["mean"])  # at a rate between
    assert found["pretrained, Adam"] > most + 1
    yield f"weight decay bring these no further than {most:.1f} % in our runs"


def orthogonal_starts(m):
    """Random starts that come nearer, with few labels and with all."""
    found, pretrained = m["orthogonal_starts"], m["arranged"]["pretrained"]["mean"]
    few = {name: found[f"300 labels, {name}"] for name in ("uniform", "orthogonal")}
    for runs in few.values():
        size, rate = runs["best"]
        assert 4 < size < 20
        assert 0.3 < rate < 1.5
    assert few["uniform"]["best"][0] == 10
    uniform, turned = (runs["mean"] for runs in few.values())
    yield f"hidden layers ten times Glorot's, centred, {uniform:.1f}; orthogonal"
    yield f"in their place {turned:.1f}, where pretrained ones have {pretrained:.1f}"
    assert 0.3 < pretrained - turned < 0.7
    yield "half a point or less against orthogonal matrices"
    yield "(over orthogonal matrices half a point or less)"
    edges = {"SGD": (0.3, 6.0), "Adam": (6e-3, 4e-2)}
    many = {name: runs for name, runs in found.items() if "labels" not in name}
    for name, runs in many.items():
        least, most = edges[name.partition(",")[0]]
        assert least < runs["rate"] < most
        if name.startswith("SGD, orthogonal"):
            assert runs["size"] == [10, 1]
    size, first = many["Adam, orthogonal, 4 epochs"]["size"]
    assert 4 < size < 14
    assert 1 < first < 6
    ways = ("SGD, {}, 4", "SGD, {}, 8", "SGD, {}, 16", "Adam, {}, 4")
    *descent, adam = (
        [many[f"{way.format(name)} epochs"]["mean"] for name in ("orthogonal", "pretrained")]
        for way in ways
    )
    assert "{:.1f} {:.1f}".format(*descent[0]) == "94.4 94.4"
    yield f"{descent[0][0]:.1f} % after four epochs in our runs, 0.1 points"
    assert [f"{late - early:.1f}" for early, late in descent[1:]] == ["0.1", "0.1"]
    yield "0.1 points apart after 8 and 16"
    assert 0.4 < adam[1] - adam[0] < 0.6
    yield "With Adam it is worth half a point after four"
    yield "and with Adam half a point behind after four"


def steep_layers(m):
    """Units near 0 or 1 above a first layer that is not steep."""
    found = m["steep_layers"]
    assert all(0.1 < runs["choice"] < 6 for runs in found.values())
    steep, hidden = (found[f"{first}, then 16"] for first in (16, 1))
    assert max(steep["each"]) < 75
    some = [found[name]["mean"] for name in ("4, then 16", "16, then 4")]
    assert {f"{mean:.0f}" for mean in some} == {"81"}
    yield f"or in all others, gives {some[0]:.0f} % in our runs"
    assert all(0.7 < share < 0.85 for seed in hidden["share near 0 or 1"] for share in seed)
    yield f"the first alone {hidden['mean']:.0f} %, though three of four units above"


def pretrained_longer(m):
    """Digits and noise after more epochs."""
    digits, noise = m["pretrained_longer"].values()
    assert abs(digits["mean"] - noise["mean"]) < 0.3
    assert digits["mean"] < m["arranged"]["pretrained"]["mean"] - 0.5
    yield f"level, noise with {noise['mean']:.1f} and digits with {digits['mean']:.1f}"


def one_layer(m):
    """One hidden layer in place of four."""
    plain, noisy = (f"{found['mean']:.1f}" for found in m["one_layer"].values())
    yield f"from Glorot's start, has {plain} % in our runs, and {noisy} if a tenth of the pixels"


def all_labels(m):
    """A head start, with 10,000 labels."""
    found = {name: runs["mean"] for name, runs in m["all_labels"].items()}
    late, early = found["4 × Glorot, 32 epochs"], found["pretrained, 16 epochs"]
    yield f"So it goes on in our runs, {late:.1f} % after 32 against {early:.1f} after 16"
    lead = [found[f"pretrained, {n} epochs"] - found[f"4 × Glorot, {n} epochs"] for n in (4, 32)]
    yield "from {:.1f} points after 4 epochs to {:.1f} after 32".format(*lead)
    for n in (4, 8, 16):
        for start in ("4 × Glorot", "centred"):
            assert abs(found[f"{start}, {2 * n} epochs"] - found[f"pretrained, {n} epochs"]) < 0.4
    assert found["one epoch a stage, 4 epochs"] < found["4 × Glorot, 4 epochs"]


def head_starts(m):
    """A cheaper head start, and one with Adam or on small batches."""
    found = {name: runs["mean"] for name, runs in m["head_starts"].items()}
    descent = {name: runs["mean"] for name, runs in m["all_labels"].items()}
    cheap, dear = (
        [some[f"{start}, {n} epochs"] - descent[f"4 × Glorot, {n} epochs"] for n in (4, 8)]
        for some, start in ((found, "descent, two epochs a stage"), (descent, "pretrained"))
    )
    assert 0.4 < cheap[0] / dear[0] < 0.6
    assert cheap[1] < 0.1 * dear[1] + 0.1
    yield "half of that brings half the lead after 4 epochs, hardly any after 8"
    for way in ("Adam", "batches of 20"):
        short = found[f"{way}, pretrained, 4 epochs"]
        assert short > found[f"{way}, 4 × Glorot, 4 epochs"] + 0.5
        for start in ("4 × Glorot", "centred"):
            assert abs(found[f"{way}, {start}, 8 epochs"] - short) < 0.4
    yield "over 4 × Glorot worth about as many epochs as follow it, with Adam too"


def drawn_codes(m):
    """Features that nobody trained."""
    found = m["drawn_codes"]
    normal, pairs = (found["best"][name] for name in ("normal numbers", "differences of digits"))
    for best, sizes in ((normal, (0.1, 1.6)), (pairs, (0.2, 3.2))):
        assert not any(best.endswith(f", {size}") for size in sizes)
    yield f"drawn at random, give {found[pairs]['mean']:.1f} % in our runs"
    yield f"filters of normal numbers give {found[normal]['mean']:.1f} %"


def more_pairs(m):
    """Three times as many features that nobody trained."""
    found = m["more_pairs"]
    assert found["best"] not in ("0.2", "3.2")
    best = found[found["best"]]
    assert best["mean"] > m["taught"]["weight 0.3"]["2000"]["mean"]
    yield f"600 pairs {best['mean']:.1f} %"


def plain_codes(m):
    """A plain code with fewer epochs, and a wide one that nobody trained."""
    found = m["plain_codes"]
    best = found["best"]
    assert best not in ("1 epochs", "10 epochs")
    epochs, wide = int(best.split()[0]), found["600 units, shuffled"]["mean"]
    yield f"after {WORDS[epochs]} epochs in place of ten {found[best]['mean']:.1f} % in our runs"
    yield f"a random code of 600 units {wide:.1f} %"


TELLERS = (
    unlabelled,
    taught,
    hidden_pixels,
    noisy_labels,
    taught_hidden,
    arranged,
    random_starts,
    orthogonal_starts,
    steep_layers,
    pretrained_longer,
    one_layer,
    all_labels,
    head_starts,
    drawn_codes,
    more_pairs,
    plain_codes,
)
