"""Code that a reader need not read folds itself, and says what it holds."""

import pytest
from nbformat.v4 import new_code_cell

from tools import chapters, folding
from tools.folding import unfolded, words_for

CASES = [
    ("import numpy as np\nfrom a import b", "Imports"),
    ("assert x == 1", "1 claim checked"),
    ("y = f(x)\nassert y == 1\nassert y < 2, 'why'", "2 claims checked"),
    ("np.testing.assert_allclose(a, b)\nassert c", "2 claims checked"),
    ("for a in b:\n    c = a\n    assert c\n    for d in c:\n        assert d", "2 claims checked"),
    ("with np.errstate(all='ignore'):\n    assert a", "1 claim checked"),
    ("runs.ensure('a', 'b')\nassert runs.mean('a') < 1", "2 claims checked"),
    ("glue('a', 1)", "Numbers for the text"),
    ("for k, v in m.items():\n    glue(k, v, display=False)", "Numbers for the text"),
    ("x = 1", ""),
    ("print(1)\nassert x", ""),
    ("def f():\n    assert x", ""),
    ("for a in b:\n    print(a)\n    assert a", ""),
]


def cell(code, **metadata):
    return new_code_cell(code, metadata=metadata)


@pytest.mark.parametrize(("code", "words"), CASES)
def test_what_is_folded_says_what_it_holds(code, words):
    assert words_for(cell(code)) == words


def test_a_picture_is_folded_and_its_words_are_kept():
    drawn = cell("figures.curves(a)", mystnb={"figure": {"name": "fig-a"}})
    folding.fold(drawn)
    assert drawn.metadata.tags == ["hide-input"]
    assert drawn.metadata.mystnb["code_prompt_show"] == "How this picture is drawn"
    assert drawn.metadata.mystnb["figure"] == {"name": "fig-a"}


def test_claims_and_spoilers_are_told_apart():
    for words, tag in [("3 claims checked", "claims"), ("Mistakes (spoilers)", "spoilers")]:
        folded = cell("x = 1", course={"fold": words})
        folding.fold(folded)
        assert folded.metadata.tags == sorted(["hide-input", tag])


def test_the_author_has_the_last_word():
    drawn = cell("f(a)", mystnb={"figure": {}}, course={"fold": False})
    assert words_for(drawn) == ""
    assert words_for(cell("x = train()", course={"fold": "Training"})) == "Training"
    for wrong in (True, "", 3):
        with pytest.raises(ValueError, match="wanted words for the folded line, or false"):
            words_for(cell("x = 1", course={"fold": wrong}))


def test_what_stands_among_other_code_is_found():
    mixed = cell("import a\nx = a.b()\n\nassert x\nglue('x', x)")
    assert list(unfolded(mixed)) == [("imports", 0), ("asserts", 3), ("glues numbers", 4)]
    folding.fold(mixed)
    assert "tags" not in mixed.metadata
    assert list(unfolded(cell("assert x", tags=["hide-input"]))) == []


def test_a_chapter_s_notebook_has_it():
    text = "# T\n\n```{code-cell}\nimport a\n```\n\n```{code-cell}\nx = 1\n```\n"
    cells = chapters.convert(text).cells
    assert [c.metadata.get("tags") for c in cells] == [None, ["hide-input"], None]
