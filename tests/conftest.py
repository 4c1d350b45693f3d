"""What tests of several folders share: the built site."""

import pytest

import tools.website


@pytest.fixture(scope="session")
def site():
    """The folder of the built site, as new as its sources; `make test` has built it before."""
    return tools.website.up_to_date()
