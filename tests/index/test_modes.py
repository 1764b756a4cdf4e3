"""How the words of a text are looked for: as they are, with wildcards, with wrong letters, as beginnings."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.index.support import NAMES, REF, Texts, make

from colonnade.index.analyzer import words
from colonnade.index.tantivy_store import TantivyStore
from colonnade.index.terms import Term, terms
from colonnade.query.tree import MatchMode, TextMatch

LIBRARY: Texts = {
    1: ("Saint-Denis", "basilique"),
    2: ("Paris 13e", "light and lights"),
    3: ("pairs of", "saint other denis"),
    4: ("l'École", "100% sûr"),
    5: (None, ""),
    6: ("東京タワー", "x" * 240 + "end"),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> TantivyStore:
    store = TantivyStore(tmp_path_factory.mktemp("index"))
    make(store, LIBRARY)
    return store


def _found(store: TantivyStore, text: str, mode: MatchMode) -> list[int]:
    ids: list[int] = store.searcher(REF).ids(TextMatch(text, NAMES, mode)).to_pylist()
    return ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paris", [2]),
        ("PARIS 13E", [2]),
        ("pari", []),
        ("pari*", [2]),
        ("pari%", [2]),
        ("%aris", [2]),
        ("*ari*", [2]),
        ("%ight%", [2]),
        ("ecole", [4]),
        ("%cole", [4]),
        ("l'eco*", [4]),
        ("%l'ecole", [4]),
        ("saint-denis", [1]),
        ("%aint-denis", [1]),
        ("*t-den*", [1]),
        ("saint denis", [1, 3]),
        ("100%", [4]),
        ("%", []),
        ("&", []),
        ("", []),
        ("%" + "x" * 230 + "end", [6]),
        ("%" + "x" * 300, []),
        ("%京タ%", [6]),
    ],
)
def test_like_takes_wildcards_at_both_ends(library: TantivyStore, text: str, expected: list[int]) -> None:
    assert _found(library, text, MatchMode.LIKE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("paris", [2, 3]),
        ("pariz", [2]),
        ("parix 13e", [2]),
        ("bazilikue", [1]),
        ("bazilixux", []),
        ("ecl", []),
        ("ecole", [4]),
        ("basi", [1]),
        ("basi denis", []),
        ("basi* denis", [1]),
        ("denis basi", [1]),
        ("li", [2]),
        ("", [1, 2, 3, 4, 5, 6]),
        ("&& *", [1, 2, 3, 4, 5, 6]),
        ("x" * 300, []),
    ],
)
def test_a_search_forgives_letters(library: TantivyStore, text: str, expected: list[int]) -> None:
    assert _found(library, text, MatchMode.FUZZY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("li", [2]),
        ("sa de", [1, 3]),
        ("saint-de", [1, 3]),
        ("pariz", []),
        ("aris", []),
        ("", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_suggestion_takes_beginnings(library: TantivyStore, text: str, expected: list[int]) -> None:
    assert _found(library, text, MatchMode.PREFIXES) == expected


def test_a_text_is_read_by_its_mode() -> None:
    assert terms("%a-b* c", MatchMode.LIKE) == (
        Term(("a", "b"), is_prefix=True, is_suffix=True),
        Term(("c",)),
    )
    assert terms("%a", MatchMode.WORDS) == (Term(("a",)),)
    assert terms("%-a* -*", MatchMode.LIKE) == (Term(("a",), is_prefix=True),)
    assert terms("it's longer wide", MatchMode.FUZZY) == (
        Term(("it",)),
        Term(("s",)),
        Term(("longer",), distance=2),
        Term(("wide",), is_prefix=True, distance=1),
    )
    assert terms("it's", MatchMode.PREFIXES) == (Term(("it",), is_prefix=True), Term(("s",), is_prefix=True))


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
    | st.text("ab%*'- é", max_size=12),
    mode=st.sampled_from(MatchMode),
)
def test_no_text_breaks_a_search(library: TantivyStore, text: str, mode: MatchMode) -> None:
    assert set(_found(library, text, mode)) <= set(LIBRARY)


def _is_found(term: Term, cell: str | None) -> bool:
    (wanted,) = term.words
    return any(
        one == wanted
        or (term.is_prefix and one.startswith(wanted))
        or (term.is_suffix and one.endswith(wanted))
        or (term.is_prefix and term.is_suffix and wanted in one)
        for one in words(cell or "")
    )


@settings(max_examples=200, deadline=None)
@given(text=st.lists(st.text("pairs%*lightden", max_size=6), max_size=3).map(" ".join))
def test_like_finds_what_a_reader_finds(library: TantivyStore, text: str) -> None:
    wanted = terms(text, MatchMode.LIKE)
    assume(all(len(term.words) == 1 for term in wanted))
    expected = [
        number
        for number, row in LIBRARY.items()
        if wanted and all(any(_is_found(term, cell) for cell in row) for term in wanted)
    ]
    assert _found(library, text, MatchMode.LIKE) == expected


def test_an_open_phrase_that_stands_for_too_many_words_is_answered(store: TantivyStore) -> None:
    make(store, {number: (f"{number + 100_000}x end", f"y {number}") for number in range(17_000)})
    assert len(_found(store, "%x-end", MatchMode.LIKE)) == 17_000
    assert _found(store, "%1234x-end", MatchMode.LIKE) == [1234, 11234]
