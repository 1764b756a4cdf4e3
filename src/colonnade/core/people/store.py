"""Queries over people, groups and keys."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from colonnade.core.people.model import ApiKey, Group, MailedKey, Membership, Person, WebSession
from colonnade.core.work import MEMBERS


def person_by_name(db: Session, username: str) -> Person | None:
    return db.scalar(select(Person).where(Person.username == username))


def people_called(db: Session, name: str) -> Sequence[Person]:
    """Whose user name or e-mail address this is. `name`: in lower case."""
    called = or_(func.lower(Person.username) == name, func.lower(Person.email) == name)
    return db.scalars(select(Person).where(called).order_by(Person.id)).all()


def people_by_ids(db: Session, ids: Sequence[int]) -> Sequence[Person]:
    return db.scalars(select(Person).where(Person.id.in_(ids))).all() if ids else ()


_BY_NAMES = select(Person).where(Person.username.in_(bindparam("usernames", expanding=True)))
"""This and the others in capitals are made once: to make a statement takes as long as to ask it."""


def people_by_names(db: Session, usernames: Sequence[str]) -> Sequence[Person]:
    return db.scalars(_BY_NAMES, {"usernames": list(usernames)}).all() if usernames else ()


def page(db: Session, limit: int | None, offset: int) -> Sequence[Person]:
    return db.scalars(select(Person).order_by(Person.id).limit(limit).offset(offset)).all()


@dataclass(frozen=True)
class KeyHolder:
    """Whose a key is. `permissions`: the person's own and those of the groups; `groups`: by their uids; `allowed`: to what
    the key is cut, None if it is not."""

    person_id: int
    username: str
    email: str
    permissions: frozenset[str]
    groups: frozenset[str]
    allowed: frozenset[str] | None


_P, _K, _G = Person.__table__, ApiKey.__table__, Group.__table__
_IN_GROUP = or_(
    _G.c.uid == MEMBERS, _G.c.id.in_(select(Membership.group_id).where(Membership.person_id == _P.c.id))
)
_KEY_HOLDER = (
    select(_P.c.id, _P.c.username, _P.c.email, _P.c.permissions, _K.c.permissions, _G.c.uid, _G.c.permissions)
    .select_from(_K.join(_P, _P.c.id == _K.c.person_id).outerjoin(_G, _IN_GROUP))
    .where(_K.c.digest == bindparam("digest"), _K.c.revoked_at.is_(None), _P.c.is_active)
)
"""Each request of somebody with a key asks this: of tables, since objects would take most of the time."""


def key_holder(db: Session, digest: str) -> KeyHolder | None:
    """None for no key, one that was revoked, and one of a person who was made inactive."""
    rows = db.connection().execute(_KEY_HOLDER, {"digest": digest}).all()
    if not rows:
        return None
    person_id, username, email, own, allowed, *_ = rows[0]
    groups = {row[5]: row[6] for row in rows if row[5] is not None}
    return KeyHolder(
        person_id=person_id,
        username=username,
        email=email,
        permissions=frozenset(own).union(*groups.values()),
        groups=frozenset(groups),
        allowed=None if allowed is None else frozenset(allowed),
    )


def count_people(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Person)) or 0


def people(db: Session) -> Sequence[Person]:
    return db.scalars(select(Person).order_by(Person.id)).all()


_JOINED = select(Membership.group_id).where(Membership.person_id == bindparam("person_id"))
_GROUPS_OF = select(Group).where(or_(Group.id.in_(_JOINED), Group.uid == MEMBERS))


def groups_of(db: Session, person_id: int) -> Sequence[Group]:
    """The groups that the person joined, and the built-in one of everybody."""
    return db.scalars(_GROUPS_OF, {"person_id": person_id}).all()


def group_by_uid(db: Session, uid: str) -> Group | None:
    return db.scalar(select(Group).where(Group.uid == uid))


def groups(db: Session) -> Sequence[Group]:
    return db.scalars(select(Group).order_by(Group.id)).all()


def members(db: Session) -> Sequence[tuple[int, Person]]:
    """The id of a group and somebody who joined it, in the order of user names."""
    query = select(Membership.group_id, Person).join(Person, Person.id == Membership.person_id)
    return [(group_id, person) for group_id, person in db.execute(query.order_by(Person.username))]


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


def session_and_person(db: Session, digest: str) -> tuple[WebSession, Person] | None:
    row = db.execute(
        select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(WebSession.digest == digest)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def end_session(db: Session, digest: str) -> None:
    db.execute(delete(WebSession).where(WebSession.digest == digest))


def end_sessions(db: Session, person_id: int, *, but: str | None = None) -> None:
    """All of a person's sessions, except the one with this digest."""
    ended = delete(WebSession).where(WebSession.person_id == person_id)
    db.execute(ended if but is None else ended.where(WebSession.digest != but))


def forget_ended_sessions(db: Session, at: dt.datetime) -> None:
    db.execute(delete(WebSession).where(WebSession.ends_at <= at))


def mailed_key(db: Session, digest: str) -> MailedKey | None:
    return db.scalar(select(MailedKey).where(MailedKey.digest == digest))


def forget_mailed_keys(db: Session, person_id: int) -> None:
    db.execute(delete(MailedKey).where(MailedKey.person_id == person_id))


def expire_mailed_keys(db: Session, person_id: int, at: dt.datetime) -> None:
    """End them; they stay, so that whoever uses one is told."""
    db.execute(
        update(MailedKey).where(MailedKey.person_id == person_id, MailedKey.ends_at > at).values(ends_at=at)
    )
