"""Notebooks that run by themselves, anywhere: in plain Markdown, with a cell that gets the package.

The copies of the lab (`tools.copies`) know every number and reference, but are written for
JupyterLab with its extension for MyST. Here boxes become quotations and folds, and equations plain
LaTeX, which Colab, Binder and every editor of notebooks show.
"""

import re
import tomllib
import zipfile
from base64 import urlsafe_b64encode
from copy import deepcopy
from hashlib import sha256
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

import ae_course
from tools import ROOT, addresses, lab

WHEEL = f"ae_course-{ae_course.__version__}-py3-none-any.whl"
GET = """\
# Gets the package of the book. Where it is installed, nothing happens.
from importlib.util import find_spec

if not (find_spec("ae_course") and find_spec("myst_nb")):
{first}    %pip install --quiet "{package}" "{myst_nb}"\
"""
LOOK = f"""\
    from pathlib import Path

    if not Path("{WHEEL}").exists():
        raise FileNotFoundError("{WHEEL} has to be beside this notebook: get it where you got this")
"""
ABOUT = """\
*{title}* is a part of *{book}*{place}. To run it you need its package, `ae_course`; the next cell
gets it {how}. Then run the cells from top to bottom.\
"""
BESIDE = "from the file `{wheel}`, which lies where you found this notebook and has to be beside it"
OPEN = re.compile(
    r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,}|:{3,})\{(?P<kind>[\w:-]+)\}(?P<title>.*)$"
)
OPTION = re.compile(r"^\s*:(?P<name>[\w-]+):\s*(?P<value>.*)$")
CODE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})(?!\{)")
LABEL = re.compile(r"^\(([\w:-]+)\)=$")
LINK = re.compile(r"\[([^][]+)\]\(((?!https?:|#|mailto:)[^)\s]+)\)")


def notebooks(site: Path):
    """Yield name and notebook of each chapter and problem set, in the form that runs by itself."""
    for name, copy in lab.copies(site):
        if name != lab.START:
            yield name, by_itself(copy)


def by_itself(copy: NotebookNode) -> NotebookNode:
    """A copy of the lab as plain Markdown, under the cells that say how to get the package."""
    notebook = deepcopy(copy)
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") != "goes-with"]
    title = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(r"\1", plain(cell.source))  # it has no siblings
    notebook.cells[1:1] = getting(title, addresses.Addresses())
    return notebook


def readdress(path: Path, at: addresses.Addresses) -> None:
    """Let a notebook say where it gets the package from, once that is known."""
    notebook = nbformat.read(path, as_version=4)
    if len(notebook.cells) > 2 and notebook.cells[1].get("id") == "about":
        title = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
        notebook.cells[1:3] = getting(title, at)
        nbformat.write(notebook, path)


def getting(title: str, at: addresses.Addresses) -> list[NotebookNode]:
    """The cells that say what is needed and get it."""
    package = WHEEL
    if at.site:
        package = at.file(f"_static/{WHEEL}")
    elif at.repository:
        package = f"ae_course @ {at.archive}"
    how = BESIDE.format(wheel=WHEEL) if package == WHEEL else "from where the book is published"
    place = f", <{at.site}>" if at.site else ""
    about = ABOUT.format(title=title, book=book(), place=place, how=how)
    first = LOOK if package == WHEEL else ""
    code = GET.format(package=package, myst_nb=pinned("myst-nb"), first=first)
    return [new_markdown_cell(about, id="about"), new_code_cell(code, id="get-the-package")]


def book() -> str:
    """The title of the book."""
    lines = (ROOT / "index.md").read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith("# ")).lstrip("# ")


def pinned(name: str) -> str:
    """A requirement as the environment of the book has it."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    return re.search(rf"^{re.escape(name)}==[\w.]+", text, re.MULTILINE)[0]


def plain(text: str) -> str:
    """MyST as Markdown that every notebook shows."""
    return "\n".join(_plain(text.splitlines()))


def _plain(lines):
    done, at = [], 0
    while at < len(lines):
        line = lines[at]
        if box := OPEN.match(line):
            end = _end(lines, at, box["fence"])
            done += _box(box, lines[at + 1 : end])
        elif code := CODE.match(line):
            end = _end(lines, at, code["fence"])
            done += lines[at : end + 1]
        else:
            end = at
            label = LABEL.match(line)
            done.append(f'<a id="{label[1]}"></a>\n' if label else line)
        at = end + 1
    return done


def _end(lines, start, fence):
    """The line that closes a fence."""
    for at in range(start + 1, len(lines)):
        mark = lines[at].strip()
        if mark.startswith(fence) and set(mark) == {fence[0]}:
            return at
    raise ValueError(f"nothing closes {lines[start].strip()!r}")


def _box(box, lines):
    options, at = {}, 0
    while at < len(lines) and (option := OPTION.match(lines[at])):
        options[option["name"]] = option["value"].strip()
        at += 1
    kind, title, inside = box["kind"], box["title"].strip(), lines[at:]
    if kind == "math":
        return _equation(inside, options.get("enumerator"), box["indent"])
    inside = _plain(inside)
    label = options.get("label") or options.get("name")
    anchor = [f'<a id="{label}"></a>', ""] if label else []
    if kind in ("solution", "dropdown"):
        said = f"Solution of {title}" if kind == "solution" else title
        return ["<details>", f"<summary>{said}</summary>", "", *inside, "", "</details>", ""]
    number = options.get("enumerator", "")
    if kind != "admonition":
        name = f"{kind.rpartition(':')[2].capitalize()} {number}".strip()
        title = f"{name} {title}".strip()
    quoted = [f"> {line}".rstrip() for line in ("", *inside)]
    return [*anchor, f"> **{title}**", *quoted, ""]


def _equation(lines, number, indent):
    """A numbered equation in plain LaTeX."""
    tex = [line.strip() for line in lines if line.strip()]
    if any(r"\\" in line for line in tex) and r"\begin{" not in tex[0]:
        tex = [r"\begin{aligned}", *tex, r"\end{aligned}"]
    tag = [rf"\tag{{{number}}}"] if number else []
    return [f"{indent}{line}" for line in ("$$", *tex, *tag, "$$")]


def write_wheel(folder: Path) -> Path:
    """Write the package as a wheel, always the same bytes, and return its path."""
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in _package()}
    info = f"ae_course-{ae_course.__version__}.dist-info"
    wheel = "Wheel-Version: 1.0\nGenerator: ae_course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files |= {f"{info}/METADATA": _metadata().encode(), f"{info}/WHEEL": wheel.encode()}
    files[f"{info}/licenses/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    rows = [f"{name},sha256={_sum(data)},{len(data)}" for name, data in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    path = folder / WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(entry(name), data)
    return path


def entry(name: str) -> zipfile.ZipInfo:
    """A file in an archive that has the same bytes whenever and wherever it is made."""
    info = zipfile.ZipInfo(name)  # with the date 1980-01-01
    kept = name.endswith((".npz", ".png", ".webp", ".woff2", ".whl"))  # are compressed already
    info.compress_type = zipfile.ZIP_STORED if kept else zipfile.ZIP_DEFLATED
    info.external_attr, info.create_system = 0o644 << 16, 3
    return info


def _package():
    suffixes = {".py", ".npz", ".md"}
    return sorted(p for p in (ROOT / "ae_course").rglob("*") if p.suffix in suffixes)


def _metadata():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {ae_course.__version__}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {need}" for need in project["dependencies"]),
    ]
    return "\n".join([*lines, ""])


def _sum(data):
    return urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
