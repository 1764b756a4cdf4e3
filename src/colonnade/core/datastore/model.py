"""Datastores and datasets whose rows are to follow, as tables; and what a datastore says of itself."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import Event, now
from colonnade.db.base import Base


class Import(IntEnum):
    """How far an import is, by the numbers of section 10 of DKAN's reference."""

    UNINITIALISED = 2
    READY = 3
    IN_PROGRESS = 4
    PAUSED = 5
    """It was under way when the portal was copied or the job was lost."""
    DONE = 6
    ERROR = 7


class Datastore(Base):
    """How the file of a node is read, and how far that is. No row: nobody ever asked for it."""

    __tablename__ = "datastore"

    node_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    configuration: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What was set of `CONFIGURATION`; and under `FOUND` the encoding of the file whose rows are in, where none was set."""
    state: Mapped[int] = mapped_column(default=Import.UNINITIALISED.value)
    job_uid: Mapped[str | None]
    """The import that was asked for last."""
    file_id: Mapped[int | None]
    """The managed file of the import that was asked for last."""
    digest: Mapped[str | None]
    """Of the content whose rows are in."""
    rows: Mapped[int | None]
    message: Mapped[str | None]
    """Why the last import failed."""
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)


class DueRefresh(Base):
    """A dataset whose rows do not follow its files yet; a job is queued as soon as none is active."""

    __tablename__ = "due_refresh"

    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[dt.datetime] = mapped_column(default=now)


CONFIGURATION: Mapping[str, Any] = {
    "encoding": "UTF-8",
    "delimiter": ",",
    "quote": '"',
    "escape": "\\",
    "trailing_delimiter": False,
}
"""Of a file of comma-separated values. `encoding`: of the file."""


FOUND = "found_encoding"
UPLOAD, LINK = "field_upload", "field_link_remote_file"
"""The fields of a resource that hold its file: one that was sent, or one on another server."""


@dataclass(frozen=True)
class Status:
    """`is_stored`: there are rows. `configuration`: all of `CONFIGURATION`, with the encoding that was found out. `message`: why the last import failed."""

    state: Import
    is_stored: bool
    configuration: Mapping[str, Any]
    message: str | None = None


@dataclass(frozen=True)
class DatastoreChanged(Event):
    """Rows of a node's own came or went."""

    node_id: int
