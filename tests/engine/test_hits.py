"""Hits of a text condition beside other conditions: few, many near each other (bits), many far from each other (a join)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.engine.support import AT, REF, SCHEMA

from colonnade.engine.embedded import EmbeddedEngine
from colonnade.engine.port import Selection, Upsert
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.tree import Query

ROWS = 40_000
FIRST = LIVE_IDS_FROM + 1
HITS = {
    "few": range(3, ROWS, 100),
    "near": range(3, ROWS, 7),
    "far": (0, *range(ROWS - 600, ROWS)),
    "last": range(ROWS - 700, ROWS),
}


@pytest.fixture(scope="module", params=["written", "reopened"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("hits")
    engine = _open(folder)
    engine.create(REF, SCHEMA)
    names = [f"name {one % 10}" for one in range(ROWS)]
    engine.write(REF, SCHEMA, Upsert(pa.table({"name": names, "size": range(ROWS)}), "re_1"), AT)
    if request.param == "reopened":
        engine.close()
        engine = _open(folder)
    yield engine
    engine.close()


def _open(folder: Path) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder / "generations", scratch=folder / "scratch", memory_bytes=256 << 20, threads=2
    )


def _asked(engine: EmbeddedEngine, hits: str, query: Query) -> Selection:
    bound = bind(query, visible=SCHEMA)
    ids = pa.array([FIRST + one for one in HITS[hits]], pa.int64())
    with engine.read(REF) as reading:
        return reading.select(bound, dict.fromkeys(bound.matches, ids))


@pytest.mark.parametrize("hits", HITS)
@pytest.mark.parametrize(("limit", "offset"), [(10, 0), (10, 35), (2_000, 0), (5, 100_000)])
def test_a_text_beside_a_condition_selects_what_fulfils_both(
    engine: EmbeddedEngine, hits: str, limit: int, offset: int
) -> None:
    where = parse_where('"word" and size > 1000 and name = "name 3"')
    expected = [one for one in HITS[hits] if one > 1_000 and one % 10 == 3]
    found = _asked(engine, hits, Query(parse_select("size"), where, limit=limit, offset=offset))
    assert found.table.column("size").to_pylist() == expected[offset : offset + limit]
    assert found.total == len(expected)


@pytest.mark.parametrize("hits", HITS)
def test_the_other_rows_are_those_that_have_no_hit(engine: EmbeddedEngine, hits: str) -> None:
    known = set(HITS[hits])
    query = Query(parse_select("size"), parse_where('not "word" or size = 0'), limit=20)
    found = _asked(engine, hits, query)
    expected = [one for one in range(ROWS) if one not in known or one == 0]
    assert found.table.column("size").to_pylist() == expected[:20]
    assert found.total == len(expected)


@pytest.mark.parametrize("hits", HITS)
def test_hits_are_grouped_and_sorted(engine: EmbeddedEngine, hits: str) -> None:
    grouped = Query(
        parse_select("name, count(*) as n"),
        parse_where('"word"'),
        group_by=parse_group_by("name"),
        order_by=parse_order_by("name"),
        limit=100,
    )
    found = _asked(engine, hits, grouped).table.to_pylist()
    wanted = {f"name {one}": sum(1 for hit in HITS[hits] if hit % 10 == one) for one in range(10)}
    assert {one["name"]: one["n"] for one in found} == {name: n for name, n in wanted.items() if n}
    backwards = Query(
        parse_select("size"), parse_where('"word" and size >= 0'), order_by=parse_order_by("-size"), limit=5
    )
    sizes = _asked(engine, hits, backwards).table.column("size").to_pylist()
    assert sizes == sorted(HITS[hits], reverse=True)[:5]
