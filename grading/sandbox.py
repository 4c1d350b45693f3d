"""A sandbox around one submission: namespaces made by bubblewrap, limits, and no second process.

Inside there is a read-only system with Python, the course's package and nothing else of the
course: no hidden tests, no results, no other submission, no network. A filter of system calls
forbids a process to multiply, so that the limits on one process are limits on all of it; and when
the time is over, its whole world of processes ends with it. It never runs as root: started by
root, it goes on as nobody.
"""

import contextlib
import json
import os
import platform
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from grading import ROOT, seccomp

HERE = Path(__file__).resolve().parent
PROGRAM = ("worker.py", "shell.py", "protocol.py")  # all of the grader that a submission can see
LARGEST_REPLY = 32 * 2**20
MOST_PARTS = 500_000
"""Numbers, texts, lists and so on in a reply, arrays being one: Python needs 100 bytes for each."""
PATIENCE = 5
"""How many times the allowed seconds may pass on the clock: the machine may be busy with others."""
BEGINNING = 60.0
"""Seconds of the processor for what is not the submission's: Python's start, and the setting."""
RESTARTS = 4
"""How many times `Limits.total` may be spent on running the cells again after what went wrong."""
GRADER = "/grader"
NOBODY = 65534
OLDEST = (0, 7, 0)
PYTHON = sys.executable

OTHERWISE = "to run submissions without a sandbox, with all that you may do: UNCONFINED=1"
INSTALL = f"install bubblewrap (on Debian and Ubuntu: apt install bubblewrap); {OTHERWISE}"
APPARMOR = (
    "bubblewrap may not make namespaces (it says {said!r}); on Ubuntu 24.04 and later AppArmor"
    " forbids it: allow it with the few lines for /etc/apparmor.d/bwrap in the instructor's guide,"
    f" under 'The sandbox'; {OTHERWISE}"
)
NAMESPACES = (
    "bubblewrap cannot make namespaces on this system (it says {said!r}); in a container, allow"
    f" them; {OTHERWISE}"
)
TOO_OLD = (
    "bubblewrap {found} is too old, 0.7.0 or later is wanted (Debian 12 and Ubuntu 24.04 have it);"
    f" {OTHERWISE}"
)
FORBIDDEN = re.compile(r"creating new namespace|No permissions|clone|unshare|pivot_root")
BY_APPARMOR = re.compile(r"[ug]id map|RTM_NEWADDR")


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    step : float
        Seconds for one cell, or for one call of a function, as the processor counts them; on the
        clock `PATIENCE` times as many, for programs that wait. Calls have no other limit: one that
        keeps within this never costs another one its time.
    total : float
        Seconds for running all cells, counted likewise, and for all waiting in calls.
    memory : int
        Bytes of address space.
    files : int
        Bytes of one file, and of all temporary files.
    entries : int
        Temporary files and folders, for each of which the kernel needs memory of its own.
    """

    step: float = 20.0
    total: float = 120.0
    memory: int = 3 * 2**30
    files: int = 64 * 2**20
    entries: int = 10_000


class TimedOut(Exception):
    """No reply came in time."""


class Crashed(Exception):
    """The process ended, or said something that is no reply."""


class NoSandbox(Exception):
    """Submissions cannot be confined here, and what to do, in one line."""


@dataclass
class Budget:
    """The time that is left for something: seconds of the processor, and of waiting for it.

    Attributes
    ----------
    most : float
        Seconds of the processor.
    waiting : float
        Seconds on the clock that the process may be idle.
    """

    most: float
    waiting: float
    spent: float = 0.0
    waited: float = 0.0

    @classmethod
    def of(cls, limits: Limits, times: float = 1) -> "Budget":
        """A budget for cells."""
        return cls(times * limits.total, times * PATIENCE * limits.total)

    @classmethod
    def of_calls(cls, limits: Limits) -> "Budget":
        """A budget for calls, which have time for themselves each, but not for endless sleep."""
        return cls(float("inf"), PATIENCE * limits.total)

    def used_up(self, used: float = 0.0, passed: float = 0.0) -> bool:
        """Whether nothing is left after this many more seconds, of the processor and on the clock.

        On a busy machine a process that computes waits `PATIENCE` times as long as it computes.
        """
        idle = max(0.0, passed - PATIENCE * used)
        return self.spent + used >= self.most or self.waited + idle >= self.waiting

    def spend(self, used: float, passed: float) -> None:
        """Take from what is left."""
        self.spent += used
        self.waited += max(0.0, passed - PATIENCE * used)


class Session:
    """A process in the sandbox, which answers requests until it is closed or breaks a limit."""

    def __init__(self, limits: Limits, confined: bool = True):
        self.limits = limits
        self.begun, self.worker, self.used = time.monotonic(), None, 0.0
        self.folder = None if confined else tempfile.mkdtemp(prefix="submission-")
        self.rest = b""
        self.process = self._started(confined)
        for pipe in (self.process.stdin, self.process.stdout):
            os.set_blocking(pipe.fileno(), False)
        try:
            self._reply(self._now(), step=BEGINNING)
            self.worker = _last_descendant(self.process.pid)
        except BaseException:
            self.close()
            raise

    def ask(self, request: dict, *budgets: Budget, step: float | None = None) -> dict:
        """Send a request and return the reply; its time is taken from the budgets.

        It may take `step` seconds of the processor; without it, as many as the limits say.

        Raises
        ------
        TimedOut, Crashed
            The session is over.
        """
        start, step = self._now(), step or self.limits.step
        try:
            self._send(json.dumps(request).encode() + b"\n", start, *budgets, step=step)
            return self._reply(start, *budgets, step=step)
        finally:
            now = self._now()
            for budget in budgets:
                budget.spend(now[0] - start[0], now[1] - start[1])

    def close(self) -> None:
        """End the process, and with it everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _started(self, confined):
        limits = self.limits
        # A bound for the case that nobody is there any more to count; see `_now`.
        seconds = int(10 * max(limits.total, limits.step)) + 3600
        numbers = [str(n) for n in (limits.memory, limits.files, seconds)]
        rules = seccomp.as_file() if confined else contextlib.nullcontext()
        with rules as filtered:
            return subprocess.Popen(
                [*confining(limits, filtered), PYTHON, "-I", "-B", f"{GRADER}/worker.py", *numbers]
                if confined
                else [PYTHON, "-I", "-B", str(HERE / "worker.py"), *numbers],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder or "/",
                env=environment(self.folder or "/tmp"),
                pass_fds=(filtered,) if confined else (),
                start_new_session=True,
            )

    def _send(self, line, start, *budgets, step):
        pipe = self.process.stdin.fileno()
        while line:
            self._wait([], [pipe], start, *budgets, step=step)
            try:
                line = line[os.write(pipe, line[: 2**16]) :]
            except BrokenPipeError:
                raise Crashed("its process has ended") from None

    def _reply(self, start, *budgets, step):
        pipe, parts = self.process.stdout.fileno(), [self.rest]
        size = len(self.rest)
        while b"\n" not in parts[-1]:
            self._wait([pipe], [], start, *budgets, step=step)
            part = os.read(pipe, 2**16)
            if not part:
                raise Crashed("its process has ended")
            parts.append(part)
            size += len(part)
            if size > LARGEST_REPLY:
                raise Crashed(f"an answer of more than {LARGEST_REPLY // 2**20} MB")
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return _read(line)

    def _wait(self, readable, writable, start, *budgets, step):
        """Wait until there is something to read or room to write, as long as there is time."""
        ready = False
        while not ready:
            ready = any(select.select(readable, writable, [], 0.1))
            # Each time: a reply may come in drops, without an end.
            used, clock = self._now()
            used, passed = used - start[0], clock - start[1]
            if max(used, passed / PATIENCE) >= step:
                raise TimedOut(f"more than {step:g} s")
            if any(budget.used_up(used, passed) for budget in budgets):
                raise TimedOut(f"more than {self.limits.total:g} s in all")
            if self._entries() > self.limits.entries:
                raise Crashed(f"more than {self.limits.entries} temporary files")

    def _entries(self):
        """The temporary files of a confined process; the kernel's memory for them has no limit."""
        if self.folder or self.worker is None:
            return 0
        try:
            found = os.statvfs(f"/proc/{self.worker}/root/tmp")
        except OSError:  # it has ended, which the next read says
            return 0
        return found.f_files - found.f_ffree

    def _now(self):
        """The seconds that the process has used so far, and those on the clock."""
        clock = time.monotonic()
        if self.worker is not None:
            # Once it has ended, what it had used when we last looked.
            self.used = max(self.used, _processor_time(self.worker) or 0.0)
        elif sys.platform != "linux":
            self.used = clock - self.begun
        return self.used, clock


def _last_descendant(pid):
    """The process at the end of a chain of only children, as bubblewrap makes it."""
    while True:
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return None
        if not children:
            return pid
        pid = int(children[0])


def _processor_time(pid):
    """The seconds that a process has used, or None if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _read(line):
    """A reply, if it is one; the process may have written anything."""
    # Before anything is made of it; in an array's bytes none of these occur.
    if sum(line.count(mark) for mark in (b",", b"[", b"{")) > MOST_PARTS:
        raise Crashed(f"an answer of more than {MOST_PARTS} parts")
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        reply = None
    if not isinstance(reply, dict):
        raise Crashed("its process wrote something that is no answer")
    return reply


def check_sandbox() -> None:
    """Raise NoSandbox, with what to do, unless a process can be confined here, and is."""
    if shutil.which("bwrap") is None:
        raise NoSandbox(f"bubblewrap, which confines submissions, is not installed: {INSTALL}")
    if platform.machine() not in seccomp.SYSTEMS:
        raise NoSandbox(
            f"the sandbox does not know the system calls of {platform.machine()} processors;"
            f" {OTHERWISE}"
        )
    if (version := _version()) is not None and version < OLDEST:
        raise NoSandbox(TOO_OLD.format(found=".".join(map(str, version))))
    try:
        Session(Limits()).close()
    except (Crashed, TimedOut):
        raise NoSandbox(_reason()) from None


def _version():
    """The version of bubblewrap, or None where it does not say."""
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said.stdout)
    return tuple(map(int, found.groups())) if found else None


def _reason():
    """Why the sandbox does not work, from what bubblewrap says, or the worker in it."""
    with seccomp.as_file() as rules:
        tried = subprocess.run(
            [*confining(Limits(), rules), PYTHON, "-I", "-B", f"{GRADER}/worker.py", "--try"],
            capture_output=True,
            text=True,
            errors="replace",
            env=environment("/tmp"),
            pass_fds=(rules,),
            check=False,
        )
    said = (tried.stderr.strip().splitlines() or [""])[-1][:300]
    if said and not said.startswith("bwrap:"):
        return (
            f"the sandbox starts, but Python in it does not (it says {said!r}); if you are root,"
            f" can others read Python and the course? {OTHERWISE}"
        )
    if BY_APPARMOR.search(said) or _apparmor_restricts():
        return APPARMOR.format(said=said)
    if "Unknown option" in said:
        return TOO_OLD.format(found=f"(it says {said!r})")
    if not said or FORBIDDEN.search(said):
        return NAMESPACES.format(said=said)
    return f"bubblewrap does not start the sandbox (it says {said!r}); {OTHERWISE}"


def _apparmor_restricts():
    """Whether AppArmor keeps namespaces from programs that have no profile."""
    try:
        flag = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").read_text()
    except OSError:
        return False
    return flag.strip() == "1"


def confining(limits: Limits, rules: int) -> list[str]:
    """The command that confines what follows it; `rules` is the filter's descriptor."""
    return [
        *(shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session"),
        *(f"--unshare-{kind}" for kind in ("ipc", "pid", "net", "uts", "cgroup-try")),
        *("--hostname", "submission", "--cap-drop", "ALL", *_as_nobody()),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", str(limits.files), "--tmpfs", "/tmp", "--chdir", "/tmp"),
        *_seen(path for path in system() if not _is_inside(path, ROOT)),
        *_parents([str(ROOT)]),
        *(
            "--perms",
            "0755",
            "--tmpfs",
            str(ROOT),
        ),  # or the course would be seen where it lies in one of those
        *_seen(path for path in system() if _is_inside(path, ROOT)),
        *("--perms", "0755", "--dir", GRADER),
        *(p for name in PROGRAM for p in ("--ro-bind", str(HERE / name), f"{GRADER}/{name}")),
        *(part for path in ("/proc", "/dev", str(ROOT), "/") for part in ("--remount-ro", path)),
        *("--seccomp", str(rules), "--"),
    ]


def _as_nobody():
    """How the process inside is no one, also to the kernel.

    Users become nobody in a namespace of users. Root must not: whom a namespace calls nobody would
    be root to the kernel, who may change all settings of the machine. So root's submissions get no
    such namespace, and the worker gives up being root before it does anything else.
    """
    if os.getuid() == 0:
        return ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return ("--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY))


def system() -> list[str]:
    """What of this machine is seen in the sandbox: programs and libraries, not the course."""
    libraries = ["/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache"]
    interpreter = [sys.prefix, sys.base_prefix, str(Path(PYTHON).resolve().parents[1])]
    return list(dict.fromkeys([*libraries, *interpreter, str(ROOT / "ae_course")]))


def _seen(paths):
    paths = list(paths)
    return [
        *_parents(paths),
        *(part for path in paths for part in ("--ro-bind-try", path, path)),
    ]


def _parents(paths):
    """Folders on the way to paths that everybody may pass, as not everybody may root's home."""
    above = {str(parent): None for path in paths for parent in reversed(Path(path).parents)}
    return [part for path in above if path != "/" for part in ("--perms", "0755", "--dir", path)]


def _is_inside(path, folder):
    return folder in Path(path).parents


def environment(home: str) -> dict[str, str]:
    """The environment of a submission: nothing of the grader's own."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    return threads | {
        "HOME": home,
        "IPYTHONDIR": home,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": home,
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TQDM_DISABLE": "1",
    }
