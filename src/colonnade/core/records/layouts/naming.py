"""What the columns of a file are called, and which of them is what."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from colonnade.core.records.export_formats import ExportFormat, Options, wrong
from colonnade.formats.writing.rows import Attribute
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import BoundQuery, FieldRef, Output

PLACES = frozenset({FieldType.GEO_POINT, FieldType.GEO_SHAPE})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def names(query: BoundQuery, options: Options) -> list[str]:
    """Of all columns; an alias wins over a label."""
    return [label(query, one) if options.use_labels else one.name for one in query.outputs]


def label(query: BoundQuery, output: Output) -> str:
    field = field_of(query, output)
    return output.name if field is None else field.label


def field_of(query: BoundQuery, output: Output) -> Field | None:
    """The field that an output is, under its own name."""
    is_plain = isinstance(output.expr, FieldRef) and output.expr.name == output.name
    return query.schema.get(output.name) if is_plain else None


def attributes(query: BoundQuery, options: Options) -> list[Attribute]:
    return [
        Attribute(name, one.type, one.multivalued, label(query, one))
        for name, one in zip(names(query, options), query.outputs, strict=True)
    ]


def geometry_of(query: BoundQuery) -> int | None:
    """The place of the output that is the geometry of a row: the first shape, or else the first point."""
    for wanted in (FieldType.GEO_SHAPE, FieldType.GEO_POINT):
        for at, one in enumerate(query.outputs):
            if one.type is wanted and not one.multivalued:
                return at
    return None


def the_geometry(query: BoundQuery, format_: ExportFormat) -> int:
    """Raises `Invalid` if no output is one."""
    at = geometry_of(query)
    if at is None:
        told = ", ".join(one.name for one in query.outputs) or "nothing"
        raise wrong("select", told, f"a field with points or shapes among others, for the format {format_},")
    return at


def place_of(query: BoundQuery, name: str, parameter: str) -> int:
    """The place of the output of this name. Raises `Invalid`."""
    for at, one in enumerate(query.outputs):
        if one.name == name:
            return at
    raise wrong(parameter, name, "the name of a selected field")


def first_text(query: BoundQuery, preferred: Sequence[str] = ()) -> int | None:
    """The place of the first output that is a text, or of one whose name says so."""
    found = [at for at, one in enumerate(query.outputs) if one.type is FieldType.TEXT and not one.multivalued]
    named = (at for at in found if not words(query.outputs[at].name).isdisjoint(preferred))
    return next(named, found[0] if found else None)


def words(name: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z0-9]+", name.lower()))


def local_name(name: str) -> str:
    """A name that can stand in XML and RDF. Any other character than an ASCII letter, a digit or `_`, and a digit at the
    beginning, becomes its number in hexadecimal: `count(*)` is `count_x0028__x002A__x0029_`."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    return "".join(
        one
        if _PLAIN_NAME.fullmatch(one) or (at and one.isascii() and one.isdigit())
        else f"_x{ord(one):04X}_"
        for at, one in enumerate(name)
    )


def xml(text: str) -> str:
    """A text in XML, also within quotes."""
    return escape(_FORBIDDEN.sub("\ufffd", text), {'"': "&quot;", "\n": "&#10;", "\r": "&#13;"})
