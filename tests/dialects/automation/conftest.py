"""One portal for all tests of the Automation door, with small limits so that they can be reached."""

from collections.abc import Iterator

import pytest
from tests.dialects.automation.support import MAX_UPLOAD
from tests.support.house import House, opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("automation")
    bounds = {"max_upload_bytes": MAX_UPLOAD, "max_fields": 20, "max_cell_bytes": 1000}
    with opened(folder, allow_private_fetch=True, **bounds) as one:
        yield one
