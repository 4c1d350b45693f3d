"""What nbgrader's Validate says of a problem set is true: students may meet it."""

import nbformat
import pytest
from handed_in import SETS, blank, filled
from nbgrader.validator import Validator

NAME = "problems_03"


def failures(notebook, path):
    """What Validate complains of: the error of each cell that failed, and of cells that changed."""
    nbformat.write(notebook, path / f"{NAME}.ipynb")
    said = Validator().validate(str(path / f"{NAME}.ipynb"))
    assert set(said) <= {"failed"}, said
    return [cell["error"] for cell in said.get("failed", [])]


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")


def test_of_a_set_without_answers_every_check_and_every_text_is_missing(tmp_path):
    said = failures(blank(NAME), tmp_path)
    problems = SETS[NAME]
    assert len(said) == len([*problems.having("check", "written")])
    assert sum("not answered yet" in error for error in said) == len([*problems.having("check")])
    assert sum("You did not provide a response" in error for error in said) == 1


def test_a_set_that_is_right_passes(tmp_path):
    assert failures(filled(NAME), tmp_path) == []


def test_a_wrong_answer_fails_with_what_its_check_says(tmp_path):
    wrong = {"lifetime_from_table": "return -1.0"}
    notebook = filled(NAME, wrong)
    said = failures(notebook, tmp_path)
    assert len(said) == 2  # the two checks of this answer, and no other
    assert all("lifetime_from_table: not yet: the result is -" in error for error in said)
