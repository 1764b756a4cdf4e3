"""One portal for all tests of the Explore door, with datasets that some may see and some may not."""

from collections.abc import Iterator

import pytest
from tests.dialects.explore.support import FLIGHTS, Cast, cast
from tests.support.house import House, opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("explore")) as one:
        yield one


@pytest.fixture(scope="module")
def flights(house: House) -> str:
    """An open dataset's identifier."""
    metadata = {
        "default": {
            "title": {"value": "Flights"},
            "keyword": {"value": ["air", "travel"]},
            "publisher": {"value": "An airline"},
        },
        "internal": {"draft": {"value": False}},
        "custom": {"colour": {"value": "blue"}},
    }
    made = house.published(FLIGHTS, dataset_id="flights", metadata=metadata)
    name: str = made["dataset_id"]
    return name


@pytest.fixture(scope="module")
def people(house: House) -> Cast:
    return cast(house)
