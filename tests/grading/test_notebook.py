"""A submission is read with mistrust, and honest ones in whatever encoding they come."""

import json

import pytest
from handed_in import data, filled, loose

from grading import notebook
from grading.notebook import Unreadable, read


def test_cells_are_found_by_what_nbgrader_calls_them():
    found = read(data(filled()))
    assert found.problems == "problems_01"
    assert found.encoding == "utf-8"
    cells = {cell.id: cell for cell in found.cells}
    assert cells["huber_delta"].source.startswith("def huber_delta(u, x, c):")
    assert cells["evidence"].kind == "markdown"
    assert any(cell.id == "" for cell in found.cells)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp932"]
)
def test_other_encodings_are_read(encoding):
    text = json.dumps(loose(filled()), ensure_ascii=False)
    found = read(text.encode(encoding))
    (answer,) = (cell.source for cell in found.cells if cell.id == "evidence")
    assert "床が異なるからです" in answer


def test_latin_letters_in_an_old_encoding_are_read():
    text = json.dumps(loose(filled(written="La réponse: é")), ensure_ascii=False)
    found = read(text.encode("latin-1"))
    assert found.encoding == "latin-1"
    assert "La réponse: é" in {cell.source for cell in found.cells}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 100, "empty"),
        (b"  \n", "empty"),
        (b"PK\3\4", "not JSON"),
        (b'{"cells": [', "not JSON"),
        (b'{"cells": 3}', "no notebook"),
        (b"[]", "no notebook"),
        (b'"cells"', "no notebook"),
        (b'{"worksheets": []}', "old format"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"9" * 10_000, "not JSON"),
    ],
)
def test_what_is_no_notebook_is_told_so(content, reason):
    with pytest.raises(Unreadable, match=reason):
        read(content)


def test_large_files_are_not_even_parsed(monkeypatch):
    monkeypatch.setattr(notebook, "LARGEST", 100)
    with pytest.raises(Unreadable, match="outputs"):
        read(data(filled()))


def test_cells_of_strange_form_do_no_harm():
    strange = [
        3,
        {"cell_type": ["code"], "source": 5, "metadata": None},
        {"cell_type": "code", "source": ["x = 1", 7], "metadata": {"nbgrader": [1]}},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": {"a": 1}}}},
    ]
    found = read(json.dumps({"cells": strange, "metadata": []}).encode())
    assert [cell.source for cell in found.cells] == ["", "x = 1", ""]
    assert {cell.id for cell in found.cells} == {""}
