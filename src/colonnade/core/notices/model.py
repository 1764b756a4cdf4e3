"""Notices, as a table."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base


class Notice(Base):
    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_person", "person_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    sent_at: Mapped[dt.datetime] = mapped_column(default=now)
    read_at: Mapped[dt.datetime | None]
    kind: Mapped[str]
    """`Info`, `Warning` or `Error`; of an alert `info`."""
    message: Mapped[str]
    """HTML, in which everything that people wrote is escaped."""
    url: Mapped[str | None]
    """Where in PANDA's browser client to look (`#dataset/<slug>`)."""
    job_uid: Mapped[str | None] = mapped_column(unique=True)
    """The job that it tells the end of: of each there is one notice, however often that is said."""
