"""What can be wrong with a generation's rows."""

from collections.abc import Iterator
from itertools import filterfalse

from colonnade.engine.embedded.snapshots import Snapshot
from colonnade.engine.layout import DELETED, META, columns, is_prepared, relation
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.schema import ID, KEY, SEQ, Schema


def check(state: Snapshot, schema: Schema) -> list[str]:
    """Sentences; empty when all is well. Every block of the rows is read, and DuckDB checks its checksum."""
    return [*_columns(state, schema), *_rows(state), *_counters(state)]


def _columns(state: Snapshot, schema: Schema) -> Iterator[str]:
    described = state.cursor.execute(f"DESCRIBE {state.rows}").fetchall()
    found = {one[0]: one[1] for one in described}
    wanted = {one.name: one.sql for one in columns(schema)}
    for name in filterfalse(is_prepared, wanted.keys() - found.keys()):  # older versions did not make these
        yield f"The column {name} is missing."
    for name in found.keys() - wanted.keys():
        yield f"The column {name} is not in the schema."
    for name in wanted.keys() & found.keys():
        if _plain(wanted[name]) != _plain(found[name]):
            yield f"The column {name} is {found[name]} and should be {wanted[name]}."


def _plain(kind: str) -> str:
    return kind.replace(" ", "").replace('"', "").lower()


def _rows(state: Snapshot) -> Iterator[str]:
    found = state.cursor.execute(
        f"SELECT count(*), count(DISTINCT {ID}), count(DISTINCT {SEQ}), count({KEY}), count(DISTINCT {KEY}), "
        f"bit_xor(hash(r)) FROM {state.rows} AS r"
    ).fetchone()
    assert found is not None
    rows, ids, places, keyed, keys, _ = found
    if ids != rows:
        yield f"{rows - ids} rows have an id that another row has, too."
    if places != rows:
        yield f"{rows - places} rows have a place in the order that another row has, too."
    if keys != keyed:
        yield f"{keyed - keys} rows have a key that another row has, too."


def _counters(state: Snapshot) -> Iterator[str]:
    states = state.number(f"SELECT count(*) FROM {relation(state.catalog, META)}")
    if states != 1:
        yield f"There are {states} rows of counters instead of one."
    last_seq = state.number(f"SELECT max({SEQ}) FROM {state.rows}") or 0
    if last_seq > state.mark.seq:
        yield f"The last place in the order is {last_seq}, but the counter says {state.mark.seq}."
    last_id = state.number(f"SELECT max({ID}) FROM {state.rows}") or 0
    if last_id > max(LIVE_IDS_FROM, state.last_live_id):
        yield f"The last id is {last_id}, but the counter says {state.last_live_id}."
    last_write = state.number(f"SELECT max(counter) FROM {relation(state.catalog, DELETED)}") or 0
    if last_write > state.mark.counter:
        yield f"A deletion belongs to write {last_write}, but there were {state.mark.counter} writes."
