"""Questions about pairs of rows of two tables."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from tests.engine.support import AT, NEXT, REF, Setup, Sizes, put

from colonnade.engine.embedded import joining
from colonnade.engine.port import Engine, Join, Selection, Upsert
from colonnade.errors import Invalid, NotFound, Unavailable
from colonnade.generation import GenerationRef
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Aggregate, BoundQuery, Expr, FieldRef, Named, Order, Query

PEOPLE = Schema((Field("name", "Name", FieldType.TEXT), Field("town", "Town", FieldType.TEXT)))
TOWNS = Schema((Field("id", "Id", FieldType.INT), Field("town", "Town", FieldType.TEXT)))
OTHER = GenerationRef("ta_2", 1)
PAIRS = Schema(
    tuple(
        Field(f"{side}.{one.name}", one.label, one.type)
        for side, schema in (("a", PEOPLE), ("b", TOWNS))
        for one in schema.fields
    )
)


@pytest.fixture
def engine(empty: Engine) -> Engine:
    empty.create(REF, PEOPLE)
    empty.create(OTHER, TOWNS)
    people = [("Ada", "1"), ("Ben", "2"), ("Cyd", "1"), ("Dan", None), ("Eve", "9")]
    put(empty, *({"name": name, "town": town} for name, town in people), schema=PEOPLE)
    towns = [(2, "Bonn"), (1, "Ulm"), (None, "Nowhere"), (1, "Neu-Ulm")]
    put(empty, *({"id": number, "town": town} for number, town in towns), ref=OTHER, schema=TOWNS)
    return empty


def side(alias: str, schema: Schema, where: Expr | None = None) -> BoundQuery:
    select = tuple(Named(FieldRef(one), f"{alias}.{one}") for one in schema.names)
    return bind(Query(select=select, where=where), visible=schema)


def asked(
    engine: Engine,
    query: Query,
    *,
    left_where: str | None = None,
    hits: Sequence[int] | None = None,
    seconds: float | None = None,
) -> Selection:
    left = side("a", PEOPLE, None if left_where is None else parse_where(left_where))
    join = Join(left, side("b", TOWNS), "a.town", "b.id", bind(query, visible=PAIRS))
    found: dict[Any, Any] = dict.fromkeys(left.matches, pa.array(hits or (), pa.int64()))
    with engine.read_both(REF, OTHER) as reading:
        return reading.select(join, (found, {}), seconds=seconds)


def names(found: Selection) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in found.table.to_pylist()]


TWO = tuple(Named(FieldRef(one), one) for one in ("a.name", "b.town"))


def test_pairs_stand_in_the_order_of_the_first_table_and_nulls_have_none(engine: Engine) -> None:
    found = asked(engine, Query(TWO, limit=10))
    assert names(found) == [
        ("Ada", "Ulm"),
        ("Ada", "Neu-Ulm"),
        ("Ben", "Bonn"),
        ("Cyd", "Ulm"),
        ("Cyd", "Neu-Ulm"),
    ]
    assert found.total == 5


def test_a_page_of_pairs_is_told_their_number(engine: Engine) -> None:
    found = asked(engine, Query(TWO, limit=2, offset=1))
    assert (names(found), found.total) == ([("Ada", "Neu-Ulm"), ("Ben", "Bonn")], 5)


def test_pairs_are_sorted(engine: Engine) -> None:
    order = (Order(FieldRef("b.town")), Order(FieldRef("a.name"), descending=True))
    found = asked(engine, Query(TWO, order_by=order, limit=3))
    assert names(found) == [("Ben", "Bonn"), ("Cyd", "Neu-Ulm"), ("Ada", "Neu-Ulm")]


def test_each_side_has_conditions_of_its_own(engine: Engine) -> None:
    found = asked(engine, Query(TWO, limit=9), left_where="name = 'Cyd'")
    assert names(found) == [("Cyd", "Ulm"), ("Cyd", "Neu-Ulm")]


def test_a_side_may_have_text_conditions(engine: Engine) -> None:
    with engine.read(REF) as reading:
        ids = reading.select(bind(Query(limit=9), visible=PEOPLE), {}).total
    assert ids == 5
    assert asked(engine, Query(TWO, limit=9), left_where='"ben"').total == 0


def test_pairs_are_grouped(engine: Engine) -> None:
    group = (Named(FieldRef("b.town"), "b.town"),)
    select = (Named(Aggregate("count"), "n"),)
    order = (Order(Aggregate("count"), descending=True),)
    found = asked(engine, Query(select, group_by=group, order_by=order, limit=2))
    assert names(found) == [("Neu-Ulm", 2), ("Ulm", 2)]
    assert found.total == 3


def test_a_table_is_joined_with_itself(engine: Engine) -> None:
    pairs = Schema(
        tuple(Field(f"{one}.{name}", name, FieldType.TEXT) for one in "ab" for name in PEOPLE.names)
    )
    query = bind(Query((Named(FieldRef("b.name"), "n"),), limit=9), visible=pairs)
    join = Join(side("a", PEOPLE), side("b", PEOPLE), "a.town", "b.town", query)
    with engine.read_both(REF, REF) as reading:
        found = reading.select(join, ({}, {}))
    assert names(found) == [("Ada",), ("Cyd",), ("Ben",), ("Ada",), ("Cyd",), ("Eve",)]


def test_what_is_not_there_cannot_be_joined(engine: Engine) -> None:
    with pytest.raises(NotFound), engine.read_both(REF, NEXT):
        pass


def test_pairs_are_bounded_in_time(setup: Setup, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_PAIRS", 1 << 40)
    engine = setup.open(tmp_path, Sizes())
    schema = Schema((Field("k", "k", FieldType.TEXT),))
    engine.create(REF, schema)
    engine.write(REF, schema, Upsert(pa.table({"k": ["x"] * 60_000}), "re_1"), AT)
    pairs = Schema((Field("a.k", "k", FieldType.TEXT), Field("b.k", "k", FieldType.TEXT)))
    group = (Named(FieldRef("a.k"), "k"),)
    query = bind(Query((Named(Aggregate("count"), "n"),), group_by=group), visible=pairs)
    join = Join(side("a", schema), side("b", schema), "a.k", "b.k", query)
    with pytest.raises(Unavailable) as raised, engine.read_both(REF, REF) as reading:
        reading.select(join, ({}, {}), seconds=0.2)
    assert raised.value.code == "query.deadline"
    engine.close()


def test_a_join_that_would_make_too_many_rows_is_refused_before(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "MOST_PAIRS", 4)
    with pytest.raises(Invalid, match=r"have 5 rows, and 4 are the most"):
        asked(engine, Query(TWO, limit=1))
    assert asked(engine, Query(TWO, limit=1), left_where="name != 'Ada'").total == 3, (
        "a side has its own conditions"
    )
