"""The contract: what was written after a mark is known, and can be done again in the next generation."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.engine.support import AT, LATER, NEXT, REF, SCHEMA, Setup, Sizes, column, put, stored

from colonnade.engine.port import Delete, Engine, Upsert
from colonnade.errors import Conflict
from colonnade.generation import LIVE_IDS_FROM, ROWS_FILE, START, Mark
from colonnade.query.schema import Field, FieldType, Schema

FIRST = LIVE_IDS_FROM + 1
WIDER = Schema((*SCHEMA.fields, Field("colour", "Colour", FieldType.TEXT, keeps_raw=True)))


def _replay(engine: Engine, since: Mark, schema: Schema = SCHEMA) -> Mark:
    return engine.apply(NEXT, schema, engine.changes_since(REF, since))


def _contents(engine: Engine) -> list[list[tuple[object, ...]]]:
    names = ("_id", "_key", "_source", "_modified", "name", "size", "size$raw")
    return [[tuple(row[one] for one in names) for row in stored(engine, ref)] for ref in (REF, NEXT)]


def test_changes_begin_after_the_mark(engine: Engine) -> None:
    put(engine, {"_key": "a"}, {"_key": "b"}, {"_key": "c"})
    mark = put(engine, {"_key": "d"}).mark
    assert engine.changes_since(REF, mark).is_empty
    put(engine, {"_key": "b", "name": "new"}, {"_key": "e"})
    engine.write(REF, SCHEMA, Delete(keys=["a", "e"]), AT)
    changes = engine.changes_since(REF, mark)
    assert changes.deleted.type == pa.int64()
    assert changes.deleted.to_pylist() == [FIRST, FIRST + 4]
    assert changes.rows.column("_key").to_pylist() == ["b"]
    assert changes.mark == engine.mark(REF) == Mark(4, 6)
    assert not changes.is_empty


def test_texts_of_changes_are_shaped_for_an_index(engine: Engine) -> None:
    mark = put(engine, {"_key": "a"}).mark
    put(engine, {"_key": "b", "name": "bee", "size": 7}, {"size": None, "size$raw": "tall"})
    engine.write(REF, SCHEMA, Delete(keys=["a"]), AT)
    changes = engine.text_changes_since(REF, SCHEMA, mark)
    assert changes.rows.schema.equals(
        pa.schema([("_id", pa.int64()), ("name", pa.string()), ("size", pa.string())])
    )
    assert changes.rows.to_pylist() == [
        {"_id": FIRST + 1, "name": "bee", "size": "7"},
        {"_id": FIRST + 2, "name": None, "size": "tall"},
    ]
    assert (changes.deleted.to_pylist(), changes.mark) == ([FIRST], engine.mark(REF))


def test_a_write_tells_what_an_index_has_to_do(engine: Engine) -> None:
    put(engine, {"_key": "a", "name": "old"})
    before = engine.mark(REF)
    rows = pa.table(
        {
            "_key": ["b", "a", None],
            "name": ["bee", "new", ""],
            "size": pa.array([7, None, None], pa.int64()),
            "size$raw": [None, "tall", None],
        }
    )
    written = engine.write(REF, SCHEMA, Upsert(rows, source="re"), AT)
    assert (written.count, written.replaced) == (3, 1)
    later = engine.text_changes_since(REF, SCHEMA, before)
    assert written.texts is not None
    assert written.texts.rows.equals(later.rows)
    assert (written.texts.mark, written.texts.is_exact) == (later.mark, True)
    assert written.texts.deleted.to_pylist() == [FIRST]


def test_texts_are_all_rows_in_their_order(engine: Engine) -> None:
    assert list(engine.texts(REF, SCHEMA)) == []
    count = 120_000
    rows = pa.table({"_key": [f"k{at}" for at in range(count)], "size": pa.array(range(count), pa.int64())})
    engine.write(REF, SCHEMA, Upsert(rows, "re_1"), AT)
    put(engine, {"_key": "k0", "size": count})
    found = [one.as_py() for batch in engine.texts(REF, SCHEMA) for one in batch.column("size")]
    assert found == [str(at + 1) for at in range(count)]


def test_texts_may_be_left_half_read(engine: Engine) -> None:
    put(engine, {"name": "a"})
    batches = engine.texts(REF, SCHEMA)
    next(batches)
    put(engine, {"name": "b"})
    engine.drop(REF)
    del batches
    assert column(engine, "name") == ["a", "b"]


def test_replay_brings_the_next_generation_up_to_date(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    put(engine, {"_key": "a", "name": "a"}, {"_key": "b", "name": "b"}, {"name": "no key"})
    since = engine.changes_since(REF, START).mark
    _replay(engine, START)
    put(engine, {"_key": "b", "name": "B", "size$raw": "big"}, {"_key": "c"}, at=LATER, source="re_2")
    engine.write(REF, SCHEMA, Delete(keys=["a"]), AT)
    mark = _replay(engine, since)
    mine, theirs = _contents(engine)
    assert mine == theirs
    assert mark == engine.mark(NEXT)
    assert mark.counter >= engine.mark(REF).counter
    assert engine.live_ids(NEXT) == engine.live_ids(REF)
    assert engine.check(NEXT, SCHEMA) == []


def test_replaying_nothing_changes_nothing(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    assert _replay(engine, START) == START
    assert engine.mark(NEXT) == START


def test_a_key_that_was_deleted_and_written_again_has_its_new_id(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    put(engine, {"_key": "a", "name": "old"})
    mark = engine.mark(REF)
    _replay(engine, START)
    engine.write(REF, SCHEMA, Delete(keys=["a"]), AT)
    put(engine, {"_key": "a", "name": "new"})
    before = engine.mark(NEXT)
    _replay(engine, mark)
    assert [(one["_id"], one["name"]) for one in stored(engine, NEXT)] == [(FIRST + 1, "new")]
    assert engine.changes_since(NEXT, before).deleted.to_pylist() == [FIRST]


def test_a_row_of_the_same_key_gives_way_to_the_changed_one(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    put(engine, {"name": "rebuilt without key"}, {"_key": "a", "name": "rebuilt"}, ref=NEXT)
    before = engine.mark(NEXT)
    put(engine, {"name": "x"}, {"name": "y"}, {"_key": "a", "name": "written meanwhile"})
    changes = engine.changes_since(REF, Mark(0, 2))
    engine.apply(NEXT, SCHEMA, changes)
    assert [(one["_id"], one["name"]) for one in stored(engine, NEXT)] == [
        (FIRST, "rebuilt without key"),
        (FIRST + 2, "written meanwhile"),
    ]
    assert engine.changes_since(NEXT, before).deleted.to_pylist() == [FIRST + 1]
    assert put(engine, {"_key": "b"}, ref=NEXT).ids.to_pylist() == [FIRST + 3]


def test_ids_of_deleted_rows_are_not_given_again_after_replay(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    put(engine, {"_key": "a"}, {"_key": "b"})
    engine.write(REF, SCHEMA, Delete(sources=["re_1"]), AT)
    mark = _replay(engine, START)
    assert mark.counter >= 2
    assert engine.live_ids(NEXT) == FIRST + 1
    assert engine.changes_since(NEXT, START).deleted.to_pylist() == []


def test_missing_columns_are_added_to_the_next_generation(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    put(engine, {"_key": "a", "name": "built"}, ref=NEXT)
    engine.create(REF, WIDER)
    put(engine, {"_key": "a", "name": "live", "colour": None, "colour$raw": "reddish"}, schema=WIDER)
    _replay(engine, START, WIDER)
    assert column(engine, "colour$raw", NEXT) == ["reddish"]
    assert engine.check(NEXT, WIDER) == []
    assert put(engine, {"_key": "a", "colour": "red"}, ref=NEXT, schema=WIDER).count == 1
    assert column(engine, "colour", NEXT) == ["red"]


def test_columns_that_the_next_generation_never_gets_stop_the_replay(engine: Engine) -> None:
    engine.create(NEXT, SCHEMA)
    engine.create(REF, WIDER)
    put(engine, {"name": "live", "colour": "red"}, schema=WIDER)
    with pytest.raises(Conflict):
        _replay(engine, START)
    assert stored(engine, NEXT) == []


def test_rows_are_exported_by_source(engine: Engine, tmp_path: Path) -> None:
    put(engine, {"name": "a"}, source="re_1")
    put(engine, {"name": "b"}, source="re_'2'")
    put(engine, {"name": "c", "size": 3}, source="re_1")
    chosen, others, none = (tmp_path / f"{one}.parquet" for one in ("chosen", "others", "none"))
    assert engine.export_rows(REF, chosen, sources=["re_1"]) == engine.mark(REF)
    engine.export_rows(REF, others, sources=["re_1"], excluded=True)
    engine.export_rows(REF, none, sources=[])
    assert pq.read_table(chosen).to_pylist() == [one for one in stored(engine) if one["_source"] == "re_1"]
    assert pq.read_table(others).column("name").to_pylist() == ["b"]
    assert pq.read_table(none).num_rows == 0
    assert pq.read_schema(none).equals(engine.changes_since(REF, START).rows.schema)


def test_an_export_and_the_changes_after_it_are_everything(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "rows.parquet"
    put(engine, {"_key": "a"}, {"_key": "b"})
    mark = engine.export_rows(REF, target, sources=["re_1"])
    put(engine, {"_key": "c"})
    exported = pq.read_table(target).column("_key").to_pylist()
    assert exported + engine.changes_since(REF, mark).rows.column("_key").to_pylist() == ["a", "b", "c"]


def test_a_copy_is_the_rows_of_one_moment(engine: Engine, setup: Setup, tmp_path: Path) -> None:
    put(engine, {"_key": "a", "name": "one"}, {"_key": "b", "size$raw": "two"})
    engine.write(REF, SCHEMA, Delete(keys=["a"]), AT)
    folder = REF.folder(tmp_path / "backup" / "generations")
    folder.mkdir(parents=True)
    with engine.read(REF):
        put(engine, {"_key": "c"})
        engine.copy(REF, folder)
    put(engine, {"_key": "after"})
    assert (folder / ROWS_FILE).is_file()
    restored = setup.open(tmp_path / "backup", Sizes())
    assert column(restored, "_key") == ["b", "c"]
    assert restored.mark(REF) == Mark(3, 3)
    assert restored.changes_since(REF, Mark(1, 2)).deleted.to_pylist() == [FIRST]
    assert restored.check(REF, SCHEMA) == []
    assert put(restored, {"_key": "b"}, {"_key": "d"}).ids.to_pylist() == [FIRST + 1, FIRST + 3]
    restored.close()


def test_a_schema_that_is_not_the_tables_is_found_out(engine: Engine) -> None:
    assert engine.check(REF, WIDER) != []
    assert engine.check(REF, Schema(SCHEMA.fields[:1])) != []
    other = Schema((SCHEMA.fields[0], Field("size", "Size", FieldType.TEXT, keeps_raw=True)))
    assert engine.check(REF, other) != []
