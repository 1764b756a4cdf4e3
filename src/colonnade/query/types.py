"""Which type an expression has."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.query.schema import ID, KEY, MODIFIED, SEQ, SOURCE, Field, FieldType, Schema
from colonnade.query.tree import (
    Aggregate,
    Arithmetic,
    ArithmeticOp,
    Call,
    Expr,
    FieldRef,
    KeyText,
    Literal,
    Periods,
    Slots,
    Widths,
)

SYSTEM_TYPES: Mapping[str, FieldType] = {
    ID: FieldType.INT,
    KEY: FieldType.TEXT,
    SOURCE: FieldType.TEXT,
    SEQ: FieldType.INT,
    MODIFIED: FieldType.DATETIME,
}

GEO = frozenset({FieldType.GEO_POINT, FieldType.GEO_SHAPE})
NUMBERS = frozenset({FieldType.INT, FieldType.DOUBLE})
DATES = frozenset({FieldType.DATE, FieldType.DATETIME})
TEXTS = frozenset({FieldType.TEXT, FieldType.JSON})
OF_TEXTS = frozenset({"lowest", "highest"})
"""Aggregates that are texts."""

_LITERALS: Mapping[type[object], FieldType] = {
    bool: FieldType.BOOLEAN,
    int: FieldType.INT,
    float: FieldType.DOUBLE,
    str: FieldType.TEXT,
    dt.date: FieldType.DATE,
    dt.datetime: FieldType.DATETIME,
    dt.time: FieldType.TIME,
}

_RESULTS: Mapping[str, FieldType] = {
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second"), FieldType.INT),
    **dict.fromkeys(("millisecond", "quarter", "dayofweek", "weekday", "yearday"), FieldType.INT),
    **dict.fromkeys(("length", "random", "record_size"), FieldType.INT),
    **dict.fromkeys(("lower", "upper", "date_format", "path_start"), FieldType.TEXT),
    **dict.fromkeys(("record_id", "file_id", "json_member"), FieldType.TEXT),
    **dict.fromkeys(("place_text", "place_digest"), FieldType.TEXT),
    "local": FieldType.DATETIME,
    **dict.fromkeys(("within_distance", "in_bbox", "intersects", "disjoint", "within"), FieldType.BOOLEAN),
    **dict.fromkeys(("words_across", "substring_across"), FieldType.BOOLEAN),
    **dict.fromkeys(("distance", "number"), FieldType.DOUBLE),
    **dict.fromkeys(("geo_cluster", "cluster_text"), FieldType.JSON),
}
"""Of functions whose result does not depend on their arguments."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A type as an answer has it: one value a row, or a list of them."""

    type: FieldType
    multivalued: bool = False


def field_type(field: Field) -> Typed:
    return Typed(field.type, field.multivalued)


def type_of(expr: Expr, schema: Schema) -> Typed | None:
    """The type of a bound value; None for what is not one (a condition, the literal null, an unknown name). System
    columns are known in every schema."""
    match expr:
        case FieldRef(name):
            if name in SYSTEM_TYPES:
                return Typed(SYSTEM_TYPES[name])
            found = schema.get(name)
            return field_type(found) if found else None
        case Literal(value):
            return None if value is None else Typed(_LITERALS[type(value)])
        case Aggregate():
            return _aggregate_type(expr, schema)
        case Arithmetic(first, rest):
            parts = [type_of(one, schema) for one in (first, *(one for _, one in rest))]
            is_divided = any(op is ArithmeticOp.DIVIDE for op, _ in rest)
            return Typed(
                FieldType.DOUBLE if is_divided or Typed(FieldType.DOUBLE) in parts else FieldType.INT
            )
        case Call():
            return _call_type(expr, schema)
        case Widths(is_whole=is_whole):
            return Typed(FieldType.INT if is_whole else FieldType.DOUBLE)
        case Periods():
            return Typed(FieldType.DATETIME)
        case Slots():
            return Typed(FieldType.INT)
        case KeyText():
            return Typed(FieldType.TEXT)
        case _:
            return None


def _aggregate_type(expr: Aggregate, schema: Schema) -> Typed | None:
    if expr.function in {"avg", "median", "percentile", "stddev", "sum_squares"}:
        return Typed(FieldType.DOUBLE)
    if expr.function in {"envelope", "bbox"}:
        return Typed(FieldType.GEO_SHAPE)
    if expr.function in {"sum", "min", "max", *OF_TEXTS} and expr.argument is not None:
        return type_of(expr.argument, schema)
    return Typed(FieldType.INT)


def _call_type(expr: Call, schema: Schema) -> Typed | None:
    if expr.function == "path_start":
        of = type_of(expr.arguments[0], schema)
        return Typed(FieldType.TEXT, multivalued=of is not None and of.multivalued)
    if expr.function in _RESULTS:
        return Typed(_RESULTS[expr.function])
    found = [one for one in (type_of(argument, schema) for argument in expr.arguments) if one is not None]
    if Typed(FieldType.DOUBLE) in found:
        return Typed(FieldType.DOUBLE)
    return found[0] if found else None
