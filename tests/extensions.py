"""Extensions of the book, as modules to be tested."""

import importlib.util

import pytest

from tools import ROOT

FOLDER = ROOT / "book" / "_ext"


def extension(name):
    """Load an extension of the book, which imports its neighbours as Sphinx lets it."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        spec.loader.exec_module(module)
    return module
