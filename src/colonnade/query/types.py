"""Which type an expression has."""

from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.query.schema import ID, KEY, MODIFIED, SEQ, SOURCE, Field, FieldType, Schema
from colonnade.query.tree import Aggregate, Expr, FieldRef

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


@dataclass(frozen=True, slots=True)
class Typed:
    """A type as an answer has it: one value a row, or a list of them."""

    type: FieldType
    multivalued: bool = False


def field_type(field: Field) -> Typed:
    return Typed(field.type, field.multivalued)


def type_of(expr: Expr, schema: Schema) -> Typed | None:
    """The type of a value; None for what is not one (a condition, a literal that takes its neighbour's type, an
    unknown name). System columns are known in every schema."""
    if isinstance(expr, FieldRef):
        if expr.name in SYSTEM_TYPES:
            return Typed(SYSTEM_TYPES[expr.name])
        found = schema.get(expr.name)
        return field_type(found) if found else None
    if isinstance(expr, Aggregate):
        return Typed(FieldType.INT)
    return None
