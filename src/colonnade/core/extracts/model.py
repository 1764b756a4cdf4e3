"""Kept files of records, as a table."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.uploads import StoredFile
from colonnade.db.base import Base


class Extract(Base):
    """A file of what its creator saw when the job ran; its bytes are the blob `digest`. `dataset_id` None: of several
    datasets."""

    __tablename__ = "extract"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    job_uid: Mapped[str] = mapped_column(unique=True)
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), index=True)
    filename: Mapped[str]
    title: Mapped[str]
    mimetype: Mapped[str]
    size: Mapped[int]
    """Bytes."""
    digest: Mapped[str] = mapped_column(index=True)
    seen: Mapped[list[Any]]
    """For each dataset in it, its id and how much of it the creator saw: what is hidden from them now is not given out."""
    created_by: Mapped[str | None]
    created_by_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[dt.datetime]
    """When the job began."""

    @property
    def stored(self) -> StoredFile:
        return StoredFile(self.filename, self.mimetype, self.size, self.digest)
