"""Nodes as answers show them: every field of the type, every scalar a text (sections 6 and 7 of the reference)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from colonnade.core.datasets import metadata as meta
from colonnade.core.datastore import service as datastore
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.nodes import owners, tags
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Kind, Node, ReadableNode, Tags
from colonnade.core.nodes.writing import AUTHOR
from colonnade.core.people import service as people
from colonnade.core.work import Work
from colonnade.dialects.dkan import managed, mapping_items, mapping_metadata
from colonnade.dialects.dkan.mapping_fields import DEFAULTS, FEDERAL, FIELDS, ORPHAN, Field, Shape
from colonnade.dialects.dkan.mapping_items import Kept
from colonnade.dialects.dkan.people import name_of
from colonnade.dialects.dkan.shapes import und

API = "/api/dataset"
NO_DATA = "b:0;"
"""What PHP writes for nothing, in the place of data that users had."""
NO_EXTRAS = dict.fromkeys(("delimiter", "embed", "graph", "grid", "map", "service_id"))
_SAYING = frozenset({Kind.DATASET, Kind.GROUP})
"""Types whose items others may change."""
_METADATA_WORDS = {"field_tags": (Tags.TAGS, "keyword"), "field_topic": (Tags.TOPICS, "theme")}


def listed(_work: Work, node: Node, site: str) -> dict[str, str]:
    """A node in a list: its columns, and where it is. `site`: the address of the portal."""
    return {
        "nid": str(node.id),
        "vid": str(node.vid or node.id),
        "type": node.kind,
        "language": node.language,
        "title": node.title,
        "uid": str(node.author_id or 0),
        "status": _flag(node.is_published),
        "created": str(node.created),
        "changed": str(node.changed),
        "comment": "0",
        "promote": _flag(node.promote),
        "sticky": _flag(node.sticky),
        "tnid": "0",
        "translate": "0",
        "uuid": node.uuid,
        "uri": f"{site}{API}/node/{node.id}",
    }


def rendered(work: Work, one: ReadableNode, site: str) -> dict[str, Any]:
    """The whole of a node."""
    node = one.node
    fields = {field.name: und(items) for field, items in _fields(work, one, site) if _is_shown(field, items)}
    return {
        "vid": str(node.vid or node.id),
        "uid": str(node.author_id or 0),
        "title": node.title,
        "log": node.log,
        "status": _flag(node.is_published),
        "comment": "0",
        "promote": _flag(node.promote),
        "sticky": _flag(node.sticky),
        "vuuid": node.vuuid or node.uuid,
        "nid": str(node.id),
        "type": node.kind,
        "language": node.language,
        "created": str(node.created),
        "changed": str(node.changed),
        "tnid": "0",
        "translate": "0",
        "uuid": node.uuid,
        "revision_timestamp": str(node.revised_at),
        "revision_uid": str(node.revised_by or 0),
        **fields,
        "path": f"{site}/{nodes.alias(work, one)}",
        "name": _author(work, node),
        "picture": "0",
        "data": NO_DATA,
    }


def said_by(work: Work, one: ReadableNode) -> dict[str, dict[str, Any]]:
    """The metadata of a dataset as readers see them, or as they will: those in force. The language that data of the
    portal have anyway is not said. Of a group: what is said of it."""
    if one.node.kind == Kind.GROUP:
        return {meta.DEFAULT: {"description": owners.description_of(work, one.node)}}
    dataset = one.dataset
    if dataset is None or one.node.kind != Kind.DATASET:
        return {}
    shown = dataset.metadata_published if dataset.is_published else dataset.metadata_draft
    found = meta.effective(shown or {})
    default = found.get(meta.DEFAULT, {})
    usual = meta.data_language(work.settings.default_language)
    if not one.node.items.get("field_language") and default.get("language") == usual:
        default.pop("language", None)
    return found


def kept_of(one: ReadableNode, field: Field, said: Mapping[str, Mapping[str, Any]]) -> list[Kept]:
    """The items of a field that is no reference, term or file, as they are kept or as the metadata make them."""
    kept: list[Kept] = one.node.items.get(field.name, [])
    found = mapping_metadata.items(field.name, kept, said) if one.node.kind in _SAYING else kept
    return found or ([] if mapping_metadata.is_said(field.name, said) else _usual(one.node, field))


def _usual(node: Node, field: Field) -> list[Kept]:
    """What a field says that no other door fills. Nodes of this one say `ORPHAN`: there, what is not kept was emptied."""
    usual = DEFAULTS.get(Kind(node.kind), {}).get(field.name)
    was_emptied = ORPHAN.name in node.items and field.name not in node.items
    return [] if usual is None or was_emptied else [{"value": usual}]


def _fields(work: Work, one: ReadableNode, site: str) -> list[tuple[Field, list[dict[str, Any]]]]:
    said = said_by(work, one)
    found = []
    for field in FIELDS[Kind(one.node.kind)]:
        special = _SPECIAL.get(field.name)
        if special is not None:
            items = special(work, one, site)
        elif field.shape is Shape.TARGET:
            items = [{"target_id": str(item["target_id"])} for item in one.node.items.get(field.name, ())]
        elif field.shape is Shape.TERM:
            items = _terms(work, one, field, said)
        elif field.shape is Shape.FILE:
            items = _files(work, one, field, site)
        else:
            items = mapping_items.shown(field, kept_of(one, field, said))
        found.append((field, items))
    return found


def _is_shown(field: Field, items: Sequence[Any]) -> bool:
    return bool(items) or not field.name.startswith(FEDERAL)


def _terms(
    work: Work, one: ReadableNode, field: Field, said: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    if one.node.kind == Kind.DATASET and field.name in _METADATA_WORDS:
        vocabulary, place = _METADATA_WORDS[field.name]
        names = said.get(meta.DEFAULT, {}).get(place) or []
        known = tags.known(work, vocabulary, names)
        return [{"tid": str(known[name])} for name in dict.fromkeys(names) if name in known]
    if one.node.is_foreign and field.vocabulary is Tags.FORMATS:
        return [{"tid": str(tid)} for tid in tags.known(work, Tags.FORMATS, ["csv"]).values()]
    return [{"tid": str(item["tid"])} for item in one.node.items.get(field.name, ())]


def _files(work: Work, one: ReadableNode, field: Field, site: str) -> list[dict[str, Any]]:
    if one.node.is_foreign:
        return [_foreign_file(one.node, site)] if field.name == "field_link_remote_file" else []
    kept = one.node.items.get(field.name, ())
    files = managedfiles.by_ids(work, [item["fid"] for item in kept]) if kept else {}
    found = []
    for item in kept:
        file = files.get(item["fid"])
        if file is None or file.node_id != one.node.id:
            continue
        if file.is_remote and not one.access.shows_all:
            continue  # its address is as good as the file
        said = {name: value for name, value in item.items() if name != "fid"}
        usual = {"display": "1", "description": ""} if file.is_remote else NO_EXTRAS
        found.append({**managed.shown(file), **usual, **said})
    return found


def _foreign_file(node: Node, site: str) -> dict[str, Any]:
    """A file that another door keeps: where it can be had, and no number, since none of these names it."""
    return {
        "fid": "0",
        "uid": str(node.author_id or 0),
        "filename": node.title,
        "uri": f"{site}/node/{node.id}/download",
        "filemime": "text/csv" if node.resource_id is not None else managed.UNKNOWN_TYPE,
        "filesize": "0",
        "status": "1",
        "timestamp": str(node.changed),
        "type": "undefined",
        "uuid": node.uuid,
        "rdf_mapping": [],
        "metadata": [],
        "alt": "",
        "title": "",
        "display": "1",
        "description": "",
    }


def _resources(work: Work, one: ReadableNode, _site: str) -> list[dict[str, Any]]:
    return [{"target_id": str(each.node.id)} for each in nodes.resources_of(work, one)]


def _datasets(work: Work, one: ReadableNode, _site: str) -> list[dict[str, Any]]:
    return [{"target_id": str(each.node.id)} for each in nodes.datasets_of(work, one)]


def _groups(work: Work, one: ReadableNode, _site: str) -> list[dict[str, Any]]:
    return [{"target_id": str(each.node.id)} for each in nodes.groups_of(work, one)]


def _status(work: Work, one: ReadableNode, _site: str) -> list[dict[str, Any]]:
    return [{"value": datastore.upload_statuses(work, [one])[one.node.id]}]


def _is_group(_work: Work, _one: ReadableNode, _site: str) -> list[dict[str, Any]]:
    return [{"value": "1"}]


_SPECIAL: Mapping[str, Callable[[Work, ReadableNode, str], list[dict[str, Any]]]] = {
    "field_resources": _resources,
    "field_dataset_ref": _datasets,
    "og_group_ref": _groups,
    "field_datastore_status": _status,
    "group_group": _is_group,
}


def _author(work: Work, node: Node) -> str:
    if node.author_id is None:
        return str(next(iter(node.items.get(AUTHOR, [])), ""))
    found = people.by_ids(work, [node.author_id]).get(node.author_id)
    return "" if found is None else name_of(found)


def _flag(value: bool) -> str:
    return "1" if value else "0"
