"""Queries over jobs."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from colonnade.core.jobs.model import ACTIVE, Job

_ACTIVE = sorted(state.value for state in ACTIVE)


def by_uid(db: Session, uid: str) -> Job | None:
    return db.scalar(select(Job).where(Job.uid == uid))


def latest(db: Session, dataset_id: int) -> Job | None:
    return db.scalar(select(Job).where(Job.dataset_id == dataset_id).order_by(Job.number.desc()).limit(1))


def active(db: Session) -> Sequence[Job]:
    return db.scalars(select(Job).where(Job.state.in_(_ACTIVE)).order_by(Job.number)).all()


def recent(db: Session, limit: int, *, kind: str | None, is_active: bool) -> Sequence[Job]:
    query = select(Job).order_by(Job.number.desc()).limit(limit)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if is_active:
        query = query.where(Job.state.in_(_ACTIVE))
    return db.scalars(query).all()


def counts(db: Session) -> dict[tuple[str, str], int]:
    rows = db.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state))
    return {(kind, state): count for kind, state, count in rows}
