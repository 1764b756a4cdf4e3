"""Which datasets stand under which categories, as a table."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.db.base import Base


class DatasetCategory(Base):
    __tablename__ = "dataset_category"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    term_id: Mapped[int] = mapped_column(
        ForeignKey("term.id", ondelete="CASCADE"), primary_key=True, index=True
    )
