"""Feedback, as a table."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base


class Feedback(Base):
    """What a reader wrote about a record. It stays when the record or the reader goes."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("ix_feedback_listed", "dataset_id", "is_archived", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"))
    record_id: Mapped[str]
    """As readers know the record."""
    username: Mapped[str]
    comment: Mapped[str]
    values: Mapped[dict[str, Any]]
    """Field name -> {value, type}: what the reader thinks should stand there."""
    is_archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
