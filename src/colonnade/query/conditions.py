"""The conditions of a query, bound: names known, types fitting, literals as their columns have them.

A comparison with null is false. `!=` leaves nulls out, NOT is the exact complement. On a multivalued field a condition
is true if an element fulfils it.
"""

import datetime as dt
import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from colonnade.query.literals import checked_text, coerced, instant, spoken
from colonnade.query.malformed import incompatible, malformed
from colonnade.query.schema import FieldType
from colonnade.query.scope import Scope
from colonnade.query.tree import (
    Aggregate,
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    HasAny,
    In,
    IsNull,
    Like,
    Literal,
    MatchMode,
    Not,
    Or,
    Scalar,
    StartsWith,
    TextMatch,
)
from colonnade.query.types import DATES, NUMBERS, TEXTS, Typed
from colonnade.query.values import bound_value, is_value, moment_of
from colonnade.query.walk import walk

_CLAUSE = "where"

_FALSE = Literal(value=False)

_MIRRORED: Mapping[CompareOp, CompareOp] = {
    CompareOp.EQ: CompareOp.EQ,
    CompareOp.NE: CompareOp.NE,
    CompareOp.LT: CompareOp.GT,
    CompareOp.LE: CompareOp.GE,
    CompareOp.GT: CompareOp.LT,
    CompareOp.GE: CompareOp.LE,
}

_HOLDS: Mapping[CompareOp, Callable[[Any, Any], bool]] = {
    CompareOp.EQ: operator.eq,
    CompareOp.NE: operator.ne,
    CompareOp.LT: operator.lt,
    CompareOp.LE: operator.le,
    CompareOp.GT: operator.gt,
    CompareOp.GE: operator.ge,
}

_LONGEST_PATTERN = 500
"""Characters of a text that is looked for otherwise than as whole words: each word costs some milliseconds a field."""

_MOST_PREFIXES = 100
"""Words with a wildcard in a text of whole words."""

_WHOLE_WORDS = frozenset({MatchMode.WORDS, MatchMode.VARIANTS})

_EQUALITY = frozenset({CompareOp.EQ, CompareOp.NE})


def bound_condition(expr: Expr, scope: Scope) -> Expr:
    """The condition as an engine takes it. The tree must not be deep (`walk.check_depth`). Raises `Invalid`."""
    return _BINDERS.get(type(expr), _no_condition)(expr, scope)


def _and(expr: And, scope: Scope) -> Expr:
    return And(tuple(bound_condition(one, scope) for one in expr.terms), at=expr.at)


def _or(expr: Or, scope: Scope) -> Expr:
    terms = _merged(bound_condition(one, scope) for one in expr.terms)
    return terms[0] if len(terms) == 1 else Or(terms, at=expr.at)


def _merged(terms: Iterable[Expr]) -> tuple[Expr, ...]:
    """The terms of an OR, those that ask one value for equality as one IN: a list of 5,000 is 100 times as fast."""
    options: dict[Hashable, list[Compare]] = {}
    others: dict[Hashable, Expr] = {}
    for one in terms:
        if isinstance(one, Compare) and one.op is CompareOp.EQ and isinstance(one.right, Literal):
            options.setdefault(_exactly(one.left), []).append(one)
        else:
            others.setdefault(_exactly(one), one)
    return (*map(_any_of, options.values()), *others.values())


def _exactly(expr: Expr) -> Hashable:
    """Equal only where the expressions mean the same: as values `1` and `1.0` are equal, and `f + 1` may overflow."""
    return expr, tuple(type(one.value) for one in walk(expr) if isinstance(one, Literal))


def _any_of(equalities: Sequence[Compare]) -> Expr:
    first = equalities[0]
    if len(equalities) == 1:
        return first
    return In(first.left, tuple(one.right for one in equalities), at=first.left.at)


def _not(expr: Not, scope: Scope) -> Expr:
    return Not(bound_condition(expr.term, scope), at=expr.at)


def _compare(expr: Compare, scope: Scope) -> Expr:
    left, right = _plain(expr.left, scope), _plain(expr.right, scope)
    if isinstance(left, Literal):
        if isinstance(right, Literal):
            return Literal(_holds(expr.op, left.value, right.value, scope), at=expr.at)
        return _compare(Compare(_MIRRORED[expr.op], right, left, at=expr.at), scope)
    value, typed = _operand(left, scope)
    if isinstance(right, Literal):
        return _compare_literal(expr, value, typed, right, scope)
    other, other_typed = _operand(right, scope)
    if typed is None or other_typed is None:
        return _FALSE
    if typed.multivalued or other_typed.multivalued or _family(typed.type) != _family(other_typed.type):
        raise incompatible(_CLAUSE, _unlike(left, right))
    return Compare(expr.op, value, other, at=expr.at)


def _compare_literal(expr: Compare, value: Expr, typed: Typed | None, literal: Literal, scope: Scope) -> Expr:
    is_ordering = expr.op not in _EQUALITY
    if typed is None:
        return _FALSE
    if typed.multivalued and is_ordering:
        raise incompatible(_CLAUSE, f"The multivalued field {_name(value)} has no order.")
    wanted = _coerced(literal, typed, scope, is_ordering=is_ordering)
    if wanted is None:
        return _FALSE
    if typed.multivalued:
        return HasAny(_name(value), (str(wanted),), negated=expr.op is CompareOp.NE, at=expr.at)
    return Compare(expr.op, value, Literal(wanted, at=literal.at), at=expr.at)


def _in(expr: In, scope: Scope) -> Expr:
    options = [_plain(one, scope) for one in expr.options]
    literals = [one for one in options if isinstance(one, Literal)]
    if isinstance(_plain(expr.value, scope), Literal) or len(literals) != len(options):
        each = (Compare(CompareOp.EQ, expr.value, one, at=expr.at) for one in options)
        terms = _merged(_compare(one, scope) for one in each)
        return terms[0] if len(terms) == 1 else Or(terms, at=expr.at)
    value, typed = _operand(expr.value, scope)
    if typed is None:
        return _FALSE
    values = [_coerced(one, typed, scope, is_ordering=False) for one in literals]
    known = [one for one in values if one is not None]
    if not known:
        return _FALSE
    if typed.multivalued:
        return HasAny(_name(value), tuple(str(one) for one in known), at=expr.at)
    return In(value, tuple(Literal(one) for one in known), at=expr.at)


def _between(expr: Between, scope: Scope) -> Expr:
    low = Compare(CompareOp.GE if expr.low_closed else CompareOp.GT, expr.value, expr.low, at=expr.at)
    high = Compare(CompareOp.LE if expr.high_closed else CompareOp.LT, expr.value, expr.high, at=expr.at)
    return And((_compare(low, scope), _compare(high, scope)), at=expr.at)


def _like(expr: Like, scope: Scope) -> Expr:
    """Answered by the index, so that a word is the same here as in every search."""
    if not isinstance(expr.value, FieldRef):
        raise malformed(_CLAUSE, "like takes a field on its left.")
    field = expr.value
    scope.typed(field, _CLAUSE)
    if scope.fields.get(field.name) is None:
        raise malformed(_CLAUSE, f"Field {field.name} has no words.")
    if not checked_text(expr.text, _CLAUSE).strip("*% \t\r\n"):
        return _is_null(IsNull(field, negated=True, at=expr.at), scope)
    _check_pattern(expr.text, MatchMode.LIKE)
    return TextMatch(expr.text, (field.name,), MatchMode.LIKE, at=expr.at)


def _starts_with(expr: StartsWith, scope: Scope) -> Expr:
    checked_text(expr.text, _CLAUSE)
    if expr.fields is None:
        names = [one.name for one in scope.fields.fields if one.type in TEXTS]
    else:
        names = list(dict.fromkeys(expr.fields))
    terms = tuple(_starts(expr, name, scope.named(name, _CLAUSE)) for name in names)
    return terms[0] if len(terms) == 1 else Or(terms, at=expr.at)


def _starts(expr: StartsWith, name: str, typed: Typed) -> Expr:
    if typed.type not in TEXTS:
        raise malformed(_CLAUSE, f"startswith() takes texts, and field {name} is none.")
    return StartsWith(expr.text, (name,), typed.multivalued, at=expr.at)


def _is_null(expr: IsNull, scope: Scope) -> Expr:
    if isinstance(expr.value, Literal):
        return Literal((expr.value.value is None) is not expr.negated, at=expr.at)
    value, typed = _operand(expr.value, scope)
    if typed is None or not typed.multivalued:
        return IsNull(value, expr.negated, at=expr.at)
    some = HasAny(_name(value), (), negated=True, at=expr.at)
    return some if expr.negated else Not(some, at=expr.at)


def _field_alone(expr: FieldRef, scope: Scope) -> Expr:
    """A field where a condition stands: it is true."""
    typed = scope.typed(expr, _CLAUSE)
    if typed.type is not FieldType.BOOLEAN or typed.multivalued:
        raise malformed(_CLAUSE, f"Field {expr.name} is not a condition: it is of type {typed.type}.")
    return expr


def _literal_alone(expr: Literal, scope: Scope) -> Expr:
    if expr.value is None:
        return _FALSE
    if not isinstance(expr.value, bool):
        raise malformed(_CLAUSE, f"{spoken(expr.value).capitalize()} is not a condition.")
    return expr


def _value_alone(expr: Call | Arithmetic, scope: Scope) -> Expr:
    """A computed value where a condition stands: it is true."""
    value = bound_value(expr, scope, _CLAUSE)
    if scope.type_of(value) != Typed(FieldType.BOOLEAN):
        what = f"{expr.function}()" if isinstance(expr, Call) else "Arithmetic"
        raise malformed(_CLAUSE, f"{what} is not a condition.")
    return value


def _text_match(expr: TextMatch, scope: Scope) -> Expr:
    for name in expr.fields or ():
        scope.named(name, _CLAUSE)
    names = scope.fields.names if expr.fields is None else expr.fields
    _check_pattern(checked_text(expr.text, _CLAUSE), expr.mode)
    return replace(expr, fields=tuple(dict.fromkeys(names)))


def _check_pattern(text: str, mode: MatchMode) -> None:
    if mode not in _WHOLE_WORDS and len(text) > _LONGEST_PATTERN:
        raise malformed(_CLAUSE, f"A text to search for may have {_LONGEST_PATTERN} characters at most.")
    if mode in _WHOLE_WORDS and text.count("*") > _MOST_PREFIXES:
        raise malformed(_CLAUSE, f"A text to search for may have {_MOST_PREFIXES} wildcards at most.")


def _has_any(expr: HasAny, scope: Scope) -> Expr:
    if not scope.named(expr.name, _CLAUSE).multivalued:
        raise malformed(_CLAUSE, f"Field {expr.name} is not multivalued.")
    for value in expr.values:
        checked_text(value, _CLAUSE)
    return expr


def _no_condition(expr: Expr, scope: Scope) -> NoReturn:
    if isinstance(expr, Aggregate):
        raise malformed(
            _CLAUSE, f"{expr.function}() is not a condition; aggregations stand in select and order_by."
        )
    raise malformed(_CLAUSE, "A value or an argument stands where a condition is needed.")


def _plain(expr: Expr, scope: Scope) -> Expr:
    """`now()` as the date that it is."""
    return moment_of(expr, scope, _CLAUSE) if isinstance(expr, Call) and expr.function == "now" else expr


def _operand(expr: Expr, scope: Scope) -> tuple[Expr, Typed | None]:
    if isinstance(expr, Aggregate):
        _no_condition(expr, scope)
    if not is_value(expr):
        raise malformed(_CLAUSE, "Only fields and values can be compared.")
    value = bound_value(expr, scope, _CLAUSE)
    return value, scope.type_of(value)


def _name(expr: Expr) -> str:
    assert isinstance(expr, FieldRef), "only fields are multivalued"
    return expr.name


def _unlike(left: Expr, right: Expr) -> str:
    if isinstance(left, FieldRef) and isinstance(right, FieldRef):
        return f"Fields {left.name} and {right.name} cannot be compared."
    return "Values of these two types cannot be compared."


def _coerced(literal: Literal, typed: Typed, scope: Scope, *, is_ordering: bool) -> Scalar:
    value = literal.value
    if isinstance(value, str):
        checked_text(value, _CLAUSE)
    return coerced(value, typed.type, scope.zone, _CLAUSE, is_ordering=is_ordering)


def _holds(op: CompareOp, left: Scalar, right: Scalar, scope: Scope) -> bool:
    """A comparison of two literals, as `1 = 1`."""
    if left is None or right is None:
        return False
    if spoken(left) != spoken(right):
        raise incompatible(_CLAUSE, f"{spoken(left).capitalize()} cannot be compared with {spoken(right)}.")
    if isinstance(left, dt.date) and isinstance(right, dt.date):
        left, right = (instant(one, scope.zone, _CLAUSE) for one in (left, right))
    return _HOLDS[op](left, right)


def _family(type_: FieldType) -> object:
    """What can be compared with one another; a place with nothing, not even itself."""
    for family in (NUMBERS, DATES, TEXTS):
        if type_ in family:
            return family
    return type_ if type_ in {FieldType.BOOLEAN, FieldType.TIME} else object()


_BINDERS: Mapping[type[Any], Callable[[Any, Scope], Expr]] = {
    And: _and,
    Or: _or,
    Not: _not,
    Compare: _compare,
    Between: _between,
    In: _in,
    IsNull: _is_null,
    Like: _like,
    FieldRef: _field_alone,
    Literal: _literal_alone,
    TextMatch: _text_match,
    StartsWith: _starts_with,
    HasAny: _has_any,
    Call: _value_alone,
    Arithmetic: _value_alone,
}
