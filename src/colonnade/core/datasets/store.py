"""Queries over datasets and their rulesets."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, delete, false, func, or_, select
from sqlalchemy.orm import Session, defer

from colonnade.core.datasets.model import CatalogueChange, Dataset, Ruleset
from colonnade.core.people.model import Group, Person
from colonnade.core.work import Actor

_INDEXED_ID = Dataset.id + 0
"""The sum keeps SQLite from reading whole rows in the order of their ids, where an index has what is asked."""


def by_slug_or_uid(db: Session, name: str) -> Dataset | None:
    """The slug wins; no slug looks like a uid (`service` sees to that)."""
    return by_slug(db, name) or by_uid(db, name)


_BY_SLUG = select(Dataset).where(Dataset.slug == bindparam("slug"))
"""Made once: every request of a reader asks this, and to make the statement takes as long as to ask it."""


def by_slug(db: Session, slug: str) -> Dataset | None:
    return db.scalar(_BY_SLUG, {"slug": slug})


_BY_UID = select(Dataset).where(Dataset.deleted_at.is_(None), Dataset.uid == bindparam("uid"))


def by_uid(db: Session, uid: str) -> Dataset | None:
    return db.scalar(_BY_UID, {"uid": uid})


def by_id(db: Session, dataset_id: int) -> Dataset | None:
    return db.scalar(_living().where(Dataset.id == dataset_id))


def by_ids(db: Session, dataset_ids: Sequence[int]) -> Sequence[Dataset]:
    return db.scalars(_living().where(Dataset.id.in_(dataset_ids))).all() if dataset_ids else ()


def bare_by_ids(db: Session, dataset_ids: Sequence[int]) -> Sequence[Dataset]:
    """The same; their metadata, which are long, are read when somebody asks for them."""
    bare = (defer(Dataset.metadata_draft), defer(Dataset.metadata_published))
    return db.scalars(_living().options(*bare).where(Dataset.id.in_(dataset_ids))).all()


def by_uids(db: Session, uids: Sequence[str]) -> Sequence[Dataset]:
    return db.scalars(_living().where(Dataset.uid.in_(uids))).all()


_NAMED = select(Dataset.id).where(Dataset.slug == bindparam("slug"))


def slug_taken(db: Session, slug: str) -> bool:
    return db.scalar(_NAMED, {"slug": slug}) is not None


_CALLED = select(Dataset.id).where(Dataset.uid == bindparam("uid"))


def uid_taken(db: Session, uid: str) -> bool:
    """Deleted datasets keep their uid."""
    return db.scalar(_CALLED, {"uid": uid}) is not None


def page(
    db: Session, *, actor: Actor, slug: str | None, held: Sequence[str] | None, limit: int, offset: int
) -> tuple[Sequence[Dataset], int]:
    """Living datasets in order of creation, and how many there are in all; drafts only to who made them. `held`: only
    those on which the actor holds one of these permissions by a ruleset; None: all."""
    conditions: list[ColumnElement[bool]] = [
        Dataset.deleted_at.is_(None),
        or_(Dataset.is_draft.is_(False), Dataset.created_by == actor.username),
    ]
    given = None if held is None else _on_which(actor, held)
    if slug is not None:
        conditions.append(Dataset.slug == slug)
        named = select(Dataset.id).where(Dataset.slug == slug)
        given = None if given is None else given.where(Ruleset.dataset_id.in_(named))
    if given is not None:
        conditions.append(_INDEXED_ID.in_(given))
    # Ids first: an index has all that is asked about, and rows are long.
    listed = select(Dataset.id, func.count().over()).where(*conditions)
    rows = db.execute(listed.order_by(_INDEXED_ID).limit(limit).offset(offset)).all()
    if not rows:
        return (), db.scalar(select(func.count()).select_from(Dataset).where(*conditions)) or 0
    ids, totals = zip(*rows, strict=True)
    return db.scalars(select(Dataset).where(Dataset.id.in_(ids)).order_by(Dataset.id)).all(), totals[0]


def holds_any(db: Session, actor: Actor, permissions: Sequence[str]) -> bool:
    """Whether the actor holds one of these permissions on any dataset, by a ruleset."""
    return db.scalar(_on_which(actor, permissions).limit(1)) is not None


_RULESETS_HELD = select(Ruleset).where(
    or_(
        Ruleset.person_id == bindparam("person_id"),
        Ruleset.group_id.in_(select(Group.id).where(Group.uid.in_(bindparam("groups", expanding=True)))),
    ),
    Ruleset.dataset_id.in_(bindparam("dataset_ids", expanding=True)),
)


def rulesets_held(db: Session, actor: Actor, dataset_ids: Sequence[int]) -> Sequence[Ruleset]:
    """The rulesets that the actor holds on these datasets, own and by groups. The portal holds none."""
    if not actor.is_signed_in:
        return ()
    asked = {
        "person_id": actor.person_id,
        "groups": sorted(actor.groups),
        "dataset_ids": list(dataset_ids),
    }
    return db.scalars(_RULESETS_HELD, asked).all()


def ruleset(
    db: Session, dataset_id: int, *, person_id: int | None = None, group_id: int | None = None
) -> Ruleset | None:
    return db.scalar(
        select(Ruleset).where(
            Ruleset.dataset_id == dataset_id,
            Ruleset.person_id.is_not_distinct_from(person_id),
            Ruleset.group_id.is_not_distinct_from(group_id),
        )
    )


def rulesets_of(db: Session, dataset_ids: Sequence[int]) -> dict[int, list[tuple[str, Ruleset]]]:
    """All rulesets of these datasets, each with its holder as a principal (`Actor.principals`)."""
    query = (
        select(Person.username, Group.uid, Ruleset)
        .select_from(Ruleset)
        .outerjoin(Person, Person.id == Ruleset.person_id)
        .outerjoin(Group, Group.id == Ruleset.group_id)
        .where(Ruleset.dataset_id.in_(dataset_ids))
    )
    found: dict[int, list[tuple[str, Ruleset]]] = {}
    for username, uid, rule in db.execute(query):
        principal = f"group:{uid}" if username is None else f"user:{username}"
        found.setdefault(rule.dataset_id, []).append((principal, rule))
    return found


def ids_held(db: Session, person_id: int) -> Sequence[int]:
    """The ids of the datasets on which a person holds a ruleset of their own."""
    return db.scalars(select(Ruleset.dataset_id).where(Ruleset.person_id == person_id)).all()


def ids_made_by(db: Session, username: str) -> Sequence[int]:
    """The ids of the living datasets that a person made."""
    return db.scalars(
        select(Dataset.id).where(Dataset.created_by == username, Dataset.deleted_at.is_(None))
    ).all()


def remove_rulesets(db: Session, dataset_id: int) -> None:
    db.execute(delete(Ruleset).where(Ruleset.dataset_id == dataset_id))


def changes_after(db: Session, seq: int) -> tuple[set[int], int]:
    """The ids of datasets that changed after a point of the log, and the new point."""
    rows = db.execute(
        select(CatalogueChange.seq, CatalogueChange.dataset_id).where(CatalogueChange.seq > seq)
    ).all()
    return {row.dataset_id for row in rows}, max((row.seq for row in rows), default=seq)


def last_change(db: Session) -> int:
    return db.scalar(select(func.max(CatalogueChange.seq))) or 0


def living_ids(db: Session) -> Sequence[int]:
    return db.scalars(select(Dataset.id).where(Dataset.deleted_at.is_(None)).order_by(Dataset.id)).all()


def readable_ids(db: Session, actor: Actor, *, sees_all: bool) -> Sequence[int]:
    """The ids of the published datasets that the actor may know of. `sees_all`: whatever they are."""
    query = select(Dataset.id).where(Dataset.deleted_at.is_(None), Dataset.is_published.is_(True))
    if not sees_all:
        is_open = Dataset.is_restricted.is_(False)
        held = select(Ruleset.dataset_id).where(_held_by(actor))
        query = query.where(or_(is_open, Dataset.id.in_(held)) if actor.is_signed_in else is_open)
    return db.scalars(query.order_by(Dataset.id)).all()


def openness(db: Session) -> Sequence[tuple[int, bool, dict[str, Any]]]:
    """Of every published dataset, in order of creation: its id, whether it is restricted, and its default security."""
    query = select(Dataset.id, Dataset.is_restricted, Dataset.default_security).where(
        Dataset.deleted_at.is_(None), Dataset.is_published.is_(True)
    )
    return [
        (number, is_restricted, default)
        for number, is_restricted, default in db.execute(query.order_by(Dataset.id))
    ]


def rules_held(db: Session, actor: Actor) -> dict[int, list[tuple[dict[str, Any], list[str]]]]:
    """The securities and permissions of all rulesets that the actor holds, own and by groups, by dataset."""
    found: dict[int, list[tuple[dict[str, Any], list[str]]]] = {}
    if actor.is_signed_in:
        query = select(Ruleset.dataset_id, Ruleset.security, Ruleset.permissions).where(_held_by(actor))
        for number, security, permissions in db.execute(query):
            found.setdefault(number, []).append((security, permissions))
    return found


def _held_by(actor: Actor) -> ColumnElement[bool]:
    groups = select(Group.id).where(Group.uid.in_(sorted(actor.groups)))
    return or_(Ruleset.person_id == actor.person_id, Ruleset.group_id.in_(groups))


def _on_which(actor: Actor, permissions: Sequence[str]) -> Select[int]:
    """The ids of the datasets on which a ruleset gives the actor one of these permissions."""
    listed = cast(Ruleset.permissions, String)
    gives = or_(false(), *(listed.contains(f'"{name}"', autoescape=True) for name in permissions))
    return select(Ruleset.dataset_id).where(_held_by(actor), gives)


def _living() -> Select[Dataset]:
    return select(Dataset).where(Dataset.deleted_at.is_(None))
