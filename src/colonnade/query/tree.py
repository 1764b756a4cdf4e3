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
class Between:
    """The value lies between two bounds; each belongs to the interval if it is closed. Binding makes comparisons."""

    value: "Expr"
    low: "Expr"
    high: "Expr"
    low_closed: bool = True
    high_closed: bool = True
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


class MatchMode(StrEnum):
    """How the words of a search text are looked for. Every one of them must be found.

    `WORDS`: as they are; what stands between blanks is a phrase, and `*` at its end makes it a prefix. `LIKE`: the
    same, and `%` is `*`, also at the beginning. `FUZZY`: word for word, with one letter wrong from three letters on
    and two from six on; the last word may go on. `PREFIXES`: word for word, each may go on. `VARIANTS`: as `WORDS`, `*`
    and `?` stand for letters anywhere in a word, a word is also its nicknames, and what is joined in the text by a sign,
    or split in a word by its letters (`WiFi`, `B52`), is one word and several.
    """

    WORDS = "words"
    LIKE = "like"
    FUZZY = "fuzzy"
    PREFIXES = "prefixes"
    VARIANTS = "variants"


@dataclass(frozen=True, slots=True)
class TextMatch:
    """Every word of `text` occurs in the row, in any of `fields` (None: in any visible field). `is_any`: one of what
    stands between blanks is enough.

    Answered by the index, never by a scan.
    """

    text: str
    fields: tuple[str, ...] | None = None
    mode: MatchMode = MatchMode.WORDS
    is_any: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Like:
    """The words of `text` stand in a field. Binding makes a `TextMatch` of it."""

    value: "Expr"
    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class StartsWith:
    """A text of one of `fields` (None: of any visible field), or an element, starts with `text`, letter for letter.

    Answered by a scan. Bound, it names one field and says whether that is `multivalued`.
    """

    text: str
    fields: tuple[str, ...] | None = None
    multivalued: bool = False
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
    """`count(*)` has no argument. `parameter` is what a function takes besides: the p of a percentile, 0 to 100."""

    function: str
    argument: "Expr | None" = None
    distinct: bool = False
    parameter: float | None = None
    at: int = field(default=0, compare=False)


class ArithmeticOp(StrEnum):
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first`, then each operation with the result so far: one node for a chain, so that long ones are not deep.

    A division by zero and what does not fit into 64 bits are null.
    """

    first: "Expr"
    rest: tuple[tuple[ArithmeticOp, "Expr"], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a row's values, by its lower-case name. `values.EVALUATED` says which are understood."""

    function: str
    arguments: tuple["Expr", ...] = ()
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every field whose name starts so; only in `include` and `exclude`."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit, as `10km` or `1 day`; only as an argument."""

    number: int | float
    unit: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Geometry:
    """The text of a geometry: WKT, WKB in hexadecimal, or GeoJSON."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The old form of a range's bounds, `]10, 50[`; only as an argument."""

    values: tuple["Expr", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Widths:
    """The bucket of a number among those that are `width` wide, of which one begins at 0. `is_whole`: value and width
    are integers. No text says this: binding makes it, and the next two, of a `range`."""

    value: "Expr"
    width: int | float
    is_whole: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Periods:
    """The bucket of a date among those that are `count` units long (`day`, `month`, ...; `count` is 1 from weeks on),
    as the clocks and the calendar of `zone` (None: UTC) show them, counted from 1970.

    `value` is what the clocks show. `instant` is the value itself where buckets begin at instants: an hour that clocks
    show twice is two then. Without it they begin by the clocks, and a day is one whether it has 23 hours or 25.
    """

    value: "Expr"
    count: int
    unit: str
    zone: str | None = None
    instant: "Expr | None" = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Slots:
    """The number of a value's bucket between two neighbours of `bounds`, which ascend: the lower one belongs to it. Or
    below the first, above the last, where these are open. `texts`: of each bucket, as `KeyText` gives them.

    What is in no bucket is in no group, nulls are in one of their own, and the buckets without rows are groups, too.
    """

    value: "Expr"
    bounds: tuple[Literal, ...]
    texts: tuple[str, ...]
    is_open_below: bool = False
    is_open_above: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class KeyText:
    """A bucket as it stands in an answer, `[10, 20[`. Groups are made and sorted by the bucket itself."""

    bucket: Widths | Periods | Slots
    at: int = field(default=0, compare=False)


Expr = (
    FieldRef
    | Literal
    | Compare
    | Between
    | In
    | IsNull
    | And
    | Or
    | Not
    | Like
    | TextMatch
    | StartsWith
    | HasAny
    | Star
    | Aggregate
    | Arithmetic
    | Call
    | Prefix
    | Quantity
    | Geometry
    | Bounds
    | Widths
    | Periods
    | Slots
    | KeyText
)


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
    """`select` None means every visible field, or with `group_by` the group keys alone. `limit` None: no limit.

    `zone`: where dates without an offset are read and days and hours are cut; UTC or a `ZoneInfo`. `language`: of the
    names of months and days, two letters.
    """

    select: tuple[Named, ...] | None = None
    where: Expr | None = None
    group_by: tuple[Named, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    zone: dt.tzinfo = dt.UTC
    language: str = "en"


@dataclass(frozen=True, slots=True)
class AsJson:
    """A text that is shown as the JSON that it is. If it is none, `otherwise` is shown, or with None the text itself."""

    otherwise: Literal | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One column of the answer. Where JSON is written: `as_json`. Where a date is written as a text: `precision`,
    `year` or `month`, says how much of it; None is all."""

    name: str
    expr: Expr
    type: FieldType
    multivalued: bool = False
    as_json: AsJson | None = None
    precision: str | None = None


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """A query whose names and types were checked against `schema` (the fields that its reader may see).

    `where` already holds the reader's row filter and guard, which may name fields outside `schema`. Aliases are
    resolved: `order_by` holds expressions over fields, with `group_by` only keys and aggregates. Without `group_by`
    an aggregate is taken over all matching rows and stands in each row of the answer. A condition on a multivalued
    field is a `HasAny` or a `StartsWith`. Literals have their column's type; datetimes are naive UTC. Left out are
    `Star`, `Between`, `Like` and what only stands in arguments; of calls there are those of `values.EVALUATED` and `local`.
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
