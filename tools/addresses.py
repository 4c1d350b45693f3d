"""Where others find the book: the one setting from which every address outside the site follows.

It stands in `_config.yml` under `published`. For `tools.publish`, `BOOK_SITE`, `BOOK_REPOSITORY`
and `BOOK_BRANCH` in the environment go before it, so that a copy of the repository publishes itself
under an address of its own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import yaml

from tools import ROOT

NOTEBOOKS = "notebooks"  # the branch that has the notebooks which run by themselves
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)")


class AddressError(ValueError):
    """An address is not what the setting wants, which the message says."""


@dataclass(frozen=True)
class Addresses:
    """The address of the site, which ends in a slash, and that of the repository; or neither."""

    site: str = ""
    repository: str = ""
    branch: str = "main"

    def __post_init__(self):
        parts = urlsplit(self.site)
        if self.site and not (parts.scheme in ("http", "https") and parts.netloc):
            raise AddressError(
                f"the site's address is {self.site!r}; wanted: https://someone.github.io/book/"
            )
        if parts.query or parts.fragment:
            raise AddressError(f"the site's address {self.site!r} has more than a path")
        if self.repository and not GITHUB.fullmatch(self.repository):
            raise AddressError(
                f"the repository's address is {self.repository!r}; "
                "wanted: https://github.com/someone/book"
            )

    @property
    def path(self) -> str:
        """The path of the site on its server, with a slash at both ends."""
        return urlsplit(self.site).path or "/"

    def page(self, name: str) -> str:
        """The address of a page or a file of the site."""
        return self.site + quote("" if name == "index" else f"{name}.html")

    def file(self, name: str) -> str:
        """The address of any file of the site."""
        return self.site + quote(name)

    def edit(self, source: str) -> str:
        """Where a source can be edited, by its path in the repository."""
        return f"{self.repository}/edit/{self.branch}/{quote(source)}"

    def report(self, title: str) -> str:
        """Where a mistake on a page can be reported."""
        return f"{self.repository}/issues/new?title={quote(f'On the page “{title}”: ')}"

    @property
    def archive(self) -> str:
        """The source of all, as an archive."""
        return f"{self.repository}/archive/refs/heads/{self.branch}.zip"

    def colab(self, name: str) -> str:
        """Where a notebook that runs by itself opens in Colab."""
        owner = GITHUB.fullmatch(self.repository)[1]
        place = f"{owner}/blob/{NOTEBOOKS}/{quote(name)}"
        return f"https://colab.research.google.com/github/{place}"

    def binder(self, name: str) -> str:
        """Where a notebook that runs by itself opens on Binder."""
        owner = GITHUB.fullmatch(self.repository)[1]
        return f"https://mybinder.org/v2/gh/{owner}/{NOTEBOOKS}?urlpath=lab/tree/{quote(name)}"


def setting(root: Path = ROOT) -> dict:
    """What `_config.yml` says under `published`."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    return config["sphinx"]["config"]["published"]


def configured(root: Path = ROOT, environment: Mapping[str, str] | None = None) -> Addresses:
    """The addresses that the setting names, or the environment, where one is given.

    Raises
    ------
    AddressError
        One of them is no address of its kind.
    """
    own = setting(root)
    site, repository, branch = (
        (environment or {}).get(f"BOOK_{name.upper()}") or own[name] or ""
        for name in ("site", "repository", "branch")
    )
    site = site.strip().rstrip("/")
    return Addresses(
        f"{site}/" if site else "", repository.strip().rstrip("/").removesuffix(".git"), branch
    )
