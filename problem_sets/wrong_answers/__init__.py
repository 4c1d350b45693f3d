"""Wrong answers to the problem sets, as students write them, with what the checks must say.

Each problem set has a module of its name with a dictionary `WRONG`, which has, for every function
that students write, at least three pairs: words of the message that names the mistake, and a body.
It may have `SHORTCUTS` too, bodies by function: what a check does to know the right result, handed
in as an answer.
"""

from importlib import import_module
from pathlib import Path

MODULES = {
    path.stem: import_module(f"{__name__}.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("problems_*.py"))
}
WRONG_ANSWERS = {name: module.WRONG for name, module in MODULES.items()}
SHORTCUTS = {name: getattr(module, "SHORTCUTS", {}) for name, module in MODULES.items()}
