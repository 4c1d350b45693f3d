"""What ruff says of a chapter or a problem set is said of the line that a person edits."""

import shutil

import pytest

from tools import ROOT, style

TEXT = """\
# A chapter

```{code-cell} ipython3
---
tags: [hide-input]
---
x = 1
```

Some text with `y=2` in it.

```{code-cell} ipython3
import os
y=2
```
"""


@pytest.fixture
def source(tmp_path):
    """A source beside the settings of the project."""
    for name in ("pyproject.toml", "book/ruff.toml", "problem_sets/ruff.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "book" / "src").mkdir()

    def write(name, text=TEXT):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.mark.parametrize("name", ["book/src/01_small.md", "problem_sets/problems_99.md"])
def test_the_line_of_the_source_is_named(source, name, tmp_path):
    found = style.broken(source(name), tmp_path)
    assert found == [
        f"{name}:13:1: I001 Import block is un-sorted or un-formatted",
        f"{name}:13:8: F401 `os` imported but unused",
        f"{name}:14: not as ruff formats it: run make format",
    ]


def test_fixing_touches_nothing_but_the_code(source, tmp_path):
    path = source("book/src/01_small.md")
    style.fix(path)
    assert path.read_text("utf-8") == TEXT.replace("import os\ny=2", "y = 2")
    assert style.broken(path, tmp_path) == []
    style.fix(path)
    assert path.read_text("utf-8") == TEXT.replace("import os\ny=2", "y = 2")


def test_code_that_is_none_is_said_with_its_line(source, tmp_path):
    path = source("book/src/01_small.md", TEXT.replace("y=2\n", "y ==\n"))
    assert any(":14:" in line for line in style.broken(path, tmp_path))


def test_a_line_in_a_chapter_has_80_characters(source, tmp_path):
    path = source("book/src/01_small.md", TEXT.replace("x = 1", f"x = '{90 * 'x'}'"))
    assert "book/src/01_small.md:7:81: E501 Line too long (96 > 80)" in style.broken(path, tmp_path)
