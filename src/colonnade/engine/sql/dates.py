"""Instants and the clocks of zones. Rows have naive UTC; what clocks show is naive, too."""

from sqlglot import exp

from colonnade.engine.sql import offsets
from colonnade.engine.sql.pieces import called, cast, text


def instant(local: exp.Expression, zone: str) -> exp.Expression:
    """When the clocks of a zone show this; what they leap over is moved on."""
    return called("timezone", text("UTC"), called("timezone", text(zone), local))


def clocks(value: exp.Expression, zone: str, *, of_many: bool = False) -> exp.Expression:
    """What the clocks of a zone show at an instant. `of_many`: it is asked of many rows."""
    local = called("timezone", text(zone), called("timezone", text("UTC"), value))
    return offsets.shown(value, zone, local) if of_many and isinstance(value, exp.Column) else local


def offset(value: exp.Expression, zone: str) -> exp.Expression:
    """The offset of a zone at an instant, as `+05:30`. The value is written several times: it must hold no parameter."""
    minutes = called("date_diff", text("minute"), value.copy(), clocks(value.copy(), zone))
    sign = exp.Case(
        ifs=[exp.If(this=exp.LT(this=minutes, expression=exp.Literal.number(0)), true=text("-"))],
        default=text("+"),
    )
    size = called("abs", minutes.copy())
    hours = exp.IntDiv(this=size, expression=exp.Literal.number(60))
    rest = exp.Mod(this=size.copy(), expression=exp.Literal.number(60))
    return exp.DPipe(this=sign, expression=called("printf", text("%02d:%02d"), hours, rest))


def timestamp(value: exp.Expression) -> exp.Expression:
    return cast(value, "TIMESTAMP")
