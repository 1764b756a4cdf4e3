import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.index.analyzer import MAX_WORD_BYTES, is_kept, words
from colonnade.index.terms import Term, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Élève ELEVE e\u0301le\u0300ve", ["eleve", "eleve", "eleve"]),
        ("Straße ŁÓDŹ æøå", ["strasse", "lodz", "aeoa"]),
        ("Ёлка ΆΛΦΑ ΟΔΟΣ οδος", ["елка", "αλφα", "οδοσ", "οδοσ"]),
        ("İstanbul ILIK", ["istanbul", "ilik"]),
        ("l'eau, foo-bar snake_case", ["l", "eau", "foo", "bar", "snake", "case"]),
        ("2013-01-02 12.50 +5", ["2013", "01", "02", "12", "50", "5"]),
        ("日本語 テキスト ﾃｷｽﾄ", ["日本語", "テキスト", "テキスト"]),
        ("がか 한국어", ["がか", "한국어"]),
        ("hello😀world 👩‍👩‍👧", ["hello", "world"]),
        ("\ufb01n \uff21\uff42 x²", ["fin", "ab", "x2"]),
        ("co\u00adoperate", ["cooperate"]),
        ("שָׁלוֹם مُحَمَّد", ["שלום", "محمد"]),
        ("bad\ud800surrogate", ["bad", "surrogate"]),
    ],
)
def test_a_word_is_a_run_of_letters_and_digits_without_case_and_accents(
    text: str, expected: list[str]
) -> None:
    assert words(text) == expected


def test_a_word_is_kept_below_256_bytes() -> None:
    assert is_kept("x" * (MAX_WORD_BYTES - 1))
    assert not is_kept("x" * MAX_WORD_BYTES)
    assert not is_kept("語" * 86)


@given(st.text())
def test_words_are_stable(text: str) -> None:
    """What a word folds to is a word that folds to itself, so that a found word can be searched for."""
    for word in words(text):
        assert words(word) in ([word], words(" ".join(words(word))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two WORDS two", [Term(("two",)), Term(("words",))]),
        ("l'eau", [Term(("l", "eau"))]),
        ("pre* foo-ba*", [Term(("pre",), is_prefix=True), Term(("foo", "ba"), is_prefix=True)]),
        ("E\u0301* caf\u00e9**", [Term(("e",), is_prefix=True), Term(("cafe",), is_prefix=True)]),
        ("foo-* *foo a*b", [Term(("foo",)), Term(("a", "b"))]),
        ("&& * 😀 -- |", []),
        ("a:b id:5 x~1", [Term(("a", "b")), Term(("id", "5")), Term(("x", "1"))]),
    ],
)
def test_a_search_text_is_read_as_terms(text: str, expected: list[Term]) -> None:
    assert list(terms(text)) == expected
