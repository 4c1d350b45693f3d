"""Checks one chapter, one problem set or one module in seconds: its rules, and its own tests.

    python -m tools.check 03_sparsity

No chapter is run for it. What breaks a rule is said with the line to edit; the tests that hold the
equations of a chapter are run, and the exercises are solved.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from grading.problem_set import ProblemError, ProblemSet, all_sets
from tools import (
    ROOT,
    chapters,
    claims,
    equations,
    exercises,
    rules,
    set_rules,
    style,
)

PACKAGES = ("ae_course", "grading", "tools")
HABITS = "tests/ae_course/test_style.py"
EXAMPLES = "tests/ae_course/test_docstrings.py::test_the_examples_of_a_module_give_what_they_say"
SLIPS = "tests/book/test_slips.py::test_wrong_answers_are_told_what_is_wrong"


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="such as 03_sparsity, problems_03 or optimizers")
    name = Path(parser.parse_args().name).stem
    try:
        found, tests = look_at(name)
    except chapters.ChapterError as error:
        sys.exit(error.at(name))
    except (ProblemError, RuntimeError) as error:
        sys.exit(f"{name}: {error}" if "md:" not in str(error) else str(error))
    print("\n".join(found) or f"{name}: no rule is broken", flush=True)
    failed = (
        tests
        and subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *tests], cwd=ROOT, check=False
        ).returncode
    )
    sys.exit(1 if found or failed else 0)


def look_at(name: str) -> tuple[list[str], list[str]]:
    """What breaks a rule in what is called so, and the arguments with which pytest tests it."""
    if name in chapters.chapters():
        return of_chapter(name)
    if name in {path.stem for path in all_sets()}:
        return of_problem_set(name)
    if files := files_of_module(name):
        return of_module(files)
    known = [*chapters.chapters(), *(path.stem for path in all_sets())]
    sys.exit(f"nothing is called {name}; there are {', '.join(known)}, and each module by its name")


def of_chapter(name: str) -> tuple[list[str], list[str]]:
    """Style, rules, equations and exercises of a chapter; the tests that hold its equations."""
    source, target = chapters.paths(name)
    text, others = source.read_text("utf-8"), rules.book()
    as_written = rules.Chapter(name, text, chapters.write(chapters.convert(text)))
    if unread := rules.broken(as_written, others, [rules.is_plain_python]):
        return unread, []
    found = style.broken(source) + claims.broken(chapter=name)
    if chapters.stale(source, target):
        state = "is of an older text" if target.exists() else "is not there yet"
        found.append(f"{target.relative_to(ROOT)} {state}: make notebooks NAME={name}")
        found += rules.broken(as_written, others, rules.OF_THE_SOURCE)
    else:
        found += rules.broken(others[name], others)
    own = {e.label for e in equations.equations() if e.source.stem == name}
    tests = {f"{c.source}::{c.test}" for c in equations.claims() if c.label in own}
    for exercise in exercises.exercises(name):
        found += exercises.broken(exercise)
        tests.add(f"{SLIPS}[{name}]")
    return found, sorted(tests)


def of_problem_set(name: str) -> tuple[list[str], list[str]]:
    """Style and rules of a problem set; the tests that solve it, rightly and wrongly.

    These take longer than the rest, and say little of a set that breaks a rule.
    """
    from tools import problem_sets  # nbgrader takes seconds to import, and no chapter needs it

    source = ROOT / "problem_sets" / f"{name}.md"
    found = style.broken(source) + set_rules.broken(ProblemSet.read(source))
    found += [line for line in problem_sets.stale() if name in line]
    tests = ("tests/book/test_wrong_answers.py", "tests/tools/test_problem_sets.py")
    return found, [] if found else [*tests, "-k", name]


def of_module(files: list[Path]) -> tuple[list[str], list[str]]:
    """Style of modules and their tests, equations and works they cite; tests, habits, examples."""
    for command in (["check", "-q"], ["format", "--check", "-q"]):
        if subprocess.run([sys.executable, "-m", "ruff", *command, *files], check=False).returncode:
            return ["the style is not in order: run make format, and see to the rest"], []
    names = [file.relative_to(ROOT).as_posix() for file in files]
    tests = [name for name in names if Path(name).name.startswith("test_")]
    if any(name.startswith("ae_course/") for name in names):
        found = [line for line in claims.broken() if line.startswith(tuple(f"{n}:" for n in names))]
        return found, [*tests, HABITS, f"{EXAMPLES}[{files[0].stem}]"]
    return [], tests


def files_of_module(name: str) -> list[Path]:
    """A module and its tests."""
    modules = [ROOT / package / f"{name}.py" for package in PACKAGES]
    tests = (ROOT / "tests").rglob(f"test_{name.removeprefix('test_')}.py")
    return [path for path in [*modules, *tests] if path.exists()]


if __name__ == "__main__":
    main()
