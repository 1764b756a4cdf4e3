"""Numbers of nodes that come from elsewhere and bring theirs along. A number is never another's."""

from sqlalchemy import column, func, insert, table, update

from colonnade.core.nodes import store
from colonnade.core.nodes.model import GoneNode, Node
from colonnade.core.work import Work
from colonnade.db.base import row_by_id

LARGEST = 2**53
"""That a node may bring along: new ones come after it, and every client is to read them."""

_COUNTED = table("sqlite_sequence", column("name"), column("seq"))


def is_free(work: Work, nid: int, uuid: str | None) -> bool:
    """Whether a node with this uuid may have this number: no other has it, and none had it."""
    if not 0 < nid <= LARGEST or store.by_id(work.db, nid) is not None:
        return False
    gone = row_by_id(work.db, GoneNode, nid)
    return gone is None or gone.uuid == uuid


def was_removed(work: Work, nid: int) -> bool:
    """Whether this is the number of a node that is gone."""
    return store.by_id(work.db, nid) is None and row_by_id(work.db, GoneNode, nid) is not None


def leave_free(work: Work, number: int) -> None:
    """New nodes get numbers behind this one, unless they bring their own along."""
    of_nodes = update(_COUNTED).where(_COUNTED.c.name == Node.__tablename__)
    raised = work.db.connection().execute(of_nodes.values(seq=func.max(_COUNTED.c.seq, number)))
    if not raised.rowcount:
        work.db.execute(insert(_COUNTED).values(name=Node.__tablename__, seq=number))
