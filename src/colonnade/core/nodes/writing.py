"""Making, changing and removing nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from colonnade.core.datasets import amending
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Dataset, EditableDataset
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.nodes import naming, numbers, owners, references, service, settling, store
from colonnade.core.nodes.model import (
    FILES,
    Changes,
    EditableNode,
    Kind,
    Node,
    NodeChanged,
    NodeRemoved,
    seconds,
    shows_all,
)
from colonnade.core.people import service as people
from colonnade.core.publishing import service as publishing
from colonnade.core.work import Work, now
from colonnade.errors import Conflict, Denied, Invalid

UNTITLED = "Untitled"
LONGEST_TITLE = 255
AUTHOR = "author"
"""The key of `Node.items` for the name of an author who has no account here."""
NOTED_AFTER = 60
"""Seconds after which a change of a resource is a new revision of its datasets."""


def create(work: Work, kind: Kind, changes: Changes) -> EditableNode:
    """A new node; it is published and open to everybody unless it is said not to be, or new datasets of the portal are
    restricted. Raises `Denied`, `Invalid`, and
    `Conflict` for a uuid that another has."""
    service.check_may_create(work, kind)
    said = _checked(work, changes)
    if said.uuid is not None and store.uuid_taken(work.db, said.uuid):
        raise Conflict(f"Another node has the uuid {said.uuid}.", code="node.uuid_taken")
    with work.db.no_autoflush:  # each part is written once; what depends on an id flushes by itself
        if kind is not Kind.DATASET:
            return _begun(work, _plain(work, kind, said), said)
        with settling.followed(work):
            return _begun(work, _dataset(work, said), said)


def _begun(work: Work, made: EditableNode, said: Changes) -> EditableNode:
    _hold(work, made.node, said.items)
    settling.begin_revisions(work, made.node)
    _refer(work, made, said, is_new=True)
    return made


def update(work: Work, editable: EditableNode, changes: Changes) -> None:
    """Change what is said, and write down a new revision. Raises `Denied`, `Invalid`, and `Conflict` for another uuid
    than the node has."""
    node, said = editable.node, _checked(work, changes)
    _check_own(node)
    if said.uuid not in {None, node.uuid}:
        raise Conflict(f"A node keeps its uuid, {node.uuid}.", code="node.uuid_kept")
    with settling.followed(work):
        was_open, node.changed = node.is_open, seconds()
        if editable.dataset is not None:
            before = node.title
            _amend(work, editable.dataset, said)
            settling.mirror(node, editable.dataset)
            if node.title != before:
                node.alias = naming.alias(work, node, editable.dataset.slug)
            settling.note_words(work, [editable.dataset])
        else:
            _change(work, node, said)
        _describe(work, node, said)
        _hold(work, node, said.items)
        _refer(work, editable, said)
        if was_open != node.is_open and node.kind == Kind.DATASET:
            store.refresh_open(work.db, store.resources_of(work.db, [node.id]))
        settling.revise(work, node, said.log or "")
        if node.kind == Kind.RESOURCE:
            _tell_datasets(work, node)
    work.happened(NodeChanged(node.id))


def put_items(work: Work, editable: EditableNode, items: Mapping[str, Sequence[Any]]) -> None:
    """Change fields that are kept here; `changed` moves, and no revision is written. Raises `Denied` and `Invalid`."""
    _check_own(editable.node)
    naming.check_items(items)
    with settling.followed(work):
        _keep(editable.node, items)
        _hold(work, editable.node, items)
        touch(work, editable.node)
    work.happened(NodeChanged(editable.node.id))


def touch(work: Work, node: Node) -> None:
    """It changed, by way of something else."""
    node.changed = seconds()
    dataset = None if node.dataset_id is None else store.dataset(work.db, node.dataset_id)
    if dataset is not None:
        dataset.updated_at = now()


def remove(work: Work, editable: EditableNode) -> None:
    """Remove a node. The resources of a dataset stay; one that not everybody could see stays hidden. Raises `Denied` for a
    resource that another door keeps, and for who may change a node and no more."""
    node = editable.node
    service.check_may_remove(work, editable)
    _check_own(node)
    with settling.followed(work):
        mirrors = references.mirrors_of(work, node) if node.kind == Kind.RESOURCE else ()
        for pair in references.pairs_of_resource(work, node.id):
            touch(work, _known(work, pair.dataset_node_id))
        work.happened(NodeRemoved(node.id, Kind(node.kind), dict(node.items), mirrors))
        if editable.dataset is not None:
            publishing.remove(work, EditableDataset(editable.dataset))
            settling.buried(work, [(node, editable.dataset)])
        elif node.group_id is not None:
            owners.remove_group(work, node.group_id)
        else:
            store.remove(work.db, [node.id])


def _check_own(node: Node) -> None:
    if node.is_foreign:
        message = "This resource is kept by another API of the portal: change it there."
        raise Denied(message, code="node.foreign")


def _checked(work: Work, changes: Changes) -> Changes:
    """What is said by an actor who may not say everything: whose a node is, and of when, is for who administers."""
    title = None if changes.title is None else changes.title.strip() or UNTITLED
    if title is not None and len(title) > LONGEST_TITLE:
        message = f"A title has at most {LONGEST_TITLE} characters."
        raise Invalid(message, fields={"title": [message]})
    naming.check_items(changes.items)
    uuid = None if changes.uuid is None else naming.checked_uuid(changes.uuid)
    changes = replace(changes, title=title, uuid=uuid)
    if not service.administers(work.actor):
        return replace(
            changes, author_id=None, created=None, changed=None, nid=None, author_name=None, name=None
        )
    for name, moment in (("created", changes.created), ("changed", changes.changed)):
        if moment is not None:
            naming.check_moment(name, moment)
    author = changes.author_id
    if author is not None and author not in people.by_ids(work, [author]):
        message = f"Nobody has the uid {author}."
        raise Invalid(message, fields={"author_id": [message]})
    return changes


def _dataset(work: Work, said: Changes) -> EditableNode:
    title = said.title or UNTITLED
    metadata = {template: dict(fields) for template, fields in said.metadata.items() if fields}
    metadata[meta.DEFAULT] = {**metadata.get(meta.DEFAULT, {}), "title": title}
    shows = said.is_published is not False
    name = naming.slug(work, title, said.name)
    made = datasets.create(work, metadata, wanted_slug=name, shows=shows)
    dataset = made.dataset
    if said.uuid is not None:
        dataset.uuid = said.uuid
    if said.created is not None:
        dataset.created_at = naming.moment(said.created)
    if said.groups:
        work.db.flush()
        owners.put_groups(work, made, said.groups)
    if said.changed is not None:
        dataset.updated_at = naming.moment(said.changed)
    node = Node(kind=Kind.DATASET.value, dataset_id=dataset.id, title=title)
    settling.mirror(node, dataset)
    settling.note_words(work, [dataset])
    return _added(work, node, said, dataset)


def _plain(work: Work, kind: Kind, said: Changes) -> EditableNode:
    node = Node(kind=kind.value, title=said.title or UNTITLED)
    if said.uuid is not None:
        node.uuid = said.uuid
    if said.created is not None:
        node.created = said.created
    node.is_published = node.is_open = said.is_published is not False
    if kind is Kind.GROUP:
        group = people.add_group(work, node.title)
        node.group_id = group.id
        _describe_group(work, node, said)
    _say_groups(work, node, said)
    return _added(work, node, said)


def _added(work: Work, node: Node, said: Changes, dataset: Dataset | None = None) -> EditableNode:
    node.author_id = None if said.author_name is not None else work.actor.person_id
    node.changed = said.changed if said.changed is not None else max(node.changed or 0, seconds())
    if said.nid is not None and numbers.is_free(work, said.nid, said.uuid):
        node.id = said.nid
    _describe(work, node, said)
    settling.say_who(work, node, said.log or "")
    work.db.add(node)
    work.db.flush()
    return EditableNode(node, dataset)


def _describe(work: Work, node: Node, said: Changes) -> None:
    """What no linked thing says."""
    for name in ("promote", "sticky", "language", "author_id"):
        value = getattr(said, name)
        if value is not None:
            setattr(node, name, value)
    _keep(node, said.items)
    if said.author_name is not None:
        _keep(node, {AUTHOR: [said.author_name]})


def _keep(node: Node, items: Mapping[str, Sequence[Any]]) -> None:
    kept = {**(node.items or {}), **{name: list(some) for name, some in items.items()}}
    node.items = {name: some for name, some in kept.items() if some}


def _hold(work: Work, node: Node, items: Mapping[str, Sequence[Any]]) -> None:
    """A node has the files that its items name, and no others: those that were let go are removed."""
    for name, some in items.items():
        if name in FILES:
            managedfiles.hold(work, node.id, name, managedfiles.of_items({name: some}, name))


def _amend(work: Work, dataset: Dataset, said: Changes) -> None:
    editable = EditableDataset(dataset)
    metadata = {template: dict(fields) for template, fields in said.metadata.items()}
    if said.title is not None:
        metadata.setdefault(meta.DEFAULT, {})["title"] = said.title
    amending.amend(work, editable, metadata)
    if said.groups is not None:
        owners.put_groups(work, editable, said.groups)
    if said.created is not None:
        dataset.created_at = naming.moment(said.created)
    if said.is_published is not None and said.is_published != dataset.is_published:
        publishable = datasets.publishable(work, dataset.uid)
        (datasets.show if said.is_published else datasets.hide)(work, publishable.dataset)
    if said.changed is not None:
        dataset.updated_at = naming.moment(said.changed)


def _change(work: Work, node: Node, said: Changes) -> None:
    """Of a node that is no dataset."""
    if said.title is not None:
        node.title = said.title
    if said.is_published is not None:
        node.is_published = node.is_open = said.is_published
    if said.created is not None:
        node.created = said.created
    if said.changed is not None:
        node.changed = said.changed
    if node.group_id is not None:
        owners.rename_group(work, node.group_id, node.title)
        _describe_group(work, node, said)
    _say_groups(work, node, said)
    if node.kind == Kind.RESOURCE:
        work.db.flush()
        store.refresh_open(work.db, [node.id])


def _describe_group(work: Work, node: Node, said: Changes) -> None:
    default = said.metadata.get(meta.DEFAULT, {})
    if "description" in default and node.group_id is not None:
        owners.describe_group(work, node.group_id, str(default["description"] or ""))


def _say_groups(work: Work, node: Node, said: Changes) -> None:
    if said.groups is not None:
        before = (node.items or {}).get(service.GROUPS, [])
        _keep(node, {service.GROUPS: list(owners.groups(work, said.groups, before))})


def _refer(work: Work, editable: EditableNode, said: Changes, *, is_new: bool = False) -> None:
    """Both sides of a reference change; only this one gets a new revision."""
    node = editable.node
    wanted = said.resources if node.kind == Kind.DATASET else said.datasets
    if wanted is None or node.kind not in (Kind.DATASET, Kind.RESOURCE):
        return
    others = references.put(work, editable, wanted, is_new=is_new)
    moved = others if said.changed is None else ()  # who says of when a change is does not change others now
    for other, dataset in moved:
        other.changed = seconds()
        if dataset is not None:
            dataset.updated_at = now()
    if not others:
        return
    if editable.dataset is not None:
        nids = [one.id for one, _ in others]
        settling.free_lonely(work, nids, secret=frozenset(() if shows_all(editable.dataset) else nids))
    elif is_new:
        node.is_open = node.is_published and any(one.is_open for one, _ in others)
    else:
        is_secret = any(one is not None and not shows_all(one) for _, one in others)
        settling.free_lonely(work, [node.id], secret=frozenset([node.id] if is_secret else ()))


def _known(work: Work, nid: int) -> Node:
    found = store.by_id(work.db, nid)
    assert found is not None, "a reference goes with its nodes"
    return found


def _tell_datasets(work: Work, resource: Node) -> None:
    """A change of a resource is one of its datasets, if the last of theirs was some time ago (dkan 8.4)."""
    for pair in references.pairs_of_resource(work, resource.id):
        node = _known(work, pair.dataset_node_id)
        if resource.changed - node.changed > NOTED_AFTER:
            touch(work, node)
            settling.revise(work, node, f"Update to resource '{resource.title}'")
