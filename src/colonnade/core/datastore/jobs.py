"""How an import happens: begin -> fetch -> build -> swap, then clean up. Every step is safe to repeat; a kill at any point
leaves the rows that were there, or the new ones.

As a publication, without a dataset: nothing is carried over, and no row was ever written live."""

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from colonnade.builder import process
from colonnade.builder.job import BuildJob, FileInput
from colonnade.core.connections import fetching
from colonnade.core.connections.fetching import Source
from colonnade.core.datastore import mirrors, service, sources, store
from colonnade.core.datastore.model import FOUND, Datastore, Import
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs import telling
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.publishing.inputs import manifest_of, throttled
from colonnade.core.publishing.jobs import POLL_SECONDS, AbortedError, limits_of, scratch_of
from colonnade.core.tables import service as tables
from colonnade.core.tables.service import Built
from colonnade.core.work import SYSTEM, Portal, Work, now
from colonnade.disk import link_or_copy, sync
from colonnade.errors import NotFound, PortalError
from colonnade.formats.registry import DELIMITED
from colonnade.generation import GenerationRef
from colonnade.jobs.port import Done, Plan, Step

SOURCE = "file"
"""What the rows of such a table came from, in the words of tables."""


def plan(portal: Portal) -> Plan:
    return Plan(
        Kind.DATASTORE,
        (
            Step("begin", partial(begin, portal)),
            Step("fetch", partial(fetch, portal)),
            Step("build", partial(build, portal)),
            Step("swap", partial(swap, portal)),
        ),
        failed=partial(failed, portal),
        ended=partial(ended, portal),
    )


def begin(portal: Portal, uid: str, done: Done) -> Any:
    """Reserve a generation, and settle which file is read and how."""
    with portal.writing(SYSTEM) as work:
        job, datastore = _going_on(work, uid)
        if "generation" not in job.progress:
            generation = tables.reserve(work, tables.ensure_of_node(work, datastore.node_id))
            telling.begun(work, job)
            jobs.progress(work, job, table=generation.table_uid, generation=generation.number)
        file = service.source_of(work, datastore.node_id)
        return {
            "table": job.progress["table"],
            "number": job.progress["generation"],
            "file": file.id,
            "name": file.filename,
            "params": sources.table_params(sources.configuration(file, datastore)),
        }


def fetch(portal: Portal, uid: str, done: Done) -> Any:
    """Lay the file into the job's scratch folder, if need be from another server. Returns the digest of its content."""
    scratch = scratch_of(portal, uid)
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "inputs").mkdir(parents=True)
    with portal.reading(SYSTEM) as work:
        _going_on(work, uid)
        file = managedfiles.by_id(work, done["begin"]["file"])
    if file.digest is None:
        return _fetched(portal, uid, file.id, file.uri)
    with portal.blobs.local(file.digest) as blob:
        link_or_copy(blob, _input(portal, uid))
    return file.digest


def build(portal: Portal, uid: str, done: Done) -> Any:
    """Run the builder and move what it made to where the generation will be. Returns the number of rows."""
    check = partial(_check, portal, uid)
    check()
    scratch, target = scratch_of(portal, uid), tables.folder(portal, _ref(done))
    out = scratch / "out"
    for leftover in (out, scratch / "work", target):
        shutil.rmtree(leftover, ignore_errors=True)
    (scratch / "work").mkdir(parents=True)
    begun = done["begin"]
    source = FileInput(_input(portal, uid), begun["name"], SOURCE, DELIMITED, begun["params"])
    job = BuildJob(
        out=out, scratch=scratch / "work", inputs=(source,), limits=limits_of(portal), has_words=False
    )
    while not portal.slots.acquire(timeout=POLL_SECONDS):
        check()
    try:
        manifest = process.build(job, poll=throttled(check, POLL_SECONDS), way=portal.builds)
    finally:
        portal.slots.release()
    target.parent.mkdir(parents=True, exist_ok=True)
    out.rename(target)
    sync(target.parent)
    is_found = begun["params"]["encoding"] is None
    return {
        "rows": manifest.rows,
        "encoding": sources.found_encoding(_input(portal, uid)) if is_found else None,
    }


def swap(portal: Portal, uid: str, done: Done) -> Any:
    """The rows are there: the pointer moves, and the job is done."""
    ref = _ref(done)
    with tables.latch(portal, ref.table), portal.writing(SYSTEM) as work:
        if jobs.get(work, uid).state == State.DONE:
            return None  # Interrupted after the commit.
        job, datastore = _going_on(work, uid)
        manifest = manifest_of(tables.folder(portal, ref))
        tables.swap(work, ref, Built(manifest, manifest.schema, is_changed=False), is_live=False)
        datastore.digest, datastore.rows = done["fetch"], manifest.rows
        datastore.configuration = {**datastore.configuration, FOUND: done["build"].get("encoding")}
        datastore.state, datastore.changed_at = Import.DONE.value, now()
        telling.done(work, job)
        mirrors.follow_in(work, datastore.node_id)
    return None


def failed(portal: Portal, uid: str, error: PortalError) -> None:
    """The reason is told; rows that were there before stay, if they are of the same file."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if not job.is_active:
            return
        datastore = _of(work, job)
        is_aborted = isinstance(error, AbortedError)
        if datastore is not None:
            datastore.state = Import.PAUSED.value if is_aborted else Import.ERROR.value
            datastore.message, datastore.changed_at = error.message, now()
        if is_aborted:
            telling.aborted(work, job)
        else:
            telling.failed(work, job, error)


def ended(portal: Portal, uid: str) -> None:
    """Leave nothing behind: scratch files, and every generation that does not count."""
    shutil.rmtree(scratch_of(portal, uid), ignore_errors=True)
    with portal.reading(SYSTEM) as work:
        progress = jobs.get(work, uid).progress
    if "generation" in progress:
        tables.abandon(portal, GenerationRef(progress["table"], progress["generation"]))
        tables.retire(portal, progress["table"], keep=0)
        _clear_forgotten(portal, progress["table"])


def _clear_forgotten(portal: Portal, table_uid: str) -> None:
    """The rows of a node that went may have come after it."""
    with portal.reading(SYSTEM) as work:
        try:
            tables.table(work, table_uid)
        except NotFound:
            is_forgotten = True
        else:
            is_forgotten = False
    if is_forgotten:
        tables.clear(portal, table_uid)


def _fetched(portal: Portal, uid: str, file_id: int, url: str) -> str:
    """No transaction is open while a server takes its time."""
    source = Source(url, (), None, None, now())
    path = _input(portal, uid)
    fetching.fetch(portal.settings, source, path, poll=throttled(partial(_check, portal, uid), POLL_SECONDS))
    with path.open("rb") as content:
        blob = portal.blobs.put(content, limit=portal.settings.max_upload_bytes)
    with portal.writing(SYSTEM) as work:
        managedfiles.fetched(work, file_id, blob)
    return blob.digest


def _input(portal: Portal, uid: str) -> Path:
    return scratch_of(portal, uid) / "inputs" / SOURCE


def _going_on(work: Work, uid: str) -> tuple[Job, Datastore]:
    job = jobs.get(work, uid)
    datastore = _of(work, job)
    if datastore is None or job.state not in {State.QUEUED, State.PROCESSING}:
        raise AbortedError("The import was stopped.")
    return job, datastore


def _of(work: Work, job: Job) -> Datastore | None:
    """The datastore that a job is for; None: it is for none any more."""
    found = store.one(work.db, job.params["node_id"])
    return found if found is not None and found.job_uid == job.uid else None


def _check(portal: Portal, uid: str) -> None:
    with portal.reading(SYSTEM) as work:
        _going_on(work, uid)


def _ref(done: Done) -> GenerationRef:
    return GenerationRef(done["begin"]["table"], done["begin"]["number"])
