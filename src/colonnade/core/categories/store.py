"""Queries over the categories of datasets."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from colonnade.core.categories.model import DatasetCategory
from colonnade.core.datasets.model import Dataset
from colonnade.core.terms.model import Term

_OF_DATASETS = (
    select(DatasetCategory.dataset_id, Term)
    .join(Term, Term.id == DatasetCategory.term_id)
    .where(DatasetCategory.dataset_id.in_(bindparam("dataset_ids", expanding=True)))
    .order_by(Term.id)
)
"""Made once: whoever asks of a dataset asks this."""


def of_datasets(db: Session, dataset_ids: Sequence[int]) -> dict[int, list[Term]]:
    """The categories of each dataset, in the order in which they were made."""
    found: dict[int, list[Term]] = {one: [] for one in dataset_ids}
    for dataset_id, term in db.execute(_OF_DATASETS, {"dataset_ids": list(dataset_ids)}):
        found[dataset_id].append(term)
    return found


def put(db: Session, dataset_id: int, term_ids: Sequence[int]) -> None:
    """In the place of those before."""
    db.execute(delete(DatasetCategory).where(DatasetCategory.dataset_id == dataset_id))
    db.add_all(DatasetCategory(dataset_id=dataset_id, term_id=one) for one in sorted(set(term_ids)))
    db.flush()


def datasets_of(db: Session, term_id: int) -> Sequence[int]:
    living = select(Dataset.id).where(Dataset.deleted_at.is_(None))
    query = select(DatasetCategory.dataset_id).where(
        DatasetCategory.term_id == term_id, DatasetCategory.dataset_id.in_(living)
    )
    return db.scalars(query).all()


def datasets_of_none(db: Session) -> Sequence[int]:
    query = select(Dataset.id).where(
        Dataset.deleted_at.is_(None), Dataset.id.not_in(select(DatasetCategory.dataset_id))
    )
    return db.scalars(query).all()


def links(db: Session) -> Sequence[tuple[int, int]]:
    """Dataset and category of every link."""
    rows = db.execute(select(DatasetCategory.dataset_id, DatasetCategory.term_id))
    return [(dataset_id, term_id) for dataset_id, term_id in rows]


def count(db: Session, term_id: int) -> int:
    query = select(func.count()).select_from(DatasetCategory).where(DatasetCategory.term_id == term_id)
    return db.scalar(query) or 0
