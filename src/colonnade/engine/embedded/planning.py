"""What an upsert comes to, decided on values alone: which rows are kept, their ids, the table to insert."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from colonnade.engine.layout import SYSTEM, Column, arrow_schema, field_columns
from colonnade.errors import Invalid
from colonnade.query.schema import ID, KEY, MODIFIED, SEQ, SOURCE, Schema


@dataclass(frozen=True)
class Incoming:
    """The rows of an upsert without those that a later row with the same key overrides.

    `rows` is typed as the table is, `_key` first. `places` gives for each row that was sent its place in `rows`.
    """

    rows: Any  # pa.Table
    keys: tuple[str | None, ...]
    places: tuple[int, ...]


def incoming(sent: Any, schema: Schema) -> Incoming:
    """Raises `Invalid` for a column that the table does not have, or a value that its type does not hold."""
    keys: list[str | None] = (
        sent.column(KEY).to_pylist() if KEY in sent.column_names else [None] * sent.num_rows
    )
    kept, places = _last_of_each(keys)
    rows = _fitted(sent, schema)
    if len(kept) < len(keys):
        rows = rows.take(pa.array(kept, pa.int64()))
    return Incoming(rows, tuple(keys[one] for one in kept), places)


def _last_of_each(keys: Sequence[str | None]) -> tuple[list[int], tuple[int, ...]]:
    last = {key: place for place, key in enumerate(keys) if key is not None}
    kept = [place for place, key in enumerate(keys) if key is None or last[key] == place]
    at = {place: number for number, place in enumerate(kept)}
    return kept, tuple(at[place if key is None else last[key]] for place, key in enumerate(keys))


def _fitted(sent: Any, schema: Schema) -> Any:
    """The sent columns with the table's types; `_key` is there even if it was not sent."""
    known = {one.name: one for one in (_KEY_COLUMN, *field_columns(schema))}
    unknown = [name for name in sent.column_names if name not in known]
    if unknown:
        raise Invalid(
            "The table has no such fields.",
            code="rows.unknown_field",
            fields=dict.fromkeys(unknown, ("There is no such field.",)),
        )
    columns = [known[name] for name in sent.column_names]
    try:
        rows = sent.cast(arrow_schema(columns))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Invalid("A value does not have its field's type.", code="rows.invalid") from error
    if KEY in rows.column_names:
        return rows
    return rows.append_column(KEY, pa.nulls(rows.num_rows, pa.string()))


_KEY_COLUMN: Column = next(one for one in SYSTEM if one.name == KEY)


def numbered(
    plan: Incoming, known: Mapping[str, int], *, last_live_id: int
) -> tuple[list[int], list[int], int]:
    """The id of each kept row, the ids among them that stand in the table already, and the last id given out."""
    ids: list[int] = []
    replaced: list[int] = []
    for key in plan.keys:
        old = None if key is None else known.get(key)
        if old is None:
            last_live_id += 1
            ids.append(last_live_id)
        else:
            ids.append(old)
            replaced.append(old)
    return ids, replaced, last_live_id


def stamped(plan: Incoming, ids: Sequence[int], *, source: str, first_seq: int, at: dt.datetime) -> Any:
    """The Arrow table to insert, system columns included."""
    count = len(ids)
    system = {
        ID: pa.array(ids, pa.int64()),
        SOURCE: pa.repeat(pa.scalar(source, pa.string()), count),
        SEQ: pa.array(range(first_seq, first_seq + count), pa.int64()),
        MODIFIED: pa.repeat(pa.scalar(at, pa.timestamp("us")), count),
    }
    rows = plan.rows
    for name, values in system.items():
        rows = rows.append_column(name, values)
    return rows
