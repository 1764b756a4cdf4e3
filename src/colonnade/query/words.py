"""What a search text says, before the index's analyser folds case and accents and splits at punctuation."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of a search text without white space; the analyser may find several words in it.

    `is_prefix`: the last of these words may go on.
    """

    text: str
    is_prefix: bool = False


def normal(text: str) -> str:
    """The composed form (NFC): a letter and its accent are one character, as the analyser expects them."""
    return unicodedata.normalize("NFC", text)


def search_terms(text: str) -> tuple[Term, ...]:
    """The terms of a search text; a trailing `*` makes a prefix, a `*` alone says nothing."""
    terms = (Term(piece.rstrip("*"), is_prefix=piece.endswith("*")) for piece in normal(text).split())
    return tuple(term for term in terms if term.text)
