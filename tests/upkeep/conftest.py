"""A furnished portal, closed, and a copy of it for each test to damage."""

from pathlib import Path

import pytest
from tests.support.house import opened
from tests.upkeep.support import Furnished, furnish


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    data = tmp_path_factory.mktemp("furnished") / "data"
    with opened(data) as house:
        return furnish(house, data)


@pytest.fixture
def mine(furnished: Furnished, tmp_path: Path) -> Furnished:
    return furnished.copied(tmp_path / "data")
