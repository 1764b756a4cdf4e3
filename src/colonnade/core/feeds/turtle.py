"""RDF as Turtle: a paragraph for each thing that has a name, brackets for those that have none."""

import re

from colonnade.core.feeds.rdf import PREFIXES, Link, Text, Thing, Value

MEDIA_TYPE = "text/turtle; charset=utf-8"

HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()) + "\n"

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'[\\"\n\r\t]')


def whole(thing: Thing) -> str:
    """A thing that has a name, and the others that are told of in it, each once."""
    waiting = [thing]  # which grows while it is gone through
    return "".join(dict.fromkeys(_paragraph(one, waiting) for one in waiting))


def statement(subject: str, name: str, iri: str) -> str:
    return f"<{subject}> {name} <{iri}> .\n\n"


def _paragraph(thing: Thing, waiting: list[Thing]) -> str:
    return f"<{thing.iri}> {_said(thing, waiting)} .\n\n"


def _said(thing: Thing, waiting: list[Thing]) -> str:
    statements = [f"a {', '.join(thing.types)}"]
    statements += [f"{name} {_value(value, waiting)}" for name, value in thing.said]
    return " ;\n  ".join(statements)


def _value(value: Value, waiting: list[Thing]) -> str:
    if isinstance(value, Text):
        return f'"{_ESCAPED.sub(lambda one: _ESCAPES[one[0]], value.value)}"{_kind(value)}'
    if isinstance(value, Link):
        return f"<{value.iri}>"
    if value.iri is None:
        return f"[ {_said(value, waiting)} ]"
    waiting.append(value)
    return f"<{value.iri}>"


def _kind(text: Text) -> str:
    if text.language is not None:
        return f"@{text.language}"
    return "" if text.type_ is None else f"^^{text.type_}"
