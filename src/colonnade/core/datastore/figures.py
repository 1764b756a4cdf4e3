"""Sums and the like over columns whose values are texts."""

from colonnade.errors import Invalid
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import Aggregate, Call, Expr
from colonnade.query.types import DATES, NUMBERS

FUNCTIONS = ("sum", "avg", "min", "max", "count")
COUNT_ALL = Aggregate("count")

_EXTREMES = {"min": "lowest", "max": "highest"}


def expression(function: str, value: Expr, field: Field) -> Expr:
    """What is summed of texts are those that are numbers; the least and the greatest are those of the numbers among them,
    or else by their letters. Raises `Invalid`."""
    if function == "count":
        return Aggregate("count", value)
    if field.type is FieldType.TEXT and not field.multivalued:
        if function in _EXTREMES:
            return Aggregate(_EXTREMES[function], value)
        return Aggregate(function, Call("number", (value,)))
    allowed = NUMBERS | DATES if function in _EXTREMES else NUMBERS
    if field.type not in allowed:
        message = f"There is no {function} of column {field.name}, which is of type {field.type}."
        raise Invalid(message, code="datastore.figure")
    return Aggregate(function, value)
