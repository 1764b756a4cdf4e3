"""Trees as text: `shown` for reading in case files, `written` for parsing again; and the case files themselves."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from colonnade.query.tree import (
    Aggregate,
    And,
    Arithmetic,
    Between,
    Bounds,
    Call,
    Compare,
    Expr,
    FieldRef,
    Geometry,
    HasAny,
    In,
    IsNull,
    KeyText,
    Like,
    Literal,
    MatchMode,
    Named,
    Not,
    Or,
    Order,
    Periods,
    Prefix,
    Quantity,
    Slots,
    Star,
    StartsWith,
    TextMatch,
    Widths,
)
from colonnade.query.walk import children

CASES = Path(__file__).parent / "cases"

Parsed = Expr | tuple[Named, ...] | tuple[Order, ...]


@dataclass(frozen=True)
class Case:
    """A text and what is expected of it."""

    text: str
    expected: str


def cases(name: str) -> list[Case]:
    """The cases of a file: pairs of lines: a text, and below it, indented, what it means. Lines with # are remarks."""
    return list(_pairs((CASES / name).read_text(encoding="utf-8").splitlines()))


def _pairs(lines: Iterable[str]) -> Iterator[Case]:
    text: str | None = None
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith("    "):
            text = line
            continue
        assert text is not None, line
        yield Case(text, line.strip())


def shown(parsed: Parsed) -> str:
    """A tree with its operator first, in parentheses."""
    match parsed:
        case tuple():
            return "; ".join(_item(one) for one in parsed)
        case FieldRef(name):
            return name
        case Literal(value):
            return _value(value)
        case Compare(op, left, right):
            return f"({op} {shown(left)} {shown(right)})"
        case In(value, options):
            return f"(in {shown(value)} {' '.join(map(shown, options))})"
        case IsNull(value, negated):
            return f"({'some' if negated else 'null'} {shown(value)})"
        case And(terms):
            return f"(and {' '.join(map(shown, terms))})"
        case Or(terms):
            return f"(or {' '.join(map(shown, terms))})"
        case Not(term):
            return f"(not {shown(term)})"
        case TextMatch(text, fields, mode):
            return f"({_MODES[mode]} {_names(fields)} {_value(text)})"
        case Like(value, text):
            return f"(like {shown(value)} {_value(text)})"
        case StartsWith(text, fields, multivalued):
            return f"({'starts-any' if multivalued else 'starts'} {_names(fields)} {_value(text)})"
        case Between(value, low, high, low_closed, high_closed):
            interval = f"{'[' if low_closed else ']'}{shown(low)} {shown(high)}{']' if high_closed else '['}"
            return f"(between {shown(value)} {interval})"
        case Arithmetic(first, rest):
            return f"({shown(first)} {' '.join(f'{op} {shown(one)}' for op, one in rest)})"
        case Call(function, arguments):
            return f"({' '.join([function, *map(shown, arguments)])})"
        case Prefix() | Quantity() | Geometry() | Bounds():
            return _argument(parsed)
        case Widths() | Periods() | Slots() | KeyText():
            return f"({' '.join([type(parsed).__name__.lower(), *map(shown, children(parsed))])})"
        case HasAny(name, values, negated):
            return f"({'other' if negated else 'any'} {name} {' '.join(map(_value, values))})"
        case Star():
            return "*"
        case Aggregate(function, argument, distinct, parameter):
            words = [
                function,
                *(["distinct"] if distinct else []),
                "*" if argument is None else shown(argument),
            ]
            return f"({' '.join(words)}{'' if parameter is None else f' {parameter}'})"


def _argument(parsed: Prefix | Quantity | Geometry | Bounds) -> str:
    match parsed:
        case Prefix(name):
            return f"{name}*"
        case Quantity(number, unit):
            return f"{number}{unit}"
        case Geometry(text):
            return f"geom{_value(text)}"
        case Bounds(values):
            return f"]{' '.join(map(shown, values))}["


_MODES = {
    MatchMode.WORDS: "words",
    MatchMode.LIKE: "words-like",
    MatchMode.FUZZY: "search",
    MatchMode.PREFIXES: "suggest",
}


def _names(fields: tuple[str, ...] | None) -> str:
    return "*" if fields is None else ",".join(fields)


def _item(one: Named | Order) -> str:
    if isinstance(one, Order):
        return shown(one.expr) + (" desc" if one.descending else "")
    return f"{shown(one.expr)} {'as' if one.is_alias else 'is'} {one.name}"


def _value(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return repr(value)


def written(expr: Expr) -> str:
    """The tree in ODSQL, every condition in parentheses. For trees as the parser makes them."""
    match expr:
        case FieldRef(name):
            return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
        case Literal(value):
            return _literal(value)
        case Compare(op, left, right):
            return f"{written(left)}{op}{written(right)}"
        case In(value, options):
            return f"{written(value)} IN ({','.join(map(written, options))})"
        case IsNull(value, negated):
            return f"{written(value)} Is {'Not ' if negated else ''}Null"
        case And(terms):
            return " and ".join(f"({written(one)})" for one in terms)
        case Or(terms):
            return " or ".join(f"({written(one)})" for one in terms)
        case Not(term):
            return f"not({written(term)})"
        case TextMatch(text, None, MatchMode.WORDS):
            return _literal(text)
        case TextMatch(text, fields, MatchMode.FUZZY):
            return f"search({_places(fields)}{_literal(text)})"
        case TextMatch(text, fields, MatchMode.PREFIXES):
            return f"suggest({_places(fields)}{_literal(text)})"
        case StartsWith(text, fields):
            return f"startswith({_places(fields)}{_literal(text)})"
        case Like(value, text):
            return f"{written(value)} LIKE {_literal(text)}"
        case Between(value, low, high, low_closed, high_closed):
            ends = (
                f"{'[' if low_closed else ']'}{written(low)} .. {written(high)}{']' if high_closed else '['}"
            )
            return f"{written(value)} in {ends}"
        case Arithmetic(first, rest):
            operands = "".join(f"{op}({written(one)})" for op, one in rest)
            return f"(({written(first)}){operands})"
        case Call(function, arguments):
            return f"{function}({','.join(map(written, arguments))})"
    raise AssertionError(expr)


def _places(fields: tuple[str, ...] | None) -> str:
    return "*," if fields is None else "".join(f"{written(FieldRef(one))}," for one in fields)


def _literal(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value)
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case dt.date():
            return f"date'{value.isoformat()}'"
        case _:
            return repr(value)
