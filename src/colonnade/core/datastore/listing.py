"""The resources of a dataset that are nodes of their own, as its readers are told of them."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datastore import sources
from colonnade.core.datastore.files import FORMAT
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes import references, tags
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Node, ReadableNode
from colonnade.core.work import Work

_API = "field_link_api"
_PLAIN = "plain_text"
_NONE: Mapping[int, int | None] = {}


@dataclass(frozen=True)
class Listed:
    """`nid`: its number as a node. `description`: HTML that others wrote, not made safe; may be empty. `format`: what kind
    of file it is said to be. `file`: None where there is none, or where the reader may not have it (`is_kept_back`).
    `address`: of an API or a page instead. `attachment_id`: the attachment by which other doors know the file, if one is."""

    nid: int
    title: str
    description: str
    format: str | None
    file: ManagedFile | None
    is_kept_back: bool
    address: str | None
    attachment_id: int | None


def of_dataset(work: Work, readable: ReadableDataset) -> list[Listed]:
    """In their order; those that the actor may see, with their files where all rows are open to the actor."""
    parent = nodes.of_dataset(work, readable)
    if parent is None:
        return []
    pairs = {
        pair.resource_node_id: pair.attachment_id
        for pair in references.pairs_of_dataset(work, parent.node.id)
    }
    some = [
        one
        for one in nodes.readables(work, list(pairs))
        if one.node.is_own_resource and one.node.is_published
    ]
    return of_resources(work, some, pairs)


def of_resources(
    work: Work, some: Sequence[ReadableNode], attachments: Mapping[int, int | None] = _NONE
) -> list[Listed]:
    """Of these, which were made here. `attachments`: by which other doors know them, by their numbers."""
    if not some:
        return []
    held = managedfiles.of_nodes(work, [one.node.id for one in some])
    formats = _formats(work, [one.node for one in some])
    return [
        _listed(one, held[one.node.id], formats.get(one.node.id), attachments.get(one.node.id))
        for one in some
    ]


def _listed(
    one: ReadableNode, held: Sequence[ManagedFile], format_: str | None, attachment: int | None
) -> Listed:
    node = one.node
    by_place = {file.place: file for file in held}
    file = by_place.get(sources.UPLOAD) or by_place.get(sources.LINK)
    is_whole = one.access.shows_all
    ending = managedfiles.extension(file.filename) if file is not None else ""
    return Listed(
        nid=node.id,
        title=node.title,
        description=description_of(node),
        format=format_ or ending or None,
        file=file if is_whole else None,
        is_kept_back=file is not None and not is_whole,
        address=_first(node, _API, "url") or None,
        attachment_id=attachment,
    )


def _formats(work: Work, some: Sequence[Node]) -> dict[int, str]:
    said = {one.id: _first(one, FORMAT, "tid") for one in some}
    numbers = {nid: int(tid) for nid, tid in said.items() if tid.isdecimal()}
    known = tags.by_ids(work, numbers.values())
    return {nid: known[tid].name for nid, tid in numbers.items() if tid in known}


def description_of(node: Node) -> str:
    """What a node that stands for itself says of itself: HTML, not made safe."""
    text = _first(node, "body", "value")
    return html.escape(text) if _first(node, "body", "format") == _PLAIN else text


def _first(node: Node, field: str, key: str) -> str:
    """The text of a field's first item; empty where there is none."""
    items: Sequence[Any] = node.items.get(field) or ()
    found = items[0].get(key) if items and isinstance(items[0], Mapping) else None
    return "" if found is None else str(found).strip()
