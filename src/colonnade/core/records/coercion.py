"""Values as they are sent (JSON) to values as columns hold them, row by row, all or none."""

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from colonnade.engine.layout import arrow_type
from colonnade.errors import Invalid
from colonnade.query.schema import KEY, Field, FieldType, Schema

INT_RANGE = range(-(1 << 63), 1 << 63)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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


def misfit(field: Field, value: Any) -> str | None:
    """Why a field cannot hold a value, in a clause; None: it can. Null and the empty text are in every field."""
    _, _, misfits = _column(field, [value])
    return misfits[0][1] if misfits else None


def _column(field: Field, sent: Sequence[Any]) -> tuple[list[Any], list[str | None], list[tuple[int, str]]]:
    """A column's values, its raw texts, and its misfits as (row number, message)."""
    values: list[Any] = []
    raws: list[str | None] = []
    misfits: list[tuple[int, str]] = []
    for number, value in enumerate(sent, 1):
        raw = None
        try:
            held = None if value is None or value == "" else _read(field, value)
            if field.keeps_raw and not _says_the_same(field, held, value):
                raw = _text(value)
        except _MisfitError as error:
            held, raw = None, _text(value)
            if not field.lenient:
                misfits.append((number, f"{_shown(value)} is not {error}"))
        values.append(held)
        raws.append(raw)
    return values, raws, misfits


def _read(field: Field, value: Any) -> Any:
    if field.multivalued:
        if not isinstance(value, list):
            raise _MisfitError("a list")
        return [_text(one) for one in value if one is not None]
    return READERS[field.type](value)


def _text(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise _MisfitError("a number that a double can hold")
    return found


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise _MisfitError("true or false")


def _date(value: Any) -> dt.date:
    try:
        # Python also reads `2024-W01-1`, which would not come out as it was sent.
        if isinstance(value, str) and _DAY.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise _MisfitError("a date (YYYY-MM-DD)")


def _datetime(value: Any) -> dt.datetime:
    """An offset is applied; without one the text is UTC. Stored naive."""
    try:
        if isinstance(value, str):
            found = dt.datetime.fromisoformat(value)
            return found if found.tzinfo is None else found.astimezone(dt.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):  # the latter: an offset leads out of the years that there are
        pass
    raise _MisfitError("a date and time (ISO 8601)")


def _time(value: Any) -> dt.time:
    try:
        if isinstance(value, str):
            return dt.time.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        pass
    raise _MisfitError("a time (HH:MM:SS)")


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


def _file(value: Any) -> Any:
    raise _MisfitError("a file: files come with a publication")


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
    FieldType.FILE: _file,
}

_SAME: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str,),
    FieldType.INT: (int,),
    FieldType.DOUBLE: (int, float),
    FieldType.BOOLEAN: (bool,),
}
"""The JSON types that these columns print again as they were sent."""


def _says_the_same(field: Field, held: Any, value: Any) -> bool:
    """The typed value alone gives back what was sent: same JSON type, same text."""
    if value is None:
        return True
    if field.type is FieldType.DATE:
        return held is not None and isinstance(value, str)
    if isinstance(value, bool) != (field.type is FieldType.BOOLEAN):
        return False
    return bool(held == value) and (field.multivalued or isinstance(value, _SAME.get(field.type, ())))


def _shown(value: Any) -> str:
    text = _json(value)
    return text if len(text) <= 60 else text[:57] + "..."


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
