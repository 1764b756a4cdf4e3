"""One portal for the tests of a file, with those who ask DKAN's door."""

import pytest
from tests.dialects.dkan.support import Cast, cast
from tests.support.house import House


@pytest.fixture(scope="module")
def people(house: House) -> Cast:
    return cast(house)
