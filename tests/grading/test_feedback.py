"""What a student reads on their page, and what they must not."""

import pytest
from bs4 import BeautifulSoup
from graded_class import PROBLEMS, one, words
from handed_in import SMALL

from grading import autograde, pages
from grading.autograde import mark
from grading.feedback import feedback, without_places
from grading.notebook import StudentCell, StudentNotebook
from grading.problem_set import ROOT, ProblemSet
from grading.results import Graded
from grading.sandbox import Limits

LIMITS = Limits(step=2, total=20, memory=2**30)
RIGHT = "def twice(x):\n    return 2 * x"


@pytest.fixture
def page(tmp_path):
    """The page of somebody who hands in an answer to a small problem set, as text."""

    def shown(code, *more, written="Because.", source=SMALL, file="in/mori/small.ipynb"):
        path = tmp_path / "small.md"
        path.write_text(source, "utf-8")
        problems = ProblemSet.read(path)
        cells = [StudentCell("code", "", own) for own in more]
        cells += [StudentCell("code", "twice", code), StudentCell("markdown", "why", written)]
        result = mark(problems, StudentNotebook(tuple(cells), "small", "utf-8"), LIMITS, False)
        html = feedback(problems, Graded("mori", file, result))
        return " ".join(BeautifulSoup(html, "html.parser").main.get_text(" ").split())

    return shown


def task(text, number):
    """What stands under the heading of a task."""
    return text.split(f"Task {number}: ")[1].split(f"Task {number + 1}: ")[0]


def test_tasks_have_the_titles_of_the_problem_set(page):
    text = page(RIGHT)
    assert "Task 1: Twice: 2 of 2 points" in text
    assert "Task 2: Why: 1 point" in text
    assert "2 of 3 points, and an answer in words that is still to be read" in text


@pytest.mark.parametrize(
    ("code", "more", "told"),
    [
        ("def twice(x: return 2", [], "SyntaxError"),
        ("import nowhere\n\n" + RIGHT, [], "No module named 'nowhere' (line 1: import nowhere)"),
        (RIGHT.replace("2 * x", "factor * x"), ["factor = 1 / 0"], "(line 1: factor = 1 / 0)"),
        (RIGHT.replace("2 * x", "nothing * x"), [], "line 2: return nothing * x)"),
        (RIGHT.replace("twice", "twise"), [], "there is no function twice; did you mean twise?"),
        ("", [], "There is no function"),
        (RIGHT.replace("2 * x", "..."), [], "Not answered."),
    ],
)
def test_what_is_wrong_is_told_at_the_task_itself(page, code, more, told):
    text = page(code, *more)
    assert told in task(text, 1)
    assert "the cell of" not in text


def test_what_is_not_answered_is_not_called_wrong(page):
    text = page(RIGHT.replace("2 * x", "..."), written=autograde.UNWRITTEN)
    assert "not for fractions" not in text
    assert "not right" not in text.casefold()
    assert "Not answered." in task(text, 1)
    assert "Not answered." in task(text, 2)


@pytest.mark.parametrize(
    "broken",
    [
        "assert twice(0.5) == secret_of_the_instructor",
        "raise OSError('secret_of_the_instructor')",
        "import secret_of_the_instructor",
    ],
)
def test_a_fault_of_the_grader_is_not_the_students(page, broken):
    source = SMALL.replace('assert twice(0.5) == 1, "not for fractions"', broken)
    text = page(RIGHT, source=source)
    assert "secret" not in text
    assert "could not be graded yet, which is not your fault" in task(text, 1)
    assert "Task 1: Twice: 2 points" in text
    for word in ("NameError", "OSError", "ModuleNotFoundError", "not yet", "wrong", "0 of"):
        assert word not in text


def test_nothing_of_the_instructor_is_on_the_page(page):
    for code in (RIGHT, "def twice(x): return x", "def twice(x): return 1 / 0", "1 / 0"):
        text = page(code)
        for secret in ("once(", "fractions)", "<hidden tests>", "visible check", "secret reason"):
            assert secret not in text


def test_no_folder_of_this_machine_is_on_the_page(page):
    code = "from numpy import nowhere\n\n" + RIGHT
    text = page(code, f"open({str(ROOT / 'problem_sets')!r} + '/x.md')")
    assert "cannot import name 'nowhere'" in text
    assert str(ROOT) not in text
    assert "site-packages" not in text
    assert without_places("open('/data/mine.csv')") == "open('/data/mine.csv')"


def test_file_and_date(page):
    assert "File small.ipynb" in page(RIGHT)
    assert "in/mori" not in page(RIGHT)
    graded = one()
    dated = Graded(graded.student, r"C:\in\mori.ipynb", graded.result, time=1_790_000_000)
    text = BeautifulSoup(feedback(PROBLEMS, dated), "html.parser").get_text(" ")
    assert "2026-09-2" in text
    assert "mori.ipynb" in text
    assert "C:" not in text


def test_links_to_the_book_or_its_name():
    html = BeautifulSoup(feedback(PROBLEMS, one()), "html.parser")
    assert "chapter 1, “What an autoencoder is”" in html.text
    assert not html.find_all("a")
    html = BeautifulSoup(feedback(PROBLEMS, one(), "https://book.example/"), "html.parser")
    assert [a["href"] for a in html.find_all("a")] == [
        "https://book.example/book/problem_sets/problems_01.html",
        "https://book.example/book/01_overview.html",
    ]


def test_the_links_are_pages_of_the_book():
    for path in sorted((ROOT / "book" / "problem_sets").glob("*.ipynb")):
        problems = ProblemSet.read(ROOT / "problem_sets" / f"{path.stem}.md")
        html = BeautifulSoup(feedback(problems, one(), "x"), "html.parser")
        for link in html.find_all("a"):
            page = link["href"].removeprefix("x/").removesuffix(".html")
            assert (ROOT / f"{page}.ipynb").exists(), page


def test_the_own_answer_is_quoted_with_its_formulas_and_pictures():
    graded = one(written="Since $x < 1$, *no*.\n\n![the loss](attachment:a.png)")
    picture = "data:image/png;base64,iVBORw0KGgo="
    words(graded)["pictures"] = {"a.png": picture}
    html = BeautifulSoup(feedback(PROBLEMS, graded), "html.parser")
    assert html.blockquote.math["alttext"] == "x < 1"
    assert html.blockquote.em.text == "no"
    assert html.blockquote.img["src"] == picture


@pytest.mark.parametrize("status", autograde.STATUSES)
def test_every_status_and_outcome_has_words_and_a_whole_page(status):
    outcomes = [*autograde.__dict__.items()]
    graded = one()
    graded.result["status"] = status
    assert outcomes
    html = BeautifulSoup(feedback(PROBLEMS, graded), "html.parser")
    assert html.html["lang"] == "en"
    assert [h.name for h in html.find_all(["h1", "h2"])] == ["h1", *["h2"] * len(PROBLEMS.tasks)]
    assert not html.find_all(["script", "link", "iframe"])


def test_plurals(page):
    text = BeautifulSoup(pages.summary(PROBLEMS, [one()]), "html.parser").get_text(" ")
    assert "1 submission: 1 graded." in text
    text = BeautifulSoup(pages.summary(PROBLEMS, [one(), one("abe")]), "html.parser").get_text(" ")
    assert "2 submissions: 2 graded." in text


def test_the_reading_page_has_no_names_and_equal_answers_once():
    graded = [
        one("abe", "Because."),
        one("mori", "Because.  "),
        one("sato", ""),
        one("kato", "$x$"),
    ]
    html = BeautifulSoup(pages.reading(PROBLEMS, graded), "html.parser")
    assert len(html.find_all("h3")) == 3
    assert "(2 students)" in html.text
    assert "(nothing was written)" in html.text
    assert html.find("math", alttext="x")
    assert not [name for name in ("abe", "mori", "sato", "kato") if name in html.text]
    assert "The floors differ" in html.details.text
