"""Queries over steps."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from colonnade.builder.steps.catalogue import Kind
from colonnade.core.steps.model import DatasetStep
from colonnade.core.work import now


def uid_taken(db: Session, uid: str) -> bool:
    """Removed steps keep their uid."""
    return db.scalar(select(DatasetStep.id).where(DatasetStep.uid == uid)) is not None


def steps(db: Session, dataset_id: int, kind: Kind) -> Sequence[DatasetStep]:
    """In the order of their execution."""
    return db.scalars(_kept(dataset_id, kind).order_by(DatasetStep.position)).all()


def configuration(
    db: Session, dataset_id: int, types: Collection[str]
) -> Sequence[tuple[str, dict[str, Any]]]:
    """Type and parameters of the field steps of these types, in the order of their execution."""
    query = (
        _kept(dataset_id, Kind.FIELD)
        .where(DatasetStep.type.in_(types))
        .order_by(DatasetStep.position)
        .with_only_columns(DatasetStep.type, DatasetStep.params)
    )
    return [(type_, params) for type_, params in db.execute(query)]


def count(db: Session, dataset_id: int, kind: Kind) -> int:
    return db.scalar(_kept(dataset_id, kind).with_only_columns(func.count())) or 0


def step(db: Session, dataset_id: int, kind: Kind, uid: str) -> DatasetStep | None:
    return db.scalar(_kept(dataset_id, kind).where(DatasetStep.uid == uid))


def last_position(db: Session, dataset_id: int, kind: Kind) -> int:
    """Of removed steps, too; 0 if there never was one."""
    query = select(func.max(DatasetStep.position)).where(
        DatasetStep.dataset_id == dataset_id, DatasetStep.kind == kind.value
    )
    return db.scalar(query) or 0


def remove_of(db: Session, dataset_id: int) -> None:
    """Wipe what a dataset's steps were about; their uids stay taken."""
    db.execute(
        update(DatasetStep)
        .where(DatasetStep.dataset_id == dataset_id)
        .values(removed_at=func.coalesce(DatasetStep.removed_at, now()), label="", params={})
    )


def _kept(dataset_id: int, kind: Kind) -> Select[DatasetStep]:
    return select(DatasetStep).where(
        DatasetStep.dataset_id == dataset_id,
        DatasetStep.kind == kind.value,
        DatasetStep.removed_at.is_(None),
    )
