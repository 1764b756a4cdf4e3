"""The catalogue's fields by their other names: with the prefix of their template, as `default.title`."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from colonnade.query.tree import FieldRef, Query, StartsWith, TextMatch

PREFIX = "default."
_OTHERS = {"datasetid": "dataset_id"}


def own_name(name: str) -> str:
    """The name that the catalogue itself has for a field."""
    bare = name.removeprefix(PREFIX)
    return _OTHERS.get(bare, bare)


def own_names(query: Query) -> Query:
    """The same query with the catalogue's own names. The keys of its answer stay as they were written."""
    return cast(Query, _renamed(query))


def _renamed(node: Any) -> Any:
    """Recursion goes as deep as the query, which was bounded when it was parsed."""
    match node:
        case FieldRef():
            return replace(node, name=own_name(node.name))
        case TextMatch() | StartsWith() if node.fields is not None:
            return replace(node, fields=tuple(map(own_name, node.fields)))
        case tuple():
            return tuple(map(_renamed, node))
        case _ if is_dataclass(node) and not isinstance(node, type):
            return replace(node, **{one.name: _renamed(getattr(node, one.name)) for one in fields(node)})
        case _:
            return node
