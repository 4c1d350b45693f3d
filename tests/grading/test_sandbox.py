"""What is behind the wall stays there: it sees nothing of the course, and cannot multiply."""

import os
import platform
import struct
import time
from pathlib import Path

import pytest
from handed_in import wall_or_skip

from grading import sandbox
from grading.problem_set import ROOT
from grading.sandbox import Budget, Crashed, Limits, NoWall, Session, TimedOut, rules

EVERYWHERE = "import contextlib\nfor n in range(3, 9):\n  with contextlib.suppress(OSError): "
LIMITS = Limits(step=2, total=30, memory=2**30, files=2**20)


@pytest.fixture(scope="module")
def shared():
    """A session that lives through the tests that do not end it."""
    wall_or_skip()
    session = Session(Budget(Limits(step=20, total=300, memory=2**30, files=2**20)))
    yield session
    session.close()


@pytest.fixture
def session():
    wall_or_skip()
    session = Session(Budget(LIMITS))
    yield session
    session.close()


def run(session, code):
    """What comes of a cell: nothing, or the exception with its message."""
    reply = session.ask({"run": code, "name": "a cell"})
    return f"{reply['raises']}: {reply['says']}" if "raises" in reply else ""


def shown(session, expression):
    """The value of an expression as text."""
    return run(session, f"raise Exception({expression})").removeprefix("Exception: ")


def test_nothing_of_the_course_but_the_package_is_seen(shared):
    listed = eval(shown(shared, f"__import__('os').listdir({str(ROOT)!r})"))
    assert set(listed) <= {"ae_course", ".venv"}
    assert eval(shown(shared, "sorted(__import__('os').listdir('/grader'))")) == [
        "protocol.py",
        "worker.py",
    ]
    assert "No such file" in run(shared, f"open({str(ROOT / 'problem_sets/problems_01.md')!r})")
    assert run(shared, "import grading").startswith("ModuleNotFoundError")
    assert run(shared, "import ae_course, scipy.optimize") == ""


def test_the_course_is_hidden_where_it_lies_among_what_is_seen(monkeypatch):
    wall_or_skip()
    paths = [*sandbox.system(), str(ROOT)]  # as if it lay in /usr, or in the folder of Python
    monkeypatch.setattr(sandbox, "system", lambda: paths)
    session = Session(Budget(LIMITS))
    try:
        test_nothing_of_the_course_but_the_package_is_seen(session)
        assert run(session, f"open({str(ROOT / 'x')!r}, 'w')").startswith("OSError: [Errno 30]")
    finally:
        session.close()


def test_nothing_of_the_grader_s_environment_is_seen(shared, monkeypatch):
    names = eval(shown(shared, "sorted(__import__('os').environ)"))
    assert set(names) == {*sandbox.environment("/tmp"), "PWD"}
    assert (
        len(eval(shown(shared, "[p for p in __import__('os').listdir('/proc') if p.isdigit()]")))
        < 4
    )


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import os; os.fork()", "PermissionError"),
        ("import os; os.posix_spawn('/bin/ls', ['ls'], {})", "PermissionError"),
        ("import subprocess; subprocess.run(['ls'])", "PermissionError"),
        ("import threading; threading.Thread(target=print).start()", "RuntimeError"),
        ("import socket; socket.socket()", "PermissionError"),
        ("import os; os.memfd_create('x')", "PermissionError"),
        ("import os; os.remove(__import__('ae_course').__file__)", "OSError"),
        ("open('/new', 'w')", "OSError"),
        ("open('/dev/shm/new', 'w')", "OSError"),
        ("open('/grader/protocol.py', 'a')", "OSError"),
        ("open('/tmp/new', 'wb').write(b'x' * 2**21)", "OSError"),
        ("import sys; open(sys.executable, 'a')", "OSError"),
        ("import os; os.setuid(0)", "OSError|PermissionError"),
        ("x = bytearray(2**31)", "MemoryError"),
        ("import resource as r; r.setrlimit(r.RLIMIT_AS, (2**40, 2**40))", "ValueError"),
        ("import os; os.kill(os.getppid(), 9)", ""),
        ("import os; os.kill(-1, 9)", "ProcessLookupError"),
    ],
)
def test_what_is_forbidden_does_no_harm(shared, code, problem):
    found = run(shared, code).partition(":")[0]
    assert found in problem.split("|")
    assert run(shared, "1 + 1") == ""


def test_it_is_nobody_in_a_world_of_its_own(shared):
    assert shown(shared, "__import__('os').getuid()") == "65534"
    status = shown(shared, "open('/proc/self/status').read()[-900:].split('CapEff:')[1][:17]")
    assert int(status, 16) == 0
    assert shown(shared, "__import__('os').uname().nodename") == "submission"


def test_prints_go_nowhere_and_inputs_come_from_nowhere(shared):
    assert run(shared, "print('x' * 10**6); import sys; sys.stderr.write('y')") == ""
    assert run(shared, "import os; os.write(1, b'no reply')") == ""
    assert run(shared, "input()").startswith("EOFError")


def test_a_call_brings_a_value(shared):
    run(shared, "def twice(x): return 2 * x")
    request = {"call": "twice", "with": {"is": "tuple", "of": [4]}, "errors": {"over": "raise"}}
    assert shared.ask(request) == {"gives": 8}
    assert shared.ask(request | {"call": "thrice"}) == {"lacks": "thrice"}


def test_lines_for_ipython_are_passed_over(shared):
    assert run(shared, "%matplotlib inline\n!pip install x\nimport numpy as np\nnp.array?") == ""
    assert run(shared, "x = = 1").startswith("SyntaxError")


@pytest.mark.parametrize(
    "code", ["while True: pass", "import time; time.sleep(1000)", "import signal; signal.pause()"]
)
def test_what_runs_for_ever_is_stopped(code, session, monkeypatch):
    monkeypatch.setattr(sandbox, "PATIENCE", 1.5)
    with pytest.raises(TimedOut, match="more than 2 s"):
        run(session, code)


def test_time_is_counted_over_sessions_too():
    wall_or_skip()
    budget = Budget(Limits(step=10, total=1.5))
    first = Session(budget)
    run(first, "import time\nwhile time.process_time() < 1: pass")
    first.close()
    second = Session(budget)
    with pytest.raises(TimedOut, match=r"1\.5 s in all"):
        run(second, "while True: pass")
    second.close()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os; os._exit(0)", "ended"),
        ("import os; os.kill(os.getpid(), 11)", "ended"),
        ("import ctypes; ctypes.string_at(0)", "ended"),
        (f"import os\n{EVERYWHERE}os.write(n, b'nothing\\n')", "no answer"),
        ("import os; os.closerange(3, 99)", "ended"),
    ],
)
def test_what_ends_itself_has_crashed(code, message, session):
    def run_twice():
        run(session, code)
        run(session, "1")

    with pytest.raises(Crashed, match=message):
        run_twice()


def test_endless_replies_are_cut_off(session, monkeypatch):
    monkeypatch.setattr(sandbox, "LARGEST_REPLY", 2**20)
    with pytest.raises(Crashed, match="more than 1 MB"):
        run(session, f"import os\n{EVERYWHERE}\n   while 1: os.write(n, b'x' * 4096)")


def test_closing_leaves_no_process():
    wall_or_skip()
    session = Session(Budget(LIMITS))
    worker = Path(f"/proc/{session.worker}")
    assert session.worker != session.process.pid
    assert worker.exists()
    session.close()
    deadline = time.monotonic() + 5
    while worker.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not worker.exists()


def test_without_a_wall_there_is_still_another_process_with_limits(tmp_path):
    session = Session(Budget(LIMITS), confined=False)
    folder = Path(session.folder)
    try:
        assert shown(session, "__import__('os').getpid()") != str(os.getpid())
        assert shown(session, "__import__('os').getcwd()") == str(folder.resolve())
        assert run(session, "x = bytearray(2**31)").startswith("MemoryError")
    finally:
        session.close()
    assert not folder.exists()


def test_where_bubblewrap_is_missing_it_is_said_in_a_line(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        NoWall, match=r"is not installed.*apt install bubblewrap.*UNCONFINED=1"
    ) as no:
        sandbox.check_wall()
    assert "\n" not in str(no.value)


def test_where_bubblewrap_cannot_work_it_is_said_too(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(NoWall, match="cannot make namespaces"):
        sandbox.check_wall()
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(NoWall, match="riscv64"):
        sandbox.check_wall()


@pytest.mark.parametrize("machine", sandbox.SYSTEMS)
def test_the_filter_refuses_what_it_should_and_nothing_else(machine):
    """Run the filter as the kernel would, on every number of a system call."""
    audit, column = sandbox.SYSTEMS[machine]
    program = list(struct.iter_unpack("HBBI", rules(machine)))
    refused = {pair[column] for pair in sandbox.CALLS.values()} - {None}

    def verdict(number, architecture=audit):
        fields, at, loaded = {0: number, 4: architecture}, 0, 0
        while True:
            code, yes, no, k = program[at]
            if code == sandbox.RETURN:
                return k
            if code == sandbox.LOAD:
                loaded, jump = fields[k], 0
            elif code == sandbox.EQUAL:
                jump = yes if loaded == k else no
            else:
                jump = yes if loaded >= k else no
            at += 1 + jump

    for number in range(600):
        wanted = sandbox.REFUSE if number in refused else sandbox.ALLOW
        assert verdict(number) == wanted
    assert verdict(0x40000000 + 57) == sandbox.REFUSE
    assert verdict(0, architecture=3) == sandbox.KILL
