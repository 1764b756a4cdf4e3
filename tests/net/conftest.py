"""The web server that the tests of the client ask."""

from collections.abc import Iterator

import pytest
from tests.net.support import Site, served


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as one:
        yield one
