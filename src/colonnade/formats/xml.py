"""XML: the elements of one depth, or of one tag, as records."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from colonnade.errors import Invalid
from colonnade.formats import looking, params, xml_tree
from colonnade.formats.collecting import collect
from colonnade.formats.port import Bounds, Extract, Source
from colonnade.formats.xml_tree import Found, Node

CONTENT = "content"
"""The column of the text that stands directly in a record's element."""


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: `tag_depth`, how deep the records' elements are (1: directly in the
    outermost one; without it every depth, if there is a tag); `tag_name`, their tag; `parent_tags`, of how many of
    the elements around them the attributes are taken."""
    head, is_cut = looking.head(source, scratch, bounds)
    found = looking.until_cut(_records(head, source, bounds), is_cut=is_cut)
    return collect(connection, source, target, bounds, found)


def _records(head: Source, source: Source, bounds: Bounds) -> Iterator[Mapping[str, Any]]:
    tag, parents = params.text(source, "tag_name"), params.number(source, "parent_tags", 0)
    depth = params.number(source, "tag_depth", -1 if tag else 1, least=-1)

    def wanted(at: int, name: str) -> bool:
        return depth in (-1, at) and tag in ("", name)

    row = 0
    for row, found in enumerate(xml_tree.records(head.path, source, bounds, wanted), 1):  # noqa: B007 - counted
        yield _record(found, parents)
    if not row:
        which = f"with the tag {tag}" if tag else f"at the depth {depth}"
        raise Invalid(f"The file {source.name} has no element {which}", code="file.parameters")


def _record(found: Found, parents: int) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for parent in found.parents[len(found.parents) - min(parents, len(found.parents)) :]:
        record |= parent.attributes
    record |= found.node.attributes
    for name, value in _children(found.node).items():
        record[f"{name}_2" if name in record else name] = value
    if found.node.content:
        record[CONTENT if CONTENT not in record else f"{CONTENT}_2"] = found.node.content
    return record


def _children(node: Node) -> dict[str, Any]:
    """The values of the elements inside, by tag; those of the same tag as a list."""
    groups: dict[str, list[Any]] = {}
    for child in node.children:
        groups.setdefault(child.tag, []).append(_value(child))
    return {tag: values[0] if len(values) == 1 else values for tag, values in groups.items()}


def _value(node: Node) -> Any:
    """The text of a plain element; of any other an object, with `@name` for attributes and `#text` for its text."""
    if not node.attributes and not node.children:
        return node.content or None
    value: dict[str, Any] = {f"@{name}": text for name, text in node.attributes.items()}
    value |= _children(node)
    if node.content:
        value["#text"] = node.content
    return value
