"""From the text of a condition to the terms that an index is asked for. Pure; the one reading of a search text."""

from dataclasses import dataclass

from colonnade.index.analyzer import fold, is_kept, words

PREFIX_SIGN = "*"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand one after the other in one field. `is_prefix`: the last one may go on."""

    words: tuple[str, ...]
    is_prefix: bool = False

    @property
    def can_match(self) -> bool:
        """False where a word is too long to be in any index."""
        return all(map(is_kept, self.words))


def terms(text: str) -> tuple[Term, ...]:
    """One term a run of non-blanks, each once, in order; runs without any word (`&`, a smiley) are left out.

    A run of several words, as `l'eau` or `2013-01-02`, is a phrase. A star makes a prefix only directly after a
    letter or digit: `foo-*` asks for the word `foo`.
    """
    found: dict[Term, None] = {}
    for run in text.split():
        stem = run.rstrip(PREFIX_SIGN)
        parts = tuple(words(stem))
        if parts:
            is_prefix = stem != run and bool(words(fold(stem)[-1]))
            found[Term(parts, is_prefix)] = None
    return tuple(found)
