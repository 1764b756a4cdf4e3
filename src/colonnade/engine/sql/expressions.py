"""One expression of the query tree as a sqlglot expression, its values as bound parameters.

Every column is written with the table's alias, because a bare name in ORDER BY or GROUP BY could mean an output's
alias. No text of a user ever becomes SQL: names go through quoted identifiers, values through parameters.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from colonnade.engine.sql import geo, ranges
from colonnade.engine.sql.functions import CALLS, number_of
from colonnade.engine.sql.overflows import computable
from colonnade.engine.sql.pieces import Bits, Param, called, cast, column, each, element, joined, text_of
from colonnade.query.schema import ID, FieldType, Schema
from colonnade.query.tree import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOp,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    HasAny,
    In,
    IsNull,
    KeyText,
    Literal,
    Not,
    Or,
    Periods,
    Scalar,
    Slots,
    StartsWith,
    TextMatch,
    Widths,
)
from colonnade.query.types import Typed, type_of
from colonnade.query.walk import walk

MANY = 16
"""From here on the options of an IN are one list, for 5,000 parameters take 200 times as long to plan, and an OR is written
so that DuckDB plans it quickly."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Ids as a bit for each number from the first to the last of them."""

    first: int
    last: int


Hits = Mapping[TextMatch, str | tuple[int, ...] | Spread]
"""For each text condition the name of a relation that holds its ids (one column `id`); if they are few, the ids; if they
are many and near each other, where they lie."""

_ELEMENTS: Mapping[type[object], str] = {
    bool: "BOOLEAN[]",
    int: "BIGINT[]",
    float: "DOUBLE[]",
    str: "TEXT[]",
    dt.date: "DATE[]",
    dt.datetime: "TIMESTAMP[]",
    dt.time: "TIME[]",
}

_OPERATORS: Mapping[ArithmeticOp, Callable[..., exp.Expression]] = {
    ArithmeticOp.ADD: exp.Add,
    ArithmeticOp.SUBTRACT: exp.Sub,
    ArithmeticOp.MULTIPLY: exp.Mul,
    ArithmeticOp.DIVIDE: exp.Div,
}

_COMPARISONS: Mapping[CompareOp, Callable[..., exp.Expression]] = {
    CompareOp.EQ: exp.EQ,
    CompareOp.NE: exp.NEQ,
    CompareOp.LT: exp.LT,
    CompareOp.LE: exp.LTE,
    CompareOp.GT: exp.GT,
    CompareOp.GE: exp.GTE,
}


@dataclass(frozen=True)
class Writer:
    """Turns expressions into SQL and collects their values, in the order in which they stand in the text.

    So the parts of a statement must be written in the order of the text. `columns` are expressions that stand under a
    name of their own. `elements` are lists that stand there one element a row. `prepared`: the columns of the table
    that were made of shapes. `has_many_rows`: what is slow to plan and quick to do pays. `plain`: texts that are sorted as
    they are. `conditions`: what `condition` wrote.
    """

    schema: Schema
    hits: Hits = field(default_factory=dict)
    columns: Mapping[Expr, exp.Expression] = field(default_factory=dict)
    elements: frozenset[Expr] = frozenset()
    params: list[Param] = field(default_factory=list)
    prepared: frozenset[str] = frozenset()
    has_many_rows: bool = False
    plain: frozenset[str] = frozenset()
    conditions: dict[Expr, tuple[str, Sequence[Param]]] = field(default_factory=dict)

    def write(self, expr: Expr) -> exp.Expression:
        known = self.columns.get(expr) if self.columns else None
        return known.copy() if known is not None else _WRITERS[type(expr)](self, expr)

    def condition(self, where: Expr) -> exp.Expression:
        """A condition on rows. All statements of a query have it, and a long one takes a second to write."""
        if where not in self.conditions:
            writer = replace(self.over({}), params=[])
            self.conditions[where] = text_of(writer.write(where)), writer.params
        text, params = self.conditions[where]
        self.params.extend(params)
        return exp.Var(this=text)

    def anew(self) -> "Writer":
        """For another statement of the same query."""
        return replace(self, params=[])

    def over(
        self, columns: Mapping[Expr, exp.Expression], elements: frozenset[Expr] = frozenset()
    ) -> "Writer":
        """The same statement, with some expressions at hand as columns."""
        return replace(self, columns=columns, elements=elements)

    def is_list(self, expr: Expr) -> bool:
        typed = type_of(expr, self.schema)
        return typed is not None and typed.multivalued and expr not in self.elements

    def parameter(self, value: Param) -> exp.Expression:
        self.params.append(value)
        return exp.Placeholder()


def _field(writer: Writer, expr: FieldRef) -> exp.Expression:
    return column(expr.name)


def _literal(writer: Writer, expr: Literal) -> exp.Expression:
    if expr.value is None:
        return exp.Null()
    if isinstance(expr.value, bool):
        return exp.Boolean(this=expr.value)
    return writer.parameter(expr.value)


def _compare(writer: Writer, expr: Compare) -> exp.Expression:
    left, right = writer.write(expr.left), writer.write(expr.right)
    return _COMPARISONS[expr.op](this=left, expression=right)


def _in(writer: Writer, expr: In) -> exp.Expression:
    """Options of each type by themselves: beside a double, the integers of a list are doubles, too, and 19 digits are not
    kept."""
    by_type: dict[type[object], list[Expr]] = {}
    for one in expr.options:
        by_type.setdefault(type(one.value) if isinstance(one, Literal) else object, []).append(one)
    terms = [_among(writer, expr.value, type_, options) for type_, options in by_type.items()]
    return terms[0] if len(terms) == 1 else joined(exp.Or, terms, empty=False)


def _among(writer: Writer, expr: Expr, type_: type[object], options: Sequence[Expr]) -> exp.Expression:
    value = writer.write(expr)
    if len(options) < MANY or type_ not in _ELEMENTS:
        return exp.In(this=value, expressions=[writer.write(one) for one in options])
    values = _list(writer, [one.value for one in options if isinstance(one, Literal)], _ELEMENTS[type_])
    return _in_query(value, exp.Select(expressions=[called("unnest", values)]))


def _in_query(value: exp.Expression, query: exp.Select) -> exp.Expression:
    return exp.In(this=value, query=exp.Subquery(this=query))


def _is_null(writer: Writer, expr: IsNull) -> exp.Expression:
    test = exp.Is(this=writer.write(expr.value), expression=exp.Null())
    return exp.Not(this=test) if expr.negated else test


def _and(writer: Writer, expr: And) -> exp.Expression:
    return joined(exp.And, [writer.write(one) for one in expr.terms], empty=True)


def _or(writer: Writer, expr: Or) -> exp.Expression:
    """DuckDB compares every AND in an OR with all the others, which takes 9 s for 2,000; it does not look into `IS TRUE`."""
    is_long = len(expr.terms) >= MANY
    terms = (
        _opaque(writer, one) if is_long and isinstance(one, And) else writer.write(one) for one in expr.terms
    )
    return joined(exp.Or, list(terms), empty=False)


def _opaque(writer: Writer, expr: Expr) -> exp.Expression:
    """A condition with its nulls false."""
    return exp.Is(this=exp.Paren(this=writer.write(expr)), expression=exp.Boolean(this=True))


def _not(writer: Writer, expr: Not) -> exp.Expression:
    """Not SQL's NOT, which leaves out the rows where the term is null."""
    return exp.Not(this=_opaque(writer, expr.term))


def ids_among(ids: Iterable[int]) -> exp.Expression:
    """Literals, because DuckDB looks up literals in the index on `_id`, twice as fast as parameters."""
    # One piece of text of our own numbers: as expressions, one by one, they cost more than the look-up.
    options = ", ".join(map(str, map(int, ids)))
    return (
        exp.In(this=column(ID), expressions=[exp.Var(this=options)]) if options else exp.Boolean(this=False)
    )


def _text_match(writer: Writer, expr: TextMatch) -> exp.Expression:
    found = writer.hits[expr]
    if isinstance(found, tuple):
        return ids_among(found)
    if isinstance(found, Spread):
        return _spread(writer, expr, found)
    relation = exp.Table(this=exp.Identifier(this=found, quoted=True))
    ids = exp.Select(expressions=[exp.Column(this=exp.Identifier(this="id", quoted=True))])
    return _in_query(column(ID), ids.from_(relation, copy=False))


def _spread(writer: Writer, expr: TextMatch, found: Spread) -> exp.Expression:
    """Whether the bit of the row's id is set, 3 times as fast as to join 300,000 ids. A bit that is not there would be an
    error, and DuckDB itself decides which side of an AND it looks at first: hence the CASE."""
    first, last = exp.Literal.number(found.first), exp.Literal.number(found.last)
    bits = cast(cast(writer.parameter(Bits(expr)), "BLOB"), "BIT")
    place = cast(exp.Sub(this=column(ID), expression=first.copy()), "INT")
    is_set = exp.EQ(this=called("get_bit", bits, place), expression=exp.Literal.number(1))
    within = exp.Between(this=column(ID), low=first, high=last)
    return exp.Case(ifs=[exp.If(this=within, true=is_set)], default=exp.Boolean(this=False))


def _has_any(writer: Writer, expr: HasAny) -> exp.Expression:
    """Counting works without DuckDB's lambdas, whose spelling changes between versions."""
    if not expr.negated:
        return called("list_has_any", column(expr.name), _list(writer, expr.values, _ELEMENTS[str]))
    every = called("len", called("list_distinct", column(expr.name)))
    shared = called("list_intersect", column(expr.name), _list(writer, expr.values, _ELEMENTS[str]))
    return exp.GT(this=every, expression=called("len", called("list_distinct", shared)))


def _list(writer: Writer, values: Sequence[Scalar], list_type: str) -> exp.Expression:
    """A list as one parameter, a JSON text: a parameter each is slow."""
    text = writer.parameter(json.dumps(values, default=_iso))
    return cast(cast(text, "JSON"), list_type)


def _iso(value: dt.date | dt.time) -> str:
    return value.isoformat()


def _starts_with(writer: Writer, expr: StartsWith) -> exp.Expression:
    (name,) = expr.fields or ()
    if not expr.multivalued:
        return called("starts_with", column(name), writer.parameter(expr.text))
    starts = called("starts_with", element(), writer.parameter(expr.text))
    found = each(column(name), condition=starts)
    return exp.GT(this=called("len", found), expression=exp.Literal.number(0))


def _aggregate(writer: Writer, expr: Aggregate) -> exp.Expression:
    known = computable(expr)
    if known is None or expr.argument is None:
        return _taken(writer, expr)
    is_known = writer.write(known)
    is_null = exp.Is(this=writer.write(expr.argument), expression=exp.Null())
    overflows = called("bool_or", exp.And(this=is_known, expression=is_null))
    return exp.Case(ifs=[exp.If(this=overflows, true=exp.Null())], default=_taken(writer, expr))


def _taken(writer: Writer, expr: Aggregate) -> exp.Expression:
    argument = expr.argument
    if argument is None:
        return called("count", exp.Star())
    if expr.function in geo.AGGREGATES:
        return geo.AGGREGATES[expr.function](lambda: writer.write(argument))
    if expr.function in _SPREADS:
        return _SPREADS[expr.function](lambda: cast(writer.write(argument), "DOUBLE"))
    if expr.function in _EXTREMES:
        return _extreme(expr.function, lambda: writer.write(argument))
    value = writer.write(argument)
    if expr.function == "count" and writer.is_list(argument):
        return _counted_lists(value, distinct=expr.distinct)
    match expr.function:
        case "count" if expr.distinct:
            return called("count", exp.Distinct(expressions=[value]))
        case "sum" if type_of(argument, writer.schema) == Typed(FieldType.INT):
            # Sums of integers have 128 bits; what does not fit into 64 is null, as in arithmetic.
            return exp.TryCast(this=called("sum", value), to=exp.DataType.build("BIGINT"))
        case "percentile":
            return called("quantile_cont", value, exp.Literal.number((expr.parameter or 0.0) / 100))
        case _:
            return called(expr.function, value)


def _extreme(function: str, value: Callable[[], exp.Expression]) -> exp.Expression:
    """Of texts of which some are numbers, the one that is the least or greatest of these; else by their letters."""
    by_size, by_letters = _EXTREMES[function]
    return called("coalesce", called(by_size, value(), number_of(value)), called(by_letters, value()))


_EXTREMES: Mapping[str, tuple[str, str]] = {"lowest": ("arg_min", "min"), "highest": ("arg_max", "max")}


def _counted_lists(value: exp.Expression, *, distinct: bool) -> exp.Expression:
    """Lists that are not empty, or the different elements of all of them."""
    if not distinct:
        some = exp.GT(this=called("len", value), expression=exp.Literal.number(0))
        return called("count_if", some)
    every = called("list_distinct", called("flatten", called("list", value)))
    return called("coalesce", called("len", every), exp.Literal.number(0))


def _deviation(value: Callable[[], exp.Expression]) -> exp.Expression:
    """Of the whole population. DuckDB fails where the squares leave the doubles; here that is null."""

    def fits(size: exp.Expression) -> exp.Expression:
        return exp.LT(this=size, expression=exp.Literal.number(_LARGEST_SQUARED))

    all_fit = fits(called("max", called("abs", value())))
    fitting = exp.Case(ifs=[exp.If(this=fits(called("abs", value())), true=value())])
    return exp.Case(ifs=[exp.If(this=all_fit, true=called("stddev_pop", fitting))])


def _squares(value: Callable[[], exp.Expression]) -> exp.Expression:
    return called("sum", exp.Mul(this=value(), expression=value()))


_LARGEST_SQUARED = "1e150"
_SPREADS: Mapping[str, Callable[[Callable[[], exp.Expression]], exp.Expression]] = {
    "stddev": _deviation,
    "sum_squares": _squares,
}
"""Aggregates that write their argument, a double, several times."""


_FEW_STEPS = 40


def _arithmetic(writer: Writer, expr: Arithmetic) -> exp.Expression:
    """`TRY` makes null of what overflows: of each step, because DuckDB does a step that two expressions share once, outside
    of what stands around it. Very long ones have one TRY, because DuckDB bounds how deep expressions are."""
    steps = sum(len(one.rest) for one in walk(expr) if isinstance(one, Arithmetic))
    result = _number(writer, expr.first)
    for operator, one in expr.rest:
        operand = _number(writer, one)
        if operator is ArithmeticOp.DIVIDE:
            operand = called("nullif", operand, exp.Literal.number(0))
        result = _OPERATORS[operator](this=result, expression=operand)
        if steps <= _FEW_STEPS:
            result = called("try", result)
    return result if steps <= _FEW_STEPS else called("try", result)


def _number(writer: Writer, expr: Expr) -> exp.Expression:
    """A small constant would be taken for a small type, and overflow."""
    written = writer.write(expr)
    if isinstance(expr, Literal):
        return cast(written, "DOUBLE" if isinstance(expr.value, float) else "BIGINT")
    return written


def _call(writer: Writer, expr: Call) -> exp.Expression:
    return (CALLS.get(expr.function) or geo.CALLS[expr.function])(writer, expr)


_WRITERS: Mapping[type[Any], Callable[[Writer, Any], exp.Expression]] = {
    FieldRef: _field,
    Literal: _literal,
    Compare: _compare,
    In: _in,
    IsNull: _is_null,
    And: _and,
    Or: _or,
    Not: _not,
    TextMatch: _text_match,
    StartsWith: _starts_with,
    HasAny: _has_any,
    Aggregate: _aggregate,
    Arithmetic: _arithmetic,
    Call: _call,
    Widths: ranges.widths,
    Periods: ranges.periods,
    Slots: ranges.slots,
    KeyText: ranges.key_text,
}
