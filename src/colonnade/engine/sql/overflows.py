"""Arithmetic that leaves 64 bits in some rows: what is taken over all of them is null, and not that of the others."""

from collections.abc import Iterator

from colonnade.query.tree import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOp,
    Call,
    Compare,
    CompareOp,
    Expr,
    IsNull,
    Literal,
    Not,
)


def computable(expr: Aggregate) -> Expr | None:
    """The condition that a row has all that the argument is made of: if the argument is null there, it overflowed. None
    where it cannot, and for counts, which are of the rows that have a value."""
    argument = expr.argument
    if expr.function == "count" or argument is None or not _is_made(argument):
        return None
    return And(tuple(_terms(argument)))


def _is_made(expr: Expr) -> bool:
    return isinstance(expr, Arithmetic) or (isinstance(expr, Call) and expr.function == "negate")


def _terms(expr: Expr) -> Iterator[Expr]:
    """A division by zero is no overflow."""
    match expr:
        case Arithmetic(first, rest):
            yield from _terms(first)
            for operator, one in rest:
                yield from _terms(one)
                if operator is ArithmeticOp.DIVIDE:
                    yield Not(Compare(CompareOp.EQ, one, Literal(0)))
        case Call("negate", (one,)):
            yield from _terms(one)
        case Literal(value) if value is not None:
            return
        case _:
            yield IsNull(expr, negated=True)
