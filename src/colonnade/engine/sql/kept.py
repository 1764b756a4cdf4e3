"""Compiled queries that are kept: pages of a portal ask the same few things again and again, and to write the SQL of one
takes longer than to run it on a small table."""

import pickle
from dataclasses import dataclass, field
from functools import lru_cache

from colonnade.engine.sql.compile import Compiled, compile_query, compile_stream
from colonnade.engine.sql.expressions import Hits
from colonnade.engine.sql.parts import Relation, Statement
from colonnade.query.tree import BoundQuery, Geometry

KEPT = 512
"""Queries; some kilobytes each."""
LONGEST = 16_000
"""Bytes of a query that is worth keeping."""

_GEOMETRY = Geometry.__name__.encode()


@dataclass(frozen=True)
class _Asked:
    """A query by its bytes: as values `1`, `1.0` and `true` would be the same, and are not in SQL."""

    text: bytes
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
    """As `compile_query`."""
    asked = _asked(query, hits)
    make = _compiled if asked.is_worth_it else _compiled.__wrapped__
    return make(asked, relation, dense, with_total, in_place, is_listed)


def streamed(query: BoundQuery, relation: Relation, hits: Hits) -> Statement:
    """As `compile_stream`, of values."""
    asked = _asked(query, hits)
    make = _streamed if asked.is_worth_it else _streamed.__wrapped__
    return make(asked, relation)


def _asked(query: BoundQuery, hits: Hits) -> _Asked:
    return _Asked(pickle.dumps((query, tuple(hits.items()))), query, hits)


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
