"""What a reader need not read of a chapter's code is folded to one line that says what it holds.

A cell which only imports, only asserts or only glues numbers into the text folds itself, and so
does one that draws a figure: what remains visible is what the chapter is about. In the head of a
cell ``course: {fold: "words"}`` folds any other, and ``course: {fold: false}`` leaves one open.
"""

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

HIDDEN, CLAIMS, SPOILERS = "hide-input", "claims", "spoilers"  # tags of cells
CALLS = {"glue": "values"}
CHECKING = "np.testing.assert"
IMPORTS, VALUES, PICTURE = "Imports", "Numbers for the text", "How this picture is drawn"
MIXED = {
    "imports": "imports",
    "checks": "asserts",
    "values": "glues numbers",
}


def fold(cell: NotebookNode) -> None:
    """Give a cell the tag and the words with which it is folded, if it is one to be folded."""
    words = words_for(cell)
    if not words:
        return
    tags = {HIDDEN, *cell.metadata.get("tags", [])}
    tags |= {CLAIMS} if words.endswith(" checked") else set()
    tags |= {SPOILERS} if SPOILERS in words else set()
    cell.metadata["tags"] = sorted(tags)
    prompts = {"code_prompt_show": words, "code_prompt_hide": words}
    cell.metadata["mystnb"] = {**cell.metadata.get("mystnb", {}), **prompts}


def words_for(cell: NotebookNode) -> str:
    """What the folded line of a cell says; nothing, if the cell stays open.

    Raises
    ------
    ValueError
        What the head of the cell asks for is neither words nor false.
    """
    asked = cell.metadata.get("course", {}).get("fold")
    if asked is not None:
        if asked is False or (isinstance(asked, str) and asked.strip()):
            return asked or ""
        raise ValueError(f"course: fold is {asked!r}, wanted words for the folded line, or false")
    if "figure" in cell.metadata.get("mystnb", {}):
        return PICTURE
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return ""
    found = {kind_of(statement) for statement in body}
    if found == {"imports"}:
        return IMPORTS
    if "checks" in found and found <= {"checks", "names"}:
        count = sum(map(claims, body))
        return f"{count} claim checked" if count == 1 else f"{count} claims checked"
    if "values" in found and found <= {"values", "names"}:
        return VALUES
    return ""


def kind_of(statement: ast.stmt) -> str:
    """What a statement does: "imports", "checks", "values" (glues), "names" (assigns), "works"."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return "imports"
        case ast.Assert():
            return "checks"
        case ast.Assign() | ast.AnnAssign():
            return "names"
        case ast.Expr(value=ast.Call(func=function)):
            called = ast.unparse(function)
            checking = called.startswith(CHECKING) or called.endswith(".ensure")
            return "checks" if checking else CALLS.get(called, "works")
        case ast.For(body=body) | ast.With(body=body):
            inside = {kind_of(part) for part in body} - {"names"}
            return inside.pop() if inside in ({"checks"}, {"values"}) else "works"
        case _:
            return "works"


def claims(statement: ast.stmt) -> int:
    """How many claims a statement checks, each counted once however often a loop repeats it."""
    if isinstance(statement, ast.For | ast.With):
        return sum(map(claims, statement.body))
    return int(kind_of(statement) == "checks")


def unfolded(cell: NotebookNode) -> Iterator[tuple[str, int]]:
    """What an open cell does that ought to be folded, and how many lines down in it."""
    if HIDDEN in cell.metadata.get("tags", []):
        return
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return
    for statement in body:
        if words := MIXED.get(kind_of(statement)):
            yield words, statement.lineno - 1
