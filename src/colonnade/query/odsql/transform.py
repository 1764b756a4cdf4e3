"""From Lark's parse tree to the query tree: a method a rule of `odsql.lark`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from lark import Token, v_args
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from colonnade.query.dates import parse_date
from colonnade.query.malformed import malformed
from colonnade.query.numbers import negated, read_number
from colonnade.query.odsql.functions import FUNCTIONS, ArgumentsError, Distinct
from colonnade.query.tree import (
    And,
    Arithmetic,
    ArithmeticOp,
    Between,
    Bounds,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    Geometry,
    In,
    IsNull,
    Like,
    Literal,
    Named,
    Not,
    Or,
    Order,
    Prefix,
    Quantity,
    Star,
    TextMatch,
)

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

_OPERATORS = {":": CompareOp.EQ, "<>": CompareOp.NE} | {one.value: one for one in CompareOp}

_QUANTITY = re.compile(r"(?P<number>.*?[0-9])\s*(?P<unit>[A-Za-z]+)", re.DOTALL)

_LONGEST_CHAIN = 200
"""Operands of one sum or product; an engine nests what this tree does not."""


def unquoted(text: str) -> str:
    """What stands between the quotes, `\\x` read as `x`."""
    return _ESCAPE.sub(r"\1", text[1:-1])


def condition(expr: Expr) -> Expr:
    """A string where a condition stands is a search in all fields."""
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        return TextMatch(expr.value, at=expr.at)
    return expr


def _name(token: Token) -> str:
    return unquoted(token) if token.type == "QUOTED_NAME" else str(token)


@v_args(meta=True)
class ClauseTransformer(Transformer_NonRecursive[Token, object]):
    """Makes the nodes of one clause; `text` is the clause as sent, for keys that repeat it."""

    def __init__(self, clause: str, text: str) -> None:
        super().__init__()
        self._clause = clause
        self._text = text

    # clauses

    def where(self, meta: Meta, items: Sequence[Expr]) -> Expr:
        return condition(items[0])

    def select(self, meta: Meta, items: Sequence[Named]) -> tuple[Named, ...]:
        return tuple(items)

    group_by = select

    def order_by(self, meta: Meta, items: Sequence[Order]) -> tuple[Order, ...]:
        return tuple(items)

    # items of clauses

    def star(self, meta: Meta, items: Sequence[object]) -> Named:
        return Named(Star(at=meta.start_pos), "*")

    def written(self, meta: Meta, items: Sequence[Expr]) -> Named:
        (expr,) = items
        if isinstance(expr, FieldRef):
            return Named(expr, expr.name)
        return Named(expr, self._text[meta.start_pos : meta.end_pos])

    def named(self, meta: Meta, items: Sequence[object]) -> Named:
        item, alias = items
        assert isinstance(item, Named)
        return item if alias is None else Named(item.expr, str(alias), is_alias=True)

    def alias(self, meta: Meta, items: Sequence[Token]) -> str:
        return _name(items[0])

    def order_item(self, meta: Meta, items: Sequence[object]) -> Order:
        """A leading minus turns the direction round."""
        expr, direction = items
        is_descending = isinstance(direction, Token) and direction.type == "DESC"
        if isinstance(expr, Call) and expr.function == "negate":
            return Order(expr.arguments[0], descending=not is_descending)
        return Order(cast(Expr, expr), descending=is_descending)

    # conditions

    def or_expr(self, meta: Meta, items: Sequence[Expr]) -> Expr:
        return Or(tuple(condition(one) for one in items), at=meta.start_pos)

    def and_expr(self, meta: Meta, items: Sequence[Expr]) -> Expr:
        return And(tuple(condition(one) for one in items), at=meta.start_pos)

    def negated(self, meta: Meta, items: Sequence[Expr]) -> Expr:
        return Not(condition(items[1]), at=meta.start_pos)

    def compare(self, meta: Meta, items: Sequence[Expr]) -> Expr:
        left, operator, right = items
        return Compare(_OPERATORS[str(operator)], left, right, at=meta.start_pos)

    def among(self, meta: Meta, items: Sequence[Expr]) -> Expr:
        value, *options = items
        return In(value, tuple(options), at=meta.start_pos)

    def between(self, meta: Meta, items: Sequence[object]) -> Expr:
        value, interval = cast(tuple[Expr, Between], (items[0], items[-1]))
        return replace(interval, value=value, at=meta.start_pos)

    def interval(self, meta: Meta, items: Sequence[object]) -> Between:
        opening, low, high, closing = items
        return Between(
            Star(),  # `between` knows the value
            cast(Expr, low),
            cast(Expr, high),
            low_closed=opening == "[",
            high_closed=closing == "]",
            at=meta.start_pos,
        )

    def like(self, meta: Meta, items: Sequence[object]) -> Expr:
        value, text = items
        return Like(cast(Expr, value), unquoted(str(text)), at=meta.start_pos)

    def is_test(self, meta: Meta, items: Sequence[Expr | Token | None]) -> Expr:
        value, negated, what = items
        assert isinstance(what, Token)
        assert value is not None
        assert not isinstance(value, Token)
        if what.type == "NULL":
            return IsNull(value, negated=negated is not None, at=meta.start_pos)
        truth = Compare(
            CompareOp.EQ, value, Literal(what.type == "TRUE", at=what.start_pos or 0), at=meta.start_pos
        )
        return truth if negated is None else Not(truth, at=meta.start_pos)

    # values

    def string(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(unquoted(items[0]), at=meta.start_pos)

    def number(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(read_number(items[0]), at=meta.start_pos)

    def signed(self, meta: Meta, items: Sequence[object]) -> Expr:
        sign, value = items
        match value:
            case Literal(value=int() | float() as number) if not isinstance(number, bool):
                return Literal(negated(number) if sign == "-" else number, at=meta.start_pos)
            case _:
                operand = cast(Expr, value)
                return Call("negate", (operand,), at=meta.start_pos) if sign == "-" else operand

    def addition(self, meta: Meta, items: Sequence[object]) -> Expr:
        operands = cast(Sequence[Expr], items[::2])
        if len(operands) > _LONGEST_CHAIN:
            raise malformed(self._clause, f"A sum or product may have {_LONGEST_CHAIN} operands at most.")
        operators = (ArithmeticOp(str(one)) for one in items[1::2])
        return Arithmetic(operands[0], tuple(zip(operators, operands[1:], strict=True)), at=meta.start_pos)

    multiplication = addition

    def date(self, meta: Meta, items: Sequence[Token]) -> Expr:
        text = unquoted(items[0][len("date") :])
        try:
            return Literal(parse_date(text), at=meta.start_pos)
        except ValueError:
            raise malformed(self._clause, f"Invalid date to parse '{text}'.") from None

    def geometry(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Geometry(unquoted(items[0][len("geom") :]), at=meta.start_pos)

    def true(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(value=True, at=meta.start_pos)

    def false(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(value=False, at=meta.start_pos)

    def null(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(None, at=meta.start_pos)

    def field(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return FieldRef(_name(items[0]), at=meta.start_pos)

    # arguments

    def star_argument(self, meta: Meta, items: Sequence[object]) -> Expr:
        return Star(at=meta.start_pos)

    def prefix(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Prefix(items[0][:-1], at=meta.start_pos)

    def quantity(self, meta: Meta, items: Sequence[Token]) -> Expr:
        found = _QUANTITY.fullmatch(items[0])
        assert found is not None
        return Quantity(read_number(found["number"]), found["unit"], at=meta.start_pos)

    def distinct(self, meta: Meta, items: Sequence[Expr]) -> Distinct:
        return Distinct(items[0])

    def bounds(self, meta: Meta, items: Sequence[object]) -> Expr:
        return Bounds(cast(tuple[Expr, ...], tuple(items[1:-1])), at=meta.start_pos)

    def call(self, meta: Meta, items: Sequence[object]) -> Expr:
        name, *arguments = items
        given = cast(list[Expr | Distinct], [one for one in arguments if one is not None])
        lower = str(name).lower()
        try:
            return FUNCTIONS[lower](lower, given, meta.start_pos)
        except ArgumentsError as error:
            raise malformed(self._clause, str(error)) from None
