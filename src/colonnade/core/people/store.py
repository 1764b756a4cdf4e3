"""Queries over people, groups and keys."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from colonnade.core.people.model import ApiKey, Group, Membership, Person
from colonnade.core.work import MEMBERS


def person_by_name(db: Session, username: str) -> Person | None:
    return db.scalar(select(Person).where(Person.username == username))


def person_and_key(db: Session, digest: str) -> tuple[Person, ApiKey] | None:
    row = db.execute(
        select(Person, ApiKey).join(ApiKey, ApiKey.person_id == Person.id).where(ApiKey.digest == digest)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def count_people(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Person)) or 0


def people(db: Session) -> Sequence[Person]:
    return db.scalars(select(Person).order_by(Person.id)).all()


def groups_of(db: Session, person_id: int) -> Sequence[Group]:
    """The groups that the person joined, and the built-in one of everybody."""
    joined = select(Membership.group_id).where(Membership.person_id == person_id)
    return db.scalars(select(Group).where(or_(Group.id.in_(joined), Group.uid == MEMBERS))).all()


def group_by_uid(db: Session, uid: str) -> Group | None:
    return db.scalar(select(Group).where(Group.uid == uid))


def digest_taken(db: Session, digest: str) -> bool:
    return db.scalar(select(ApiKey.id).where(ApiKey.digest == digest)) is not None


def key_uid_taken(db: Session, uid: str) -> bool:
    return db.scalar(select(ApiKey.id).where(ApiKey.uid == uid)) is not None


def keys_of(db: Session, person_id: int) -> Sequence[ApiKey]:
    return db.scalars(select(ApiKey).where(ApiKey.person_id == person_id).order_by(ApiKey.id)).all()


def key_by_uid(db: Session, uid: str) -> ApiKey | None:
    return db.scalar(select(ApiKey).where(ApiKey.uid == uid))


def membership(db: Session, person_id: int, group_id: int) -> Membership | None:
    return db.scalar(
        select(Membership).where(Membership.person_id == person_id, Membership.group_id == group_id)
    )
