"""Packs the site into one archive, to be read from a disk: unpack it and open index.html.

    python -m tools.bundle

Pages, search, notebooks and the package are inside. The same site gives the same bytes.
"""

import sys
import zipfile
from functools import partial
from pathlib import Path

from ae_course.files import atomic_write
from tools import ROOT, website
from tools.standalone import entry

NAME = "autoencoders"


def main() -> None:
    """Build the site if need be, pack it, and say where the archive is."""
    try:
        site = website.up_to_date(say=partial(print, flush=True))
        path = pack(site, ROOT / "_build" / f"{NAME}.zip")
    except (website.SiteError, OSError) as error:
        sys.exit(f"Cannot pack the site: {error}")
    print(f"{path} ({path.stat().st_size / 1e6:.0f} MB): unpack it and open {NAME}/index.html")


def pack(site: Path, path: Path) -> Path:
    """Write every file of a site into an archive, in order and with no date."""
    files = [file for file in sorted(site.rglob("*")) if file.is_file()]
    with atomic_write(path) as raw, zipfile.ZipFile(raw, "w") as archive:
        for file in files:
            name = file.relative_to(site).as_posix()
            if not file.name.startswith("."):  # what servers and this project keep for themselves
                archive.writestr(entry(f"{NAME}/{name}"), file.read_bytes())
    return path


if __name__ == "__main__":
    main()
