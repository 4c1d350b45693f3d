"""The program in the sandbox: it runs a submission's cells and calls its functions.

It is started by `grading.sandbox`, with the limits to put on itself, and with nothing but itself,
what it imports from beside it, and the course's package within reach. It reads requests from its
standard input, one a line, and writes one line for each. It is not trusted: a submission can change
anything in it, and gains nothing but the power to give wrong answers.
"""

# ruff: noqa: E402 (as root nothing but this file's beginning may run)
import os

NOBODY = 65534


def give_up_root():
    """Become nobody, for good, where bubblewrap was started by root; see `sandbox`."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


if __name__ == "__main__" and os.getuid() == 0 and __file__.startswith("/grader/"):
    give_up_root()

import contextlib
import difflib
import json
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import protocol
from shell import NotRun, Shell, known_to_ipython

LONGEST = 300
"""Characters of an error's message."""


def serve():
    """Answer requests until there are no more."""
    limit(*map(int, sys.argv[1:]))
    requests, replies = _streams()
    namespace = {
        "__name__": "__main__",
        "display": lambda *what, **how: None,
        **{"_": "", "__": "", "___": "", "In": [""], "Out": {}},
    }
    shell = Shell(namespace)
    namespace["get_ipython"] = lambda: shell
    print(json.dumps({"ready": True}), file=replies, flush=True)
    for line in requests:
        print(_answer(json.loads(line), shell), file=replies, flush=True)


def limit(memory, files, seconds):
    """Take from this process the right to more; it cannot be taken back."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, files),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a system may be stricter already
            resource.setrlimit(what, (most, most))


def _streams():
    """Take the two streams away from where prints and inputs of a submission go."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return requests, replies


def _answer(request, shell):
    """The line that answers a request, whatever comes of it."""
    try:
        reply = _run(request, shell) if "run" in request else _call(request, shell.user_ns)
        return json.dumps(reply)
    except protocol.Unsendable as problem:
        return json.dumps({"strange": str(problem)[:LONGEST]})
    except NotRun as magic:
        return json.dumps({"done": True, "not run": str(magic)[:LONGEST]})
    except BaseException as problem:  # also exits and interrupts: nothing may end this loop
        where, line = _place(problem, shell)
        kind, says = type(problem).__name__, _message(problem)
        return json.dumps({"raises": kind, "says": says, "where": where, "line": line})


def _run(request, shell):
    """Run a cell, under its name, by which its lines are found again."""
    if "IPython" in request["run"]:
        known_to_ipython(shell)
    shell.where = request["name"]
    shell.cells.add(shell.where)
    shell.run_cell(request["run"])
    return {"done": True}


def _call(request, namespace):
    """Call a function with values, and send its own."""
    name = request["call"]
    if not callable(namespace.get(name)):
        own = [other for other, value in namespace.items() if _is_own(value)]
        return {"lacks": name, "near": difflib.get_close_matches(name, own, 1)}
    arguments = protocol.decode(request["with"], inward=True)
    with np.errstate(**request["errors"]):
        return {"gives": protocol.encode(namespace[name](*arguments))}


def _is_own(value):
    return callable(value) and getattr(value, "__module__", "") == "__main__"


def _place(problem, shell):
    """The cell and the line in which a problem came up; empty and 0 if it was in none."""
    if isinstance(problem, SyntaxError):
        return shell.where, problem.lineno or 0
    trace, place = problem.__traceback__, ("", 0)
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        place = (name, trace.tb_lineno) if name in shell.cells else place
        trace = trace.tb_next
    return place


def _message(problem):
    try:
        said = problem.msg if isinstance(problem, SyntaxError) else problem
        return str(said)[:LONGEST]
    except BaseException:  # the class may be the submission's own
        return ""


if __name__ == "__main__" and "--try" not in sys.argv:
    serve()
