"""What a text of the Lucene language asks of one dataset: its syntax tree to the tree that all languages share."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial

from colonnade.query.lucene import values, wording
from colonnade.query.lucene.syntax import Anything, Both, Either, Interval, Leaf, Node, Text, Without
from colonnade.query.lucene.wording import ALWAYS, NEVER
from colonnade.query.schema import ID, KEY, MODIFIED, SOURCE, Schema
from colonnade.query.tree import (
    And,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    In,
    IsNull,
    Literal,
    Not,
    Or,
    Scalar,
)

_AFTER_ALL = "\U0010ffff"
"""No text that begins with another one comes after that one and this letter."""


@dataclass(frozen=True)
class Target:
    """A dataset as its reader sees it. `columns`: the fields of `schema` by what they are called in searches over many
    datasets (`column_int_fee`). `uploads`: the source of the rows of each uploaded file, by the file's number. `row`: the
    `_id` of the row that has a public id, if it may be in this dataset."""

    slug: str
    schema: Schema
    columns: Mapping[str, str]
    uploads: Mapping[int, str]
    row: Callable[[str], int | None]


def condition(node: Node, target: Target, now: dt.datetime) -> Expr:
    """The condition on a row; `Literal` true or false where that is known without a look at one. `now` has an offset.
    Raises `Invalid` as `check`."""
    return _simplified(wording.merged(_meaning(node, partial(_leaf, target=target, now=now)), target.schema))


def system(name: str) -> Expr:
    """A system column, as a query of any reader may name it."""
    return Call("system", (Literal(name),))


def check(node: Node, now: dt.datetime) -> None:
    """Raise `Invalid` (`parameter.invalid`) for a value that its field can never have, whatever the dataset."""
    nowhere = Target("", Schema(()), {}, {}, lambda _: None)
    wording.merged(_meaning(node, partial(_leaf, target=nowhere, now=now)), nowhere.schema)


_Asking = Callable[[Leaf], "Expr | None"]


def _meaning(node: Node, asked: _Asking) -> Expr:
    """A part without any word in it says nothing; a text of such parts alone finds nothing."""
    found = _said(node, asked)
    return NEVER if found is None else found


def _said(node: Node, asked: _Asking) -> Expr | None:
    match node:
        case Leaf():
            return asked(node)
        case Without(term):
            found = _said(term, asked)
            return None if found is None else Not(found)
        case Both(terms):
            return _joined(And, [_said(one, asked) for one in terms])
        case Either(terms):
            return _joined(Or, [_said(one, asked) for one in terms])


def _joined(kind: type[And | Or], terms: Sequence[Expr | None]) -> Expr | None:
    said = tuple(one for one in terms if one is not None)
    if len(said) < 2:
        return said[0] if said else None
    return kind(said)


def _leaf(leaf: Leaf, target: Target, now: dt.datetime) -> Expr | None:
    match leaf.field:
        case None | "full_text" | "*":
            return _in_row(leaf)
        case "dataset_slug":
            return _of_dataset(leaf, target.slug)
        case "data_upload_id":
            return _of_upload(leaf, target.uploads)
        case "external_id":
            return _of_key(leaf)
        case "id":
            return _of_row(leaf, target)
        case "last_modified":
            return _compared(system(MODIFIED), values.MOMENT, leaf, now)
        case name:
            return _of_column(name, leaf, target, now)


def _in_row(leaf: Leaf) -> Expr | None:
    match leaf.value:
        case Text() as text:
            return wording.matched(text) if text.has_words else None
        case Anything():
            return ALWAYS
        case Interval(low, high):
            is_open = low is None and high is None
            ends = " TO ".join(one or "*" for one in (low, high))
            return ALWAYS if is_open else wording.matched(Text(ends))


def _of_column(name: str, leaf: Leaf, target: Target, now: dt.datetime) -> Expr | None:
    found = values.COLUMN.fullmatch(name)
    assert found is not None, "the grammar saw to it"
    field = target.columns.get(name)
    known = field is not None and target.schema.get(field) is not None
    reference = FieldRef(field or "")
    if found["type"] == values.TEXT:
        said = _of_text(reference, leaf)
    else:
        said = _compared(reference, found["type"], leaf, now)
    return said if known or said is None else NEVER


def _of_text(field: FieldRef, leaf: Leaf) -> Expr | None:
    match leaf.value:
        case Text() as text:
            return wording.matched(text, field.name) if text.has_words else None
        case Anything():
            return IsNull(field, negated=True)
        case Interval() as interval:
            lower = wording.lower(field)
            return _between(lower, interval, str.lower) or IsNull(field, negated=True)


def _compared(field: Expr, type_: str, leaf: Leaf, now: dt.datetime) -> Expr:
    def read(text: str) -> Scalar:
        return values.typed(type_, text, leaf.field or "", now)

    match leaf.value:
        case Text(plain):
            return _compare(CompareOp.EQ, field, read(plain), is_time=type_ == values.TIME)
        case Anything():
            return IsNull(field, negated=True)
        case Interval() as interval:
            between = _between(field, interval, read, is_time=type_ == values.TIME)
            return between or IsNull(field, negated=True)


def _between(
    value: Expr, interval: Interval, read: Callable[[str], Scalar], *, is_time: bool = False
) -> Expr | None:
    """None where both ends are open."""
    ends = (
        (interval.low, CompareOp.GE if interval.low_closed else CompareOp.GT),
        (interval.high, CompareOp.LE if interval.high_closed else CompareOp.LT),
    )
    terms = [_compare(op, value, read(end), is_time=is_time) for end, op in ends if end is not None]
    return _joined(And, terms)


def _compare(op: CompareOp, value: Expr, wanted: Scalar, *, is_time: bool = False) -> Expr:
    if is_time and isinstance(wanted, dt.datetime):  # of a day before that of all times
        is_after = op in {CompareOp.GT, CompareOp.GE}
        return IsNull(value, negated=True) if is_after else NEVER
    return Compare(op, value, Literal(wanted))


def _of_dataset(leaf: Leaf, slug: str) -> Expr:
    match leaf.value:
        case Text(plain, pattern):
            is_met = slug == plain if pattern is None else fnmatchcase(slug, pattern.replace("[", "[[]"))
        case Anything():
            is_met = True
        case Interval() as interval:
            is_met = _is_within(slug, interval)
    return Literal(value=is_met)


def _is_within(text: str, interval: Interval) -> bool:
    low, high = interval.low, interval.high
    above = low is None or (text >= low if interval.low_closed else text > low)
    return above and (high is None or (text <= high if interval.high_closed else text < high))


def _of_upload(leaf: Leaf, uploads: Mapping[int, str]) -> Expr:
    def number(text: str) -> int:
        if not text.strip().isdecimal():
            raise values.wrong("data_upload_id", text, "the number of a file")
        return int(text[:18])

    match leaf.value:
        case Text(plain):
            wanted = [uploads[one] for one in (number(plain),) if one in uploads]
        case Anything():
            wanted = list(uploads.values())
        case Interval() as interval:
            low, high = (None if end is None else number(end) for end in (interval.low, interval.high))
            wanted = [
                source
                for one, source in uploads.items()
                if (low is None or one > low or (one == low and interval.low_closed))
                and (high is None or one < high or (one == high and interval.high_closed))
            ]
    return In(system(SOURCE), tuple(map(Literal, wanted))) if wanted else NEVER


def _of_key(leaf: Leaf) -> Expr:
    key = system(KEY)
    match leaf.value:
        case Text(plain, pattern):
            if pattern is None:
                return Compare(CompareOp.EQ, key, Literal(plain))
            if not pattern.endswith("*") or sum(one in "*?" for one in pattern) > 1:
                raise values.wrong("external_id", plain, "an id, or its beginning and an asterisk,")
            return _between(key, Interval(plain[:-1], plain[:-1] + _AFTER_ALL, True, True), str) or ALWAYS
        case Anything():
            return IsNull(key, negated=True)
        case Interval() as interval:
            return _between(key, interval, str) or IsNull(key, negated=True)


def _of_row(leaf: Leaf, target: Target) -> Expr:
    match leaf.value:
        case Text(plain, None):
            row = target.row(plain)
            return NEVER if row is None else Compare(CompareOp.EQ, system(ID), Literal(row))
        case Anything():
            return ALWAYS
        case _:
            raise values.wrong("id", "a wildcard or a range", "the id of a row")


def _simplified(expr: Expr) -> Expr:
    """Without terms whose value is known."""
    match expr:
        case Not(term):
            found = _simplified(term)
            return Literal(not found.value) if isinstance(found, Literal) else Not(found)
        case And(terms):
            return _without(terms, neutral=True, kind=And)
        case Or(terms):
            return _without(terms, neutral=False, kind=Or)
        case _:
            return expr


def _without(terms: Sequence[Expr], *, neutral: bool, kind: type[And | Or]) -> Expr:
    found = [_simplified(one) for one in terms]
    known = [one for one in found if isinstance(one, Literal)]
    if any(one.value is not neutral for one in known):
        return Literal(value=not neutral)
    kept = tuple(one for one in found if not isinstance(one, Literal))
    if len(kept) < 2:
        return kept[0] if kept else Literal(value=neutral)
    return kind(kept)
