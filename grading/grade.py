"""Grades a class, on all cores: ``make grade SUBMISSIONS=folder-or-zip``."""

import argparse
import contextlib
import multiprocessing
import os
import platform
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import astuple
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Thread, local

import numpy
import scipy
from tqdm import tqdm

from grading import ROOT, autograde, dry_run, pages, results
from grading.archives import BadArchive
from grading.cells import located
from grading.deadlines import DeadlineError, deadline, matched
from grading.files import check_writable
from grading.marks import Given
from grading.notebook import Unreadable, read
from grading.problem_set import ProblemError, ProblemSet, all_sets
from grading.publication import Publication, Wishes
from grading.results import Graded
from grading.roster import Roster, call
from grading.sandbox import Limits, NoSandbox, check_sandbox
from grading.submissions import NoSubmissions, Submission, choose, collect, key, set_in
from grading.tables import TableError
from grading.templating import counted, several

WARNING = (
    "UNCONFINED: the code of these submissions runs with all that you may do yourself. It can read"
    " the hidden tests, change your files and use the network."
)
OWN_TIME = 120
"""Seconds of the processor that the grader itself may need for one submission."""
OWN_MEMORY = 4 * 2**30
"""Bytes of address space for it."""
OFTEN = 20
"""Tables and pages are written after so many more results, or a tenth of the class."""


class Refused(Exception):
    """Why nothing was graded, in one line."""


REFUSALS = (Refused, NoSandbox, NoSubmissions, ProblemError, TableError, DeadlineError)


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and do what it says."""
    asked = _parser().parse_args(arguments)
    try:
        given = grade(asked)
    except REFUSALS as reason:
        sys.exit(f"grade: {reason}")
    except OSError as reason:
        sys.exit(f"grade: {reason}; what was graded until then is kept")
    except KeyboardInterrupt:
        stop()
    lines = [*_of([g for g in given.graded if g.result.get("faults")])]
    lines = lines and ["not graded, through no fault of the students:", *lines]
    lines += given.refused and ["these marks do not count:", *given.refused]
    if lines:
        sys.exit("grade: " + "\n".join(lines))


def _of(faults):
    """Lines for the faults, those that are the same for many students in one."""
    students = {}
    for one in faults:
        for fault in one.result["faults"]:
            students.setdefault(fault, []).append(one.student)
    for fault, names in students.items():
        yield f"- {several(names)}: {fault}"


def stop() -> None:
    """End this process, with which its workers end, and what they run."""
    print("\nInterrupted. The same command goes on from here.", file=sys.stderr, flush=True)
    os._exit(130)


def grade(asked: argparse.Namespace) -> Given:
    """Grade what is asked for, write tables and pages, and say where."""
    start = time.perf_counter()
    if asked.unconfined:
        print(WARNING, file=sys.stderr)
    elif not asked.dry_run:
        check_sandbox()
    roster = Roster.read(asked.roster) if asked.roster else None
    found = collect(asked.submissions, roster and roster.whose)
    roll = call(roster, found.students)
    path = _problem_set(asked.set, found.students)
    submissions = [choose(same, path.stem) for _, same in roll.students]
    students = [one.student for one in submissions]
    wishes = _wishes(asked, students, roster)
    if asked.dry_run:
        print(*dry_run.report(found, roll, submissions, path.stem), sep="\n")
        return Given([])
    problems = ProblemSet.read(path)
    folder = asked.out / problems.name
    check_writable(folder)
    missing = [one.id for one in roll.missing]
    publication = Publication(folder, problems, wishes, students, missing)
    limits = Limits(asked.step, asked.total, round(asked.memory * 2**30))

    def write(known):
        return publication.write(_results(problems, submissions, known))

    with _Workers(path, limits, asked) as workers:
        given = write(_graded(workers, submissions, folder, write))
    told = [*dry_run.not_read(submissions, found.nobodys), *dry_run.of_roster(roll)]
    _tell(given, publication, told, time.perf_counter() - start)
    return given


def _tell(given, publication, told, seconds):
    """Say what came of the class, and where it is."""
    graded, folder = given.graded, publication.folder
    print(f"{counted(len(graded), 'submission')} in {seconds:.0f} s: {pages.statuses(graded)}")
    if waiting := sum(g.to_be_read for g in graded):
        are = "answer in words is" if waiting == 1 else "answers in words are"
        print(f"{waiting} {are} to be read: {folder / 'written.html'}")
    for line in [*told, *publication.finish(given)]:
        print(line)
    print(f"Open {(folder / 'summary.html').resolve().as_uri()}")
    for notice in given.notices:
        print(notice, file=sys.stderr)


def _results(problems, submissions, known):
    """What is known of every submission, in their order."""
    return [
        Graded(
            *(s.student, s.file, known.get(s.student) or autograde.of_waiting(problems)),
            *(s.set_aside, s.time, s.ids),
        )
        for s in submissions
    ]


def _wishes(asked, students, roster):
    """What is asked for beside points."""
    due = None
    if asked.due:
        due = deadline(asked.due, asked.grace, asked.penalty, asked.extensions)
        due = matched(due, students, roster and roster.whose)
    elif asked.grace or asked.penalty or asked.extensions:
        raise Refused("grace, penalty and extensions need a date: --due 2026-10-08T23:59+09:00")
    return Wishes(asked.site, due, asked.moodle, asked.canvas)


def _parser():
    parser = argparse.ArgumentParser(prog="make grade", description="Grades a class, on all cores.")
    parser.add_argument("submissions", type=Path, help="a folder of notebooks, or an archive")
    parser.add_argument("--set", help="such as problems_01; else what the notebooks say they are")
    parser.add_argument("--dry-run", action="store_true", help="say who is who, grade nothing")
    parser.add_argument("--roster", type=Path, help="the class, as a table with a row for each")
    parser.add_argument("--due", default="", help="such as 2026-10-08T23:59+09:00")
    parser.add_argument("--grace", default="", help="such as 15min; what is still in time")
    parser.add_argument("--penalty", default="", help="such as 10%% of the points, for each day")
    parser.add_argument("--extensions", type=Path, help="a table: student, and due or days")
    parser.add_argument("--moodle", type=Path, help="the grading worksheet, to be filled in")
    parser.add_argument("--canvas", type=Path, help="the gradebook, to be filled in")
    parser.add_argument("--site", default="", help="the address of the book, for links to it")
    parser.add_argument("--out", type=Path, default=ROOT / "grades", help="default: grades/")
    parser.add_argument("--unconfined", action="store_true", help="run without bubblewrap")
    parser.add_argument("--again", action="store_true", help="also what is graded already")
    parser.add_argument("--jobs", type=int, default=_cores(), help="default: all cores")
    usual = Limits()
    parser.add_argument("--step", type=float, default=usual.step, help="seconds for one call")
    parser.add_argument("--total", type=float, default=usual.total, help="seconds for a notebook")
    parser.add_argument("--memory", type=float, default=usual.memory / 2**30, help="in GiB")
    return parser


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _problem_set(name: str | None, students: list[list[Submission]]) -> Path:
    """The source of the problem set that is asked for, or that the notebooks say they are."""
    sets = {path.stem: path for path in all_sets()}
    if name in sets:
        return sets[name]
    said = Counter(_said(same) for same in students)
    known = {one: count for one, count in sorted(said.items()) if one in sets}
    if name is None and len(known) == 1:
        return sets[next(iter(known))]
    there = ", ".join(f"{count} of {one}" for one, count in known.items()) or "none says it"
    raise Refused(
        f"which problem set? Name it, SET=...; there are {', '.join(sets)}; of the notebooks:"
        f" {there}"
    )


def _said(same: list[Submission]) -> str:
    """The set of a student's notebooks, by their names or else by what is in them."""
    notebooks = [one for one in same if one.is_notebook]
    named = Counter(filter(None, (set_in(one.file) for one in notebooks)))
    if len(named) == 1:
        return next(iter(named))
    said = {one.problems for one in notebooks if not named} - {""}
    return next(iter(said)) if len(said) == 1 else ""


def _graded(workers, submissions, folder, write) -> dict[str, dict]:
    """The result of every submission; those that are there are not redone, equal ones done once.

    Tables and pages are written on the way, so that a run that is killed leaves what it has done.
    """
    known, waiting = {}, {}
    for submission in submissions:
        name, data = _loaded(submission, workers)
        if isinstance(data, dict):
            known[submission.student] = data
        elif (kept := workers.stored(folder, name)) is not None:
            known[submission.student] = kept
        else:
            waiting.setdefault(name, []).append(submission)
    if not waiting:
        return known
    workers.verify()
    futures = {workers.begin(folder, name, same[0]): same for name, same in waiting.items()}
    last, often = 0, max(OFTEN, len(submissions) // 10)
    bar = tqdm(total=sum(map(len, waiting.values())), unit="notebook", smoothing=0)
    try:
        for future in as_completed(futures):
            known |= {one.student: future.result() for one in futures[future]}
            bar.update(len(futures[future]))
            last += len(futures[future])
            if last >= often:
                last = 0
                write(known)
    finally:
        bar.close()
    return known


def _loaded(submission, workers):
    """The key of a submission and its bytes, or the result of one that cannot be read."""
    problem, data = submission.problem, b""
    try:
        data = data if problem else submission.load()
    except BadArchive as reason:
        problem = f"{submission.file.rsplit('/', 1)[-1]} {reason}"
    except Exception as error:  # a file that has gone, or may not be read
        problem = f"the file cannot be read ({type(error).__name__})"
    if problem:
        return "", autograde.of_unreadable(_read_once(workers.path), problem)
    return key(data, *workers.setting), data


class _Workers:
    """Processes that grade, each with a thread that waits for it, so that none stops the others."""

    def __init__(self, path, limits, asked):
        self.path, self.limits, self.asked = path, limits, asked
        self.confined = not asked.unconfined
        self.setting = _setting(path, limits, self.confined)
        self.threads = ThreadPoolExecutor(asked.jobs)
        self.own, self.pools = local(), []

    def __enter__(self):
        return self

    def __exit__(self, kind, *ignored):
        if kind is KeyboardInterrupt:
            stop()  # at once, and not when those that are running are done
        self.threads.shutdown(cancel_futures=True)
        for pool in self.pools:
            pool.shutdown()

    def stored(self, folder: Path, name: str) -> dict | None:
        """A result that is there already."""
        return None if self.asked.again else results.stored(folder / "results", name)

    def verify(self) -> None:
        """Grade the reference solution, as a submission is graded, before all others.

        Raises
        ------
        Refused
            The problem set would cost somebody points, or give some away.
        """
        lines = self.threads.submit(self._done, verify, self.path, self.limits, self.confined)
        try:
            lines = lines.result()
        except BrokenProcessPool:
            raise Refused("the reference solution cannot be graded: its process ended") from None
        if lines:
            told = "\n".join(f"- {self.path.stem}, {line}" for line in lines)
            raise Refused(f"nothing was graded, for the problem set is not in order:\n{told}")

    def begin(self, folder: Path, name: str, submission: Submission) -> Future:
        """Grade a submission, keep its result, and return the future of it."""
        return self.threads.submit(self._one, folder, name, submission)

    def _one(self, folder, name, submission):
        try:
            data = submission.load()
            result = self._done(work, self.path, data, self.limits, self.confined)
        except BrokenProcessPool:
            result = autograde.of_fault(_read_once(self.path), "the grading process was killed")
        except Exception as error:  # a mistake here: the others are graded
            result = autograde.of_fault(
                _read_once(self.path), f"the grader failed: {type(error).__name__}: {error}"
            )
        if not result["faults"]:
            results.store(folder / "results", name, result)
        return result

    def _done(self, what: Callable, *arguments):
        """The result of a function in this thread's process; once more, if the process dies."""
        for last in (False, True):
            if not hasattr(self.own, "pool"):
                context = multiprocessing.get_context("spawn")
                self.own.pool = ProcessPoolExecutor(1, context, initializer=_begin)
                self.pools.append(self.own.pool)
            try:
                return self.own.pool.submit(what, *arguments).result()
            except BrokenProcessPool:
                del self.own.pool
                if last:
                    raise


class Overtime(BaseException):
    """The grader itself needs too long for a submission; no test may catch this."""


def work(path: Path, data: bytes, limits: Limits, confined: bool) -> dict:
    """Grade the bytes of one submission, in a process of its own."""
    problems = _read_once(path)
    try:
        return _in_time(_work, problems, data, limits, confined)
    except Overtime:
        why = f"reading and comparing takes the grader more than {OWN_TIME} s; please look at it"
        return autograde.of_fault(problems, why)


def _work(problems, data, limits, confined):
    try:
        notebook = located(problems, read(data))
    except Unreadable as reason:
        return autograde.of_unreadable(problems, str(reason))
    result = autograde.mark(problems, notebook, limits, confined)
    result["notes"] += notebook.notes
    if notebook.problems not in ("", problems.name):
        result["notes"].append(f"this is a notebook of {autograde.cut(notebook.problems, 60)}")
    return result | {"sum": sha256(data).hexdigest()}


def verify(path: Path, limits: Limits, confined: bool) -> list[str]:
    """What is wrong with a problem set, found in a process like those of submissions."""
    try:
        return _in_time(autograde.verify, ProblemSet.read(path), limits, confined)
    except Overtime:
        return [f"the tests of the reference solution take more than {OWN_TIME} s"]


def _in_time(what, *arguments):
    """Call a function, and raise Overtime once this process has worked too long for it."""
    signal.signal(signal.SIGPROF, _overtime)
    signal.setitimer(signal.ITIMER_PROF, OWN_TIME)
    try:
        return what(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _overtime(*ignored):
    raise Overtime


@cache
def _read_once(path):
    return ProblemSet.read(path)


def _setting(path, limits, confined):
    """All but the submission that a result depends on, as text."""
    code = [*(ROOT / "grading").rglob("*.py"), *(ROOT / "ae_course").rglob("*.py")]
    sums = [sha256(file.read_bytes()).hexdigest() for file in [path, *sorted(code)]]
    versions = [platform.python_version(), numpy.__version__, scipy.__version__]
    return [*sums, *versions, *map(str, astuple(limits)), str(confined)]


def _begin():
    """Leave interruptions to the main process, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(ValueError, OSError):  # a system may be stricter already
        resource.setrlimit(resource.RLIMIT_AS, (OWN_MEMORY, most))
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
