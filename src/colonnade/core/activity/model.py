"""Days of activity and searches, as tables."""

import datetime as dt

from sqlalchemy import Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base


class Activity(Base):
    """A person was here on a day of UTC."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("person_id", "day"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    day: Mapped[dt.date] = mapped_column(Date)


class Search(Base):
    """A search over rows. It stays when the person or the dataset goes."""

    __tablename__ = "search"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - ids are never used twice

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    person_id: Mapped[int | None]
    dataset_id: Mapped[int | None]
    """None: over all datasets."""
    query: Mapped[str]
