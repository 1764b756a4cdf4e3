"""One portal for all tests of the Search doors."""

from collections.abc import Iterator

import pytest
from tests.dialects.explore.support import Cast, cast
from tests.dialects.search.support import publish_cities
from tests.support.house import House, opened


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With the dataset `cities`, which everybody may see."""
    with opened(tmp_path_factory.mktemp("search")) as one:
        publish_cities(one)
        yield one


@pytest.fixture(scope="package")
def people(house: House) -> Cast:
    return cast(house)
