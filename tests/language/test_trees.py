"""What no text of ODSQL says, but other doors do with trees of their own."""

import datetime as dt
import hashlib
import json
import math
import statistics

import pytest
from tests.language.support import Portal
from tests.language.table import ROWS, SCHEMA

from colonnade.errors import Invalid
from colonnade.query.odsql import parse_group_by, parse_select, parse_where
from colonnade.query.tree import Aggregate, Call, Compare, CompareOp, Expr, FieldRef, Literal, Named, Query
from colonnade.query.v1 import parse_q
from colonnade.query.zones import named_zone


def _named(expr: Expr) -> Named:
    return Named(expr, "v", is_alias=True)


def _overall(portal: Portal, expr: Expr, where: str = "id > 0") -> object:
    query = Query(select=(_named(expr),), where=parse_where(where), limit=1)
    ((value,),) = portal.ask(query).rows
    return value


def _small(name: str) -> list[float]:
    return [row[name] for row in ROWS if row["id"] < 9 and row[name] is not None]


@pytest.mark.parametrize("name", ["n", "x"])
def test_the_deviation_is_that_of_the_population(portal: Portal, name: str) -> None:
    found = _overall(portal, Aggregate("stddev", FieldRef(name)), "id < 9")
    assert found == pytest.approx(statistics.pstdev(_small(name)))


def test_squares_are_summed(portal: Portal) -> None:
    found = _overall(portal, Aggregate("sum_squares", FieldRef("x")), "id < 9")
    assert found == pytest.approx(sum(one * one for one in _small("x")))


@pytest.mark.parametrize("function", ["stddev", "sum_squares"])
def test_of_no_values_there_is_neither(portal: Portal, function: str) -> None:
    assert _overall(portal, Aggregate(function, FieldRef("n")), "id = 5") is None


def test_what_is_too_large_to_be_squared_has_no_deviation(portal: Portal) -> None:
    assert _overall(portal, Aggregate("stddev", FieldRef("x"))) is None
    squares = _overall(portal, Aggregate("sum_squares", FieldRef("x")))
    assert squares is None or math.isinf(float(str(squares)))


def test_groups_have_deviations(portal: Portal) -> None:
    query = Query(
        select=(_named(Aggregate("stddev", FieldRef("n"))),),
        where=parse_where("id < 9"),
        group_by=parse_group_by("tags"),
    )
    found = dict(portal.ask(query).rows)
    assert found["blue"] == pytest.approx(statistics.pstdev([1, 2, 3]))
    assert found["red"] == pytest.approx(statistics.pstdev([1, -5]))


@pytest.mark.parametrize("function", ["stddev", "sum_squares"])
@pytest.mark.parametrize("name", ["name", "tags", "day", "ok", "spot"])
def test_only_numbers_have_them(portal: Portal, function: str, name: str) -> None:
    with pytest.raises(Invalid, match="StatAggregation only supports numeric or date expression"):
        _overall(portal, Aggregate(function, FieldRef(name)))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_days_of_the_week_and_of_the_year(portal: Portal, zone: str) -> None:
    calls = {name: Call(name, (FieldRef("seen"),)) for name in ("weekday", "yearday")}
    query = Query(
        select=tuple(Named(call, name, is_alias=True) for name, call in calls.items()), zone=named_zone(zone)
    )
    assert portal.ask(query).rows == [_days(row["seen"], zone) for row in ROWS]


def _days(seen: dt.datetime | None, zone: str) -> list[int | None]:
    if seen is None:
        return [None, None]
    local = seen.replace(tzinfo=dt.UTC).astimezone(named_zone(zone))
    return [local.weekday(), local.timetuple().tm_yday]


def test_rows_are_grouped_by_the_day_of_the_week(portal: Portal) -> None:
    key = Named(Call("weekday", (FieldRef("day"),)), "x", is_alias=True)
    query = Query(select=(_named(Aggregate("count")),), where=parse_where("id in (3, 7, 1)"), group_by=(key,))
    assert portal.ask(query).rows == [[1, 1], [5, 2]]


@pytest.mark.parametrize("name", ["spot", "shape"])
def test_a_place_is_told_as_geojson_and_found_by_its_digest(portal: Portal, name: str) -> None:
    place, digest = (Call(f"place_{what}", (FieldRef(name),)) for what in ("text", "digest"))
    told = portal.ask(Query(select=(_named(place),), where=parse_where(f"{name} is not null"))).rows
    assert told
    for (text,) in told:
        assert "type" in json.loads(text)
        wanted = Literal(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
        found = portal.ask(Query(select=(_named(place),), where=Compare(CompareOp.EQ, digest, wanted))).rows
        assert {one for (one,) in found} == {text}


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("n:9223372036854775807", [[10]]),
        ("n=9223372036854775807", [[10]]),
        ("n>9223372036854775806", [[10]]),
        ("n:9223372036854775806", []),
        ("n>=9223372036854775807", [[10]]),
        ("n:[9223372036854775806 TO 9223372036854775807]", [[10]]),
        ("n:-9223372036854775808", []),
    ],
)
def test_version_1_reads_whole_numbers_of_64_bits(portal: Portal, q: str, ids: list[list[int]]) -> None:
    query = Query(select=parse_select("id"), where=parse_q(q, SCHEMA))
    assert portal.ask(query).rows == ids
