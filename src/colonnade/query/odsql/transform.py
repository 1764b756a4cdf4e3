"""From Lark's parse tree to the query tree: a method a rule of `odsql.lark`."""

import re
from collections.abc import Sequence

from lark import Token, v_args
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from colonnade.query.dates import parse_date
from colonnade.query.malformed import malformed
from colonnade.query.odsql.functions import FUNCTIONS, ArgumentsError
from colonnade.query.tree import (
    And,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    In,
    IsNull,
    Literal,
    Named,
    Not,
    Or,
    Order,
    Star,
    TextMatch,
)

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)

_OPERATORS = {":": CompareOp.EQ, "<>": CompareOp.NE} | {one.value: one for one in CompareOp}

_LONGEST_INTEGER = 18
"""Digits that surely fit in 64 bits; longer numbers are floating."""


def unquoted(text: str) -> str:
    """What stands between the quotes, `\\x` read as `x`."""
    return _ESCAPE.sub(r"\1", text[1:-1])


def condition(expr: Expr) -> Expr:
    """A string where a condition stands is a search in all fields."""
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        return TextMatch(expr.value, at=expr.at)
    return expr


def _number(text: str) -> int | float:
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_INTEGER else float(text)


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

    def ascending(self, meta: Meta, items: Sequence[object]) -> Order:
        return _order(*items)

    def descending(self, meta: Meta, items: Sequence[object]) -> Order:
        """A leading minus turns the direction round."""
        order = _order(*items[1:])
        return Order(order.expr, descending=not order.descending)

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
        return Literal(_number(items[0]), at=meta.start_pos)

    def signed(self, meta: Meta, items: Sequence[Token]) -> Expr:
        sign, digits = items
        value = _number(digits)
        return Literal(-value if sign == "-" else value, at=meta.start_pos)

    def date(self, meta: Meta, items: Sequence[Token]) -> Expr:
        text = unquoted(items[0][len("date") :])
        try:
            return Literal(parse_date(text), at=meta.start_pos)
        except ValueError:
            raise malformed(self._clause, f"Invalid date to parse '{text}'.") from None

    def true(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(value=True, at=meta.start_pos)

    def false(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(value=False, at=meta.start_pos)

    def null(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return Literal(None, at=meta.start_pos)

    def field(self, meta: Meta, items: Sequence[Token]) -> Expr:
        return FieldRef(_name(items[0]), at=meta.start_pos)

    def star_argument(self, meta: Meta, items: Sequence[object]) -> Expr:
        return Star(at=meta.start_pos)

    def call(self, meta: Meta, items: Sequence[Expr | None]) -> Expr:
        name, *arguments = items
        given = [one for one in arguments if one is not None]
        try:
            return FUNCTIONS[str(name).lower()](given, meta.start_pos)
        except ArgumentsError as error:
            raise malformed(self._clause, str(error)) from None


def _order(expr: object, direction: object = None) -> Order:
    descending = isinstance(direction, Token) and direction.type == "DESC"
    return Order(expr, descending=descending)  # type: ignore[arg-type]
