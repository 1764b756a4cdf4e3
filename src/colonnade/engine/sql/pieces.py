"""The smallest pieces of SQL. No text of a user ever becomes SQL: names go through quoted identifiers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from colonnade.query.tree import Scalar, TextMatch

ROWS = "t"
"""The alias of the table of rows."""


@dataclass(frozen=True, slots=True)
class Bits:
    """Among the values of a statement: the bits of the ids that fulfil a text condition, as bytes. They are made when the
    statement runs, and not kept with it."""

    match: TextMatch


Param = Scalar | Bits
"""What a `?` in a statement stands for."""

_DIALECT = DuckDB()


def text_of(query: exp.Expression) -> str:
    """As SQL. Nothing else may use what was given."""
    # A generator of one's own for each statement: it holds state, and requests run in threads.
    return _DIALECT.generator().generate(query, copy=False)


def column(name: str, table: str = ROWS) -> exp.Column:
    return exp.Column(
        this=exp.Identifier(this=name, quoted=True), table=exp.Identifier(this=table, quoted=True)
    )


def called(function: str, *arguments: exp.Expression) -> exp.Anonymous:
    return exp.Anonymous(this=function, expressions=list(arguments))


def cast(value: exp.Expression, to: str) -> exp.Expression:
    return exp.Cast(this=value, to=exp.DataType.build(to, dialect="duckdb"))


def text(value: str) -> exp.Expression:
    """A text of ours, never of a user."""
    return exp.Literal.string(value)


def folded(text: exp.Expression) -> exp.Expression:
    """The text as it is sorted: without case and accents."""
    return called("lower", called("strip_accents", text))


def joined(connector: type[exp.Connector], terms: Sequence[exp.Expression], *, empty: bool) -> exp.Expression:
    """The terms in a balanced tree: DuckDB refuses expressions nested more than 1,000 deep."""
    if not terms:
        return exp.Boolean(this=empty)
    if len(terms) == 1:
        return exp.Paren(this=terms[0])
    half = len(terms) // 2
    left, right = joined(connector, terms[:half], empty=empty), joined(connector, terms[half:], empty=empty)
    return exp.Paren(this=connector(this=left, expression=right))


ELEMENT = "e"
"""What an element of a list is called in `each`."""


def element() -> exp.Expression:
    return exp.Column(this=exp.Identifier(this=ELEMENT, quoted=True))


def each(
    values: exp.Expression, *, result: exp.Expression | None = None, condition: exp.Expression | None = None
) -> exp.Expression:
    """The list of what becomes of the elements of a list that fulfil a condition, both written with `element`.

    A comprehension, because a subquery over `unnest` took 20 times as long. What it holds is written in the order
    result, list, condition.
    """
    one = exp.Comprehension(
        this=result or element(),
        expression=exp.Identifier(this=ELEMENT, quoted=True),
        iterator=values,
        condition=condition,
    )
    return exp.Array(expressions=[one])
