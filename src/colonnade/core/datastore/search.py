"""Asking for rows of datastores: of one, or of two that are joined (section 11 of DKAN's reference).

Everything is text here: values are compared and told as texts, and what is summed is what can be read as a number.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from colonnade.core.datastore import cells, comparing, figures
from colonnade.core.datastore.tables import ENTRY, Rows, newest, rows_of
from colonnade.core.people import service as people
from colonnade.core.work import Work
from colonnade.engine.port import Join, Selection
from colonnade.errors import Invalid, NotFound
from colonnade.query.bind import bind
from colonnade.query.schema import RAW_SUFFIX, Field, FieldType, Schema
from colonnade.query.tree import (
    And,
    BoundQuery,
    Call,
    Expr,
    FieldRef,
    Literal,
    Named,
    Order,
    Output,
    Query,
)

DEFAULT_LIMIT = 10
MOST = 100
"""Rows of a page."""
MOST_OF_ADMINISTRATORS = 10_000
LONGEST_WORDS = 500
"""Characters."""
TYPE_SERIAL, TYPE_TEXT = "serial", "text"


class Column(NamedTuple):
    """A column as it is asked for. `alias`: of its table; None: of whichever has it."""

    alias: str | None
    name: str


@dataclass(frozen=True)
class Condition:
    """The value is one of these, or with `or_null` missing."""

    column: Column
    values: tuple[str, ...]
    or_null: bool = False


@dataclass(frozen=True)
class Figure:
    """`function`: sum, avg, min, max, count. `name`: of the value in the answer."""

    function: str
    column: Column
    name: str


@dataclass(frozen=True)
class Sorting:
    column: Column
    descending: bool = False


@dataclass(frozen=True)
class Question:
    """`resources`: alias and uuid of one or two. `columns` None: all; the name `*`: all of a table. `limit` 0: as many
    as a page has at most."""

    resources: tuple[tuple[str | None, str], ...]
    join: tuple[Column, Column] | None = None
    where: tuple[Condition, ...] = ()
    words: str = ""
    columns: tuple[Column, ...] | None = None
    group_by: tuple[Column, ...] = ()
    figures: tuple[Figure, ...] = ()
    order: tuple[Sorting, ...] = ()
    limit: int = DEFAULT_LIMIT
    offset: int = 0


@dataclass(frozen=True)
class Answer:
    """`fields`: name and type of each column that was asked for. `total`: rows before limit and offset."""

    fields: tuple[tuple[str, str], ...]
    rows: list[dict[str, str | None]]
    total: int


@dataclass(frozen=True)
class _Known:
    """A column that there is: what it is called in the query and in the answer, and how it is asked for."""

    alias: str | None
    name: str
    shown: str
    field: Field
    expr: Expr


def ask(work: Work, question: Question, left: Callable[[], float] | None = None) -> Answer:
    """Raises `NotFound` for a resource without rows that the actor may see, `Invalid` for what is wrong with the
    question, `Unavailable` when it takes too long. `left`: the seconds that it may take, if it is one of several."""
    left = left or work.countdown()
    tables = [(alias, rows_of(work, uuid)) for alias, uuid in question.resources]
    try:
        return _answered(work, tables, question, left())
    except NotFound as error:
        if error.code != "rows.unknown":
            raise
    # Another generation was swapped in since this work began.
    newer = [(alias, newest(work, rows)) for alias, rows in tables]
    return _answered(work, newer, question, left())


def _answered(work: Work, tables: Sequence["_Table"], question: Question, seconds: float) -> Answer:
    if len(tables) == 1:
        return _One(work, *tables[0], seconds).answer(question)
    if len(tables) != 2:
        raise _wrong("resource_id", "names one resource, or two that are joined")
    if question.join is None:
        raise _wrong("join", "is needed where there are two resources: join[a]=column&join[b]=column")
    return _Two(work, tables, question.join, seconds).answer(question)


_Table = tuple[str | None, Rows]
"""A table and its alias."""


class _Asking(ABC):
    """What is the same for one table and for two."""

    def __init__(self, work: Work, known: Sequence[_Known], seconds: float) -> None:
        self._work = work
        self._known = known
        self._seconds = seconds

    def answer(self, question: Question) -> Answer:
        shown = self._shown(question)
        if question.figures and not question.group_by:
            return self._whole(question)
        limit = self._limit(question.limit)
        query = Query(
            select=(*(Named(one.expr, one.shown) for one in shown), *self._figures(question)),
            where=self._where(question),
            group_by=tuple(Named(one.expr, one.shown) for one in self._grouped(question)),
            order_by=self._order(question),
            limit=limit,
            offset=question.offset,
        )
        bound = self._bound(query, question)
        found = self._found(bound, question)
        columns = _columns(bound, found)
        # The keys of groups are always there, also those that nobody wants to see.
        wanted = [*(one.shown for one in shown), *(one.name for one in question.figures)]
        rows = _rows({name: columns[name] for name in wanted}, found.table.num_rows)
        return Answer(tuple((one.shown, _type(one)) for one in shown), rows, found.total)

    def _whole(self, question: Question) -> Answer:
        """Figures of all rows that count: one row, also where there are none."""
        query = Query(select=self._figures(question), where=self._where(question), limit=1)
        bound = self._bound(query, question)
        found = self._found(bound, question)
        rows = _rows(_columns(bound, found), found.table.num_rows)
        nothing = {one.name: "0" if one.function == "count" else None for one in question.figures}
        page = (rows or [nothing]) if question.offset == 0 else []
        return Answer((), page, 1)

    def find(self, column: Column) -> _Known:
        """Raises `Invalid` for a column that there is not, as for one that may not be seen."""
        name = column.name.strip().replace(" ", "_")
        some = [one for one in self._known if column.alias in {None, one.alias}]
        found = [one for one in some if one.name == name] or [
            one for one in some if one.name.casefold() == name.casefold()
        ]
        if not found:
            told = column.name if column.alias is None else f"{column.alias}.{column.name}"
            raise Invalid(f"There is no column {told[:100]}.", code="datastore.column")
        if len(found) > 1:
            message = f"Both tables have a column {found[0].name}: say of which, by its alias."
            raise Invalid(message, code="datastore.column")
        return found[0]

    def _shown(self, question: Question) -> list[_Known]:
        if question.columns is None:
            if question.group_by:
                return self._grouped(question)
            return [] if question.figures else list(self._known)
        found = [one for column in question.columns for one in self._meant(column)]
        if question.group_by or question.figures:
            grouped = {one.expr for one in self._grouped(question)}
            for one in found:
                if one.expr not in grouped:
                    raise Invalid(f"Column {one.name} must be in group_by.", code="datastore.group_by")
        return list(dict.fromkeys(found))

    def _grouped(self, question: Question) -> list[_Known]:
        """Each column once, however often and in whatever case it was named."""
        return list(dict.fromkeys(self.find(one) for one in question.group_by))

    def _meant(self, column: Column) -> list[_Known]:
        if column.name == "*":
            return [one for one in self._known if column.alias in {None, one.alias}]
        return [self.find(column)]

    def _figures(self, question: Question) -> tuple[Named, ...]:
        return tuple(
            Named(figures.COUNT_ALL, one.name, is_alias=True)
            if one.function == "count" and one.column.name == "*"
            else Named(self._figure(one), one.name, is_alias=True)
            for one in question.figures
        )

    def _figure(self, figure: Figure) -> Expr:
        known = self.find(figure.column)
        return figures.expression(figure.function, known.expr, known.field)

    def _order(self, question: Question) -> tuple[Order, ...]:
        names = {one.name for one in question.figures}
        return tuple(
            Order(
                FieldRef(one.column.name)
                if one.column.alias is None and one.column.name in names
                else self.find(one.column).expr,
                one.descending,
            )
            for one in question.order
        )

    def _limit(self, asked: int) -> int:
        if asked and people.is_superuser(self._work.actor):
            return min(asked, MOST_OF_ADMINISTRATORS)
        return min(asked or MOST, MOST)

    def _where(self, question: Question) -> Expr | None:
        terms = [self._condition(one) for one in self._conditions(question)]
        if question.words:
            if len(question.words) > LONGEST_WORDS:
                raise _wrong("query", f"has at most {LONGEST_WORDS} characters")
            fields = (one.expr for one in self._known if one.name != ENTRY)
            terms.append(Call("substring_across", (Literal(question.words), *fields)))
        return None if not terms else And(tuple(terms))

    def _condition(self, condition: Condition) -> Expr:
        known = self.find(condition.column)
        return comparing.condition(known.expr, known.field, condition.values, or_null=condition.or_null)

    def _conditions(self, question: Question) -> Sequence[Condition]:
        return question.where

    @abstractmethod
    def _bound(self, query: Query, question: Question) -> BoundQuery: ...

    @abstractmethod
    def _found(self, bound: BoundQuery, question: Question) -> Selection: ...


class _One(_Asking):
    """Of one table."""

    def __init__(self, work: Work, alias: str | None, rows: Rows, seconds: float) -> None:
        self._rows = rows
        known = [_Known(alias, one.name, one.name, one, expr) for one, expr in rows.columns]
        super().__init__(work, known, seconds)

    def _bound(self, query: Query, question: Question) -> BoundQuery:
        bound = self._rows.bound(query)
        if question.group_by or question.figures:
            return bound
        raws = (
            Output(one.raw_name, FieldRef(one.raw_name), FieldType.TEXT)
            for one in self._rows.visible.fields
            if one.keeps_raw and any(output.expr == FieldRef(one.name) for output in bound.outputs)
        )
        return replace(bound, outputs=(*bound.outputs, *raws))

    def _found(self, bound: BoundQuery, question: Question) -> Selection:
        rows = self._rows
        return self._work.rows.select(rows.ref, rows.whole, bound, seconds=self._seconds)


class _Two(_Asking):
    """Of two, joined: their columns are `0.name` and `1.name` in the query."""

    def __init__(
        self,
        work: Work,
        tables: Sequence[_Table],
        join: tuple[Column, Column],
        seconds: float,
    ) -> None:
        self._tables = tables
        known = [one for side in (0, 1) for one in _of_side(side, *tables[side])]
        super().__init__(work, _distinct(known), seconds)
        self._on = self._sides(join)

    def _sides(self, join: tuple[Column, Column]) -> tuple[str, str]:
        found = sorted((self.find(one) for one in join), key=_side)
        if [_side(one) for one in found] != [0, 1]:
            raise _wrong("join", "names a column of each of the two resources by its alias")
        return _own(found[0]), _own(found[1])

    def _conditions(self, question: Question) -> Sequence[Condition]:
        """None: each is one of a side."""
        return ()

    def _bound(self, query: Query, question: Question) -> BoundQuery:
        schema = Schema(tuple(replace(one.field, name=_own(one)) for one in self._known))
        return bind(query, visible=schema)

    def _found(self, bound: BoundQuery, question: Question) -> Selection:
        sides = [self._side(side, question) for side in (0, 1)]
        join = Join(sides[0], sides[1], *self._on, bound)
        left, right = ((one.ref, one.whole) for _, one in self._tables)
        return self._work.rows.join(left, right, join, self._seconds)

    def _side(self, side: int, question: Question) -> BoundQuery:
        """All columns of a table that may be seen, and those of its rows that its own conditions leave."""
        rows = self._tables[side][1]
        own = {f"{side}.{field.name}": expr for field, expr in rows.columns}
        terms = []
        for one in question.where:
            known = self.find(one.column)
            if _side(known) == side:
                terms.append(
                    comparing.condition(own[_own(known)], known.field, one.values, or_null=one.or_null)
                )
        select = tuple(Named(expr, name) for name, expr in own.items())
        return rows.bound(Query(select=select, where=And(tuple(terms)) if terms else None))


def _of_side(side: int, alias: str | None, rows: Rows) -> list[_Known]:
    return [
        _Known(alias, one.name, one.name, replace(one, keeps_raw=False), FieldRef(f"{side}.{one.name}"))
        for one, _ in rows.columns
    ]


def _distinct(known: Sequence[_Known]) -> list[_Known]:
    """What the second table calls as the first one does is told with its alias."""
    seen: set[str] = set()
    found = []
    for one in known:
        shown = one.name if one.name not in seen else f"{one.alias}_{one.name}"
        seen.add(shown)
        found.append(replace(one, shown=shown))
    return found


def _own(one: _Known) -> str:
    assert isinstance(one.expr, FieldRef)
    return one.expr.name


def _side(one: _Known) -> int:
    return int(_own(one)[0])


def _type(one: _Known) -> str:
    return TYPE_SERIAL if one.name == ENTRY else TYPE_TEXT


def _columns(bound: BoundQuery, found: Selection) -> dict[str, list[str | None]]:
    """The texts of each column of the answer; what was sent of a column stands beside it."""
    raws: dict[str, list[Any]] = {}
    told: dict[str, list[Any]] = {}
    for at, one in enumerate(bound.outputs):
        is_raw = isinstance(one.expr, FieldRef) and one.expr.name.endswith(RAW_SUFFIX)
        (raws if is_raw else told)[one.name] = found.table.column(at).to_pylist()
    return {name: cells.texts(values, raws.get(name + RAW_SUFFIX)) for name, values in told.items()}


def _rows(columns: Mapping[str, list[str | None]], count: int) -> list[dict[str, str | None]]:
    names = tuple(columns)
    if not names:
        return [{} for _ in range(count)]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _wrong(parameter: str, what: str) -> Invalid:
    return Invalid(f"{parameter} {what}.", code="parameter.invalid", parameter=parameter)
