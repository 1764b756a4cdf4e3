"""How large pages may be is a setting (explore 3)."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.dialects.explore.support import error, get
from tests.support.house import House, opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portal of short pages, without a dataset."""
    folder = tmp_path_factory.mktemp("caps")
    with opened(folder, max_page_rows=5, max_page_reach=8, max_page_groups=3) as one:
        yield one


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param(
            {"limit": 6}, "limit API parameter: 6 was found but -1 <= limit <= 5", id="explore-3-limit"
        ),
        pytest.param(
            {"limit": 5, "offset": 4},
            "sum of offset + limit API parameter: 9 was found but <= 8",
            id="explore-3-offset",
        ),
        pytest.param(
            {"limit": 4, "group_by": "publisher"},
            "limit API parameter: 4 was found but -1 <= limit <= 3",
            id="explore-3-limit-of-groups",
        ),
    ],
)
def test_a_portal_sets_its_own_bounds(house: House, params: Any, expected: str) -> None:
    status, code, message = error(get(house, **params))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert message == f"Invalid value for {expected} is expected."


@pytest.mark.parametrize("params", [{}, {"limit": 5, "offset": 3}, {"group_by": "publisher"}])
def test_what_is_not_told_is_within_them(house: House, params: Any) -> None:
    assert get(house, include_links="true", **params).status_code == 200
