"""One portal for all tests of the Search doors."""

from collections.abc import Iterator

import pytest
from tests.dialects.explore.support import Cast, cast
from tests.dialects.search.support import publish_cities
from tests.support.house import House, opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """With the dataset `cities`, which everybody may see."""
    with opened(tmp_path_factory.mktemp("search")) as one:
        publish_cities(one)
        yield one


@pytest.fixture(scope="module")
def plain(house: House) -> str:
    """The name of a dataset without places, whose fields are called as what records have besides."""
    made = house.published("recordid,record_timestamp,First name\nmine,soon,x\n", dataset_id="plain")
    return str(made["dataset_id"])


@pytest.fixture(scope="module")
def empty(house: House) -> str:
    """The name of a dataset without any resource."""
    made = house.create(dataset_id="empty")
    assert house.publish(made["uid"])["status"] == "idle"
    return str(made["dataset_id"])


@pytest.fixture(scope="module")
def people(house: House) -> Cast:
    return cast(house)
