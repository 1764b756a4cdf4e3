"""What a query means for one dataset and one reader: fields that are hidden are unknown, and rows are filtered."""

from functools import lru_cache

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datasets.security import Access
from colonnade.core.records import technical
from colonnade.core.tables.model import Generation
from colonnade.errors import Invalid
from colonnade.query import odsql
from colonnade.query.bind import bind
from colonnade.query.schema import Schema
from colonnade.query.tree import BoundQuery, Expr, Literal, Or, Query


def bound_for(
    readable: ReadableDataset, generation: Generation, query: Query, guard: Expr | None = None
) -> BoundQuery:
    access = readable.access
    whole = generation.schema
    visible = access.visible(whole)
    known = technical.understood(query, visible, generation.table_uid, readable.dataset.slug)
    return bind(known, visible=visible, row_filter=row_filter(whole, access), guard=guard, table=whole)


def row_filter(whole: Schema, access: Access) -> Expr | None:
    """The condition that the actor's rulesets lay over the rows.

    A filter that no longer fits the table (its field went) lets nothing through: an error would tell what it says,
    and letting everything through would be worse."""
    if access.filters is None:
        return None
    terms = tuple(_fitting(whole, text) for text in access.filters)
    return terms[0] if len(terms) == 1 else Or(terms)


def _fitting(whole: Schema, text: str) -> Expr:
    try:
        condition = _parsed(text)
        bind(Query(limit=0), visible=whole, row_filter=condition, table=whole)
    except Invalid:
        return Literal(value=False)
    return condition


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Expr:
    return odsql.parse_where(text)
