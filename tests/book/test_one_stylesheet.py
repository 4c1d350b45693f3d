"""The one style sheet of the site: what no page can need is gone, and nothing else."""

import gzip
import re
from pathlib import Path

import pytest
from extensions import extension

from tools import ROOT


@pytest.fixture(scope="module")
def united():
    """The extension of the book."""
    return extension("one_stylesheet")


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".here { a: b }", ".here{ a: b }\n"),
        (".gone { a: b }", ""),
        (".gone, p .here { a: b }", "p .here{ a: b }\n"),
        (".here.gone { a: b }", ""),
        ("p:not(.gone) { a: b }", "p:not(.gone){ a: b }\n"),
        (":is(.gone, .here) a, .gone b { a: b }", ":is(.gone, .here) a{ a: b }\n"),
        ('[class*="x, .gone"] { a: b }', '[class*="x, .gone"]{ a: b }\n'),
        (".go\\:ne { a: b }", ".go\\:ne{ a: b }\n"),
        ("/* } .gone { */ p { a: b }", "p{ a: b }\n"),
        ('p::before { content: "} /* .gone {" }', 'p::before{ content: "} /* .gone {" }\n'),
        ("@media print { .gone { a: b } }", ""),
        ("@media print { .gone { a: b } .here { c: d } }", "@media print{.here{ c: d }\n}\n"),
        ("@font-face { src: x } @charset 'u'; p { a: b }", None),
        (".here { a: b; .gone { c: d } }", ".here{ a: b; .gone { c: d } }\n"),
    ],
)
def test_a_rule_goes_that_asks_for_a_class_that_is_nowhere(united, css, kept):
    found = united.used(css, {"here"})
    if kept is None:
        assert re.sub(r"\s", "", found) == re.sub(r"\s", "", css)
    else:
        assert found == kept


@pytest.mark.parametrize(("name", "said"), [("card-1", "card-"), ("play-card-1", "play-")])
def test_a_class_whose_name_a_script_puts_together_is_kept(united, name, said):
    assert united.used(f".{name} {{ a: b }}", {said}) == f".{name}{{ a: b }}\n"
    assert united.used(f".{name} {{ a: b }}", {said[1:], "card", name + "-"}) == ""


def test_no_rule_of_our_own_is_for_nothing(united, site):
    pages = [path.read_text("utf-8") for path in site.rglob("*.html")]
    words = united.vocabulary(site, pages)
    for path in (ROOT / "book" / "_static").rglob("*.css"):
        css = path.read_text("utf-8")
        assert united.used(css, words) == united.used(css, set(united.WANTED.findall(css))), path


def test_addresses_lead_from_the_new_place_to_the_same_files(united, tmp_path):
    styles = tmp_path / "_static" / "styles"
    styles.mkdir(parents=True)
    (tmp_path / "_static" / "basic.css").write_text("a { b: url(file.png) }", "utf-8")
    sheet = styles / "theme.css"
    sheet.write_text(
        '@import "../basic.css";c { d: url("../f/g.woff2"), url(data:x), url("#e") }', "utf-8"
    )
    wanted = 'a { b: url("file.png") }c { d: url("f/g.woff2"), url(data:x), url("#e") }'
    assert united.whole(sheet, tmp_path) == wanted


def test_every_page_loads_this_sheet_alone_and_it_is_light(site):
    (sheet,) = (site / "_static").glob("site-*.css")
    for path in site.rglob("*.html"):
        links = re.findall(r'<link[^>]*rel="stylesheet"[^>]*>', path.read_text("utf-8"))
        if links and "{{" not in links[0]:
            (link,) = links
            href = re.search(r'href="([^"]+)"', link)[1]
            assert (path.parent / href).resolve() == sheet.resolve(), path
    assert len(gzip.compress(sheet.read_bytes())) < 40_000


def test_what_the_sheet_loads_is_there(site):
    (sheet,) = (site / "_static").glob("site-*.css")
    files = re.findall(r"""url\(["']?(?!data:|#)([^"')?#]+)""", sheet.read_text("utf-8"))
    assert {Path(name).suffix for name in files} >= {".woff2"}
    wanted = [name for name in files if not name.endswith(".ttf") and "fa-" not in name]
    assert not [name for name in wanted if not (sheet.parent / name).exists()]
