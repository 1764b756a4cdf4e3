"""Conditions as the overview answers them: words and phrases of whole rows, numbers and dates by the names of columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, product

import tantivy
from tantivy import FieldType, Occur, Query

from colonnade.index.analyzer import is_kept, words
from colonnade.index.overview_port import LEAST, MOST, number
from colonnade.index.variants import Variants, phrases, runs
from colonnade.query.schema import MODIFIED
from colonnade.query.tree import (
    And,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    IsNull,
    Literal,
    MatchMode,
    Not,
    Or,
    TextMatch,
)

SLOT, MODIFIED_FIELD, TEXT, EXTRAS, NUMBERS = "slot", "modified", "text", "extras", "numbers"

_BORDER = "\ua882"
BETWEEN = f" {_BORDER} "
"""Stands between two cells of a row: a letter that hardly anybody writes, so that it is a word."""

LONGEST_ACROSS = 6
"""Words of a phrase across cells: where the borders are is tried out."""

MOST_FORMS = 4_000
"""Of all phrases across cells of a question, with their nicknames and borders."""

_NAME = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Asking:
    index: tantivy.Index
    searcher: tantivy.Searcher

    def query(self, where: Expr) -> Query | None:
        """None for a condition that cannot be asked here. Raises `Invalid` for a pattern that no index takes."""
        match where:
            case Literal(value=bool() as value):
                return self._all() if value else Query.boolean_query([])
            case And(terms):
                return self._joined(Occur.Must, terms)
            case Or(terms):
                return self._joined(Occur.Should, terms)
            case Not(term):
                found = self.query(term)
                return None if found is None else self._without(found)
            case TextMatch(fields=None, mode=MatchMode.VARIANTS):
                return self._text(where)
            case Call("words_across", (_, Literal(value=str() as phrases), *_)):
                return self._across(phrases.split("\n"))
            case Compare(op, value, Literal(value=wanted)):
                return self._compared(op, value, number(wanted))
            case IsNull(FieldRef() as value, True):
                return self._between(value, LEAST, MOST)
            case _:
                return None

    def _joined(self, how: Occur, terms: Sequence[Expr]) -> Query | None:
        found = [self.query(one) for one in terms]
        some = [one for one in found if one is not None]
        return Query.boolean_query([(how, one) for one in some]) if len(some) == len(found) else None

    def _all(self) -> Query:
        return Query.range_query(self.index.schema, SLOT, FieldType.Integer, 0, MOST)

    def _without(self, query: Query) -> Query:
        return Query.boolean_query([(Occur.Must, self._all()), (Occur.MustNot, query)])

    def _text(self, match: TextMatch) -> Query:
        found = runs(match.text)
        possible = [one for one in found if one.can_match]
        if not possible or (len(possible) < len(found) and not match.is_any):
            return Query.boolean_query([])
        asked = Variants(self.index.schema, (TEXT,), (EXTRAS,), self._is_taken)
        return asked.some(possible) if match.is_any else asked.every(possible)

    def _is_taken(self, query: Query) -> bool:
        try:
            self.searcher.search(query, 1, count=False)
        except ValueError:
            return False
        return True

    def _across(self, told: Sequence[str]) -> Query | None:
        """Any of these phrases."""
        split = [words(one) for one in told]
        if any(len(parts) > LONGEST_ACROSS for parts in split):
            return None
        possible = [parts for parts in split if len(parts) > 1 and all(map(is_kept, parts))]
        forms = (form for parts in possible for one in phrases(parts) for form in _bordered(one))
        some = list(islice(forms, MOST_FORMS + 1))
        if len(some) > MOST_FORMS:
            return None
        return Query.boolean_query(
            [(Occur.Should, Query.phrase_query(self.index.schema, TEXT, list(one))) for one in some]
        )

    def _compared(self, op: CompareOp, value: Expr, wanted: int | None) -> Query | None:
        if wanted is None or op is CompareOp.NE:
            return None
        low = {CompareOp.GE: wanted, CompareOp.GT: wanted + 1, CompareOp.EQ: wanted}.get(op, LEAST)
        high = {CompareOp.LE: wanted, CompareOp.LT: wanted - 1, CompareOp.EQ: wanted}.get(op, MOST)
        return self._between(value, low, high)

    def _between(self, value: Expr, low: int, high: int) -> Query | None:
        if not LEAST <= low <= high <= MOST:
            return Query.boolean_query([])
        match value:
            case Call("system", (Literal(value=name),)) if name == MODIFIED:
                return Query.range_query(self.index.schema, MODIFIED_FIELD, FieldType.Integer, low, high)
            case FieldRef(name) if _NAME.fullmatch(name):
                # A path into JSON can only be written in Tantivy's own language; nothing in it is a client's text.
                return self.index.parse_query(f"{NUMBERS}.{name}:[{low} TO {high}]", [TEXT])
            case _:
                return None


def _bordered(parts: Sequence[str]) -> list[list[str]]:
    """A phrase with at least one border of cells in it, wherever it may be."""
    first, *rest = parts
    found = []
    for borders in product((False, True), repeat=len(rest)):
        if any(borders):
            told = [first]
            for is_border, word in zip(borders, rest, strict=True):
                told += [_BORDER, word] if is_border else [word]
            found.append(told)
    return found
