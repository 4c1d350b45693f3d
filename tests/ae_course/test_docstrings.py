"""The examples in the package's docstrings run, and give what they say."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import ae_course

NAMES = [module.name for module in pkgutil.iter_modules([Path(ae_course.__file__).parent])]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def examples(name):
    """The docstrings of a module that hold examples, each with the names of the module."""
    module = importlib.import_module(f"ae_course.{name}")
    found = doctest.DocTestFinder().find(module, extraglobs={"ae_course": ae_course})
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_a_module_give_what_they_say(name):
    report = []
    for test in examples(name):
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        runner.run(test, out=report.append)
    assert "".join(report) == ""


@pytest.mark.parametrize(
    "name",
    [
        "activations", "autoencoder", "checkpoint", "checks", "contractive", "conventions",
        "datasets", "denoising", "frequencies", "full_batch", "gradcheck", "initialization",
        "linear", "mixture", "moments", "objective", "optimizers", "parameters", "pca",
        "pretraining", "schedules", "sparsity", "superposition", "threads", "tied", "training",
        "variational", "whitening",
    ],
)  # fmt: skip
def test_what_a_reader_calls_has_an_example(name):
    assert examples(name)
