"""Values as pages print them, of every type; and addresses and texts that others wrote."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.support import parsed

from colonnade.core.records.service import Page
from colonnade.engine.layout import arrow_type
from colonnade.query.bind import bind
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query
from colonnade.web import cells, links, printing
from colonnade.web.cells import NOTHING, Cell, Kind

PARIS = ZoneInfo("Europe/Paris")
POLYGON = '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}'


def _printed(value: Any, type_: FieldType, *, multivalued: bool = False) -> Cell:
    field = Field("f", "F", type_, multivalued=multivalued)
    table = pa.table({"f": pa.array([value], arrow_type(field))})
    ((cell,),) = cells.rows(Page(bind(Query(), visible=Schema((field,))), table, 1), PARIS, "data")
    return cell


@pytest.mark.parametrize(
    ("value", "type_", "cell"),
    [
        ("a", FieldType.TEXT, Cell(Kind.TEXT, "a")),
        ("", FieldType.TEXT, Cell(Kind.TEXT)),
        (2**53 + 1, FieldType.INT, Cell(Kind.NUMBER, "9007199254740993")),
        (3.0, FieldType.DOUBLE, Cell(Kind.NUMBER, "3")),
        (0.1, FieldType.DOUBLE, Cell(Kind.NUMBER, "0.1")),
        (False, FieldType.BOOLEAN, Cell(Kind.TEXT, "no")),
        (dt.date(1, 1, 1), FieldType.DATE, Cell(Kind.TIME, "0001-01-01", machine="0001-01-01")),
        (dt.time(9, 5), FieldType.TIME, Cell(Kind.TIME, "09:05:00", machine="09:05:00")),
        ({"lon": 2.0, "lat": 48.5}, FieldType.GEO_POINT, Cell(Kind.TEXT, "48.5, 2")),
        ({"lon": None, "lat": 48.5}, FieldType.GEO_POINT, NOTHING),
        (POLYGON, FieldType.GEO_SHAPE, Cell(Kind.LONG, "Polygon", whole=POLYGON)),
        ("no shape", FieldType.GEO_SHAPE, Cell(Kind.TEXT, "no shape")),
        ("[1]", FieldType.GEO_SHAPE, Cell(Kind.TEXT, "[1]")),
        ('{"a": 1}', FieldType.JSON, Cell(Kind.TEXT, '{"a": 1}')),
    ],
)
def test_a_value_is_printed_by_its_type(value: object, type_: FieldType, cell: Cell) -> None:
    assert _printed(value, type_) == cell


@pytest.mark.parametrize(
    ("precision", "told"),
    [("year", "2019"), ("month", "2019-03"), ("day", "2019-03-26"), ("x", "2019-03-26")],
)
def test_a_date_is_printed_as_well_as_it_is_known(precision: str, told: str) -> None:
    field = Field("f", "F", FieldType.DATE, annotations={"timeserie_precision": [precision]})
    table = pa.table({"f": [dt.date(2019, 3, 26)]})
    ((cell,),) = cells.rows(Page(bind(Query(), visible=Schema((field,))), table, 1), PARIS, "data")
    assert cell == Cell(Kind.TIME, told, machine=told)


@pytest.mark.parametrize("type_", list(FieldType))
def test_nothing_is_nothing_in_every_type(type_: FieldType) -> None:
    assert _printed(None, type_) == NOTHING


@pytest.mark.parametrize(
    ("stored", "shown", "machine"),
    [
        (dt.datetime(2026, 1, 1, 23, 30), "2026-01-02 00:30", "2026-01-02T00:30:00+01:00"),
        (dt.datetime(2026, 7, 1, 0, 0, 5), "2026-07-01 02:00:05", "2026-07-01T02:00:05+02:00"),
        (dt.datetime(9999, 12, 31, 23, 59), "9999-12-31 23:59", "9999-12-31T23:59:00+00:00"),
    ],
)
def test_datetimes_are_those_of_the_clocks_of_a_zone(stored: dt.datetime, shown: str, machine: str) -> None:
    assert _printed(stored, FieldType.DATETIME) == Cell(Kind.TIME, shown, machine=machine)


def test_lists_are_cut() -> None:
    assert _printed(["a", None, "b"], FieldType.TEXT, multivalued=True) == Cell(Kind.LIST, values=("a", "b"))
    assert _printed([None], FieldType.TEXT, multivalued=True) == NOTHING
    many = _printed([str(n) for n in range(25)], FieldType.TEXT, multivalued=True)
    assert (len(many.values), many.left_out) == (20, 5)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (123_456, "123 kB"), (5 * 10**15, "5000 TB")],
)
def test_sizes_are_told_as_people_count(count: int, text: str) -> None:
    assert printing.size(count) == text


def test_a_summary_is_what_stands_before_headings_and_lists() -> None:
    assert (
        printing.summary("<p>First &amp; foremost.</p><p>Then</p><h2>More</h2>", 50)
        == "First & foremost. Then"
    )
    assert printing.summary("<h1>Only</h1><ul><li>a</li><li>b</li></ul>", 50) == "Only a b"
    assert printing.summary("one two three", 9) == "one two…"
    assert printing.summary("x" * 20, 9) == "xxxxxxxxx…"


@given(text=st.text() | st.text(alphabet="<>/&;\"'= abdhimnpstv!-"))
def test_cleaned_html_is_whole_and_harmless(text: str) -> None:
    tree = parsed(f"<main>{printing.cleaned(text)}</main>")
    for one in tree.walk():
        assert one.tag not in {"script", "style", "img", "form", "input", "iframe", "svg", "h1", "h2"}
        assert not {name for name in one.attributes if name.startswith("on")} | (
            {"style", "id"} & set(one.attributes)
        )


@given(text=st.text() | st.from_regex(r"\s*(https?|javascript|data|//|\\)\S*", fullmatch=True))
def test_only_addresses_of_the_web_are_links(text: str) -> None:
    if links.is_web(text):
        assert text.lower().startswith(("http://", "https://"))
        assert text.isprintable()
