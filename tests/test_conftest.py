"""What conftest.py adds to pytest: nothing that binds is skipped, and notebooks may round."""

import base64
import io

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from tools import chapters

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester):
    """Return an empty project with our conftest.py."""
    pytester.makeconftest((chapters.ROOT / "conftest.py").read_text("utf-8"))
    pytester.makeini("[pytest]\nmarkers = equation\nfilterwarnings = error")
    pytester.mkdir("tests")
    return pytester


def write_test(project, text):
    (project.path / "tests" / "test_it.py").write_text(f"import pytest\n\n{text}\n", "utf-8")


CLAIM = '@pytest.mark.equation("eq-output", by="ae_course.network.Network")'
SKIPPED = [
    "@pytest.mark.skip\n{}\ndef test_it(): ...",
    "{}\n@pytest.mark.skipif(True, reason='not here')\ndef test_it(): ...",
    "@pytest.mark.xfail(strict=False)\n{}\ndef test_it(): assert False",
    "@pytest.mark.xfail(strict=False)\n{}\ndef test_it(): ...",
    "@pytest.mark.xfail(run=False)\n{}\ndef test_it(): ...",
    "{}\ndef test_it(): pytest.skip()",
    "{}\ndef test_it(): pytest.importorskip('no_such_package')",
    "@pytest.fixture\ndef no(): pytest.skip()\n\n{}\ndef test_it(no): ...",
    "pytest.importorskip('no_such_package')\n\n{}\ndef test_it(): ...",
]


@pytest.mark.parametrize("test", SKIPPED)
def test_a_claim_cannot_be_skipped(test, project):
    write_test(project, test.format(CLAIM))
    result = project.runpytest("tests")
    assert result.ret != 0
    result.stdout.fnmatch_lines("*test_it* claims *equation*, so it may not *skip*")


def test_a_claim_that_holds_passes_and_other_tests_can_be_skipped(project):
    write_test(project, f"{CLAIM}\ndef test_it(): ...\n\ndef test_that(): pytest.skip()")
    project.runpytest("tests").assert_outcomes(passed=1, skipped=1)


@pytest.mark.parametrize("draw", ["seed(0)", "rand()", "shuffle([1, 2])"])
def test_global_randomness_fails(draw, project):
    write_test(project, f"def test_it():\n    __import__('numpy').random.{draw}")
    result = project.runpytest("tests")
    assert result.ret != 0
    result.stdout.fnmatch_lines("*use np.random.default_rng(seed)*")


def picture(grey):
    file = io.BytesIO()
    Image.new("L", (32, 32), grey).save(file, "PNG")
    return {"image/png": base64.b64encode(file.getvalue()).decode(), "text/plain": "one grey"}


def code(source, *outputs, **course):
    metadata = {"course": course} if course else {}
    return new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def printed(text):
    return new_output("stream", text=f"{text}\n")


def test_nbval_compares_with_our_tolerance(project):
    show = f"grey = {picture(100)}\ndisplay(grey, raw=True)"
    cells = [
        code("print(1 / 3)", printed("0.333333333331")),
        code("print(1 / 3)  # nearly", printed("0.3331"), rtol=1e-2),
        code(show, new_output("display_data", picture(102))),
        code("print(1 / 3)  # not", printed("0.3331")),
        code("print(7)", printed("8")),
        code(f"# not\n{show}", new_output("display_data", picture(110))),
        code("import sys; print('careful', file=sys.stderr)"),
        code("1 / 0"),
        code("print(0.5)", printed("0.5"), rtol=0.5),
    ]
    path = project.path / "01_small.ipynb"
    path.write_text(chapters.write(new_notebook(cells=cells)), "utf-8")
    result = project.runpytest("--nbval", "--nbval-current-env", path.name)
    result.assert_outcomes(passed=3, failed=6)
    result.stdout.fnmatch_lines(
        [
            "01_small, code cell 4 (`print(1 / 3)  # not`): Cell outputs differ",
            "stdout: stored 0.3331, computed 0.3333333333333333, in '0.3331'",
            "01_small, code cell 5 (`print(7)`): Cell outputs differ",
            "stdout: stored '8\\n', computed '7\\n'",
            "01_small, code cell 6 (`# not`): Cell outputs differ",
            "image/png: the pictures differ by 7.5 of 255 in a part, allowed 3.0",
            "01_small, code cell 7 (`import sys; *`): Cell outputs differ",
            "stored: no output; computed: stderr 'careful*",
            "01_small, code cell 8 (`1 / 0`): Cell execution caused an exception",
            "*ZeroDivisionError*: division by zero",
            "course: found rtol: 0.5, wanted a number like 1.0e-3, at most 0.01",
        ]
    )
