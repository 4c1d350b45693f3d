"""Where the cells of a notebook begin in the source that people edit."""

from collections.abc import Iterable

from nbformat import NotebookNode


def offsets(text: str, cells: Iterable[NotebookNode]) -> list[int]:
    """At which character of a MyST source each of its cells begins, in order."""
    found, place = [], 0
    for cell in cells:
        place = max(place, text.find(cell.source, place))
        found.append(place)
        place += len(cell.source)
    return found


def lines(text: str, cells: Iterable[NotebookNode]) -> list[int]:
    """In which line of a MyST source each of its cells begins, counted from 1."""
    return [1 + text.count("\n", 0, place) for place in offsets(text, cells)]
