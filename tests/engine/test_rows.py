"""The contract: rows go in, are replaced, go out, and keep what identifies them."""

import pyarrow as pa
import pytest
from tests.engine.support import AT, LATER, REF, SCHEMA, column, put, stored

from colonnade.engine.port import Delete, Engine, Upsert
from colonnade.errors import Invalid, NotFound
from colonnade.generation import LIVE_IDS_FROM, START, GenerationRef, Mark
from colonnade.query.schema import SYSTEM_COLUMNS

FIRST = LIVE_IDS_FROM + 1


def test_a_new_generation_is_empty(engine: Engine) -> None:
    assert engine.mark(REF) == START
    assert engine.live_ids(REF) == LIVE_IDS_FROM
    assert stored(engine) == []
    assert engine.check(REF, SCHEMA) == []
    with engine.read(REF) as reading:
        assert (reading.rows, reading.mark) == (0, START)


def test_creating_replaces_what_was_left(engine: Engine) -> None:
    put(engine, {"name": "left"})
    engine.create(REF, SCHEMA)
    assert stored(engine) == []
    assert engine.mark(REF) == START


def test_what_is_not_there_is_not_found(empty: Engine) -> None:
    unknown = GenerationRef("ta_9", 9)
    with pytest.raises(NotFound):
        empty.mark(unknown)
    with pytest.raises(NotFound), empty.read(unknown):
        pass
    with pytest.raises(NotFound):
        put(empty, {"name": "x"}, ref=unknown)
    with pytest.raises(NotFound):
        list(empty.texts(unknown, SCHEMA))
    assert empty.check(unknown, SCHEMA) != []
    empty.drop(unknown)


def test_a_row_carries_its_identity(engine: Engine) -> None:
    written = put(engine, {"_key": "a", "name": "one", "size": 1, "size$raw": "1 m"}, source="re_7")
    assert written.ids.to_pylist() == [FIRST]
    assert (written.count, written.mark) == (1, Mark(1, 1))
    expected = {"_id": FIRST, "_key": "a", "_source": "re_7", "_seq": 1, "_modified": AT}
    assert stored(engine) == [expected | {"name": "one", "size": 1, "size$raw": "1 m"}]
    assert list(stored(engine)[0])[:5] == list(SYSTEM_COLUMNS)


def test_a_replaced_row_keeps_its_id_and_moves_last(engine: Engine) -> None:
    put(engine, {"_key": "a", "name": "old", "size": 1}, {"_key": "b", "name": "other"})
    written = put(engine, {"_key": "a", "name": "new"}, at=LATER, source="re_2")
    assert written.ids.to_pylist() == [FIRST]
    assert column(engine, "_key") == ["b", "a"]
    last = stored(engine)[-1]
    assert (last["_id"], last["_seq"], last["_modified"], last["_source"]) == (FIRST, 3, LATER, "re_2")
    assert (last["name"], last["size"]) == ("new", None)
    assert engine.live_ids(REF) == FIRST + 1


def test_rows_without_key_are_always_new(engine: Engine) -> None:
    put(engine, {"name": "same"}, {"name": "same"})
    put(engine, {"name": "same"})
    assert column(engine, "_id") == [FIRST, FIRST + 1, FIRST + 2]


def test_the_column_of_keys_may_be_absent(engine: Engine) -> None:
    written = engine.write(REF, SCHEMA, Upsert(pa.table({"name": ["a", "b"]}), "re_1"), AT)
    assert written.count == 2
    assert column(engine, "_key") == [None, None]


def test_of_a_key_that_stands_twice_the_last_wins(engine: Engine) -> None:
    put(engine, {"_key": "b", "name": "before"})
    written = put(
        engine,
        {"_key": "a", "name": "first"},
        {"_key": "b", "name": "changed"},
        {"name": "no key"},
        {"_key": "a", "name": "last"},
    )
    assert written.ids.to_pylist() == [FIRST + 2, FIRST, FIRST + 1, FIRST + 2]
    assert written.count == 3
    assert [(one["_seq"], one["name"]) for one in stored(engine)] == [
        (2, "changed"),
        (3, "no key"),
        (4, "last"),
    ]


def test_keys_differ_by_case_accents_and_blanks(engine: Engine) -> None:
    keys = ["a", "A", "á", "a ", "", "\u0061\u0301", "😀", "'; DROP TABLE rows; --"]
    put(engine, *({"_key": one} for one in keys))
    assert put(engine, *({"_key": one} for one in keys)).ids.to_pylist() == [FIRST + at for at in range(8)]
    assert column(engine, "_key") == keys


def test_deleting_by_keys_ids_and_sources(engine: Engine) -> None:
    put(engine, *({"_key": one} for one in "abcd"), source="re_1")
    put(engine, {"_key": "e"}, {"_key": "f"}, source="re_2")
    assert engine.write(REF, SCHEMA, Delete(keys=["a", "unknown"]), AT).count == 1
    assert engine.write(REF, SCHEMA, Delete(ids=[FIRST + 1, FIRST + 1, 5]), AT).count == 1
    assert column(engine, "_key") == ["c", "d", "e", "f"]
    assert engine.write(REF, SCHEMA, Delete(sources=["re_1"]), AT).count == 2
    assert column(engine, "_key") == ["e", "f"]
    assert engine.write(REF, SCHEMA, Delete(sources=["re_2", "re_1"]), AT).mark == Mark(6, 6)
    assert stored(engine) == []


def test_many_rows_are_deleted_and_replaced_at_once(engine: Engine) -> None:
    keys = [f"k{at}" for at in range(3_000)]
    put(engine, *({"_key": one} for one in keys))
    ids = put(engine, *({"_key": one} for one in reversed(keys))).ids.to_pylist()
    assert ids == [FIRST + at for at in reversed(range(3_000))]
    assert engine.write(REF, SCHEMA, Delete(keys=keys[:1_500]), AT).count == 1_500
    assert engine.write(REF, SCHEMA, Delete(ids=ids), AT).count == 1_500
    assert engine.check(REF, SCHEMA) == []


def test_ids_are_never_given_twice(engine: Engine) -> None:
    put(engine, {"_key": "a"})
    engine.write(REF, SCHEMA, Delete(keys=["a"]), AT)
    assert put(engine, {"_key": "a"}).ids.to_pylist() == [FIRST + 1]
    assert engine.live_ids(REF) == FIRST + 1


def test_a_deletion_names_its_rows_in_one_way(engine: Engine) -> None:
    for change in (Delete(), Delete(keys=["a"], ids=[1])):
        with pytest.raises(Invalid):
            engine.write(REF, SCHEMA, change, AT)


def test_a_write_of_nothing_still_answers(engine: Engine) -> None:
    put(engine, {"_key": "a"})
    nothing = put(engine)
    assert (nothing.count, nothing.ids.to_pylist(), nothing.mark) == (0, [], Mark(1, 1))
    for change in (Delete(keys=[]), Delete(ids=[]), Delete(sources=[]), Delete(keys=["unknown"])):
        written = engine.write(REF, SCHEMA, change, AT)
        assert (written.count, written.mark) == (0, Mark(1, 1))


def test_every_write_is_counted(engine: Engine) -> None:
    marks = [put(engine, {"_key": "a"}).mark, put(engine, {"_key": "a"}, {"_key": "b"}).mark]
    marks.append(engine.write(REF, SCHEMA, Delete(keys=["a"]), AT).mark)
    assert marks == [Mark(1, 1), Mark(2, 3), Mark(3, 3)]
    assert engine.mark(REF) == Mark(3, 3)


def test_a_write_that_fails_leaves_nothing(engine: Engine) -> None:
    put(engine, {"_key": "a", "name": "one"})
    before = stored(engine)
    words = pa.table({"_key": ["a", "b"], "size": ["1", "many"]})
    with pytest.raises(Invalid):
        engine.write(REF, SCHEMA, Upsert(words, "re_1"), AT)
    unknown = pa.table({"_key": ["a"], "colour": ["red"]})
    with pytest.raises(Invalid) as caught:
        engine.write(REF, SCHEMA, Upsert(unknown, "re_1"), AT)
    assert set(caught.value.fields) == {"colour"}
    assert stored(engine) == before
    assert engine.mark(REF) == Mark(1, 1)
    assert put(engine, {"_key": "a", "name": "two"}).count == 1


def test_system_columns_cannot_be_sent(engine: Engine) -> None:
    for name in ("_id", "_seq", "_source", "_modified"):
        sent = pa.table({"_key": ["a"], name: pa.array([None], pa.int64())})
        with pytest.raises(Invalid):
            engine.write(REF, SCHEMA, Upsert(sent, "re_1"), AT)


def test_rows_outlive_the_engine(engine: Engine) -> None:
    put(engine, {"_key": "a", "name": "one"})
    engine.drop(REF)
    assert column(engine, "name") == ["one"]


def test_tables_and_generations_are_apart(engine: Engine) -> None:
    others = [GenerationRef("ta_1", 2), GenerationRef("ta_2", 1)]
    for at, ref in enumerate(others):
        engine.create(ref, SCHEMA)
        put(engine, {"name": f"other {at}"}, ref=ref)
    put(engine, {"name": "mine"})
    assert column(engine, "name") == ["mine"]
    assert [column(engine, "name", ref) for ref in others] == [["other 0"], ["other 1"]]
