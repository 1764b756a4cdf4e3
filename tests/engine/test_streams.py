"""Long answers: streamed from one state, as batches or as the text of a file."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.support import AT, NEXT, REF, SCHEMA, ask, put, table

from colonnade.engine.port import CsvText, Engine, JsonText, RowText, Upsert
from colonnade.errors import Unavailable
from colonnade.query import odsql
from colonnade.query.bind import bind
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

TAGGED = Schema((Field("a", "A", FieldType.TEXT), Field("tags", "Tags", FieldType.TEXT, multivalued=True)))

# What an Arrow text cannot hold, and what every CSV reader takes for the end of a text, are left out.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def texts(
    engine: Engine, form: RowText, query: Query | None = None, schema: Schema = SCHEMA, **options: Any
) -> str:
    with engine.read(REF) as reading:
        batches = reading.stream(bind(query or Query(), visible=schema), {}, form=form, **options)
        return "".join(one for batch in batches for one in batch.column(0).to_pylist())


def test_a_stream_has_the_rows_of_a_selection(engine: Engine) -> None:
    put(engine, *({"name": f"n{number}", "size": number} for number in range(5_000)))
    query = Query(where=odsql.parse_where("size >= 10"), limit=4_000, offset=5)
    with engine.read(REF) as reading:
        batches = list(reading.stream(bind(query, visible=SCHEMA), {}, batch_rows=1_000))
    found = [row for batch in batches for row in batch.to_pylist()]
    assert found == ask(engine, query).table.to_pylist()
    assert len(batches) > 1


def test_a_stream_keeps_an_order_that_is_asked_for_also_as_text(engine: Engine) -> None:
    put(engine, *({"name": "x", "size": (number * 7_919) % 30_011} for number in range(30_000)))
    query = Query(select=odsql.parse_select("size"), order_by=odsql.parse_order_by("size desc"))
    sizes = [int(one) for one in texts(engine, CsvText(), query).splitlines()]
    assert len(sizes) == 30_000
    assert sizes == sorted(sizes, reverse=True)


def test_groups_are_streamed(engine: Engine) -> None:
    put(engine, {"name": "a", "size": 1}, {"name": "b", "size": 2}, {"name": "a", "size": 3})
    query = Query(
        select=odsql.parse_select("sum(size) as s"),
        group_by=odsql.parse_group_by("name"),
        order_by=odsql.parse_order_by("s desc"),
    )
    assert texts(engine, CsvText(), query) == "a;4\r\nb;2\r\n"
    assert texts(engine, JsonText(), query) == '{"name":"a","s":4}\n{"name":"b","s":2}\n'


def test_names_that_differ_in_case_alone_stay_apart(engine: Engine) -> None:
    put(engine, {"name": "a", "size": 1})
    query = Query(select=odsql.parse_select("name as x, size as X"))
    assert texts(engine, JsonText(), query) == '{"x":"a","X":1}\n'


def test_writes_after_the_start_are_not_in_the_stream(engine: Engine) -> None:
    put(engine, *({"name": "x", "size": number} for number in range(20_000)))
    with engine.read(REF) as reading:
        batches = reading.stream(bind(Query(), visible=SCHEMA), {}, batch_rows=2_048)
        count = next(batches).num_rows
        put(engine, {"name": "later"})
        assert count + sum(batch.num_rows for batch in batches) == 20_000


def test_a_stream_goes_on_when_its_generation_is_dropped(engine: Engine) -> None:
    put(engine, *({"name": "x", "size": number} for number in range(20_000)))
    with engine.read(REF) as reading:
        batches = reading.stream(bind(Query(), visible=SCHEMA), {}, form=JsonText(), batch_rows=2_048)
        count = next(batches).num_rows
        engine.drop(REF)
        assert count + sum(batch.num_rows for batch in batches) == 20_000


def test_a_stream_that_is_left_does_not_hold_its_generation(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    for _ in range(3):
        engine.write(NEXT, SCHEMA, Upsert(table([{"_key": None, "name": "x"}] * 9_000), "re_1"), AT)
        with engine.read(NEXT) as reading:
            batches = reading.stream(bind(Query(), visible=SCHEMA), {}, batch_rows=2_048)
            next(batches)
            batches.close()  # type: ignore[attr-defined]
    engine.drop(NEXT)
    assert ask(engine, Query()).total == 0


def test_a_deadline_bounds_the_batches_of_a_stream(engine: Engine) -> None:
    put(engine, {"name": "x"})
    with pytest.raises(Unavailable) as raised:
        texts(engine, CsvText(), seconds=0.0)
    assert raised.value.code == "query.deadline"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(TEXTS | st.none(), st.lists(TEXTS, max_size=3)), min_size=1, max_size=4),
    delimiter=st.sampled_from(";,\t|"),
    quote_all=st.booleans(),
)
def test_any_text_comes_back_from_csv_and_json(
    engine: Engine, rows: list[tuple[str | None, list[str]]], delimiter: str, quote_all: bool
) -> None:
    engine.create(REF, TAGGED)
    put(engine, *({"a": a, "tags": tags} for a, tags in rows), schema=TAGGED)
    separator = '"+\n'
    form = CsvText(delimiter, separator, quote_all)
    written = texts(engine, form, schema=TAGGED)
    read = list(csv.reader(io.StringIO(written, newline=""), delimiter=delimiter))
    assert read == [[a or "", separator.join(tags)] for a, tags in rows]
    lines = texts(engine, JsonText(), schema=TAGGED).split("\n")[:-1]
    assert [json.loads(one) for one in lines] == [{"a": a, "tags": tags} for a, tags in rows]
