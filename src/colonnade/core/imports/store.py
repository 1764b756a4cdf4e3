"""Queries over uploaded data files."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from colonnade.core.imports.model import ImportFile


def by_id(db: Session, file_id: int) -> ImportFile | None:
    return db.get(ImportFile, file_id)


def name_taken(db: Session, filename: str) -> bool:
    return db.scalar(select(ImportFile.id).where(ImportFile.filename == filename)) is not None


def owners(db: Session) -> Sequence[tuple[int, int | None, int | None]]:
    """Of each file, in order of creation: its id, the dataset that it is judged by, and who sent it."""
    judged_by = func.coalesce(
        ImportFile.dataset_id, ImportFile.imported_into, ImportFile.let_go_from, ImportFile.first_of
    )
    query = select(ImportFile.id, judged_by, ImportFile.created_by_id).order_by(ImportFile.id)
    return [(file_id, dataset_id, person_id) for file_id, dataset_id, person_id in db.execute(query)]


def by_ids(db: Session, file_ids: Sequence[int]) -> Sequence[ImportFile]:
    return db.scalars(select(ImportFile).where(ImportFile.id.in_(file_ids)).order_by(ImportFile.id)).all()


_OF_DATASETS = (
    select(ImportFile)
    .where(ImportFile.dataset_id.in_(bindparam("dataset_ids", expanding=True)))
    .order_by(ImportFile.id)
)
_FIRSTS = select(ImportFile).where(ImportFile.first_of.in_(bindparam("dataset_ids", expanding=True)))
"""Made once: whoever asks of a dataset asks these."""


def of_datasets(db: Session, dataset_ids: Sequence[int]) -> Sequence[ImportFile]:
    """Those that belong to these datasets, in order of creation."""
    return db.scalars(_OF_DATASETS, {"dataset_ids": list(dataset_ids)}).all()


def tied_to(db: Session, dataset_id: int) -> Sequence[ImportFile]:
    """Those that belong to a dataset, or whose rows are in it or were to be."""
    columns = (ImportFile.dataset_id, ImportFile.imported_into, ImportFile.first_of)
    wanted = or_(*(column == dataset_id for column in columns))
    return db.scalars(select(ImportFile).where(wanted).order_by(ImportFile.id)).all()


def firsts(db: Session, dataset_ids: Sequence[int]) -> Sequence[ImportFile]:
    return db.scalars(_FIRSTS, {"dataset_ids": list(dataset_ids)}).all()


def imported_into(db: Session, dataset_ids: Sequence[int]) -> Sequence[ImportFile]:
    return db.scalars(select(ImportFile).where(ImportFile.imported_into.in_(dataset_ids))).all()


def orphans(db: Session, before: dt.datetime) -> Sequence[ImportFile]:
    """Those that belong to no dataset since before a time, and whose rows are in none."""
    wanted = (
        ImportFile.dataset_id.is_(None),
        ImportFile.imported_into.is_(None),
        ImportFile.changed_at < before,
    )
    return db.scalars(select(ImportFile).where(*wanted).order_by(ImportFile.id)).all()


def all_files(db: Session) -> Sequence[ImportFile]:
    return db.scalars(select(ImportFile).order_by(ImportFile.id)).all()


def uses_digest(db: Session, digest: str) -> bool:
    return db.scalar(select(ImportFile.id).where(ImportFile.digest == digest).limit(1)) is not None
