"""Marks come from the hidden tests alone, and nothing of these is told that should not be."""

import json
import os
import subprocess
import sys

import pytest
from handed_in import SETS, SMALL, blank, data, filled, with_bodies

from ae_course import exercises
from grading import ROOT, autograde
from grading.autograde import mark, program
from grading.notebook import StudentCell, StudentNotebook, read
from grading.problem_set import ProblemError, ProblemSet
from grading.runner import GIVEN_UP, STRANGE, Failed, Runner
from grading.sandbox import Limits

LIMITS = Limits(step=2, total=20, memory=2**30)


@pytest.fixture
def twice(tmp_path):
    """Mark an answer to a small problem set, given as the code of its cell and of other cells."""

    def marked(code, *more, written="Because.", limits=LIMITS, source=SMALL):
        cells = [StudentCell("code", "twice", code), StudentCell("markdown", "why", written)]
        cells = [*(StudentCell("code", "", own) for own in more), *cells]
        notebook = StudentNotebook(tuple(cells), "small", "utf-8")
        return mark(small(tmp_path, source), notebook, limits, False)

    return marked


def small(folder, source=SMALL):
    """A problem set from its source."""
    path = folder / "small.md"
    path.write_text(source, "utf-8")
    return ProblemSet.read(path)


def hidden_tests(*lines):
    """The source of a small problem set with other hidden tests."""
    return SMALL.replace('assert twice(0.5) == 1, "not for fractions"', "\n".join(lines))


def first(result):
    return result["tasks"][0]


@pytest.mark.parametrize(
    ("code", "points", "outcome", "told"),
    [
        ("def twice(x): return 2 * x", 2, "right", ""),
        ("def twice(x): return 1 if x == 0.5 else 1 / 0", 2, "right", ""),
        ("def twice(x): return ...", 0, "not answered", "other inputs|not for fractions"),
        ("def twice(x): return x", 0, "wrong", "not for fractions"),
        ("def twice(x): return 6", 0, "wrong", "not for fractions"),
        ("def twice(x): return 1 / 0", 0, "error", "it raises an error"),
        ("def twice(x): return undefined", 0, "error", "it raises an error"),
        ("def twice(x): return lambda: x", 0, "wrong", autograde.STRANGE),
        ("def thrice(x): return 3 * x", 0, "missing", "there is no function twice"),
        ("def twice(x: return 2", 0, "missing", "there is no function twice"),
        ("twice = 6", 0, "missing", "there is no function twice"),
        ("def twice(x):\n    while True: pass", 0, "timed out", "more than 2 s"),
        ("def twice(x): raise SystemExit", 0, "crashed", "it ends the program"),
        ("def twice(x): return bytearray(10**15)", 0, "crashed", "it runs out of memory"),
    ],
)
def test_points_and_outcome(twice, code, points, outcome, told):
    result = twice(code)
    task = first(result)
    assert (task["points"], task["outcome"]) == (points, outcome)
    assert any(words in task["parts"][0]["told"] for words in told.split("|"))
    status = outcome if outcome in (autograde.TIMED_OUT, autograde.CRASHED) else autograde.GRADED
    assert result["status"] == status
    json.dumps(result)


def test_a_mistake_is_named_in_the_visible_check(twice):
    (said,) = first(twice("def twice(x): return x"))["parts"][0]["visible"]
    assert said == "twice: not yet; a mistake that gives this number: once is not enough."


def test_what_an_exception_says_of_hidden_inputs_is_not_told(twice):
    code = """def twice(x):
    if x == 3:
        return 6
    raise type(f"Got{x}", (Exception,), {})(f"{x}!")"""
    task = first(twice(code))
    assert task["parts"][0]["told"] == "it raises an error"
    assert "0.5" not in str(task["parts"][0]["visible"])
    assert "0.5!" in task["parts"][0]["hidden"]


def test_what_it_says_of_visible_inputs_is(twice):
    task = first(twice("def twice(x): raise ValueError(f'what is {x}?')"))
    assert task["parts"][0]["visible"] == [
        "twice: not yet: ValueError: what is 3? (the answer to Task 1, line 1: def twice(x): raise"
        " ValueError(f'what is {x}?'))."
    ]


def test_hidden_inputs_cannot_be_kept_for_a_visible_result(twice):
    code = "seen = []\ndef twice(x):\n    seen.append(x)\n    return sum(seen)"
    assert first(twice(code))["parts"][0]["visible"] == [
        "twice: not yet; a mistake that gives this number: once is not enough."
    ]


def test_a_cell_that_ends_or_hangs_costs_only_what_depends_on_it(twice):
    good = "def twice(x): return 2 * x"
    for own, status in (
        ("while True: pass", autograde.TIMED_OUT),
        ("import os; os._exit(1)", autograde.CRASHED),
        ("import sys; sys.exit()", autograde.CRASHED),
        ("x = []\nwhile True: x.append(bytearray(2**28))", autograde.CRASHED),
        ("1 / 0", autograde.GRADED),
        ("%timeit 1\nx = 3", autograde.GRADED),
    ):
        result = twice(good, own)
        assert (first(result)["points"], result["status"]) == (2, status)
    assert (
        "cell 1 raises ZeroDivisionError: division by zero (line 1: 1 / 0)"
        in twice(good, "1 / 0")["notes"]
    )


def test_the_answer_may_stand_in_a_cell_of_its_own(twice):
    assert first(twice("", "def twice(x): return 2 * x"))["points"] == 2


@pytest.mark.parametrize("written", ["Because.", "", autograde.UNWRITTEN])
def test_an_answer_in_words_waits_for_a_reader(twice, written):
    task = twice("def twice(x): return 2 * x", written=written)["tasks"][1]
    assert (task["points"], task["outcome"]) == (None, autograde.TO_BE_READ)
    assert task["answer"] == ("Because." if written == "Because." else "")


def test_tests_and_setting_are_those_of_the_source():
    notebook = filled()
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = "raise SystemExit('mine')"
    setting, code, missing = program(SETS["problems_01"], read(data(notebook)))
    assert missing == []
    assert not [source for _, source in code if "mine" in source]
    assert sum("known = Mistakes()" in source for _, source in setting) == 1


def test_missing_cells_are_named():
    notebook = blank()
    notebook.cells = [c for c in notebook.cells if not c.id.startswith("best_step")]
    result = mark(SETS["problems_01"], read(data(notebook)), Limits(), False)
    assert result["status"] == autograde.MISSING_CELLS
    assert result["notes"] == ["missing cells: Task 4"]
    outcomes = {task["task"]: task["outcome"] for task in result["tasks"]}
    assert outcomes["best_step"] == autograde.NO_FUNCTION


def test_a_function_that_hung_is_not_waited_for_again():
    runner = Runner([], [("a cell", "def f():\n    while True: pass")], Limits(step=1), False)
    for _ in range(3):
        with pytest.raises(Failed, match="more than 1 s"):
            runner.call("f", ())
    assert len(runner.troubles) == 1
    runner.close()


def test_an_unreadable_file_has_no_points_and_its_reason():
    result = autograde.of_unreadable(SETS["problems_01"], "the file is empty")
    assert result["status"] == autograde.UNREADABLE
    assert result["notes"] == ["the file is empty"]
    assert {task["points"] for task in result["tasks"]} == {0, None}


def test_other_bodies_are_put_into_functions():
    assert with_bodies("def f(x, y=1):\n    return x", {"f": "return y"}) == (
        "def f(x, y=1):\n    return y"
    )


VALUES = [
    "x + x",
    "[x + x][0]",
    "np.float32(x + x)",
    "np.array(x + x)",
    "np.array(x + x, dtype=object)",
    "Fraction(x) + Fraction(x)",
    "Decimal(x) + Decimal(x)",
    "complex(x + x)",
    "np.ma.array(x + x)",
    "str(x + x)",
    "[x, x]",
    "{'x': x + x}",
    "10**400",
    "10**5000",
    "None",
    "print",
    "{1, 2}",
    "(x + x for _ in range(1))",
    "x ^ 0.5",
    "np.log(-x)",
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_right_here_where_it_is_right_in_jupyter(twice, value, capsys):
    code = (
        "import numpy as np\nfrom decimal import Decimal\nfrom fractions import Fraction\n"
        f"def twice(x):\n    return {value}"
    )
    space = {}
    exec(code, space)
    try:
        exercises.check(space["twice"], 6, 3)
        in_jupyter = capsys.readouterr().out.strip()
    except Exception as problem:
        in_jupyter = str(type(problem))
    (here,) = first(twice(code))["parts"][0]["visible"]
    assert (here == "twice: right.") == (in_jupyter == "twice: right.")
    if in_jupyter.startswith("twice: ") and "wanted numbers" not in in_jupyter:
        assert here == in_jupyter


@pytest.mark.parametrize(
    "code",
    [
        "%time\ndef twice(x): return 2 * x",
        "%%time\ndef twice(x): return 2 * x",
        "get_ipython().run_line_magic('matplotlib', 'inline')\ndef twice(x): return 2 * x",
        ">>> def twice(x):\n...     return 2 * x",
        "    def twice(x):\n        return 2 * x",
        "_, __, ___, In, Out\ndef twice(x): return 2 * x",
        "!ls\ny = %timeit -o 1\ndef twice(x):\n    return (2 *\n        x\n% 10**9)",
        "known = Mistakes.unseal('e30=')\ndef twice(x): return 2 * x\ncheck(twice, 6, 3)",
    ],
)
def test_an_answer_as_jupyter_takes_it_has_its_points(twice, code):
    assert first(twice(code))["points"] == 2
    assert first(twice("", code))["points"] == 2


def test_what_jupyter_would_not_run_does_not_count_and_is_noted(twice):
    good, old = "def twice(x): return 2 * x", "%%script false\ndef twice(x): return x"
    assert first(twice(good, old))["points"] == 2
    result = twice(old)
    assert first(result)["outcome"] == "missing"
    wanted = "the answer to Task 1 begins with %%script: as in Jupyter, it defines nothing in the"
    assert f"{wanted} notebook" in result["notes"]


def test_what_is_timed_defines_nothing_and_that_is_noted(twice):
    result = twice("%%timeit -n 1\ndef twice(x): return 2 * x")
    assert first(result)["outcome"] == "missing"
    wanted = "the answer to Task 1 begins with %%timeit: as in Jupyter, nothing remains of what it"
    assert f"{wanted} defines" in result["notes"]


def test_a_syntax_error_has_its_line_and_a_renamed_function_its_name(twice):
    (note,) = twice("def twice(x):\n    return (2 * x")["notes"]
    assert "SyntaxError: '(' was never closed (line 2" in note
    told = first(twice("def twise(x): return 2 * x"))["parts"][0]["told"]
    assert told == "there is no function twice; did you mean twise?"


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        ("assert twice(0.5) == undefined", "NameError: name 'undefined' is not defined"),
        ("twice(0.5)\nnp.no_such_function()", "NameError"),
        ("import numpy as np\ntwice(0.5)\nnp.no_such()", "AttributeError"),
        ("[1, 2][round(twice(0.5)) + 1]", "IndexError"),
        ("import no_such_module", "ModuleNotFoundError"),
    ],
)
@pytest.mark.parametrize("answer", ["2 * x", "x + x"])
def test_a_fault_in_a_hidden_test_costs_nobody_points(twice, tests, words, answer):
    result = twice(f"def twice(x): return {answer}", source=hidden_tests(tests))
    task = first(result)
    assert (task["points"], task["outcome"]) == (None, autograde.NOT_GRADED)
    assert result["status"] == autograde.FAULT
    assert words in result["faults"][0]
    assert "line " in result["faults"][0]
    assert words not in str(result["notes"]) + str([part["told"] for part in task["parts"]])


def test_a_value_that_no_one_foresaw_is_no_fault(twice):
    result = twice("def twice(x): return 'a'", source=hidden_tests("[1, 2][twice(0.5)]"))
    assert (first(result)["points"], result["faults"]) == (0, [])
    assert first(result)["parts"][0]["told"] == STRANGE


def test_a_known_mistake_that_fails_is_a_fault_only_where_it_is_asked(twice):
    source = SMALL.replace("def once(x):\n    return x", "def once(x):\n    return undefined")
    assert twice("def twice(x): return 2 * x", source=source)["faults"] == []
    assert "undefined" in twice("def twice(x): return x", source=source)["faults"][0]


def test_the_reference_has_all_points_and_the_blank_none(tmp_path):
    assert autograde.verify(small(tmp_path), LIMITS, False) == []
    wrong = small(tmp_path, hidden_tests('assert twice(0.5) == 2, "for fractions"'))
    (line,) = autograde.verify(wrong, LIMITS, False)
    assert line == "Task 1: Twice, check 1: the reference solution has 0 of 2 points: for fractions"
    broken = small(tmp_path, hidden_tests("assert twice(0.5) == undefined"))
    (line,) = autograde.verify(broken, LIMITS, False)
    assert "Task 1: Twice: check 1: the hidden tests, line 3 raise NameError" in line
    generous = small(tmp_path, hidden_tests("pass"))
    (line,) = autograde.verify(generous, LIMITS, False)
    assert line.endswith("the notebook as it is handed out has 2 points, wanted 0")


def test_code_that_is_none_is_refused_by_its_place(tmp_path):
    with pytest.raises(ProblemError, match=r"small\.md:\d+: the check of twice: SyntaxError"):
        small(tmp_path, hidden_tests("assert twice(0.5 == 1"))
    with pytest.raises(ProblemError, match=r"small\.md:\d+: the instructor.*NameError.*'mistake'"):
        small(tmp_path, SMALL.replace("@known.of", "@mistake.of")).namespace()


def test_slow_calls_within_the_limit_cost_nothing(twice):
    code = """import time
def twice(x):
    until = time.process_time() + 0.6
    while time.process_time() < until: pass
    return 2 * x"""
    tests = hidden_tests(*["assert twice(0.5) == 1"] * 6)
    result = twice(code, limits=Limits(step=2, total=2, memory=2**30), source=tests)
    assert (first(result)["points"], result["status"]) == (2, autograde.GRADED)


def test_a_loop_on_one_example_costs_only_that_call():
    code = "def f(x):\n    while x == 1: pass\n    return x"
    runner = Runner([], [("a cell", code)], Limits(step=1), False)
    for x in (1, 2, 1, 3):
        runner.begin_check()
        if x == 1:
            with pytest.raises(Failed, match="more than 1 s"):
                runner.call("f", (x,))
        else:
            assert runner.call("f", (x,)) == x
    runner.close()


def test_a_function_that_always_hangs_is_given_up():
    runner = Runner([], [("a cell", "def f():\n    while True: pass")], Limits(step=1), False)
    for _ in range(6):
        runner.begin_check()
        with pytest.raises(Failed, match="more than 1 s"):
            runner.call("f", ())
    assert len(runner.troubles) == GIVEN_UP
    runner.close()


def test_what_a_submission_says_is_short(twice):
    long = "'a' * 3_000_000"
    for code in (
        f"def twice(x): return {long}",
        f"def twice(x): return [{long}]",
        "def twice(x): return ['a'] * 300_000",
        f"def twice(x): raise Exception({long})",
        f"raise Exception({long})",
        f"def twice(x): raise type({long}, (Exception,), {{}})()",
    ):
        assert len(json.dumps(twice(code))) < 5_000
    result = twice("", *["1 / 0"] * 300)
    assert len(result["notes"]) == autograde.MOST_NOTES + 1
    assert result["notes"][-1] == f"and {300 - autograde.MOST_NOTES} more"


@pytest.mark.parametrize(("length", "kept"), [(50_000, 50_000), (60_000, 50_002)])
def test_an_answer_in_words_may_be_long(twice, length, kept):
    task = twice("", written="w" * length)["tasks"][1]
    assert len(task["answer"]) == kept


def test_a_forged_reply_is_cut_here_too():
    runner = Runner([], [], LIMITS, False)
    for reply in (
        {"raises": "E" * 10**6, "says": "a" * 10**6, "where": "w" * 10**6, "line": 10**30},
        {"strange": "s" * 10**6},
        {"lacks": "f", "near": ["n" * 10**6]},
        {"gives": {"is": "s" * 10**6}},
        {"raises": 1},
    ):
        with pytest.raises(Failed) as failed:
            runner._value("f", reply)
        assert len(failed.value.told) + len(failed.value.private) < 1_000


def test_work_grows_in_step_with_the_number_of_cells(twice):
    problems = SETS["problems_01"]
    for number in (1_000, 100_000):
        cells = tuple(StudentCell("code", "huber_delta", " \n") for _ in range(number))
        assert program(problems, StudentNotebook(cells, "", "utf-8"))[1] == []
    cells = tuple(StudentCell("code", "huber_delta", "1") for _ in range(60_000))
    code = program(problems, StudentNotebook(cells, "", "utf-8"))[1]
    assert len({where for where, _ in code}) == 60_000


def test_the_setting_that_fails_is_a_fault(twice):
    source = SMALL.replace(
        "from ae_course.exercises",
        "import os\nassert os.getpid() == GRADER\nfrom ae_course.exercises",
    )
    source = source.replace("GRADER", str(os.getpid()))
    result = twice("def twice(x): return 2 * x", source=source)
    assert (first(result)["points"], result["status"]) == (None, autograde.FAULT)
    assert "the setting 1 raises AssertionError" in result["faults"][0]


def test_a_slow_setting_costs_a_submission_nothing(twice):
    wait = "import time\nwhile time.process_time() < 2: pass\nfrom ae_course.exercises"
    source = SMALL.replace("from ae_course.exercises", wait, 1)
    limits = Limits(step=1, total=1, memory=2**30)
    result = twice("def twice(x): return 2 * x", limits=limits, source=source)
    assert (first(result)["points"], result["status"]) == (2, autograde.GRADED)


@pytest.mark.parametrize("flags", [("-O",), ("-OO",), ("-W", "error"), ("-X", "utf8=0")])
def test_no_flag_of_python_changes_a_grade(flags, tmp_path):
    (tmp_path / "small.md").write_text(SMALL, "utf-8")
    code = (
        "import sys; from pathlib import Path\n"
        "from grading import autograde, grade\n"
        "from grading.problem_set import ProblemSet\n"
        "from grading.notebook import StudentCell, StudentNotebook\n"
        "grade._parser()\n"
        "problems = ProblemSet.read(Path(sys.argv[1]))\n"
        "assert_ = StudentCell('code', 'twice', 'def twice(x): return 2 * round(x)')\n"
        "notebook = StudentNotebook((assert_,), '', '')\n"
        "limits = autograde.Limits(step=20)\n"
        "print(autograde.verify(problems, limits, False))\n"
        "print(autograde.mark(problems, notebook, limits, False)['tasks'][0]['points'])"
    )
    done = subprocess.run(
        [sys.executable, *flags, "-c", code, str(tmp_path / "small.md")],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["[]", "0"], done.stderr
