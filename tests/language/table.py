"""The table that the language is tested on: every type, nulls, lists, accents, places, dates around midnight."""

import datetime as dt
from typing import Any

from colonnade.query.schema import Field, FieldType, Schema


def _field(
    name: str, type_: FieldType, *, multivalued: bool = False, **annotations: list[str | int]
) -> Field:
    return Field(name, name, type_, multivalued=multivalued, annotations=annotations)


SCHEMA = Schema(
    (
        _field("id", FieldType.INT),
        _field("name", FieldType.TEXT, facet=[]),
        _field("note", FieldType.TEXT),
        _field("n", FieldType.INT),
        _field("x", FieldType.DOUBLE),
        _field("ok", FieldType.BOOLEAN),
        _field("day", FieldType.DATE, facet=[]),
        _field("seen", FieldType.DATETIME, facet=[]),
        _field("at", FieldType.TIME),
        _field("tags", FieldType.TEXT, multivalued=True, disjunctive=[]),
        _field("path", FieldType.TEXT, hierarchical=["/"]),
        _field("paths", FieldType.TEXT, multivalued=True, hierarchical=[">"], facetsort=["alphanum"]),
        _field("spot", FieldType.GEO_POINT),
        _field("shape", FieldType.GEO_SHAPE),
        _field("blob", FieldType.JSON),
        _field("source-data", FieldType.TEXT),
        _field("year", FieldType.INT),
        _field("since", FieldType.DATE, timeserie_precision=["month"]),
        _field("started", FieldType.DATE, timeserie_precision=["year"]),
        _field("sent", FieldType.TEXT),
    )
)

_NAMES = SCHEMA.names[1 : SCHEMA.names.index("spot") + 1]


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


_PARIS, _TOKYO = {"lon": 2.35, "lat": 48.85}, {"lon": 139.7, "lat": 35.7}
_NOON = dt.time(12)

_CELLS: tuple[tuple[Any, ...], ...] = (
    (
        "Paris", "The city of light", 1, 1.5, True, _day("2019-12-31"), _at("2019-12-31T23:30"), _NOON,
        ["red", "blue"], "Europe/France/Paris", ["a>x", "a>y"], _PARIS,
    ),
    (
        "paris", "light blue door", 2, -2.0, False, _day("2020-01-01"), _at("2020-01-01T00:30"), dt.time(0),
        ["blue"], "Europe/France/Paris", ["a>x", "b"], _PARIS,
    ),
    (
        "Orléans", "l'eau de la Loire", 3, 0.0, None, _day("2020-02-29"), _at("2020-06-30T22:30"), _NOON,
        [], "Europe/France/Orléans", [], None,
    ),
    ("orleans", "Loire à vélo", 0, None, True, None, None, None, None, "Europe/France", None, None),
    (
        None, None, None, 10.25, None, _day("2019-03-26"), _at("2019-03-26T12:00:05"), dt.time(23, 59, 59),
        ["été"], None, ["a"], None,
    ),
    (
        "", "saint denis basilica", -5, 100.0, False, _day("2018-01-01"), _at("2018-06-15T08:09:10"), _NOON,
        ["red"], "Europe", ["b>z"], None,
    ),
    (
        "Saint-Denis", "basilique", 3, 3.0, True, _day("2020-02-29"), _at("2020-02-29T23:59:59.500"), None,
        ["blue", "blue"], "Europe/France/Saint-Denis", ["a>x>1"], _PARIS,
    ),
    (
        "Łódź", "a lodz of words", 2, 2.5, True, _day("2021-05-06"), _at("2021-05-06T07:08:09"), dt.time(7, 8, 9),
        ["a b"], "Europe/Poland/Łódź", ["a>x"], None,
    ),
    (
        "100% sûr", 'say "hi"', 2**53 + 1, 1e300, False, _day("1970-01-01"), _at("1970-01-01T00:00"), _NOON,
        ["red/dark"], "Europa", ["c"], None,
    ),
    (
        "Zürich", "light lights lighter", 2**63 - 1, -0.0, None, _day("9999-12-31"), _at("9999-12-31T10:00"), None,
        ["ÉTÉ"], "Europe/Switzerland", None, None,
    ),
    (
        "Tokyo", "東京 東京タワー", 12, 12.0, True, _day("2020-01-01"), _at("2019-12-31T15:00"), dt.time(15),
        ["blue"], "Asia/Japan/Tokyo", ["a>y", "a>x"], _TOKYO,
    ),
    (
        "emile zola", "NULL", 7, 0.1, False, _day("1900-01-01"), _at("1900-01-01T00:00"), _NOON,
        ["red"], "Europe/France", ["a>x", "a>x"], None,
    ),
)  # fmt: skip


_PAYLOADS = {
    1: ' {"zq" :\n [true, "é\\n"]} ',
    2: "no zq",
    3: '["zq",]',
    4: "NaN",
    6: "",
    7: '"zq, NaN ]"',
    8: '{"zq": -Infinity}',
    9: "1.5e2",
    10: "null",
    11: '{"zq": 123456789012345678901234567890}',
    12: "'zq'",
}
"""Texts that are JSON or nearly."""


def _row(number: int, cells: tuple[Any, ...]) -> dict[str, Any]:
    """The rest follows from the number, so that it needs no table."""
    return {
        "id": number,
        **dict(zip(_NAMES, cells, strict=True)),
        "shape": '{"type":"Point","coordinates":[1,2]}' if number == 1 else None,
        "blob": None if number % 3 else '{"a": [1, 2]}',
        "source-data": f"line {number % 2}",
        "year": 2000 + number,
        "since": None if number == 5 else dt.date(1800 + number, number, 15),
        "started": dt.date(1850, 7, 14),
        "sent": _PAYLOADS.get(number),
    }


ROWS: tuple[dict[str, Any], ...] = tuple(_row(number, cells) for number, cells in enumerate(_CELLS, 1))

MOMENT = dt.datetime(2020, 3, 31, 22, 30, 15, 500, tzinfo=dt.UTC)
"""What `now()` is: a Tuesday in UTC, the last day of a month, and already April in Paris."""
