"""Queries over managed files."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from colonnade.core.managedfiles.model import ManagedFile
from colonnade.db.base import row_by_id, row_ids


def by_id(db: Session, number: int) -> ManagedFile | None:
    return row_by_id(db, ManagedFile, number)


_BY_IDS = select(ManagedFile).where(ManagedFile.id.in_(bindparam("numbers", expanding=True)))
_OF_NODES = (
    select(ManagedFile)
    .where(ManagedFile.node_id.in_(bindparam("node_ids", expanding=True)))
    .order_by(ManagedFile.id)
)
"""Made once: every node that is shown asks these."""


def by_ids(db: Session, numbers: Sequence[int]) -> Sequence[ManagedFile]:
    return db.scalars(_BY_IDS, {"numbers": row_ids(numbers)}).all()


def of_nodes(db: Session, node_ids: Sequence[int]) -> Sequence[ManagedFile]:
    return db.scalars(_OF_NODES, {"node_ids": list(node_ids)}).all()


def by_uri(db: Session, uri: str) -> ManagedFile | None:
    return db.scalar(select(ManagedFile).where(ManagedFile.uri == uri).limit(1))


def uri_taken(db: Session, uri: str) -> bool:
    return db.scalar(select(ManagedFile.id).where(ManagedFile.uri == uri).limit(1)) is not None


def orphans(db: Session, before: dt.datetime) -> Sequence[ManagedFile]:
    """Those that no node holds, and that came before a time."""
    wanted = (ManagedFile.node_id.is_(None), ManagedFile.created_at < before)
    return db.scalars(select(ManagedFile).where(*wanted)).all()


def with_content(db: Session) -> Sequence[ManagedFile]:
    has_content = or_(ManagedFile.digest.is_not(None), ManagedFile.copy_digest.is_not(None))
    return db.scalars(select(ManagedFile).where(has_content).order_by(ManagedFile.id)).all()


def uses_digest(db: Session, digest: str) -> bool:
    uses = or_(ManagedFile.digest == digest, ManagedFile.copy_digest == digest)
    return db.scalar(select(ManagedFile.id).where(uses).limit(1)) is not None
