"""A portal with the dataset `sites`, of every type, and one of which some see less."""

from collections.abc import Iterator

import pytest
from tests.dialects.exports.support import Guarded, guarded, publish_sites
from tests.support.house import House, opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("exports")) as one:
        publish_sites(one)
        yield one


@pytest.fixture(scope="module")
def secret(house: House) -> Guarded:
    return guarded(house)
