"""What people see of the jobs that they wait for: imports, new indexes, kept files of records. A job about a dataset is seen
by who made it, and by whoever sees all of the dataset: it tells what was searched, how a file is called, and what is wrong in
which row."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, ReadableDataset
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.jobs.service import Wanted
from colonnade.core.work import Work
from colonnade.errors import NotFound

KINDS = (Kind.IMPORT, Kind.REINDEX, Kind.EXTRACT)
SEES_ALL = "explore_restricted_dataset"

Ended = tuple[int | None, int | None, int | None]
"""Year, month and day of an end; None for any."""


def page(
    work: Work,
    *,
    states: Sequence[State] | None = None,
    ended: Ended = (None, None, None),
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Sequence[Job], int]:
    """Those that the actor may know of, in order of their numbers, and how many there are. A state or a day that there is
    not is that of none."""
    return jobs.page(work, _visible(work, Wanted(KINDS, states, ended=ended)), limit=limit, offset=offset)


def some(work: Work, numbers: Sequence[int]) -> Sequence[Job]:
    """Those of these numbers that the actor may know of."""
    return jobs.page(work, _visible(work, Wanted(KINDS, numbers=numbers)), limit=None, offset=0)[0]


def one(work: Work, number: int) -> Job:
    """Raises `NotFound`, also for who may not know of it."""
    found = next(iter(some(work, [number])), None)
    if found is None:
        raise NotFound(f"There is no task {number}.", code="job.unknown")
    return found


def latest(work: Work, readables: Sequence[ReadableDataset]) -> Mapping[int, Job]:
    """The latest one that the actor may know of, by the id of its dataset; without those that have none."""
    whole = [one.dataset.id for one in readables if one.access.shows_all]
    part = [one.dataset.id for one in readables if not one.access.shows_all]
    found = jobs.latest_of(work, whole, KINDS)
    if not part or work.actor.person_id is None:
        return found
    return {**found, **jobs.latest_of(work, part, KINDS, work.actor.person_id)}


def abort(work: Work, editable: EditableDataset) -> None:
    """Ask whatever runs on a dataset to stop. Nothing happens where nothing runs."""
    for job in jobs.active_of(work, editable.dataset.id):
        jobs.ask_to_stop(job)


def _visible(work: Work, wanted: Wanted) -> Wanted:
    if work.actor.may(SEES_ALL):
        return wanted
    found = datasets.by_ids(work, jobs.dataset_ids(work, wanted))
    known = datasets.readable_by_uids(work, [one.uid for one in found])
    about = [one.dataset.id for one in known if one.access.shows_all]
    return replace(wanted, about=about, asked_by=work.actor.person_id)
