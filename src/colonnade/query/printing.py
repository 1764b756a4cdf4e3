"""How the columns of an answer are to be printed, where their types do not say it."""

from colonnade.query.malformed import malformed
from colonnade.query.schema import FieldType, Schema
from colonnade.query.tree import Aggregate, AsJson, Call, Expr, FieldRef, Literal

PRECISION = "timeserie_precision"
"""The annotation of a field whose dates are not known to the day; its argument says how well."""

DATE_LENGTHS = {"year": 4, "month": 7}
"""Characters of an ISO date that are printed."""


def json_formatted(expr: Expr, clause: str) -> tuple[Expr, AsJson | None]:
    """What is printed, and how: `json_format(text)`, `json_format(text, 'fallback')`, `json_format(text, null)`. Raises
    `Invalid`."""
    if not isinstance(expr, Call) or expr.function != "json_format":
        return expr, None
    value, *fallback = expr.arguments
    match fallback:
        case []:
            return value, AsJson()
        case [Literal(value=None | str()) as otherwise]:
            return value, AsJson(otherwise)
        case _:
            raise malformed(clause, "json_format() takes a quoted text or null as its second argument.")


def date_precision(expr: Expr, schema: Schema) -> str | None:
    """The precision of a field's dates, of the smallest and of the largest; None if they are known to the day."""
    if isinstance(expr, Aggregate) and expr.function in {"min", "max"} and expr.argument is not None:
        expr = expr.argument
    field = schema.get(expr.name) if isinstance(expr, FieldRef) else None
    if field is None or field.type is not FieldType.DATE:
        return None
    (told,) = field.annotations.get(PRECISION, ())[:1] or ("",)
    return str(told) if told in DATE_LENGTHS else None
