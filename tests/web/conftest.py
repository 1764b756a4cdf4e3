"""One portal for all tests of the pages."""

from collections.abc import Iterator

import pytest
from tests.support.house import House, opened
from tests.web.support import metadata

TREES = """name,planted,height,inspected,public,remark,link
Oak,1901-05-06,12.5,2026-01-02T10:30:00Z,true,,https://example.org/oak
Lime,1950-01-01,7,2026-07-02T10:30:05Z,false,"old, and <b>bold</b>",javascript:alert(1)
Plane,,,,,,
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    names = {"title": "Data of <Harbour>", "description": 'All that is "known".'}
    with opened(tmp_path_factory.mktemp("web"), **names) as one:
        yield one


@pytest.fixture(scope="module")
def trees(house: House) -> str:
    """An open dataset's identifier."""
    made = house.published(
        TREES,
        dataset_id="trees",
        metadata=metadata(
            "Street trees",
            description="<p>Every tree.</p><h1>How</h1><p>By <i>walking</i>.</p>",
            publisher="Parks",
            keyword=["green", "R&D"],
            theme=["Environment"],
            license="CC0 1.0",
            language="fr",
            timezone="Europe/Paris",
            modified="2026-02-03T04:05:06Z",
            references="https://example.org/a, https://example.org/b",
        ),
    )
    name: str = made["dataset_id"]
    return name
