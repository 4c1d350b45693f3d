"""Answers are found in notebooks whose cells were turned, split, joined, or lost their names."""

import pytest
from handed_in import SETS, WRITTEN, data, filled, loose

from grading.autograde import program
from grading.cells import located
from grading.notebook import read

PROBLEMS = SETS["problems_01"]
ANSWERS = [task.name for task in PROBLEMS.tasks if not task.written]


def cells_of(notebook):
    """The cells of a notebook as plain JSON, by their names."""
    return {cell["id"]: cell for cell in notebook["cells"]}


def found(notebook):
    """What is found in a notebook that was spoilt."""
    import json

    return located(PROBLEMS, read(json.dumps(notebook).encode()))


def functions(notebook):
    """The functions that the program of a notebook defines in the end, by their code."""
    space = {}
    setting, code, missing = program(PROBLEMS, notebook)
    assert missing == []
    for _, source in setting + code:
        exec(source, space)
    return [space[name].__code__.co_code for name in PROBLEMS.functions]


def words(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.id == "evidence").strip()


def stripped(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


def renamed(notebook):
    """As programs do that give every cell a new id."""
    for number, cell in enumerate(stripped(notebook)["cells"]):
        cell["id"] = f"new{number}"
    return notebook


def of_old_jupyter(notebook):
    for cell in stripped(notebook)["cells"]:
        del cell["id"]
    return notebook


def of_colab(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id")}
    return notebook


def turned(kind):
    def turn(notebook):
        for name in ("huber_delta", "gain", "evidence"):
            cells_of(notebook)[name]["cell_type"] = kind
        return notebook

    return turn


def merged(notebook):
    """All code in one cell, all text in another."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    text = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    code[0]["source"] = "\n\n".join("".join(cell["source"]) for cell in code)
    text[0]["source"] = "\n\n".join("".join(cell["source"]) for cell in text)
    notebook["cells"] = [text[0], code[0]]
    return notebook


def merged_and_stripped(notebook):
    return renamed(merged(notebook))


def split(notebook):
    """Cells with two functions as two, as Jupyter splits: the second without metadata."""
    cells = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["id"] == "gain":
            at = source.index("def bias_gradient")
            cells.append(dict(cell, source=source[:at]))
            cells.append(dict(cell, id="gain2", source=source[at:], metadata={}))
        else:
            cells.append(cell)
    return dict(notebook, cells=cells)


SPOILT = [stripped, renamed, of_old_jupyter, of_colab, merged, merged_and_stripped, split]
SPOILT += [turned("markdown"), turned("raw")]


@pytest.mark.parametrize("spoil", SPOILT)
def test_answers_are_found_whatever_became_of_their_cells(spoil):
    notebook = found(spoil(loose(filled())))
    assert functions(notebook) == functions(found(loose(filled())))
    assert WRITTEN in words(notebook)


def test_nothing_is_said_where_all_is_in_its_place():
    assert found(loose(filled())).notes == ()
    assert found(loose(filled())).cells == read(data(filled())).cells


def test_what_was_not_in_its_place_is_told_by_the_title_of_its_task():
    notes = found(turned("markdown")(loose(filled()))).notes
    assert any(note.startswith("Task 2: A loss that forgives: its cell is text") for note in notes)


def insert(notebook, after, **cell):
    place = next(n for n, c in enumerate(notebook["cells"]) if c["id"] == after)
    notebook["cells"].insert(place + 1, {"metadata": {}, "id": "own", **cell})
    return notebook


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_words_beside_the_cell_that_waits_for_them_are_the_answer(kind):
    notebook = loose(filled(written="*Write your answer here.*"))
    seen = found(insert(notebook, "evidence", cell_type=kind, source="Because of it."))
    assert words(seen) == "Because of it."
    assert any("outside its cell" in note for note in seen.notes)


def test_words_in_a_comment_are_an_answer_where_there_is_no_other():
    own = {"cell_type": "code", "source": "# The floors differ, so it does not show it."}
    notebook = loose(filled(written="*Write your answer here.*"))
    assert "floors differ" in words(found(insert(notebook, "evidence", **own)))
    assert words(found(insert(loose(filled()), "evidence", **own))) == WRITTEN


def test_words_that_go_on_in_the_next_cell_belong_to_the_answer():
    notebook = insert(loose(filled()), "evidence", cell_type="markdown", source="And more.")
    assert words(found(notebook)) == f"{WRITTEN}\n\nAnd more."


def test_words_written_into_the_question_are_the_answer():
    notebook = loose(filled(written="*Write your answer here.*"))
    place = next(n for n, c in enumerate(notebook["cells"]) if c["id"] == "evidence")
    question = notebook["cells"][place - 1]
    question["source"] = "".join(question["source"]) + "\n\nBecause of it."
    del notebook["cells"][place]
    assert words(found(notebook)) == "Because of it."


def test_notes_of_a_student_in_other_places_are_no_answer():
    notebook = insert(loose(filled()), "huber_delta", cell_type="markdown", source="My notes.")
    assert words(found(notebook)) == WRITTEN


def test_an_untouched_notebook_has_no_answer_in_words():
    notebook = loose(filled(written="*Write your answer here.*"))
    assert words(found(renamed(notebook))) in ("", "*Write your answer here.*")


def test_an_old_answer_that_was_turned_into_text_stays_text():
    notebook = turned("markdown")(loose(filled()))
    own = "def huber_delta(u, x, c):\n    return 0"
    seen = found(insert(notebook, "huber_delta", cell_type="code", source=own))
    kinds = [cell.kind for cell in seen.cells if cell.id == "huber_delta"]
    assert kinds == ["markdown"]
    assert not any("A loss that forgives" in note for note in seen.notes)


@pytest.mark.parametrize("name", SETS)
def test_what_was_handed_out_is_nobody_s_answer_in_any_set(name):
    from handed_in import blank

    problems, notebook = SETS[name], blank(name)
    written = [task.name for task in problems.tasks if task.written]
    notebook.cells = [cell for cell in notebook.cells if cell.id not in written]
    seen = located(problems, read(data(notebook)))
    assert [cell.source for cell in seen.cells if cell.id in written] == []
    assert program(problems, seen)[2] == written
