"""Compiled queries that are kept: pages of a portal ask the same few things again and again, and to write the SQL of one
takes longer than to run it on a small table."""

import pickle
from dataclasses import dataclass, field, replace
from functools import lru_cache

from colonnade.engine.sql.compile import Compiled, compile_query, compile_stream, in_range
from colonnade.engine.sql.expressions import Hits
from colonnade.engine.sql.parts import Relation, Statement
from colonnade.query.schema import Schema
from colonnade.query.tree import BoundQuery, Call, Expr, FieldRef, Geometry, Literal, Output

KEPT = 512
"""Queries; some kilobytes each."""
LONGEST = 16_000
"""Bytes of a query that is worth keeping."""
MOST_COLUMNS = 200
"""Of an answer that is told by itself, and not by its bytes."""

_GEOMETRY = Geometry.__name__.encode()


@dataclass(frozen=True)
class _Asked:
    """A query by its bytes: as values `1`, `1.0` and `true` would be the same, and are not in SQL. Bare columns hold no
    values, and they and the schema are most of the bytes."""

    text: bytes
    schema: Schema
    columns: tuple[Output, ...]
    query: BoundQuery = field(compare=False)
    hits: Hits = field(compare=False)

    @property
    def is_worth_it(self) -> bool:
        """Not with a geometry, which is there as long as a statement that names it. (A text of that name is no harm.)"""
        return len(self.text) <= LONGEST and _GEOMETRY not in self.text


def compiled(
    query: BoundQuery,
    relation: Relation,
    hits: Hits,
    *,
    dense: tuple[int, int] | None = None,
    with_total: bool = True,
    in_place: bool = False,
    is_listed: bool = False,
) -> Compiled:
    """As `compile_query`. Pages by their place differ in two numbers, so that all are one."""
    asked = _asked(query if dense is None else replace(query, limit=None, offset=0), hits)
    make = _compiled if asked.is_worth_it else _compiled.__wrapped__
    found = make(asked, relation, dense, with_total, in_place, is_listed)
    return found if dense is None else in_range(found, query, dense)


def streamed(query: BoundQuery, relation: Relation, hits: Hits) -> Statement:
    """As `compile_stream`, of values."""
    asked = _asked(query, hits)
    make = _streamed if asked.is_worth_it else _streamed.__wrapped__
    return make(asked, relation)


def _asked(query: BoundQuery, hits: Hits) -> _Asked:
    is_bare = len(query.outputs) <= MOST_COLUMNS and all(map(_is_bare, query.outputs))
    columns = query.outputs if is_bare else ()
    rest = (
        query.outputs[len(columns) :],
        query.where,
        query.group_by,
        query.order_by,
        query.limit,
        query.offset,
        query.matches,
        tuple(hits.items()),
    )
    return _Asked(pickle.dumps(rest), query.schema, columns, query, hits)


def _is_bare(output: Output) -> bool:
    """Whether it is a column as it is."""
    expr: Expr = output.expr
    if isinstance(expr, Call) and expr.function == "system":
        return all(isinstance(one, Literal) and isinstance(one.value, str) for one in expr.arguments)
    return isinstance(expr, FieldRef) and output.as_json is None


@lru_cache(maxsize=KEPT)
def _compiled(
    asked: _Asked,
    relation: Relation,
    dense: tuple[int, int] | None,
    with_total: bool,
    in_place: bool,
    is_listed: bool,
) -> Compiled:
    return compile_query(
        asked.query,
        relation=relation,
        hits=asked.hits,
        dense=dense,
        with_total=with_total,
        in_place=in_place,
        is_listed=is_listed,
    )


@lru_cache(maxsize=KEPT)
def _streamed(asked: _Asked, relation: Relation) -> Statement:
    return compile_stream(asked.query, relation=relation, hits=asked.hits)
