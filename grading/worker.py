"""The program on the other side of the wall: it runs a submission's cells and calls its functions.

It is started by `grading.sandbox`, with the limits to put on itself, and with nothing but itself,
`protocol` and the course's package within reach. It reads requests from its standard input, one a
line, and writes one line for each. It is not trusted: a submission can change anything in it, and
gains nothing but the power to give wrong answers.
"""

import ast
import contextlib
import json
import os
import re
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import protocol

MAGIC = re.compile(r"^\s*(?:[%!?].*|[\w.]+\?{1,2})\s*$")
LONGEST = 300
"""Characters of an error's message."""


def serve():
    """Answer requests until there are no more."""
    limit(*map(int, sys.argv[1:]))
    requests, replies = _streams()
    namespace = {"__name__": "__main__", "display": lambda *what, **how: None}
    print(json.dumps({"ready": True}), file=replies, flush=True)
    for line in requests:
        print(json.dumps(_answer(json.loads(line), namespace)), file=replies, flush=True)


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


def _answer(request, namespace):
    try:
        if "run" in request:
            exec(compile(_parsed(request["run"]), request["name"], "exec"), namespace)
            return {"done": True}
        if not callable(namespace.get(request["call"])):
            return {"lacks": request["call"]}
        arguments = protocol.decode(request["with"], inward=True)
        with np.errstate(**request["errors"]):
            return {"gives": protocol.encode(namespace[request["call"]](*arguments))}
    except protocol.Unsendable as problem:
        return {"strange": str(problem)[:LONGEST]}
    except BaseException as problem:  # also exits and interrupts: nothing may end this loop
        return {"raises": type(problem).__name__, "says": _message(problem)}


def _parsed(code):
    """The code of a cell; lines for IPython, such as ``%matplotlib inline``, mean nothing here."""
    try:
        return ast.parse(code)
    except SyntaxError:
        lines = ["" if MAGIC.match(line) else line for line in code.split("\n")]
        return ast.parse("\n".join(lines))


def _message(problem):
    try:
        return str(problem)[:LONGEST]
    except BaseException:  # the class may be the submission's own
        return ""


if __name__ == "__main__":
    serve()
