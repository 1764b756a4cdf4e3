"""Queueing jobs and moving them through their states."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from colonnade.core.jobs import store
from colonnade.core.jobs.model import ACTIVE, ENDED, TRANSITIONS, Job, JobQueued, Kind, State
from colonnade.core.work import Work, now
from colonnade.errors import Conflict, LimitReached, NotFound, PortalError

READY = frozenset({State.DONE, State.ABORTED, State.FAILED, State.LIMIT_REACHED})
"""Where the latest job must be for a new one to be queued."""


def queue(work: Work, kind: Kind, dataset_id: int | None, *, params: Mapping[str, Any] | None = None) -> Job:
    """Write a job down; it starts when the work is committed. Raises `Conflict` while the dataset has an active one."""
    before = None if dataset_id is None else check_idle(work, dataset_id)
    job = Job(
        uid=str(uuid.uuid4()),
        kind=kind.value,
        dataset_id=dataset_id,
        previous=None if before is None else before.state,
        params=dict(params or {}),
        created_by=work.actor.username,
    )
    work.db.add(job)
    work.db.flush()
    work.happened(JobQueued(job.uid, kind))
    return job


def check_idle(work: Work, dataset_id: int) -> Job | None:
    """The latest job of a dataset, which is over. Raises `Conflict` while it is not."""
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
    if state in ENDED:
        job.ended_at = job.since


def fail(job: Job, error: PortalError) -> None:
    """End a job that an error stopped."""
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


def progress(work: Work, job: Job, **facts: Any) -> None:
    job.progress = {**job.progress, **facts}


def get(work: Work, uid: str) -> Job:
    found = store.by_uid(work.db, uid)
    if found is None:
        raise NotFound(f"There is no job {uid}.", code="job.unknown")
    return found


def latest(work: Work, dataset_id: int) -> Job | None:
    return store.latest(work.db, dataset_id)


def active(work: Work) -> Sequence[Job]:
    return store.active(work.db)


def recent(work: Work, limit: int = 50, *, kind: str | None = None, is_active: bool = False) -> Sequence[Job]:
    """The latest jobs, newest first; of one kind, or only those that are not over."""
    return store.recent(work.db, limit, kind=kind, is_active=is_active)


def counts(work: Work) -> Mapping[tuple[str, str], int]:
    return store.counts(work.db)


def is_active(state: str) -> bool:
    return State(state) in ACTIVE
