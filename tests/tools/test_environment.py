"""The environment is made by a suitable Python, and taken as finished only when it is."""

import ast
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
        assert environment.lacking() == {"python", "place", "requirements", "package"}

    def test_a_broken_stamp_counts_as_none(self):
        Path(environment.STAMP).write_text('{"python"')
        assert environment.lacking() == {"python", "place", "requirements", "package"}

    @pytest.mark.parametrize(
        ("file", "part"), [("requirements.txt", "requirements"), ("pyproject.toml", "package")]
    )
    def test_a_changed_file_is_noticed(self, monkeypatch, file, part):
        digest = environment.digest
        monkeypatch.setattr(environment, "digest", lambda path: digest(path) + "!" * (path == file))
        assert environment.lacking() == {part}

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
