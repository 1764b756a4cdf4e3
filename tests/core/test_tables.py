"""Tables and their generations: numbers, what is kept, several tables of a dataset."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.core.support import (
    ADMIN,
    WORDS,
    Job,
    dataset,
    drop,
    live,
    names,
    opened,
    publication,
    published,
    put,
    restoration,
    rows,
    source,
)

from colonnade.builder import process
from colonnade.builder.job import BuildJob, RowsInput
from colonnade.core.catalogue import service as catalogue
from colonnade.core.datasets import service as datasets
from colonnade.core.publishing import service as publishing
from colonnade.core.records import service as records
from colonnade.core.records.coercion import LiveRow, arrow_rows
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import DataTable
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.engine.port import Upsert
from colonnade.errors import Conflict, NotFound
from colonnade.generation import START, GenerationRef
from colonnade.query.tree import Query


def _table(portal: Portal, uid: str) -> DataTable:
    with portal.reading(ADMIN) as work:
        found = tables.main_table(work, datasets.viewable(work, uid).dataset.id)
        assert found is not None
        return found


def _numbers(portal: Portal, uid: str) -> list[int]:
    """The generations that the catalogue knows; there are folders of these and no others."""
    table = _table(portal, uid)
    with portal.reading(ADMIN) as work:
        found = [one.number for one in tables.generations(work, table)]
    folder = portal.settings.generations_folder / table.uid
    assert sorted(int(path.name) for path in folder.iterdir()) == found
    return found


def test_numbers_are_never_used_twice_and_the_last_few_generations_stay(tmp_path: Path) -> None:
    with opened(tmp_path, keep_generations=2) as portal:
        uid, _ = published(portal, "name,size\na,1\n")
        assert _numbers(portal, uid) == [1]
        publication(portal, uid).run()
        publication(portal, uid).run()
        assert _numbers(portal, uid) == [2, 3]
        failing = publication(portal, uid)
        failing.step("begin")
        failing.plan.failed(failing.uid, Conflict("no"))
        failing.plan.ended(failing.uid)
        assert _numbers(portal, uid) == [2, 3]
        publication(portal, uid).run()
        assert _numbers(portal, uid) == [3, 5]


def test_one_kept_generation_is_the_current_one(tmp_path: Path) -> None:
    with opened(tmp_path, keep_generations=1) as portal:
        uid, _ = published(portal, "name,size\na,1\n")
        with portal.reading(ADMIN) as work:
            readable = datasets.readable(work, uid)
            table = _table(portal, uid)
            old = tables.current(work, table)
            assert old is not None
            publication(portal, uid).run()
            # This work still knows the old generation, whose rows are gone.
            assert tables.count(work, old) == 1
            assert readable.dataset.uid == uid
        assert _numbers(portal, uid) == [2]


def test_a_reader_of_an_older_state_is_given_the_rows_that_count_now(tmp_path: Path) -> None:
    with opened(tmp_path, keep_generations=1) as portal:
        uid, resource = live(portal, [{"key": "a", "name": "old"}])
        with portal.reading(ADMIN) as work:
            readable = datasets.readable(work, uid)
            assert tables.currents(work, [readable.dataset.id])[readable.dataset.id].number == 1
            publication(portal, uid).run()
            put(portal, uid, resource, {"key": "a", "name": "new"})
            assert records.select(work, readable, Query()).table.column("name").to_pylist() == ["new"]
            assert records.about(work, [readable])[0].count == 1


def test_a_restored_generation_is_a_new_one_of_old_derived_and_todays_owned_rows(portal: Portal) -> None:
    uid = dataset(portal)
    derived = source(portal, uid, "name,size\nold,1\n")
    owned = source(portal, uid)
    publication(portal, uid).run()
    put(
        portal,
        uid,
        owned,
        {"key": "kept", "name": "kept"},
        {"key": "gone", "name": "gone"},
        {"key": "x", "name": "x1"},
    )
    publication(portal, uid).run()
    with portal.writing(ADMIN) as work:
        resources.remove(work, datasets.editable(work, uid), derived)
    source(portal, uid, "name,size\nnew,2\n")
    drop(portal, uid, owned, "gone")
    put(portal, uid, owned, {"key": "x", "name": "x2"}, {"key": "late", "name": "late"})
    publication(portal, uid).run()
    assert sorted(names(portal, uid)) == ["kept", "late", "new", "x2"]
    assert restoration(portal, uid, 2).run() == "done"
    assert _table(portal, uid).current == 4
    assert sorted(names(portal, uid)) == ["kept", "late", "old", "x2"]
    put(portal, uid, owned, {"key": "later", "name": "later"})
    assert sorted(names(portal, uid, where="'late*'")) == ["late", "later"]


def test_rows_of_an_owned_resource_that_was_removed_do_not_come_back(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "name,size\nfile,1\n")
    owned = source(portal, uid)
    publication(portal, uid).run()
    put(portal, uid, owned, {"key": "a", "name": "owned"})
    publication(portal, uid).run()
    with portal.writing(ADMIN) as work:
        resources.remove(work, datasets.editable(work, uid), owned)
    publication(portal, uid).run()
    assert names(portal, uid) == ["file"]
    assert restoration(portal, uid, 2).run() == "done"
    assert names(portal, uid) == ["file"]


def test_only_a_kept_generation_can_be_restored(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\n")
    for number in (0, 2, 99):
        with portal.writing(ADMIN) as work, pytest.raises(NotFound):
            publishing.restore(work, datasets.publishable(work, uid), number)


def test_dropped_rows_leave_the_table_and_its_counters(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\n")
    table = _table(portal, uid)
    tables.drop_rows(portal, table.uid)
    tables.drop_rows(portal, table.uid)
    assert _table(portal, uid).current is None
    assert _numbers(portal, uid) == []
    publication(portal, uid).run()
    assert _numbers(portal, uid) == [2]


def test_a_removed_table_leaves_nothing(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\n")
    table = _table(portal, uid)
    for _ in range(2):
        tables.remove(portal, table.uid)
    with portal.reading(SYSTEM) as work, pytest.raises(NotFound):
        tables.table(work, table.uid)
    assert not (portal.settings.generations_folder / table.uid).exists()
    assert [path.name for path in tables.strays(portal)] == [catalogue.TABLE]


def _own_table(portal: Portal, uid: str, resource: str, *words: str) -> DataTable:
    """Give a resource a table of its own with live rows."""
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid)
        table = tables.ensure(work, editable.dataset.id, resources.resource(work, editable, resource).id)
    tables.create_live(portal, table.uid, WORDS)
    change = Upsert(arrow_rows(WORDS, [LiveRow(word, {"name": word}) for word in words]), source=resource)
    with portal.reading(ADMIN) as work:
        tables.write(work, table, change)
    return table


def _words(portal: Portal, table: DataTable, folder: Path) -> list[str]:
    with portal.reading(ADMIN) as work:
        generation = tables.current(work, table)
        assert generation is not None
        target = folder / f"{table.uid}.parquet"
        work.rows.export_rows(generation.ref, target, sources=[], excluded=True)
    found: list[str] = pq.read_table(target).column("name").to_pylist()
    return found


def test_tables_of_resources_do_not_disturb_each_other_or_the_main_one(
    portal: Portal, tmp_path: Path
) -> None:
    uid, _ = published(portal, "name,size\nmain,1\n")
    one = _own_table(portal, uid, source(portal, uid), "opal", "jade")
    two = _own_table(portal, uid, source(portal, uid), "opal")
    assert len({one.uid, two.uid, _table(portal, uid).uid}) == 3
    publication(portal, uid).run()
    assert names(portal, uid) == ["main"]
    tables.drop_rows(portal, two.uid)
    assert _words(portal, one, tmp_path) == ["opal", "jade"]
    assert names(portal, uid) == ["main"]


def _remove_twice(work: Work, uid: str, resource: str) -> None:
    for _ in range(2):
        resources.remove(work, datasets.editable(work, uid), resource)


def test_the_table_of_a_resource_goes_with_it_after_the_commit(portal: Portal, tmp_path: Path) -> None:
    uid, _ = published(portal, "name,size\nmain,1\n")
    resource = source(portal, uid)
    table = _own_table(portal, uid, resource, "opal")
    folder = portal.settings.generations_folder / table.uid
    with pytest.raises(NotFound), portal.writing(ADMIN) as work:
        _remove_twice(work, uid, resource)
    assert _words(portal, table, tmp_path) == ["opal"]
    with portal.writing(ADMIN) as work:
        resources.remove(work, datasets.editable(work, uid), resource)
        assert folder.exists()
    assert not folder.exists()
    assert [path.name for path in tables.strays(portal)] == [catalogue.TABLE]
    with portal.reading(ADMIN) as work:
        editable = datasets.editable(work, uid)
        with pytest.raises(NotFound):
            resources.resource(work, editable, resource)
        assert resource not in [one.uid for one in resources.resources(work, editable)]
    assert names(portal, uid) == ["main"]


def test_a_table_can_be_the_union_of_other_tables_rows(portal: Portal, tmp_path: Path) -> None:
    uid = dataset(portal)
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid)
        main = tables.ensure(work, editable.dataset.id)
        datasets.show(work, editable.dataset)
    parts = []
    for words in (("opal", "jade"), ("opal", "ruby")):
        table = _own_table(portal, uid, source(portal, uid), *words)
        with portal.reading(ADMIN) as work:
            generation = tables.current(work, table)
            assert generation is not None
            path = tmp_path / f"{table.uid}.parquet"
            work.rows.export_rows(generation.ref, path, sources=[], excluded=True)
            parts.append(RowsInput(path, generation.schema, fresh_ids=True))
    with portal.writing(SYSTEM) as work:
        reserved = tables.reserve(work, tables.table(work, main.uid))
    folder = tables.folder(portal, reserved.ref)
    folder.parent.mkdir()
    manifest = process.build(
        BuildJob(out=folder, scratch=tmp_path / "scratch", inputs=tuple(parts)), poll=lambda: None
    )
    with tables.latch(portal, main.uid):
        with portal.reading(SYSTEM) as work:
            built = tables.catch_up(work, reserved.ref, manifest, since=None, mark=START)
        with portal.writing(SYSTEM) as work:
            tables.swap(work, reserved.ref, built, is_live=False)
    assert names(portal, uid) == ["opal", "jade", "opal", "ruby"]
    assert names(portal, uid, where="'opal'") == ["opal", "opal"]
    assert len(rows(portal, uid)) == manifest.rows == 4


def test_a_generation_that_counted_is_not_abandoned(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\n")
    first: Job = publication(portal, uid)
    first.run()
    second = publication(portal, uid)
    second.run()
    table = _table(portal, uid)
    first.plan.ended(first.uid)  # the runner was killed before it wrote down that this was done
    assert _numbers(portal, uid) == [1, 2, 3]
    tables.abandon(portal, GenerationRef(table.uid, 2))
    assert _numbers(portal, uid) == [1, 2, 3]


def test_a_number_that_was_reserved_and_never_counted_can_be_abandoned(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\na,1\n")
    table = _table(portal, uid)
    with portal.writing(SYSTEM) as work:
        ref = tables.reserve(work, tables.table(work, table.uid)).ref
    tables.folder(portal, ref).mkdir()
    for _ in range(2):
        tables.abandon(portal, ref)
    assert _numbers(portal, uid) == [1]
    with portal.reading(SYSTEM) as work, pytest.raises(NotFound):
        tables.generation(work, ref)


def test_rows_are_never_written_inside_a_transaction_of_the_catalogue(portal: Portal) -> None:
    uid, resource = live(portal)
    change = Upsert(arrow_rows(WORDS, [LiveRow(None, {"name": "x"})]), source=resource)
    table = _table(portal, uid)
    with portal.writing(ADMIN) as work, pytest.raises(AssertionError):
        tables.write(work, table, change)


def test_ownership_has_two_kinds() -> None:
    assert {one.value for one in Ownership} == {"derived", "owned"}
