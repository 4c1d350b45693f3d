"""The filter of system calls: what no answer to a problem needs is refused by the kernel.

That is to multiply, to reach the network, other processes or the kernel's less travelled parts, and
to use memory that the limits do not count.
"""

import contextlib
import platform
import struct
import tempfile

# By name, the numbers on x86_64 and on aarch64.
# Not among them is socketpair, without which there is no event loop, and so no `await`.
CALLS = {
    "clone": (56, 220),
    "fork": (57, None),
    "vfork": (58, None),
    "clone3": (435, 435),
    "socket": (41, 198),
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
    "fanotify_init": (300, 262),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "io_setup": (206, 0),
    "landlock_create_ruleset": (444, 444),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "personality": (135, 92),
    "swapon": (167, 224),
    "pidfd_getfd": (438, 438),
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
def as_file():
    """The descriptor of an open file with the filter for this machine, as bubblewrap reads it."""
    with tempfile.TemporaryFile() as file:
        file.write(rules(platform.machine()))
        file.flush()
        file.seek(0)
        yield file.fileno()
