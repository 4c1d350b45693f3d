"""No module of ours hides another one, whichever command puts which folder on Python's path."""

import re
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from tools import ROOT

# What a command puts on the path: the root (python -m ..., make), the folder of a script that is
# run by its path, what pytest adds for itself, and what the book names for its extensions.
SCRIPTS = ["tools"]
TESTS = sorted({path.parent.relative_to(ROOT) for path in ROOT.glob("tests/**/*.py")})
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["local_extensions"]
PYTEST = re.search(r"^pythonpath = \[(.*)\]", (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]
FOLDERS = {
    *(ROOT / entry for entry in [".", *SCRIPTS, *TESTS, *CONFIG.values()]),
    *(ROOT / entry for entry in re.findall(r'"(.+?)"', PYTEST)),
}
SHARED = {"conftest", "__init__", "__main__"}  # pytest and Python find these by their path


def modules(folder):
    """What can be imported if this folder is on the path: name and place."""
    places = [*folder.glob("*.py"), *(init.parent for init in folder.glob("*/__init__.py"))]
    return {(place.stem, place.resolve()) for place in places} - {
        (name, (folder / f"{name}.py").resolve()) for name in SHARED
    }


def importable():
    """All places of each name that any command can import."""
    found = defaultdict(set)
    for folder in FOLDERS:
        for name, place in modules(folder):
            found[name].add(place.relative_to(ROOT).as_posix())
    return found


def test_every_name_stands_for_one_module():
    found = importable()
    assert {"ae_course", "equations", "verified_equations", "wrong_answers"} <= set(found)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_no_name_is_one_of_python_or_of_an_installed_package():
    ours = {"ae_course", "grading", "tools"}  # installed from here, or nobody else's
    taken = (set(sys.stdlib_module_names) | set(packages_distributions())) - ours
    assert set(importable()) & taken == set()


def test_two_modules_of_one_name_are_seen(tmp_path):
    (tmp_path / "twin.py").touch()
    (tmp_path / "twin").mkdir()
    (tmp_path / "twin" / "__init__.py").touch()
    (tmp_path / "conftest.py").touch()
    assert sorted(name for name, _ in modules(tmp_path)) == ["twin", "twin"]


@pytest.mark.parametrize("extension", CONFIG)
def test_an_extension_of_the_book_is_found_whatever_is_before_it_on_the_path(extension):
    """Sphinx adds the folders of extensions last, so that anything else comes first."""
    path = [str(folder) for folder in sorted(FOLDERS) if folder.name != "_ext"]
    path.append(str(ROOT / CONFIG[extension]))
    code = f"import sys; sys.path[:0] = {path}; import importlib.util as u; "
    code += f"print(u.find_spec({extension!r}).origin)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert Path(run.stdout.strip()) == ROOT / CONFIG[extension] / f"{extension}.py"


def test_a_tool_that_is_run_by_its_path_finds_what_it_means():
    """Its folder is no longer on the path then: the same modules as with python -m."""
    code = "import sys, runpy; sys.argv = ['lab.py', '--help']; sys.path[0] = {tools!r}\n"
    code += "try: runpy.run_path({script!r}, run_name='__main__')\n"
    code += (
        "except SystemExit: print([p for p in sys.path if p == {tools!r}], {root!r} in sys.path)"
    )
    tools = str(ROOT / "tools")
    code = code.format(tools=tools, script=str(ROOT / "tools" / "lab.py"), root=str(ROOT))
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("[] True\n")
