"""What happened in a generation after a mark, and doing the same in another generation of the table."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from colonnade.engine.embedded.snapshots import Snapshot
from colonnade.engine.embedded.writing import count, insert, log_deleted, registered, remove
from colonnade.engine.layout import DELETED, SYSTEM, field_columns, relation, text_columns
from colonnade.errors import Conflict
from colonnade.generation import Changes, Mark, TextChanges
from colonnade.query.schema import ID, KEY, SEQ, Schema


def changes_since(state: Snapshot, mark: Mark) -> Changes:
    rows = state.cursor.execute(
        f"SELECT {state.written} FROM {state.rows} WHERE {SEQ} > ? ORDER BY {SEQ}", [mark.seq]
    )
    return Changes(rows=rows.to_arrow_table(), deleted=_deleted_since(state, mark), mark=state.mark)


def text_changes_since(state: Snapshot, schema: Schema, mark: Mark) -> TextChanges:
    rows = state.cursor.execute(
        f"SELECT {text_columns(schema)} FROM {state.rows} WHERE {SEQ} > ? ORDER BY {SEQ}", [mark.seq]
    )
    return TextChanges(rows=rows.to_arrow_table(), deleted=_deleted_since(state, mark), mark=state.mark)


def _deleted_since(state: Snapshot, mark: Mark) -> Any:
    found = state.cursor.execute(
        f"SELECT DISTINCT id FROM {relation(state.catalog, DELETED)} WHERE counter > ? ORDER BY id",
        [mark.counter],
    )
    return found.to_arrow_table().column("id").combine_chunks()


def add_missing_columns(state: Snapshot, schema: Schema) -> None:
    """In a transaction of its own: DuckDB takes no insert of a deleted row after an ALTER that came between."""
    present = {one.lower() for one in state.column_names()}
    for one in (*SYSTEM, *field_columns(schema)):
        if one.name.lower() not in present:
            state.cursor.execute(f"ALTER TABLE {state.rows} ADD COLUMN {one.definition}")


def apply(state: Snapshot, changes: Changes) -> Mark:
    """Raises `Conflict` (`rows.unlike`) if a changed row has a column that this generation lacks."""
    _check_columns(state, changes.rows.column_names)
    ids = changes.rows.column(ID)
    before = _present(state, pa.chunked_array([changes.deleted, *ids.chunks], pa.int64()))
    rivals = _holders(state, changes.rows.column(KEY))
    mark = Mark(max(state.mark.counter + 1, changes.mark.counter), state.mark.seq + changes.rows.num_rows)
    going = sorted(before | rivals)
    remove(state, going)
    insert(state, _renumbered(changes.rows, state.mark.seq + 1))
    log_deleted(state, sorted(set(going) - set(ids.to_pylist())), mark)
    count(state, mark, _last_id(state, changes))
    return mark


def _check_columns(state: Snapshot, sent: Sequence[str]) -> None:
    lacking = sorted(set(sent) - set(state.column_names()))
    if lacking:
        raise Conflict(
            f"The rows that were written meanwhile have fields that the new ones lack: {', '.join(lacking)}.",
            code="rows.unlike",
            fields=tuple(lacking),
        )


def _present(state: Snapshot, ids: Any) -> set[int]:
    with registered(state.cursor, "wanted", pa.table({"id": ids})):
        found = state.cursor.execute(f"SELECT {ID} FROM {state.rows} WHERE {ID} IN (SELECT id FROM wanted)")
        return {one for (one,) in found.fetchall()}


def _holders(state: Snapshot, keys: Any) -> set[int]:
    """The rows that hold one of these keys."""
    with registered(state.cursor, "wanted", pa.table({"key": keys})):
        found = state.cursor.execute(
            f"SELECT {ID} FROM {state.rows} WHERE {KEY} IN (SELECT key FROM wanted WHERE key IS NOT NULL)"
        )
        return {one for (one,) in found.fetchall()}


def _renumbered(rows: Any, first_seq: int) -> Any:
    """The rows in their order, with places after all that are there."""
    ordered = rows.sort_by(SEQ)
    places = pa.array(range(first_seq, first_seq + ordered.num_rows), pa.int64())
    return ordered.set_column(ordered.column_names.index(SEQ), SEQ, places)


def _last_id(state: Snapshot, changes: Changes) -> int:
    """No id that the other generation gave out is given out again, even if its row is gone."""
    seen = [pc.max(changes.rows.column(ID)).as_py(), pc.max(changes.deleted).as_py(), state.last_live_id]
    return max(int(one) for one in seen if one is not None)
