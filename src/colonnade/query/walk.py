"""Going through a tree without recursion, so that a hostile one can be measured before anything recurses."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from colonnade.query.malformed import malformed
from colonnade.query.tree import (
    Aggregate,
    And,
    Arithmetic,
    Between,
    Bounds,
    Call,
    Compare,
    Expr,
    In,
    IsNull,
    KeyText,
    Like,
    Not,
    Or,
    Periods,
    Query,
    Slots,
    Widths,
)

MAX_DEPTH = 50
"""How deep expressions may be nested. What binds and compiles them recurses, some frames a level."""


def children(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case And() | Or():
            return expr.terms
        case Not():
            return (expr.term,)
        case Compare():
            return (expr.left, expr.right)
        case In():
            return (expr.value, *expr.options)
        case Between():
            return (expr.value, expr.low, expr.high)
        case IsNull() | Like() | Widths() | Slots():
            return (expr.value,)
        case Periods():
            return (expr.value,) if expr.instant is None else (expr.value, expr.instant)
        case Aggregate():
            return () if expr.argument is None else (expr.argument,)
        case Arithmetic():
            return (expr.first, *(one for _, one in expr.rest))
        case Call():
            return expr.arguments
        case Bounds():
            return expr.values
        case KeyText():
            return (expr.bucket,)
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """Every node, a parent before its children, in the order of the text."""
    waiting = [expr]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(children(one)))


def walk_query(query: Query) -> Iterator[Expr]:
    """Every node of everything that a query says."""
    keys = (*(query.select or ()), *query.group_by)
    for expr in (*(one.expr for one in keys), *(one.expr for one in query.order_by), query.where):
        if expr is not None:
            yield from walk(expr)


def changed(node: Any, change: Callable[[Any], Any]) -> Any:
    """The same tree, or tuple of trees, or whatever dataclass holds them, with other nodes: what `change` returns
    stands in a node's place; where it returns None, the node stays and its parts are looked at.

    Recursion goes as deep as the tree, which was bounded when it was parsed.
    """
    found = change(node)
    if found is not None:
        return found
    if isinstance(node, tuple):
        return tuple(changed(one, change) for one in node)
    if is_dataclass(node) and not isinstance(node, type):
        return replace(node, **{one.name: changed(getattr(node, one.name), change) for one in fields(node)})
    return node


def has_aggregate(expr: Expr) -> bool:
    return any(isinstance(one, Aggregate) for one in walk(expr))


def depth(expr: Expr) -> int:
    """How many levels there are; 1 for a single node."""
    level, found = [expr], 0
    while level:
        found += 1
        level = [child for one in level for child in children(one)]
    return found


def check_depth(expr: Expr, clause: str) -> None:
    """Raise `Invalid` (`odsql.semantic`) for an expression that is nested too deep."""
    if depth(expr) > MAX_DEPTH:
        raise malformed(clause, f"Expressions may be nested {MAX_DEPTH} levels deep at most.")
