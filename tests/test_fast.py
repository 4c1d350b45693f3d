"""What `pip install '.[fast]'` adds: the optimisers are tested with Numba too."""

import os
import subprocess
import sys

import pytest
from helpers import skip_but_in_ci

from tools import ROOT

TESTS = ["tests/ae_course/test_compiled.py", "tests/ae_course/test_optimizers.py"]


@pytest.fixture(scope="module")
def numba(tmp_path_factory):
    """A folder with Numba alone; without a network skip, but in continuous integration fail."""
    folder = tmp_path_factory.mktemp("numba")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    asked = subprocess.run([*pip, "numba", "llvmlite"], capture_output=True, text=True)
    if asked.returncode:
        skip_but_in_ci(f"Numba cannot be installed: {asked.stderr.strip()}")
    return folder


def test_with_numba_the_optimisers_pass_their_tests_and_none_is_skipped(numba, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(numba), "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "skipped" not in ran.stdout
    assert list(tmp_path.rglob("*.nbi"))  # it was compiled, and is kept
