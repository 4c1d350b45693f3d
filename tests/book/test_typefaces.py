"""The typefaces of the site have every letter that its pages show, and their licences."""

import os

import pytest
from fontTools.ttLib import TTFont

from tools import typefaces

RUN = "run make fonts"


@pytest.fixture(scope="module")
def used(site):
    """The letters of the site."""
    return typefaces.used(site)


def letters(*names):
    return {
        chr(code)
        for face in typefaces.TYPEFACES
        if face.name in names
        for code in TTFont(face.path).getBestCmap()
    }


@pytest.mark.parametrize(
    "names",
    [
        *[(f"serif-{style}", "japanese-regular") for style in ("regular", "italic", "bold")],
        *[(f"sans-{style}", "japanese-regular") for style in ("regular", "italic", "bold")],
        ("code-regular", "japanese-regular"),
    ],
    ids=lambda names: names[0],
)
def test_every_letter_of_the_site_is_in_its_typefaces(used, names):
    missing = sorted(used - letters(*names))
    assert not missing, f"{missing} are not in {' and '.join(names)}: {RUN}"


def test_a_letter_counts_wherever_a_page_shows_it():
    page = '<p title="ü">é<math>∮</math></p><img alt="ß"><script>"ж"</script><i> \n</i>'
    assert typefaces.shown(page) == set("üéß ")


def test_a_typeface_is_cut_down_and_renamed_to_the_same_bytes_each_time(tmp_path, monkeypatch):
    (face,) = (face for face in typefaces.TYPEFACES if face.name == "japanese-regular")
    original = tmp_path / "original.woff2"
    original.write_bytes(face.path.read_bytes())
    monkeypatch.setattr(typefaces, "FONTS", tmp_path)
    made = []
    for _ in "12":
        typefaces.make(face, original, {"層", "é"})
        made.append(face.path.read_bytes())
    assert made[0] == made[1]
    have = set(map(chr, TTFont(face.path).getBestCmap()))
    assert {"層", "あ", "、"} <= have
    assert not have & {"é", "符"}  # the one is of the Latin typefaces, the other was not wanted


def test_the_typeface_of_formulas_is_that_of_the_recipe(tmp_path, monkeypatch):
    ours = typefaces.FORMULAS.path
    have = set(TTFont(ours).getBestCmap())
    assert {*map(ord, "xλ𝑥𝜇𝜕ℝ√∑")} <= have
    monkeypatch.setattr(typefaces, "FONTS", tmp_path)
    typefaces.make_mathematics(ours)
    again = TTFont(typefaces.FORMULAS.path)
    assert set(again.getBestCmap()) == have
    assert again["MATH"].table.MathConstants.AxisHeight.Value > 0


def test_without_npm_one_line_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="npm, which gets the originals, is not installed"):
        typefaces.main()


def test_a_package_that_npm_cannot_get_is_named(monkeypatch, tmp_path, capfd):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no such host >&2\nexit 7\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(SystemExit, match=r"npm could not get noto@1 \(7\)"):
        typefaces.fetched("noto@1", tmp_path)
    out, err = capfd.readouterr()
    assert (out, err) == ("Getting noto@1 with npm ...\n", "no such host\n")


def test_changed_fonts_do_not_bear_the_names_that_their_makers_reserve():
    for face in typefaces.TYPEFACES:
        font = TTFont(face.path)
        names = {number: font["name"].getDebugName(number) for number in (0, 1, 2, 4, 6, 13)}
        assert names[1] == face.family
        assert "Open Font License" in names[13], face.name
        assert not [n for n in (1, 2, 4, 6) if "Source" in (names[n] or "")], names
        package = face.package.partition("/")[2].partition("@")[0]
        licence = (typefaces.FONTS / f"LICENSE-{package}").read_text("utf-8")
        assert "SIL OPEN FONT LICENSE Version 1.1" in licence
        assert "adobe" in names[0].lower()
        assert "adobe" in licence.lower()


def test_pages_ask_for_what_there_is_and_all_of_it_is_light(site):
    style = (site / "_static" / "typefaces.css").read_text("utf-8")
    for face in typefaces.TYPEFACES:
        assert f'font-family: "{face.family}"' in style
        assert f'url("fonts/{face.path.name}")' in style
    assert sum(face.path.stat().st_size for face in typefaces.TYPEFACES) < 300_000
