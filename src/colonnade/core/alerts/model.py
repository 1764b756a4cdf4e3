"""Alerts, as a table."""

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base


class Alert(Base):
    """A search in one dataset, in those of a category, or in all. `dataset_id` and `category`: at most one is set."""

    __tablename__ = "alert"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - ids are never used twice

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    query: Mapped[str]
    """In the language of `query/lucene`."""
    query_url: Mapped[str]
    """The same as the links of PANDA's browser client have it."""
    query_human: Mapped[str]
    """What is searched for, in words, as HTML that its owner's client wrote."""
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("term.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    last_run: Mapped[dt.datetime] = mapped_column(default=now)
    """Rows from this moment on have not been told of."""
    key_permissions: Mapped[list[str] | None]
    """What the key that it was left with allows; None: all that its owner may."""
