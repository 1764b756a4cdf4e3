"""Words with their variants (`MatchMode.VARIANTS`): nicknames, wildcards, and what is joined by signs or split by letters."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import tantivy
from tantivy import Occur, Query

from colonnade.errors import Invalid
from colonnade.index.analyzer import is_kept, words
from colonnade.query import nicknames

MOST_PHRASES = 64
"""Of so many combinations of nicknames a phrase is made; of a phrase with more, as it stands alone."""

MOST_FORMS = 4_000
"""Of all phrases of a text together: where there are hundreds of phrases, each may have fewer."""

MOST_TERMS = 8
"""So many words are looked up one by one; more as a set."""

_MANY, _ONE = "\ua66e", "\ua840"
"""Letters of scripts without capitals stand for `*` and `?` while a text is taken apart into words."""
_SIGNS = str.maketrans({"*": _MANY, "?": _ONE})


@dataclass(frozen=True, slots=True)
class Run:
    """What stands between blanks: words one after the other, in a pattern as regular expressions."""

    words: tuple[str, ...]
    is_pattern: bool = False

    @property
    def can_match(self) -> bool:
        """False where a word is too long to be in any index."""
        return all(map(is_kept, self.words))

    @property
    def prefix(self) -> str | None:
        """The beginning of the one word that is looked for, if it may go on in any way."""
        (first, *rest) = self.words
        stem = first.removesuffix(".*")
        is_plain = self.is_pattern and not rest and stem != first and re.escape(stem) == stem
        return stem if is_plain and stem else None


def runs(text: str) -> tuple[Run, ...]:
    """Each once, without those that have no word."""
    found = (_run(one) for one in text.split())
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _run(text: str) -> Run | None:
    has_signs = "*" in text or "?" in text
    parts = words(text.translate(_SIGNS)) if has_signs else words(text)
    if not parts:
        return None
    return Run(tuple(map(_expression, parts)), is_pattern=True) if has_signs else Run(tuple(parts))


def _expression(word: str) -> str:
    return "".join({_MANY: ".*", _ONE: "."}.get(one, re.escape(one)) for one in word)


@dataclass(frozen=True, slots=True)
class Variants:
    """`schema` is the index's; `texts` are those of its fields that are asked, and `extras` those of what their texts are
    also found by. `is_taken`: whether Tantivy can answer a query at all: phrases of patterns it refuses only when they are
    searched."""

    schema: tantivy.Schema
    texts: tuple[str, ...]
    extras: tuple[str, ...]
    is_taken: Callable[[Query], bool]

    def every(self, found: Iterable[Run]) -> Query:
        asked = list(found)
        most = _share(asked)
        return _and(self._run(one, most) for one in asked)

    def some(self, found: Sequence[Run]) -> Query:
        """Any of these; single words are looked for at once."""
        alone = [one for one in found if len(one.words) == 1 and not one.is_pattern]
        terms = sorted({name for one in alone for name in _names(one.words[0])})
        most, kept = _share(found), frozenset(alone)
        others = [self._run(one, most) for one in found if one not in kept]
        return _or([*self._terms(terms), *others] if terms else others)

    def _run(self, run: Run, most: int) -> Query:
        if run.is_pattern:
            return self._pattern(run)
        if len(run.words) == 1:
            return _or(self._terms(_names(run.words[0])))
        joined = "".join(run.words)
        whole = self._terms([joined]) if is_kept(joined) else []
        return _or([*self._phrases(run.words, most), *whole])

    @property
    def _fields(self) -> tuple[str, ...]:
        """In which single words stand."""
        return (*self.texts, *self.extras)

    def _terms(self, terms: Sequence[str]) -> list[Query]:
        if len(terms) > MOST_TERMS:
            return [Query.term_set_query(self.schema, field, list(terms)) for field in self._fields]
        return [Query.term_query(self.schema, field, one) for field in self._fields for one in terms]

    def _phrases(self, parts: Sequence[str], most: int) -> list[Query]:
        told = phrases(parts, most)
        return [Query.phrase_query(self.schema, field, list(one)) for field in self.texts for one in told]

    def _pattern(self, run: Run) -> Query:
        """Raises `Invalid` for a pattern that Tantivy does not take."""
        try:
            if run.prefix is not None:
                stem = run.prefix
                return _or(
                    Query.fuzzy_term_query(self.schema, field, stem, 0, prefix=True) for field in self._fields
                )
            if len(run.words) == 1:
                return _or(Query.regex_query(self.schema, field, run.words[0]) for field in self._fields)
            return _or(self._phrase_of_patterns(run.words, field) for field in self.texts)
        except ValueError:
            raise _refused() from None

    def _phrase_of_patterns(self, patterns: Sequence[str], field: str) -> Query:
        """One that stands for more words than Tantivy takes is answered as its words, anywhere in the same field."""
        phrase = Query.regex_phrase_query(self.schema, field, list(patterns))
        if self.is_taken(phrase):
            return phrase
        return _and(Query.regex_query(self.schema, field, one) for one in patterns)


def phrases(parts: Sequence[str], most: int = MOST_PHRASES) -> list[tuple[str, ...]]:
    """A phrase in all its forms, with nicknames."""
    names = [_names(one) for one in parts]
    return list(product(*names)) if prod(map(len, names)) <= most else [tuple(parts)]


def _share(found: Sequence[Run]) -> int:
    """Of how many combinations each phrase is made."""
    some = sum(len(one.words) > 1 for one in found)
    return min(MOST_PHRASES, MOST_FORMS // max(some, 1))


def _refused() -> Invalid:
    return Invalid(
        "This search asks too much: a word with so many wildcards.", code="parameter.invalid", parameter="q"
    )


def _names(word: str) -> tuple[str, ...]:
    return (word, *nicknames.others(word))


def _and(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, one) for one in queries])


def _or(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, one) for one in queries])
