"""The smallest pieces of SQL. No text of a user ever becomes SQL: names go through quoted identifiers."""

from sqlglot import exp

ROWS = "t"
"""The alias of the table of rows."""


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


def unnested(values: exp.Expression) -> exp.Table:
    """The elements of a list as a table `u` with the column `e`."""
    alias = exp.TableAlias(
        this=exp.Identifier(this="u", quoted=True), columns=[exp.Identifier(this="e", quoted=True)]
    )
    return exp.Table(this=called("unnest", values), alias=alias)
