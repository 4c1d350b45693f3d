"""The source archive is the project: it can be built, installed and tested from."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from test_make import tracked

from tools import ROOT

BUILD = """\
import sys
from setuptools import build_meta
out = sys.argv[1]
print(build_meta.build_sdist(out), build_meta.build_wheel(out))
build_meta.build_editable(out + "/editable")
"""
FOUND = """\
import site, sys
from importlib.util import find_spec
site.addsitedir(sys.argv[1])
print(*(find_spec(name).origin for name in sys.argv[2:]), sep="\\n")
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the archive and the wheel, and what was said while they were made."""
    root = tmp_path_factory.mktemp("project")
    for name in tracked():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / name)
    out = tmp_path_factory.mktemp("built")
    (out / "editable").mkdir()
    command = [sys.executable, "-c", BUILD, out]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return out, run.stdout + run.stderr


def test_nothing_is_warned_of(built):
    assert "absent from the `packages`" not in built[1]
    assert "Warning" not in built[1]
    assert "warning: no files found" not in built[1]


def test_it_holds_every_file_of_the_project(built):
    (archive,) = built[0].glob("*.tar.gz")
    with tarfile.open(archive) as files:
        inside = {name.partition("/")[2] for name in files.getnames()}
    assert not set(tracked()) - inside


def test_tests_are_found_in_what_is_unpacked(built, tmp_path):
    (archive,) = built[0].glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(tmp_path, filter="data")
    (root,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "pytest", "-q", "tests/ae_course/test_files.py", "tests/book"]
    environment = os.environ | {"PYTHONPATH": str(root)}  # not the ae_course that is installed here
    run = subprocess.run(
        [*command, "--collect-only"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_wheel_has_the_package_and_its_data_alone(built):
    (wheel,) = built[0].glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"ae_course/network.py", "ae_course/data/mnist.npz"} <= set(names)
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"ae_course"}


def test_an_editable_installation_leads_to_everything_from_anywhere(built, tmp_path):
    """Also where `PYTHONSAFEPATH` is set, and the folder that one is in does not count."""
    (wheel,) = built[0].glob("editable/*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path)
    names = ["ae_course", "grading", "tools"]
    command = [sys.executable, "-I", "-S", "-c", FOUND, tmp_path, *names]
    run = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    (root,) = {Path(line).parents[1] for line in run.stdout.splitlines()}
    assert (root / "pyproject.toml").exists()
    assert root != ROOT
