"""Queries over days of activity and searches."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from colonnade.core.activity.model import Activity, Search
from colonnade.core.pending import Searched


def was_here(db: Session, person_id: int, day: dt.date) -> bool:
    return (
        db.scalar(select(Activity.id).where(Activity.person_id == person_id, Activity.day == day)) is not None
    )


def page(db: Session, limit: int | None, offset: int) -> Sequence[Activity]:
    return db.scalars(select(Activity).order_by(Activity.id).limit(limit).offset(offset)).all()


def count(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Activity)) or 0


def some(db: Session, ids: Sequence[int]) -> Sequence[Activity]:
    return db.scalars(select(Activity).where(Activity.id.in_(ids)).order_by(Activity.id)).all()


def write(db: Session, searches: Sequence[Searched]) -> None:
    rows = [
        {"at": one.at, "person_id": one.person_id, "dataset_id": one.dataset_id, "query": one.query}
        for one in searches
    ]
    db.execute(insert(Search), rows)


def forget_before(db: Session, at: dt.datetime) -> None:
    db.execute(delete(Search).where(Search.at < at))


def latest(db: Session, limit: int) -> Sequence[Search]:
    return db.scalars(select(Search).order_by(Search.id.desc()).limit(limit)).all()
