"""Queries over feedback."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from colonnade.core.feedback.model import Feedback


def uid_taken(db: Session, uid: str) -> bool:
    return db.scalar(select(Feedback.id).where(Feedback.uid == uid)) is not None


def one(db: Session, dataset_id: int, uid: str) -> Feedback | None:
    return db.scalar(select(Feedback).where(Feedback.dataset_id == dataset_id, Feedback.uid == uid))


def open_count(db: Session, dataset_id: int, username: str) -> int:
    """What a person wrote about a dataset that is not archived."""
    wanted = select(func.count(Feedback.id)).where(
        Feedback.dataset_id == dataset_id, Feedback.username == username, Feedback.is_archived.is_(False)
    )
    return db.scalar(wanted) or 0


def page(
    db: Session,
    dataset_id: int,
    *,
    record_id: str | None,
    is_archived: bool,
    newest_first: bool,
    limit: int,
    offset: int,
) -> tuple[Sequence[Feedback], int]:
    """By date, and how many there are in all. Ids grow with the dates, and tell those of one moment apart."""
    conditions = [Feedback.dataset_id == dataset_id, Feedback.is_archived == is_archived]
    if record_id is not None:
        conditions.append(Feedback.record_id == record_id)
    total = db.scalar(select(func.count()).select_from(Feedback).where(*conditions)) or 0
    order = Feedback.id.desc() if newest_first else Feedback.id
    found = db.scalars(select(Feedback).where(*conditions).order_by(order).limit(limit).offset(offset)).all()
    return found, total


def remove_of(db: Session, dataset_id: int) -> None:
    db.execute(delete(Feedback).where(Feedback.dataset_id == dataset_id))
