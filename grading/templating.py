"""Pages are made from templates, which escape whatever they are given."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grading.tables import legible

_NUMBER = re.compile(r"-?\d+(\.\d+)?|–")


def page(template: str, **values) -> str:
    """A page from a template of this name in ``templates/``."""
    return legible(_environment().get_template(f"{template}.html.jinja").render(values))


def counted(number: float, noun: str) -> str:
    """A number with its noun: 1 student, 2 students."""
    return f"{number:g} {noun if number == 1 else noun + 's'}"


def several(names: list[str]) -> str:
    """The first three of some names, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def lines(value) -> Markup:
    """Text with its line breaks."""
    return Markup("<br>").join(escape(line) for line in str(value).split("\n"))


@cache
def _environment():
    folder = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(
        loader=folder,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.tests["numeric"] = lambda cell: bool(_NUMBER.fullmatch(str(cell)))
    made.filters |= {"counted": counted, "lines": lines}
    return made
