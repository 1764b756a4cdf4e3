"""Changes of a generation's rows, each in one transaction.

Rows are never updated in place, the counters neither: after an UPDATE DuckDB writes no checkpoint while any older
transaction is open, and on a table that is always read its log would grow for ever. What is rewritten is deleted
and inserted. That leaves dead places behind, which DuckDB reclaims only while nobody reads; so a table that is mostly
dead places is written anew. The index on `_id` goes before the first write (`layout` says why).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from colonnade.engine.embedded.instance import Cursor, Instance, translated
from colonnade.engine.embedded.opened import OpenTable
from colonnade.engine.embedded.planning import incoming, numbered, stamped
from colonnade.engine.embedded.snapshots import Snapshot, begun
from colonnade.engine.layout import (
    DELETED,
    META,
    ROWS,
    create_rows,
    drop_id_index,
    insert_meta,
    prepared_name,
    quoted,
    relation,
    text_columns,
)
from colonnade.engine.port import Delete, Upsert, Written
from colonnade.engine.shapes import PREPARE
from colonnade.errors import Invalid
from colonnade.generation import Mark, TextChanges
from colonnade.query.schema import ID, KEY, SEQ, SOURCE, Schema

_IN_STATEMENT = 1_000
"""Ids. DuckDB skips blocks by ids that stand in the statement; more of them cost more than they save."""
_DEAD_PLACES = 200_000
"""A table is written anew when so many places and more than half of all are dead."""


def drop_index(instance: Instance, table: OpenTable) -> None:
    """Make a generation as it was built into one that takes live writes."""
    if table.takes_writes:
        return
    with changing(instance, table) as state:
        # Not asked for first: DuckDB's lists of tables and indexes touch every attached file, and a file that another
        # transaction has touched cannot be closed and opened again.
        state.cursor.execute(drop_id_index(state.catalog))
    table.takes_writes = True


@contextmanager
def changing(instance: Instance, table: OpenTable) -> Iterator[Snapshot]:
    """A transaction that commits at the end, or leaves nothing behind."""
    with instance.cursor() as cursor, translated():
        state = begun(cursor, table)
        yield state
        cursor.commit()


def upsert(state: Snapshot, schema: Schema, change: Upsert, at: dt.datetime) -> Written:
    plan = incoming(change.rows, schema)
    if not plan.keys:
        return Written(0, state.mark, pa.array([], pa.int64()))
    known = _removed(state, [one for one in plan.keys if one is not None])
    ids, replaced, last_live_id = numbered(plan, known, last_live_id=state.last_live_id)
    rows = stamped(plan, ids, source=change.source, first_seq=state.mark.seq + 1, at=at)
    mark = Mark(state.mark.counter + 1, state.mark.seq + len(ids))
    texts = insert(state, rows, schema)
    count(state, mark, last_live_id)
    sent = pa.array([ids[place] for place in plan.places], pa.int64())
    changes = TextChanges(pa.array(replaced, pa.int64()), texts, mark, is_exact=True)
    return Written(len(ids), mark, sent, len(replaced), changes)


def delete(state: Snapshot, change: Delete) -> Written:
    ids = _chosen(state, change)
    if not ids:
        return Written(0, state.mark)
    mark = Mark(state.mark.counter + 1, state.mark.seq)
    remove(state, ids)
    log_deleted(state, ids, mark)
    count(state, mark, state.last_live_id)
    none = pa.table({ID: pa.array([], pa.int64())})
    return Written(len(ids), mark, texts=TextChanges(pa.array(ids, pa.int64()), none, mark, is_exact=True))


def _chosen(state: Snapshot, change: Delete) -> list[int]:
    wanted = [
        (name, kind, values)
        for name, kind, values in (
            (KEY, pa.string(), change.keys),
            (ID, pa.int64(), change.ids),
            (SOURCE, pa.string(), change.sources),
        )
        if values is not None
    ]
    if len(wanted) != 1:
        raise Invalid("Rows are deleted by keys, by ids or by sources.", code="rows.invalid")
    name, kind, values = wanted[0]
    return list(_matching(state, name, pa.array(values, kind)).column(ID).to_pylist())


def _removed(state: Snapshot, keys: Sequence[str]) -> Mapping[str, int]:
    """Delete the rows with these keys; their ids by key. One statement where it is one key; of many, to delete them by what
    is joined would take longer than by their ids."""
    if len(keys) == 1:
        gone = f"DELETE FROM {state.rows} WHERE {KEY} = ? RETURNING {KEY}, {ID}"
        return dict(state.cursor.execute(gone, list(keys)).fetchall())
    found = _matching(state, KEY, pa.array(keys, pa.string()))
    ids = found.column(ID).to_pylist()
    remove(state, ids)
    return dict(zip(found.column(KEY).to_pylist(), ids, strict=True))


def _matching(state: Snapshot, name: str, values: Any) -> Any:
    """`_id` and `_key` of the rows whose column holds one of the values."""
    if len(values) == 0:
        return pa.table({ID: pa.array([], pa.int64()), KEY: pa.array([], pa.string())})
    select = f"SELECT {ID}, {KEY} FROM {state.rows} WHERE {name}"
    if len(values) == 1:
        return state.cursor.execute(f"{select} = ?", [values[0].as_py()]).to_arrow_table()
    with registered(state.cursor, "wanted", pa.table({"value": values})):
        return state.cursor.execute(f"{select} IN (SELECT value FROM wanted)").to_arrow_table()


def remove(state: Snapshot, ids: Sequence[int]) -> None:
    """Delete the rows with these ids."""
    if not ids:
        return
    if len(ids) <= _IN_STATEMENT:
        numbers = ", ".join(str(int(one)) for one in ids)
        state.cursor.execute(f"DELETE FROM {state.rows} WHERE {ID} IN ({numbers})")
        return
    with registered(state.cursor, "gone", pa.table({"id": pa.array(ids, pa.int64())})):
        state.cursor.execute(f"DELETE FROM {state.rows} WHERE {ID} IN (SELECT id FROM gone)")


def insert(state: Snapshot, rows: Any, schema: Schema | None = None) -> Any | None:
    """Insert an Arrow table by the names of its columns, in its order, and what is made of its shapes. Returns its texts
    for an index if the schema is given."""
    names = [one for one in rows.column_names if prepared_name(one) in state.prepared]
    made = "".join(f", {PREPARE}({quoted(one)}) AS {quoted(prepared_name(one))}" for one in names)
    told = "" if schema is None else f" RETURNING {text_columns(schema)}"
    with registered(state.cursor, "fresh", rows):
        done = state.cursor.execute(f"INSERT INTO {state.rows} BY NAME SELECT *{made} FROM fresh{told}")
        return None if schema is None else done.to_arrow_table()


def log_deleted(state: Snapshot, ids: Sequence[int], mark: Mark) -> None:
    if not ids:
        return
    gone = pa.table(
        {"counter": pa.repeat(pa.scalar(mark.counter, pa.int64()), len(ids)), "id": pa.array(ids, pa.int64())}
    )
    with registered(state.cursor, "logged", gone):
        state.cursor.execute(f"INSERT INTO {relation(state.catalog, DELETED)} SELECT counter, id FROM logged")


def count(state: Snapshot, mark: Mark, last_live_id: int) -> None:
    """Write the counters of the new state."""
    state.cursor.execute(f"DELETE FROM {relation(state.catalog, META)}")
    state.cursor.execute(insert_meta(state.catalog, mark, last_live_id))


@contextmanager
def registered(cursor: Cursor, name: str, table: Any) -> Iterator[None]:
    """An Arrow table as a relation of this cursor. After an error it goes with the cursor."""
    cursor.register(name, table)
    yield
    cursor.unregister(name)


def compact(instance: Instance, table: OpenTable) -> bool:
    """Write the rows anew, in the order of `_seq`, if most places are dead; readers go on. Says whether it did."""
    with changing(instance, table) as state:
        places = (state.number(f"SELECT max(rowid) FROM {state.rows}") or 0) + 1
        rows = state.number(f"SELECT count(*) FROM {state.rows}") or 0
        if places - rows < max(_DEAD_PLACES, rows):
            return False
        _rewrite(state)
        return True


def _rewrite(state: Snapshot) -> None:
    fresh = ROWS + "_new"
    old, new = state.rows, relation(state.catalog, fresh)
    state.cursor.execute(create_rows(state.catalog, state.definitions(), table=fresh))
    state.cursor.execute(f"INSERT INTO {new} SELECT * FROM {old} ORDER BY {SEQ}")
    state.cursor.execute(f"DROP TABLE {old}")
    state.cursor.execute(f"ALTER TABLE {new} RENAME TO {quoted(ROWS)}")
