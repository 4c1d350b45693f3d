"""What tests of several folders share: the built site."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import equations

ROOT = equations.ROOT
SOURCES = [
    *("*.md", "*.yml", "ae_course/*.py", "tests/*/*.py", "tools/equations.py"),
    *("book/*.*", "book/src/*.md", "book/problem_sets/*.ipynb", "book/_ext/*.py", "book/_static/*"),
]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of a site that is as new as its sources.

    `make test` builds it before the tests run; where it is missing or older than what it is made
    of, one is built here.
    """
    built = ROOT / "_build" / "html"
    newest = max(path.stat().st_mtime for pattern in SOURCES for path in ROOT.glob(pattern))
    index = built / "searchindex.js"  # written last
    if index.exists() and index.stat().st_mtime > newest:
        return built
    folder = tmp_path_factory.mktemp("site")
    jupyter_book = shutil.which("jupyter-book", path=Path(sys.executable).parent)
    options = ["-W", "-n", "--keep-going", "-q", "--path-output", folder]
    run = subprocess.run(
        [jupyter_book, "build", ROOT, *options], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return folder / "_build" / "html"
