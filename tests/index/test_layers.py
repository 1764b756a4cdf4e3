"""What an index keeps in memory until it is worth a commit on the disk: nobody who searches can tell."""

import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from tests.index.support import NAMES, REF, changes, found, make, table

from colonnade.generation import GenerationRef, Mark, TextChanges
from colonnade.index.layers import MOST_CHANGED
from colonnade.index.port import TextSearcher
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query.tree import TextMatch

WORDS = ("red", "green", "blue", "door", "gate")
OFFSETS = (0, 1, 7, 40, 90, 1_000)


def rows_of(searcher: TextSearcher, text: str) -> list[int]:
    """The ids that a text finds, the same by every way to ask for them."""
    match = TextMatch(text, NAMES)
    ids: list[int] = searcher.ids(match).to_pylist()
    assert searcher.count(match) == len(ids)
    assert searcher.ids(match, within=(20, 60)).to_pylist() == [one for one in ids if 20 <= one <= 60]
    for offset in OFFSETS:
        page = searcher.page(match, offset, 10)
        assert page is not None
        assert (page[0].to_pylist(), page[1]) == (ids[offset : offset + 10], len(ids))
    return ids


def random_changes(rng: random.Random, texts: dict[int, str], most: int) -> Iterator[TextChanges]:
    """Changes of a table, which is `texts` after each of them."""
    for counter in range(1, 40):
        gone = [one for one in texts if rng.random() < 0.03]
        fresh = {rng.randrange(1, 150): " ".join(rng.choices(WORDS, k=2)) for _ in range(rng.randrange(most))}
        known = [one for one in fresh if one in texts]
        for one in gone:
            texts.pop(one, None)
        texts |= fresh
        rows = table({one: (text, None) for one, text in fresh.items()})
        is_exact = rng.random() < 0.5
        deleted = pa.array({*gone, *known} if is_exact else gone, pa.int64())
        yield TextChanges(deleted, rows, Mark(counter, counter), is_exact=is_exact)


@pytest.mark.parametrize(("seed", "most"), [(1, 4), (2, 60)], ids=["all-in-memory", "now-and-then-on-disk"])
def test_changed_rows_are_found_as_if_they_had_always_been_so(
    store: TantivyStore, seed: int, most: int
) -> None:
    rng = random.Random(seed)
    texts = {number: " ".join(rng.choices(WORDS, k=2)) for number in range(1, 100)}
    make(store, {one: (text, None) for one, text in texts.items()})
    for change in random_changes(rng, texts, most):
        store.apply(REF, change)
        searcher = store.searcher(REF)
        assert (searcher.mark, searcher.rows) == (change.mark, len(texts))
        assert rows_of(searcher, "") == sorted(texts)
        word = rng.choice(WORDS)
        assert rows_of(searcher, word) == sorted(one for one, text in texts.items() if word in text)
    assert store.check(REF) == []
    assert found(store, "") == sorted(texts)


def test_a_searcher_of_both_layers_stays_as_it_is(store: TantivyStore) -> None:
    make(store, {1: ("one", None), 2: ("two", None)})
    store.apply(REF, changes(1, {3: ("one", None)}))
    store.apply(REF, changes(2, {2: ("one", None)}))
    before = store.searcher(REF)
    store.apply(REF, changes(3, {4: ("one", None)}, deleted=[1, 2]))
    store.apply(REF, changes(4, dict.fromkeys(range(10, 11 + MOST_CHANGED), ("one", None))))
    store.close()
    assert rows_of(before, "one") == [1, 2, 3]
    assert (before.mark, before.rows) == (Mark(2, 20), 3)


def test_what_is_in_memory_comes_to_the_disk_with_what_is_too_much_for_it(
    store: TantivyStore, tmp_path: Path
) -> None:
    make(store, {})
    for counter in (1, 2, 3):
        store.apply(REF, changes(counter, {counter: ("one", None)}))
    on_disk = TantivyStore(tmp_path)
    assert on_disk.searcher(REF).mark == Mark(1, 10)
    store.apply(REF, changes(4, dict.fromkeys(range(4, 4 + MOST_CHANGED), ("one", None))))
    on_disk.close()
    assert on_disk.searcher(REF).mark == Mark(4, 40)
    assert found(on_disk, "one") == found(store, "one") == list(range(1, 4 + MOST_CHANGED))
    on_disk.close()


def test_a_copy_has_what_was_in_memory(store: TantivyStore, tmp_path: Path) -> None:
    make(store, {})
    for counter in (1, 2, 3):
        store.apply(REF, changes(counter, {counter: ("one", None)}))
    copied = GenerationRef("ta_copied", 1)
    folder = copied.folder(tmp_path)
    folder.mkdir(parents=True)
    store.copy(REF, folder)
    assert found(store, "one", ref=copied) == found(store, "one") == [1, 2, 3]
    assert store.searcher(copied).mark == Mark(3, 30)
