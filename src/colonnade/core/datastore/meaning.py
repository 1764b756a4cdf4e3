"""What a question to datastores means for their tables and who asks: names become columns, and conditions those of the
query tree. It is the same for every page of an answer, and kept."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from colonnade.core.datastore import comparing, figures
from colonnade.core.datastore.question import Column, Condition, Figure, Question
from colonnade.core.datastore.tables import ENTRY, Rows
from colonnade.engine.port import Join
from colonnade.errors import Invalid
from colonnade.query.bind import bind
from colonnade.query.schema import Field, FieldType, Schema
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

LONGEST_WORDS = 500
"""Characters."""
TYPE_SERIAL, TYPE_TEXT = "serial", "text"
KEPT = 256
"""Questions whose meaning is kept; some kilobytes each."""
LONGEST_KEPT = 1_000
"""Characters of the values in one."""

Table = tuple[str | None, Rows]
"""A table and its alias."""
Tables = tuple[Table, ...]


@dataclass(frozen=True)
class Meaning:
    """What a question means for its tables. `wanted`: the columns of the answer; `fields`: name and type of those that were
    asked for. `is_whole`: figures of all rows that count, without groups. `pairs`: of two tables, how they are joined."""

    bound: BoundQuery
    wanted: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    is_whole: bool = False
    pairs: Join | None = None


def meaning_of(tables: Tables, question: Question) -> Meaning:
    """Of every page alike: limit and offset are those of whoever asks. Raises `Invalid`."""
    every = replace(question, limit=0, offset=0)
    return _kept(tables, every) if _is_worth_keeping(tables, question) else _worked_out(tables, every)


def _is_worth_keeping(tables: Tables, question: Question) -> bool:
    """Not of a long question; and a filter on rows may mean something else at every moment."""
    values = sum(len(one) for condition in question.where for one in condition.values)
    is_short = values + len(question.words) <= LONGEST_KEPT
    return is_short and all(rows.access.filters is None for _, rows in tables)


@lru_cache(maxsize=KEPT)
def _kept(tables: Tables, question: Question) -> Meaning:
    return _worked_out(tables, question)


def _worked_out(tables: Tables, question: Question) -> Meaning:
    if len(tables) == 1:
        return _One(*tables[0]).meaning(question)
    if len(tables) != 2:
        raise _wrong("resource_id", "names one resource, or two that are joined")
    if question.join is None:
        raise _wrong("join", "is needed where there are two resources: join[a]=column&join[b]=column")
    return _Two(tables, question.join).meaning(question)


@dataclass(frozen=True)
class _Known:
    """A column that there is: what it is called in the query and in the answer, and how it is asked for."""

    alias: str | None
    name: str
    shown: str
    field: Field
    expr: Expr


class _Asking(ABC):
    """What is the same for one table and for two."""

    def __init__(self, known: Sequence[_Known]) -> None:
        self._known = known

    def meaning(self, question: Question) -> Meaning:
        shown = self._shown(question)
        is_whole = bool(question.figures) and not question.group_by
        if is_whole:
            query = Query(select=self._figures(question), where=self._where(question), limit=1)
            return Meaning(self._bound(query, question), is_whole=True)
        query = Query(
            select=(*(Named(one.expr, one.shown) for one in shown), *self._figures(question)),
            where=self._where(question),
            group_by=tuple(Named(one.expr, one.shown) for one in self._grouped(question)),
            order_by=self._order(question),
        )
        wanted = (*(one.shown for one in shown), *(one.name for one in question.figures))
        fields = tuple((one.shown, _type(one)) for one in shown)
        return Meaning(self._bound(query, question), wanted, fields)

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


class _One(_Asking):
    """Of one table."""

    def __init__(self, alias: str | None, rows: Rows) -> None:
        self._rows = rows
        super().__init__([_Known(alias, one.name, one.name, one, expr) for one, expr in rows.columns])

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


class _Two(_Asking):
    """Of two, joined: their columns are `0.name` and `1.name` in the query."""

    def __init__(self, tables: Tables, join: tuple[Column, Column]) -> None:
        self._tables = tables
        super().__init__(_distinct([one for side in (0, 1) for one in _of_side(side, *tables[side])]))
        self._on = self._sides(join)

    def meaning(self, question: Question) -> Meaning:
        found = super().meaning(question)
        left, right = (self._side(side, question) for side in (0, 1))
        return replace(found, pairs=Join(left, right, *self._on, found.bound))

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


def _wrong(parameter: str, what: str) -> Invalid:
    return Invalid(f"{parameter} {what}.", code="parameter.invalid", parameter=parameter)
