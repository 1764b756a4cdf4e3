"""Houses: a portal that a whole worker shares, and one for a test alone."""

from collections.abc import Iterator

import pytest
from tests.support.house import House, opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portal for the tests of one file. One at a time: DBOS keeps one instance a process."""
    with opened(tmp_path_factory.mktemp("house")) as one:
        yield one


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes do not name a test: a gzip file holds the time of its making, and workers have to agree on all names."""
    return argname if isinstance(val, bytes) else None
