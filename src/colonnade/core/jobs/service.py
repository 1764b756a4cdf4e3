"""Queueing jobs and moving them through their states."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from colonnade.core.jobs import store
from colonnade.core.jobs.model import ACTIVE, ENDED, TRANSITIONS, Job, JobQueued, Kind, State
from colonnade.core.jobs.store import Wanted as Wanted
from colonnade.core.jobs.traces import told
from colonnade.core.work import Work, now
from colonnade.errors import Conflict, LimitReached, NotFound, PortalError

READY = frozenset({State.DONE, State.ABORTED, State.FAILED, State.LIMIT_REACHED})
"""Where the latest job must be for a new one to be queued."""


def queue(work: Work, kind: Kind, dataset_id: int | None, *, params: Mapping[str, Any] | None = None) -> Job:
    """Write a job down; it starts when the work is committed. Raises `Conflict` while the dataset has an active one,
    unless the new one only reads."""
    before = None if dataset_id is None or kind is Kind.EXTRACT else check_idle(work, dataset_id)
    job = Job(
        uid=str(uuid.uuid4()),
        kind=kind.value,
        dataset_id=dataset_id,
        previous=None if before is None else before.state,
        params=dict(params or {}),
        created_by=work.actor.username,
        created_by_id=work.actor.person_id,
    )
    work.db.add(job)
    work.db.flush()
    work.happened(JobQueued(job.uid, kind))
    return job


def check_idle(work: Work, dataset_id: int) -> Job | None:
    """The latest job of a dataset that changes it, which is over. Raises `Conflict` while it is not."""
    job = latest(work, dataset_id)
    if job is not None and job.is_active:
        raise Conflict(
            f"The dataset is busy: {job.kind}, {job.state}.",
            code="job.busy",
            state=job.state,
            allowed=tuple(sorted(READY)),
        )
    return job


def advance(job: Job, state: State, *, message: str | None = None) -> None:
    """Move a job on. Raises `Conflict` for a step that its state does not allow."""
    if state not in TRANSITIONS.get(State(job.state), frozenset()):
        raise Conflict(
            f"A job cannot go from {job.state} to {state}.", code="job.transition", state=job.state
        )
    job.previous, job.state, job.since, job.message = job.state, state.value, now(), message
    if state is State.PROCESSING:
        job.started_at = job.started_at or job.since
    if state in ENDED:
        job.ended_at = job.since


def fail(job: Job, error: PortalError) -> None:
    """End a job that an error stopped."""
    job.trace = told(error)
    if isinstance(error, LimitReached) and job.state != State.QUEUED:
        job.params = {**job.params, "error": dict(error.facts)}
        advance(job, State.LIMIT_REACHED, message=error.message)
    else:
        advance(job, State.FAILED, message=error.message)


def ask_to_abort(work: Work, dataset_id: int, allowed: Iterable[State]) -> Job:
    """Ask the dataset's active job to stop. Raises `Conflict` unless it is in one of the allowed states."""
    job = latest(work, dataset_id)
    if job is None or State(job.state) not in allowed:
        state = State.DONE if job is None else State(job.state)
        raise Conflict("Nothing is being processed.", code="job.idle", state=state, allowed=tuple(allowed))
    advance(job, State.ABORTING)
    return job


def ask_to_stop(job: Job) -> None:
    """Have an active job stop: at once if it has not begun, else as soon as it can. One that cannot stop, or was asked
    already, goes on."""
    if job.state == State.QUEUED:
        advance(job, State.ABORTED)
    elif job.state == State.PROCESSING:
        advance(job, State.ABORTING)


def progress(work: Work, job: Job, **facts: Any) -> None:
    job.progress = {**job.progress, **facts}


def say(job: Job, message: str) -> None:
    """Tell people how far it is."""
    job.message = message


def get(work: Work, uid: str) -> Job:
    found = store.by_uid(work.db, uid)
    if found is None:
        raise NotFound(f"There is no job {uid}.", code="job.unknown")
    return found


def by_number(work: Work, number: int) -> Job | None:
    return store.by_number(work.db, number)


def page(work: Work, wanted: Wanted, *, limit: int | None, offset: int) -> tuple[Sequence[Job], int]:
    """Those that are wanted, in order of their numbers, and how many there are."""
    return store.page(work.db, wanted, limit=limit, offset=offset)


def dataset_ids(work: Work, wanted: Wanted) -> Sequence[int]:
    """The datasets that these jobs are about."""
    return store.dataset_ids(work.db, wanted)


def latest(work: Work, dataset_id: int) -> Job | None:
    """The latest job that changes a dataset: its status."""
    return store.latest(work.db, dataset_id)


def latest_of(
    work: Work, dataset_ids: Sequence[int], kinds: Sequence[Kind], asked_by: int | None = None
) -> Mapping[int, Job]:
    """The latest job of these kinds of each dataset, by its id; without those that have none. `asked_by`: of those that
    this person asked for; None: of all."""
    return store.latest_of(work.db, dataset_ids, kinds, asked_by)


def is_busy(work: Work, dataset_id: int) -> bool:
    """Whether a job that changes the dataset is active."""
    job = latest(work, dataset_id)
    return job is not None and job.is_active


def active_of(work: Work, dataset_id: int) -> Sequence[Job]:
    """All active jobs of a dataset, those that only read included."""
    return store.active_of(work.db, dataset_id)


def active(work: Work) -> Sequence[Job]:
    return store.active(work.db)


def recent(work: Work, limit: int = 50, *, kind: str | None = None, is_active: bool = False) -> Sequence[Job]:
    """The latest jobs, newest first; of one kind, or only those that are not over."""
    return store.recent(work.db, limit, kind=kind, is_active=is_active)


def counts(work: Work) -> Mapping[tuple[str, str], int]:
    return store.counts(work.db)


def is_active(state: str) -> bool:
    return State(state) in ACTIVE
