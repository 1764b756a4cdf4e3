"""From the text of a condition to the terms that an index is asked for. Pure; the one reading of a search text."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from colonnade.index.analyzer import fold, is_kept, words
from colonnade.query.tree import MatchMode

WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand one after the other in one field.

    `is_prefix`: the last one may go on. `is_suffix`: the first one may have begun before. `distance`: letters that
    may be wrong, added or missing, in a term of one word; as a prefix it must be right.
    """

    words: tuple[str, ...]
    is_prefix: bool = False
    is_suffix: bool = False
    distance: int = 0

    @property
    def can_match(self) -> bool:
        """False where a word is too long to be in any index."""
        return all(map(is_kept, self.words))


def terms(text: str, mode: MatchMode = MatchMode.WORDS) -> tuple[Term, ...]:
    """The terms of a text, each once, in order; runs of non-blanks without any word (`&`, a smiley) are left out.

    `WORDS` and `LIKE`: one term a run; a run of several words, as `l'eau` or `2013-01-02`, is a phrase. A wildcard
    counts only directly beside a letter or digit: `foo-*` asks for the word `foo`. `FUZZY` and `PREFIXES`: one term
    a word.
    """
    read = text.replace("%", WILDCARD) if mode is MatchMode.LIKE else text
    runs = [one for one in (_run(run, mode) for run in read.split()) if one is not None]
    match mode:
        case MatchMode.WORDS | MatchMode.LIKE:
            found = runs
        case MatchMode.PREFIXES:
            found = [Term((word,), is_prefix=True) for run in runs for word in run.words]
        case MatchMode.FUZZY:
            found = list(_fuzzy(runs))
    return tuple(dict.fromkeys(found))


def _run(run: str, mode: MatchMode) -> Term | None:
    stem = run.rstrip(WILDCARD)
    is_prefix = stem != run and _is_word(fold(stem)[-1:])
    is_suffix = False
    if mode is MatchMode.LIKE:
        inner = stem.lstrip(WILDCARD)
        is_suffix = inner != stem and _is_word(fold(inner)[:1])
        stem = inner
    parts = tuple(words(stem))
    return Term(parts, is_prefix, is_suffix) if parts else None


def _is_word(character: str) -> bool:
    """Whether a folded character beside a wildcard is part of a word."""
    return bool(words(character))


def _fuzzy(runs: list[Term]) -> Iterator[Term]:
    """Each word of each run; the last one of all, and one before a wildcard, may also go on."""
    for at, run in enumerate(runs):
        *head, last = (Term((word,), distance=_distance(word)) for word in run.words)
        yield from head
        yield replace(last, is_prefix=run.is_prefix or at == len(runs) - 1)


def _distance(word: str) -> int:
    return 2 if len(word) > 5 else 1 if len(word) > 2 else 0
