"""Facets, asked as queries of the language's table."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.language.support import Portal, query_of
from tests.language.table import ROWS, SCHEMA

from colonnade.query.facets import FacetQuery, FacetSort, facet_query, facet_values
from colonnade.query.odsql import parse_where
from colonnade.query.refine import Refinement, refined
from colonnade.query.schema import Field


def _field(name: str) -> Field:
    found = SCHEMA.get(name)
    assert found is not None
    return found


def _counts(portal: Portal, facet: FacetQuery) -> list[tuple[str, int]]:
    answer = portal.ask(facet_query(facet))
    rows = [dict(zip(answer.names, row, strict=True)) for row in answer.rows]
    return [(one.path, one.count) for one in facet_values(facet, rows)]


def _expected(values: Callable[[dict[str, Any]], Iterable[str]]) -> dict[str, int]:
    return dict(Counter(value for row in ROWS for value in set(values(row))))


def test_most_records_first_and_then_by_value(portal: Portal) -> None:
    found = _counts(portal, FacetQuery(_field("tags")))
    assert found[:2] == [("blue", 4), ("red", 3)]
    assert dict(found) == _expected(lambda row: row["tags"] or [])
    assert [count for _, count in found] == sorted((count for _, count in found), reverse=True)


def test_counts_follow_the_condition(portal: Portal) -> None:
    assert _counts(portal, FacetQuery(_field("tags"), where=parse_where("n > 2 and ok"))) == [("blue", 2)]
    assert _counts(portal, FacetQuery(_field("tags"), where=parse_where('"nowhere"'))) == []


def test_years_latest_first(portal: Portal) -> None:
    assert _counts(portal, FacetQuery(_field("day")))[:3] == [("9999", 1), ("2021", 1), ("2020", 4)]


def test_months_and_days_below_a_year(portal: Portal) -> None:
    day = _field("day")
    assert _counts(portal, FacetQuery(day, prefix="2020")) == [("2020/02", 2), ("2020/01", 2)]
    assert _counts(portal, FacetQuery(day, prefix="2020/02")) == [("2020/02/29", 2)]


def test_days_are_cut_in_the_zone(portal: Portal) -> None:
    where = parse_where("id in (1, 2, 3, 11)")
    facet = FacetQuery(_field("seen"), where=where)
    assert _counts(portal, facet) == [("2020", 2), ("2019", 2)]
    assert _counts(portal, replace(facet, zone=ZoneInfo("Europe/Paris"))) == [("2020", 3), ("2019", 1)]


def _start(path: str | None, separator: str, levels: int) -> list[str]:
    steps = path.split(separator) if path is not None else []
    return [separator.join(steps[:levels])] if len(steps) >= levels else []


@pytest.mark.parametrize(
    "prefix", [None, "Europe", "Europe/France", "Asia", "Nowhere", "Europe/France/Paris"]
)
def test_levels_of_a_path(portal: Portal, prefix: str | None) -> None:
    levels = 1 if prefix is None else prefix.count("/") + 2
    expected = {
        path: count
        for path, count in _expected(lambda row: _start(row["path"], "/", levels)).items()
        if prefix is None or path.startswith(prefix + "/")
    }
    assert dict(_counts(portal, FacetQuery(_field("path"), prefix=prefix))) == expected


def test_levels_of_lists_of_paths_count_a_record_once(portal: Portal) -> None:
    paths = _field("paths")
    assert _counts(portal, FacetQuery(paths)) == [("a", 7), ("b", 2), ("c", 1)]
    assert _counts(portal, FacetQuery(paths, prefix="a")) == [("a>x", 6), ("a>y", 2)]
    assert _counts(portal, FacetQuery(paths, prefix="a>x")) == [("a>x>1", 1)]


@pytest.mark.parametrize("sort", list(FacetSort))
def test_every_sort(portal: Portal, sort: FacetSort) -> None:
    found = _counts(portal, FacetQuery(_field("n"), sort=sort))
    keys = [count if sort.endswith("count") else int(value) for value, count in found]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert len(found) == 10 - 1


def test_a_limit_cuts(portal: Portal) -> None:
    assert len(_counts(portal, FacetQuery(_field("name"), limit=2))) == 2


@pytest.mark.parametrize(
    "name", ["name", "n", "x", "ok", "at", "tags", "path", "paths", "blob", "day", "seen"]
)
def test_a_value_refines_to_as_many_records_as_it_counts(portal: Portal, name: str) -> None:
    for path, count in _counts(portal, FacetQuery(_field(name))):
        where = refined([Refinement(name, path)], SCHEMA)
        assert portal.ask(replace(query_of({}), where=where)).total == count, path
