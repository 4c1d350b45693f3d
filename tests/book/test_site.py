"""The built site: complete, readable by everyone, and it never asks the network for anything."""

import html
import json
import pkgutil
import re
import unicodedata
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from handed_in import SETS
from helpers import TAG, plainer
from leaks import all_leaks

import ae_course
from tools import chapters, equations
from tools.problem_sets import student_notebook, text

ROOT = equations.ROOT
JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
LEFT_OVER = re.compile(r"\$\$|\(eq-[\w-]+\)|\{[\w:]+\}`|^:::|```", re.MULTILINE)
CSS_ADDRESS = re.compile(r"(?:url\(|@import\s+(?!url))\s*[\"']?([^)\"'\s]+)")
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
NAME = re.compile(r"<mi(?: ([^>]*))?>([^<]*)</mi>")
UNREAD = re.compile(r"<(math|pre|script|style)\b.*?</\1>", re.DOTALL)
URL = re.compile(r"https?://([\w.-]+)")
# Hosts that other people's scripts name, in comments and as namespaces of XML, and never ask.
NAMED_ONLY = {
    "clipboardjs.com",
    "developer.mozilla.org",
    "github.com",
    "popper.js.org",
    "pydata-sphinx-theme.readthedocs.io",
    "www.apache.org",
    "www.w3.org",
}
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}
LOADING_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest"}


@pytest.fixture(scope="session")
def pages(site):
    """The pages of the site by their path, without what an older build may have left there."""
    index = (site / "searchindex.js").read_text("utf-8")
    names = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["docnames"]
    paths = [site / f"{name}.html" for name in [*names, "search"]]
    return {path: BeautifulSoup(plainer(path.read_text("utf-8")), "html.parser") for path in paths}


@pytest.fixture(scope="session")
def texts(pages):
    """The pages once more, with code and mathematics taken out."""
    sources = {path: UNREAD.sub("", path.read_text("utf-8")) for path in pages}
    copies = {path: BeautifulSoup(page, "html.parser") for path, page in sources.items()}
    for page in copies.values():
        for tag in page.select("pre, code, .math, script, style"):
            tag.decompose()
    return copies


def resources(page):
    """Yield the address of everything that a browser fetches to show a page."""
    for name, attribute in LOADED.items():
        yield from (tag[attribute] for tag in page(name) if tag.get(attribute))
    for link in page("link", href=True):
        if LOADING_LINKS & set(link["rel"]):
            yield link["href"]


def is_local(address):
    return not urlsplit(address).netloc and urlsplit(address).scheme in ("", "data")


def target(path, address):
    """The file that an address on a page stands for."""
    relative = unquote(urlsplit(address).path)
    return (path.parent / relative).resolve() if relative else path


def content(page):
    """What a page says, without what surrounds it on every page."""
    return page.find("article") or page.find("main")


def none(complaints):
    """Assert that there is nothing to complain of."""
    complaints = list(complaints)
    assert not complaints, "\n".join(complaints)


def test_every_page_of_the_contents_is_there(pages, site):
    wanted = chapters.contents()
    assert {f"book/{name}" for name in chapters.chapters()} < set(wanted)
    assert {site / f"{name}.html" for name in wanted} <= set(pages)


def test_pages_load_nothing_from_elsewhere(pages):
    none(
        f"{path.name} loads {address}"
        for path, page in pages.items()
        for address in resources(page)
        if not is_local(address)
    )


def test_no_solution_and_no_hidden_test_of_a_problem_set_is_in_the_site(site):
    files = [path for path in site.rglob("*") if path.suffix in {".html", ".ipynb", ".js", ".md"}]
    for name in SETS:
        assert sum(name in path.name for path in files) >= 3  # page, source and download
    none(
        f"{path.relative_to(site)} has {line!r} of {name}"
        for path in files
        for name, line in all_leaks(path.read_text("utf-8", errors="replace"))
    )


def test_a_problem_set_can_be_downloaded_from_its_chapter_and_from_the_list_of_all(pages, site):
    for name, problems in SETS.items():
        number = name.removeprefix("problems_")
        chapter = next(path for path in pages if path.name.startswith(f"{number}_"))
        for page in (chapter, site / "book" / "problem_sets.html"):
            links = [link["href"] for link in pages[page].select("a.download[href]")]
            (file,) = (target(page, link) for link in links if link.endswith(f"{name}.ipynb"))
            assert file.read_text("utf-8") == text(student_notebook(problems))


def test_what_pages_load_is_there(pages):
    none(
        f"{path.name} loads {address}, which is missing"
        for path, page in pages.items()
        for address in resources(page)
        if not address.startswith("data:") and not target(path, address).is_file()
    )


def test_scripts_in_pages_name_no_address(pages):
    none(
        f"{path.name} has a script that names {URL.search(script.text)[0]}"
        for path, page in pages.items()
        for script in page("script", src=False)
        if URL.search(script.text)
    )


def test_scripts_and_styles_load_nothing_from_elsewhere(pages, site):
    loaded = {target(path, a) for path, page in pages.items() for a in resources(page)}
    scripts = [path for path in loaded if path.suffix == ".js" and path.parent != site]
    styles = [path for path in loaded if path.suffix == ".css"]
    assert scripts
    assert styles
    none(
        f"{path.name} names {host}"
        for path in scripts
        for host in set(URL.findall(path.read_text("utf-8"))) - NAMED_ONLY
    )
    none(
        f"{path.name} loads {address}"
        for path in styles
        for address in CSS_ADDRESS.findall(path.read_text("utf-8", errors="replace"))
        if not is_local(address)
    )


def test_mathematics_is_set_when_the_site_is_built(pages, site):
    formulas = {path: page.select(".math") for path, page in pages.items()}
    assert len(formulas[site / "book" / "01_overview.html"]) > 100
    none(
        f"{path.name}: {box['data-tex']} is not set"
        for path, boxes in formulas.items()
        for box in boxes
        if box.find("math") is None
    )
    none(f"{path.name}: an error" for path in pages if "<merror" in path.read_text("utf-8"))
    none(
        f"{path.name} loads MathJax" for path, page in pages.items() if "MathJax" in str(page.head)
    )


def test_every_letter_of_a_formula_is_in_the_font_of_the_site(pages, site):
    font = TTFont(site / "_static" / "fonts" / "stix-two-math.woff2")
    assert "MATH" in font
    known = set(map(chr, font.getBestCmap())) | set("\n\u2061\u2062\u2063\u2064\ufe00")
    formulas = [(path, f) for path in pages for f in FORMULA.findall(path.read_text("utf-8"))]
    assert len(formulas) == sum(len(page("math")) for page in pages.values())
    missing = [(path, f, sorted(drawn(f) - known)) for path, f in formulas]
    assert any("𝜇" in drawn(f) for _, f in formulas)
    none(f"{path.name}: {letters} of {f}" for path, f, letters in missing if letters)


def drawn(formula):
    """The letters of a formula as browsers draw them: one that is a name by itself is slanted."""
    names = [html.unescape(n) for kind, n in NAME.findall(formula) if "normal" not in kind]
    return set(html.unescape(TAG.sub("", formula))) | {slanted(n) for n in names if len(n) == 1}


def slanted(letter):
    """The letter of mathematical italics, which MathML takes for a single letter in `mi`."""
    known_as = re.sub("GREEK |LATIN |LETTER |LUNATE ", "", unicodedata.name(letter))
    try:
        return "ℎ" if letter == "h" else unicodedata.lookup(f"MATHEMATICAL ITALIC {known_as}")
    except KeyError:
        return letter


def test_nothing_in_the_head_keeps_a_page_from_being_drawn(pages, site):
    blocking = {
        script["src"].split("?")[0].split("/")[-1]
        for page in pages.values()
        for script in page.head("script", src=True)
        if not script.has_attr("defer")
    }
    assert not blocking
    assert not list(site.rglob("fontawesome.js*"))
    for page in pages.values():
        assert len(page.head("meta", attrs={"name": "viewport"})) == 1


def test_the_font_of_icons_has_those_that_are_used(pages, site):
    font = site / "_static" / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.woff2"
    known = set(TTFont(font).getBestCmap())
    assert font.stat().st_size < 10_000
    css = (site / "_static" / "styles" / "pydata-sphinx-theme.css").read_text("utf-8")
    names = {
        name
        for page in pages.values()
        for icon in page.select("[class*='fa-solid'], .fas")
        for name in icon["class"]
        if name.startswith("fa-") and name not in ("fa-solid", "fa-lg")
    }
    assert len(names) > 10
    for name in names:
        (code,) = re.findall(rf'\.{name}:before[^{{}}]*\{{content:"\\([0-9a-f]+)"', css)
        assert int(code, 16) in known, name


def places(page):
    """What a link to a page can name."""
    return {tag["id"] for tag in page(id=True)} | {tag["name"] for tag in page("a", {"name": True})}


def test_every_link_within_the_site_leads_somewhere(pages):
    anchors = {path: places(page) for path, page in pages.items()}
    for path, page in pages.items():
        for link in page("a", href=True):
            address = link["href"]
            if not is_local(address):
                continue
            file, anchor = target(path, address), unquote(urlsplit(address).fragment)
            assert file.is_file(), f"{path.name} links to {address}, which is missing"
            if anchor and file not in anchors:  # the source of a module
                anchors[file] = places(BeautifulSoup(file.read_text("utf-8"), "html.parser"))
            assert not anchor or anchor in anchors[file], f"{path.name}: nothing is at {address}"


def test_every_image_is_described(pages):
    none(
        f"{path.name}: {image['src']} has no alt text"
        for path, page in pages.items()
        for image in page("img")
        if len(image.get("alt", "")) < 10
        and "logo__image" not in image.get("class", [])  # its name stands beside it
    )


def test_every_link_and_button_has_a_name_besides_its_formulas(pages):
    """What checks accessibility reads no letters of formulas in names."""
    nameless = [
        f"{path.name}: {str(tag)[:120]}"
        for path, page in pages.items()
        for tag in page.select("a[href], button, summary")
        if not (tag.get("aria-label") or tag.get("title") or tag.select("[alt]:not([alt=''])"))
        and not "".join(words for words in tag.strings if not words.find_parent("math")).strip()
    ]
    assert not nameless, "\n".join(nameless)


def test_every_page_names_its_language(pages):
    assert {page.html["lang"] for page in pages.values()} == {"en"}


def test_japanese_is_marked_as_such(pages, texts):
    marked = [tag.text for page in texts.values() for tag in page(lang="ja")]
    assert "自己符号化器" in marked
    none(
        f"{path.name}: {text.strip()} is not marked as Japanese"
        for path, page in texts.items()
        if path.stem != "genindex"  # which Sphinx itself writes
        for text in page.find_all(string=JAPANESE)
        if not text.find_parent(lang="ja")
    )


def test_headings_skip_no_level(pages):
    for path, page in pages.items():
        levels = [int(tag.name[1]) for tag in content(page)(re.compile("^h[1-6]$"))]
        assert levels.count(1) == 1, f"{path.name} has {levels.count(1)} titles"
        assert all(lower - upper <= 1 for upper, lower in pairwise(levels)), (
            f"{path.name}: {levels}"
        )


def test_no_markup_is_left_over(texts):
    none(
        f"{path.name}: {LEFT_OVER.search(text)[0]} in {text.strip()[:80]!r}"
        for path, page in texts.items()
        for text in content(page).find_all(string=LEFT_OVER)
    )


def test_the_ledger_links_every_equation_with_its_function_and_tests(pages, site):
    page = pages[site / "book" / "equations.html"]
    links = {link["href"] for link in content(page)("a", href=True)}
    for equation in equations.equations():
        assert f"{equation.source.stem}.html#equation-{equation.label}" in links
    shown = [block.text.strip() for block in page.select("details pre")]
    for claim in equations.claims():
        assert f"api.html#{claim.by}" in links
        assert equations.code(claim).strip() in shown


def test_every_mark_beside_an_equation_shows_the_code_that_computes_it(pages):
    cards = [card for page in pages.values() for card in page.select(".verified-card")]
    assert len(cards) >= len({claim.label for claim in equations.claims()})
    for card in cards:
        named = [link.text.rpartition(".")[2] for link in card.select("p > a > code")]
        shown = [code.text for code in card("pre")]
        assert len(named) == len(shown) > 0
        for name, code in zip(named, shown, strict=True):
            # A class has an alias in small letters.
            assert re.search(rf"^(def|class) {name}\b|^{name} = ", code, re.M | re.I), code
            assert '"""' not in code.partition("def ")[0], code


def test_the_mark_of_a_value_shows_the_functions_or_the_class_that_it_is_made_of(pages, site):
    page = pages[site / "book" / "06_pretraining.html"]
    codes = [code.text for code in page.select(".verified-card pre")]
    assert any("def _softmax(" in code and "np.exp" in code for code in codes)
    page = pages[site / "book" / "01_overview.html"]
    codes = [code.text for code in page.select(".verified-card pre")]
    assert any("class WeightDecay" in code and "weight_decay = " in code for code in codes)


def test_the_api_reference_has_every_module(pages, site):
    page = pages[site / "book" / "api.html"]
    for module in pkgutil.iter_modules(ae_course.__path__, "ae_course."):
        assert page.find(id=f"module-{module.name}"), f"the API reference lacks {module.name}"
