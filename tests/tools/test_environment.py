"""The environment is made by a suitable Python, and taken as finished only when it is."""

import ast
import errno
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("fcntl", reason="make, and so tools/environment.py, is for Linux and macOS")

from tools import environment
from tools.environment import Python

NEW = Python("python3", "3.12.1", complete=True)
OLD = Python("python3", "3.8.18", complete=True)
BARE = Python("python3", "3.11.2", complete=False)
TOO_NEW = Python("python3", "3.15.0", complete=True)


@pytest.fixture
def installed(monkeypatch):
    """Pretend that these Pythons, and no others, are on this machine."""

    def pretend(*pythons, named=None):
        monkeypatch.delenv("PYTHON", raising=False)
        if named:
            monkeypatch.setenv("PYTHON", named)
        monkeypatch.setattr(environment, "probe", {p.name: p for p in pythons}.get)

    return pretend


def test_old_pythons_can_read_it_and_say_that_they_are_too_old():
    tree = ast.parse(Path(environment.__file__).read_text("utf-8"), feature_version=(3, 4))
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.JoinedStr | ast.AnnAssign)]


def test_the_first_suitable_python_is_taken(installed):
    later = Python("python3.13", "3.13.0", complete=True)
    for first in (OLD, BARE, TOO_NEW):
        installed(first, later)
        assert environment.choose() == later
    installed(NEW, later)
    assert environment.choose() == NEW


def test_a_newer_one_than_was_tested_is_better_than_none(installed):
    installed(TOO_NEW, Python("python", "2.7.18", complete=False))
    assert environment.choose() == TOO_NEW


@pytest.mark.parametrize(
    ("pythons", "named", "message"),
    [
        ([OLD], None, r"3\.11 or later is needed, found only Python 3\.8\.18 \(python3\)"),
        ([NEW, OLD._replace(name="old")], "old", r"found only Python 3\.8\.18 \(old\)"),
        ([NEW], "nowhere", "PYTHON=nowhere is not a Python that runs"),
        ([BARE], None, r"no module ensurepip .*apt install python3\.11-venv"),
    ],
)
def test_what_is_missing_is_named(installed, pythons, named, message):
    installed(*pythons, named=named)
    with pytest.raises(environment.Problem, match=message) as caught:
        environment.choose()
    assert "\n" not in str(caught.value)


def test_a_name_that_leads_nowhere_is_no_python(tmp_path):
    broken = tmp_path / "python3"
    broken.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
    broken.chmod(0o755)
    assert environment.probe(str(broken)) is None
    assert environment.probe(str(tmp_path / "absent")) is None


@pytest.fixture
def finished(installed, monkeypatch, tmp_path):
    """An environment that was finished with Python 3.12 from these very files."""
    inside = NEW._replace(name=environment.INSIDE)
    installed(inside, NEW, Python("python3.13", "3.13.0", complete=True))
    monkeypatch.chdir(environment.ROOT)
    monkeypatch.setattr(environment, "STAMP", str(tmp_path / "finished.json"))
    environment.write_stamp(environment.fingerprint(inside))


@pytest.mark.usefixtures("finished")
class TestFinished:
    def test_nothing_is_lacking(self):
        assert environment.lacking() == set()

    def test_without_its_stamp_everything_is(self):
        Path(environment.STAMP).unlink()
        assert environment.lacking() == {"python", "place", "requirements"}

    def test_a_broken_stamp_counts_as_none(self):
        Path(environment.STAMP).write_text('{"python"')
        assert environment.lacking() == {"python", "place", "requirements"}

    def test_changed_requirements_are_noticed(self, monkeypatch):
        monkeypatch.setattr(environment, "digest", lambda path: "another")
        assert environment.lacking() == {"requirements"}

    def test_it_cannot_be_moved(self, monkeypatch):
        monkeypatch.setattr(environment, "ROOT", "/elsewhere")
        assert environment.lacking() == {"place"}

    def test_another_python_may_be_asked_for(self, monkeypatch):
        monkeypatch.setenv("PYTHON", "python3")
        assert environment.lacking() == set()
        monkeypatch.setenv("PYTHON", "python3.13")
        assert environment.lacking() == {"python"}

    def test_its_own_python_must_run(self, installed):
        installed(NEW)
        assert environment.lacking() == {"python"}


@pytest.mark.parametrize(
    ("log", "meaning"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("Retrying after connection broken by 'ProxyError'\nERROR: No matching", "online"),
        ("ERROR: No matching distribution found for numpy==9", "no wheel"),
        ("ERROR: Something new\n", "ERROR: Something new"),
        ("", "a command failed"),
    ],
)
def test_the_log_of_a_failure_becomes_one_line(monkeypatch, tmp_path, log, meaning):
    monkeypatch.setattr(environment, "LOG", str(tmp_path / "log"))
    Path(environment.LOG).write_text(log)
    assert meaning in environment.cause()


@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "this folder cannot be written to"),
        (errno.EACCES, "this folder cannot be written to"),
    ],
)
def test_what_the_system_refuses_is_said_in_a_line(number, meaning):
    said = str(environment.why(OSError(number, os.strerror(number), "_build")))
    assert meaning in said
    assert "\n" not in said


def test_settings_for_install_go_before_those_for_all():
    listing = "global.timeout='5'\ninstall.timeout='9'\nglobal.find-links='a\\nb'\nfreeze.x='1'\n"
    assert environment.configured(listing) == {"timeout": "9", "find-links": "a\nb"}


# A real environment, of one package that needs no registry, in surroundings that are against it

ELSEWHERE = """\
[global]
no-index = true
find-links = {wheels}
quiet = 3
require-virtualenv = true
constraint = {constraint}
[install]
user = true
target = {target}
dry-run = true
no-binary = :all:
"""


def wheel(folder, name="tiny", version="1.0"):
    """Put a wheel with one empty module into a folder."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project like this one in a folder with an awkward name, with a reader's own settings."""
    base = tmp_path_factory.mktemp("reader")
    root = base / '$HOME\'s "book" é 本'
    (root / "tools").mkdir(parents=True)
    (root / "ae_course").mkdir()
    for name in ("Makefile", "tools/environment.py"):
        shutil.copy(Path(environment.ROOT) / name, root / name)
    (root / "ae_course" / "__init__.py").write_text("")
    (root / "requirements.txt").write_text("tiny==1.0\n")
    wheel(base)
    (base / "constraints.txt").write_text("tiny==2.0\n")
    places = {"wheels": base, "target": base / "target", "constraint": base / "constraints.txt"}
    (base / "pip.conf").write_text(ELSEWHERE.format(**places))
    return root


def make(root, **variables):
    """Run `make environment` as a reader with settings of all sorts, and return what it said."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    against = {
        "PIP_CONFIG_FILE": str(root.parent / "pip.conf"),
        "PIP_USER": "1",
        "PIP_PREFIX": str(root.parent / "prefix"),
        "PIP_REQUIRE_HASHES": "1",
        "PYTHON": sys.executable,
        "PYTHONHOME": "/nowhere",
        "PYTHONSAFEPATH": "1",
        "PYTHONOPTIMIZE": "2",
        "PYTHONUTF8": "0",
        "LC_ALL": "C",
    }
    command = [shutil.which("make"), "--silent", "environment"]
    env = own | against | variables
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


def works(root):
    """Whether the environment has its package and ours, from wherever it is used."""
    python = root / ".venv" / "bin" / "python"
    code = "import ae_course, tiny; print(ascii(ae_course.__file__))"
    run = subprocess.run([python, "-c", code], cwd="/", capture_output=True, text=True, check=False)
    return run.stdout.strip() == ascii(str(root / "ae_course" / "__init__.py"))


class TestRealEnvironment:
    def test_it_is_made_whatever_a_reader_has_set(self, project):
        run = make(project)
        assert run.returncode == 0, run.stdout + run.stderr
        assert works(project)
        assert not (project.parent / "target").exists()
        assert not (project.parent / "prefix").exists()

    def test_it_is_taken_as_it_is_from_then_on(self, project):
        run = make(project)
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")

    def test_a_finished_one_needs_no_other_python(self, project, tmp_path):
        (tmp_path / "sh").symlink_to(shutil.which("sh"))
        run = make(project, PATH=str(tmp_path), PYTHON="")
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")

    def test_when_its_successor_cannot_be_made_it_stays(self, project):
        (project / "requirements.txt").write_text("absent==1.0\n")
        run = make(project)
        assert run.returncode != 0
        assert run.stderr.startswith("Cannot make .venv: pip has no package registry to ask")
        assert works(project)
        assert not (project / ".venv-previous").exists()
        (project / "requirements.txt").write_text("tiny==1.0\n")
        assert make(project).stdout == ""

    def test_after_a_kill_it_is_brought_back(self, project):
        (project / ".venv").rename(project / ".venv-previous")
        (project / ".venv").mkdir()  # as far as the killed command came
        run = make(project)
        assert (run.returncode, run.stdout) == (0, "")
        assert works(project)
        assert not (project / ".venv-previous").exists()
