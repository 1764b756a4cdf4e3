"""RDF as XML: each thing inside the statement that names it first, so that a document can be written as it grows."""

from xml.sax.saxutils import escape, quoteattr

from colonnade.core.feeds.rdf import PREFIXES, Link, Text, Thing, Value

MEDIA_TYPE = "application/rdf+xml; charset=utf-8"

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF {}>\n'.format(
    "\n  ".join(f"xmlns:{prefix}={quoteattr(iri)}" for prefix, iri in PREFIXES.items())
)
TAIL = "</rdf:RDF>\n"


def opened(thing: Thing) -> str:
    """A thing and what is said of it so far; `closed` ends it."""
    name = f" rdf:about={quoteattr(thing.iri)}" if thing.iri is not None else ""
    lines = [f"<{thing.types[0]}{name}>\n"]
    lines += [f'<rdf:type rdf:resource="{_expanded(one)}"/>\n' for one in thing.types[1:]]
    lines += [_statement(name, value) for name, value in thing.said]
    return "".join(lines)


def closed(thing: Thing) -> str:
    return f"</{thing.types[0]}>\n"


def whole(thing: Thing) -> str:
    return opened(thing) + closed(thing)


def inside(name: str, thing: Thing) -> str:
    """A statement about the thing that is open, of another thing."""
    return f"<{name}>\n{whole(thing)}</{name}>\n"


def _statement(name: str, value: Value) -> str:
    if isinstance(value, Text):
        return f"<{name}{_kind(value)}>{_escaped(value.value)}</{name}>\n"
    if isinstance(value, Link):
        return f"<{name} rdf:resource={quoteattr(value.iri)}/>\n"
    return inside(name, value)


def _kind(text: Text) -> str:
    if text.language is not None:
        return f' xml:lang="{text.language}"'
    return "" if text.type_ is None else f' rdf:datatype="{_expanded(text.type_)}"'


def _escaped(text: str) -> str:
    # A bare carriage return would be read as a line break.
    return escape(text, {"\r": "&#13;"})


def _expanded(name: str) -> str:
    prefix, _, rest = name.partition(":")
    return f"{PREFIXES[prefix]}{rest}"
