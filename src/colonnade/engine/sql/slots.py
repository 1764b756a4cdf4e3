"""Groups by slots: a slot without rows is a group, too, and what is in no slot is in no group.

To the rows come some that are none, one for every slot, or for every one beside each combination of the other keys.
The column `REAL` tells rows from these.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from sqlglot import exp

from colonnade.engine.sql.parts import identifier, named, select
from colonnade.engine.sql.pieces import called, column
from colonnade.engine.sql.ranges import NOWHERE
from colonnade.query.tree import Aggregate, Expr, Slots

REAL = "r"
_ROWS = "b"
_OTHERS = "d"
_SLOT = "s"


def with_every_slot(
    rows: exp.Select, slots: Mapping[str, Slots], others: Sequence[str], names: Sequence[str]
) -> exp.Expression:
    """The rows with those that are none. `slots` and `others`: the columns that are keys, among `names`."""
    base = exp.Table(this=identifier(_ROWS))
    real = select(*(named(column(name, _ROWS), name) for name in names), named(exp.Boolean(this=True), REAL))
    real.from_(base.copy(), copy=False)
    real.set("where", exp.Where(this=_are_somewhere(slots)))
    empty = select(*(named(_of_no_row(name, slots, others), name) for name in names), named(exp.Null(), REAL))
    for one in _combinations(base, slots, others):
        if empty.args.get("from_") is None:
            empty.from_(one, copy=False)
        else:
            empty.append("joins", exp.Join(this=one, kind="CROSS"))
    whole = exp.Union(this=real, expression=empty, distinct=False)
    whole.set(
        "with_", exp.With(expressions=[exp.CTE(this=rows, alias=exp.TableAlias(this=identifier(_ROWS)))])
    )
    return whole


def over_real_rows(columns: Mapping[Expr, exp.Expression], table: str) -> dict[Expr, exp.Expression]:
    """The same columns, as aggregates must see them."""
    real = column(REAL, table)
    found: dict[Expr, exp.Expression] = {
        expr: exp.Case(ifs=[exp.If(this=real.copy(), true=one)]) for expr, one in columns.items()
    }
    return {**found, Aggregate("count"): called("count", real)}


def _are_somewhere(slots: Mapping[str, Slots]) -> exp.Expression:
    """Nulls are, in a group of their own."""
    nowhere = exp.Literal.number(NOWHERE)
    terms: Iterator[exp.Expression] = (
        exp.NullSafeNEQ(this=column(name, _ROWS), expression=nowhere.copy()) for name in slots
    )
    return reduce(lambda left, right: exp.And(this=left, expression=right), terms)


def _of_no_row(name: str, slots: Mapping[str, Slots], others: Sequence[str]) -> exp.Expression:
    if name in slots:
        return column(_SLOT, f"{_SLOT}{name}")
    return column(name, _OTHERS) if name in others else exp.Null()


def _combinations(base: exp.Table, slots: Mapping[str, Slots], others: Sequence[str]) -> list[exp.Subquery]:
    found = []
    if others:
        distinct = select(*(named(column(name, _ROWS), name) for name in others))
        distinct.set("distinct", exp.Distinct())
        found.append(_called(distinct.from_(base.copy(), copy=False), _OTHERS))
    for name, one in slots.items():
        numbers = called("range", exp.Literal.number(len(one.texts)))
        found.append(_called(select(named(called("unnest", numbers), _SLOT)), f"{_SLOT}{name}"))
    return found


def _called(query: exp.Select, name: str) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(name)))
