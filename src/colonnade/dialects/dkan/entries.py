"""Datasets and their resources as the public catalogue tells of them, whatever form it has (section 12 of the reference)."""

import datetime as dt
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from colonnade.core.datasets import service as datasets
from colonnade.core.feeds import formats, texts
from colonnade.core.feeds import service as feeds
from colonnade.core.feeds.model import Described, Distribution, Kind
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes import listing, tags
from colonnade.core.nodes.listing import Listed
from colonnade.core.nodes.model import Node, ReadableNode
from colonnade.core.work import Work
from colonnade.dialects.dkan import managed
from colonnade.dialects.dkan.licences import ADDRESSES
from colonnade.dialects.dkan.mapping_metadata import UNSPECIFIED, licence_key
from colonnade.http.addresses import PortalAddresses
from colonnade.http.edge import actor, portal_of
from colonnade.http.pagination import site_of

BATCH = 100
"""Datasets that are told of at once."""
FILES = ("field_upload", "field_link_remote_file")


@dataclass(frozen=True)
class File:
    """A resource. `download`: where its file is; `access`: a page or an API instead. `format`: what kind of file it is said
    to be; `size`: bytes, None where it is not known."""

    node: Node
    summary: str
    format: str | None
    media_type: str | None
    download: str | None
    access: str | None
    size: int | None

    @property
    def address(self) -> str | None:
        return self.download or self.access


@dataclass(frozen=True)
class Entry:
    """A dataset. `described`: in the words of all catalogues, with its resources as what can be had of it."""

    readable: ReadableNode
    described: Described
    files: Sequence[File]

    @property
    def node(self) -> Node:
        return self.readable.node


def all_of(request: Request, nids: Sequence[int]) -> Generator[list[Entry]]:
    """These datasets, some at a time, each time with work of its own; what may not be seen any more is left out."""
    portal, who, site = portal_of(request), actor(request), site_of(request)
    for start in range(0, len(nids), BATCH):
        with portal.reading(who) as work:
            found = of(work, nids[start : start + BATCH], site)
        yield found


def of(work: Work, nids: Sequence[int], site: str) -> list[Entry]:
    listed = listing.listed(work, nids)
    ids = [one.dataset.dataset.id for one in listed if one.dataset.dataset is not None]
    readables = {one.dataset.id: one for one in datasets.readable_by_ids(work, ids)}
    kept = [one for one in listed if one.dataset.node.dataset_id in readables]
    wanted = [readables[one.dataset.node.dataset_id or 0] for one in kept]
    described = feeds.described(work, wanted, PortalAddresses(site))
    files = _files(work, [resource for one in kept for resource in one.resources], site)
    return [
        _entry(one, told, [files[resource.node.id] for resource in one.resources])
        for one, told in zip(kept, described, strict=True)
    ]


def file_of(work: Work, readable: ReadableNode, site: str) -> File:
    return _files(work, [readable], site)[readable.node.id]


def value(node: Node, field: str, key: str = "value") -> str | None:
    """The first item of a field, as a text; None: there is none."""
    for item in node.items.get(field) or ():
        found = item.get(key) if isinstance(item, Mapping) else item
        return texts.text(found)
    return None


def moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def licence(one: Entry) -> str:
    """The address of its text; where that is not known, its word here or its name."""
    found = one.described.licence
    if found is None:
        return UNSPECIFIED
    key = licence_key(found.name) if found.name else ""
    return ADDRESSES.get(key) or found.address or key


def _entry(one: Listed, described: Described, files: Sequence[File]) -> Entry:
    node = one.dataset.node
    distributions = tuple(_distribution(file) for file in files if file.address is not None)
    told = replace(described, identifier=node.uuid, distributions=distributions)
    return Entry(one.dataset, told, files)


def _distribution(file: File) -> Distribution:
    return Distribution(
        key=file.node.uuid,
        kind=Kind.ATTACHMENT,
        title=file.node.title,
        address=file.address or "",
        media_type=file.media_type,
        file_type=formats.file_type_of(file.media_type),
        description=file.summary or None,
        size=file.size,
        is_file=file.download is not None,
    )


def _files(work: Work, readables: Sequence[ReadableNode], site: str) -> dict[int, File]:
    nodes = [one.node for one in readables]
    held = managedfiles.of_nodes(work, [one.id for one in nodes])
    numbers = {one.id: _tid(one) for one in nodes}
    names = tags.by_ids(work, [tid for tid in numbers.values() if tid is not None])
    found = {}
    for one in readables:
        nid = one.node.id
        tag = names.get(numbers[nid] or 0)
        found[nid] = _file(one, _held(one.node, held[nid]), None if tag is None else tag.name, site)
    return found


def _tid(node: Node) -> int | None:
    for item in node.items.get("field_format") or ():
        tid = item.get("tid") if isinstance(item, Mapping) else None
        return int(tid) if isinstance(tid, int | str) and str(tid).isdecimal() else None
    return None


def _held(node: Node, files: Sequence[ManagedFile]) -> ManagedFile | None:
    """The file that the resource is: what was sent comes first."""
    by_place = {one.place: one for one in files}
    return next((by_place[place] for place in FILES if place in by_place), None)


def _file(one: ReadableNode, file: ManagedFile | None, format_: str | None, site: str) -> File:
    """The address of a file on another server is as good as the file: told to those who may have all of it."""
    node, is_whole = one.node, one.access.shows_all
    summary = texts.words(value(node, "body") or "")
    if file is not None:
        ending = managedfiles.extension(file.filename) or None
        size = (file.copy_size or file.size) or None
        where = managed.address(file, site) if is_whole or not file.is_remote else None
        return File(node, summary, format_ or ending, file.mimetype, where, None, size)
    if node.is_foreign:
        where = f"{site}/node/{node.id}/download"
        is_table = node.resource_id is not None
        known = format_ or ("csv" if is_table else None)
        return File(node, summary, known, "text/csv" if is_table else None, where, None, None)
    link = texts.address(value(node, "field_link_remote_file", "uri")) if is_whole else None
    access = texts.address(value(node, "field_link_api", "url"))
    return File(node, summary, format_, None, link, access, None)
