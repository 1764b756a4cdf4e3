"""What is asked of columns whose values are texts, whatever they stand for."""

from typing import Any

import pytest
from tests.engine.support import REF, ask, put

from colonnade.engine.port import Engine
from colonnade.errors import Invalid
from colonnade.query.bind import bind
from colonnade.query.odsql.parser import parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Aggregate, Call, FieldRef, Literal, Named, Not, Query

SCHEMA = Schema(
    (
        Field("word", "Word", FieldType.TEXT),
        Field("amount", "Amount", FieldType.TEXT),
        Field("size", "Size", FieldType.INT),
        Field("tags", "Tags", FieldType.TEXT, multivalued=True),
    )
)
ROWS = (
    {"word": "Ökonomie", "amount": "12.5", "size": 120, "tags": ["Red", "dark blue"]},
    {"word": "100% o_o", "amount": "9", "size": 7, "tags": []},
    {"word": None, "amount": "nan", "size": None, "tags": ["red"]},
    {"word": "oko\nno", "amount": "n/a", "size": 3, "tags": None},
)
WORD, AMOUNT = FieldRef("word"), FieldRef("amount")


@pytest.fixture
def texts(empty: Engine) -> Engine:
    empty.create(REF, SCHEMA)
    put(empty, *ROWS, schema=SCHEMA)
    return empty


def across(text: str, *names: str) -> Call:
    return Call("substring_across", (Literal(text), *map(FieldRef, names)))


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        (across("oko", "word"), [0, 3]),
        (across("ÖKO", "word"), [0, 3]),
        (across("%", "word"), [1]),
        (across("_", "word", "amount"), [1]),
        (across("o\nn", "word"), [3]),
        (across("12", "word", "amount"), [0]),
        (across("12", "size"), [0]),
        (across("blue", "tags"), [0]),
        (across("red", "word", "tags"), [0, 2]),
        (across("nothing", "word", "amount", "size", "tags"), []),
        (Not(across("oko", "word")), [1, 2]),
        (across("a"), []),
    ],
)
def test_a_substring_is_found_in_any_of_the_fields(texts: Engine, condition: Any, places: list[int]) -> None:
    query = Query((Named(WORD, "word"), Named(AMOUNT, "amount")), condition, limit=10)
    found = ask(texts, query, schema=SCHEMA)
    assert found.table.column("amount").to_pylist() == [ROWS[place]["amount"] for place in places]
    assert found.total == len(places)


def test_texts_are_the_numbers_that_they_are_as_a_whole(texts: Engine) -> None:
    found = ask(texts, Query((Named(Call("number", (AMOUNT,)), "n"),), limit=10), schema=SCHEMA)
    assert found.table.column("n").to_pylist() == [12.5, 9.0, None, None]


def one(engine: Engine, function: str, argument: Any) -> Any:
    query = Query((Named(Aggregate(function, argument), "n"),), limit=1)
    return ask(engine, query, schema=SCHEMA).table.column("n").to_pylist()[0]


def test_numbers_among_texts_are_summed_and_the_least_is_the_least_number(texts: Engine) -> None:
    number = Call("number", (AMOUNT,))
    assert one(texts, "sum", number) == 21.5
    assert one(texts, "avg", number) == 10.75
    assert one(texts, "lowest", AMOUNT) == "9"
    assert one(texts, "highest", AMOUNT) == "12.5"
    assert one(texts, "lowest", WORD) == "100% o_o"
    assert one(texts, "highest", WORD) == "Ökonomie"


def test_groups_have_figures_of_their_own(texts: Engine) -> None:
    length = Named(Call("length", (AMOUNT,)), "length")
    figures = (Named(Aggregate("lowest", AMOUNT), "least"), Named(Aggregate("count", AMOUNT), "n"))
    found = ask(texts, Query(figures, group_by=(length,), limit=10), schema=SCHEMA)
    assert [tuple(row.values()) for row in found.table.to_pylist()] == [
        (1, "9", 1),
        (3, "n/a", 2),
        (4, "12.5", 1),
    ]


@pytest.mark.parametrize("function", ["lowest", "highest"])
def test_they_are_of_texts_alone(function: str) -> None:
    query = Query((Named(Aggregate(function, FieldRef("size")), "n"),))
    with pytest.raises(Invalid):
        bind(query, visible=SCHEMA)


@pytest.mark.parametrize(
    "text", ["lowest(word)", "highest(word)", "number(word)", "substring_across('a', word)"]
)
def test_no_language_says_them(text: str) -> None:
    with pytest.raises(Invalid):
        bind(Query(select=parse_select(text)), visible=SCHEMA)
    with pytest.raises(Invalid):
        bind(Query(where=parse_where(text)), visible=SCHEMA)
