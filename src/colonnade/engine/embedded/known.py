"""What is known of the columns of a file that nobody writes into: looked up once, when it first helps."""

import time
from dataclasses import dataclass, replace
from functools import partial

from colonnade.engine.embedded.deadlines import Watcher
from colonnade.engine.embedded.snapshots import Snapshot
from colonnade.engine.embedded.turns import Turns, Weight
from colonnade.engine.layout import quoted
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Aggregate, BoundQuery, Expr, FieldRef

COUNT_ALL = Aggregate("count")
_CASED, _MISSING = "{name} <> lower(strip_accents({name}))", "{name} IS NULL"
"""What no row fulfils."""


@dataclass
class Columns:
    """`until`: by when a look must be over."""

    state: Snapshot
    turns: Turns
    watcher: Watcher
    until: float | None

    def plain(self, query: BoundQuery) -> frozenset[str]:
        """The texts among those that rows are sorted by that are sorted as they are: they have neither case nor accents, as
        numbers, codes and dates have none. To look at all of a column takes about as long as to sort by it; mostly the
        first rows say no."""
        fields = () if query.group_by else _sorted_by(query)
        texts = (one for one in fields if one.type is FieldType.TEXT and not one.multivalued)
        return frozenset(one.name for one in texts if self._is_nowhere(_CASED, one.name))

    def counted(self, query: BoundQuery) -> BoundQuery:
        """The same with rows counted, and not the values of a column that has one in each: DuckDB would read them, 18 ms
        instead of 3."""
        used = (*(one.expr for one in query.outputs), *(one.expr for one in query.order_by))
        counts = {one: name for one in used if (name := _counted_column(one, query.schema)) is not None}
        full = {one for one, name in counts.items() if self._is_nowhere(_MISSING, name)}
        if not full:
            return query
        return replace(
            query,
            outputs=tuple(replace(one, expr=COUNT_ALL) if one.expr in full else one for one in query.outputs),
            order_by=tuple(
                replace(one, expr=COUNT_ALL) if one.expr in full else one for one in query.order_by
            ),
        )

    def _is_nowhere(self, condition: str, name: str) -> bool:
        table = self.state.table
        if table.takes_writes:
            return False
        text = condition.format(name=quoted(name))
        known = table.nowhere.get(text)
        if known is None:
            left = None if self.until is None else self.until - time.monotonic()
            sql = f"SELECT 1 FROM {self.state.rows} WHERE {text} LIMIT 1"
            known = self.turns.take(sql, partial(self._look, sql), left, Weight.UNKNOWN)
            table.nowhere[text] = known
        return known

    def _look(self, sql: str, seconds: float | None) -> bool:
        with self.watcher.within(self.state.cursor, seconds), self.state.asked():
            return self.state.cursor.execute(sql).fetchone() is None


def _sorted_by(query: BoundQuery) -> list[Field]:
    names = [one.expr.name for one in query.order_by if isinstance(one.expr, FieldRef)]
    return [one for name in names if (one := query.schema.get(name)) is not None]


def _counted_column(expr: Expr, schema: Schema) -> str | None:
    """The column whose values are counted. Not of lists: one without elements is nothing, where they are taken apart."""
    if not isinstance(expr, Aggregate) or expr.function != "count" or expr.distinct:
        return None
    field = schema.get(expr.argument.name) if isinstance(expr.argument, FieldRef) else None
    return None if field is None or field.multivalued else field.name
