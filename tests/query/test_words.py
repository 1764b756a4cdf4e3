"""What a search text says."""

from hypothesis import given
from hypothesis import strategies as st

from colonnade.query.words import Term, normal, search_terms


def test_terms_are_split_at_white_space() -> None:
    assert search_terms("  red\tgreen\n blue ") == (Term("red"), Term("green"), Term("blue"))


def test_a_trailing_star_makes_a_prefix() -> None:
    assert search_terms("wo* a*b c**") == (Term("wo", is_prefix=True), Term("a*b"), Term("c", is_prefix=True))


def test_a_star_alone_says_nothing() -> None:
    assert search_terms("* ** ") == ()


def test_letters_and_their_accents_become_one() -> None:
    assert normal("e\u0301cole") == "\u00e9cole"
    assert search_terms("e\u0301cole*") == (Term("\u00e9cole", is_prefix=True),)


@given(st.text())
def test_terms_hold_neither_white_space_nor_a_trailing_star(text: str) -> None:
    for term in search_terms(text):
        assert term.text
        assert not term.text.endswith("*")
        assert term.text.split() == [term.text]
