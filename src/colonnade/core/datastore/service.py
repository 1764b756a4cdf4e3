"""Datastores: what their state is, how their files are read, importing and dropping. Who may change a resource may do all
of it; the import itself is in `jobs`."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.datastore import sources, store
from colonnade.core.datastore.model import (
    CONFIGURATION,
    FOUND,
    Datastore,
    DatastoreChanged,
    Import,
    Status,
)
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes.model import EditableNode, Node, ReadableNode
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Portal, Work, now
from colonnade.errors import Denied, NotFound

POLL_SECONDS = 0.02
NO_FILE, IMPORTED, NOT_IMPORTED, NO_TABLE = "0", "1", "2", "3"
"""What a resource says of its rows (`field_datastore_status`, section 7.2 of DKAN's reference)."""


def status(work: Work, editable: EditableNode) -> Status:
    """Raises `Denied` for what no rows can be made of."""
    if editable.node.resource_id is not None:
        return _foreign_status(work, editable)
    file = file_of(work, editable)
    datastore = store.one(work.db, editable.node.id)
    state = state_of(work, datastore)
    return Status(
        state=state,
        is_stored=_is_stored(work, editable.node.id),
        configuration=sources.shown_configuration(file, datastore),
        message=None if datastore is None or state is not Import.ERROR else datastore.message,
    )


def configure(work: Work, editable: EditableNode, values: Mapping[str, Any]) -> None:
    """Say how the file is read, as far as `values` do; the next import follows it. Raises `Denied` as `status` does, and
    `Invalid`."""
    file_of(work, editable)
    datastore = ensure(work, editable.node.id)
    datastore.configuration = {**datastore.configuration, **sources.checked(values)}
    if state_of(work, datastore) is not Import.IN_PROGRESS:
        datastore.state, datastore.message = Import.READY.value, None
    datastore.changed_at = now()


def queue_import(work: Work, editable: EditableNode) -> Job | None:
    """Queue an import of the file as it is now; None: its rows are in. Of one that is under way, its job. Raises `Denied`
    as `status` does."""
    file = file_of(work, editable)
    datastore = ensure(work, editable.node.id)
    if datastore.job_uid is not None and state_of(work, datastore) is Import.IN_PROGRESS:
        return jobs.get(work, datastore.job_uid)
    if _is_in(work, datastore, file):
        return None
    return begin_import(work, editable.node.id, file)


def begin_import(work: Work, node_id: int, file: ManagedFile) -> Job:
    """Queue an import of a node's file, whatever there was before."""
    datastore = ensure(work, node_id)
    datastore.file_id = file.id
    job = jobs.queue(work, Kind.DATASTORE, None, params={"node_id": node_id})
    datastore.job_uid, datastore.state, datastore.message = job.uid, Import.IN_PROGRESS.value, None
    datastore.changed_at = now()
    return job


def drop(work: Work, editable: EditableNode) -> None:
    """Take the rows and the configuration away, and stop an import. Raises `Denied` as `status` does."""
    file_of(work, editable)
    drop_of(work, editable.node.id)


def drop_of(work: Work, node_id: int, *, keeps_configuration: bool = False) -> None:
    """The same of a node by its number. Safe to repeat."""
    datastore = store.one(work.db, node_id)
    if datastore is not None:
        _stop(work, datastore)
        said = {name: value for name, value in datastore.configuration.items() if name != FOUND}
        if keeps_configuration and said:
            datastore.configuration = said
            datastore.state, datastore.rows = Import.UNINITIALISED.value, None
            datastore.digest = datastore.message = datastore.job_uid = None
            datastore.file_id = None
        else:
            store.remove(work.db, node_id)
            work.db.expunge(datastore)
    table = tables.of_node(work, node_id)
    if table is not None:
        tables.forget(work, table)
        work.happened(DatastoreChanged(node_id))


def wait(portal: Portal, job_uid: str, seconds: float) -> bool:
    """Whether a job ended within this time. Outside every transaction."""
    until = time.monotonic() + seconds
    while True:
        with portal.reading(SYSTEM) as work:
            if not jobs.get(work, job_uid).is_active:
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(POLL_SECONDS)


def upload_statuses(work: Work, readables: Sequence[ReadableNode]) -> Mapping[int, str]:
    """By the number of each resource: `NO_FILE`, `IMPORTED`, `NOT_IMPORTED` or `NO_TABLE`."""
    numbers = [one.node.id for one in readables]
    stored = {one.node_id for one in store.some(work.db, numbers) if one.rows is not None}
    return {one.node.id: _upload_status(work, one, one.node.id in stored) for one in readables}


def source_of(work: Work, node_id: int) -> ManagedFile:
    """The same of a node by its number, for jobs."""
    node = store.node(work.db, node_id)
    if node is None:
        raise NotFound("The resource was removed.", code="node.unknown")
    return _file_of(work, node)


def file_of(work: Work, readable: ReadableNode) -> ManagedFile:
    """The file that rows can be made of. Raises `Denied` where there is none."""
    return _file_of(work, readable.node)


def _file_of(work: Work, node: Node) -> ManagedFile:
    if node.is_foreign:
        message = "The rows of this resource follow the publication of its dataset."
        raise Denied(message, code="datastore.foreign")
    file = sources.file_of(work, node) if node.is_own_resource else None
    if file is None or not sources.is_tabular(file):
        raise Denied("This is no resource with a file of rows.", code="datastore.no_table")
    return file


def ensure(work: Work, node_id: int) -> Datastore:
    found = store.one(work.db, node_id)
    if found is None:
        found = Datastore(node_id=node_id, configuration={}, state=Import.UNINITIALISED.value)
        work.db.add(found)
        work.db.flush()
    return found


def state_of(work: Work, datastore: Datastore | None) -> Import:
    """An import whose job is over without a word was cut off: it can be asked for again."""
    if datastore is None:
        return Import.UNINITIALISED
    state = Import(datastore.state)
    if state is Import.IN_PROGRESS and not _is_running(work, datastore):
        return Import.PAUSED
    return state


def _foreign_status(work: Work, editable: EditableNode) -> Status:
    """Of a resource that another door made: its rows are in, or come with the next publication."""
    dataset = editable.dataset
    table = None if dataset is None else tables.main_table(work, dataset.id)
    is_stored = table is not None and table.current is not None
    return Status(Import.DONE if is_stored else Import.UNINITIALISED, is_stored, CONFIGURATION)


def _is_running(work: Work, datastore: Datastore) -> bool:
    return datastore.job_uid is not None and jobs.get(work, datastore.job_uid).is_active


def _is_in(work: Work, datastore: Datastore, file: ManagedFile) -> bool:
    """Whether the rows of a file are here, as it is now. What another server has may have changed."""
    is_done = datastore.state == Import.DONE and datastore.digest == file.digest
    return is_done and not file.is_remote and _is_stored(work, datastore.node_id)


def _is_stored(work: Work, node_id: int) -> bool:
    table = tables.of_node(work, node_id)
    return table is not None and table.current is not None


def _stop(work: Work, datastore: Datastore) -> None:
    if _is_running(work, datastore) and datastore.job_uid is not None:
        jobs.ask_to_stop(jobs.get(work, datastore.job_uid))


def _upload_status(work: Work, readable: ReadableNode, is_stored: bool) -> str:
    if readable.node.is_foreign:
        return IMPORTED if readable.node.resource_id is not None else NO_TABLE
    if is_stored:
        return IMPORTED
    file = sources.file_of(work, readable.node)
    if file is None:
        return NO_FILE
    return NOT_IMPORTED if sources.is_tabular(file) else NO_TABLE
