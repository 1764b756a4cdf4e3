"""Queries over the ledger of what came from elsewhere."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Integer, String, cast, func, select, update
from sqlalchemy.orm import Session

from colonnade.core.origins.model import Origin, OriginSite, State

TROUBLED = (State.FAILED, State.PARTLY, State.LACKING)


def site(db: Session, address: str) -> OriginSite | None:
    return db.scalar(select(OriginSite).where(OriginSite.address == address))


def by_keys(db: Session, site_id: int, keys: Collection[str]) -> Mapping[str, Origin]:
    found = db.scalars(select(Origin).where(Origin.site_id == site_id, Origin.key.in_(keys)))
    return {one.key: one for one in found}


def largest_number(db: Session, site_id: int, most: int) -> int:
    """Of those that are called by numbers, up to this one; 0: none is."""
    number = cast(Origin.key, Integer)
    is_number = cast(number, String) == Origin.key
    return (
        db.scalar(select(func.max(number)).where(Origin.site_id == site_id, is_number, number <= most)) or 0
    )


def waiting(db: Session, site_id: int, kind: str, after: int, limit: int) -> Sequence[Origin]:
    """Those of a kind that wait, in the order in which they were first listed, behind this one."""
    query = (
        select(Origin)
        .where(Origin.site_id == site_id, Origin.kind == kind, Origin.state == State.WAITING)
        .where(Origin.id > after)
        .order_by(Origin.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def counts(db: Session, site_id: int) -> Mapping[tuple[str, str], int]:
    """How many there are of each kind and state."""
    query = select(Origin.kind, Origin.state, func.count()).where(Origin.site_id == site_id)
    return {
        (kind, state): count for kind, state, count in db.execute(query.group_by(Origin.kind, Origin.state))
    }


def retry(db: Session, site_id: int) -> None:
    """What did not come, or not whole, waits again."""
    query = update(Origin).where(Origin.site_id == site_id, Origin.state.in_((State.FAILED, State.PARTLY)))
    db.execute(query.values(state=State.WAITING))


def troubled(db: Session, site_id: int, after: int, limit: int) -> Sequence[Origin]:
    query = (
        select(Origin)
        .where(Origin.site_id == site_id, Origin.state.in_(TROUBLED), Origin.id > after)
        .order_by(Origin.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def vanished(db: Session, site_id: int, run: int, after: int, limit: int) -> Sequence[Origin]:
    """Those that are here and were not in the list of this run any more."""
    query = (
        select(Origin)
        .where(Origin.site_id == site_id, Origin.run < run, Origin.node_id.is_not(None), Origin.id > after)
        .order_by(Origin.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def here(db: Session, site_id: int, after: int, limit: int) -> Sequence[Origin]:
    """Those that are here, in the order in which they were first listed, behind this one."""
    query = select(Origin).where(Origin.site_id == site_id, Origin.node_id.is_not(None), Origin.id > after)
    return db.scalars(query.order_by(Origin.id).limit(limit)).all()
