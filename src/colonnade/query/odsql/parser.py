"""One clause of ODSQL to its tree.

Every function raises `Invalid`: with code `odsql.syntax` and the facts `clause`, `position`, `token` for a text that
does not follow the grammar, with code `odsql.semantic` for one that does but cannot be meant (a date that is none,
arguments that do not fit, expressions nested too deep). Pure, and safe to call from any thread.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import islice
from typing import cast

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

from colonnade.errors import Invalid
from colonnade.query.malformed import END, malformed, unexpected
from colonnade.query.odsql.transform import ClauseTransformer
from colonnade.query.tree import Expr, Named, Order
from colonnade.query.walk import check_depth

LONGEST = 100_000
"""Characters of one clause."""

MOST = 20_000
"""Words and signs of one clause, a quoted text being one of them: some 5,000 comparisons, or 10,000 values of a list.
Parsing takes 20 to 30 microseconds for each, in Python, so this is half a second of a processor."""

_WORD = re.compile(r"""\w+|'(?:[^'\\]|\\.)*+'?|"(?:[^"\\]|\\.)*+"?|`(?:[^`\\]|\\.)*+`?|[^\w\s]""", re.DOTALL)
"""About what the grammar takes for one. What is never closed ends with the text, so that nothing is looked at twice."""


def parse_where(text: str) -> Expr:
    """The condition that a text says. A bare string is a `TextMatch` over all fields."""
    expr = cast(Expr, _parse("where", text))
    check_depth(expr, "where")
    return expr


def parse_select(text: str) -> tuple[Named, ...]:
    """The items of a `select`, each with its key in the answer; `*` is a `Star`."""
    return _named("select", text)


def parse_group_by(text: str) -> tuple[Named, ...]:
    """The keys of a `group_by`, each with its key in the answer."""
    return _named("group_by", text)


def parse_order_by(text: str) -> tuple[Order, ...]:
    """The items of an `order_by`. A leading minus turns the direction round."""
    found = cast(tuple[Order, ...], _parse("order_by", text))
    _check_all("order_by", (one.expr for one in found))
    return found


def _named(clause: str, text: str) -> tuple[Named, ...]:
    found = cast(tuple[Named, ...], _parse(clause, text))
    _check_all(clause, (one.expr for one in found))
    return found


def _check_all(clause: str, exprs: Iterable[Expr]) -> None:
    for expr in exprs:
        check_depth(expr, clause)


@cache
def _grammar() -> Lark:
    text = resources.files(__package__).joinpath("odsql.lark").read_text(encoding="utf-8")
    clauses = ["where", "select", "group_by", "order_by"]
    return Lark(
        text,
        parser="lalr",
        lexer="contextual",
        start=clauses,
        propagate_positions=True,
        maybe_placeholders=True,
    )


def _parse(clause: str, text: str) -> object:
    if len(text) > LONGEST:
        raise malformed(clause, f"The text is longer than {LONGEST} characters.")
    if len(text) > MOST and next(islice(_WORD.finditer(text), MOST, None), None) is not None:
        raise malformed(clause, f"The text has more than {MOST} words and signs.")
    try:
        tree = _grammar().parse(text, start=clause)
    except UnexpectedToken as error:
        raise _at(clause, text, error.token) from None
    except UnexpectedCharacters as error:
        position = error.pos_in_stream or 0
        raise unexpected(clause, text, position, text[position]) from None
    try:
        return ClauseTransformer(clause, text).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, Invalid):
            raise error.orig_exc from None
        raise


def _at(clause: str, text: str, token: Token) -> Invalid:
    if token.type == "$END":
        return unexpected(clause, text, len(text), END)
    return unexpected(clause, text, token.start_pos or 0, str(token))
