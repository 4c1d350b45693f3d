"""Every command that README and `make help` name works in a fresh clone, on the real book.

The clone has the files as they stand here. Its environment borrows the packages of this one, and
its site is the one that `make test` has built from the same files, by the same command; how an
environment is made anew, with real packages of its own, is tested in tests/tools/test_environment.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
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
    "notebooks": (["NAME=errata"], r"errata: no code has changed, so nothing was run"),
    "assignments": ([], r"problems_01: \d tasks, \d+ points"),
    "check": (["NAME=errata"], r"errata: no rule is broken"),
    "test-one": (["NAME=tests/ae_course/test_files.py"], r"\d passed"),
    "lint": ([], r"All checks passed!"),
    "format": ([], r"files left unchanged"),
    "clean": ([], r"^$"),
}
SPECIAL = {"test", "lab", "grade"}


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
    """Make .venv in a clone, with the packages of the Python that runs this."""
    venv = root / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    for folder in ("share", "etc"):
        if (Path(sys.prefix) / folder).exists():
            (venv / folder).symlink_to(Path(sys.prefix) / folder)
    inside = venv / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    here = sysconfig.get_path("purelib")
    (inside / "borrowed.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    subprocess.run([sys.executable, "-c", BORROW], cwd=root, env=environment, check=True)


def make(root, *arguments):
    """Run a make command as a person does, with nothing inherited from the `make test` around."""
    inherited = ("MAKE", "MFLAGS", "PYTEST", "PYTHON")
    env = {name: value for name, value in os.environ.items() if not name.startswith(inherited)}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


def named_commands():
    """The targets that README and `make help` name."""
    help_ = make(ROOT, "help").stdout
    readme = (ROOT / "README.md").read_text("utf-8")
    in_code = "\n".join(re.findall(r"```sh\n(.*?)```|`(make [^`]*)`", readme, re.DOTALL)[0])
    in_text = " ".join(re.findall(r"`(make [\w-]+)", readme))
    return set(re.findall(r"\bmake ([a-z][\w-]*)", f"{help_} {in_code} {in_text}"))


def test_every_command_that_is_named_is_tried_here():
    named = named_commands()
    assert {"book", "test", "lab", "grade", "check"} <= named
    assert named <= set(COMMANDS) | SPECIAL, "add the new command to COMMANDS, or a test of its own"


def test_make_test_has_all_its_stages():
    said = make(ROOT, "-n", "test").stdout
    for stage in ("ruff check", "tools.style", "tools.website", "pytest -q", "--nbval"):
        assert stage in said
    assert said.count("-m tools.website") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_works_in_a_fresh_clone(clone, command):
    if command == "notebooks":
        source = clone / "book" / "src" / "errata.md"
        source.write_text(source.read_text("utf-8").replace("\n# ", "\n# New: ", 1), "utf-8")
    arguments, wanted = COMMANDS[command]
    run = make(clone, command, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(wanted, run.stdout), run.stdout


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
    except NoSandbox:
        confined = ["UNCONFINED=1"]
    run = make(clone, "grade", f"SUBMISSIONS={folder}", *confined)
    assert run.returncode == 0, run.stdout + run.stderr
    totals = (clone / "grades" / "problems_01" / "totals.csv").read_text("utf-8-sig")
    assert {"mori", "abe"} <= set(re.findall(r"\w+", totals))


def test_the_lab_opens_and_answers(clone):
    options = "--no-browser --ServerApp.port=0 --IdentityProvider.token=secret"
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
        found = (re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/", line) for line in lab.stdout)
        address = next(match[0] for match in found if match)
        url = f"{address}api/contents?token=secret"
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert "01_overview.ipynb" in answer.read().decode()
    finally:
        os.killpg(lab.pid, signal.SIGKILL)
        lab.wait()
        lab.stdout.close()
