"""A portal that the tests of one file share: datasets have names of their own."""

from collections.abc import Iterator

import pytest
from tests.core.support import opened

from colonnade.core.work import Portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal")) as one:
        yield one
