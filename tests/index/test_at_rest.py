"""An index at rest: is it as it was written, and copies of it."""

import shutil
from pathlib import Path

import pytest
from tests.index.support import REF, changes, found, make

from colonnade.generation import INDEX_FOLDER, GenerationRef, Mark
from colonnade.index.port import IndexBrokenError
from colonnade.index.tantivy_store import TantivyStore

FOOTER_BYTES = 120
"""More than what stands at a file's end about its content."""


@pytest.fixture
def folder(store: TantivyStore, tmp_path: Path) -> Path:
    """A made index with a live change."""
    make(store, {number: (f"word{number}", "alpha beta " * 5) for number in range(1, 400)}, mark=Mark(1, 400))
    store.apply(REF, changes(50, {5: ("five", "gamma")}, deleted=[7]))
    return next(tmp_path.rglob("fields.json")).parent


def _contents(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.suffix not in {".json", ".lock"})


def test_an_index_is_well_while_it_is_written_to(store: TantivyStore, folder: Path) -> None:
    assert store.check(REF) == []
    store.apply(REF, changes(51, {6: ("six", "delta")}))
    assert store.check(REF) == []
    assert found(store, "delta") == [6]


def test_each_file_that_lost_or_changed_a_byte_is_told(store: TantivyStore, folder: Path) -> None:
    checked = 0
    for path in _contents(folder):
        whole = path.read_bytes()
        for at in range(0, len(whole) - FOOTER_BYTES, max(1, (len(whole) - FOOTER_BYTES) // 4)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert store.check(REF) == [f"The file {path.name} of the text index is damaged."], at
            checked += 1
        path.write_bytes(whole[:-20])
        assert len(store.check(REF)) == 1, path.name
        path.write_bytes(whole)
    assert store.check(REF) == []
    assert checked > 10


def test_what_an_interrupted_commit_left_is_no_damage(store: TantivyStore, folder: Path) -> None:
    (folder / ".tmpAbCdEf").write_bytes(b"{")
    (folder / f"{'0' * 32}.term").write_bytes(b"half")
    assert store.check(REF) == []


def test_a_missing_index_is_told(store: TantivyStore, folder: Path) -> None:
    shutil.rmtree(folder)
    assert store.check(REF)[0].startswith("The text index cannot be read")
    with pytest.raises(IndexBrokenError):
        store.copy(REF, folder.parent / "copy")


def test_a_copy_answers_as_the_index_did_and_goes_its_own_way(
    store: TantivyStore, folder: Path, tmp_path: Path
) -> None:
    (folder / ".tmpAbCdEf").write_bytes(b"{")
    root = tmp_path / "copies"
    other = GenerationRef("other", 3)
    other.folder(root).mkdir(parents=True)
    store.copy(REF, other.folder(root))
    store.apply(REF, changes(51, {8: ("eight", "epsilon")}))
    assert not list((other.folder(root) / INDEX_FOLDER).glob(".tmp*"))
    copies = TantivyStore(root)
    assert copies.check(other) == []
    assert copies.searcher(other).mark == Mark(50, 500)
    assert found(copies, "gamma", ref=other) == [5]
    assert found(copies, "epsilon", ref=other) == []
    copies.apply(other, changes(60, {9: ("nine", "zeta")}))
    copies.close()
    assert found(store, "zeta") == []
    assert found(store, "epsilon") == [8]
    assert store.check(REF) == []
