"""The resources of a dataset on its page: what each is, and its file or where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datastore import listing
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Kind, ReadableNode
from colonnade.core.work import Work
from colonnade.web import links, printing
from colonnade.web.described import Piece


@dataclass(frozen=True)
class Resource:
    """`facts`: its format, how large it is, where it is; may be empty. `ways`: to have its file, or to where it leads."""

    anchor: str
    title: str
    description: Markup
    facts: str
    ways: tuple[Piece, ...]
    is_kept_back: bool


@dataclass(frozen=True)
class Resources:
    """`attachment_ids`: the attachments that are these resources, and are linked by them."""

    all: tuple[Resource, ...]
    attachment_ids: frozenset[int]


def resources(work: Work, readable: ReadableDataset) -> Resources:
    found = listing.of_dataset(work, readable)
    linked = (one.attachment_id for one in found if one.file is not None)
    return Resources(tuple(map(_resource, found)), frozenset(one for one in linked if one is not None))


def of_node(work: Work, readable: ReadableNode) -> tuple[Resource, ...]:
    """Of a resource itself, or those of a dataset that is not published, if they were made here."""
    is_dataset = readable.node.kind == Kind.DATASET
    some = nodes.resources_of(work, readable) if is_dataset else [readable]
    return tuple(
        map(_resource, listing.of_resources(work, [one for one in some if one.node.is_own_resource]))
    )


def _resource(one: listing.Listed) -> Resource:
    return Resource(
        anchor=links.resource_anchor(one.nid),
        title=one.title,
        description=printing.cleaned(one.description),
        facts=", ".join(_facts(one)),
        ways=tuple(_ways(one)),
        is_kept_back=one.is_kept_back,
    )


def _facts(one: listing.Listed) -> Sequence[str]:
    if one.file is None:
        return [one.format.upper()] if one.format else []
    size = one.file.copy_size or one.file.size
    known = [one.format.upper() if one.format else "", printing.size(size) if size else ""]
    return [*filter(None, known), *(["on another server"] if one.file.is_remote else [])]


def _ways(one: listing.Listed) -> Sequence[Piece]:
    found = [] if one.file is None else [_way(one.nid, one.file)]
    if one.address is not None:
        found.append(Piece(one.address, one.address if links.is_web(one.address) else None))
    return found


def _way(nid: int, file: ManagedFile) -> Piece:
    if file.is_remote:
        return Piece(file.uri, file.uri if links.is_web(file.uri) else None)
    return Piece(file.filename, links.resource(nid))
