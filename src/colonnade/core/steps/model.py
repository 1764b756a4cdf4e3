"""The steps of a dataset, as a table."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base


class DatasetStep(Base):
    """A processor or a field step. A row stays after its step was removed (`removed_at`), so that no uid is ever used
    twice; what the step was about is wiped."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("dataset_id", "kind", "position"),
        CheckConstraint("kind IN ('processor', 'field')", name="known_kind"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    """Processors and field steps have uids of one kind, `pr_...`."""
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"))
    kind: Mapped[str]
    """Processors run before the first field step."""
    position: Mapped[int]
    """The order among the steps of the kind; removed ones keep theirs, so that there are gaps."""
    type: Mapped[str]
    label: Mapped[str]
    params: Mapped[dict[str, Any]]
    """As `builder.steps.catalogue.checked` makes them."""
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    removed_at: Mapped[dt.datetime | None]
