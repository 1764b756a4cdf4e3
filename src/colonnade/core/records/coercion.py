"""Values as they are sent (JSON) to values as columns hold them, row by row, all or none.

A lenient field takes whatever is sent and keeps it, as `colonnade.query.raw` says.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from colonnade.builder import lenient
from colonnade.engine.layout import arrow_type
from colonnade.errors import Invalid
from colonnade.query import raw
from colonnade.query.schema import KEY, Field, FieldType, Schema

_LEAST_INT, _GREATEST_INT = -(1 << 63), (1 << 63) - 1
INT_RANGE = range(_LEAST_INT, _GREATEST_INT + 1)
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
    cells = {name: [row.values.get(name) for row in rows] for name in schema.names}
    return _arrow(schema, [row.key for row in rows], cells, wrong)


def arrow_columns(schema: Schema, keys: Sequence[str | None], cells: Mapping[str, Sequence[Any]]) -> Any:
    """The same for rows as columns: the cells of some or all fields, as many as there are keys."""
    nothing = [None] * len(keys)
    return _arrow(schema, keys, {name: cells.get(name, nothing) for name in schema.names}, [])


def _arrow(
    schema: Schema,
    keys: Sequence[str | None],
    cells: Mapping[str, Sequence[Any]],
    wrong: list[tuple[int, str, str]],
) -> Any:
    columns: dict[str, Any] = {KEY: _texts(keys)}
    for field in schema.fields:
        values, raws, misfits = _column(field, cells[field.name])
        wrong.extend((number, field.name, message) for number, message in misfits)
        if not misfits:
            columns[field.name] = _texts(values) if _is_text(field) else pa.array(values, arrow_type(field))
        if field.keeps_raw:
            columns[field.raw_name] = _texts(raws)
    if wrong:
        raise _invalid(wrong)
    return pa.table(columns)


def misfit(field: Field, value: Any) -> str | None:
    """Why a field cannot hold a value, in a clause; None: it can. Null and the empty text are in every field."""
    _, _, misfits = _column(field, [value])
    return misfits[0][1] if misfits else None


def _column(field: Field, sent: Sequence[Any]) -> tuple[list[Any], list[str | None], list[tuple[int, str]]]:
    """A column's values, its raw texts, and its misfits as (row number, message)."""
    if field.lenient and field.keeps_raw and not field.multivalued and field.type in lenient.READERS:
        values, raws = _lenient(field.type, sent)
        return values, raws, []
    values, raws = [], []
    misfits: list[tuple[int, str]] = []
    for number, value in enumerate(sent, 1):
        beside = None
        try:
            held = None if value is None or value == "" else _read(field, value)
            if field.keeps_raw and not _says_the_same(field, held, value):
                beside = _text(value)
        except _MisfitError as error:
            held, beside = None, _text(value)
            if not field.lenient:
                misfits.append((number, f"{_shown(value)} is not {error}"))
        values.append(held)
        raws.append(beside)
    return values, raws, misfits


def _lenient(type_: FieldType, sent: Sequence[Any]) -> tuple[list[Any], list[str | None]]:
    """A lenient column's values and raw texts."""
    texts, raws = _kept_texts(sent)
    if type_ is FieldType.TEXT:
        return texts, raws
    values: list[Any] = []
    read, native = lenient.READERS[type_], _NATIVE.get(type_)
    for at, (value, text) in enumerate(zip(sent, texts, strict=True)):
        if text is None:
            held = None
        elif type(value) is native:
            held = _held(value)
        else:
            held = read(text)
            if raws[at] is None and raw.printed(held) != text:
                raws[at] = text
        values.append(held)
    return values, raws


def _kept_texts(sent: Sequence[Any]) -> tuple[list[str | None], list[str | None]]:
    if not sent:
        return [], []
    texts, raws = zip(*map(raw.kept, sent), strict=True)
    return list(texts), list(raws)


def _held(value: Any) -> Any:
    """A number that a column can hold, or a boolean; None for another number."""
    is_held = math.isfinite(value) if type(value) is float else _LEAST_INT <= value <= _GREATEST_INT
    return value if is_held else None


_NATIVE: Mapping[FieldType, type] = {
    FieldType.INT: int,
    FieldType.DOUBLE: float,
    FieldType.BOOLEAN: bool,
}
"""The JSON types that are values of these columns as they are."""


def _is_text(field: Field) -> bool:
    return field.type is FieldType.TEXT and not field.multivalued


def _texts(values: Sequence[str | None]) -> Any:
    """Raises `Invalid` for half of a character, which JSON can say and UTF-8 cannot."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError as error:
        raise Invalid("A text has half of a character in it.", code="rows.text") from error


def _read(field: Field, value: Any) -> Any:
    if field.multivalued:
        if not isinstance(value, list):
            raise _MisfitError("a list")
        return [_text(one) for one in value if one is not None]
    return READERS[field.type](value)


def _text(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else raw.as_json(value)


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
    text = raw.as_json(value)
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
