"""Grades a class, on all cores: ``make grade SUBMISSIONS=folder-or-zip``."""

import argparse
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import astuple
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Thread

from tqdm import tqdm

from grading import autograde, dry_run, marks, pages, results
from grading.cells import located
from grading.matching import MarkError
from grading.notebook import Unreadable, read
from grading.problem_set import ROOT, ProblemError, ProblemSet, all_sets
from grading.results import Graded
from grading.roster import Roster, call
from grading.sandbox import Limits, NoWall, check_wall
from grading.submissions import NoSubmissions, Submission, choose, collect, key, set_in
from grading.tables import TableError

WARNING = (
    "UNCONFINED: the code of these submissions runs with all that you may do yourself. It can read"
    " the hidden tests, change your files and use the network."
)
KILLED = (
    "a grading process was killed; is memory short? The same command goes on from here, with fewer"
    " processes if you add GRADE='--jobs 1'"
)


class Refused(Exception):
    """Why nothing was graded, in one line."""


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and do what it says."""
    asked = _parser().parse_args(arguments)
    try:
        grade(asked)
    except (Refused, NoWall, NoSubmissions, ProblemError, TableError) as reason:
        sys.exit(f"grade: {reason}")
    except KeyboardInterrupt:
        stop()


def stop() -> None:
    """End this process, with which its workers end, and what they run."""
    print("\nInterrupted. The same command goes on from here.", file=sys.stderr, flush=True)
    os._exit(130)


def grade(asked: argparse.Namespace) -> list[Graded]:
    """Grade what is asked for, write tables and pages, and say where."""
    start = time.perf_counter()
    if asked.unconfined:
        print(WARNING, file=sys.stderr)
    elif not asked.dry_run:
        check_wall()
    found = collect(asked.submissions)
    roll = call(Roster.read(asked.roster) if asked.roster else None, found.students)
    path = _problem_set(asked.set, found.students)
    submissions = [choose(same, path.stem) for _, same in roll.students]
    if asked.dry_run:
        print(*dry_run.report(found, roll, submissions, path.stem), sep="\n")
        return []
    problems = ProblemSet.read(path)
    folder = asked.out / problems.name
    entered = marks.read(folder, [one.student for one in submissions])
    limits = Limits(asked.step, asked.total, round(asked.memory * 2**30))
    graded = list(_graded(path, submissions, folder, limits, asked))
    given = marks.give(entered, graded)
    graded = given.graded
    results.write_tables(folder, graded)
    marks.write(folder, entered, given)
    pages.write(folder, problems, graded)
    statuses = Counter(g.result["status"] for g in graded)
    seconds = time.perf_counter() - start
    print(
        f"{len(graded)} submissions in {seconds:.0f} s: "
        + ", ".join(f"{statuses[s]} {s}" for s in autograde.STATUSES if statuses[s])
    )
    if waiting := sum(g.to_be_read for g in graded):
        print(f"{waiting} answers in words are to be read: {folder / 'written.html'}")
    for line in dry_run.of_roster(roll):
        print(line)
    print(f"Open {(folder / 'summary.html').resolve().as_uri()}")
    for notice in given.notices:
        print(notice, file=sys.stderr)
    if given.refused:
        raise MarkError("these marks do not count:\n" + "\n".join(given.refused))
    return graded


def _parser():
    parser = argparse.ArgumentParser(prog="make grade", description=__doc__.splitlines()[0])
    parser.add_argument("submissions", type=Path, help="a folder of notebooks, or a zip archive")
    parser.add_argument("--set", help="such as problems_01; else what the notebooks say they are")
    parser.add_argument("--dry-run", action="store_true", help="say who is who, grade nothing")
    parser.add_argument("--roster", type=Path, help="the class, as a table with a row for each")
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


def _graded(path, submissions, folder, limits, asked):
    """Yield the result of every submission, in their order; those that are there are not redone."""
    setting = _setting(path, limits, not asked.unconfined)
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(asked.jobs, context, initializer=_begin) as workers,
        ThreadPoolExecutor(asked.jobs) as waiting,
    ):

        def one(submission):
            return _one(submission, workers, folder / "results", setting, path, limits, asked)

        futures = {waiting.submit(one, submission): submission for submission in submissions}
        try:
            bar = tqdm(as_completed(futures), total=len(futures), unit="notebook", smoothing=0)
            for _ in bar:
                pass
        except KeyboardInterrupt:
            stop()  # at once, and not when those that are running are done
    for future, submission in futures.items():
        yield Graded(submission.student, submission.file, future.result(), submission.set_aside)


def _one(submission, workers, folder, setting, path, limits, asked):
    """The result of one submission, from the folder of results or from a worker."""
    problem, data = submission.problem, b""
    try:
        data = data if problem else submission.load()
    except Exception as error:  # damaged archives raise every kind
        problem = f"the file cannot be read ({type(error).__name__})"
    if problem:
        return autograde.of_unreadable(ProblemSet.read(path), problem)
    name = key(data, *setting)
    kept = None if asked.again else results.stored(folder, name)
    if kept is not None:
        return kept
    try:
        result = workers.submit(work, path, data, limits, not asked.unconfined).result()
    except BrokenProcessPool:
        raise Refused(KILLED) from None
    except Exception as error:  # a mistake in a hidden test, or here: the others are graded
        problem = f"the grader itself failed, please read it ({type(error).__name__}: {error})"
        result = autograde.of_unreadable(ProblemSet.read(path), problem)
        return result | {"status": autograde.CRASHED}
    results.store(folder, name, result)
    return result


def work(path: Path, data: bytes, limits: Limits, confined: bool) -> dict:
    """Grade the bytes of one submission, in a process of its own."""
    problems = _read_once(path)
    try:
        notebook = located(problems, read(data))
    except Unreadable as reason:
        return autograde.of_unreadable(problems, str(reason))
    result = autograde.mark(problems, notebook, limits, confined)
    result["notes"] += notebook.notes
    if notebook.problems not in ("", problems.name):
        result["notes"].append(f"this is a notebook of {notebook.problems}")
    return result


@cache
def _read_once(path):
    return ProblemSet.read(path)


def _setting(path, limits, confined):
    """All but the submission that a result depends on, as text."""
    files = [
        path,
        *sorted((ROOT / "grading").glob("*.py")),
        *sorted((ROOT / "ae_course").glob("*.py")),
    ]
    sums = [sha256(file.read_bytes()).hexdigest() for file in files]
    return [*sums, *map(str, astuple(limits)), str(confined)]


def _begin():
    """Leave interruptions to the main process, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
