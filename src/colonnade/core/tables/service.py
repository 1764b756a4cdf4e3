"""Tables: their generations, live writes, and the swap. No permission is asked here: `records` and `publishing` do.

The latch of a table is always taken before the catalogue's write lock, never inside it.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from colonnade.builder.extent import Extent
from colonnade.builder.job import Manifest
from colonnade.core.tables import store
from colonnade.core.tables.model import DataTable, Generation, TableForgotten
from colonnade.core.uids import new_uid
from colonnade.core.work import Portal, Work, now
from colonnade.engine.port import Delete, Upsert, Written
from colonnade.errors import Conflict, NotFound
from colonnade.generation import START, GenerationRef, Mark
from colonnade.query.schema import Schema

Change = Upsert | Delete


@dataclass(frozen=True)
class Built:
    """A generation that has caught up with the writes that came while it was built. `schema`: of what it holds now.
    `is_changed`: there were such writes, so that it holds other rows than were counted."""

    manifest: Manifest
    schema: Schema
    is_changed: bool


def main_table(work: Work, dataset_id: int) -> DataTable | None:
    return store.table_of(work.db, dataset_id, None)


def resource_table(work: Work, dataset_id: int, resource_id: int) -> DataTable | None:
    return store.table_of(work.db, dataset_id, resource_id)


def of_node(work: Work, node_id: int) -> DataTable | None:
    """The table that is a node's alone."""
    return store.table_of_node(work.db, node_id)


def ensure_of_node(work: Work, node_id: int) -> DataTable:
    """The same; made if it is not there."""
    return store.table_of_node(work.db, node_id) or _added(work, DataTable(node_id=node_id))


def tables_of(work: Work, dataset_id: int) -> Sequence[DataTable]:
    return store.tables_of(work.db, dataset_id)


def all_tables(work: Work) -> Sequence[DataTable]:
    return store.all_tables(work.db)


def table(work: Work, uid: str) -> DataTable:
    found = store.table(work.db, uid)
    if found is None:
        raise NotFound(f"There is no table {uid}.", code="table.unknown")
    return found


def ensure(work: Work, dataset_id: int, resource_id: int | None = None) -> DataTable:
    """The main table of a dataset, or the table of one of its resources; made if it is not there."""
    found = store.table_of(work.db, dataset_id, resource_id)
    return found or _added(work, DataTable(dataset_id=dataset_id, resource_id=resource_id))


def _added(work: Work, table: DataTable) -> DataTable:
    table.uid = new_uid("tb", lambda name: store.uid_taken(work.db, name))
    table.last_number = table.last_built_id = 0
    work.db.add(table)
    work.db.flush()
    return table


def current(work: Work, table: DataTable) -> Generation | None:
    """The generation that readers of this work's state see."""
    return store.current(work.db, table.uid)


def current_of_node(work: Work, node_id: int) -> Generation | None:
    """The same for the table that is a node's alone."""
    return store.current_of_node(work.db, node_id)


def currents(work: Work, dataset_ids: Sequence[int]) -> Mapping[int, Generation]:
    """The same for the main tables of many datasets, by dataset; without those that have no rows."""
    if work.writes:
        return store.currents(work.db, dataset_ids)
    # One state from the first question to the last: what was asked once is known.
    known: dict[int, Generation | None] = work.seen.setdefault(Generation, {})
    fresh = [one for one in dataset_ids if one not in known]
    if fresh:
        found = store.currents(work.db, fresh)
        known.update((one, found.get(one)) for one in fresh)
    return {one: current for one in dataset_ids if (current := known[one]) is not None}


def refs(work: Work, dataset_ids: Sequence[int]) -> Mapping[int, GenerationRef]:
    """Which generations these are, for very many datasets."""
    return store.refs(work.db, dataset_ids)


def newest(work: Work, table_uid: str) -> Generation | None:
    """The generation that counts at this moment; the work's own transaction may be older than the last swap."""
    with work.portal.database.read() as fresh:
        return store.current(fresh, table_uid)


def generations(work: Work, table: DataTable) -> Sequence[Generation]:
    return store.generations(work.db, table.uid)


def count(work: Work, generation: Generation) -> int:
    """How many rows a generation has: what the build counted, or if its rows change what there are now. Of one that
    was removed since this work began, how many the one in its place has."""
    if not generation.is_live:
        return int(generation.report["rows"])
    try:
        return work.rows.count(generation.ref)
    except NotFound:
        newer = newest(work, generation.table_uid)
        return 0 if newer is None or newer.number == generation.number else count(work, newer)


def extent(generation: Generation) -> Extent | None:
    """Where the places of its rows are; None where there are none, or where rows come and go."""
    found = None if generation.is_live else generation.report.get("extent")
    return None if found is None else Extent.from_json(found)


def reserve(work: Work, table: DataTable) -> Generation:
    """A number for a generation that is about to be built."""
    table.last_number += 1
    generation = Generation(table_uid=table.uid, number=table.last_number, fields=[], report={})
    work.db.add(generation)
    work.db.flush()
    return generation


def generation(work: Work, ref: GenerationRef) -> Generation:
    found = store.generation(work.db, ref.table, ref.number)
    if found is None:
        raise NotFound(f"There is no generation {ref.number} of this table.", code="generation.unknown")
    return found


def folder(portal: Portal, ref: GenerationRef) -> Path:
    return ref.folder(portal.settings.generations_folder)


def latch(portal: Portal, table_uid: str) -> AbstractContextManager[None]:
    """While it is held nobody else writes or swaps this table."""
    return portal.rows.latch(table_uid)


def write(work: Work, table: DataTable, change: Change) -> Written:
    """Write rows live into the generation that counts at this moment; readable and searchable when it returns.

    Raises `Conflict` when the table has no generation yet (`create_live` makes one).
    """
    return write_by(work, table, lambda _schema: change)


def write_by(work: Work, table: DataTable, change_for: Callable[[Schema], Change]) -> Written:
    """The same for a change that depends on the schema: it is made under the latch, for the schema that then counts."""
    assert not work.writes, "rows are written outside the catalogue's write transaction"
    with latch(work.portal, table.uid):
        generation = _written_to(work, table.uid)
        schema = generation.schema
        at = now().replace(tzinfo=None)
        return work.rows.write(generation.ref, schema, change_for(schema), at)


def create_live(portal: Portal, table_uid: str, schema: Schema) -> Generation:
    """Make an empty generation for live rows and let it count, unless there is one already."""
    with latch(portal, table_uid), portal.database.write() as db:
        found = store.current(db, table_uid)
        if found is not None:
            return found
        table = store.table(db, table_uid)
        if table is None:
            raise NotFound(f"There is no table {table_uid}.", code="table.unknown")
        table.last_number += 1
        generation = Generation(
            table_uid=table_uid,
            number=table.last_number,
            is_ready=True,
            is_live=True,
            fields=schema.as_new().to_json(),
        )
        folder(portal, generation.ref).mkdir(parents=True, exist_ok=True)
        portal.rows.create(generation.ref, schema)
        table.current = generation.number
        db.add(generation)
        return generation


def catch_up(
    work: Work, ref: GenerationRef, manifest: Manifest, *, since: GenerationRef | None, mark: Mark
) -> Built:
    """Replay what was written live while a generation was built. Called under the latch, which is held until the
    `swap`; safe to repeat. `since` and `mark` say which state of which generation the build started from."""
    before = table(work, ref.table).ref
    if before == ref:
        return Built(manifest, manifest.schema, is_changed=False)  # An interrupted run swapped it in already.
    if before != since:
        if since is not None or before is None:
            raise Conflict("Another generation was published meanwhile.", code="table.swapped")
        mark = START  # Rows were written live into a table that had none when the build started.
    if before is None:
        return Built(manifest, manifest.schema, is_changed=False)
    is_changed = work.rows.mark(before) > mark
    written_as = generation(work, before).schema
    return Built(manifest, work.rows.replay(before, mark, written_as, ref, manifest.schema), is_changed)


def swap(work: Work, ref: GenerationRef, built: Built, *, is_live: bool) -> None:
    """Let a built generation count that has caught up. Called under the latch, inside the catalogue's write
    transaction that moves the pointer. `is_live`: the build put owned rows into it."""
    swapped, made = table(work, ref.table), generation(work, ref)
    if swapped.current == ref.number:
        return  # An earlier run of this step was interrupted after its commit.
    made.fields = built.schema.to_json()
    made.report = {key: value for key, value in built.manifest.to_json().items() if key != "schema"}
    made.is_ready = True
    made.is_live = is_live or built.is_changed
    swapped.current = ref.number
    swapped.last_built_id = max(swapped.last_built_id, built.manifest.last_built_id)


def retire(portal: Portal, table_uid: str, *, keep: int) -> None:
    """Remove generations that no longer count, except the last `keep` of those that did.

    The catalogue forgets a generation before its folder goes, so that a crash leaves a folder too many, never a row
    too many; the next call takes it along."""
    with portal.database.write() as db:
        table = store.table(db, table_uid)
        if table is None:
            return
        counted = [
            one for one in store.generations(db, table_uid) if one.is_ready and one.number != table.current
        ]
        gone = [one.ref for one in (counted[:-keep] if keep else counted)]
        for ref in gone:
            store.remove_generation(db, ref.table, ref.number)
    _sweep(portal, table_uid)


def abandon(portal: Portal, ref: GenerationRef) -> None:
    """Forget a generation that was reserved and never counted."""
    with portal.database.write() as db:
        found = store.generation(db, ref.table, ref.number)
        if found is not None and found.is_ready:
            return
        store.remove_generation(db, ref.table, ref.number)
    remove_folder(portal, ref)


def drop_rows(portal: Portal, table_uid: str) -> None:
    """Remove all generations of a table; the table stays, with its counters."""
    with latch(portal, table_uid):
        with portal.database.write() as db:
            table = store.table(db, table_uid)
            if table is None:
                return
            table.current = None
            refs = [one.ref for one in store.generations(db, table_uid)]
            for ref in refs:
                store.remove_generation(db, ref.table, ref.number)
        _sweep(portal, table_uid)


def remove(portal: Portal, table_uid: str) -> None:
    """Remove a table and all its rows."""
    with portal.database.write() as db:
        store.remove_table(db, table_uid)
    clear(portal, table_uid)


def forget(work: Work, table: DataTable) -> None:
    """Remove a table inside a transaction of the catalogue; its rows go after the commit (`clear`)."""
    store.remove_table(work.db, table.uid)
    work.happened(TableForgotten(table.uid))


def clear(portal: Portal, table_uid: str) -> None:
    """Remove from disk what is left of a table that the catalogue has forgotten."""
    portal.retention.remove(partial(_clear, portal, table_uid))


def _clear(portal: Portal, table_uid: str) -> None:
    root = portal.settings.generations_folder / table_uid
    with latch(portal, table_uid):
        for path in list(root.iterdir()) if root.exists() else []:
            if path.name.isdecimal():
                _remove_folder(portal, GenerationRef(table_uid, int(path.name)))
        shutil.rmtree(root, ignore_errors=True)


def discard(portal: Portal, ref: GenerationRef) -> None:
    """Forget a kept generation, one that does not count."""
    with portal.database.write() as db:
        table = store.table(db, ref.table)
        if table is not None and table.current == ref.number:
            raise Conflict("This generation counts.", code="generation.current")
        store.remove_generation(db, ref.table, ref.number)
    remove_folder(portal, ref)


def fall_back(work: Work, table_uid: str, number: int | None) -> None:
    """Let another kept generation count, or none, because the current one is broken. Called under the latch. What was
    written into the broken one is out of sight from then on; it stays as a kept generation."""
    if number is not None and not generation(work, GenerationRef(table_uid, number)).is_ready:
        raise Conflict(f"Generation {number} was never finished.", code="generation.unfinished")
    table(work, table_uid).current = number


def unlist(work: Work, ref: GenerationRef) -> None:
    """Take a generation out of the catalogue and nothing more; for a copy of the catalogue."""
    store.remove_generation(work.db, ref.table, ref.number)


def remove_folder(portal: Portal, ref: GenerationRef) -> None:
    """Remove the folder of a generation that the catalogue has forgotten."""
    portal.retention.remove(partial(_remove_folder, portal, ref))


def _sweep(portal: Portal, table_uid: str) -> None:
    """Remove the folders of a table's generations that the catalogue has forgotten, also what an interrupted call left.

    Under the latch, as a generation for live rows has its folder before the catalogue knows of it; and the catalogue is
    read after the folders, as any other is known first."""
    root = portal.settings.generations_folder / table_uid
    with latch(portal, table_uid):
        present = [int(path.name) for path in _inside(root) if path.name.isdecimal()]
        with portal.database.read() as db:
            known = {one.number for one in store.generations(db, table_uid)}
    for number in present:
        if number not in known:
            remove_folder(portal, GenerationRef(table_uid, number))


def _remove_folder(portal: Portal, ref: GenerationRef) -> None:
    portal.rows.drop(ref)
    shutil.rmtree(folder(portal, ref), ignore_errors=True)


def strays(portal: Portal) -> list[Path]:
    """Folders and files among the generations that the catalogue does not know: what crashes left."""
    root = portal.settings.generations_folder
    present = {path: _inside(path) for path in sorted(root.iterdir())}
    # Read after the folders: what was new when they were listed is known by now.
    with portal.database.read() as db:
        known = {
            table.uid: {str(one.number) for one in store.generations(db, table.uid)}
            for table in store.all_tables(db)
        }
    found = [path for path in present if path.name not in known]
    for path, inner in present.items():
        found += [one for one in inner if path.name in known and one.name not in known[path.name]]
    return found


def _inside(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except (FileNotFoundError, NotADirectoryError):  # the first: it was removed just now
        return []


def _written_to(work: Work, table_uid: str) -> Generation:
    """The generation that counts now, marked as one whose rows change. The caller holds the latch."""
    generation = newest(work, table_uid)
    if generation is None:
        raise Conflict("This dataset has no rows yet.", code="table.empty")
    if not generation.is_live:
        with work.portal.database.write() as db:
            found = store.generation(db, table_uid, generation.number)
            assert found is not None, "nobody swaps or drops while the latch is held"
            found.is_live = True
    return generation
