"""What somebody has set for Python, IPython or Matplotlib does not reach the cells of the book."""

import os

import pytest

from tools import chapters, kernels

CELL = """\
import os, sys
import matplotlib
print(matplotlib.rcParams["font.size"], sys.flags.optimize, os.environ.get("MPLBACKEND"))
"""


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """A reader with settings of all sorts, in their home and beside the notebooks."""
    home, book = tmp_path / "home", tmp_path / "book"
    startup = home / ".ipython" / "profile_default" / "startup"
    for folder in (startup, book / "src"):
        folder.mkdir(parents=True)
    (startup / "mine.py").write_text("print('good morning')\nimport matplotlib as cell_of_mine\n")
    rc = "font.size: 20\nlines.linewidth: 9\nno.such.setting: 1\n"
    for place in (home / "matplotlibrc", book / "matplotlibrc"):
        place.write_text(rc)
    for name, value in {
        "HOME": home,
        "IPYTHONDIR": home / ".ipython",
        "MATPLOTLIBRC": home,
        "MPLCONFIGDIR": home,
        "MPLBACKEND": "no such backend",
        "PYTHONOPTIMIZE": "1",
        "PYTHONWARNINGS": "error",
    }.items():
        monkeypatch.setenv(name, str(value))
    return tmp_path


def test_a_chapter_is_run_as_everywhere(reader):
    source, target = chapters.paths("01_small", reader)
    source.write_text(f"# A chapter\n\n```{{code-cell}}\n{CELL}```\n", "utf-8")
    chapters.rebuild(source, target)
    (output,) = chapters.read(target.read_text("utf-8")).cells[1].outputs
    assert output.text == "10.0 0 module://matplotlib_inline.backend_inline\n"


def test_what_a_machine_needs_is_kept():
    given = {"HOME": "/h", "PATH": "/bin", "MPLCONFIGDIR": "/m", "OPENBLAS_NUM_THREADS": "2"}
    found = kernels.surroundings(given | {"PYTHONPATH": "/p", "MATPLOTLIBRC": "/r"})
    assert {name: found.get(name) for name in given} == given
    assert not {"PYTHONPATH", "MATPLOTLIBRC"} & found.keys()


def test_who_has_no_home_gets_a_folder_in_its_place(monkeypatch):
    """In a container one may be a number without a name, and IPython does not start then."""
    monkeypatch.setenv("HOME", "/h")
    assert kernels.surroundings()["HOME"] == "/h"
    monkeypatch.delenv("HOME")
    assert "HOME" not in kernels.surroundings()

    def nobody(number):
        raise KeyError(number)

    monkeypatch.setattr(pytest.importorskip("pwd", reason="Windows has homes"), "getpwuid", nobody)
    assert os.path.isdir(kernels.surroundings()["HOME"])
