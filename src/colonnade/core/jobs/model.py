"""A job: what is to be done to which dataset, how far it is, how it ended; and the states that it may go through."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import Event, now
from colonnade.db.base import Base


class State(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    ABORTING = "aborting"
    DELETING = "deleting"
    DONE = "done"
    ABORTED = "aborted"
    FAILED = "failed"
    LIMIT_REACHED = "limit_reached"


ACTIVE = frozenset({State.QUEUED, State.PROCESSING, State.ABORTING, State.DELETING})
ENDED = frozenset(State) - ACTIVE

TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.PROCESSING, State.DELETING, State.FAILED, State.ABORTED}),
    State.PROCESSING: frozenset(
        {State.DONE, State.FAILED, State.LIMIT_REACHED, State.ABORTING, State.ABORTED}
    ),
    State.ABORTING: frozenset({State.ABORTED, State.DONE, State.FAILED, State.LIMIT_REACHED}),
    State.DELETING: frozenset({State.DONE, State.FAILED, State.ABORTED}),
}
"""Automation 1.0, section 3.1 of its reference, and what a job that cannot begin needs: queued to failed or aborted
(a deleted dataset's)."""


class Kind(StrEnum):
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    RESTORE = "restore"
    DELETE = "delete"
    CHECK = "check"
    BACKUP = "backup"
    ALERTS = "alerts"
    IMPORT = "import"
    REINDEX = "reindex"
    EXTRACT = "extract"
    """A file of records that the portal keeps. It never makes a dataset busy: it only reads."""
    REFRESH = "refresh"
    """As a publication, of the data alone: what readers see of the metadata stays."""
    DATASTORE = "datastore"
    """A file of a node becomes a table. It is about no dataset."""
    TIDY = "tidy"
    """What nobody took up is cleared away."""


_IS_EXCLUSIVE = "state IN ('queued', 'processing', 'aborting', 'deleting') AND kind != 'extract'"


class Job(Base):
    """The latest job of a dataset that is no extract is its status."""

    __tablename__ = "job"
    __table_args__ = (
        # A dataset has at most one active job that changes it; the database says so, whatever the code forgets.
        Index(
            "uq_job_active_dataset",
            "dataset_id",
            unique=True,
            sqlite_where=text(_IS_EXCLUSIVE),
            postgresql_where=text(_IS_EXCLUSIVE),
        ),
        Index("ix_job_dataset_number", "dataset_id", "number"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    """Also the id of the workflow that runs it, so that starting it twice is starting it once."""
    kind: Mapped[str]
    dataset_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=State.QUEUED.value)
    previous: Mapped[str | None]
    since: Mapped[dt.datetime] = mapped_column(default=now)
    message: Mapped[str | None]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What was asked; at `limit_reached` also `error`: {limit_type, limit, value}."""
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    records_errors: Mapped[list[Any]] = mapped_column(default=list)
    created_by: Mapped[str | None]
    created_by_id: Mapped[int | None]
    """Of the person who asked."""
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    started_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    trace: Mapped[str | None]
    """Where in the program it failed, for who looks after the portal; no paths of the machine in it."""

    @property
    def is_active(self) -> bool:
        return State(self.state) in ACTIVE


@dataclass(frozen=True)
class JobQueued(Event):
    """A job was written down and can start."""

    uid: str
    kind: Kind


@dataclass(frozen=True)
class JobEnded(Event):
    """A job came to its end. `state`: to which."""

    uid: str
    kind: Kind
    state: State
