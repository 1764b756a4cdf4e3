"""Queries over jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, extract, func, or_, select
from sqlalchemy.orm import Session

from colonnade.core.jobs.model import ACTIVE, Job, Kind, State

_ACTIVE = sorted(state.value for state in ACTIVE)


@dataclass(frozen=True)
class Wanted:
    """Which jobs are asked for. `states`, `about`: None for any. `about`: of these datasets, or asked for by the person
    `asked_by`. `ended`: year, month and day of their end (UTC), each None for any."""

    kinds: Sequence[Kind]
    states: Sequence[State] | None = None
    ended: tuple[int | None, int | None, int | None] = (None, None, None)
    numbers: Sequence[int] | None = None
    about: Sequence[int] | None = None
    asked_by: int | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [Job.kind.in_([one.value for one in self.kinds])]
        if self.states is not None:
            found.append(Job.state.in_([one.value for one in self.states]))
        if self.numbers is not None:
            found.append(Job.number.in_(self.numbers))
        for part, value in zip(("year", "month", "day"), self.ended, strict=True):
            if value is not None:
                found.append(extract(part, Job.ended_at) == value)
        if self.about is not None:
            found.append(or_(Job.dataset_id.in_(self.about), Job.created_by_id == self.asked_by))
        return found


def page(db: Session, wanted: Wanted, *, limit: int | None, offset: int) -> tuple[Sequence[Job], int]:
    conditions = wanted.conditions
    total = db.scalar(select(func.count(Job.number)).where(*conditions)) or 0
    query = select(Job).where(*conditions).order_by(Job.number).offset(offset)
    return db.scalars(query if limit is None else query.limit(limit)).all(), total


def dataset_ids(db: Session, wanted: Wanted) -> Sequence[int]:
    query = select(Job.dataset_id).where(*wanted.conditions, Job.dataset_id.is_not(None)).distinct()
    return [one for one in db.scalars(query) if one is not None]


def by_number(db: Session, number: int) -> Job | None:
    return db.get(Job, number)


def by_uid(db: Session, uid: str) -> Job | None:
    return db.scalar(select(Job).where(Job.uid == uid))


_LATEST = (
    select(Job)
    .where(Job.dataset_id == bindparam("dataset_id"), Job.kind != Kind.EXTRACT.value)
    .order_by(Job.number.desc())
    .limit(1)
)
"""This and those below are made once: every request of a newsroom asks them."""

_NUMBERS = (
    select(func.max(Job.number))
    .where(
        Job.dataset_id.in_(bindparam("dataset_ids", expanding=True)),
        Job.kind.in_(bindparam("kinds", expanding=True)),
    )
    .group_by(Job.dataset_id)
)
_LATEST_OF = select(Job).where(Job.number.in_(_NUMBERS))
_LATEST_OWN = select(Job).where(Job.number.in_(_NUMBERS.where(Job.created_by_id == bindparam("asked_by"))))


def latest(db: Session, dataset_id: int) -> Job | None:
    """Of those that change the dataset."""
    return db.scalar(_LATEST, {"dataset_id": dataset_id})


def latest_of(
    db: Session, dataset_ids: Sequence[int], kinds: Sequence[Kind], asked_by: int | None = None
) -> Mapping[int, Job]:
    asked = {"dataset_ids": list(dataset_ids), "kinds": [one.value for one in kinds]}
    if asked_by is None:
        found = db.scalars(_LATEST_OF, asked)
    else:
        found = db.scalars(_LATEST_OWN, {**asked, "asked_by": asked_by})
    return {one.dataset_id: one for one in found if one.dataset_id is not None}


def active_of(db: Session, dataset_id: int) -> Sequence[Job]:
    wanted = (Job.dataset_id == dataset_id, Job.state.in_(_ACTIVE))
    return db.scalars(select(Job).where(*wanted).order_by(Job.number)).all()


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
