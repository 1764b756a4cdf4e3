"""The buckets of ranges as SQL, and their texts. Rows are put into buckets; a text is made once a group."""

from collections.abc import Mapping
from decimal import Decimal

from sqlglot import exp

from colonnade.engine.sql.dates import clocks, instant, offset, timestamp
from colonnade.engine.sql.functions import Writing
from colonnade.engine.sql.pieces import called, cast, text
from colonnade.query.tree import Expr, KeyText, Literal, Periods, Slots, Widths

NOWHERE = -1
"""The number of the slot of what is in none."""

_LONG: Mapping[str, tuple[str, int]] = {
    "week": ("to_days", 7),
    "month": ("to_months", 1),
    "quarter": ("to_months", 3),
    "year": ("to_years", 1),
}
"""What a period of one of these units is for DuckDB."""

_ROUNDING = 4e-16
"""What a division of two doubles may miss, of its result."""

_EXACT_DECIMALS = 15


def widths(writer: Writing, expr: Widths) -> exp.Expression:
    """The beginning of the bucket, of whole numbers; else how many widths it is away from 0."""
    return _beginning(writer, expr) if expr.is_whole else _steps(writer, expr)


def _beginning(writer: Writing, expr: Widths) -> exp.Expression:
    """In 128 bits, because the smallest numbers have a bucket that begins below them."""
    value = cast(writer.write(expr.value), "HUGEINT")
    rest = exp.Mod(this=writer.write(expr.value), expression=_number(expr.width))
    positive = exp.Paren(this=exp.Add(this=exp.Paren(this=rest), expression=_number(expr.width)))
    return exp.Sub(
        this=value, expression=exp.Paren(this=exp.Mod(this=positive, expression=_number(expr.width)))
    )


def _steps(writer: Writing, expr: Widths) -> exp.Expression:
    """0.3 is 2.9999999999999996 times 0.1: what misses a step by no more than the error of a division is on it. A zero
    is added so that none of them is negative."""
    steps = _quotient(writer, expr)
    if not isinstance(expr.width, int):
        error = exp.Mul(this=called("abs", _quotient(writer, expr)), expression=_number(_ROUNDING))
        steps = exp.Add(this=steps, expression=error)
    return exp.Add(this=called("floor", steps), expression=_number(0.0))


def _quotient(writer: Writing, expr: Widths) -> exp.Expression:
    value = cast(writer.write(expr.value), "DOUBLE")
    return exp.Div(this=value, expression=_number(float(expr.width)))


def _number(value: float) -> exp.Expression:
    """A number of the tree as a literal: its type must be known where the statement is planned."""
    return cast(exp.Literal.number(repr(value)), "BIGINT" if isinstance(value, int) else "DOUBLE")


def periods(writer: Writing, expr: Periods) -> exp.Expression:
    """The beginning of the period, as an instant or as the clocks show it."""
    if expr.instant is None:
        return _begun(writer, expr)
    value = writer.write(expr.instant)
    gone = exp.Sub(this=writer.write(expr.value), expression=_begun(writer, expr))
    return exp.Sub(this=value, expression=exp.Paren(this=gone))


def _begun(writer: Writing, expr: Periods) -> exp.Expression:
    local = timestamp(writer.write(expr.value))
    if expr.unit in _LONG:
        return called("date_trunc", text(expr.unit), local)
    return called("time_bucket", _length(expr), local, timestamp(text("1970-01-01")))


def _length(expr: Periods) -> exp.Expression:
    name, count = _LONG.get(expr.unit, (f"to_{expr.unit}s", expr.count))
    return called(name, exp.Literal.number(count))


def slots(writer: Writing, expr: Slots) -> exp.Expression:
    """The number of the slot, from 0. What is above the last bound is in the last slot, if that is open."""
    last = len(expr.texts) - 1 if expr.is_open_above else NOWHERE
    is_null = exp.Is(this=writer.write(expr.value), expression=exp.Null())
    branches = [exp.If(this=is_null, true=exp.Null())]
    for number, bound in enumerate(expr.bounds, 0 if expr.is_open_below else NOWHERE):
        below = _below(writer, expr.value, bound)
        branches.append(exp.If(this=below, true=exp.Literal.number(number)))
    return exp.Case(ifs=branches, default=exp.Literal.number(last))


def _below(writer: Writing, value: Expr, bound: Literal) -> exp.Expression:
    written = writer.write(value)
    return exp.LT(this=written, expression=writer.write(bound))


def key_text(writer: Writing, expr: KeyText) -> exp.Expression:
    """The text of a bucket that is a column."""
    bucket = expr.bucket
    column = writer.write(bucket)
    match bucket:
        case Widths():
            low, high = _widths_text(column, bucket)
        case Periods():
            low, high = _periods_text(column, bucket)
        case Slots():
            texts = exp.Array(expressions=[text(one) for one in bucket.texts])
            return called("list_extract", texts, exp.Add(this=column, expression=exp.Literal.number(1)))
    return _joined(text("["), low, text(", "), high, text("["))


def _widths_text(column: exp.Expression, bucket: Widths) -> tuple[exp.Expression, exp.Expression]:
    if bucket.is_whole:
        end = exp.Add(this=column.copy(), expression=_number(bucket.width))
        return cast(column, "TEXT"), cast(exp.Paren(this=end), "TEXT")
    low, high = (
        exp.Mul(
            this=exp.Paren(this=exp.Add(this=column.copy(), expression=exp.Literal.number(one))),
            expression=_number(float(bucket.width)),
        )
        for one in (0, 1)
    )
    return _double_text(low, bucket.width), _double_text(high, bucket.width)


def _double_text(value: exp.Expression, width: float) -> exp.Expression:
    """Without decimals if the width has none, else with no more than it has."""
    if isinstance(width, int):
        whole = exp.TryCast(this=value, to=exp.DataType.build("HUGEINT", dialect="duckdb"))
        return called("coalesce", cast(whole, "TEXT"), cast(value.copy(), "TEXT"))
    exponent = Decimal(repr(width)).as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    if decimals <= _EXACT_DECIMALS:
        value = called("round", value, exp.Literal.number(decimals))
    return cast(value, "TEXT")


def _periods_text(column: exp.Expression, bucket: Periods) -> tuple[exp.Expression, exp.Expression]:
    after = exp.Paren(this=exp.Add(this=column.copy(), expression=_length(bucket)))
    return _moment_text(column, bucket), _moment_text(after, bucket)


def _moment_text(beginning: exp.Expression, bucket: Periods) -> exp.Expression:
    if bucket.zone is None:
        return called("strftime", beginning, text("%Y-%m-%dT%H:%M:%S.%gZ"))
    at = beginning if bucket.instant is not None else instant(beginning, bucket.zone)
    pattern = "%Y-%m-%dT%H:%M:%S.%g" if bucket.unit == "millisecond" else "%Y-%m-%dT%H:%M:%S"
    return _joined(called("strftime", clocks(at.copy(), bucket.zone), text(pattern)), offset(at, bucket.zone))


def _joined(*parts: exp.Expression) -> exp.Expression:
    """Null if one of them is."""
    whole = parts[0]
    for one in parts[1:]:
        whole = exp.DPipe(this=whole, expression=one)
    return exp.Paren(this=whole)
