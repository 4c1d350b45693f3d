"""The archive of the site is unpacked and read from a disk, search included."""

import zipfile

import pytest

from tools import bundle


@pytest.fixture(scope="module")
def packed(site, tmp_path_factory):
    """The archive, packed twice: where it is, and the bytes of the second."""
    folder = tmp_path_factory.mktemp("taken along")
    again = bundle.pack(site, folder / "again.zip").read_bytes()
    return bundle.pack(site, folder / "autoencoders.zip"), again


def test_the_same_site_gives_the_same_bytes(packed):
    path, again = packed
    assert path.read_bytes() == again
    names = zipfile.ZipFile(path).namelist()
    assert names == sorted(names, key=lambda name: name.split("/"))
    assert not [name for name in names if "/." in name]


def test_a_page_opens_from_a_disk_and_leads_on_and_searches(packed, page, tmp_path):
    with zipfile.ZipFile(packed[0]) as archive:
        archive.extractall(tmp_path / "é 本")
    page.goto((tmp_path / "é 本" / bundle.NAME / "index.html").as_uri())
    page.locator(".chapter-card .card-title a").nth(2).click()
    assert page.locator("article h1").inner_text().startswith("3. Sparse")
    page.locator("a.right-next").click()
    assert page.locator("article h1").inner_text().startswith("4. Training")
    for link in page.locator(".take-along a").all():
        assert link.get_attribute("href").endswith((".ipynb", ".whl"))
    page.goto((tmp_path / "é 本" / bundle.NAME / "search.html").as_uri())
    page.locator(".bd-search-container input").fill("Wiener filter")
    page.locator("#search-results li a").first.click()
    assert "wiener" in page.url.lower() or "07_variants" in page.url
