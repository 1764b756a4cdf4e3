"""How long a record is: the bytes of its JSON as it is published, which nobody has to write for that."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

import orjson
from sqlglot import exp

from colonnade.engine.sql.pieces import called, cast
from colonnade.query.schema import FieldType
from colonnade.query.types import Typed

Written = Callable[[], exp.Expression]
"""Writes a value anew wherever it stands."""

_NULL = len("null")
_QUOTES = 2
_OFFSET = len("+00:00")
_FEATURE = len('{"type":"Feature","geometry":,"properties":{}}')
_POINT = len('{"lon":,"lat":}')


def size_of(fields: Sequence[tuple[str, Typed | None, Written]]) -> exp.Expression:
    """The bytes of a JSON object of these names and values. Datetimes count with an offset; of a file, what is stored."""
    around = 2 + max(0, len(fields) - 1) + sum(len(orjson.dumps(name)) + 1 for name, _, _ in fields)
    sizes = [_or_null(_size(typed, value)) for _, typed, value in fields]
    return exp.Paren(this=reduce(_sum, sizes, _number(around)))


def _size(typed: Typed | None, value: Written) -> exp.Expression:
    if typed is None or typed.multivalued:
        return _as_json(value)
    return _SIZES.get(typed.type, _plain)(value)


def _as_json(value: Written) -> exp.Expression:
    return _length(called("to_json", value()))


def _plain(value: Written) -> exp.Expression:
    return _length(value())


def _with(more: int) -> Callable[[Written], exp.Expression]:
    return lambda value: _sum(_plain(value), _number(more))


def _point(value: Written) -> exp.Expression:
    lon, lat = (_length(called("struct_extract", value(), exp.Literal.string(one))) for one in ("lon", "lat"))
    return reduce(_sum, (lon, lat, _number(_POINT)))


_SIZES: Mapping[FieldType, Callable[[Written], exp.Expression]] = {
    FieldType.TEXT: _as_json,
    FieldType.JSON: _as_json,
    FieldType.DATE: _with(_QUOTES),
    FieldType.TIME: _with(_QUOTES),
    FieldType.DATETIME: _with(_QUOTES + _OFFSET),
    FieldType.GEO_POINT: _point,
    FieldType.GEO_SHAPE: _with(_FEATURE),
}


def _length(value: exp.Expression) -> exp.Expression:
    return called("strlen", cast(value, "TEXT"))


def _or_null(size: exp.Expression) -> exp.Expression:
    return called("coalesce", size, _number(_NULL))


def _sum(left: exp.Expression, right: exp.Expression) -> exp.Expression:
    return exp.Add(this=left, expression=right)


def _number(value: int) -> exp.Expression:
    return exp.Literal.number(value)
