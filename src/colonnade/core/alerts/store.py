"""Queries over alerts."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from colonnade.core.alerts.model import Alert


def page(db: Session, person_id: int, limit: int | None, offset: int) -> tuple[Sequence[Alert], int]:
    query = select(Alert).where(Alert.person_id == person_id).order_by(Alert.id).limit(limit).offset(offset)
    return db.scalars(query).all(), count(db, person_id)


def count(db: Session, person_id: int) -> int:
    return db.scalar(select(func.count()).select_from(Alert).where(Alert.person_id == person_id)) or 0


def some(db: Session, person_id: int, ids: Sequence[int]) -> Sequence[Alert]:
    query = select(Alert).where(Alert.person_id == person_id, Alert.id.in_(ids))
    return db.scalars(query.order_by(Alert.id)).all()


def ids(db: Session) -> Sequence[int]:
    return db.scalars(select(Alert.id).order_by(Alert.id)).all()


def remove_of(db: Session, dataset_id: int) -> None:
    db.execute(delete(Alert).where(Alert.dataset_id == dataset_id))
