"""Values as texts, compared with what a column holds."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence

from colonnade.core.records.coercion import INT_RANGE
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import Expr, In, IsNull, Literal, Or, Scalar

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_NEVER = Literal(value=False)


def condition(value: Expr, field: Field, texts: Sequence[str], *, or_null: bool) -> Expr:
    """The value is one of these. What no value of the column's type is written like is none of its values. The empty
    text is a missing value, too, since files have no other way to say it."""
    read = _READERS.get(field.type, _text)
    options = [found for one in texts if (found := read(one)) is not None]
    terms: list[Expr] = [In(value, tuple(map(Literal, options)))] if options else []
    if or_null or "" in texts:
        terms.append(IsNull(value))
    if len(terms) < 2:
        return terms[0] if terms else _NEVER
    return Or(tuple(terms))


def _text(text: str) -> Scalar:
    return text


def _integer(text: str) -> Scalar:
    bare = text.strip()
    return int(bare) if _INTEGER.fullmatch(bare) and int(bare) in INT_RANGE else None


def _number(text: str) -> Scalar:
    bare = text.strip()
    found = float(bare) if _NUMBER.fullmatch(bare) else math.inf
    return found if math.isfinite(found) else None


def _boolean(text: str) -> Scalar:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower())


def _date(text: str) -> Scalar:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def _datetime(text: str) -> Scalar:
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _time(text: str) -> Scalar:
    try:
        return dt.time.fromisoformat(text.strip())
    except ValueError:
        return None


_READERS: Mapping[FieldType, Callable[[str], Scalar]] = {
    FieldType.INT: _integer,
    FieldType.DOUBLE: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
}
