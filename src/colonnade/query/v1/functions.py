"""The functions of the `q` language that are conditions: `#name(arguments)`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from colonnade.query import geometries
from colonnade.query.schema import Field, Schema
from colonnade.query.tree import Expr, FieldRef, Geometry, IsNull, MatchMode, StartsWith, TextMatch
from colonnade.query.types import GEO, TEXTS
from colonnade.query.v1 import comparing, places, words

ALL = "*"


@dataclass(frozen=True, slots=True)
class Argument:
    """A text as it was written, or what stood between quotes."""

    text: str
    is_quoted: bool = False


Arguments = Sequence[Argument]
Lookup = Callable[[str], Field | None]


class CallError(ValueError):
    """Not a call that has a meaning."""


def called(name: str, arguments: Arguments, look_up: Lookup, schema: Schema) -> Expr:
    """The condition that a call is. Raises `CallError` for an unknown function, an unknown field and for arguments that
    do not fit."""
    function = FUNCTIONS.get(name)
    if function is None:
        raise CallError(name)
    try:
        return function(arguments, look_up, schema)
    except ValueError as error:
        raise CallError(name) from error


def _null(arguments: Arguments, look_up: Lookup, _schema: Schema) -> Expr:
    (name,) = arguments
    return IsNull(FieldRef(_field(name, look_up).name))


def _exact(arguments: Arguments, look_up: Lookup, _schema: Schema) -> Expr:
    name, value = arguments
    return comparing.same(_field(name, look_up), value.text)


def _search(arguments: Arguments, look_up: Lookup, _schema: Schema) -> Expr:
    fields, text = _fields_and_text(arguments, look_up)
    if len(text) > words.LONGEST_OPEN:
        raise CallError("search")
    return TextMatch(text, fields, MatchMode.FUZZY)


def _starts_with(arguments: Arguments, look_up: Lookup, schema: Schema) -> Expr:
    fields, text = _fields_and_text(arguments, look_up)
    texts = frozenset(one.name for one in schema.fields if one.type in TEXTS)
    if fields is not None and not texts.issuperset(fields):
        raise CallError("startswith")
    return StartsWith(text, fields)


def _distance(arguments: Arguments, look_up: Lookup, schema: Schema) -> Expr:
    """`(field, "lat,lon", metres)`, the field or the quotes left out or not."""
    field, rest = _place_and_rest(arguments, look_up, schema)
    latitude, longitude, metres = places.numbers(",".join(one.text for one in rest), 3)
    return places.near(field, latitude, longitude, metres)


def _polygon(arguments: Arguments, look_up: Lookup, schema: Schema) -> Expr:
    field, rest = _place_and_rest(arguments, look_up, schema)
    return places.inside(field, places.corners(",".join(one.text for one in rest)))


def _geometry(arguments: Arguments, look_up: Lookup, schema: Schema) -> Expr:
    """A list of corners, or whatever else is a geometry."""
    field, rest = _place_and_rest(arguments, look_up, schema)
    text = ",".join(one.text for one in rest)
    try:
        return places.inside(field, places.corners(text))
    except ValueError:
        geometries.parsed(text)
        return places.touching(field, Geometry(text))


FUNCTIONS: Mapping[str, Callable[[Arguments, Lookup, Schema], Expr]] = {
    "null": _null,
    "exact": _exact,
    "search": _search,
    "startswith": _starts_with,
    "distance": _distance,
    "polygon": _polygon,
    "geometry": _geometry,
}
OF_PLACES = frozenset({"distance", "polygon", "geometry"})


def _field(argument: Argument, look_up: Lookup) -> Field:
    found = look_up(argument.text.strip())
    if found is None:
        raise CallError(argument.text)
    return found


def _fields_and_text(arguments: Arguments, look_up: Lookup) -> tuple[tuple[str, ...] | None, str]:
    """`(*, "v")`, `(f, g, "v")`, `("v")`; None: every field."""
    *places_, text = arguments
    if all(one.text == ALL and not one.is_quoted for one in places_):
        return None, text.text
    return tuple(_field(one, look_up).name for one in places_), text.text


def _place_and_rest(arguments: Arguments, look_up: Lookup, schema: Schema) -> tuple[Field, Arguments]:
    first = look_up(arguments[0].text.strip()) if arguments and not arguments[0].is_quoted else None
    field = first or places.shapes_first(schema)
    if field is None or field.type not in GEO:
        raise CallError("place")
    return field, arguments[1:] if first else arguments
