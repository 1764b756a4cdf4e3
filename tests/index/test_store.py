"""What every index store promises (`index/port.py`), shown on the Tantivy store."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from tests.index.support import NAMES, REF, SCHEMA, changes, found, make

from colonnade.generation import LIVE_IDS_FROM, GenerationRef, Mark, TextChanges
from colonnade.index.layout import FIELDS_FILE
from colonnade.index.port import IndexBrokenError, TextSearcher
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query.tree import TextMatch


def test_a_made_index_knows_its_rows_and_mark(store: TantivyStore) -> None:
    make(store, {1: ("one", None), 2: ("two", None)}, mark=Mark(3, 1 << 60))
    searcher: TextSearcher = store.searcher(REF)
    assert (searcher.mark, searcher.rows) == (Mark(3, 1 << 60), 2)
    ids = searcher.ids(TextMatch("two", NAMES))
    assert ids.type == pa.int64()
    assert ids.to_pylist() == [2]


def test_an_empty_index_is_an_index(store: TantivyStore) -> None:
    make(store, {})
    assert store.searcher(REF).rows == 0
    assert found(store, "x") == found(store, "") == []


def test_changes_are_seen_when_apply_returns(store: TantivyStore) -> None:
    make(store, {1: ("one", None), 2: ("two", None), 3: ("three", None)})
    store.apply(REF, changes(1, {2: ("zwei", "neu"), LIVE_IDS_FROM + 1: ("vier", "neu")}, deleted=[3]))
    searcher = store.searcher(REF)
    assert (searcher.mark, searcher.rows) == (Mark(1, 10), 3)
    assert found(store, "neu") == [2, LIVE_IDS_FROM + 1]
    assert found(store, "one") == [1]
    assert found(store, "two") == found(store, "three") == []


def test_deletions_come_before_rows(store: TantivyStore) -> None:
    make(store, {1: ("one", None)})
    store.apply(REF, changes(1, {1: ("again", None)}, deleted=[1]))
    assert found(store, "again") == [1]


def test_the_same_changes_twice_are_the_same_as_once(store: TantivyStore) -> None:
    make(store, {1: ("one", None)})
    for _ in range(2):
        store.apply(REF, changes(1, {2: ("two", None)}, deleted=[1]))
    assert store.searcher(REF).rows == 1
    assert found(store, "") == [2]


def test_changes_may_be_a_mark_alone(store: TantivyStore) -> None:
    make(store, {1: ("one", None)})
    store.apply(REF, changes(5, {}))
    assert (store.searcher(REF).mark, store.searcher(REF).rows) == (Mark(5, 50), 1)


def test_many_rows_can_be_deleted_at_once(store: TantivyStore) -> None:
    make(store, {number: ("all", f"no {number}") for number in range(1, 5_001)})
    store.apply(REF, changes(1, {}, deleted=range(2, 5_001)))
    assert store.searcher(REF).rows == 1
    assert found(store, "all") == [1]


def test_a_searcher_stays_as_it_is(store: TantivyStore) -> None:
    make(store, {1: ("one", None)})
    before = store.searcher(REF)
    store.apply(REF, changes(1, {2: ("one", None)}))
    make_again = changes(2, {3: ("one", None)}, deleted=[1, 2])
    store.apply(REF, make_again)
    assert before.ids(TextMatch("one", NAMES)).to_pylist() == [1]
    assert (before.mark, before.rows) == (Mark(0, 0), 1)
    assert found(store, "one") == [3]


def test_the_mark_is_that_of_the_last_commit_after_reopening(store: TantivyStore, tmp_path: Path) -> None:
    make(store, {1: ("one", None)})
    for counter in range(1, 13):  # enough segments for a merge
        store.apply(REF, changes(counter, {counter: (f"row {counter}", None)}))
    store.close()
    again = TantivyStore(tmp_path)
    assert (again.searcher(REF).mark, again.searcher(REF).rows) == (Mark(12, 120), 12)
    assert found(again, "row-1*") == [1, 10, 11, 12]
    again.close()


def test_a_closed_store_opens_again(store: TantivyStore) -> None:
    make(store, {1: ("one", None)})
    store.apply(REF, changes(1, {2: ("one", None)}))
    store.close()
    store.apply(REF, changes(2, {3: ("one", None)}))
    assert found(store, "one") == [1, 2, 3]


def test_create_replaces_what_is_there(store: TantivyStore) -> None:
    make(store, {1: ("old", None)})
    store.apply(REF, changes(4, {2: ("old", None)}))
    before = store.searcher(REF)
    make(store, {7: ("new", None)}, mark=Mark(9, 9))
    assert store.searcher(REF).mark == Mark(9, 9)
    assert found(store, "") == [7]
    assert before.ids(TextMatch("old", NAMES)).to_pylist() == [1, 2]


def test_generations_know_nothing_of_each_other(store: TantivyStore) -> None:
    other = GenerationRef(REF.table, 2)
    make(store, {1: ("one", None)})
    make(store, {1: ("uno", None)}, ref=other)
    store.apply(other, changes(1, {2: ("due", None)}))
    assert found(store, "one uno") == found(store, "due") == []
    assert found(store, "due", ref=other) == [2]


def test_a_dropped_generation_can_be_removed_and_its_searchers_go_on(
    store: TantivyStore, tmp_path: Path
) -> None:
    make(store, {1: ("one", None)})
    store.apply(REF, changes(1, {2: ("one", None)}))
    searcher = store.searcher(REF)
    store.drop(REF)
    store.drop(REF)
    shutil.rmtree(REF.folder(tmp_path))
    assert searcher.ids(TextMatch("one", NAMES)).to_pylist() == [1, 2]
    with pytest.raises(IndexBrokenError):
        store.searcher(REF)


def test_an_unknown_generation_is_a_broken_index(store: TantivyStore) -> None:
    store.drop(REF)
    with pytest.raises(IndexBrokenError):
        store.searcher(REF)
    with pytest.raises(IndexBrokenError):
        store.apply(REF, changes(1, {}))


def test_a_field_that_the_index_lacks_asks_for_a_new_one(store: TantivyStore) -> None:
    make(store, {1: ("one", None)})
    rows = pa.table({"_id": pa.array([2], pa.int64()), "added": ["x"]})
    with pytest.raises(IndexBrokenError, match="added"):
        store.apply(REF, TextChanges(pa.array([], pa.int64()), rows, Mark(1, 1)))
    assert store.searcher(REF).mark == Mark(0, 0)


def test_errors_of_the_rows_pass_through_and_leave_a_broken_index(store: TantivyStore) -> None:
    def rows() -> object:
        yield from changes(0, {1: ("one", None)}).rows.to_batches()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.create(REF, SCHEMA, rows(), Mark(0, 0))  # type: ignore[arg-type]
    with pytest.raises(IndexBrokenError):
        store.searcher(REF)
    make(store, {1: ("one", None)})
    assert found(store, "one") == [1]


def _files(folder: Path, ending: str) -> list[Path]:
    return sorted((folder / "index").glob(f"*{ending}"))


@pytest.mark.parametrize("ending", ["meta.json", ".term", ".idx", ".fast", ".store", FIELDS_FILE])
@pytest.mark.parametrize("harm", ["removed", "emptied", "cut", "overwritten"])
def test_a_damaged_index_is_broken_or_right_but_never_deadly(
    store: TantivyStore, tmp_path: Path, ending: str, harm: str
) -> None:
    make(store, {number: (f"word{number}", "all") for number in range(1, 200)})
    store.close()
    for file in _files(REF.folder(tmp_path), ending):
        content = file.read_bytes()
        if harm == "removed":
            file.unlink()
        elif harm == "emptied":
            file.write_bytes(b"")
        elif harm == "cut":
            file.write_bytes(content[: len(content) // 2])
        else:
            file.write_bytes(b"\xff" * len(content))
    with pytest.raises(IndexBrokenError):
        found(store, "word1*")
    make(store, {1: ("word1", None)})
    assert found(store, "word1*") == [1]


def test_an_index_of_another_version_is_made_anew(store: TantivyStore, tmp_path: Path) -> None:
    make(store, {1: ("one", None)})
    store.close()
    (_files(REF.folder(tmp_path), FIELDS_FILE)[0]).write_text('{"version": 0, "fields": ["title", "body"]}')
    with pytest.raises(IndexBrokenError, match="layout 0"):
        store.searcher(REF)
