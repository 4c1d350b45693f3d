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
    assert found["pretrained, Adam"] > most + 1
    yield f"weight decay bring these no further than {most:.1f} % in our runs"


def orthogonal_starts(m):
    """A random start that comes nearer, with few labels and with all."""
    found = m["orthogonal_starts"]
    few, pretrained = found["300 labels"]["mean"], m["arranged"]["pretrained"]["mean"]
    size, rate = found["300 labels"]["best"]
    assert 7 < size < 20
    assert 0.3 < rate < 1.5
    yield f"orthogonal matrices times {size}, centred, get {few:.1f} %"
    yield f"where pretrained ones have {pretrained:.1f}"
    assert 0.3 < pretrained - few < 0.7
    yield "half a point against orthogonal matrices"
    yield "(over orthogonal matrices half a point)"
    assert all(0.15 < run["rate"] < 6 for name, run in found.items() if name != "300 labels")
    ahead = [
        found[f"pretrained, {n} epochs"]["mean"] - found[f"orthogonal, {n} epochs"]["mean"]
        for n in (4, 16)
    ]
    yield "it is worth {:.1f} points after four in our runs, {:.1f} after 16".format(*ahead)
    yield f"orthogonal matrices were {ahead[0]:.1f} points behind after four"


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
    yield f"normal numbers as filters give {found[normal]['mean']:.1f} %"


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
    one_layer,
    all_labels,
    head_starts,
    drawn_codes,
    plain_codes,
)
