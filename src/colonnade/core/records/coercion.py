"""Values as they are sent (JSON) to values as columns hold them, row by row, all or none."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from colonnade.engine.layout import arrow_type
from colonnade.errors import Invalid
from colonnade.query.schema import KEY, Field, FieldType, Schema

INT_RANGE = range(-(1 << 63), 1 << 63)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
MAX_MESSAGES = 20


@dataclass(frozen=True)
class LiveRow:
    """A row that is sent: its external key, or None for a row without one, and its values by field name."""

    key: str | None
    values: Mapping[str, Any]


class _MisfitError(ValueError):
    """The value cannot be had in this type."""


def arrow_rows(schema: Schema, rows: Sequence[LiveRow]) -> Any:
    """The rows as the Arrow table of an `Upsert`: `_key`, every field, and every raw column.

    A field that a row does not name is null. Raises `Invalid` naming each row (1 is the first) and field that is
    wrong; then none of the rows may be written.
    """
    wrong = _unknown_fields(schema, rows)
    columns: dict[str, Any] = {KEY: pa.array([row.key for row in rows], pa.string())}
    for field in schema.fields:
        values, raws, misfits = _column(field, [row.values.get(field.name) for row in rows])
        wrong.extend((number, field.name, message) for number, message in misfits)
        if not misfits:
            columns[field.name] = pa.array(values, arrow_type(field))
        if field.keeps_raw:
            columns[field.raw_name] = pa.array(raws, pa.string())
    if wrong:
        raise _invalid(wrong)
    return pa.table(columns)


def _column(field: Field, sent: Sequence[Any]) -> tuple[list[Any], list[str | None], list[tuple[int, str]]]:
    """A column's values, its raw texts, and its misfits as (row number, message)."""
    values: list[Any] = []
    raws: list[str | None] = []
    misfits: list[tuple[int, str]] = []
    for number, value in enumerate(sent, 1):
        raw = None
        try:
            held = None if value is None or value == "" else _read(field, value)
            if field.keeps_raw and value is not None and not _says_the_same(field.type, value):
                raw = _raw(value)
        except _MisfitError as error:
            held, raw = None, _raw(value)
            if not field.lenient:
                misfits.append((number, f"{_shown(value)} is not {error}"))
        values.append(held)
        raws.append(raw)
    return values, raws, misfits


def _read(field: Field, value: Any) -> Any:
    if field.multivalued:
        if not isinstance(value, list):
            raise _MisfitError("a list")
        return [_text(one) for one in value]
    return READERS[field.type](value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _int(value: Any) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in INT_RANGE:
        raise _MisfitError("a whole number of 64 bits")
    return value


def _double(value: Any) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _MisfitError("a number")
    try:
        return float(value)
    except OverflowError:
        raise _MisfitError("a number that a double can hold") from None


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return bool(value == "true")
    raise _MisfitError("true or false")


def _date(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else _no("a date")
    except ValueError:
        raise _MisfitError("a date (YYYY-MM-DD)") from None


def _datetime(value: Any) -> dt.datetime:
    """An offset is applied; without one the text is UTC. Stored naive."""
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else _no("a date and time")
    except ValueError:
        raise _MisfitError("a date and time (ISO 8601)") from None
    return found if found.tzinfo is None else found.astimezone(dt.UTC).replace(tzinfo=None)


def _time(value: Any) -> dt.time:
    try:
        found = dt.time.fromisoformat(value) if isinstance(value, str) else _no("a time")
    except ValueError:
        raise _MisfitError("a time (HH:MM:SS)") from None
    return found.replace(tzinfo=None)


def _point(value: Any) -> dict[str, float]:
    """`{lon, lat}`, `[lat, lon]` or `"lat, lon"`, as Opendatasoft's clients write points."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    pair = (value.get("lat"), value.get("lon")) if isinstance(value, Mapping) else value
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise _MisfitError("a point (lat, lon)")
    lat, lon = (_double(one) for one in pair)
    if abs(lat) > 90 or abs(lon) > 180:
        raise _MisfitError("a point on earth (lat, lon)")
    return {"lon": lon, "lat": lat}


READERS: Mapping[FieldType, Callable[[Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
    FieldType.GEO_POINT: _point,
    FieldType.GEO_SHAPE: _text,
    FieldType.JSON: _text,
}

_JSON_TYPES: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str, list),
    FieldType.INT: (int,),
    FieldType.DOUBLE: (int, float),
    FieldType.BOOLEAN: (bool,),
}


def _says_the_same(type_: FieldType, value: Any) -> bool:
    """The typed column alone gives back what was sent: same JSON type, same text."""
    if isinstance(value, bool):
        return type_ is FieldType.BOOLEAN
    if type_ is FieldType.DATE:
        return isinstance(value, str)
    return isinstance(value, _JSON_TYPES.get(type_, ()))


def _raw(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _shown(value: Any) -> str:
    text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=str).decode()
    return text if len(text) <= 60 else text[:57] + "..."


def _no(what: str) -> Any:
    raise _MisfitError(what)


def _unknown_fields(schema: Schema, rows: Sequence[LiveRow]) -> list[tuple[int, str, str]]:
    known = frozenset(schema.names)
    return [
        (number, name, "there is no such field")
        for number, row in enumerate(rows, 1)
        for name in row.values
        if name not in known
    ]


def _invalid(wrong: Sequence[tuple[int, str, str]]) -> Invalid:
    lines = [f"row {row}, field {name}: {message}" for row, name, message in sorted(wrong)[:MAX_MESSAGES]]
    fields: dict[str, list[str]] = {}
    for row, name, message in sorted(wrong)[:MAX_MESSAGES]:
        fields.setdefault(name, []).append(f"row {row}: {message}")
    more = f" (and {len(wrong) - MAX_MESSAGES} more)" if len(wrong) > MAX_MESSAGES else ""
    return Invalid("; ".join(lines) + more, code="records.invalid", fields=fields)
