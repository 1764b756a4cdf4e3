"""Asking for a publication, its end, its abort, a restoration, a removal. The work itself is in `jobs`."""

from collections.abc import Mapping
from typing import Any

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, PublishableDataset, ViewableDataset
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.tables import service as tables
from colonnade.core.work import Work
from colonnade.errors import Conflict, NotFound


def publish(work: Work, publishable: PublishableDataset) -> Job:
    """Queue a publication: all derived sources are extracted anew, owned rows are carried over.

    Raises `Conflict` while another job of the dataset is active, or when the dataset is marked as a draft.
    """
    _refuse_draft(publishable)
    return jobs.queue(work, Kind.PUBLISH, publishable.dataset.id)


def publish_metadata(work: Work, publishable: PublishableDataset) -> None:
    """Let readers see the metadata as they are now; the records stay as they are.

    Raises `Conflict` when the dataset is not published or marked as a draft, or while a job of it is active: a
    publication that goes on would show them anyway.
    """
    _check_published(publishable)
    _refuse_draft(publishable)
    jobs.check_idle(work, publishable.dataset.id)
    datasets.show(work, publishable.dataset)


def unpublish(work: Work, publishable: PublishableDataset) -> Job:
    """Queue the end of a publication. Configuration and owned rows stay; derived rows go."""
    _check_published(publishable)
    return jobs.queue(work, Kind.UNPUBLISH, publishable.dataset.id)


def abort(work: Work, publishable: PublishableDataset) -> Job:
    """Ask a running publication to stop; what was published before stays. `Conflict` when nothing is processed."""
    return jobs.ask_to_abort(work, publishable.dataset.id, (State.PROCESSING,))


def restore(work: Work, publishable: PublishableDataset, number: int) -> Job:
    """Queue a new generation made of an old one's derived rows and today's owned rows, so no owned row is lost."""
    table = tables.main_table(work, publishable.dataset.id)
    kept = [] if table is None else [one.number for one in tables.generations(work, table) if one.is_ready]
    if number not in kept:
        raise NotFound(f"Generation {number} is not kept any more.", code="generation.unknown", kept=kept)
    return jobs.queue(work, Kind.RESTORE, publishable.dataset.id, params={"number": number})


def remove(work: Work, editable: EditableDataset) -> None:
    """Remove a dataset: nobody finds it from now on; a job removes what it owned, after stopping what still runs."""
    for running in jobs.active_of(work, editable.dataset.id):
        jobs.ask_to_stop(running)
    datasets.bury(work, editable.dataset)
    work.db.flush()
    jobs.queue(work, Kind.DELETE, None, params={"dataset_id": editable.dataset.id})


def latest_job(work: Work, viewable: ViewableDataset) -> Job | None:
    """The job that says in what state a dataset is; None: nothing was ever done to it."""
    return jobs.latest(work, viewable.dataset.id)


def report(work: Work, viewable: ViewableDataset) -> Mapping[str, Any] | None:
    """What the last build found out about the rows and columns; None without rows."""
    table = tables.main_table(work, viewable.dataset.id)
    generation = None if table is None else tables.current(work, table)
    return None if generation is None else generation.report


def _refuse_draft(publishable: PublishableDataset) -> None:
    if publishable.dataset.is_draft:
        raise Conflict(
            "This dataset is a draft (internal.draft); it cannot be published.", code="dataset.draft"
        )


def _check_published(publishable: PublishableDataset) -> None:
    if not publishable.dataset.is_published:
        raise Conflict("This dataset is not published.", code="dataset.unpublished")
