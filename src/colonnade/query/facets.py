"""Facets: which values a field has, and how many records each. Asked as an ordinary query, so that every engine can
answer it and no permission is passed by."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from colonnade.query.malformed import malformed
from colonnade.query.refine import has_facet_value, number_of, padded, separator
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import (
    Aggregate,
    And,
    Call,
    Expr,
    FieldRef,
    IsNull,
    Literal,
    Named,
    Order,
    Query,
    Scalar,
)
from colonnade.query.types import DATES, GEO, NUMBERS

MOST = 100
"""Values of one facet, if nobody says how many."""

_VALUE, _COUNT = "value", "count"
_LEVELS = ("year", "month", "day")
_SEPARATOR = "/"


class FacetSort(StrEnum):
    COUNT = "count"
    MOST_FIRST = "-count"
    ALPHANUM = "alphanum"
    ALPHANUM_BACKWARDS = "-alphanum"
    NUM = "num"
    NUM_BACKWARDS = "-num"


@dataclass(frozen=True, slots=True)
class FacetQuery:
    """One level of a field's values among the records that fulfil `where`.

    `prefix`: the path whose children are asked for; None is the first level. `sort` None: the field's `facetsort`,
    else by count, dates latest first. `zone`: where days are cut; `language`: of names in `where`.
    """

    field: Field
    where: Expr | None = None
    prefix: str | None = None
    sort: FacetSort | None = None
    limit: int = MOST
    zone: dt.tzinfo = dt.UTC
    language: str = "en"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """`name`: the last step of `path`, which is what a refinement takes. `is_parent`: there may be values below."""

    name: str
    path: str
    count: int
    is_parent: bool


def facet_query(facet: FacetQuery) -> Query:
    """The query whose answer `facet_values` reads. Raises `Invalid` (clause `facet`) for a field that has no facets,
    or a prefix that is none of its paths."""
    terms: list[Expr] = [IsNull(FieldRef(facet.field.name), negated=True)]
    if facet.prefix is not None:
        terms.append(has_facet_value(facet.field, facet.prefix, "facet"))
    if facet.where is not None:
        terms.append(facet.where)
    key = Named(_key(facet), _VALUE, is_alias=True)
    return Query(
        select=(Named(Aggregate("count"), _COUNT, is_alias=True),),
        where=And(tuple(terms)),
        group_by=(key,),
        order_by=_order(facet),
        limit=facet.limit + 1,  # one may be of records whose paths have no such level
        zone=facet.zone,
        language=facet.language,
    )


def facet_values(facet: FacetQuery, rows: Iterable[Mapping[str, Scalar]]) -> list[FacetValue]:
    """The values, from the rows of the answer."""
    found = [_value(facet, one[_VALUE], one[_COUNT]) for one in rows if one[_VALUE] is not None]
    return found[: facet.limit]


def facet_path(field: Field, value: str) -> str:
    """The value of a refinement as `facet_values` has it: `2019/08` for `2019/8`, `2` for `2.0`, `true` for `True`."""
    if field.type in DATES:
        return padded(value)
    if field.type is FieldType.BOOLEAN:
        return value.lower()
    number = number_of(value) if field.type in NUMBERS else None
    return value if number is None else _printed(number)


def _key(facet: FacetQuery) -> Expr:
    field, reference = facet.field, FieldRef(facet.field.name)
    if field.type in GEO or field.type is FieldType.FILE:
        raise malformed("facet", f"Values of type {field.type} are no facet values.")
    depth = _depth(facet)
    if field.type in DATES:
        return Call(_LEVELS[depth], (reference,))
    levels = separator(field)
    if levels is None:
        return reference
    start = "" if facet.prefix is None else facet.prefix + levels
    return Call("path_start", (reference, Literal(levels), Literal(depth + 1), Literal(start)))


def _depth(facet: FacetQuery) -> int:
    """How many steps the prefix has."""
    if facet.prefix is None:
        return 0
    levels = _SEPARATOR if facet.field.type in DATES else separator(facet.field)
    steps = facet.prefix.split(levels) if levels else []
    if levels is None or (facet.field.type in DATES and len(steps) >= len(_LEVELS)):
        raise malformed(
            "facet", f"There is nothing below the value {facet.prefix} of field {facet.field.name}."
        )
    return len(steps)


def _order(facet: FacetQuery) -> tuple[Order, ...]:
    """Equal counts stand in the order of their values: engines sort groups by their keys at last."""
    sort = facet.sort or _default_sort(facet.field)
    by = _COUNT if sort in {FacetSort.COUNT, FacetSort.MOST_FIRST} else _VALUE
    return (Order(FieldRef(by), descending=sort.startswith("-")),)


def _default_sort(field: Field) -> FacetSort:
    chosen = field.annotations.get("facetsort")
    if chosen and chosen[0] in set(FacetSort):
        return FacetSort(str(chosen[0]))
    return FacetSort.ALPHANUM_BACKWARDS if field.type in DATES else FacetSort.MOST_FIRST


def _value(facet: FacetQuery, value: Scalar, count: Scalar) -> FacetValue:
    assert isinstance(count, int)
    if facet.field.type in DATES:
        depth = _depth(facet)
        step = f"{value:04}" if depth == 0 else f"{value:02}"
        path = step if facet.prefix is None else f"{facet.prefix}{_SEPARATOR}{step}"
        return FacetValue(step, path, count, depth < len(_LEVELS) - 1)
    levels = separator(facet.field)
    path = _printed(value)
    name = path if levels is None else path.rsplit(levels, 1)[-1]
    return FacetValue(name, path, count, levels is not None)


def _printed(value: Scalar) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
        case dt.time():
            return value.isoformat()
        case _:
            return str(value)
