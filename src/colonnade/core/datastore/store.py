"""Queries over datastores."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, union
from sqlalchemy.orm import Session

from colonnade.core.datastore.model import Datastore, DueRefresh
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes.model import Node
from colonnade.core.tables.model import DataTable


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


def due(db: Session) -> Sequence[int]:
    """The datasets that are to follow, the first asked first."""
    return db.scalars(select(DueRefresh.dataset_id).order_by(DueRefresh.since, DueRefresh.dataset_id)).all()


def note_due(db: Session, dataset_id: int) -> None:
    if db.get(DueRefresh, dataset_id) is None:
        db.add(DueRefresh(dataset_id=dataset_id))
        db.flush()


def forget_due(db: Session, dataset_id: int) -> None:
    db.execute(delete(DueRefresh).where(DueRefresh.dataset_id == dataset_id))
