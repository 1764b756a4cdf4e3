"""Numbers of use as tables: what the counters in memory held when they were last written down."""

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from colonnade.db.base import Base


class DatasetUse(Base):
    """How much a dataset was used. The row stays when the dataset is deleted: its id is never used again."""

    __tablename__ = "dataset_use"

    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    download_count: Mapped[int]
    api_call_count: Mapped[int]


class CallsSpent(Base):
    """What a caller has used up of a quota, until the period ends."""

    __tablename__ = "calls_spent"

    caller: Mapped[str] = mapped_column(primary_key=True)
    """`person:` and an id, or `address:` and a keyed hash; addresses themselves are not kept."""
    dataset_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0: the quota of the whole portal."""
    unit: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    calls: Mapped[int]
