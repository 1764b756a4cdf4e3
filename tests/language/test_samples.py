"""Answers of live portals, and of tables that need more rows than the language's own."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pytest
from tests.engine.support import AT, REF, SETUPS, Sizes
from tests.language.support import query_of

from colonnade.engine.port import Upsert
from colonnade.query.bind import bind
from colonnade.query.schema import Field, FieldType, Schema

SCHEMA = Schema(
    (
        Field("id", "id", FieldType.INT),
        Field("status", "status", FieldType.TEXT),
        Field("seen", "seen", FieldType.DATETIME),
    )
)

_BEFORE_THE_CLOCKS_WENT_BACK = dt.datetime(2020, 10, 24, 22)
"""Midnight in Paris of a day with 25 hours: at 01:00 UTC the clocks there show 02:00 for the second time."""

Ask = Callable[[Mapping[str, str]], Any]


def _status(number: int) -> str | None:
    return "open" if number < 124 else "closed" if number < 155 else None


@pytest.fixture(params=list(SETUPS), scope="module")
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks a table of 176 rows, an hour apart."""
    engine = SETUPS[request.param].open(tmp_path_factory.mktemp("samples"), Sizes())
    numbers = range(176)
    columns = {
        "_key": pa.array([None] * 176, pa.string()),
        "id": pa.array(list(numbers), pa.int64()),
        "status": pa.array([_status(one) for one in numbers], pa.string()),
        "seen": pa.array(
            [_BEFORE_THE_CLOCKS_WENT_BACK + dt.timedelta(hours=one) for one in numbers], pa.timestamp("us")
        ),
    }
    engine.create(REF, SCHEMA)
    engine.write(REF, SCHEMA, Upsert(pa.table(columns), "re_1"), AT)

    def answer(asked: Mapping[str, str]) -> Any:
        query = bind(query_of({name: [value] for name, value in asked.items()}), visible=SCHEMA)
        with engine.read(REF) as reading:
            return reading.select(query, {})

    yield answer
    engine.close()


@pytest.mark.parametrize(
    ("where", "total"),
    [
        pytest.param("status = 'open'", 124, id="explore-10.1-live-equal"),
        pytest.param("status != 'open'", 31, id="explore-10.1-live-not-equal"),
        pytest.param("NOT status = 'open'", 52, id="explore-10.1-live-not-of-equal"),
        pytest.param("NOT (status != 'open')", 145, id="explore-10.1-live-not-of-not-equal"),
        pytest.param("status is null", 21, id="explore-10.1-live-null"),
        pytest.param("NOT status = 'open' AND id < 130", 6, id="explore-9-live-not-binds-closest"),
    ],
)
def test_nulls_count_as_on_a_live_portal(ask: Ask, where: str, total: int) -> None:
    assert ask({"where": where, "limit": "0"}).total == total


def test_an_aggregate_without_groups_is_repeated_on_a_page_explore_10_4_broadcast(ask: Ask) -> None:
    """Ten rows, all the same, and the number of records as their total."""
    found = ask({"select": "count(*)", "where": "status = 'open'", "limit": "10"})
    assert (found.table.to_pylist(), found.total) == ([{"count(*)": 124}] * 10, 124)


def _counts(ask: Ask, group_by: str, limit: str) -> list[tuple[str, int]]:
    asked = {"group_by": f"{group_by} as k", "select": "count(*) as n", "limit": limit}
    found = ask({**asked, "timezone": "Europe/Paris"})
    return [(row["k"], row["n"]) for row in found.table.to_pylist()]


def test_a_day_on_which_clocks_go_back_has_25_hours_explore_10_5_range(ask: Ask) -> None:
    assert _counts(ask, "range(seen, 1 day)", "2") == [
        ("[2020-10-25T00:00:00+02:00, 2020-10-26T00:00:00+01:00[", 25),
        ("[2020-10-26T00:00:00+01:00, 2020-10-27T00:00:00+01:00[", 24),
    ]


def test_an_hour_that_clocks_show_twice_is_two_explore_10_5_range(ask: Ask) -> None:
    assert _counts(ask, "range(seen, 1 hour)", "4") == [
        ("[2020-10-25T00:00:00+02:00, 2020-10-25T01:00:00+02:00[", 1),
        ("[2020-10-25T01:00:00+02:00, 2020-10-25T02:00:00+02:00[", 1),
        ("[2020-10-25T02:00:00+02:00, 2020-10-25T02:00:00+01:00[", 1),
        ("[2020-10-25T02:00:00+01:00, 2020-10-25T03:00:00+01:00[", 1),
    ]


def test_several_hours_begin_by_the_clocks_explore_10_5_range(ask: Ask) -> None:
    assert _counts(ask, "range(seen, 6 hours)", "3") == [
        ("[2020-10-25T00:00:00+02:00, 2020-10-25T06:00:00+01:00[", 7),
        ("[2020-10-25T06:00:00+01:00, 2020-10-25T12:00:00+01:00[", 6),
        ("[2020-10-25T12:00:00+01:00, 2020-10-25T18:00:00+01:00[", 6),
    ]


def test_groups_of_many_rows_are_all_there(ask: Ask) -> None:
    found = ask({"group_by": "range(id, 10)", "select": "count(*) as n, min(id) as a", "limit": "100"})
    rows = found.table.to_pylist()
    assert [row["a"] for row in rows] == list(range(0, 176, 10))
    assert sum(row["n"] for row in rows) == 176
