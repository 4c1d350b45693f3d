"""The package keeps its habits: short functions, everything explained, no hidden randomness."""

import ast
import importlib
import inspect
import pkgutil
import statistics
from pathlib import Path

import pytest

import ae_course

ROOT = Path(ae_course.__file__).parent
MODULES = [importlib.import_module(f"ae_course.{m.name}") for m in pkgutil.iter_modules([ROOT])]
TREES = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.glob("*.py"))}
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)


def functions():
    """Every function and method of the package, with its name."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{module}.{node.name}", node


def body_lines(function):
    """How many lines of code the body has, without docstring, comments and blank lines."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return len({node.lineno for part in body for node in ast.walk(part) if hasattr(node, "lineno")})


def public(module):
    """The public functions, classes and methods that a module defines, with their names."""
    for name, member in vars(module).items():
        if name.startswith("_") or getattr(member, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(member) or inspect.isclass(member):
            yield name, member
        if inspect.isclass(member):
            methods = inspect.getmembers(member, inspect.isroutine)
            yield from ((f"{name}.{method}", f) for method, f in methods if method in vars(member))


def test_most_functions_are_short():
    lengths = {name: body_lines(function) for name, function in functions()}
    assert statistics.median(lengths.values()) < 6
    assert [name for name, length in lengths.items() if length > 40] == []
    assert sum(length > 20 for length in lengths.values()) <= 3


@every_module
def test_no_module_is_longer_than_330_lines(module):
    length = len(Path(module.__file__).read_text("utf-8").splitlines())
    assert length <= 330, f"{module.__name__} has {length} lines: give a part its own module"


@every_module
def test_everything_public_is_explained(module):
    assert module.__doc__
    named = [(name, member) for name, member in public(module) if "._" not in name]
    assert [name for name, member in named if not inspect.getdoc(member)] == []


@every_module
def test_a_module_s_first_sentence_fits_on_a_line(module):
    first, *_ = module.__doc__.split("\n")
    assert first.endswith((".", "?"))
    assert len(first.split()) >= 5


@every_module
def test_every_module_has_its_tests(module):
    assert (Path(__file__).parent / f"test_{module.__name__.split('.')[-1]}.py").is_file()


def test_randomness_comes_from_generators_alone():
    allowed = {"default_rng", "Generator"}
    found = {
        (module, ast.unparse(node))
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("random")
    }
    assert [pair for pair in found if pair[1].split(".")[-1] not in allowed] == []
    assert "random" not in {name for tree in TREES.values() for name in imported(tree)}


def imported(tree):
    """The top-level names of what a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_optimisers_know_no_networks_and_layers_know_no_training():
    def inside(module):
        nodes = [n for n in ast.walk(TREES[module]) if isinstance(n, ast.ImportFrom)]
        return {n.module.split(".")[1] for n in nodes if n.module.startswith("ae_course.")}

    assert inside("optimizers") <= {"checks", "compiled", "workspace"}
    assert inside("compiled") <= {"workspace"}
    assert not inside("network") & {"losses", "objective", "training", "optimizers", "autoencoder"}
    assert not inside("losses") & {"network", "objective", "training", "optimizers"}


def test_what_the_package_offers_is_there():
    assert all(hasattr(ae_course, name) for name in ae_course.__all__)
    assert len(set(ae_course.__all__)) == len(ae_course.__all__)
