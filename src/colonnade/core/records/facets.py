"""Facets: the values of fields and how many records have each, among the records that a filter leaves."""

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from colonnade.core.datasets.facet_settings import FACET
from colonnade.query.facets import (
    MOST,
    FacetQuery,
    FacetSort,
    FacetValue,
    facet_path,
    facet_query,
    facet_values,
)
from colonnade.query.malformed import malformed
from colonnade.query.refine import (
    HIERARCHICAL,
    Refinement,
    excluded,
    is_disjunctive_field,
    refined,
    separator,
)
from colonnade.query.schema import Field, Schema
from colonnade.query.tree import And, Expr, Query, Scalar
from colonnade.query.types import DATES, GEO

Answer = Callable[[Query], Iterable[Mapping[str, Scalar]]]
"""Answers a query with the rows that the actor may see."""

MOST_OPENED = 50
"""Values of one facet below which is looked: each is a query of its own."""

DISPLAYED, REFINED, EXCLUDED = "displayed", "refined", "excluded"


@dataclass(frozen=True)
class Wanted:
    """A facet that is asked for. What is None is as the field's annotations say. `levels`: the separator of a
    hierarchical field, empty for a field without levels."""

    field: str
    sort: FacetSort | None = None
    limit: int = MOST
    levels: str | None = None
    is_disjunctive: bool | None = None


@dataclass(frozen=True)
class Filter:
    """Which records count."""

    where: Expr | None = None
    refine: tuple[Refinement, ...] = ()
    exclude: tuple[Refinement, ...] = ()
    zone: dt.tzinfo = dt.UTC
    language: str = "en"


@dataclass(frozen=True)
class Node:
    """A value. `path` is what a refinement takes, `name` its last step. `count` None: it is excluded."""

    name: str
    path: str
    count: int | None
    state: str
    children: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Facet:
    name: str
    nodes: tuple[Node, ...]


def condition(filter_: Filter, schema: Schema, *, disjunctive: Sequence[str] = ()) -> Expr | None:
    """The condition that a filter makes of everything it says. Raises `Invalid`."""
    terms = (
        filter_.where,
        refined(filter_.refine, schema, disjunctive=disjunctive),
        excluded(filter_.exclude, schema),
    )
    return _all([one for one in terms if one is not None])


def facets(schema: Schema, wanted: Sequence[Wanted], filter_: Filter, answer: Answer) -> list[Facet]:
    """The values of each facet. The counts of a disjunctive one ignore its own refinements, so that the other choices
    stay visible. Raises `Invalid` (clause `facet`) for an unknown field, and where too many values are to be opened."""
    schema = _as_asked(schema, wanted)
    fields = [_field(schema, one) for one in wanted]
    disjunctive = [
        field.name for field, one in zip(fields, wanted, strict=True) if _is_disjunctive(field, one)
    ]
    return [
        Facet(field.name, _nodes(field, one, schema, filter_, disjunctive, answer))
        for field, one in zip(fields, wanted, strict=True)
    ]


def annotated(schema: Schema, order: Sequence[str] = ()) -> list[Wanted]:
    """The facets that a table's fields say they are: those of `order` first, the others as they stand in the table.
    Places have no facet values, whatever their annotations say."""
    names = [one.name for one in schema.fields if FACET in one.annotations and one.type not in GEO]
    return [Wanted(name) for name in dict.fromkeys((*order, *names)) if name in names]


def _nodes(
    field: Field,
    wanted: Wanted,
    schema: Schema,
    filter_: Filter,
    disjunctive: Sequence[str],
    answer: Answer,
) -> tuple[Node, ...]:
    counted = filter_
    if field.name in disjunctive:
        others = tuple(one for one in filter_.refine if one.field != field.name)
        counted = replace(filter_, refine=others)
    asked = FacetQuery(
        field,
        where=condition(counted, schema, disjunctive=disjunctive),
        sort=wanted.sort,
        limit=wanted.limit,
        zone=filter_.zone,
        language=filter_.language,
    )
    marks = _Marks(
        "/" if field.type in DATES else separator(field),
        frozenset(facet_path(field, one.value) for one in filter_.refine if one.field == field.name),
        tuple(facet_path(field, one.value) for one in filter_.exclude if one.field == field.name),
        2 if field.type in DATES else sys.maxsize,
    )
    if marks.open_more_than(MOST_OPENED):
        message = (
            f"At most {MOST_OPENED} values of {field.name} can be refined or have excluded values below them."
        )
        raise malformed("facet", message)
    return _level(asked, marks, answer)


@dataclass(frozen=True)
class _Marks:
    """What is refined and excluded of one field, as paths; `levels` stands between their steps. `deepest`: as many of these
    can have something below."""

    levels: str | None
    refined: frozenset[str]
    excluded: tuple[str, ...]
    deepest: int

    def is_refined(self, path: str) -> bool:
        below = None if self.levels is None else path + self.levels
        return any(one == path or (below is not None and one.startswith(below)) for one in self.refined)

    def is_open(self, path: str) -> bool:
        """What is below is shown: it is refined, or something below it is excluded."""
        below = None if self.levels is None else path + self.levels
        return self.is_refined(path) or (
            below is not None and any(one.startswith(below) for one in self.excluded)
        )

    def open_more_than(self, most: int) -> bool:
        """Whether so many values can be open, and more."""
        if self.levels is None:
            return False
        found: set[tuple[str, ...]] = set()
        for path in (*self.refined, *self.excluded):
            steps = path.split(self.levels)
            parents = min(len(steps) if path in self.refined else len(steps) - 1, self.deepest, most + 1)
            found.update(tuple(steps[: at + 1]) for at in range(parents))
            if len(found) > most:
                return True
        return False

    def excluded_below(self, prefix: str | None) -> list[str]:
        """The excluded paths of one level."""
        return [one for one in dict.fromkeys(self.excluded) if self._parent(one) == prefix]

    def _parent(self, path: str) -> str | None:
        if self.levels is None or self.levels not in path:
            return None
        return path.rsplit(self.levels, 1)[0]


def _level(asked: FacetQuery, marks: _Marks, answer: Answer) -> tuple[Node, ...]:
    values = facet_values(asked, answer(facet_query(asked)))
    gone = marks.excluded_below(asked.prefix)
    found = [_node(one, asked, marks, answer) for one in values if one.path not in gone]
    names = (path if marks.levels is None else path.rsplit(marks.levels, 1)[-1] for path in gone)
    excluded_nodes = [Node(name, path, None, EXCLUDED) for name, path in zip(names, gone, strict=True)]
    return (*found, *excluded_nodes)


def _node(value: FacetValue, asked: FacetQuery, marks: _Marks, answer: Answer) -> Node:
    state = REFINED if marks.is_refined(value.path) else DISPLAYED
    is_open = value.is_parent and marks.is_open(value.path)
    below = _level(replace(asked, prefix=value.path), marks, answer) if is_open else ()
    return Node(value.name, value.path, value.count, state, below)


def _as_asked(schema: Schema, wanted: Sequence[Wanted]) -> Schema:
    """The schema with the levels that are asked for in the place of those that fields have: refinements know them, too."""
    levels = {one.field: one.levels for one in wanted if one.levels is not None}
    return replace(schema, fields=tuple(_with_levels(one, levels.get(one.name)) for one in schema.fields))


def _with_levels(field: Field, levels: str | None) -> Field:
    if levels is None or field.type in DATES:
        return field
    others = {name: said for name, said in field.annotations.items() if name != HIERARCHICAL}
    return replace(field, annotations={**others, HIERARCHICAL: (levels,)} if levels else others)


def _field(schema: Schema, wanted: Wanted) -> Field:
    found = schema.get(wanted.field)
    if found is None:
        raise malformed("facet", f"Unknown field: {wanted.field}.")
    return found


def _is_disjunctive(field: Field, wanted: Wanted) -> bool:
    return is_disjunctive_field(field) if wanted.is_disjunctive is None else wanted.is_disjunctive


def _all(terms: Sequence[Expr]) -> Expr | None:
    if len(terms) < 2:
        return terms[0] if terms else None
    return And(tuple(terms))
