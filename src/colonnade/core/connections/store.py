"""Queries over connections, their rulesets and the sources that use them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from colonnade.core.connections.model import Connection, ConnectionRuleset, Counts, HttpSource
from colonnade.core.people.model import Group
from colonnade.core.work import Actor


def uid_taken(db: Session, uid: str) -> bool:
    """Removed connections keep their uid."""
    return db.scalar(select(Connection.id).where(Connection.uid == uid)) is not None


def by_uid(db: Session, uid: str) -> Connection | None:
    return db.scalar(_kept().where(Connection.uid == uid))


def by_id(db: Session, connection_id: int) -> Connection | None:
    return db.get(Connection, connection_id)


def by_ids(db: Session, connection_ids: Sequence[int]) -> Sequence[Connection]:
    return db.scalars(_kept().where(Connection.id.in_(connection_ids))).all()


def page(
    db: Session,
    *,
    owner_id: int | None,
    shared: Sequence[int] | None,
    sort: str,
    descending: bool,
    limit: int,
    offset: int,
) -> tuple[Sequence[Connection], int]:
    """The connections of an owner and those with the ids `shared`, and how many there are; `shared` None: all."""
    query = _kept()
    if shared is not None:
        own = and_(Connection.owner_id.is_not(None), Connection.owner_id == owner_id)
        query = query.where(or_(own, Connection.id.in_(shared)))
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    by = SORTS[sort]
    order = (by.desc(), Connection.id.desc()) if descending else (by.asc(), Connection.id.asc())
    return db.scalars(query.order_by(*order).limit(limit).offset(offset)).all(), total


def rulesets_held(db: Session, actor: Actor, connection_id: int | None = None) -> Sequence[ConnectionRuleset]:
    """The rulesets that the actor holds, own and by groups; on this connection or on all."""
    if not actor.is_signed_in:
        return ()
    groups = select(Group.id).where(Group.uid.in_(sorted(actor.groups)))
    query = select(ConnectionRuleset).where(
        or_(ConnectionRuleset.person_id == actor.person_id, ConnectionRuleset.group_id.in_(groups))
    )
    return db.scalars(
        query if connection_id is None else query.where(ConnectionRuleset.connection_id == connection_id)
    ).all()


def ruleset(
    db: Session, connection_id: int, *, person_id: int | None = None, group_id: int | None = None
) -> ConnectionRuleset | None:
    return db.scalar(
        select(ConnectionRuleset).where(
            ConnectionRuleset.connection_id == connection_id,
            ConnectionRuleset.person_id.is_not_distinct_from(person_id),
            ConnectionRuleset.group_id.is_not_distinct_from(group_id),
        )
    )


def remove_rulesets(db: Session, connection_id: int) -> None:
    db.execute(delete(ConnectionRuleset).where(ConnectionRuleset.connection_id == connection_id))


def counts(db: Session, connection_ids: Sequence[int]) -> dict[int, Counts]:
    query = select(Connection.id, _DATASETS, _PEOPLE, _GROUPS).where(Connection.id.in_(connection_ids))
    return {row[0]: Counts(row[1], row[2], row[3]) for row in db.execute(query)}


def source(db: Session, resource_id: int) -> HttpSource | None:
    return db.get(HttpSource, resource_id)


def sources_of(db: Session, dataset_id: int) -> Sequence[HttpSource]:
    return db.scalars(select(HttpSource).where(HttpSource.dataset_id == dataset_id)).all()


def is_used(db: Session, connection_id: int, *, dataset_id: int | None = None) -> bool:
    query = select(HttpSource.resource_id).where(HttpSource.connection_id == connection_id).limit(1)
    return (
        db.scalar(query if dataset_id is None else query.where(HttpSource.dataset_id == dataset_id))
        is not None
    )


def _kept() -> Select[Connection]:
    return select(Connection).where(Connection.removed_at.is_(None))


def _count(
    column: InstrumentedAttribute[Any], connection_id: InstrumentedAttribute[int]
) -> ColumnElement[int]:
    """How many different values a column has in the rows of a connection."""
    return (
        select(func.count(column.distinct()))
        .where(connection_id == Connection.id)
        .correlate(Connection)
        .scalar_subquery()
    )


_DATASETS = _count(HttpSource.dataset_id, HttpSource.connection_id)
_PEOPLE = _count(ConnectionRuleset.person_id, ConnectionRuleset.connection_id)
_GROUPS = _count(ConnectionRuleset.group_id, ConnectionRuleset.connection_id)

SORTS: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "created_at": Connection.created_at,
    "updated_at": Connection.updated_at,
    "type": Connection.type,
    "dataset_count": _DATASETS,
}
"""What pages can be sorted by."""
