"""Queries over resources and uploaded files."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from colonnade.core.resources.model import Ownership, Resource, UploadedFile


def uid_taken(db: Session, uid: str) -> bool:
    return db.scalar(select(Resource.id).where(Resource.uid == uid)) is not None


_RESOURCES = (
    select(Resource)
    .where(Resource.removed_at.is_(None), Resource.dataset_id == bindparam("dataset_id"))
    .order_by(Resource.place.nulls_last(), Resource.id)
)


def resources(db: Session, dataset_id: int) -> Sequence[Resource]:
    return db.scalars(_RESOURCES, {"dataset_id": dataset_id}).all()


def resource(db: Session, dataset_id: int, uid: str) -> Resource | None:
    return db.scalar(_kept().where(Resource.dataset_id == dataset_id, Resource.uid == uid))


def by_id(db: Session, resource_id: int) -> Resource | None:
    return db.scalar(_kept().where(Resource.id == resource_id))


def mirror(db: Session, dataset_id: int, resource_id: int) -> Resource | None:
    """One whose rows follow something else of the portal, also if it was removed."""
    whose = (Resource.dataset_id == dataset_id, Resource.ownership == Ownership.DERIVED.value)
    return db.scalar(select(Resource).where(Resource.id == resource_id, *whose))


def places(db: Session, dataset_id: int) -> Sequence[tuple[int, int | None, bool]]:
    """Of each resource of a dataset, in order: its number, its place, and whether it was removed."""
    query = select(Resource.id, Resource.place, Resource.removed_at.is_not(None))
    query = query.where(Resource.dataset_id == dataset_id).order_by(Resource.place.nulls_last(), Resource.id)
    return [(number, place, is_removed) for number, place, is_removed in db.execute(query)]


def put_places(db: Session, wanted: Mapping[int, int | None]) -> None:
    rows = [{"id": number, "place": place} for number, place in wanted.items()]
    if rows:
        db.execute(update(Resource), rows)


def owned_uids(db: Session, dataset_id: int) -> Sequence[str]:
    """Of the resources that were removed, too."""
    return db.scalars(
        select(Resource.uid)
        .where(Resource.dataset_id == dataset_id, Resource.ownership == Ownership.OWNED.value)
        .order_by(Resource.id)
    ).all()


def file_by_uid(db: Session, dataset_id: int, uid: str) -> UploadedFile | None:
    return db.scalar(
        select(UploadedFile).where(UploadedFile.dataset_id == dataset_id, UploadedFile.uid == uid)
    )


def file_by_id(db: Session, file_id: int) -> UploadedFile | None:
    return db.get(UploadedFile, file_id)


def files(db: Session, dataset_id: int) -> Sequence[UploadedFile]:
    return db.scalars(select(UploadedFile).where(UploadedFile.dataset_id == dataset_id)).all()


def all_files(db: Session) -> Sequence[UploadedFile]:
    return db.scalars(select(UploadedFile)).all()


def uses_digest(db: Session, digest: str) -> bool:
    return db.scalar(select(UploadedFile.id).where(UploadedFile.digest == digest).limit(1)) is not None


def remove_of(db: Session, dataset_id: int) -> None:
    db.execute(delete(Resource).where(Resource.dataset_id == dataset_id))
    db.execute(delete(UploadedFile).where(UploadedFile.dataset_id == dataset_id))


def _kept() -> Select[Resource]:
    return select(Resource).where(Resource.removed_at.is_(None))
