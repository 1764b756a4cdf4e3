"""Asking for files of records that the portal keeps, and giving them out. The work itself is in `jobs`."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datasets.security import FULL, Access
from colonnade.core.extracts import store
from colonnade.core.extracts.model import Extract
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind
from colonnade.core.usage import service as usage
from colonnade.core.work import Work
from colonnade.errors import Denied, NotFound


def queue(
    work: Work, readable: ReadableDataset, *, words: str | None = None, since: dt.datetime | None = None
) -> Job:
    """Have a CSV file made of a dataset's records that the actor may see. `words`: a query in the syntax of
    `query.lucene`, None or empty for all records; `since`: only those that were written at this time or later, naive UTC.

    It holds nothing up, and nothing holds it up. Raises `Denied` where only the metadata may be seen, or to nobody in
    particular.
    """
    if not readable.access.data_visible:
        raise Denied("The records of this dataset are restricted.", code="records.hidden")
    return _queued(work, readable.dataset.id, readable.dataset.slug, words, since)


def queue_across(
    work: Work,
    *,
    words: str | None = None,
    since: dt.datetime | None = None,
    dataset_uids: Sequence[str] | None = None,
) -> Job:
    """Have an archive made with a CSV file for each dataset that has such records. `dataset_uids`: only of these; None:
    of every one that the actor may see."""
    return _queued(work, None, None, words, since, dataset_uids)


def page(work: Work, *, limit: int | None = None, offset: int = 0) -> tuple[Sequence[Extract], int]:
    """Those that the actor may have, oldest first, and how many there are."""
    seen = _seen(work, store.all_files(work.db))
    return (seen[offset:] if limit is None else seen[offset : offset + limit]), len(seen)


def some(work: Work, extract_ids: Sequence[int]) -> Sequence[Extract]:
    """Those among these that the actor may have."""
    return _seen(work, store.by_ids(work.db, extract_ids))


def of_person(work: Work, person_id: int) -> Sequence[Extract]:
    """Those of a person that the actor may have."""
    return _seen(work, store.of_person(work.db, person_id))


def of_job(work: Work, job_uid: str) -> Extract | None:
    """What a job made; None if it is not there, or not for the actor."""
    found = store.by_job(work.db, job_uid)
    return found if found is not None and _seen(work, [found]) else None


def one(work: Work, extract_id: int) -> Extract:
    """Raises `NotFound`, also for who may not have it."""
    found = store.by_id(work.db, extract_id)
    if found is None or not _seen(work, [found]):
        raise NotFound(f"There is no export {extract_id}.", code="extract.unknown")
    return found


def downloaded(work: Work, extract_id: int) -> Extract:
    """The same, to be given out."""
    found = one(work, extract_id)
    if found.dataset_id is not None:
        usage.count_download(work, found.dataset_id)
    return found


def remove_all(work: Work, dataset_id: int) -> list[str]:
    """Remove what was made of a deleted dataset alone. Returns the digests of the contents, which others may use."""
    digests = [one.digest for one in store.of_dataset(work.db, dataset_id)]
    store.remove_of(work.db, dataset_id)
    return digests


def all_files(work: Work) -> Sequence[Extract]:
    return store.all_files(work.db)


def uses_digest(work: Work, digest: str) -> bool:
    """Whether a file here has this content."""
    return store.uses_digest(work.db, digest)


def access_to_json(access: Access) -> dict[str, Any]:
    """How much of a dataset somebody saw."""
    return {
        "fields": None if access.visible_fields is None else sorted(access.visible_fields),
        "filters": None if access.filters is None else list(access.filters),
    }


def _queued(
    work: Work,
    dataset_id: int | None,
    slug: str | None,
    words: str | None,
    since: dt.datetime | None,
    dataset_uids: Sequence[str] | None = None,
) -> Job:
    if not work.actor.is_signed_in:
        raise Denied("Sign in to have files kept for you.", code="extract.denied")
    key_permissions = work.actor.key_permissions
    params: Mapping[str, Any] = {
        "dataset": slug,
        "query": words or None,
        "since": None if since is None else since.isoformat(),
        "uids": None if dataset_uids is None else list(dataset_uids),
        # What the key may not, the job that it asked for may not.
        "key_permissions": None if key_permissions is None else sorted(key_permissions),
    }
    return jobs.queue(work, Kind.EXTRACT, dataset_id, params=params)


def _seen(work: Work, some: Sequence[Extract]) -> list[Extract]:
    """Those that hold nothing that is hidden from the actor now: who made one sees as much as they saw then, or all of
    each dataset in it; anybody else has to see all. Nothing could cut the file to what they may see."""
    accesses = _accesses(work, {part["dataset_id"] for one in some for part in one.seen})
    return [one for one in some if _may_have(work, one, accesses)]


def _may_have(work: Work, extract: Extract, accesses: Mapping[int, Access]) -> bool:
    is_own = extract.created_by_id is not None and extract.created_by_id == work.actor.person_id
    if not extract.seen and not is_own:
        return work.actor.may("explore_restricted_dataset")
    return all(_is_within(part, accesses.get(part["dataset_id"]), is_own=is_own) for part in extract.seen)


def _is_within(part: Mapping[str, Any], access: Access | None, *, is_own: bool) -> bool:
    if access is None or not access.data_visible:
        return False
    told = access_to_json(access)
    return told == access_to_json(FULL) or (is_own and told == {name: part[name] for name in told})


def _accesses(work: Work, dataset_ids: Iterable[int]) -> Mapping[int, Access]:
    uids = [one.uid for one in datasets.by_ids(work, sorted(dataset_ids))]
    return {one.dataset.id: one.access for one in datasets.readable_by_uids(work, uids)}
