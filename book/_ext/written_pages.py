"""Pages are changed after they are written: what themes and extensions offer no setting for."""

from collections.abc import Callable
from pathlib import Path


def rewrite(app, change: Callable[[str], str]) -> None:
    """Replace the text of every page of the site by what `change` makes of it."""
    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        changed = change(page)
        if changed != page:
            path.write_text(changed, encoding="utf-8")
