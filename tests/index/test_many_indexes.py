"""Many indexes, many threads, few resources."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.index.support import NAMES, changes, found, make

from colonnade.generation import GenerationRef
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query.tree import TextMatch


@pytest.fixture
def small(tmp_path: Path) -> Iterator[TantivyStore]:
    store = TantivyStore(tmp_path, open_indexes=5, writers=2)
    yield store
    store.close()


def refs(count: int) -> list[GenerationRef]:
    return [GenerationRef(f"ta_{number}", 1) for number in range(count)]


def at_once(tasks: list[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result(timeout=60)


def test_fifty_generations_pass_through_five_places(small: TantivyStore) -> None:
    for ref in refs(50):
        make(small, {1: (ref.table.replace("_", " "), None)}, ref=ref)
    for _ in range(2):
        for number, ref in enumerate(refs(50)):
            assert found(small, f"ta-{number}", ref=ref) == [1]
            assert small.open_count <= 5


def test_changes_survive_that_their_index_was_closed_meanwhile(small: TantivyStore) -> None:
    for ref in refs(12):
        make(small, {1: ("one", None)}, ref=ref)
    for counter in (1, 2):
        for ref in refs(12):
            small.apply(ref, changes(counter, {1 + counter: ("one", None)}))
            assert small.writer_count <= 2
            assert small.open_count <= 5
    assert [found(small, "one", ref=ref) for ref in refs(12)] == [[1, 2, 3]] * 12


def test_an_idle_writer_is_closed_by_the_next_change(tmp_path: Path) -> None:
    store = TantivyStore(tmp_path, writer_idle_seconds=0.0)
    for ref in refs(3):
        make(store, {1: ("one", None)}, ref=ref)
        store.apply(ref, changes(1, {2: ("one", None)}))
        assert store.writer_count == 0
    store.close()


def test_closing_leaves_no_thread(tmp_path: Path) -> None:
    store = TantivyStore(tmp_path)
    make(store, {1: ("one", None)}, ref=refs(1)[0])
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        pytest.skip("threads are counted in /proc")
    before = set(tasks.iterdir())  # some of them are of earlier tests, and end when they will
    for ref in refs(4):
        make(store, {1: ("one", None)}, ref=ref)
        store.apply(ref, changes(1, {2: ("one", None)}))
    assert set(tasks.iterdir()) - before
    store.close()
    assert store.open_count == store.writer_count == 0


def test_threads_write_and_search_many_generations_at_once(small: TantivyStore) -> None:
    names = refs(8)
    for ref in names:
        make(small, {}, ref=ref)
    rounds = 8
    writing = threading.Event()

    def write(ref: GenerationRef) -> None:
        for counter in range(1, rounds + 1):
            small.apply(ref, changes(counter, {counter: ("one", None)}))
            assert found(small, "one", ref=ref) == list(range(1, counter + 1))

    def search() -> None:
        while not writing.is_set():
            for ref in names:
                searcher = small.searcher(ref)
                hits = searcher.ids(TextMatch("one", NAMES)).to_pylist()
                assert hits == list(range(1, searcher.mark.counter + 1))
                assert searcher.rows == len(hits)

    def write_all(mine: list[GenerationRef]) -> None:
        at_once([lambda ref=ref: write(ref) for ref in mine])  # type: ignore[misc]
        writing.set()

    at_once([lambda: write_all(names), search, search])
    assert small.writer_count <= 2
    assert [small.searcher(ref).mark.counter for ref in names] == [rounds] * len(names)


def test_a_search_beside_a_new_making_sees_the_old_or_the_new(small: TantivyStore) -> None:
    ref = refs(1)[0]
    make(small, {1: ("one", None)}, ref=ref)
    done = threading.Event()

    def remake() -> None:
        for _ in range(10):
            make(small, {1: ("one", None)}, ref=ref)
        done.set()

    def search() -> None:
        while not done.is_set():
            assert found(small, "one", ref=ref) == [1]

    at_once([remake, search])
