"""The frozen tree that every query language parses into.

A tree names fields, never tables: a query can read nothing but the one table that it is given. `at` is the 0-based
character offset of a node in the text that it came from; it is not part of a node's identity, so that the same
expression written in `select` and in `group_by` is equal.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from colonnade.query.schema import FieldType, Schema

Scalar = str | int | float | bool | dt.date | dt.datetime | dt.time | None


@dataclass(frozen=True, slots=True)
class FieldRef:
    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    value: Scalar
    at: int = field(default=0, compare=False)


class CompareOp(StrEnum):
    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison; with a null on either side it is false."""

    op: CompareOp
    left: "Expr"
    right: "Expr"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """The value equals one of `options`."""

    value: "Expr"
    options: tuple["Expr", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IsNull:
    value: "Expr"
    negated: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple["Expr", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple["Expr", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The exact complement: rows for which the term is not true, those with nulls included."""

    term: "Expr"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TextMatch:
    """Every word of `text` occurs in the row, in any of `fields` (None: in any visible field).

    A word that ends in `*` is a prefix. Answered by the index, never by a scan.
    """

    text: str
    fields: tuple[str, ...] | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class HasAny:
    """A multivalued field holds at least one of `values`; `negated`: it holds something that is none of them.

    No language says this: permissions do, and binding makes it of every comparison with a multivalued field.
    """

    name: str
    values: tuple[str, ...]
    negated: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Star:
    """Every visible field; only as an item of `select`, and never in a bound query."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`count(*)` has no argument."""

    function: str
    argument: "Expr | None" = None
    at: int = field(default=0, compare=False)


Expr = FieldRef | Literal | Compare | In | IsNull | And | Or | Not | TextMatch | HasAny | Star | Aggregate


@dataclass(frozen=True, slots=True)
class Named:
    """An expression and the key that it has in the answer: its alias, or its text as written.

    A plain field's key is its name. Two aliases of one name are refused, the same item twice is one.
    """

    expr: Expr
    name: str
    is_alias: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Order:
    expr: Expr
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """`select` None means every visible field, or with `group_by` the group keys alone. `limit` None: no limit."""

    select: tuple[Named, ...] | None = None
    where: Expr | None = None
    group_by: tuple[Named, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the answer."""

    name: str
    expr: Expr
    type: FieldType
    multivalued: bool = False


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """A query whose names and types were checked against `schema` (the fields that its reader may see).

    `where` already holds the reader's row filter and guard, which may name fields outside `schema`. Aliases are
    resolved: `order_by` holds expressions over fields, with `group_by` only keys and aggregates. Without `group_by`
    an aggregate is taken over all matching rows and stands in each row of the answer. A condition on a multivalued
    field is a `HasAny`. Literals have their column's type; datetimes are naive UTC.
    """

    schema: Schema
    outputs: tuple[Output, ...]
    where: Expr | None
    group_by: tuple[Output, ...]
    order_by: tuple[Order, ...]
    limit: int | None
    offset: int
    matches: tuple[TextMatch, ...] = ()
    """Every text condition in `where`, with its fields written out; the engine is given the ids of each."""
