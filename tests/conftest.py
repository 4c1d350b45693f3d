"""What tests of several folders share: the built site."""

import re

import pytest

import tools.website

LONG = re.compile(r"tests/(browser/|test_make|test_archive)")


def pytest_collection_modifyitems(items):
    """What takes minutes begins, so that no core waits at the end for one that began it late."""
    items.sort(key=lambda item: not LONG.match(item.nodeid))


@pytest.fixture(scope="session")
def site():
    """The folder of the built site, as new as its sources; `make test` has built it before."""
    return tools.website.up_to_date()
