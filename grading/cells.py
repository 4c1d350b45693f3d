"""Which cell is which answer? Where the names of cells are lost, by what is in them.

A cell is found by nbgrader's metadata; else by its own id, which is the same; else by the function
that it defines, and an answer in words by where it stands. A cell that was turned into text, split,
or put together with others is found too. Whatever was not where it belongs is told to the student.
"""

import ast
import re
from dataclasses import dataclass, replace

from grading.autograde import UNWRITTEN
from grading.notebook import StudentCell, StudentNotebook
from grading.problem_set import ProblemSet

SEAL = "Mistakes.unseal("
POINTS = re.compile(
    r"(?m)(?<=\S)[ \t]*\(\d+ points?\b[^()\n]*\)$"
    r"|^\w+ problems? on chapter \d+, \d+ points in all\.\s*"
)
"""What the notebooks say of points, which the source of a problem set does not."""


def located(problems: ProblemSet, notebook: StudentNotebook) -> StudentNotebook:
    """The notebook with all cells called by their answers, and notes on what was lost."""
    search = _Search(problems, list(notebook.cells))
    search.by_own_ids()
    search.what_was_given()
    search.apart()
    search.by_functions()
    search.as_code()
    search.in_words()
    return replace(notebook, cells=tuple(search.cells), notes=(*notebook.notes, *search.notes))


class _Search:
    """The cells of a notebook, while their answers are looked for."""

    def __init__(self, problems: ProblemSet, cells: list[StudentCell]):
        self.problems, self.cells, self.notes = problems, cells, []
        self.given = {cell.id: cell for cell in problems.cells if cell.id}
        self.titles = {task.name: task.title for task in problems.tasks}
        self.functions = problems.functions

    def by_own_ids(self) -> None:
        """Use the cell's own id where metadata are lost."""
        there = {cell.id for cell in self.cells}
        for n, cell in enumerate(self.cells):
            if not cell.id and cell.name in self.given and cell.name not in there:
                self.cells[n] = replace(cell, id=cell.name)

    def what_was_given(self) -> None:
        """Know the setting and the checks by their text, so that they are nobody's answer."""
        texts = {_plain(cell.visible): cell.id for cell in self.given.values()}
        for n, cell in enumerate(self.cells):
            if not cell.id and cell.kind == "code" and cell.source.strip():
                self.cells[n] = replace(cell, id=texts.get(_plain(cell.source), ""))

    def apart(self) -> None:
        """Take apart a cell that holds several answers, or an answer and what was given."""
        found = []
        for cell in self.cells:
            tasks = {self.functions[name] for name in _defined(cell, self.functions)}
            if cell.kind == "code" and (len(tasks) > 1 or (tasks and SEAL in cell.source)):
                found += self._pieces(cell)
            else:
                found.append(cell)
        self.cells = found

    def by_functions(self) -> None:
        """A cell that defines the function of an answer is that answer's."""
        there = {cell.id for cell in self.cells}
        for task in self.problems.tasks:
            if task.name in there or task.written:
                continue
            for kind in ("code", "markdown"):
                places = [n for n in self._own(kind) if task.name in self._tasks(self.cells[n])]
                for n in places:
                    self.cells[n] = replace(self.cells[n], id=task.name)
                if places:
                    break

    def as_code(self) -> None:
        """An answer in code that was turned into text is read as code, if there is no other."""
        coded = {t for c in self.cells if c.kind == "code" for t in self._tasks(c)}
        for n, cell in enumerate(self.cells):
            role = self.given[cell.id].role if cell.id in self.given else ""
            if role == "answer" and cell.kind != "code" and cell.id not in coded:
                source = re.sub(r"(?m)^\s*(?:```|~~~).*$", "", cell.source)
                self.cells[n] = replace(cell, kind="code", source=source)
                self._note(cell.id, "its cell is text and not code; it was read as code")

    def in_words(self) -> None:
        """An answer in words is also what was written beside its cell."""
        for task in self.problems.tasks:
            if task.written:
                self._words(task)

    def _words(self, task):
        own = [n for n, cell in enumerate(self.cells) if cell.id == task.name]
        full = [n for n in own if _says_something(self.cells[n].source)]
        first, last = self._between(task.name)
        places = range(first, last) if own else self._own("markdown") + list(range(first, last))
        beside = {n: self._said(self.cells[n], not full) for n in sorted(set(places))}
        beside = {n: text for n, text in beside.items() if text and n not in own}
        if not beside:
            return
        for n, text in beside.items():
            self.cells[n] = replace(self.cells[n], kind="markdown", id=task.name, source=text)
        for n in set(own) - set(full):
            self.cells[n] = replace(self.cells[n], id="", source="")
        if not full:
            self._note(task.name, "the answer was found outside its cell")

    def _said(self, cell, alone):
        """What a student says in words in a cell; in code only if nothing is said elsewhere."""
        if cell.id:
            return ""
        if cell.kind != "code":
            return self._added(cell.source)
        return cell.source if alone and _is_prose(cell.source) else ""

    def _added(self, text):
        """What a text has that was not given to the student."""
        text = POINTS.sub("", text)
        for cell in sorted(self.problems.having("text"), key=lambda c: -len(c.source)):
            text = text.replace(cell.source.strip(), "\n\n")
            if _plain_text(text) == _plain_text(cell.source):
                return ""
        text = re.sub(r"\n{3,}", "\n\n", text.replace(UNWRITTEN, "")).strip()
        return text if _says_something(text) else ""

    def _between(self, task):
        """The cells after all that comes before an answer, and before all that comes after it."""
        place = next(n for n, cell in enumerate(self.problems.cells) if cell.id == task)
        order = {self._anchor(cell): n for n, cell in enumerate(self.problems.cells)}
        first, last = 0, len(self.cells)
        for n, cell in enumerate(self.cells):
            where = order.get(self._anchor(cell))
            if where is not None and where < place:
                first = n if cell.kind != "code" and not cell.id else n + 1
        for n in range(len(self.cells) - 1, first, -1):
            where = order.get(self._anchor(self.cells[n]))
            if where is not None and where > place:
                last = n
        return first, last

    def _anchor(self, cell):
        """By which a cell is found among those that were given: its id, or its first line."""
        return cell.id or _plain_text(POINTS.sub("", cell.source).strip().split("\n")[0]) or None

    def _own(self, kind):
        return [n for n, cell in enumerate(self.cells) if not cell.id and cell.kind == kind]

    def _tasks(self, cell):
        return {self.functions[name] for name in _defined(cell, self.functions)}

    def _pieces(self, cell):
        """A cell of several answers as several cells, in order; what was given is left out."""
        given = {
            text for c in self.problems.having("setting", "check") for text in _texts(c.visible)
        }
        found = []
        for piece in _statements(cell.source):
            if _plain(piece.text) in given or SEAL in piece.text:
                continue
            task = self.functions.get(piece.function, "")
            if found and found[-1].id == task:
                found[-1] = replace(found[-1], source=f"{found[-1].source}\n{piece.text}")
            else:
                found.append(StudentCell("code", task, piece.text))
        return found or [cell]

    def _note(self, task, what):
        self.notes.append(f"{self.titles[task]}: {what}")


@dataclass(frozen=True)
class _Piece:
    text: str
    function: str


def _statements(source):
    """The statements of a cell with the lines that they fill; none if they are no Python."""
    tree, lines = _parsed(source)
    found, end = [], 0
    for node in tree.body if tree else []:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if first <= end:  # several on one line
            last = found.pop()
            first = last[0]
        found.append((first, node.end_lineno, getattr(node, "name", "")))
        end = node.end_lineno
    return [_Piece("\n".join(lines[first - 1 : last]), name) for first, last, name in found]


def _parsed(source):
    """A cell as Python, with its lines, once what only IPython understands is translated."""
    from IPython.core.inputtransformer2 import TransformerManager

    for text in (source, TransformerManager().transform_cell(source)):
        try:
            return ast.parse(text), text.split("\n")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None, []


def _defined(cell, names):
    """The functions of a problem set that a cell defines, whether or not it is valid Python."""
    defined = re.findall(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)", cell.source, re.MULTILINE)
    return [name for name in dict.fromkeys(defined) if name in names]


def _texts(source):
    return {_plain(piece.text) for piece in _statements(source)}


def _plain(code):
    """Code without space and comments, by which two copies of it are the same."""
    return re.sub(r"\s+", "", re.sub(r"(?m)^\s*#.*$", "", code))


def _plain_text(text):
    return " ".join(text.split())


def _says_something(text):
    return bool(text.strip()) and text.strip() != UNWRITTEN


def _is_prose(source):
    """Whether a cell of code has only comments, texts, or what is no code."""
    tree, _ = _parsed(source)
    nodes = tree.body if tree else []
    words = len(re.findall(r"\w+", source))
    texts = all(isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant) for n in nodes)
    return words > 3 and texts
