"""What other doors see of the files of resources: in each dataset of a resource its file is a resource of that dataset, once
its rows are in, or else an attachment. Consequences of events, written with them; each looks at what there is now, so that it
may come twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.core.attachments import mirroring as attachments
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import refreshing, service, sources, store
from colonnade.core.datastore.model import Datastore, DatastoreChanged, Import
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes import references
from colonnade.core.nodes.model import (
    Kind,
    Mirror,
    Node,
    NodeChanged,
    NodeReference,
    NodeRemoved,
    ReferencesChanged,
)
from colonnade.core.resources import mirroring as resources
from colonnade.core.tables import service as tables
from colonnade.core.uploads import StoredFile
from colonnade.core.work import SYSTEM, Event, Portal, Work
from colonnade.formats.registry import DELIMITED


@dataclass(frozen=True)
class _Wanted:
    """`params`: of the extractor that makes rows of the file; None: it is to be an attachment. `holds_rows`: as of one."""

    title: str
    stored: StoredFile
    params: Mapping[str, Any] | None
    holds_rows: bool


def changed(work: Work, event: Event) -> None:
    """Of a resource: its file, its rows or what it says of itself; or a dataset."""
    assert isinstance(event, DatastoreChanged | NodeChanged)
    node = store.node(work.db, event.nid if isinstance(event, NodeChanged) else event.node_id)
    if node is not None and node.dataset_id is not None:
        _check_rows(work, node.id, node.dataset_id)
    elif node is not None and _has_to_do(work, node):
        _follow_event(work, node)


def references_changed(work: Work, event: Event) -> None:
    assert isinstance(event, ReferencesChanged)
    _unmirror(work, event.removed)
    for pair in event.added:
        node = store.node(work.db, pair.resource)
        if node is not None and sources.file_of(work, node) is not None:  # else nothing of it is to be seen
            _follow_event(work, node)
    if event.reordered is not None:
        _reorder(work, event.reordered)


def removed(work: Work, event: Event) -> None:
    """A node is gone, and everything goes that it had."""
    assert isinstance(event, NodeRemoved)
    if event.kind is not Kind.RESOURCE and not event.items:
        return
    _remove(work, event.nid)
    _unmirror(work, event.mirrors)


def start(portal: Portal) -> None:
    """Take up what a process before had no time for: nodes that are gone, datasets that are to follow."""
    with portal.writing(SYSTEM) as work:
        store.forget_dead(work.db)
        for node_id in store.lost(work.db):
            _remove(work, node_id)
    refreshing.queue_due(portal)


def _remove(work: Work, node_id: int) -> None:
    service.drop_of(work, node_id)
    managedfiles.remove_of(work, node_id)


def _follow_event(work: Work, node: Node) -> None:
    """What happened is not to fail by it: a content may be lost."""
    with work.apart(f"following node {node.id}"):
        _follow(work, node)


def follow_in(work: Work, node_id: int) -> None:
    """Bring the mirrors of a resource up to date."""
    found = store.node(work.db, node_id)
    if found is not None and found.is_own_resource:
        _follow(work, found)


def _has_to_do(work: Work, node: Node) -> bool:
    if not node.is_own_resource:
        return False
    if sources.file_of(work, node) is not None or store.one(work.db, node.id) is not None:
        return True
    return any(one.resource_id or one.attachment_id for one in references.pairs_of_resource(work, node.id))


def _follow(work: Work, node: Node) -> None:
    file, datastore = sources.file_of(work, node), store.one(work.db, node.id)
    if datastore is not None and _is_stale(file, datastore):
        service.drop_of(work, node.id, keeps_configuration=file is not None)
        datastore = store.one(work.db, node.id)
    if file is not None and _is_to_be_imported(work, file, datastore):
        service.begin_import(work, node.id, file)
    wanted = _wanted(node, file, datastore)
    for pair in references.pairs_of_resource(work, node.id):
        _mirror(work, pair, wanted)


def _is_stale(file: ManagedFile | None, datastore: Datastore) -> bool:
    """Whether it is about a file that the resource has no more."""
    if file is None or not sources.is_tabular(file):
        return True
    return datastore.file_id is not None and datastore.file_id != file.id


def _is_to_be_imported(work: Work, file: ManagedFile, datastore: Datastore | None) -> bool:
    is_new = datastore is None or datastore.state == Import.UNINITIALISED
    return work.settings.datastore_imports_at_once and is_new and sources.is_tabular(file)


def _wanted(node: Node, file: ManagedFile | None, datastore: Datastore | None) -> _Wanted | None:
    """None: there is nothing to be seen, or nobody is to see it yet."""
    stored = None if file is None else file.copy
    if file is None or stored is None or not node.is_published:
        return None
    params = None
    if datastore is not None and datastore.digest == stored.digest and datastore.rows is not None:
        params = sources.extractor_params(sources.configuration(file, datastore))
    return _Wanted(node.title, stored, params, sources.is_tabular(file))


def _mirror(work: Work, pair: NodeReference, wanted: _Wanted | None) -> None:
    parent = store.node(work.db, pair.dataset_node_id)
    dataset = None if parent is None or parent.dataset_id is None else datasets.by_id(work, parent.dataset_id)
    if dataset is None:
        return
    before = (pair.resource_id, pair.attachment_id)
    resource_id, has_other_rows = _put_rows(work, dataset.id, pair, wanted)
    attachment_id = _put_attachment(work, dataset.id, pair, wanted)
    references.mirrored(pair, resource_id=resource_id, attachment_id=attachment_id)
    if has_other_rows or before != (resource_id, attachment_id):
        datasets.note_change(work, dataset)
    if has_other_rows:
        _arrange(work, pair.dataset_node_id, dataset.id)
        refreshing.ask(work, dataset.id)


def _put_rows(
    work: Work, dataset_id: int, pair: NodeReference, wanted: _Wanted | None
) -> tuple[int | None, bool]:
    """The number of the resource that has the rows, and whether they are other ones than before. It stays the pair's while
    there are no rows: so they come back to their place."""
    if wanted is None or wanted.params is None:
        return pair.resource_id, pair.resource_id is not None and resources.remove(work, pair.resource_id)
    resource, has_other_rows = resources.put(
        work,
        dataset_id,
        pair.resource_id,
        title=wanted.title,
        stored=wanted.stored,
        extractor=DELIMITED,
        params=wanted.params,
    )
    return resource.id, has_other_rows


def _put_attachment(work: Work, dataset_id: int, pair: NodeReference, wanted: _Wanted | None) -> int | None:
    """The number of the attachment that is the file of a resource without rows."""
    if wanted is not None and wanted.params is None:
        kept = attachments.put(
            work,
            dataset_id,
            pair.attachment_id,
            title=wanted.title,
            stored=wanted.stored,
            holds_rows=wanted.holds_rows,
        )
        return None if kept is None else kept.id
    if pair.attachment_id is not None:
        attachments.remove(work, pair.attachment_id)
    return None


def _unmirror(work: Work, mirrors: tuple[Mirror, ...]) -> None:
    for one in mirrors:
        if one.resource_id is None and one.attachment_id is None:
            continue
        if one.attachment_id is not None:
            attachments.remove(work, one.attachment_id)
        has_other_rows = one.resource_id is not None and resources.remove(work, one.resource_id)
        dataset = datasets.by_id(work, one.dataset_id)
        if dataset is not None:
            datasets.note_change(work, dataset)
            if has_other_rows:
                refreshing.ask(work, one.dataset_id)


def _reorder(work: Work, node_id: int) -> None:
    """Of a dataset. Where none of its rows are of files here, they follow its next publication."""
    node = store.node(work.db, node_id)
    if node is None or node.dataset_id is None or not _arrange(work, node_id, node.dataset_id):
        return
    if any(one.resource_id is not None for one in references.pairs_of_dataset(work, node_id)):
        refreshing.ask(work, node.dataset_id)


def _arrange(work: Work, node_id: int, dataset_id: int) -> bool:
    """Let the resources of a dataset stand as its node has them. Returns whether any stands elsewhere than before."""
    return resources.arrange(work, dataset_id, references.resource_ids(work, node_id))


def _check_rows(work: Work, node_id: int, dataset_id: int) -> None:
    """A dataset that has just become public may lack rows of its resources, or have those of files that went."""
    dataset = datasets.by_id(work, dataset_id)
    if dataset is None or not dataset.is_published or refreshing.ask_again(work, dataset_id):
        return
    if not any(one.resource_id for one in references.pairs_of_dataset(work, node_id)):
        return
    table = tables.main_table(work, dataset_id)
    if table is None or table.current is None:
        refreshing.ask(work, dataset_id)
