"""The catalogue's fields by their other names: with the prefix of their template, as `default.title`."""

from dataclasses import replace
from typing import Any, cast

from colonnade.core.catalogue.model import CUSTOM_PREFIX, SEARCHED
from colonnade.core.datasets.templates import CUSTOM
from colonnade.query.tree import Call, FieldRef, Literal, Prefix, Query, StartsWith, TextMatch
from colonnade.query.walk import changed

PREFIX = "default."
_OTHERS = {"datasetid": "dataset_id"}


def own_name(name: str) -> str:
    """The name that the catalogue itself has for a field."""
    bare = name.removeprefix(PREFIX)
    return _OTHERS.get(bare, bare)


def own_names(query: Query) -> Query:
    """The same query with the catalogue's own names. The keys of its answer stay as they were written."""
    return cast(Query, changed(query, _renamed))


def _custom(node: FieldRef) -> Call | None:
    """A field of `custom`: its text, or JSON where it is none. A JSON pointer can name everything."""
    if not node.name.startswith(CUSTOM_PREFIX):
        return None
    name = node.name.removeprefix(CUSTOM_PREFIX).replace("~", "~0").replace("/", "~1")
    return Call("json_member", (Call("system", (Literal(CUSTOM),)), Literal(f"/{name}")), at=node.at)


def _renamed(node: Any) -> Any:
    match node:
        case FieldRef():
            return _custom(node) or replace(node, name=own_name(node.name))
        case Prefix():
            return replace(node, name=node.name.removeprefix(PREFIX))
        case TextMatch() | StartsWith() if node.fields is not None:
            return replace(node, fields=tuple(map(own_name, node.fields)))
        case TextMatch():
            return replace(node, fields=SEARCHED)
        case _:
            return None
