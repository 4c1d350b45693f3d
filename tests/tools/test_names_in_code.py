"""Of the names in code those are ours, and no others, that it imports from the package."""

import ast

import pytest

import ae_course
from ae_course import datasets
from ae_course.network import Layers
from tools.names_in_code import Reader, made

IMPORTS = "from ae_course import Autoencoder, datasets, kl_sparsity, train, weight_decay\n"


def ours(*cells):
    """The names of ours in the last of some cells, each with what it is."""
    trees = [ast.parse(cell) for cell in cells]
    reader = Reader(trees)
    for tree, cell in zip(trees, cells, strict=True):
        uses = reader.read(tree, cell)
    lines = cells[-1].splitlines()
    assert all(lines[use.row][use.column :].startswith(use.name) for use in uses)
    return [(use.name, use.value) for use in uses]


def names(*cells):
    return [name for name, _ in ours(*cells)]


def test_imported_names_are_found_where_they_are_used():
    assert ours(IMPORTS, "a = train(kl_sparsity(0.1))") == [
        ("train", ae_course.train),
        ("kl_sparsity", ae_course.kl_sparsity),
    ]


def test_the_import_itself_counts():
    assert names("from ae_course import Adam\nfrom ae_course.sparsity import kl_slope") == [
        "Adam",
        "kl_slope",
    ]


def test_columns_are_counted_in_letters():
    assert names(IMPORTS, 'β = ("活性", train)') == ["train"]


@pytest.mark.parametrize(
    "code",
    [
        "from elsewhere import train\ntrain(1)",
        "train = 3\nprint(train)",
        "def train(x):\n    return x\ntrain(1)",
        "def f(train):\n    return train",
        "f = lambda train: train",
        "[train for train in range(3)]",
        "for train in range(3):\n    print(train)",
        "def f():\n    train = 3\n    return train",
        "elsewhere.train(1)",
        "f(train=1)",
        'f("train")  # train',
        "try:\n    pass\nexcept OSError as train:\n    print(train)",
        "with open('a') as train:\n    train.read()",
        "import elsewhere as train\ntrain.run()",
        "if flag:\n    train = 3\nprint(train)",
        "match x:\n    case train:\n        print(train)",
        "(train := 3)",
    ],
)
def test_a_name_of_the_same_spelling_that_is_not_ours_is_left_alone(code):
    assert names(IMPORTS, code) == []


def test_a_function_may_run_when_the_name_means_something_else():
    assert names(IMPORTS, "def f():\n    return train(1)") == ["train"]
    again = ["def f():\n    return train(1)", "train = 3"]
    trees = [ast.parse(cell) for cell in [IMPORTS, *again]]
    reader = Reader(trees)
    reader.read(trees[0], IMPORTS)
    assert reader.read(trees[1], again[0]) == []


def test_methods_are_found_where_it_is_certain_whose_they_are():
    made = "net = Autoencoder.folded(9, 4)"
    assert ours(IMPORTS, made)[1] == ("folded", ae_course.Autoencoder.folded)
    assert ours(IMPORTS, made, "net.init(rng)") == [("init", Layers.init)]
    assert names(IMPORTS, made, "net.encoder.init(rng)") == ["encoder", "init"]
    assert names(IMPORTS, made, "net = other\nnet.init(rng)") == []
    assert names(IMPORTS, made, "if a:\n    net = b\nnet.init(rng)") == []
    assert names(IMPORTS, "someone.init(rng)") == []
    assert names(IMPORTS, made, "net.no_such_method()") == []


def test_modules_and_values_of_the_package_have_their_names_too():
    assert ours(IMPORTS, "datasets.mnist()") == [
        ("datasets", datasets),
        ("mnist", datasets.mnist),
    ]
    assert names(IMPORTS, "weight_decay.value(net, w, X)") == ["weight_decay", "value"]


def test_a_name_of_ones_own_for_something_of_ours_is_ones_own():
    assert names(IMPORTS, "f = train\nf(1)") == ["train"]
    assert names("from ae_course import PCA as P", "P.fit(X)") == ["fit"]


def test_what_code_makes_itself_is_told_from_what_it_imports():
    code = f"{IMPORTS}def check(x):\n    inner = x\nfor k in range(3):\n    datasets = k"
    assert made([ast.parse(code), ast.parse(IMPORTS)]) == {"check", "k", "datasets"}
