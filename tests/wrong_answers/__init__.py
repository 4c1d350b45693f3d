"""Wrong answers to the problem sets, as students write them, with what the checks must say.

Each problem set has a module of its name with a dictionary `WRONG`, which has, for every function
that students write, at least three pairs: words of the message that names the mistake, and a body.
"""

from importlib import import_module
from pathlib import Path

WRONG_ANSWERS = {
    path.stem: import_module(f"wrong_answers.{path.stem}").WRONG
    for path in sorted(Path(__file__).parent.glob("problems_*.py"))
}
