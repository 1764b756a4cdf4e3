"""Queries over attachments and alternative exports."""

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from sqlalchemy import Select, and_, bindparam, delete, func, not_, select
from sqlalchemy.orm import Session

from colonnade.core.attachments.model import AlternativeExport, Attachment

T = TypeVar("T", Attachment, AlternativeExport)


def uid_taken(db: Session, table: type[T], uid: str) -> bool:
    """By one that was removed, too."""
    return db.scalar(select(table.id).where(table.uid == uid)) is not None


def one(db: Session, table: type[T], dataset_id: int, uid: str) -> T | None:
    return db.scalar(_kept(table).where(table.dataset_id == dataset_id, table.uid == uid))


def count(db: Session, table: type[Attachment | AlternativeExport], dataset_id: int) -> int:
    wanted = select(func.count(table.id)).where(table.dataset_id == dataset_id, table.removed_at.is_(None))
    return db.scalar(wanted) or 0


def page(db: Session, table: type[T], dataset_id: int, *, limit: int, offset: int) -> tuple[Sequence[T], int]:
    """Those of a dataset in order of creation, and how many there are in all."""
    wanted = _kept(table).where(table.dataset_id == dataset_id)
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return db.scalars(wanted.order_by(table.id).limit(limit).offset(offset)).all(), total


def of_datasets(db: Session, table: type[T], dataset_ids: Sequence[int]) -> Sequence[T]:
    """Those of several datasets, in order of creation."""
    return db.scalars(_of_datasets(table), {"dataset_ids": list(dataset_ids)}).all()


@cache
def _of_datasets(table: type[T]) -> Select[T]:
    wanted = table.dataset_id.in_(bindparam("dataset_ids", expanding=True))
    return _kept(table).where(wanted).order_by(table.id)


def holding_rows(db: Session, dataset_ids: Sequence[int]) -> Sequence[int]:
    """Those of the datasets that have attachments that hold rows."""
    of_rows = Attachment.holds_rows.is_(True), Attachment.removed_at.is_(None)
    wanted = select(Attachment.dataset_id).where(Attachment.dataset_id.in_(dataset_ids), *of_rows)
    return db.scalars(wanted.distinct()).all()


def everywhere(
    db: Session, dataset_ids: Sequence[int], parts: Sequence[int], *, limit: int | None, offset: int
) -> tuple[Sequence[Attachment], int]:
    """The attachments of several datasets in order of creation, and how many there are in all. `parts`: the datasets whose
    attachments that hold rows are left out."""
    is_hidden = and_(Attachment.holds_rows.is_(True), Attachment.dataset_id.in_(parts))
    wanted = _kept(Attachment).where(Attachment.dataset_id.in_(dataset_ids), not_(is_hidden))
    total = db.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    query = wanted.order_by(Attachment.id).offset(offset)
    return db.scalars(query if limit is None else query.limit(limit)).all(), total


def by_numbers(db: Session, numbers: Sequence[int]) -> Sequence[Attachment]:
    return db.scalars(_kept(Attachment).where(Attachment.id.in_(numbers)).order_by(Attachment.id)).all()


def with_content(db: Session, table: type[T]) -> Sequence[T]:
    """All that have a blob."""
    return db.scalars(_kept(table).where(table.digest.is_not(None)).order_by(table.id)).all()


def uses_digest(db: Session, table: type[T], digest: str) -> bool:
    return db.scalar(_kept(table).where(table.digest == digest).limit(1)) is not None


def remove_of(db: Session, table: type[T], dataset_id: int) -> None:
    db.execute(delete(table).where(table.dataset_id == dataset_id))


def _kept(table: type[T]) -> Select[T]:
    return select(table).where(table.removed_at.is_(None))
