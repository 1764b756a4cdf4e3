from collections.abc import Iterator

import pytest
from tests.engine.support import SETUPS
from tests.language.support import Portal, opened


@pytest.fixture(params=list(SETUPS), scope="module")
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One engine with its index; a test that takes it is run on each."""
    with opened(SETUPS[request.param], tmp_path_factory.mktemp("language")) as one:
        yield one
