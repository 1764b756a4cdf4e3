from collections.abc import Iterator

import pytest
from tests.language.support import PORTALS, Portal


@pytest.fixture(params=list(PORTALS), scope="module")
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One way to keep rows and index; a test that takes it is run on each."""
    with PORTALS[request.param](tmp_path_factory.mktemp("language")) as opened:
        yield opened
