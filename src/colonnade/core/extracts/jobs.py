"""Making a kept file of records: in one step, from its beginning if it is cut off. The rows are those that the asker may see
while it is made."""

import datetime as dt
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import IO, Any

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.extracts import store
from colonnade.core.extracts.lines import Lines, lines_of
from colonnade.core.extracts.model import Extract
from colonnade.core.extracts.service import access_to_json
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs import telling
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.people import service as people
from colonnade.core.search import service as search
from colonnade.core.uploads import StoredFile, check_kept
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal, Work, now
from colonnade.errors import Invalid, LimitReached, NotFound, PortalError
from colonnade.jobs.port import Done, Plan, Step

MAX_DATASETS = 1_000
"""In one archive."""

Poll = Callable[[float], None]
"""Told how much is done, from 0 to 1; raises `StoppedError`."""


class StoppedError(PortalError):
    """Somebody asked the job to stop."""

    default_code = "job.aborted"


def plan(portal: Portal) -> Plan:
    return Plan(
        Kind.EXTRACT,
        (Step("make", partial(make, portal)),),
        failed=partial(failed, portal),
        ended=partial(ended, portal),
    )


def make(portal: Portal, uid: str, done: Done) -> Any:
    """Write the file into the job's scratch folder, store it, and write it down with the job's end."""
    job, actor = _begun(portal, uid)
    if job.state == State.DONE:
        return None  # Interrupted after the commit.
    folder = _scratch(portal, uid)
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    writer = _Writer(portal, actor, job)
    path = folder / "file"
    with path.open("wb") as file:
        seen = writer.dataset(file) if job.dataset_id is not None else writer.across(file)
    with path.open("rb") as content:
        blob = portal.blobs.put(content, limit=portal.settings.max_export_bytes)
    name, mimetype = _name(job)
    return _keep(portal, uid, StoredFile(name, mimetype, blob.size, blob.digest), seen)


def failed(portal: Portal, uid: str, error: PortalError) -> None:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if not job.is_active:
            return
        if isinstance(error, StoppedError):
            telling.aborted(work, job)
        else:
            telling.failed(work, job, error)


def ended(portal: Portal, uid: str) -> None:
    rmtree(_scratch(portal, uid), ignore_errors=True)


class _Writer:
    """Writes what one asker sees."""

    def __init__(self, portal: Portal, actor: Actor, job: Job) -> None:
        self._portal, self._actor, self._job = portal, actor, job
        self._tell = _poll(portal, job.uid)
        self._written = 0

    def dataset(self, file: IO[bytes]) -> list[Any]:
        """The lines of one dataset; returns what `Extract.seen` is to say."""
        with self._portal.reading(self._actor) as work:
            dataset = datasets.by_id(work, self._job.dataset_id or 0)
            found = [] if dataset is None else datasets.readable_by_uids(work, [dataset.uid])
            if not found:
                raise NotFound("The dataset is not there any more.", code="dataset.unknown")
            lines = lines_of(work, found[0], self._words, self._since)
        if not lines.has_columns:
            lines.close()
            raise Invalid("This dataset has no columns.", code="columns.none")
        self._write(file, lines, self._tell)
        return [_told(found[0])]

    def across(self, file: IO[bytes]) -> list[Any]:
        """An archive with a file for each dataset in which something matches."""
        seen: list[Any] = []
        found = self._matching()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for at, (uid, total) in enumerate(found):
                with self._portal.reading(self._actor) as work:
                    readables = datasets.readable_by_uids(work, [uid])
                    if not readables or not readables[0].access.data_visible:
                        continue  # hidden or removed meanwhile
                    lines = lines_of(work, readables[0], self._words, self._since, total)
                name = f"{readables[0].dataset.slug}.csv"
                with archive.open(name, "w", force_zip64=True) as member:
                    self._write(member, lines, partial(self._tell_part, at, len(found)))
                seen.append(_told(readables[0]))
        return seen

    def _matching(self) -> list[tuple[str, int]]:
        """The datasets in which something matches, and how many records."""
        uids: Sequence[str] | None = self._job.params["uids"]
        with self._portal.reading(self._actor) as work:
            found = search.matching(work, words=self._words, since=self._since)
            named = [
                (one.dataset.uid, total) for one, total in found if uids is None or one.dataset.uid in uids
            ]
        return named[:MAX_DATASETS]

    @property
    def _words(self) -> str | None:
        words: str | None = self._job.params["query"]
        return words

    @property
    def _since(self) -> dt.datetime | None:
        since: str | None = self._job.params["since"]
        return None if since is None else dt.datetime.fromisoformat(since)

    def _tell_part(self, at: int, count: int, share: float) -> None:
        self._tell((at + share) / count)

    def _write(self, file: IO[bytes], lines: Lines, tell: Poll) -> None:
        limit = self._portal.settings.max_export_bytes
        for chunk, share in _chunks(lines):
            file.write(chunk)
            self._written += len(chunk)
            if self._written > limit:
                message = f"The export has more than {limit:,} bytes."
                raise LimitReached(message, limit_type="export_bytes", limit=limit, value=self._written)
            tell(share)


def _chunks(lines: Lines) -> Iterator[tuple[bytes, float]]:
    """The pieces of the file, and how much of it there is after each."""
    yield lines.head, 0.0
    rows = 0
    with closing(lines):
        for chunk, count in lines.chunks():
            rows += count
            yield chunk, min(1.0, rows / max(1, lines.total))


def _begun(portal: Portal, uid: str) -> tuple[Job, Actor]:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.state == State.QUEUED:
            telling.begun(work, job)
        if job.state not in {State.PROCESSING, State.DONE}:
            raise StoppedError("The job was stopped.")
        return job, _asker(work, job)


def _asker(work: Work, job: Job) -> Actor:
    """Who asked, as they are now, with what their key was for."""
    permissions: list[str] | None = job.params["key_permissions"]
    person = people.by_ids(work, [job.created_by_id or 0]).get(job.created_by_id or 0)
    if person is None or not person.is_active:
        return ANONYMOUS
    return people.actor_of(work.db, person, None if permissions is None else frozenset(permissions))


def _poll(portal: Portal, uid: str) -> Poll:
    done = 0.0
    tell = telling.percentage(portal, uid, lambda: done)
    look = telling.throttled(partial(_check, portal, uid))

    def poll(share: float) -> None:
        nonlocal done
        done = share
        if look():
            tell()

    return poll


def _check(portal: Portal, uid: str) -> None:
    with portal.reading(SYSTEM) as work:
        if jobs.get(work, uid).state != State.PROCESSING:
            raise StoppedError("The job was stopped.")


def _keep(portal: Portal, uid: str, stored: StoredFile, seen: list[Any]) -> Any:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        is_gone = job.dataset_id is not None and datasets.by_id(work, job.dataset_id) is None
        if job.state != State.PROCESSING or is_gone:
            raise StoppedError("The job was stopped.")
        check_kept(work, stored.digest)
        made = Extract(
            job_uid=uid,
            dataset_id=job.dataset_id,
            filename=stored.filename,
            title=stored.filename,
            mimetype=stored.mimetype or "application/octet-stream",
            size=stored.size,
            digest=stored.digest,
            seen=seen,
            created_by=job.created_by,
            created_by_id=job.created_by_id,
            created_at=job.started_at or now(),
        )
        work.db.add(made)
        work.db.flush()
        jobs.progress(work, job, extract=made.id)
        telling.done(work, job)
        return {"extract": made.id}


def _told(readable: ReadableDataset) -> dict[str, Any]:
    return {"dataset_id": readable.dataset.id, **access_to_json(readable.access)}


def _name(job: Job) -> tuple[str, str]:
    """Of the file, and its type. Named after the moment at which the job began, in UTC."""
    at = job.started_at or job.created_at
    if job.dataset_id is not None:
        moment = at.replace(tzinfo=None).isoformat(timespec="microseconds")
        return f"{job.params['dataset']}_{moment}.csv", "text/csv"
    return f"search_export_{at.isoformat(timespec='microseconds')}.zip", "application/zip"


def _scratch(portal: Portal, uid: str) -> Path:
    return portal.settings.scratch_folder / uid


def by_job(work: Work, uid: str) -> Extract | None:
    return store.by_job(work.db, uid)
