"""Files of nodes: giving them, and looking at them. Whoever may see a node, and all of its rows, may have its files."""

from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.datastore import mirrors, sources
from colonnade.core.datastore.sources import UPLOAD as UPLOAD
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import tags, writing
from colonnade.core.nodes.model import EditableNode, Kind, ReadableNode, Tags
from colonnade.core.uploads import StoredFile
from colonnade.core.usage import service as usage
from colonnade.core.work import Work
from colonnade.errors import Conflict, Denied, Invalid, NotFound

IMAGE, FORMAT = "field_image", "field_format"
FIELDS: Mapping[str, Sequence[str]] = {
    Kind.RESOURCE: (sources.UPLOAD,),
    Kind.GROUP: (IMAGE,),
    Kind.DATA_STORY: (IMAGE,),
}
"""Kind of node -> the fields that files are sent to; each holds one."""

Sent = tuple[StoredFile, Mapping[str, Any]]
"""A stored file, and what else is said of it."""


def check_field(editable: EditableNode, field: str) -> None:
    """Raises `Invalid` for a field that takes no file, `Denied` for a resource that another door keeps."""
    node = editable.node
    if field not in FIELDS.get(node.kind, ()):
        message = f"Field name '{field}' not found on node type '{node.kind}'"
        raise Invalid(message, code="managedfile.field")
    if node.is_foreign:
        raise Denied("The file of this resource is kept elsewhere.", code="node.foreign")


def check_room(editable: EditableNode, field: str, count: int, *, replaces: bool) -> None:
    """Whether so many files can be attached. Raises `Conflict`."""
    before = [] if replaces else managedfiles.of_items(editable.node.items, field)
    if len(before) + count > 1:
        raise Conflict("You cannot upload so many files.", code="managedfile.full")


def attach(
    work: Work,
    editable: EditableNode,
    sent: Sequence[Sent],
    *,
    field: str = sources.UPLOAD,
    replaces: bool = True,
    name: str | None = None,
) -> list[ManagedFile]:
    """Give a node a file, in the place of the one that it has, or beside those that it has; its rows go with the old one.
    `name`: the public name that is wanted; a file that is sent again keeps its own. Raises `Conflict` where there is room for one file only, and as `check_field`
    and `managedfiles.keep`."""
    check_field(editable, field)
    check_room(editable, field, len(sent), replaces=replaces)
    if not sent:
        return []
    (stored, extras) = sent[0]
    managedfiles.check_extension(stored.filename)
    held = [
        one for one in managedfiles.of_nodes(work, [editable.node.id])[editable.node.id] if one.place == field
    ]
    file = managedfiles.keep(work, stored, name=name, replaces=held)
    items: dict[str, list[Any]] = {field: [{**extras, "fid": file.id}]}
    if editable.node.kind == Kind.RESOURCE:
        items[FORMAT] = [{"tid": _format(work, file)}]
    writing.put_items(work, editable, items)
    mirrors.follow_in(work, editable.node.id)
    return [file]


def readable_file(work: Work, number: int) -> ManagedFile:
    """The file with this number. Raises `NotFound`, also for who may not see its node; `Denied` for who may not see all of its
    rows."""
    return _seen(work, managedfiles.by_id(work, number), managedfiles.unknown_number(number))


def served(work: Work, name: str) -> ManagedFile:
    """The file with this public name, to be given out. Raises in the same cases."""
    file = _seen(work, managedfiles.by_name(work, name), managedfiles.unknown(name))
    if file.node_id is not None:
        _count(work, file.node_id)
    return file


def of_node(work: Work, readable: ReadableNode, field: str | None = None) -> Sequence[ManagedFile]:
    """The files that a node has; or those of one of its fields. Raises `Denied` for who may not see all of its rows."""
    _check_whole(readable)
    held = managedfiles.of_nodes(work, [readable.node.id])[readable.node.id]
    return [one for one in held if field is None or one.place == field]


def _seen(work: Work, file: ManagedFile, unknown: NotFound) -> ManagedFile:
    if file.node_id is None:
        if file.created_by_id is None or file.created_by_id != work.actor.person_id:
            raise unknown
        return file
    try:
        readable = nodes.readable(work, file.node_id)
    except (Denied, NotFound):
        raise unknown from None
    _check_whole(readable)
    return file


def _check_whole(readable: ReadableNode) -> None:
    if not readable.access.shows_all:
        raise Denied("You may not see all of this file.", code="managedfile.denied")


def _count(work: Work, node_id: int) -> None:
    """As a download of each dataset that the file is a part of."""
    readable = nodes.readable(work, node_id)
    for one in nodes.datasets_of(work, readable):
        if one.node.dataset_id is not None:
            usage.count_download(work, one.node.dataset_id)


def _format(work: Work, file: ManagedFile) -> int:
    """The word for what the ending of a file's name says."""
    name = managedfiles.extension(file.filename)
    return tags.tids(work, Tags.FORMATS, [name])[name]
