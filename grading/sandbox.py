"""A wall of namespaces around one submission: bubblewrap, limits, and no second process.

Inside there is a read-only system with Python, the course's package and nothing else of the
course: no hidden tests, no results, no other submission, no network. A filter of system calls
forbids a process to multiply, so that the limits on one process are limits on all of it; and when
the time is over, its whole world of processes ends with it.
"""

import contextlib
import json
import os
import platform
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().parent
PROGRAM = ("worker.py", "protocol.py")  # all of the grader that a submission can see
LARGEST_REPLY = 32 * 2**20
PATIENCE = 5
"""How many times the allowed seconds may pass on the clock: the machine may be busy with others."""
GRADER = "/grader"

MISSING = (
    "bubblewrap (bwrap), which confines submissions, {why}. On Debian and Ubuntu: apt install"
    " bubblewrap. To run the code of submissions unconfined, with all that you may do yourself, ask"
    " for it: make grade UNCONFINED=1 ..."
)


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    step : float
        Seconds for one cell, or for one call of a function, as the processor counts them; on the
        clock `PATIENCE` times as many, for programs that wait.
    total : float
        Seconds for all of it, counted likewise.
    memory : int
        Bytes of address space.
    files : int
        Bytes of one file, and of all temporary files.
    """

    step: float = 20.0
    total: float = 120.0
    memory: int = 3 * 2**30
    files: int = 64 * 2**20


class TimedOut(Exception):
    """No reply came in time."""


class Crashed(Exception):
    """The process ended, or said something that is no reply."""


class NoWall(Exception):
    """Submissions cannot be confined here, in one line."""


class Budget:
    """The time that one submission has used, in however many sessions."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.begun, self.spent = time.monotonic(), 0.0

    def used_up(self, running: float = 0.0) -> bool:
        """Whether nothing is left, with these seconds of a session that is still running."""
        passed = (time.monotonic() - self.begun) / PATIENCE
        return max(self.spent + running, passed) >= self.limits.total


class Session:
    """A process behind the wall, which answers requests until it is closed or breaks a limit."""

    def __init__(self, budget: Budget, confined: bool = True):
        self.limits, self.budget = budget.limits, budget
        self.begun, self.worker, self.used = time.monotonic(), None, 0.0
        limits = self.limits
        self.folder = None if confined else tempfile.mkdtemp(prefix="submission-")
        self.rest = b""
        numbers = [str(n) for n in (limits.memory, limits.files, int(limits.total) + 5)]
        with _filter(confined) as rules:
            self.process = subprocess.Popen(
                [*confining(limits, rules), PYTHON, "-I", "-B", f"{GRADER}/worker.py", *numbers]
                if confined
                else [PYTHON, "-I", "-B", str(HERE / "worker.py"), *numbers],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder or "/",
                env=environment(self.folder or "/tmp"),
                pass_fds=(rules,) if confined else (),
                start_new_session=True,
            )
        for pipe in (self.process.stdin, self.process.stdout):
            os.set_blocking(pipe.fileno(), False)
        try:
            self._reply(self._now())
            self.worker = _last_descendant(self.process.pid)
        except BaseException:
            self.close()
            raise

    def ask(self, request: dict) -> dict:
        """Send a request and return the reply.

        Raises
        ------
        TimedOut, Crashed
            The session is over.
        """
        start = self._now()
        self._send(json.dumps(request).encode() + b"\n", start)
        return self._reply(start)

    def close(self) -> None:
        """End the process, and with it everything that it started."""
        self.budget.spent += self._now()[0]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _send(self, line, start):
        pipe = self.process.stdin.fileno()
        while line:
            self._wait([], [pipe], start)
            try:
                line = line[os.write(pipe, line[: 2**16]) :]
            except BrokenPipeError:
                raise Crashed("its process has ended") from None

    def _reply(self, start):
        pipe, parts = self.process.stdout.fileno(), [self.rest]
        size = len(self.rest)
        while b"\n" not in parts[-1]:
            self._wait([pipe], [], start)
            part = os.read(pipe, 2**16)
            if not part:
                raise Crashed("its process has ended")
            parts.append(part)
            size += len(part)
            if size > LARGEST_REPLY:
                raise Crashed(f"an answer of more than {LARGEST_REPLY // 2**20} MB")
        line, _, self.rest = b"".join(parts).partition(b"\n")
        return _read(line)

    def _wait(self, readable, writable, start):
        """Wait until there is something to read or room to write, as long as there is time."""
        ready = False
        while not ready:
            ready = any(select.select(readable, writable, [], 0.2))
            used, clock = self._now()  # each time: a reply may come in drops, without an end
            if self.budget.used_up(used):
                raise TimedOut(f"more than {self.limits.total:g} s in all")
            if max(used - start[0], (clock - start[1]) / PATIENCE) >= self.limits.step:
                raise TimedOut(f"more than {self.limits.step:g} s")

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
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        reply = None
    if not isinstance(reply, dict):
        raise Crashed("its process wrote something that is no answer")
    return reply


PYTHON = sys.executable


def check_wall() -> None:
    """Raise NoWall unless a process can be confined here, and is."""
    if shutil.which("bwrap") is None:
        raise NoWall(MISSING.format(why="is not installed"))
    if platform.machine() not in SYSTEMS:
        raise NoWall(MISSING.format(why=f"is not known here for {platform.machine()} processors"))
    try:
        Session(Budget(Limits())).close()
    except (Crashed, TimedOut):
        raise NoWall(MISSING.format(why="cannot make namespaces on this system")) from None


def confining(limits: Limits, rules: int) -> list[str]:
    """The command that puts what follows it behind the wall; `rules` is the filter's descriptor."""
    return [
        *(
            shutil.which("bwrap") or "bwrap",
            "--unshare-all",
            "--unshare-user",
            "--die-with-parent",
            "--new-session",
        ),
        *("--uid", "65534", "--gid", "65534", "--hostname", "submission", "--cap-drop", "ALL"),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(limits.files), "--tmpfs", "/tmp", "--chdir", "/tmp"),
        *_seen(path for path in system() if not _is_inside(path, ROOT)),
        *("--tmpfs", str(ROOT)),  # or the course would be seen where it lies in one of those
        *_seen(path for path in system() if _is_inside(path, ROOT)),
        *(p for name in PROGRAM for p in ("--ro-bind", str(HERE / name), f"{GRADER}/{name}")),
        *(part for path in ("/dev", str(ROOT), "/") for part in ("--remount-ro", path)),
        *("--seccomp", str(rules), "--"),
    ]


def system() -> list[str]:
    """What of this machine is seen behind the wall: programs and libraries, not the course."""
    libraries = ["/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache"]
    interpreter = [sys.prefix, sys.base_prefix, str(Path(PYTHON).resolve().parents[1])]
    return list(dict.fromkeys([*libraries, *interpreter, str(ROOT / "ae_course")]))


def _seen(paths):
    return [part for path in paths for part in ("--ro-bind-try", path, path)]


def _is_inside(path, folder):
    return folder in Path(path).parents


def environment(home: str) -> dict[str, str]:
    """The environment of a submission: nothing of the grader's own."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    return threads | {
        "HOME": home,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": home,
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TQDM_DISABLE": "1",
    }


# System calls that no answer to a problem needs: to multiply, to reach the network, other processes
# or the kernel's less travelled parts, and to use memory that the limits do not count.
CALLS = {
    "clone": (56, 220),
    "fork": (57, None),
    "vfork": (58, None),
    "clone3": (435, 435),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "open_by_handle_at": (304, 265),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
}
SYSTEMS = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
LOAD, EQUAL, ATLEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000  # refuse: "operation not permitted"


def rules(machine: str) -> bytes:
    """The filter of system calls, as the kernel reads it."""
    audit, column = SYSTEMS[machine]
    numbers = [pair[column] for pair in CALLS.values() if pair[column] is not None]
    lines = [
        (LOAD, 0, 0, 4),
        (EQUAL, 1, 0, audit),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, 0),
        (ATLEAST, len(numbers) + 1, 0, 0x40000000),  # the numbers of another ABI
        *((EQUAL, len(numbers) - i, 0, number) for i, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


@contextlib.contextmanager
def _filter(confined):
    """The filter as an open file that bubblewrap can read."""
    if not confined:
        yield None
        return
    with tempfile.TemporaryFile() as file:
        file.write(rules(platform.machine()))
        file.flush()
        file.seek(0)
        yield file.fileno()
