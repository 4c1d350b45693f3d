"""An answer in words is shown as it is meant, and nothing in it becomes HTML of its own."""

import pytest
from bs4 import BeautifulSoup

from grading.prose import LONGEST, formula, rendered

PNG = "data:image/png;base64,iVBORw0KGgo="


def shown(text, **pictures):
    return BeautifulSoup(rendered(text, pictures), "html.parser")


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\hat x = \sum_i W_{ij} y_i", "x^=∑iWijyi"),
        (r"\frac{\partial E}{\partial W}", "∂E∂W"),
        (r"a < b & c", None),
        (r"\arg\min_w E", "argminwE"),
        (r"\mathbb{E}[X]", "𝔼[X]"),
        (r"\begin{align*} a&=b\\ c&=d\end{align*}", "a=bc=d"),
        (r"\text{if } a < b", "if\xa0a<b"),
    ],
)
def test_formulas_become_mathml_or_stay_as_they_were_written(latex, words):
    html = BeautifulSoup(formula(latex), "html.parser")
    if words is None:
        assert html.code.text == latex
    else:
        assert html.math.text == words
        assert html.math["alttext"]


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\text{<script>alert(1)</script>}",
        r"\style{background:url(http://a.example/)}{x}",
        r"\class{note}{x}",
        r"\frac{",
        r"\unknown x",
        "{" * 5000,
        r"\sqrt{" * 300,
        "x" * 10_000,
        "",
    ],
)
def test_no_formula_brings_anything_but_mathematics(latex):
    html = BeautifulSoup(formula(latex), "html.parser")
    assert not html.find_all(["script", "a", "img", "b", "style"])
    for element in html.find_all(True):
        assert not {"href", "style", "class", "id", "onclick", "src"} & element.attrs.keys()


def test_markdown_is_read():
    text = "# Why\n\nSince $x_1 > 0$, **no**.\n\n$$\nE = 0\n$$\n\n- a\n- b\n\n|a|b|\n|-|-|\n|1|2|\n"
    html = shown(text)
    assert html.strong.text == "Why"
    assert [math["display"] for math in html.find_all("math")] == ["inline", "block"]
    assert len(html.find_all("li")) == 2
    assert html.table
    assert not html.find_all(["h1", "h2"])


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "![a](http://a.example/x.png)",
        "![a](data:image/svg+xml;base64,PHN2Zz4=)",
        "![a](attachment:none.png)",
        '![" onerror="alert(1)](attachment:x.png)',
        "`<b>` and <b>bold</b>",
    ],
)
def test_nothing_of_its_own_and_nothing_from_elsewhere(text):
    html = shown(text, **{"x.png": PNG})
    assert not html.find_all(["script", "b"])
    for element in html.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")]
        assert not str(element.get("href", "")).startswith("javascript")
    assert [image["src"] for image in html.find_all("img")] in ([], [PNG])


def test_pasted_pictures_are_shown():
    assert shown("see ![the loss](attachment:x.png)", **{"x.png": PNG}).img["alt"] == "the loss"
    assert shown(f"![]({PNG})").img["src"] == PNG
    assert "not in the notebook: the loss" in shown("![the loss](attachment:y.png)").text


@pytest.mark.parametrize("text", ["> " * 5000 + "a", "*" * 20_000, "[" * 15_000, "x" * LONGEST * 2])
def test_what_is_made_to_be_slow_or_deep_is_shown_somehow(text):
    assert rendered(text)
