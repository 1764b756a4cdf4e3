"""How a publication happens: begin -> fetch -> build -> swap, then clean up. Every step is safe to repeat.

What is on disk after a kill at any point is the old state or the new one: the rows are built aside, and one
transaction of the catalogue moves the pointer and ends the job.
"""

import os
import shutil
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from colonnade.builder import process
from colonnade.builder.job import BuildJob, Limits, Manifest
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Dataset
from colonnade.core.datasets.security import FULL
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs import telling
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.publishing import downloads, inputs, landing
from colonnade.core.publishing.inputs import manifest_of
from colonnade.core.records.identity import record_id
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Portal, Work, now
from colonnade.disk import share, sync
from colonnade.engine.port import Delete
from colonnade.errors import PortalError
from colonnade.generation import FILES_FOLDER, GenerationRef
from colonnade.jobs.port import Done, Plan, Step
from colonnade.query.types import GEO

POLL_SECONDS = 0.5
MAX_RECORDS_ERRORS = 100


class AbortedError(PortalError):
    """Somebody asked the job to stop, or its dataset was removed."""

    default_code = "job.aborted"


def plans(portal: Portal) -> tuple[Plan, ...]:
    """The kinds of job that make and unmake publications."""
    slots = portal.slots
    building = (
        Step("begin", partial(begin, portal)),
        Step("fetch", partial(fetch, portal)),
        Step("build", partial(build, portal, slots)),
        Step("swap", partial(swap, portal)),
    )
    ends = {"failed": partial(failed, portal), "ended": partial(ended, portal)}
    return (
        Plan(Kind.PUBLISH, building, **ends),
        Plan(Kind.REFRESH, building, **ends),
        Plan(Kind.RESTORE, building, **ends),
        Plan(Kind.IMPORT, building, **ends),
        Plan(Kind.REINDEX, building, **ends),
        Plan(Kind.UNPUBLISH, (Step("withdraw", partial(withdraw, portal)),), **ends),
    )


def begin(portal: Portal, uid: str, done: Done) -> Any:
    """Reserve a generation. Returns its table and number."""
    with portal.writing(SYSTEM) as work:
        job = _going_on(work, uid)
        assert job.dataset_id is not None
        if "generation" not in job.progress:
            table = tables.ensure(work, job.dataset_id)
            generation = tables.reserve(work, table)
            telling.begun(work, job)
            jobs.progress(work, job, table=table.uid, generation=generation.number)
        return {"table": job.progress["table"], "number": job.progress["generation"]}


def fetch(portal: Portal, uid: str, done: Done) -> Any:
    """Fetch what is on other servers; lay the sources' files and the rows to carry over into the job's scratch folder."""
    scratch = scratch_of(portal, uid)
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "inputs").mkdir(parents=True)
    with portal.reading(SYSTEM) as work:
        job = _going_on(work, uid)
    if job.kind == Kind.PUBLISH:
        assert job.dataset_id is not None
        poll = inputs.throttled(partial(_check, portal, uid), POLL_SECONDS)
        downloads.bring(portal, job.dataset_id, scratch, poll)
    with portal.reading(SYSTEM) as work:
        job = _going_on(work, uid)
        gathered = inputs.gather(work, job, done["begin"]["table"], scratch / "inputs")
    return gathered.to_json()


def build(portal: Portal, slots: threading.BoundedSemaphore, uid: str, done: Done) -> Any:
    """Run the builder and move what it made to where the generation will be. Returns the number of rows."""
    # A power cut may take back the record of this step and not the swap after it: then the target is what readers see.
    _check(portal, uid)
    scratch, target = scratch_of(portal, uid), tables.folder(portal, _ref(done))
    gathered = inputs.Gathered.from_json(done["fetch"])
    out = scratch / "out"
    for leftover in (out, scratch / "work", target):
        shutil.rmtree(leftover, ignore_errors=True)
    (scratch / "work").mkdir(parents=True)
    job = BuildJob(
        out=out,
        scratch=scratch / "work",
        inputs=gathered.inputs,
        identity=gathered.identity,
        last_built_id=gathered.last_built_id,
        last_live_id=gathered.last_live_id,
        counter=gathered.mark.counter,
        processors=gathered.processors,
        field_steps=gathered.field_steps,
        finds_countries=gathered.finds_countries,
        fields=gathered.fields,
        appends=gathered.appends,
        key_fields=gathered.key_fields,
        restores=gathered.restores,
        files=scratch / "inputs" / FILES_FOLDER,
        limits=limits_of(portal),
    )
    tell = telling.percentage(portal, uid, partial(process.progress, job))

    def look() -> None:
        _check(portal, uid)
        tell()

    poll = inputs.throttled(look, POLL_SECONDS)
    while not slots.acquire(timeout=POLL_SECONDS):
        _check(portal, uid)
    try:
        manifest = process.build(job, poll=poll, way=portal.builds)
    finally:
        slots.release()
    if gathered.since is not None:
        share(tables.folder(portal, gathered.since) / FILES_FOLDER, out / FILES_FOLDER)
    target.parent.mkdir(parents=True, exist_ok=True)
    out.rename(target)
    sync(target.parent)
    return {"rows": manifest.rows}


def swap(portal: Portal, uid: str, done: Done) -> Any:
    """The moment of publication: writes that came meanwhile are replayed, the pointer moves, the job is done."""
    ref, gathered = _ref(done), inputs.Gathered.from_json(done["fetch"])
    with tables.latch(portal, ref.table):
        with portal.reading(SYSTEM) as work:
            if jobs.get(work, uid).state == State.DONE:
                return None  # Interrupted after the commit.
            _going_on(work, uid)
            # Before the write transaction, for which every other change of the catalogue waits.
            manifest = manifest_of(tables.folder(portal, ref))
            built = tables.catch_up(work, ref, manifest, since=gathered.since, mark=gathered.mark)
            land = landing.prepared(work, jobs.get(work, uid), ref, built)
        with portal.writing(SYSTEM) as work:
            job = _going_on(work, uid)
            assert job.dataset_id is not None
            dataset = datasets.by_id(work, job.dataset_id)
            assert dataset is not None
            tables.swap(work, ref, built, is_live=gathered.is_live)
            resources.loaded(work, gathered.loaded, dataset.id)
            dataset.data_processed_at = now()
            if job.kind == Kind.PUBLISH:
                datasets.show(
                    work, dataset, data_changed=True, places=_places(work, dataset, gathered, manifest)
                )
            else:
                datasets.note_change(work, dataset)
            job.records_errors = _records_errors(manifest, ref.table)
            land(work, dataset, job)
            telling.done(work, job)
    return None


def _places(
    work: Work, dataset: Dataset, gathered: inputs.Gathered, manifest: Manifest
) -> tuple[str, ...] | None:
    """The countries of the records; None if they have no places, if nobody had asked when the build began, or if some who
    know of the dataset may not see all of it: metadata would tell them where the rest is."""
    has_places = any(field.type in GEO for field in manifest.schema.fields)
    if not (has_places and gathered.finds_countries):
        return None
    seen = datasets.audiences(work, [dataset])[dataset.id].access
    return manifest.countries if seen == FULL else None


def _records_errors(manifest: Manifest, table_uid: str) -> list[dict[str, Any]]:
    """What the build left out or changed on reading, then what steps could not do in single records."""
    notes: list[dict[str, Any]] = [{"message": one} for one in manifest.notes[:MAX_RECORDS_ERRORS]]
    faults = [
        {
            "record_id": None if one.id is None else record_id(table_uid, one.id),
            "field_uid": one.field or None,
            "processor_uid": one.processor,
            "message": one.message,
        }
        for one in manifest.row_errors[:MAX_RECORDS_ERRORS]
    ]
    return notes + faults


def withdraw(portal: Portal, uid: str, done: Done) -> Any:
    """Unpublish: hide the dataset, then drop its rows, except the owned ones, which exist nowhere else."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.state == State.DONE:
            return None
        dataset = None if job.dataset_id is None else datasets.by_id(work, job.dataset_id)
        if dataset is None:
            raise AbortedError("The dataset was removed.")
        if job.state == State.QUEUED:
            jobs.advance(job, State.DELETING)
        datasets.hide(work, dataset)
        table_uids = [table.uid for table in tables.tables_of(work, dataset.id)]
    for table_uid in table_uids:
        _drop_derived(portal, table_uid)
    with portal.writing(SYSTEM) as work:
        jobs.advance(jobs.get(work, uid), State.DONE)
    return None


def _drop_derived(portal: Portal, table_uid: str) -> None:
    # Under the latch: nobody can write a row of a new owned resource between the look and the removal.
    with tables.latch(portal, table_uid), portal.reading(SYSTEM) as work:
        table = tables.table(work, table_uid)
        generation = tables.current(work, table)
        assert table.dataset_id is not None, "these are tables of a dataset"
        owned = {one.uid for one in resources.of_dataset(work, table.dataset_id) if one.is_owned}
        if generation is None or not owned:
            tables.drop_rows(portal, table_uid)
            return
        derived = sorted(set(generation.report.get("sources", ())) - owned)
        tables.write(work, table, Delete(sources=derived))
        tables.retire(portal, table_uid, keep=0)


def failed(portal: Portal, uid: str, error: PortalError) -> None:
    """The job ends with a reason; what was published before stays as it was."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if not job.is_active:
            return
        if isinstance(error, AbortedError):
            telling.aborted(work, job)
        else:
            telling.failed(work, job, error)


def ended(portal: Portal, uid: str) -> None:
    """Leave nothing behind: scratch files, a generation that never counted, generations past their time."""
    shutil.rmtree(scratch_of(portal, uid), ignore_errors=True)
    with portal.reading(SYSTEM) as work:
        progress: Mapping[str, Any] = jobs.get(work, uid).progress
    if "generation" not in progress:
        return
    tables.abandon(portal, GenerationRef(progress["table"], progress["generation"]))
    tables.retire(portal, progress["table"], keep=portal.settings.keep_generations - 1)


def scratch_of(portal: Portal, uid: str) -> Path:
    return portal.settings.scratch_folder / uid


def _going_on(work: Work, uid: str) -> Job:
    job = jobs.get(work, uid)
    if job.state not in {State.QUEUED, State.PROCESSING}:
        raise AbortedError("The job was aborted.")
    if job.dataset_id is None or datasets.by_id(work, job.dataset_id) is None:
        raise AbortedError("The dataset was removed.")
    return job


def _check(portal: Portal, uid: str) -> None:
    with portal.reading(SYSTEM) as work:
        _going_on(work, uid)


def _ref(done: Done) -> GenerationRef:
    return GenerationRef(done["begin"]["table"], done["begin"]["number"])


def limits_of(portal: Portal) -> Limits:
    settings = portal.settings
    return Limits(
        memory_bytes=settings.builder_memory_bytes,
        folder_bytes=settings.max_generation_bytes,
        wall_seconds=settings.builder_seconds,
        cpu_seconds=settings.builder_seconds * (os.cpu_count() or 1),
        fields=settings.max_fields,
        cell_bytes=settings.max_cell_bytes,
        threads=os.cpu_count() or 1,
    )
