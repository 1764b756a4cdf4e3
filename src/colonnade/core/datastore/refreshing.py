"""Datasets whose rows are to follow the files of their resources: one job at a time, which several imports share. What
readers see of their metadata stays as it is."""

from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import store
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import JobEnded, Kind, State
from colonnade.core.work import SYSTEM, Event, Portal, Work


def ask(work: Work, dataset_id: int) -> None:
    """The rows of a dataset are to follow. A job is queued; or that is noted down, where another one is going on or no
    reader sees the dataset, for when it is published."""
    store.note_due(work.db, dataset_id)
    _queue(work, dataset_id)


def ask_again(work: Work, dataset_id: int) -> bool:
    """Queue what was noted down of a dataset, which is published now. Returns whether anything was."""
    is_due = store.is_due(work.db, dataset_id)
    if is_due:
        _queue(work, dataset_id)
    return is_due


def queue_due(portal: Portal) -> None:
    """Queue what was noted down, where nothing else is going on."""
    with portal.reading(SYSTEM) as work:
        due = store.due(work.db)
    for dataset_id in due:
        with portal.writing(SYSTEM) as work:
            _queue(work, dataset_id)


def heard(portal: Portal, event: Event) -> None:
    """A dataset may be free now."""
    assert isinstance(event, JobEnded)
    if event.kind is Kind.PUBLISH and event.state is State.DONE:
        _forget_published(portal, event.uid)
    if event.kind not in {Kind.EXTRACT, Kind.DATASTORE}:
        queue_due(portal)


def _forget_published(portal: Portal, uid: str) -> None:
    """A publication has all that was there when it began."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.dataset_id is not None and job.started_at is not None:
            store.forget_due(work.db, job.dataset_id, before=job.started_at)


def _queue(work: Work, dataset_id: int) -> None:
    dataset = datasets.by_id(work, dataset_id)
    running = jobs.latest(work, dataset_id)
    is_waiting = running is not None and running.kind == Kind.REFRESH and running.state == State.QUEUED
    if dataset is None or is_waiting:
        store.forget_due(work.db, dataset_id)
    elif not dataset.is_published:
        return
    elif running is None or not running.is_active:
        store.forget_due(work.db, dataset_id)
        jobs.queue(work, Kind.REFRESH, dataset_id)
