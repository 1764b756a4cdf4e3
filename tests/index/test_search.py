"""Which rows a condition finds."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.index.support import NAMES, SCHEMA, Texts, changes, found, make, table

from colonnade.generation import LIVE_IDS_FROM, GenerationRef, Mark
from colonnade.index.analyzer import is_kept, words
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import TextMatch

LIBRARY: Texts = {
    1: ("L'eau de Paris", "Élève à l'école"),
    2: ("eau l", "2013-01-02 and 12.50"),
    3: ("foo-bar", None),
    4: ("bar foo", ""),
    5: ("日本語 テキスト", "footer"),
    6: (None, None),
}


@pytest.fixture
def library(store: TantivyStore) -> TantivyStore:
    make(store, LIBRARY)
    return store


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EAU", [1, 2]),
        ("eleve ecole", [1]),
        ("paris élève", [1]),
        ("paris foo", []),
        ("l'eau", [1]),
        ("foo-bar", [3]),
        ("foo bar", [3, 4]),
        ("foo*", [3, 4, 5]),
        ("foo-b*", [3]),
        ("2013-01-02", [2]),
        ("2013-01-0*", [2]),
        ("2013-02-01", []),
        ("日本語", [5]),
        ("日本*", [5]),
        ("日本", []),
        ("x" * 300, []),
        ("x" * 300 + "*", []),
        ("id:1", []),
        ("_sentinel:1", []),
        ('foo && bar || ~1 " ( [ \\', []),
        (" ", [1, 2, 3, 4, 5, 6]),
        ("😀 *", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_every_word_must_occur(library: TantivyStore, text: str, expected: list[int]) -> None:
    assert found(library, text) == expected


def test_only_the_named_fields_are_searched(library: TantivyStore) -> None:
    assert found(library, "eau ecole", "title") == []
    assert found(library, "eau", "title") == [1, 2]
    assert found(library, "footer", "title") == []
    assert found(library, "footer", "body", "no such field") == [5]
    assert library.searcher(GenerationRef("ta_1", 1)).ids(TextMatch("eau", ())).to_pylist() == []


def test_a_word_longer_than_the_index_keeps_is_found_nowhere_and_hides_no_other(store: TantivyStore) -> None:
    make(store, {1: ("x" * 5_000 + " short", None)})
    assert found(store, "x" * 5_000) == []
    assert found(store, "short") == [1]


@pytest.mark.parametrize(
    "name", ["", "a.b", "é", "_sentinel", "-x", "a b", "text_a", "f" * 300, "x$raw", "\x00"]
)
def test_any_field_name_is_its_own_field(store: TantivyStore, name: str) -> None:
    names = ("other", name)
    schema = Schema(tuple(Field(one, one, FieldType.TEXT) for one in names))
    ref = GenerationRef("ta_names", 1)
    store.create(ref, schema, table({1: ("left", "right")}, names).to_batches(), Mark(0, 0))
    assert found(store, "right", name, ref=ref) == [1]
    assert found(store, "left", name, ref=ref) == []


def test_many_hits_come_sorted_and_whole_wherever_their_ids_lie(store: TantivyStore) -> None:
    ids = [*range(60_000, 0, -1), *range(LIVE_IDS_FROM, LIVE_IDS_FROM + 70_000), (1 << 53) - 1]
    schema = SCHEMA.only(["title"])
    ref = GenerationRef("ta_many", 1)
    texts: Texts = {number: ("all odd" if number % 2 else "all",) for number in ids}
    store.create(ref, schema, table(texts, ["title"]).to_batches(), Mark(0, 0))
    assert found(store, "all", ref=ref) == sorted(ids)
    assert found(store, "od*", ref=ref) == sorted(number for number in ids if number % 2)


def test_a_phrase_whose_prefix_stands_for_too_many_words_is_answered(store: TantivyStore) -> None:
    texts: Texts = {number: (f"no {number + 100_000}",) for number in range(17_000)}
    ref = GenerationRef("ta_wide", 1)
    store.create(ref, SCHEMA.only(["title"]), table(texts, ["title"]).to_batches(), Mark(0, 0))
    assert len(found(store, "no-1*", ref=ref)) == 17_000
    assert len(found(store, "no-1000*", ref=ref)) == 100


def test_a_text_of_thousands_of_words_is_answered(store: TantivyStore) -> None:
    many = " ".join(f"word{number}" for number in range(3_000))
    make(store, {1: (many, None), 2: ("word1 word2", None)})
    assert found(store, many) == [1]
    assert found(store, many + " missing") == []


def naive(texts: Texts, text: str) -> list[int]:
    """The rule, said again without an index."""

    def occurs(run: str, cell: str | None) -> bool:
        stem = run.rstrip("*")
        wanted, have = words(stem), words(cell or "")
        goes_on = stem != run and len(words(stem + "x")) == len(wanted)
        return all(map(is_kept, wanted)) and any(
            have[at : at + len(wanted) - 1] == wanted[:-1]
            and (
                have[at + len(wanted) - 1].startswith(wanted[-1])
                if goes_on
                else have[at + len(wanted) - 1] == wanted[-1]
            )
            for at in range(len(have) - len(wanted) + 1)
        )

    runs = [run for run in text.split() if words(run)]
    return [
        number for number, row in texts.items() if all(any(occurs(run, cell) for cell in row) for run in runs)
    ]


SNIPPETS = st.text(alphabet="aAbBéÉ1-' *ßσς語😀&\u0301", max_size=12)
ANY_ROW = st.tuples(SNIPPETS | st.none(), SNIPPETS | st.none())


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(ANY_ROW, max_size=6), asked=st.lists(SNIPPETS, min_size=1, max_size=20))
def test_an_index_finds_what_a_reader_finds(
    rows: list[tuple[str | None, str | None]], asked: list[str]
) -> None:
    texts: Texts = dict(enumerate(rows, 1))
    with tempfile.TemporaryDirectory() as folder:
        store = TantivyStore(Path(folder))
        make(store, texts)
        for text in asked:
            assert found(store, text) == naive(texts, text), text
        store.close()


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_no_text_breaks_a_search(every_text: TantivyStore, text: str) -> None:
    searcher = every_text.searcher(GenerationRef("ta_1", 1))
    ids = searcher.ids(TextMatch(text, NAMES)).to_pylist()
    assert set(ids) <= {1}


@pytest.fixture(scope="module")
def every_text(tmp_path_factory: pytest.TempPathFactory) -> TantivyStore:
    store = TantivyStore(tmp_path_factory.mktemp("index"))
    make(store, {1: ("something 1", "a b")})
    return store


@settings(max_examples=40, deadline=None)
@given(cell=st.text(max_size=200))
def test_a_cell_is_found_by_its_own_words(cell: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = TantivyStore(Path(folder))
        make(store, {7: (cell, None)})
        store.apply(GenerationRef("ta_1", 1), changes(1, {8: (None, cell)}))
        assert found(store, " ".join(cell.replace("*", " ").split())) == [7, 8]
        assert found(store, " ".join(words(cell))) == [7, 8]
        store.close()
