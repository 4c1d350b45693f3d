"""A submission is read with mistrust, and honest ones in whatever encoding they come."""

import json

import pytest
from handed_in import data, filled, loose

from grading import notebook
from grading.notebook import LARGEST_PICTURES, Unreadable, read


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


FRENCH = "# décalé\nLa réponse à la question est là où ça commence: é\n"


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "utf-8"])
def test_the_plausible_encoding_is_guessed_and_told(encoding):
    """In cp932 an é before a line's end would swallow it."""
    text = json.dumps(loose(filled(written=FRENCH)), ensure_ascii=False)
    found = read(text.encode(encoding))
    assert (found.encoding, bool(found.notes)) == (encoding, encoding != "utf-8")
    assert FRENCH in {cell.source for cell in found.cells}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "x = 1  # été\ny = 2"),
        ("cp1252", "“Größe” – 5 °C ± 2 µm…"),
        ("cp1250", "źle, większy błąd"),
        ("cp932", "# 表示\nxの平均と能"),
        ("gbk", "因为误差更大"),
        ("cp1251", "Потому что ошибка больше"),
    ],
)
def test_short_remarks_in_old_encodings_are_read(encoding, text):
    content = {"cells": [{"cell_type": "code", "source": text}]}
    data = json.dumps(content, ensure_ascii=False).encode(encoding)
    assert read(data).cells[0].source == text


def test_a_damaged_place_does_not_spoil_the_other_letters():
    text = json.dumps(loose(filled()), ensure_ascii=False).encode()
    found = read(text.replace("床".encode(), b"\xe5\xba", 1))
    assert "が異なるからです" in str(found.cells)
    assert "damaged" in found.notes[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"PK\3\4zip", "an archive"), (b"<!DOCTYPE html>", "a web page"), (b"%PDF-1.7", "a PDF")],
)
def test_what_was_handed_in_instead_is_named(content, reason):
    with pytest.raises(Unreadable, match=f"not JSON but {reason}"):
        read(content)


def test_the_old_format_with_worksheets_is_read():
    sheet = {"cells": [{"cell_type": "code", "input": "x = 1"}]}
    found = read(json.dumps({"worksheets": [sheet], "nbformat": 3}).encode())
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert "version 3" in found.notes[0]


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


@pytest.mark.parametrize(
    ("attachments", "wanted"),
    [
        ({"a.png": {"image/png": "iVBORw0K\n"}}, {"a.png": "data:image/png;base64,iVBORw0K"}),
        ({"a.jpg": {"image/jpeg": "/9j/"}}, {"a.jpg": "data:image/jpeg;base64,/9j/"}),
        ({"a.svg": {"image/svg+xml": "PHN2Zz4="}}, {}),
        ({"a.png": {"image/png": '"><script>'}}, {}),
        ({"a.png": {"image/png": "A" * (LARGEST_PICTURES + 1)}}, {}),
        ({"a.png": "iVBORw0K"}, {}),
        (["a.png"], {}),
        (None, {}),
    ],
)
def test_pasted_pictures_are_kept_if_they_are_harmless(attachments, wanted):
    cell = {"cell_type": "markdown", "source": "a", "attachments": attachments}
    (found,) = read(json.dumps({"cells": [cell], "metadata": {}}).encode()).cells
    assert found.pictures == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_zeros_behind_the_end_are_no_part_of_a_notebook(encoding):
    """A full disk leaves them."""
    text = json.dumps({"cells": [], "metadata": {"problems": "problems_01"}})
    assert read(text.encode(encoding) + bytes(4096)).problems == "problems_01"
