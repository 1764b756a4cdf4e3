"""Queries over kept files of records."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from colonnade.core.extracts.model import Extract


def by_id(db: Session, extract_id: int) -> Extract | None:
    return db.get(Extract, extract_id)


def by_job(db: Session, job_uid: str) -> Extract | None:
    return db.scalar(select(Extract).where(Extract.job_uid == job_uid))


def by_ids(db: Session, extract_ids: Sequence[int]) -> Sequence[Extract]:
    return db.scalars(select(Extract).where(Extract.id.in_(extract_ids)).order_by(Extract.id)).all()


def of_person(db: Session, person_id: int) -> Sequence[Extract]:
    return db.scalars(select(Extract).where(Extract.created_by_id == person_id).order_by(Extract.id)).all()


def of_dataset(db: Session, dataset_id: int) -> Sequence[Extract]:
    return db.scalars(select(Extract).where(Extract.dataset_id == dataset_id)).all()


def remove_of(db: Session, dataset_id: int) -> None:
    db.execute(delete(Extract).where(Extract.dataset_id == dataset_id))


def all_files(db: Session) -> Sequence[Extract]:
    return db.scalars(select(Extract).order_by(Extract.id)).all()


def uses_digest(db: Session, digest: str) -> bool:
    return db.scalar(select(Extract.id).where(Extract.digest == digest).limit(1)) is not None
