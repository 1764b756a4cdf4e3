"""What a file of JSON lines says is what a page says."""

from collections.abc import Mapping

import pytest
from tests.language.support import Portal, query_of


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"select": "id, json_format(sent) as j, sent"}, id="explore-10.3-json_format"),
        pytest.param({"select": "json_format(sent, null) as j"}, id="explore-10.3-json_format-null"),
        pytest.param(
            {"select": "json_format(sent, 'l\\'eau \"?\"') as j, json_format(blob) as b"},
            id="explore-10.3-json_format-text",
        ),
        pytest.param(
            {"select": "json_format(name) as j, count(*) as c", "group_by": "name"},
            id="explore-10.3-json_format-of-a-key",
        ),
        pytest.param(
            {"select": "since, started, min(since) as first, day"}, id="explore-11-timeserie_precision"
        ),
        pytest.param(
            {"select": "max(since) as last, count(*) as c", "group_by": "since"},
            id="explore-11-timeserie_precision-of-a-key",
        ),
        pytest.param({"group_by": "range(n, *, 0, 7)", "select": "count(*)"}, id="explore-10.5-range-static"),
        pytest.param(
            {"group_by": "range(seen, 1 week) as w", "select": "count(*)", "timezone": "Europe/Paris"},
            id="explore-10.5-range-weeks",
        ),
    ],
)
def test_lines_say_what_a_page_says(portal: Portal, asked: Mapping[str, str]) -> None:
    query = query_of({"order_by": ["id" if "group_by" not in asked else "count(*)"], **_listed(asked)})
    answer = portal.ask(query)
    lines = portal.lines(query)
    assert [list(one) for one in lines] == [answer.names] * len(answer.rows)
    assert [list(one.values()) for one in lines] == answer.rows


def _listed(asked: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in asked.items()}
