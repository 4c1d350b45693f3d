"""The examples in the package's docstrings run, and give what they say."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
from functools import cache
from pathlib import Path

import pytest

import ae_course
from tools import chapters

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


def called_in_chapters():
    """The public functions that the chapters import, or call as those of a module."""
    for chapter in chapters.chapters():
        notebook = chapters.convert(chapters.paths(chapter)[0].read_text("utf-8"))
        for _, cell in chapters.code_cells(notebook):
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.ImportFrom) and node.module.startswith("ae_course"):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in NAMES:
                    yield node.attr


def test_what_a_reader_calls_has_an_example():
    called = set(called_in_chapters())
    functions = [
        (name, function)
        for name in NAMES
        if name not in ("figures", "diagrams")  # what they return is a picture
        for function in vars(importlib.import_module(f"ae_course.{name}")).values()
        if inspect.isfunction(function) and function.__module__ == f"ae_course.{name}"
    ]
    lacking = {f"{m}.{f.__name__}" for m, f in functions if f.__name__ in called and not shown(f)}
    assert lacking == {"checkpoint.load"}  # which the example of save calls


def test_what_else_a_reader_names_stands_in_an_example_of_its_module():
    """Classes and what there is one of, such as terms and units; what a call returns, too."""
    named = {*called_in_chapters(), *ae_course.__all__}
    lacking = {
        f"{module}.{name}"
        for module in NAMES
        if module not in ("figures", "diagrams")
        for name, value in vars(importlib.import_module(f"ae_course.{module}")).items()
        if name in named and kind_of(value).__module__ == f"ae_course.{module}"
        if not (shown(kind_of(value)) or re.search(rf"\b{name}\b", sources(module)))
    }
    assert lacking == set()


def kind_of(value):
    """The class that a value is, or is of."""
    return value if inspect.isclass(value) else type(value)


@cache
def sources(module):
    """What a reader types in the examples of a module."""
    return "".join(example.source for test in examples(module) for example in test.examples)


def shown(function):
    """Whether a docstring has an example."""
    return ">>> " in (function.__doc__ or "")
