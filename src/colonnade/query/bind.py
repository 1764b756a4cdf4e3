"""From what a query says to what it means for one table and one reader.

Every name is checked against the fields that the reader may see: a hidden field is exactly as unknown as one that
does not exist. The reader's row filter and the caller's guard may name every field of the table; they are AND-ed in.
"""

import datetime as dt
from collections.abc import Sequence

from colonnade.errors import Invalid
from colonnade.query.conditions import bound_condition
from colonnade.query.outputs import bound_keys, bound_order, bound_select, check_aliases
from colonnade.query.schema import Schema
from colonnade.query.scope import Scope
from colonnade.query.tree import And, BoundQuery, Expr, Literal, Query, TextMatch
from colonnade.query.types import SYSTEM_TYPES
from colonnade.query.walk import check_depth, walk

FURTHEST = (1 << 62) - 1
"""An offset or a limit beyond this is as good as this; engines count in 64 bits."""


def bind(
    query: Query,
    *,
    visible: Schema,
    row_filter: Expr | None = None,
    guard: Expr | None = None,
    table: Schema | None = None,
    system: Sequence[str] = (),
    moment: dt.datetime | None = None,
) -> BoundQuery:
    """Check a query and write out what it leaves to its context.

    `visible`: the fields that the reader may see. `row_filter`, `guard`: conditions of the reader's and of the
    caller's own over `table` (all fields; `visible` if absent) and the system columns. `system`: system columns that
    the query itself may name besides. `moment`: what `now()` is, with an offset; the present by default.

    Raises `Invalid` with code `odsql.semantic` or `odsql.incompatible`; for a row filter or guard that does not fit
    the table with code `filter.broken` and without a field's name: the reader must not learn of it.
    """
    present = moment or dt.datetime.now(dt.UTC)
    scope = Scope(visible, frozenset(system), query.zone, present, query.language)
    check_aliases((*query.group_by, *(query.select or ())))
    keys = bound_keys(query.group_by, scope)
    outputs = bound_select(query.select, keys, scope)
    order = bound_order(query.order_by, keys, outputs, scope)
    # In UTC: a reader who chooses a zone must not move what a filter lets through.
    whole = Scope(table or visible, frozenset(SYSTEM_TYPES), dt.UTC, present)
    terms = [_filter(one, whole) for one in (guard, row_filter) if one is not None]
    if query.where is not None:
        terms.append(_condition(query.where, scope))
    where = _all(terms)
    return BoundQuery(
        schema=visible,
        outputs=outputs,
        where=where,
        group_by=keys,
        order_by=order,
        limit=None if query.limit is None else min(query.limit, FURTHEST),
        offset=min(query.offset, FURTHEST),
        matches=_matches(where),
    )


def _condition(expr: Expr, scope: Scope) -> Expr:
    check_depth(expr, "where")
    return bound_condition(expr, scope)


def _filter(expr: Expr, scope: Scope) -> Expr:
    """A condition that is not the reader's: its errors must not name fields that the reader may not see."""
    try:
        return _condition(expr, scope)
    except Invalid as error:
        message = "The filter on this dataset's rows does not fit its fields any more."
        raise Invalid(message, code="filter.broken") from error


def _all(terms: Sequence[Expr]) -> Expr | None:
    """Every term; none where all are plainly true, so that the engine need not look."""
    needed = [one for one in terms if not (isinstance(one, Literal) and one.value is True)]
    if len(needed) < 2:
        return needed[0] if needed else None
    return And(tuple(needed))


def _matches(where: Expr | None) -> tuple[TextMatch, ...]:
    if where is None:
        return ()
    return tuple(dict.fromkeys(one for one in walk(where) if isinstance(one, TextMatch)))
