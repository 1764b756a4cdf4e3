"""The order of rows, as `column_int_fee desc` says it."""

import re

from colonnade.errors import Invalid
from colonnade.query.lucene.meaning import Target, system
from colonnade.query.lucene.values import COLUMN
from colonnade.query.schema import ID, KEY, MODIFIED, SOURCE
from colonnade.query.tree import Expr, FieldRef, Order

_SORT = re.compile(r"\s*(?P<field>\S+)(?:\s+(?P<way>asc|desc))?\s*", re.IGNORECASE)
_FIELDS = {"external_id": KEY, "last_modified": MODIFIED, "id": ID, "data_upload_id": SOURCE}
_ALIKE = frozenset({"dataset_slug", "score", "full_text"})
"""What does not tell the rows of one dataset apart."""


def order(text: str, target: Target) -> tuple[Order, ...]:
    """Several stand with commas between. A column that the dataset does not have orders nothing. Raises `Invalid` with
    code `parameter.invalid`."""
    found: list[Order] = []
    for part in text.split(","):
        told = _SORT.fullmatch(part)
        if told is None:
            raise _wrong(text)
        value = _value(told["field"], target, text)
        if value is not None:
            found.append(Order(value, descending=(told["way"] or "").lower() == "desc"))
    return tuple(found)


def _value(name: str, target: Target, text: str) -> Expr | None:
    if name in _FIELDS:
        return system(_FIELDS[name])
    if name not in _ALIKE and not COLUMN.fullmatch(name):
        raise _wrong(text)
    field = target.columns.get(name)
    return FieldRef(field) if field is not None and target.schema.get(field) is not None else None


def _wrong(text: str) -> Invalid:
    return Invalid(
        f"Invalid value for sort API parameter: {text[:100]} was found but a field and asc or desc is expected.",
        code="parameter.invalid",
        parameter="sort",
    )
