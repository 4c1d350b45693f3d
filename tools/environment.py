"""Make .venv hold what requirements.txt locks, or say in one line why that cannot be done.

Every make command runs this first. Any Python from 2.7 on can run this file, so that one that is
too old for the course can say so, and another one is looked for.
"""

from __future__ import print_function

import collections
import hashlib
import json
import os
import shutil
import subprocess
import sys

try:
    import fcntl
except ImportError:
    sys.exit("make is for Linux and macOS; README.md has the same commands for Windows")

OLDEST = (3, 11)
NEWEST = (3, 14)  # the locked packages may have no wheels for a newer one: it is the last choice
NAMES = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python"]
PROBE = """
import sys
print(sys.version.split()[0])
import ensurepip, venv
print("complete")
"""

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "finished.json")  # written last: without it, .venv is half-built
LOG = os.path.join("_build", "logs", "environment.log")

CAUSES = [  # what the log of a failure contains, and what that means
    ("No space left on device", "the disk is full"),
    ("Disk quota exceeded", "the disk quota is used up"),
    ("Permission denied", "a folder cannot be written to"),
    ("CERTIFICATE_VERIFY_FAILED", "the package registry's certificate is not trusted here"),
    ("connection broken by", "pip cannot reach the package registry; is this machine online?"),
    ("(from versions: none)", "pip has no package registry to ask, or it lacks a package"),
    ("No matching distribution", "the registry has no wheel of a locked package for this Python"),
]

Python = collections.namedtuple("Python", "name version complete")
INSIDE = os.path.join(VENV, "bin", "python")


class Problem(Exception):
    """What keeps the environment from being made, in one line."""


def main():
    """Bring .venv up to date, and touch nothing if it already is."""
    os.chdir(ROOT)
    if not lacking():
        return
    if not os.path.isdir(os.path.dirname(LOG)):
        os.makedirs(os.path.dirname(LOG))
    with open(LOG, "a") as log:
        fcntl.flock(log, fcntl.LOCK_EX)  # two commands at once must not build the same .venv
        if lacking():
            log.truncate(0)
            supply(log)


def lacking():
    """The part of .venv that is not as these files want it: {}, {"package"} or more."""
    inside = probe(INSIDE)
    if inside is None or not asked_for(inside):
        return {"python"}
    old, new = stamp(), fingerprint(inside)
    return {part for part in new if old.get(part) != new[part]}


def asked_for(python):
    """Whether $PYTHON, where it is set, names a Python of the same version."""
    named = os.environ.get("PYTHON")
    other = probe(named) if named else python
    return other is not None and minor(other) == minor(python)


def supply(log):
    """Make .venv anew, unless nothing but ae_course's own description has changed."""
    if lacking() == {"package"}:
        os.remove(STAMP)
    else:
        make_anew(log)
    say("Installing ae_course itself in .venv ...")
    run(log, INSIDE, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "-e", ".")
    write_stamp(fingerprint(probe(INSIDE)))


def make_anew(log):
    """Replace .venv by a new one with the locked packages."""
    python = choose()
    say("Making .venv with Python %s (%s) ..." % (python.version, python.name))
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    run(log, python.name, "-m", "venv", VENV)
    say("Installing the packages of requirements.txt; this takes a minute or two ...")
    # Wheels only: a missing one is reported at once, not after a failed attempt to compile it.
    run(log, INSIDE, "-m", "pip", "install", "--only-binary=:all:", "-r", "requirements.txt")


def choose():
    """The Python to use: the one that $PYTHON names, or else the first suitable one of NAMES."""
    named = os.environ.get("PYTHON")
    running = [found for found in map(probe, [named] if named else NAMES) if found]
    recent = [python for python in running if minor(python) >= OLDEST]
    complete = [python for python in recent if python.complete]
    if named and not running:
        raise Problem("PYTHON=%s is not a Python that runs" % named)
    if not recent:
        raise Problem(
            "Python 3.11 or later is needed, found only %s; install one, or name it:"
            " make PYTHON=/path/to/python3 ..." % listed(running)
        )
    if not complete:
        raise Problem(
            "%s has no module ensurepip and cannot make environments"
            " (on Debian and Ubuntu: apt install python%s-venv)"
            % (listed(recent[:1]), "%d.%d" % minor(recent[0]))
        )
    return min(complete, key=lambda python: minor(python) > NEWEST)


def probe(name):
    """What a Python says of itself, or None if it does not run.

    Only a run can tell: a name that a version manager puts on the PATH may lead nowhere.
    """
    try:
        process = subprocess.Popen(
            [name, "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
    except OSError:
        return None
    said = process.communicate()[0].split()
    return Python(name, said[0], "complete" in said) if said else None


def minor(python):
    """(3, 11) of a Python whose version is 3.11.7."""
    return tuple(int(part) for part in python.version.split(".")[:2])


def listed(pythons):
    """Their versions, each with the first name that leads to it."""
    names = collections.OrderedDict((python.version, python.name) for python in reversed(pythons))
    return ", ".join("Python %s (%s)" % found for found in reversed(list(names.items())))


def fingerprint(python):
    """What .venv is made from; an environment cannot be moved, hence the place."""
    return {
        "python": "%d.%d" % minor(python),
        "place": ROOT,
        "requirements": digest("requirements.txt"),
        "package": digest("pyproject.toml"),
    }


def digest(path):
    """The SHA-256 sum of a file."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamp():
    """The fingerprint that .venv was finished with; empty if it never was."""
    try:
        with open(STAMP) as file:
            return json.load(file)
    except (IOError, ValueError):
        return {}


def write_stamp(content):
    """Write all of the stamp or nothing."""
    with open(STAMP + ".partial", "w") as file:
        json.dump(content, file)
    os.rename(STAMP + ".partial", STAMP)


def run(log, *command):
    """Run a command with its output in the log; raise Problem if it fails."""
    log.write("$ %s\n" % " ".join(command))
    log.flush()
    if subprocess.call(command, stdout=log, stderr=subprocess.STDOUT) != 0:
        raise Problem("%s (details: %s)" % (cause(), LOG))


def cause():
    """Why a command failed, as far as the log tells."""
    with open(LOG) as log:
        text = log.read()
    for sign, meaning in CAUSES:
        if sign in text:
            return meaning
    errors = [line for line in text.splitlines() if line.startswith(("ERROR", "Error"))]
    return errors[-1] if errors else "a command failed"


def say(line):
    """Print at once, so that what is said stands before what is waited for."""
    print(line)
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit("Cannot make .venv: %s" % problem)
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next make command makes .venv afresh")
    except EnvironmentError as problem:
        sys.exit("Cannot make .venv: %s" % problem)
