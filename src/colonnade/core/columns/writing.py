"""Rows that clients write: checked as a whole, written as a whole, and what is then told of them."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.orm import Session

from colonnade.core.columns import bounds, planning, store
from colonnade.core.columns.model import ABSENT, SAMPLE_ROWS, Change, Column, DatasetColumns, SentRow
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.jobs import service as jobs
from colonnade.core.records import service as records
from colonnade.core.records.coercion import arrow_columns
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership, Resource
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import DataTable
from colonnade.core.work import Work, now
from colonnade.errors import Conflict, Invalid
from colonnade.query.schema import Schema

KEY_PATTERN = re.compile(r"[\w-]+", re.ASCII)
MAX_KEY_CHARACTERS = 1_000
_ROWS = "Rows"
"""What the resource of such rows is called."""


@dataclass(frozen=True)
class _Checked:
    """Rows that may be written: their keys, and their cells row by row."""

    keys: list[str | None]
    rows: list[list[Any]]


def write(work: Work, editable: EditableDataset, sent: Sequence[SentRow], *, kind: str = "many") -> Change:
    """Add rows, and put those with a key that is there in its row's place: all of them or none. Of a key that stands
    twice the last row counts. Readable and searchable when it returns.

    Raises `Invalid` that says which row is wrong, `Conflict` (`rows.locked`) while a job of the dataset is active.
    """
    resource = _resource(work, editable)
    with _held(work, editable) as (table, kept):
        columns = _columns(work, table, kept)
        checked = _checked(sent, columns)
        if not checked.rows:
            return Change(kind)
        if kept.is_declared and not kept.is_filled:
            tables.create_live(work.portal, table.uid, planning.schema_of(columns))
        cells = dict(zip((one.field for one in columns), zip(*checked.rows, strict=True), strict=True))

        def arrow(schema: Schema) -> Any:
            rows = arrow_columns(schema, checked.keys, cells)
            _check_sizes(rows, work.settings.max_cell_bytes)
            _widen(work, kept, rows)
            return rows

        written = records.put(work, editable, resource, arrow)
        added = written.count - written.replaced
        change = Change(kind, added=added, updated=len(checked.rows) - added)
        with work.portal.database.write() as db:
            found = _at_hand(db, kept)
            _note(found, change, work.actor.username)
            found.is_filled = True
            found.sample = [*(found.sample or ()), *checked.rows][:SAMPLE_ROWS]
        return change


def delete_one(work: Work, editable: EditableDataset, key: str) -> bool:
    """Delete the row with this key; says whether there was one. Raises `Conflict` as `delete_all`."""
    _refuse_derived(work, editable)
    resource = _resource(work, editable)
    with _held(work, editable) as (table, kept):
        if tables.newest(work, table.uid) is None:
            return False
        if not records.delete_by_key(work, editable, resource, [key]).count:
            return False
        with work.portal.database.write() as db:
            _note(_at_hand(db, kept), Change("deleted", deleted=1), work.actor.username)
        return True


def delete_all(work: Work, editable: EditableDataset) -> int:
    """Delete all rows; returns how many there were. Columns, the sample and the bounds of the columns stay. Raises
    `Conflict`: `rows.locked` while a job of the dataset is active, `resource.derived` where rows come from sources."""
    _refuse_derived(work, editable)
    owned = list(resources.owned_uids(work, editable.dataset.id))
    with _held(work, editable) as (table, kept):
        if not owned or tables.newest(work, table.uid) is None:
            return 0
        count = records.delete_sources(work, editable, owned).count
        with work.portal.database.write() as db:
            found = _at_hand(db, kept)
            _note(found, Change("emptied", deleted=count), found.changed_by)
        return count


def check_unlocked(work: Work, dataset_id: int) -> None:
    """Raises `Conflict` while a job of the dataset is active. Whoever writes rows is refused once more under the latch."""
    _refuse_locked(work, work.db, dataset_id)


def _refuse_locked(work: Work, db: Session, dataset_id: int) -> None:
    job = jobs.latest(Work(work.portal, work.actor, db, writes=False), dataset_id)
    if job is not None and job.is_active:
        raise Conflict(
            "The dataset is locked by another process.", code="rows.locked", kind=job.kind, since=job.since
        )


@contextmanager
def _held(work: Work, editable: EditableDataset) -> Iterator[tuple[DataTable, DatasetColumns]]:
    """While the table is held nobody else writes it. A job that was queued meanwhile waits for it with its first look at
    the rows, and sees what is written here."""
    dataset_id = editable.dataset.id
    table = tables.main_table(work, dataset_id)
    if table is None:
        raise Invalid("A dataset without columns takes no rows.", code="columns.none")
    with tables.latch(work.portal, table.uid):
        with work.portal.database.read() as db:
            _refuse_locked(work, db, dataset_id)
            kept = store.of_dataset(db, dataset_id) or DatasetColumns(
                dataset_id=dataset_id, is_declared=False
            )
        yield table, kept


def _columns(work: Work, table: DataTable, kept: DatasetColumns) -> Sequence[Column]:
    columns = kept.declared
    if columns is None and not kept.is_declared:
        generation = tables.newest(work, table.uid)
        columns = None if generation is None else planning.of_schema(generation.schema)
    if not columns:
        raise Invalid("A dataset without columns takes no rows.", code="columns.none")
    return columns


def _at_hand(db: Session, kept: DatasetColumns) -> DatasetColumns:
    found = store.of_dataset(db, kept.dataset_id)
    if found is None:
        found = DatasetColumns(dataset_id=kept.dataset_id, is_declared=False)
        db.add(found)
    return found


def _widen(work: Work, kept: DatasetColumns, rows: Any) -> None:
    """Let the bounds of columns hold rows that are about to be written: if the portal dies in between, they are too wide,
    never too narrow."""
    known = kept.declared or ()
    wider = bounds.widened(known, rows)
    if wider != known:
        with work.portal.database.write() as db:
            _at_hand(db, kept).columns = [one.to_json() for one in wider]


def _note(found: DatasetColumns, change: Change, username: str | None) -> None:
    found.change, found.changed_by = change.to_json(), username
    found.changed_at = found.written_at = now()


def _resource(work: Work, editable: EditableDataset) -> Resource:
    """What owns the rows that clients write; made where a dataset has none yet."""
    for one in resources.resources(work, editable):
        if one.is_owned and one.type is None and one.file_id is None:
            return one
    with work.portal.writing(work.actor) as own:
        return resources.add(own, editable, title=_ROWS, ownership=Ownership.OWNED)


def _refuse_derived(work: Work, editable: EditableDataset) -> None:
    if any(not one.is_owned for one in resources.resources(work, editable)):
        raise Conflict(
            "Rows of this dataset come from its sources: they would be there again after the next publication.",
            code="resource.derived",
        )


def _checked(sent: Sequence[SentRow], columns: Sequence[Column]) -> _Checked:
    checked = _Checked([], [])
    for number, row in enumerate(sent, 1):
        try:
            checked.rows.append(_values(row, len(columns)))
            checked.keys.append(_key(row))
        except Invalid as error:
            raise _placed(error, number, len(sent)) from error
    return checked


def _values(row: SentRow, width: int) -> list[Any]:
    values = row.values
    if not isinstance(values, list):
        raise _wrong("The values of a row are a list.", "rows.values_missing")
    if len(values) != width:
        raise _wrong(
            f"There are {len(values)} values for {width} columns.",
            "rows.width",
            got=len(values),
            expected=width,
        )
    return values


def _check_sizes(rows: Any, most: int) -> None:
    """Of an Arrow table, all texts at once. Raises `Invalid`."""
    for name in rows.column_names:
        if rows.column(name).type != pa.string():
            continue
        sizes = pc.binary_length(rows.column(name))
        longest = pc.max(sizes).as_py() or 0
        if longest > most:
            row = pc.index(sizes, longest).as_py() + 1
            error = _wrong(f"A value has at most {most:,} bytes.", "rows.cell_size", limit=most)
            raise _placed(error, row, rows.num_rows)


def _key(row: SentRow) -> str | None:
    key = row.key
    if key is ABSENT or key is None:
        return None
    if not isinstance(key, str):
        raise _wrong("A key is a text.", "rows.key_type")
    if not KEY_PATTERN.fullmatch(key) or len(key) > MAX_KEY_CHARACTERS:
        message = "A key has letters, digits, underscores and dashes only."
        raise _wrong(message, "rows.key_form")
    return key


def _wrong(message: str, code: str, **facts: object) -> Invalid:
    error = Invalid(message, code=code)
    error.facts = facts
    return error


def _placed(error: Invalid, number: int, count: int) -> Invalid:
    """`row`: from 1; `rows`: how many were sent."""
    placed = Invalid(
        f"Row {number}: {error.message}",
        code=error.code,
        fields={"rows": [f"row {number}: {error.message}"]},
    )
    placed.facts = {**error.facts, "row": number, "rows": count}
    return placed
