"""Queries over datastores."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, union
from sqlalchemy.orm import Session, aliased

from colonnade.core.attachments.model import Attachment
from colonnade.core.datasets.model import Dataset
from colonnade.core.datastore.model import LINK, UPLOAD, Datastore, DueRefresh
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes.model import Node, NodeReference
from colonnade.core.resources.model import Resource
from colonnade.core.tables.model import DataTable
from colonnade.core.work import now


def one(db: Session, node_id: int) -> Datastore | None:
    return db.get(Datastore, node_id)


_SOME = select(Datastore).where(Datastore.node_id.in_(bindparam("node_ids", expanding=True)))


def node(db: Session, node_id: int) -> Node | None:
    """For jobs, which act for the portal itself."""
    return db.get(Node, node_id)


def some(db: Session, node_ids: Sequence[int]) -> Sequence[Datastore]:
    return db.scalars(_SOME, {"node_ids": list(node_ids)}).all()


def remove(db: Session, node_id: int) -> None:
    db.execute(delete(Datastore).where(Datastore.node_id == node_id))


def lost(db: Session) -> Sequence[int]:
    """The numbers of nodes that are gone while something of them is here."""
    had = (Datastore.node_id, DataTable.node_id, ManagedFile.node_id)
    known = select(Node.id)
    found = db.scalars(union(*(select(one).where(one.is_not(None), one.not_in(known)) for one in had)))
    return [one for one in found if one is not None]


_Parent = aliased(Node)
_ROWS = exists().where(Resource.id == NodeReference.resource_id, Resource.removed_at.is_(None))
_BESIDE = exists().where(Attachment.id == NodeReference.attachment_id, Attachment.removed_at.is_(None))
_CONTENT = exists().where(
    ManagedFile.node_id == Node.id,
    ManagedFile.place.in_((UPLOAD, LINK)),
    or_(ManagedFile.digest.is_not(None), ManagedFile.copy_digest.is_not(None)),
)
_UNSEEN = (
    select(Node.id)
    .join(NodeReference, NodeReference.resource_node_id == Node.id)
    .join(_Parent, _Parent.id == NodeReference.dataset_node_id)
    .join(Dataset, Dataset.id == _Parent.dataset_id)
    .where(Node.is_published, Node.resource_id.is_(None), Node.attachment_id.is_(None))
    .where(Dataset.deleted_at.is_(None), _CONTENT, ~_ROWS, ~_BESIDE)
)
_ATTACHED = (
    select(func.count())
    .where(Attachment.dataset_id == Dataset.id, Attachment.removed_at.is_(None))
    .scalar_subquery()
)


def unseen(db: Session, most: int) -> Sequence[int]:
    """Resources whose files are here, are neither rows nor an attachment of one of their datasets, and would find room:
    a dataset has so many attachments at most. By their numbers as nodes."""
    return db.scalars(_UNSEEN.where(most > _ATTACHED).distinct()).all()


def due(db: Session) -> Sequence[int]:
    """The published datasets that are to follow, the first asked first."""
    query = select(DueRefresh.dataset_id).join(Dataset, Dataset.id == DueRefresh.dataset_id)
    query = query.where(Dataset.is_published, Dataset.deleted_at.is_(None))
    return db.scalars(query.order_by(DueRefresh.since, DueRefresh.dataset_id)).all()


def is_due(db: Session, dataset_id: int) -> bool:
    return db.scalar(select(DueRefresh.dataset_id).where(DueRefresh.dataset_id == dataset_id)) is not None


def note_due(db: Session, dataset_id: int) -> None:
    """From now on; what is gathered later has it."""
    db.execute(insert(DueRefresh).prefix_with("OR REPLACE").values(dataset_id=dataset_id, since=now()))


def forget_due(db: Session, dataset_id: int, *, before: dt.datetime | None = None) -> None:
    """`before`: if it was noted down before this."""
    gone = delete(DueRefresh).where(DueRefresh.dataset_id == dataset_id)
    db.execute(gone if before is None else gone.where(DueRefresh.since < before))


def forget_dead(db: Session) -> None:
    """Datasets that were removed follow nothing."""
    living = select(Dataset.id).where(Dataset.deleted_at.is_(None))
    db.execute(delete(DueRefresh).where(DueRefresh.dataset_id.not_in(living)))
