"""Attachments and alternative exports, as tables. A row stays after what it names was removed (`removed_at`), so that no
uid is ever used twice; its blob is then none of its own."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.uploads import StoredFile
from colonnade.core.work import now
from colonnade.db.base import Base


class ExportKind(StrEnum):
    """What an alternative export leads to, in the words of Automation 1.0, section 3.4 of its reference."""

    UPLOADED_FILE = "uploaded_file"
    URL = "url"


class Attachment(Base):
    """A file that explains a dataset; readers see it at once. Its bytes are the blob `digest`."""

    __tablename__ = "attachment"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    filename: Mapped[str]
    mimetype: Mapped[str | None]
    size: Mapped[int]
    """Bytes."""
    digest: Mapped[str] = mapped_column(index=True)
    title: Mapped[str | None]
    """None: nobody gave it one, and it is called by its file's name."""
    holds_rows: Mapped[bool] = mapped_column(default=False)
    """It holds what stands in the rows, too: only who sees all of them gets it."""
    created_by: Mapped[str | None]
    created_by_id: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    removed_at: Mapped[dt.datetime | None]

    @property
    def stored(self) -> StoredFile:
        return StoredFile(self.filename, self.mimetype, self.size, self.digest)


class AlternativeExport(Base):
    """The rows in a form that was made elsewhere: a file, whose bytes are the blob `digest`, or an address."""

    __tablename__ = "alternative_export"
    __table_args__ = (
        CheckConstraint("(digest IS NULL) != (url IS NULL)", name="one_target"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    url: Mapped[str | None]
    filename: Mapped[str | None]
    mimetype: Mapped[str | None]
    size: Mapped[int | None]
    """Bytes."""
    digest: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    removed_at: Mapped[dt.datetime | None]

    @property
    def kind(self) -> ExportKind:
        return ExportKind.UPLOADED_FILE if self.url is None else ExportKind.URL

    @property
    def stored(self) -> StoredFile | None:
        """None: it is an address."""
        if self.digest is None or self.filename is None or self.size is None:
            return None
        return StoredFile(self.filename, self.mimetype, self.size, self.digest)
