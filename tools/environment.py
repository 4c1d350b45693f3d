"""Make .venv hold what requirements.txt locks, or say in one line why that cannot be done.

Every make command runs this first. Any Python from 2.7 on can run this file, so that one that is
too old for the course can say so, and another one is looked for.
"""

from __future__ import print_function

import ast
import collections
import errno
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

FOLDERS = """
import sysconfig
print(ascii(sysconfig.get_paths()["purelib"]))
"""

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
ASIDE = os.path.join(ROOT, ".venv-previous")  # what was in .venv, until its successor is finished
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

UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)

# Of what a reader has set for pip, this is how to reach a registry. The rest says what to install,
# where to and how, and a lock with an environment of its own has settled that.
REACHING = [
    "index-url",
    "pypi-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "trusted-host",
    "cert",
    "client-cert",
    "proxy",
    "timeout",
    "default-timeout",
    "retries",
    "resume-retries",
    "cache-dir",
    "no-cache-dir",
    "keyring-provider",
    "no-input",
    "use-feature",
]

Python = collections.namedtuple("Python", "name version complete")
INSIDE = os.path.join(VENV, "bin", "python")


class Problem(Exception):
    """What keeps the environment from being made, in one line."""


def main():
    """Bring .venv up to date, and touch nothing if it already is."""
    os.chdir(ROOT)
    if not lacking() and not os.path.exists(ASIDE):
        return
    if not os.path.isdir(os.path.dirname(LOG)):
        os.makedirs(os.path.dirname(LOG))
    with open(LOG, "ab") as log:
        fcntl.flock(log, fcntl.LOCK_EX)  # two commands at once must not build the same .venv
        clear_up()
        if lacking():
            log.truncate(0)
            make_anew(log)


def lacking():
    """The part of .venv that is not as these files want it: {}, or {"requirements"} and more."""
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


def clear_up():
    """Bring back what an interrupted command has set aside, or remove it if .venv is finished."""
    if os.path.exists(ASIDE):
        if stamp():
            remove(ASIDE)
        else:
            bring_back()


def bring_back():
    """Undo what was begun: .venv is again what was set aside, if anything was."""
    remove(VENV)
    if os.path.exists(ASIDE):
        os.rename(ASIDE, VENV)


def make_anew(log):
    """Replace .venv by a new one; if that fails, a finished older one is kept as it was."""
    python = choose()
    if stamp():
        os.rename(VENV, ASIDE)
    try:
        remove(VENV)
        fill(python, log)
    except BaseException:
        bring_back()
        raise
    remove(ASIDE)


def fill(python, log):
    """Make .venv with the locked packages and a link to ae_course."""
    say("Making .venv with Python %s (%s) ..." % (python.version, python.name))
    run(log, [python.name, "-m", "venv", VENV])
    say("Installing the packages of requirements.txt; this takes a minute or two ...")
    # Wheels only: a missing one is reported at once, not after a failed attempt to compile it.
    command = [INSIDE, "-m", "pip", "install", "--only-binary=:all:", "-r", "requirements.txt"]
    run(log, command, env=settings_of_pip(log))
    link_to_root()
    write_stamp(fingerprint(probe(INSIDE)))


def link_to_root():
    """Let the Python of .venv find ae_course and the tools here, whatever the working directory.

    The file says what an editable installation would, but nothing has to be built for it, and it
    is plain ASCII, which reads the same in every locale.
    """
    folder = ast.literal_eval(subprocess.check_output([INSIDE, "-c", FOLDERS]).decode("ascii"))
    here = subprocess.check_output([INSIDE, "-c", "import os; print(ascii(os.getcwd()))"], cwd=ROOT)
    with open(os.path.join(folder, "ae_course.pth"), "wb") as file:
        file.write(b"import sys; sys.path.append(%s)\n" % here.strip())


def settings_of_pip(log):
    """The variables for pip's own process: of a reader's settings, those in `REACHING` alone."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    asked = dict(own, PIP_QUIET="0", PIP_VERBOSE="0")
    if "PIP_CONFIG_FILE" in os.environ:
        asked["PIP_CONFIG_FILE"] = os.environ["PIP_CONFIG_FILE"]
    listed = run(log, [INSIDE, "-m", "pip", "config", "list"], env=asked, read=True)
    settings = configured(listed)
    for name, value in os.environ.items():
        if name.startswith("PIP_"):
            settings[name[4:].lower().replace("_", "-")] = value
    own["PIP_CONFIG_FILE"] = os.devnull
    for key in REACHING:
        if settings.get(key):
            own["PIP_" + key.upper().replace("-", "_")] = settings[key]
    return own


def configured(listing):
    """The settings in pip's own list of them; those for `pip install` go before those for all."""
    found = {"global": {}, "install": {}}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        section, _, key = name.partition(".")
        if equals and section in found:
            found[section][key] = ast.literal_eval(value)
    return dict(found["global"], **found["install"])


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
        "place": in_bytes(ROOT).decode("utf-8", "replace"),
        "requirements": digest("requirements.txt"),
    }


def in_bytes(path):
    """A path as the system has it, whatever the locale: Python 2 leaves it so."""
    return path if isinstance(path, bytes) else os.fsencode(path)


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


def remove(path):
    """Remove what is at this place, be it a folder, a link or nothing."""
    if os.path.islink(path):
        os.remove(path)
    elif os.path.exists(path):
        shutil.rmtree(path)


def run(log, command, env=None, read=False):
    """Run a command with its output in the log, or read it; raise Problem if it fails."""
    log.write(b"$ %s\n" % b" ".join(map(in_bytes, command)))
    log.flush()
    output = subprocess.PIPE if read else log
    process = subprocess.Popen(command, stdout=output, stderr=log, env=env)
    said = process.communicate()[0]
    if process.returncode != 0:
        raise Problem("%s (details: %s)" % (cause(), LOG))
    return said.decode("utf-8", "replace") if read else None


def cause():
    """Why a command failed, as far as the log tells."""
    with open(LOG, "rb") as log:
        text = log.read().decode("utf-8", "replace")
    for sign, meaning in CAUSES:
        if sign in text:
            return meaning
    errors = [line for line in text.splitlines() if line.startswith(("ERROR", "Error"))]
    return errors[-1] if errors else "a command failed"


def say(line):
    """Print at once, so that what is said stands before what is waited for."""
    print(line)
    sys.stdout.flush()


def why(problem):
    """What an error of the system means, in one line."""
    if problem.errno == errno.ENOSPC:
        return "the disk is full"
    if problem.errno in UNWRITABLE:
        return "this folder cannot be written to (%s); copy it to one of your own" % problem
    return problem


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit("Cannot make .venv: %s" % problem)
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next make command makes .venv afresh")
    except EnvironmentError as problem:
        sys.exit("Cannot make .venv: %s" % why(problem))
