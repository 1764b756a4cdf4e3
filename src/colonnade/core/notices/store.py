"""Queries over notices."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from colonnade.core.notices.model import Notice


def page(
    db: Session, person_id: int, is_read: bool | None, limit: int | None, offset: int
) -> tuple[Sequence[Notice], int]:
    conditions: list[ColumnElement[bool]] = [Notice.person_id == person_id]
    if is_read is not None:
        conditions.append(Notice.read_at.is_not(None) if is_read else Notice.read_at.is_(None))
    query = select(Notice).where(*conditions).order_by(Notice.id.desc()).limit(limit).offset(offset)
    total = db.scalar(select(func.count()).select_from(Notice).where(*conditions)) or 0
    return db.scalars(query).all(), total


def some(db: Session, person_id: int, ids: Sequence[int]) -> Sequence[Notice]:
    query = select(Notice).where(Notice.person_id == person_id, Notice.id.in_(ids))
    return db.scalars(query.order_by(Notice.id.desc())).all()


def mark(db: Session, person_id: int, ids: Sequence[int], at: dt.datetime | None) -> None:
    db.execute(update(Notice).where(Notice.person_id == person_id, Notice.id.in_(ids)).values(read_at=at))


def of_job(db: Session, job_uid: str) -> Notice | None:
    return db.scalar(select(Notice).where(Notice.job_uid == job_uid))
