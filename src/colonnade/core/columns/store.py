"""Queries over the columns of datasets."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from colonnade.core.columns.model import DatasetColumns


def of_dataset(db: Session, dataset_id: int) -> DatasetColumns | None:
    return db.get(DatasetColumns, dataset_id)


_OF_DATASETS = select(DatasetColumns).where(
    DatasetColumns.dataset_id.in_(bindparam("dataset_ids", expanding=True))
)
"""Made once: to make a statement takes as long as to ask it."""


def of_datasets(db: Session, dataset_ids: Sequence[int]) -> dict[int, DatasetColumns]:
    found = db.scalars(_OF_DATASETS, {"dataset_ids": list(dataset_ids)})
    return {one.dataset_id: one for one in found}


def remove_of(db: Session, dataset_id: int) -> None:
    db.execute(delete(DatasetColumns).where(DatasetColumns.dataset_id == dataset_id))
