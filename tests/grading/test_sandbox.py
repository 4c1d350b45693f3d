"""What is in the sandbox stays there: it sees nothing of the course, and cannot multiply."""

import os
import platform
import re
import struct
import time
from pathlib import Path

import pytest
from handed_in import sandbox_or_skip

from grading import ROOT, sandbox, seccomp
from grading.sandbox import Budget, Crashed, Limits, NoSandbox, Session, TimedOut

EVERYWHERE = "import contextlib\nfor n in range(3, 9):\n  with contextlib.suppress(OSError): "
LIMITS = Limits(step=2, total=30, memory=2**30, files=2**20)


@pytest.fixture(scope="module")
def shared():
    """A session that lives through the tests that do not end it."""
    sandbox_or_skip()
    session = Session(Limits(step=20, total=300, memory=2**30, files=2**20))
    yield session
    session.close()


@pytest.fixture
def session():
    sandbox_or_skip()
    session = Session(LIMITS)
    yield session
    session.close()


def run(session, code, *budgets):
    """What comes of a cell: nothing, or the exception with its message."""
    reply = session.ask({"run": code, "name": "a cell"}, *budgets)
    return f"{reply['raises']}: {reply['says']}" if "raises" in reply else ""


def shown(session, expression):
    """The value of an expression as text."""
    return run(session, f"raise Exception({expression})").removeprefix("Exception: ")


def test_nothing_of_the_course_but_the_package_is_seen(shared):
    listed = eval(shown(shared, f"__import__('os').listdir({str(ROOT)!r})"))
    assert set(listed) <= {"ae_course", ".venv"}
    assert eval(shown(shared, "sorted(__import__('os').listdir('/grader'))")) == [
        "protocol.py",
        "shell.py",
        "worker.py",
    ]
    assert "No such file" in run(shared, f"open({str(ROOT / 'problem_sets/problems_01.md')!r})")
    assert run(shared, "import grading").startswith("ModuleNotFoundError")
    assert run(shared, "import ae_course, scipy.optimize") == ""


def test_the_course_is_hidden_where_it_lies_among_what_is_seen(monkeypatch):
    sandbox_or_skip()
    paths = [*sandbox.system(), str(ROOT)]  # as if it lay in /usr, or in the folder of Python
    monkeypatch.setattr(sandbox, "system", lambda: paths)
    session = Session(LIMITS)
    try:
        test_nothing_of_the_course_but_the_package_is_seen(session)
        assert run(session, f"open({str(ROOT / 'x')!r}, 'w')").startswith("OSError: [Errno 30]")
    finally:
        session.close()


def test_nothing_of_the_grader_s_environment_is_seen(shared, monkeypatch):
    names = eval(shown(shared, "sorted(__import__('os').environ)"))
    # The last one is set by threadpoolctl, which ae_course imports.
    assert set(names) == {*sandbox.environment("/tmp"), "PWD", "KMP_DUPLICATE_LIB_OK"}
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
        ("import os; os.remove(__import__('ae_course').__file__)", "OSError|PermissionError"),
        ("open('/new', 'w')", "OSError|PermissionError"),
        ("open('/dev/shm/new', 'w')", "OSError|PermissionError"),
        ("open('/grader/protocol.py', 'a')", "OSError|PermissionError"),
        ("open('/tmp/new', 'wb').write(b'x' * 2**21)", "OSError|PermissionError"),
        ("import sys; open(sys.executable, 'a')", "OSError|PermissionError"),
        ("import os; os.setuid(0)", "OSError|PermissionError"),
        ("x = bytearray(2**31)", "MemoryError"),
        ("import resource as r; r.setrlimit(r.RLIMIT_AS, (2**40, 2**40))", "ValueError"),
        ("import os; os.kill(os.getppid(), 9)", "|PermissionError"),
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
    assert shared.ask(request | {"call": "thrice"}) == {"lacks": "thrice", "near": ["twice"]}


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
    sandbox_or_skip()
    limits = Limits(step=10, total=1.5)
    budget = Budget.of(limits)
    first, second = Session(limits), Session(limits)
    run(first, "import time\nwhile time.process_time() < 1: pass", budget)
    first.close()
    with pytest.raises(TimedOut, match=r"1\.5 s in all"):
        run(second, "while True: pass", budget)
    second.close()


def test_waiting_is_limited_where_working_is_not():
    budget = Budget.of_calls(Limits(total=10))
    budget.spend(1000, 5000)  # on a busy machine
    assert not budget.used_up(1000, 5000)
    budget.spend(0, 30)
    assert not budget.used_up(0, 19)
    assert budget.used_up(0, 20)


OPENED = """import os
opened = []
for top in ("/dev", "/proc", "/sys"):
    for folder, _, names in os.walk(top):
        for name in names:
            try:  # opened, and never written to
                os.close(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_NONBLOCK))
                opened.append(f"{folder}/{name}")
            except OSError:
                pass
raise Exception([n for n in opened if not n.startswith("/proc/") or "/fd/" not in n])"""
HARMLESS = {*(f"/dev/{n}" for n in ("null", "zero", "full", "random", "urandom", "tty", "ptmx"))}


def test_no_setting_of_the_machine_can_be_opened_for_writing(shared):
    found = eval(run(shared, OPENED).removeprefix("Exception: "))
    assert {name for name in found if not name.startswith(("/dev/std", "/dev/pts/"))} <= HARMLESS
    assert "/dev/null" in found
    assert run(shared, "import os; os.chmod('/dev/null', 0o600)").startswith(
        ("PermissionError", "OSError")
    )


def test_to_the_kernel_it_is_not_root(shared):
    owner = Path(f"/proc/{shared.worker}").stat().st_uid
    assert owner in (os.getuid(), sandbox.NOBODY)
    assert owner != 0
    status = Path(f"/proc/{shared.worker}/status").read_text()
    assert re.search(r"^NoNewPrivs:\t1$", status, re.MULTILINE)
    assert re.search(r"^CapEff:\t0+$", status, re.MULTILINE)


@pytest.mark.parametrize(
    "make", ["open(f'/tmp/{n}', 'w').close()", "os.link('/tmp/x', f'/tmp/{n}')"]
)
def test_files_without_number_are_stopped(session, make):
    code = f"import os\nopen('/tmp/x', 'w').close()\nfor n in range(10**7): {make}"
    with pytest.raises(Crashed, match="temporary files"):
        run(session, code)


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
    sandbox_or_skip()
    session = Session(LIMITS)
    worker = Path(f"/proc/{session.worker}")
    assert session.worker != session.process.pid
    assert worker.exists()
    session.close()
    deadline = time.monotonic() + 5
    while worker.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not worker.exists()


def test_without_a_wall_there_is_still_another_process_with_limits(tmp_path):
    session = Session(LIMITS, confined=False)
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
        NoSandbox, match=r"is not installed.*apt install bubblewrap.*UNCONFINED=1"
    ) as no:
        sandbox.check_sandbox()
    assert "\n" not in str(no.value)


@pytest.mark.parametrize(
    ("version", "said", "wanted"),
    [
        ("0.8.0", "", "cannot make namespaces"),
        ("0.8.0", "bwrap: setting up uid map: Permission denied", "AppArmor"),
        ("0.9.0", "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", "AppArmor"),
        ("0.8.0", "bwrap: No permissions to create new namespace", "cannot make namespaces"),
        ("0.8.0", "bwrap: Can't mount proc on /newroot/proc: what", "Can't mount proc"),
        ("0.6.1", "bwrap: Unknown option --size", r"0\.6\.1 is too old, 0\.7\.0"),
        ("", "bwrap: Unknown option --size", r"too old, 0\.7\.0"),
    ],
)
def test_where_bubblewrap_cannot_work_it_is_said_why(version, said, wanted, monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "bubblewrap {version}" && exit 0\n'
        f'echo "{said}" >&2\nexit 1\n'
    )
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(NoSandbox, match=wanted) as no:
        sandbox.check_sandbox()
    assert "\n" not in str(no.value)
    assert "apt install" not in str(no.value)


def test_on_other_processors_it_is_said_too(monkeypatch):
    sandbox_or_skip()
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(NoSandbox, match="riscv64"):
        sandbox.check_sandbox()


@pytest.mark.parametrize("machine", seccomp.SYSTEMS)
def test_the_filter_refuses_what_it_should_and_nothing_else(machine):
    """Run the filter as the kernel would, on every number of a system call."""
    audit, column = seccomp.SYSTEMS[machine]
    program = list(struct.iter_unpack("HBBI", seccomp.rules(machine)))
    refused = {pair[column] for pair in seccomp.CALLS.values()} - {None}

    def verdict(number, architecture=audit):
        fields, at, loaded = {0: number, 4: architecture}, 0, 0
        while True:
            code, yes, no, k = program[at]
            if code == seccomp.RETURN:
                return k
            if code == seccomp.LOAD:
                loaded, jump = fields[k], 0
            elif code == seccomp.EQUAL:
                jump = yes if loaded == k else no
            else:
                jump = yes if loaded >= k else no
            at += 1 + jump

    for number in range(600):
        wanted = seccomp.REFUSE if number in refused else seccomp.ALLOW
        assert verdict(number) == wanted
    assert verdict(0x40000000 + 57) == seccomp.REFUSE
    assert verdict(0, architecture=3) == seccomp.KILL
