"""What can be asked of a record besides its fields: its dataset and its public id, when it was last written, and how long
it is.

A field or an alias of the same name comes first.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from colonnade.core.records import identity
from colonnade.query.schema import ID, MODIFIED, Field, FieldType, Schema
from colonnade.query.tree import Call, Compare, CompareOp, Expr, FieldRef, In, Literal, Order, Query
from colonnade.query.walk import changed, walk_query

DATASET = "datasetid"
RECORD_ID = "recordid"
TIMESTAMP = "record_timestamp"
SIZE = "record_size"
FIELDS = (
    Field(DATASET, "Dataset", FieldType.TEXT),
    Field(RECORD_ID, "Record", FieldType.TEXT),
    Field(TIMESTAMP, "Written", FieldType.DATETIME),
    Field(SIZE, "Size", FieldType.INT),
)
"""The same as fields."""

_ROW = Call("system", (Literal(ID),))
WRITTEN = Call("system", (Literal(MODIFIED),))
"""When a record was written, whatever fields it has."""


def understood(query: Query, visible: Schema, table_uid: str, dataset_id: str | None) -> Query:
    """The query with what these names stand for in a table. The keys of its answer stay as they were written."""
    names = {one.name for one in FIELDS}.difference(visible.names)
    if not any(isinstance(one, FieldRef) and one.name in names for one in walk_query(query)):
        return query
    keys = (*query.group_by, *(query.select or ()))
    sortable = names.difference(one.name for one in keys if one.is_alias)
    meanings = _meanings(table_uid, visible, dataset_id)
    known: Query = _Meaning(table_uid, meanings, names).of(replace(query, order_by=()))
    # All records are of one dataset: nothing is sorted by it.
    orders = tuple(one for one in query.order_by if one.expr != FieldRef(DATASET) or DATASET not in sortable)
    order_by: tuple[Order, ...] = _Meaning(table_uid, meanings, sortable).of(orders)
    return replace(known, order_by=order_by)


def public_id(table_uid: str, row: Expr = FieldRef(ID)) -> Expr:  # noqa: B008 - it is frozen
    """`row`: as a bound query names it, or one that is not bound yet."""
    return Call("record_id", (row, Literal(table_uid), Literal(identity.mask(table_uid))))


def size(visible: Schema) -> Expr:
    """The bytes of a record as JSON, with the fields that its reader sees."""
    return Call("record_size", tuple(FieldRef(name) for name in visible.names))


def _meanings(table_uid: str, visible: Schema, dataset_id: str | None) -> Mapping[str, Expr]:
    return {
        DATASET: Literal(dataset_id),
        RECORD_ID: public_id(table_uid, _ROW),
        TIMESTAMP: WRITTEN,
        SIZE: size(visible),
    }


class _Meaning:
    """What `names` stand for in one table."""

    def __init__(self, table_uid: str, meanings: Mapping[str, Expr], names: set[str]) -> None:
        self._table_uid = table_uid
        self._meanings = {name: meanings[name] for name in names}

    def of(self, node: Any) -> Any:
        return changed(node, self._changed)

    def _changed(self, node: Any) -> Any:
        match node:
            case FieldRef(name):
                return self._meanings.get(name)
            case Compare(CompareOp.EQ, FieldRef(name), Literal(str() as told)) | Compare(
                CompareOp.EQ, Literal(str() as told), FieldRef(name)
            ) if name == RECORD_ID and name in self._meanings:
                return self._is_one_of([told])
            case In(FieldRef(name), options) if name == RECORD_ID and name in self._meanings:
                literals = [one.value for one in options if isinstance(one, Literal)]
                return self._is_one_of(literals) if len(literals) == len(options) else None
            case _:
                return None

    def _is_one_of(self, told: list[Any]) -> Expr:
        """Looked up by number: the ids of a million rows would have to be made for a comparison with each."""
        found = [identity.row_id(self._table_uid, one) for one in told if isinstance(one, str)]
        rows = tuple(Literal(one) for one in found if one is not None)
        return In(_ROW, rows) if rows else Literal(value=False)
