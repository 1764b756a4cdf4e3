"""Resources and uploaded files, as tables."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.uploads import StoredFile
from colonnade.core.work import now
from colonnade.db.base import Base


class Ownership(StrEnum):
    """Derived rows are extracted anew at every publish. Owned rows are the truth once they are in: a publish carries
    them over, and what was deleted or overwritten never comes back."""

    DERIVED = "derived"
    OWNED = "owned"


class Resource(Base):
    """A row stays after its resource was removed (`removed_at`): its uid is never used again, and a restored
    generation may not bring back rows that were owned by it."""

    __tablename__ = "resource"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    title: Mapped[str]
    type: Mapped[str | None]
    """The extractor; None when rows only come live."""
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("uploaded_file.id"))
    """The file that the rows are extracted from: an uploaded one, or what was fetched last."""
    ownership: Mapped[str] = mapped_column(default=Ownership.DERIVED.value)
    loaded_at: Mapped[dt.datetime | None]
    """When an owned resource's file was extracted; it is not extracted again."""
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    removed_at: Mapped[dt.datetime | None]
    place: Mapped[int | None]
    """Among those of its dataset; None: behind those that have one, as they were made."""

    @property
    def is_owned(self) -> bool:
        return self.ownership == Ownership.OWNED.value


class UploadedFile(Base):
    """A file as it was uploaded, or as another server sent it for a resource; its bytes are the blob `digest`."""

    __tablename__ = "uploaded_file"
    __table_args__ = (UniqueConstraint("dataset_id", "uid"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    uid: Mapped[str]
    filename: Mapped[str]
    mimetype: Mapped[str | None]
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    fetched_at: Mapped[dt.datetime | None]
    """When it came from another server: then it is its resource's alone, and no file to publishers. None: uploaded."""

    @property
    def stored(self) -> StoredFile:
        return StoredFile(self.filename, self.mimetype, self.size, self.digest)
