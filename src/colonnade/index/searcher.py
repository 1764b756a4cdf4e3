"""One state of a Tantivy index, and how conditions are answered from it."""

import re
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import tantivy
from tantivy import FieldType, Occur, Order, Query

from colonnade.generation import Mark, no_ids
from colonnade.index.guard import guarded
from colonnade.index.layout import ID_FIELD, Names, extra_field, text_field
from colonnade.index.terms import Term, terms
from colonnade.index.variants import Variants, runs
from colonnade.query.tree import MatchMode, TextMatch

SLICE = 50_000
"""Hits taken at once. Their list is built under the GIL, 10 ms for this many; Tantivy reserves memory by it too."""

SLOW_SECONDS = 0.05
SLOW_SLICE = 200_000
"""A query that takes its time, as one that begins with a wildcard, takes it for each slice: fewer ones are sooner done."""

TERMS_AT_ONCE = 16
"""Terms in one Tantivy query; each stands in it once a field."""

MAX_EXPANSIONS = 1 << 14
"""Tantivy refuses a phrase whose prefix stands for more words than this."""


class TantivySearcher:
    """A snapshot: the searcher and its mark belong together. Any number of threads may use it."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema, names: Names, mark: Mark) -> None:
        self._searcher = searcher
        self.schema = schema
        self._names = names
        self._mark = mark

    @property
    def mark(self) -> Mark:
        return self._mark

    @property
    def rows(self) -> int:
        return int(self._searcher.num_docs) - 1  # without the sentinel

    def ids(self, match: TextMatch, within: tuple[int, int] | None = None) -> Any:
        """Every term of the text must occur in at least one of the fields; a term of several words in one field, the
        words one after the other. A text without any word asks for nothing and so is true of every row: callers
        take an empty search box as no condition, and this agrees; `LIKE` and `VARIANTS` are then true of none. A field that the
        index does not have holds no text. `fields` None means all. Raises `IndexBrokenError`.
        """
        with guarded():
            result: Any = None
            for query in self._queries(match):
                if within is not None:
                    query = _and([query, _range(self.schema, within[0], within[1] + 1)])  # noqa: PLW2901
                found = self._all(query)
                result = found if result is None else result.filter(pc.is_in(result, value_set=found))
                if len(result) == 0:
                    break
            return no_ids() if result is None else result

    def number_of(self, ids: Collection[int]) -> int:
        """How many rows have one of these ids."""
        return self._counted(with_ids(self.schema, ids)) if ids else 0

    def count(self, match: TextMatch, without: Query | None = None) -> int | None:
        """`without`: a query of rows that do not count."""
        with guarded():
            queries = list(islice(self._queries(match), 2))
            if len(queries) != 1:
                return None if queries else 0
            return self._counted(_except(queries[0], without))

    def page(
        self, match: TextMatch, offset: int, limit: int, without: Query | None = None
    ) -> tuple[Any, int] | None:
        if not 0 < limit <= SLICE - offset:
            return None
        with guarded():
            queries = list(islice(self._queries(match), 2))
            if len(queries) != 1:
                return None if queries else (no_ids(), 0)
            found: Any = self._searcher.search(
                _except(queries[0], without),
                limit,
                count=True,
                order_by_field=ID_FIELD,
                offset=offset,
                order=Order.Asc,
            )
            return _ids(found), int(found.count)

    def _counted(self, query: Query) -> int:
        with guarded():
            found: Any = self._searcher.search(query, 1, count=True)
            return int(found.count)  # in the binding, not in its stubs

    def _queries(self, match: TextMatch) -> Iterator[Query]:
        """What must all be true, as few queries; none where nothing can be. A few terms at a time, so that a text of
        thousands of words, which usually ends with the first few, makes no query of a million parts."""
        if match.mode is MatchMode.VARIANTS:
            yield from self._variants(match)
            return
        wanted = terms(match.text, match.mode)
        names = self._names.all if match.fields is None else self._names.all.intersection(match.fields)
        if not wanted and match.mode is not MatchMode.LIKE:
            yield _any_row(self.schema)
            return
        if not names or not all(term.can_match for term in wanted):
            return
        fields = [text_field(name) for name in sorted(names)]
        for start in range(0, len(wanted), TERMS_AT_ONCE):
            some = wanted[start : start + TERMS_AT_ONCE]
            yield _and(_or(self._term(term, field) for field in fields) for term in some)

    def _variants(self, match: TextMatch) -> Iterator[Query]:
        """A text without any word is true of none."""
        found = runs(match.text)
        possible = [one for one in found if one.can_match]
        names = self._names if match.fields is None else self._names.only(match.fields)
        if not names.all or not possible:
            return
        texts = tuple(map(text_field, sorted(names.all)))
        asked = Variants(self.schema, texts, tuple(map(extra_field, sorted(names.split))), self._is_taken)
        if match.is_any:
            yield asked.some(possible)
        elif len(possible) == len(found):
            for start in range(0, len(possible), TERMS_AT_ONCE):
                yield asked.every(possible[start : start + TERMS_AT_ONCE])

    def _term(self, term: Term, field: str) -> Query:
        *head, last = term.words
        if term.is_suffix:
            return self._suffixed(term, field)
        if term.distance:
            return self._fuzzy(term, field)
        if not term.is_prefix:
            return self._phrase(term.words, field)
        if not head:
            return self._prefix(last, field)
        if self._expands_too_far(last, field):
            return _and([self._phrase(head, field), self._prefix(last, field)])
        patterns: list[str | tuple[int, str]] = [*map(re.escape, head), re.escape(last) + ".*"]
        return Query.regex_phrase_query(self.schema, field, patterns)

    def _phrase(self, parts: Sequence[str], field: str) -> Query:
        if len(parts) == 1:  # a phrase of one word panics
            return Query.term_query(self.schema, field, parts[0])
        return Query.phrase_query(self.schema, field, list(parts))

    def _fuzzy(self, term: Term, field: str) -> Query:
        """Two letters that changed places count as one that is wrong."""
        (word,) = term.words
        near = Query.fuzzy_term_query(self.schema, field, word, term.distance, transposition_cost_one=True)
        return _or([near, self._prefix(word, field)]) if term.is_prefix else near

    def _suffixed(self, term: Term, field: str) -> Query:
        """A phrase that stands for more words than Tantivy takes is answered as its first word and the rest of it,
        anywhere in the same field."""
        first, *rest = term.words
        begun = f".*{re.escape(first)}"
        if not rest:
            return Query.regex_query(self.schema, field, begun + (".*" if term.is_prefix else ""))
        patterns: list[str | tuple[int, str]] = [begun, *map(re.escape, rest)]
        if term.is_prefix:
            patterns[-1] = re.escape(rest[-1]) + ".*"
        phrase = Query.regex_phrase_query(self.schema, field, patterns)
        if self._is_taken(phrase):
            return phrase
        tail = self._term(Term(tuple(rest), term.is_prefix), field)
        return _and([Query.regex_query(self.schema, field, begun), tail])

    def _is_taken(self, query: Query) -> bool:
        try:
            self._searcher.search(query, 1, count=False)
        except ValueError:
            return False
        return True

    def _prefix(self, word: str, field: str) -> Query:
        """Distance 0: an exact prefix. A regex does the same, slower, and refuses long words."""
        return Query.fuzzy_term_query(self.schema, field, word, 0, prefix=True)

    def _expands_too_far(self, word: str, field: str) -> bool:
        """Such a phrase is answered as its head and the prefix anywhere in the same field."""
        return len(self._searcher.terms_with_prefix(field, word, limit=MAX_EXPANSIONS + 1)) > MAX_EXPANSIONS

    def _all(self, query: Query) -> Any:
        """All ids of a query, ascending. The ids are searched range by range; a range's width follows how dense
        the hits are, since ids may be anywhere below 2**53."""
        begun = time.monotonic()
        first: Any = self._searcher.search(query, SLICE, count=True, order_by_field=ID_FIELD, order=Order.Asc)
        size = SLICE if time.monotonic() - begun < SLOW_SECONDS else SLOW_SLICE
        total = first.count  # in the binding, not in its stubs
        chunks = [_ids(first)]
        found, start = len(chunks[0]), _next(chunks[0])
        width = max(size, _span(chunks[0]) * size // SLICE)
        while found < total:
            within = _and([query, _range(self.schema, start, start + width)])
            page = self._searcher.search(within, size, count=False, order_by_field=ID_FIELD, order=Order.Asc)
            ids = _ids(page)
            if len(ids) == size:
                width = _next(ids) - start
                start = _next(ids)
            else:
                start += width
                width *= 2 if len(ids) < size // 4 else 1
            chunks.append(ids)
            found += len(ids)
        return pa.concat_arrays(chunks)


def with_ids(schema: tantivy.Schema, ids: Iterable[int]) -> Query:
    """The rows with one of these ids. A set of terms would be a third as fast."""
    return _or(Query.term_query(schema, ID_FIELD, one) for one in ids)


def _except(query: Query, without: Query | None) -> Query:
    if without is None:
        return query
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, without)])


def _and(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, one) for one in queries])


def _or(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, one) for one in queries])


def _range(schema: tantivy.Schema, start: int, end: int) -> Query:
    return Query.range_query(schema, ID_FIELD, FieldType.Integer, start, end, include_upper=False)


def _any_row(schema: tantivy.Schema) -> Query:
    """Not `all_query`: that finds the sentinel too."""
    return Query.range_query(schema, ID_FIELD, FieldType.Integer, 0, (1 << 63) - 1)


def _ids(page: Any) -> Any:
    """Sorted by a fast field, a hit's score is that field's value."""
    return pa.array([number for number, _ in page.hits], pa.int64())


def _span(ids: Any) -> int:
    return int(ids[-1].as_py() - ids[0].as_py()) if len(ids) else 0


def _next(ids: Any) -> int:
    return int(ids[-1].as_py()) + 1 if len(ids) else 0
