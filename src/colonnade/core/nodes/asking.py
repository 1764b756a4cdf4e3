"""Questions about the columns of nodes, as conditions and orders."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, cast, false, func, literal, not_, or_, select

from colonnade.core.nodes.model import Condition, Node, Ordering
from colonnade.errors import Invalid

LARGEST = 2**63 - 1
LONGEST_PATTERN = 1_000
"""Characters: SQLite takes none that is much longer, and each is work for every node."""

_NOTHING = literal(0)
_NUMBERS: Mapping[str, ColumnElement[Any]] = {
    "id": Node.id.expression,
    "vid": Node.vid.expression,
    "author": func.coalesce(Node.author_id, 0),
    "is_published": cast(Node.is_published, Integer),
    "created": Node.created.expression,
    "changed": Node.changed.expression,
    "promote": cast(Node.promote, Integer),
    "sticky": cast(Node.sticky, Integer),
    "none": _NOTHING,
}
"""`none`: what is not counted here, which is 0 of every node."""
_TEXTS: Mapping[str, ColumnElement[Any]] = {
    "kind": Node.kind.expression,
    "language": Node.language.expression,
    "title": Node.title.expression,
    "uuid": Node.uuid.expression,
}
COLUMNS = frozenset({*_NUMBERS, *_TEXTS})
_SMALL = frozenset({"kind", "uuid"})
"""Kept in small letters: what is asked is made so, and their indexes serve. Others are compared without case."""
_IGNORING_CASE = "NOCASE"
"""Of the letters A to Z."""
_EQUAL = frozenset({"=", "<=>", "IN"})
_UNEQUAL = frozenset({"!=", "<>", "NOT IN"})
_BETWEEN = frozenset({"BETWEEN", "NOT BETWEEN"})

_Made = Callable[[ColumnElement[Any], Sequence[Any]], ColumnElement[bool]]
_OPERATORS: Mapping[str, _Made] = {
    "=": lambda column, values: column.in_(values),
    "<=>": lambda column, values: column.in_(values),
    "IN": lambda column, values: column.in_(values),
    "!=": lambda column, values: column.not_in(values),
    "<>": lambda column, values: column.not_in(values),
    "NOT IN": lambda column, values: column.not_in(values),
    "<": lambda column, values: or_(*(column < one for one in values)),
    "<=": lambda column, values: or_(*(column <= one for one in values)),
    ">": lambda column, values: or_(*(column > one for one in values)),
    ">=": lambda column, values: or_(*(column >= one for one in values)),
    "LIKE": lambda column, values: or_(*(column.like(one) for one in values)),
    "NOT LIKE": lambda column, values: and_(*(column.not_like(one) for one in values)),
    "BETWEEN": lambda column, values: column.between(values[0], values[-1]),
    "NOT BETWEEN": lambda column, values: not_(column.between(values[0], values[-1])),
}
_NULLS = {"IS": True, "IS NOT": False, "IS NULL": True, "IS NOT NULL": False}


def condition(one: Condition) -> ColumnElement[bool]:
    """Raises `Invalid`. A text where numbers are compared fits none."""
    operator = " ".join(one.operator.upper().split())
    column = _column(one.column)
    if operator in _NULLS:
        return column.is_(None) if _NULLS[operator] else column.is_not(None)
    make = _OPERATORS.get(operator)
    if make is None:
        raise _wrong(f"There is no operator {one.operator}.")
    _check_values(one, operator)
    if "LIKE" in operator:
        return make(cast(column, String) if one.column in _NUMBERS else column, one.values)
    if one.column in _TEXTS:
        return _of_text(one, operator, make)
    numbers = [found for value in one.values if (found := _number(value)) is not None]
    if not numbers or (operator in _BETWEEN and len(numbers) < len(one.values)):
        return false() if operator not in _UNEQUAL else not_(false())
    return make(column, numbers)


def _check_values(one: Condition, operator: str) -> None:
    if not one.values:
        raise _wrong(f"{operator} takes a value ({one.column}).")
    if operator in _BETWEEN and len(one.values) != 2:
        raise _wrong(f"{operator} takes two values ({one.column}).")
    if "LIKE" in operator and any(len(value) > LONGEST_PATTERN for value in one.values):
        raise _wrong(f"{operator} takes at most {LONGEST_PATTERN:,} characters ({one.column}).")


def _of_text(one: Condition, operator: str, make: _Made) -> ColumnElement[bool]:
    """Without case. A title is looked for first: its index is read through then, and not all nodes."""
    column = _TEXTS[one.column]
    if one.column in _SMALL:
        return make(column, [value.lower() for value in one.values])
    found = make(column.collate(_IGNORING_CASE), one.values)
    is_sought = one.column == "title" and operator in _EQUAL
    return Node.id.in_(select(Node.id).where(found)) if is_sought else found


def order(wanted: Sequence[Ordering]) -> list[ColumnElement[Any]]:
    """Raises `Invalid`. None wanted: pinned ones first, then the newest, and those of one second as they were made."""
    if not wanted:
        return [Node.sticky.desc(), Node.created.desc(), Node.id.asc()]
    columns = [(_column(one.column), one.descending) for one in wanted]
    return [*(one.desc() if down else one.asc() for one, down in columns), Node.id.asc()]


def _column(name: str) -> ColumnElement[Any]:
    found = _NUMBERS.get(name)
    if found is None:
        found = _TEXTS.get(name)
    if found is None:
        raise _wrong(f"Nodes have no column {name}.")
    return found


def _number(text: str) -> int | None:
    plain = text.strip()
    if not plain.removeprefix("-").isdecimal() or not plain.isascii() or len(plain) > 20:
        return None
    return max(min(int(plain), LARGEST), -LARGEST)


def _wrong(message: str) -> Invalid:
    return Invalid(message, code="node.query")
