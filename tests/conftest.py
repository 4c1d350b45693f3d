"""What tests of several folders share: the built site."""

import pytest

import tools.site


@pytest.fixture(scope="session")
def site():
    """The folder of the built site, as new as its sources; `make test` has built it before."""
    return tools.site.up_to_date()
