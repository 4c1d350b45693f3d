"""What tests of several folders share: the built site."""

import re

import pytest

import tools.website

LONG = re.compile(r"tests/(browser/|test_make|test_archive)")
SHORT = re.compile(r"tests/ae_course/")


def pytest_collection_modifyitems(items):
    """What takes minutes begins and what takes seconds ends, so that no core waits at the end."""
    items.sort(key=lambda item: (not LONG.match(item.nodeid), bool(SHORT.match(item.nodeid))))


@pytest.fixture(scope="session")
def site():
    """The folder of the built site, as new as its sources; `make test` has built it before."""
    return tools.website.up_to_date()
