"""Whether nodes agree with what they stand for, and what to do where they do not."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from colonnade.core.attachments.model import Attachment
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Dataset
from colonnade.core.nodes import settling, store
from colonnade.core.nodes.model import Node, NodeReference
from colonnade.core.people.model import Group
from colonnade.core.resources.model import Resource
from colonnade.core.work import SYSTEM, Portal

TRIES = 3
"""Others may go on publishing meanwhile."""

_Parent = aliased(Node)
_UNNUMBERED = select(Dataset.id).where(
    Dataset.is_published, Dataset.deleted_at.is_(None), ~exists().where(Node.dataset_id == Dataset.id)
)
_ORPHANS: Sequence[Select[Any]] = (
    select(Node.id).where(
        Node.dataset_id.is_not(None),
        ~exists().where(Dataset.id == Node.dataset_id, Dataset.deleted_at.is_(None)),
    ),
    select(Node.id).where(Node.resource_id.is_not(None), ~exists().where(Resource.id == Node.resource_id)),
    select(Node.id).where(
        Node.attachment_id.is_not(None), ~exists().where(Attachment.id == Node.attachment_id)
    ),
    select(Node.id).where(Node.group_id.is_not(None), ~exists().where(Group.id == Node.group_id)),
)
_LOOSE = select(NodeReference.id).where(
    ~exists().where(Node.id == NodeReference.resource_node_id)
    | ~exists().where(_Parent.id == NodeReference.dataset_node_id)
)


def wrong(portal: Portal) -> list[str]:
    """Sentences. Nodes follow first what happened; nothing is said of what happens meanwhile."""
    for _ in range(TRIES):
        settling.settle(portal)
        with portal.database.read() as db:
            if not settling.are_behind(db):
                return list(_lines(db))
    return []


def mend(portal: Portal) -> None:
    """Forget nodes of what is gone, and references of those; give a number to what has none; write uuids small."""
    with portal.writing(SYSTEM) as work:
        _write_small(work.db)
        store.remove_pairs(work.db, work.db.scalars(_LOOSE).all())
        store.remove(work.db, _orphans(work.db))
        for one in store.datasets(work.db, work.db.scalars(_UNNUMBERED).all()):
            datasets.note_change(work, one)
    settling.settle(portal)


def _orphans(db: Session) -> list[int]:
    return [nid for query in _ORPHANS for nid in db.scalars(query)]


def _write_small(db: Session) -> None:
    for table in (Node, Dataset):
        small = update(table).where(_is_large(table)).values(uuid=func.lower(table.uuid))
        db.execute(small.prefix_with("OR IGNORE"), execution_options={"synchronize_session": False})


def _is_large(table: type[Node | Dataset]) -> ColumnElement[bool]:
    return table.uuid != func.lower(table.uuid)


def _lines(db: Session) -> Iterator[str]:
    large = sum(db.scalar(select(func.count(one.id)).where(_is_large(one))) or 0 for one in (Node, Dataset))
    if large:
        yield f"Identifiers with capital letters, which nobody finds: {large}."
    if lost := len(db.scalars(_UNNUMBERED).all()):
        yield f"Published datasets without a number: {lost}."
    if orphans := len(_orphans(db)):
        yield f"Nodes of what is gone: {orphans}."
    if loose := len(db.scalars(_LOOSE).all()):
        yield f"References of nodes that are gone: {loose}."
