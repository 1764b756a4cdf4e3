"""Houses: a portal that a whole worker shares, and one for a test alone."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from tests.support.house import House, opened

# The same examples in every run, so that whoever changes a line does not meet a fault of another; and no clock, for
# these machines are noisy. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portal for the tests of one file. One at a time: DBOS keeps one instance a process."""
    with opened(tmp_path_factory.mktemp("house")) as one:
        yield one


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes do not name a test: a gzip file holds the time of its making, and workers have to agree on all names."""
    return argname if isinstance(val, bytes) else None
