"""The source archive is the project: it can be built, installed and tested from."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
from test_make import tracked

from tools import ROOT

BUILD = """\
import sys
from setuptools import build_meta
out = sys.argv[1]
print(build_meta.build_sdist(out), build_meta.build_wheel(out))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the archive and the wheel, and what was said while they were made."""
    root = tmp_path_factory.mktemp("project")
    for name in tracked():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / name)
    out = tmp_path_factory.mktemp("built")
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
