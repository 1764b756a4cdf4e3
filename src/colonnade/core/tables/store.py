"""Queries over tables and generations."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from colonnade.core.tables.model import DataTable, Generation
from colonnade.generation import GenerationRef


def uid_taken(db: Session, uid: str) -> bool:
    return db.get(DataTable, uid) is not None


def table(db: Session, uid: str) -> DataTable | None:
    return db.get(DataTable, uid)


_TABLE_OF = select(DataTable).where(
    DataTable.dataset_id == bindparam("dataset_id"),
    DataTable.resource_id.is_not_distinct_from(bindparam("resource_id")),
)


def table_of(db: Session, dataset_id: int, resource_id: int | None) -> DataTable | None:
    return db.scalar(_TABLE_OF, {"dataset_id": dataset_id, "resource_id": resource_id})


_TABLE_OF_NODE = select(DataTable).where(DataTable.node_id == bindparam("node_id"))


def table_of_node(db: Session, node_id: int) -> DataTable | None:
    return db.scalar(_TABLE_OF_NODE, {"node_id": node_id})


def tables_of(db: Session, dataset_id: int) -> Sequence[DataTable]:
    return db.scalars(
        select(DataTable).where(DataTable.dataset_id == dataset_id).order_by(DataTable.uid)
    ).all()


def all_tables(db: Session) -> Sequence[DataTable]:
    return db.scalars(select(DataTable).order_by(DataTable.uid)).all()


def generation(db: Session, uid: str, number: int) -> Generation | None:
    return db.get(Generation, (uid, number))


_CURRENT = (
    select(Generation)
    .join(DataTable, DataTable.uid == Generation.table_uid)
    .where(DataTable.uid == bindparam("uid"), DataTable.current == Generation.number)
)


def current(db: Session, uid: str) -> Generation | None:
    return db.scalar(_CURRENT, {"uid": uid})


_CURRENT_OF_NODE = (
    select(Generation)
    .join(DataTable, DataTable.uid == Generation.table_uid)
    .where(DataTable.node_id == bindparam("node_id"), DataTable.current == Generation.number)
)


def current_of_node(db: Session, node_id: int) -> Generation | None:
    return db.scalar(_CURRENT_OF_NODE, {"node_id": node_id})


_CURRENTS = (
    select(DataTable.dataset_id, Generation)
    .join(Generation, Generation.table_uid == DataTable.uid)
    .where(
        DataTable.dataset_id.in_(bindparam("dataset_ids", expanding=True)),
        DataTable.resource_id.is_(None),
        DataTable.current == Generation.number,
    )
)
"""Made once, as every request of a reader asks this."""


def currents(db: Session, dataset_ids: Sequence[int]) -> dict[int, Generation]:
    """The generations that count of the main tables of these datasets."""
    found = db.execute(_CURRENTS, {"dataset_ids": list(dataset_ids)})
    return {dataset_id: current for dataset_id, current in found if dataset_id is not None}


_FEW = 200
"""Datasets. Of more it takes less to read all than to look each up."""


def refs(db: Session, dataset_ids: Sequence[int]) -> dict[int, GenerationRef]:
    """Which generations count, and nothing more of them."""
    query = select(DataTable.dataset_id, DataTable.uid, DataTable.current).where(
        DataTable.resource_id.is_(None)
    )
    if len(dataset_ids) <= _FEW:
        query = query.where(DataTable.dataset_id.in_(dataset_ids))
    found = {
        number: GenerationRef(uid, current)
        for number, uid, current in db.execute(query)
        if current is not None
    }
    return {number: found[number] for number in dataset_ids if number in found}


def generations(db: Session, uid: str) -> Sequence[Generation]:
    return db.scalars(select(Generation).where(Generation.table_uid == uid).order_by(Generation.number)).all()


def remove_generation(db: Session, uid: str, number: int) -> None:
    db.execute(delete(Generation).where(Generation.table_uid == uid, Generation.number == number))


def remove_table(db: Session, uid: str) -> None:
    db.execute(delete(Generation).where(Generation.table_uid == uid))
    db.execute(delete(DataTable).where(DataTable.uid == uid))
