"""Every command that README and `make help` name works in a fresh clone, on the real book.

The clone has the files as they stand here. Its environment is a copy of this one, and its site is
the one that `make test` has built from the same files, by the same command; how an environment is
made anew is tested in tests/tools/test_environment.py.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from handed_in import filled

from grading.sandbox import NoSandbox, check_sandbox
from tools import ROOT

pytest.importorskip("fcntl", reason="make is for Linux and macOS")
NOT_OURS = {".venv", ".venv-previous", "_build", "lab", "grades", ".git"}
BORROW = """\
import os, site, sys
sys.path.insert(0, "tools")
import environment
environment.link_to_root()
environment.write_stamp(environment.fingerprint(environment.probe(environment.INSIDE)))
"""
# What each command is given, and what it says then. `make test` itself is what you are reading.
COMMANDS = {
    "help": ([], r"make book +build the book"),
    "book": ([], r"Open file:///\S*/_build/html/index\.html"),
    "assignments": ([], r"problems_01: \d tasks, \d+ points"),
    "check": (["NAME=errata"], r"errata: no rule is broken"),
    "test-one": (["NAME=tests/ae_course/test_files.py"], r"\d passed"),
    "lint": ([], r"All checks passed!"),
    "format": ([], r"files left unchanged"),
    "zip": ([], r"autoencoders\.zip \(\d+ MB\)"),
    "publish-check": ([], r"The site can be published"),
}
AGAINST = """\
PYTHONPATH={0}
PYTHONHOME=/not/there
PYTHONWARNINGS=error
PYTHONDEVMODE=1
PYTHONINSPECT=1
PYTHONUTF8=0
LC_ALL=POSIX
PYTEST_ADDOPTS=--collect-only -k nothing
PYTEST_PLUGINS=not_there
PIP_REQUIRE_VIRTUALENV=1
PIP_NO_INDEX=1
VIRTUAL_ENV=/not/there
MPLBACKEND=TkAgg
MPLCONFIGDIR=/not/there
TMPDIR=/not/there
XDG_CACHE_HOME={0}/file
XDG_CONFIG_HOME={0}/file
XDG_DATA_HOME={0}/file
XDG_RUNTIME_DIR={0}/file
JUPYTER_RUNTIME_DIR={0}/file/runtime
JUPYTER_PATH=/not/there
GIT_DIR=/not/there
PAGER=not there
TERM=dumb
COLUMNS=30
FORCE_COLOR=1
TZ=Pacific/Kiritimati
CDPATH=/tmp
http_proxy=http://127.0.0.1:1
MAKEFLAGS=-j4
SET=another
ROSTER=/not/there
DUE=never
"""
# Tested below, in tests/browser/test_printed.py, test_typefaces.py, test_benchmarks.py,
# and test_reproduce.py.
SPECIAL = {"test", "notebooks", "lab", "grade", "clean", "play", "pdf", "fonts"}
SPECIAL |= {"bench", "reproduce"}


def tracked():
    """The files of the project, as they stand; all there are, where this is no clone."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return [name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file() and not NOT_OURS & set(path.relative_to(ROOT).parts)
    ]


@pytest.fixture(scope="module")
def clone(tmp_path_factory, site):
    """A fresh clone with an environment and with the site."""
    root = tmp_path_factory.mktemp("fresh") / "a clone"
    for name in tracked():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / name)
    shutil.copytree(site, root / "_build" / "html")
    borrow_environment(root)
    return root


def borrow_environment(root):
    """Make .venv in a clone: every file of this one once more, but those that lead to ae_course."""
    venv, here = root / ".venv", Path(sys.prefix)
    leading = shutil.ignore_patterns("ae_course*", "__editable__*", "*.partial", "finished.json")
    shutil.copytree(here, venv, symlinks=True, ignore=leading, copy_function=link_or_copy)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    subprocess.run([sys.executable, "-c", BORROW], cwd=root, env=environment, check=True)


def link_or_copy(source, target):
    """Give a file a second name, where that can be; nothing writes into an installed package."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def make(root, *arguments, **variables):
    """Run a make command as a person does, with nothing inherited from the `make test` around."""
    inherited = ("MAKE", "MFLAGS", "PYTEST", "PYTHON")
    env = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    env |= variables
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


def named_commands():
    """The targets that README and `make help` name."""
    lines = make(ROOT, "help").stdout + (ROOT / "README.md").read_text("utf-8")
    return set(re.findall(r"(?:^|`)make ([a-z][\w-]*)", lines, re.MULTILINE))


def test_every_command_that_is_named_is_tried_here():
    named = named_commands()
    assert {"book", "test", "lab", "grade", "check"} <= named
    assert named <= set(COMMANDS) | SPECIAL, "add the new command to COMMANDS, or a test of its own"


def test_make_test_has_all_its_stages():
    said = make(ROOT, "-n", "test").stdout
    for stage in ("ruff check", "tools.style", "tools.website", "pytest -q", "--nbval"):
        assert stage in said
    assert said.count("-m tools.website") == 1


def test_make_play_computes_builds_and_takes_pictures():
    said = make(ROOT, "-n", "play", "NAME=line").stdout
    steps = ["-m tools.play ", "-m tools.website", "-m tools.play --pictures "]
    places = [said.index(step) for step in steps]
    assert places == sorted(places)


def test_make_bench_has_an_environment_and_requirements_of_its_own():
    said = make(ROOT, "-n", "bench").stdout
    places = [said.index(f"benchmarks/{x}") for x in ("requirements.txt", ".venv/bin/python -m b")]
    assert places == sorted(places)
    assert "OPENBLAS_NUM_THREADS=1" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_works_in_a_fresh_clone(clone, command):
    arguments, wanted = COMMANDS[command]
    run = make(clone, command, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(wanted, run.stdout), run.stdout


@pytest.fixture
def against(tmp_path):
    """Variables of all sorts that somebody may have set, none of which is about this project."""
    for name in ("tools", "grading", "numpy", "json", "conftest", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('not ours')")
    (tmp_path / "file").write_text("")
    return dict(line.split("=", 1) for line in AGAINST.format(tmp_path).splitlines())


def test_what_somebody_has_set_for_others_stops_nothing(clone, tmp_path, against):
    run = make(clone, "test-one", "NAME=tests/ae_course/test_files.py", **against)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\d passed", run.stdout), run.stdout
    before = (clone / "book" / "errata.ipynb").read_bytes()
    run = make(clone, "notebooks", "NAME=errata", **against)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (clone / "book" / "errata.ipynb").read_bytes() == before
    (tmp_path / "in").mkdir()
    nbformat.write(filled(), tmp_path / "in" / "mori.ipynb")
    run = make(clone, "grade", f"SUBMISSIONS={tmp_path / 'in'}", "DRY=1", **against)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 file, 1 student" in run.stdout


def test_a_change_of_prose_runs_nothing(clone):
    source, notebook = clone / "book" / "src" / "errata.md", clone / "book" / "errata.ipynb"
    before = source.read_bytes(), notebook.read_bytes()
    source.write_bytes(before[0].replace(b"\n# ", b"\n# New: ", 1))
    run = make(clone, "notebooks", "NAME=errata")
    assert "errata: no code has changed, so nothing was run" in run.stdout, run.stdout + run.stderr
    assert b"# New: " in notebook.read_bytes()
    source.write_bytes(before[0])
    make(clone, "notebooks", "NAME=errata")
    assert notebook.read_bytes() == before[1]


def test_what_commands_need_they_ask_for(clone):
    for command in ("check", "test-one", "grade"):
        run = make(clone, command)
        assert run.returncode != 0
        assert run.stderr.startswith(f"{command}: w")


def test_a_class_is_looked_at_and_graded(clone, tmp_path):
    folder = tmp_path / 'work of $HOME\'s "class"'
    for name in ("mori", "abe"):
        (folder / name).mkdir(parents=True)
        nbformat.write(filled(), folder / name / "problems_01.ipynb")
    dry = make(clone, "grade", f"SUBMISSIONS={folder}", "DRY=1")
    assert dry.returncode == 0, dry.stdout + dry.stderr
    assert "mori" in dry.stdout
    assert not (clone / "grades").exists()
    try:
        check_sandbox()
        confined = []
    except NoSandbox:  # what confines is tested in tests/grading, where CI may not skip it
        confined = ["UNCONFINED=1"]
    run = make(clone, "grade", f"SUBMISSIONS={folder}", *confined)
    assert run.returncode == 0, run.stdout + run.stderr
    totals = (clone / "grades" / "problems_01" / "totals.csv").read_text("utf-8-sig")
    assert {"mori", "abe"} <= set(re.findall(r"\w+", totals))


def answer_of(server, url):
    """What a server says, which names its address before it listens there."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.URLError as refused:
            if not isinstance(refused.reason, ConnectionRefusedError):
                raise
            time.sleep(0.5)
    raise AssertionError("the server has ended")


def test_the_lab_opens_and_answers(clone):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --ip=127.0.0.1 --port={port} --IdentityProvider.token=secret"
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    lab = subprocess.Popen(
        ["make", "lab", f"LAB={options}"],
        cwd=clone,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert any(f"127.0.0.1:{port}/" in line for line in lab.stdout)
        url = f"http://127.0.0.1:{port}/api/contents?token=secret"
        assert "01_overview.ipynb" in answer_of(lab, url)
    finally:
        os.killpg(lab.pid, signal.SIGKILL)
        lab.wait()
        lab.stdout.close()


def test_cleaning_leaves_the_environment_and_what_is_people_s_own(clone):
    (clone / "lab").mkdir(exist_ok=True)
    (clone / "lab" / "mine.ipynb").write_text("{}")
    run = make(clone, "clean")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert not (clone / "_build").exists()
    assert (clone / "lab" / "mine.ipynb").exists()
    assert (clone / ".venv" / "finished.json").exists()
    assert (clone / "book" / "errata.ipynb").exists()
