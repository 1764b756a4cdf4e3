"""Uploaded data files, as a table."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.uploads import StoredFile
from colonnade.core.work import now
from colonnade.db.base import Base


class FileKind(StrEnum):
    """What an uploaded file is, by the ending of its name."""

    CSV = "csv"
    XLS = "xls"
    XLSX = "xlsx"
    OTHER = ""
    """It is kept, and cannot be imported."""


class ImportFile(Base):
    """A data file as it was uploaded, and what a look at it found; its bytes are the blob `digest`. It belongs to a
    dataset or to none yet. Once it is imported, its rows are those of the resource `resource_uid` of the dataset
    `imported_into`, which need not be the one that it belongs to."""

    __tablename__ = "import_file"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), index=True)
    filename: Mapped[str] = mapped_column(unique=True)
    """What no other file here is called."""
    original_name: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    mimetype: Mapped[str | None]
    size: Mapped[int]
    """Bytes."""
    digest: Mapped[str] = mapped_column(index=True)
    encoding: Mapped[str]
    """By the word of who sent it."""
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of the extractor that reads it."""
    dialect: Mapped[dict[str, Any] | None]
    """How a CSV file is written, as Python's `csv` module calls it; empty for a spreadsheet."""
    columns: Mapped[list[str] | None]
    """The texts of the header."""
    sample: Mapped[list[Any] | None]
    """The first rows of data, as texts."""
    guessed_types: Mapped[list[Any] | None]
    created_by: Mapped[str | None]
    created_by_id: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(default=now)
    """When it was uploaded, or last attached to a dataset or let go."""
    imported_at: Mapped[dt.datetime | None]
    imported_into: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), index=True)
    first_of: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), index=True)
    """The dataset whose first data were to come from it, whether they did or not."""
    let_go_from: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"))
    """The dataset that it belonged to, or that its rows were to be in, before it belonged to none."""
    resource_uid: Mapped[str | None]

    @property
    def is_imported(self) -> bool:
        return self.imported_at is not None

    @property
    def judged_by(self) -> int | None:
        """The dataset whose rules it is under: it holds what may be hidden there. None: it never had one."""
        return self.dataset_id or self.imported_into or self.let_go_from or self.first_of

    @property
    def stored(self) -> StoredFile:
        return StoredFile(self.original_name, self.mimetype, self.size, self.digest)
