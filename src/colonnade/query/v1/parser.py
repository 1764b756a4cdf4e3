"""The `q` language (section 13 of the reference) to the tree: words, phrases, comparisons, functions, AND, OR, NOT.

Search boxes pass on what people type. So a text that is no query is a text to look for, whole; a name that is no
field's is a word; and a value that cannot be one of its field's matches nothing.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence

from colonnade.query.moments import WORDS, moved
from colonnade.query.schema import Field, Schema
from colonnade.query.tree import And, Call, Compare, CompareOp, Expr, FieldRef, Literal, Not, Or, TextMatch
from colonnade.query.v1 import comparing, words
from colonnade.query.v1.bounds import CHARACTERS, PLACES, TERMS, TEXTS, Bounds
from colonnade.query.v1.functions import OF_PLACES, Argument, CallError, called

DEEPEST = 10
"""Parentheses in parentheses."""

_BLANKS = re.compile(r"\s*+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMPARISON = re.compile(r"([\w.-]+)\s*+(==|>=|<=|=|:|>|<)\s*+")
_WORD = re.compile(r'[^\s()"]++')
_END_OF_RANGE = re.compile(r'[^\s()"\[\]]++')
_BRACKET = re.compile(r"[\[\]]")
_TO = re.compile(r"TO\b")
_CALL = re.compile(r"#(\w+)\(")
_ARGUMENT = re.compile(r'(?:[^,()"]|\([^,()"]*+,[^,()"]*+\))++')
_TOLD = re.compile(r"(\w+)\s*+=\s*+([+-]?[0-9]{1,9})")
_SIGNS = frozenset({"AND", "OR", "NOT"})


def parse_q(
    text: str,
    schema: Schema,
    *,
    own_name: Callable[[str], str] = str,
    wordless: Sequence[Field] = (),
    bounds: Bounds | None = None,
) -> Expr | None:
    """The condition that a text says; None for a blank one. `own_name`: what a field is called in the schema that the
    text calls otherwise. `wordless`: what can be compared as fields can and has no words of its own. `bounds`: shared by
    all texts of a request.

    Raises `Invalid` with code `parameter.invalid` for a text that asks too much, and for no other.
    """
    if not text.strip():
        return None
    bounds = bounds or Bounds()
    bounds.spend(CHARACTERS, len(text))
    try:
        return _Parser(text, schema, own_name, wordless, bounds).parse()
    except _SyntaxError:
        bounds.spend(TEXTS)
        return words.bare(text)


class _SyntaxError(ValueError):
    """The text is no query."""


class _Parser:
    def __init__(
        self,
        text: str,
        schema: Schema,
        own_name: Callable[[str], str],
        wordless: Sequence[Field],
        bounds: Bounds,
    ) -> None:
        self._text = text
        self._schema = schema
        self._own_name = own_name
        self._wordless = {one.name: one for one in wordless if schema.get(one.name) is None}
        self._bounds = bounds
        self._at = 0
        self._depth = 0
        self._texts = 0

    def parse(self) -> Expr:
        found = self._or()
        if self._at < len(self._text):
            raise _SyntaxError
        self._bounds.spend(TEXTS, self._texts)
        return found

    def _or(self) -> Expr:
        terms = [self._and()]
        while self._sign("OR"):
            terms.append(self._and())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _and(self) -> Expr:
        terms = [self._not()]
        while self._sign("AND") or not self._is_over():
            terms.append(self._not())
        found = tuple(words.merged(terms))
        self._texts += _number_of_texts(found)
        return found[0] if len(found) == 1 else And(found)

    def _not(self) -> Expr:
        is_negated = False
        while self._sign("NOT"):
            is_negated = not is_negated
        found = self._term()
        return Not(found) if is_negated else found

    def _term(self) -> Expr:
        self._bounds.spend(TERMS)
        if self._take("("):
            return self._group()
        if (call := self._match(_CALL)) is not None:
            return self._call(call[1].lower())
        if (quoted := self._match(_QUOTED)) is not None:
            return words.phrase(_unquoted(quoted))
        if (comparison := self._comparison()) is not None:
            return comparison
        word = self._match(_WORD)
        if word is None or word[0] in _SIGNS:
            raise _SyntaxError
        return words.bare(word[0])

    def _group(self) -> Expr:
        self._depth += 1
        if self._depth > DEEPEST:
            raise _SyntaxError
        found = self._or()
        if not self._take(")"):
            raise _SyntaxError
        self._depth -= 1
        return found

    def _comparison(self) -> Expr | None:
        found = _COMPARISON.match(self._text, self._at)
        field = None if found is None else self._field(found[1])
        if found is None or field is None:
            return None
        self._at = found.end()
        sign = found[2]
        if sign == comparing.CONTAINS and (bracket := self._match(_BRACKET)) is not None:
            return self._range(field, is_low_closed=bracket[0] == "[")
        if field.name in self._wordless and sign == comparing.CONTAINS:
            sign = "="
        value, is_quoted = self._value(_WORD)
        return comparing.compared(field, sign, value, is_quoted=is_quoted)

    def _range(self, field: Field, *, is_low_closed: bool) -> Expr:
        low, _ = self._value(_END_OF_RANGE)
        if self._match(_TO) is None:
            raise _SyntaxError
        high, _ = self._value(_END_OF_RANGE)
        bracket = self._match(_BRACKET)
        if bracket is None:
            raise _SyntaxError
        return comparing.between(field, low, high, is_closed=(is_low_closed, bracket[0] == "]"))

    def _value(self, word: re.Pattern[str]) -> tuple[str | Call, bool]:
        """A value, and whether it was quoted."""
        if (quoted := self._match(_QUOTED)) is not None:
            return _unquoted(quoted), True
        if (call := self._match(_CALL)) is not None:
            if call[1].lower() != "now":
                raise _SyntaxError
            return _moment(self._arguments()), False
        found = self._match(word)
        if found is None:
            raise _SyntaxError
        return found[0], False

    def _call(self, name: str) -> Expr:
        if name in OF_PLACES:
            self._bounds.spend(PLACES)
        try:
            return called(name, self._arguments(), self._field, self._schema)
        except CallError:
            raise _SyntaxError from None

    def _arguments(self) -> list[Argument]:
        found: list[Argument] = []
        while not self._take(")"):
            if found and not self._take(","):
                raise _SyntaxError
            if (quoted := self._match(_QUOTED)) is not None:
                found.append(Argument(_unquoted(quoted), is_quoted=True))
            elif (plain := self._match(_ARGUMENT)) is not None:
                found.append(Argument(plain[0].strip()))
            else:
                raise _SyntaxError
        return found

    def _field(self, name: str) -> Field | None:
        return self._wordless.get(name) or self._schema.get(self._own_name(name))

    def _sign(self, sign: str) -> bool:
        """Take AND, OR or NOT, if that stands here."""
        self._skip()
        found = _WORD.match(self._text, self._at)
        if found is None or found[0] != sign:
            return False
        self._at = found.end()
        return True

    def _is_over(self) -> bool:
        """Whether what follows is not a part of this conjunction."""
        self._skip()
        if self._text.startswith(")", self._at) or self._at == len(self._text):
            return True
        found = _WORD.match(self._text, self._at)
        return found is not None and found[0] == "OR"

    def _take(self, sign: str) -> bool:
        self._skip()
        is_there = self._text.startswith(sign, self._at)
        self._at += len(sign) if is_there else 0
        return is_there

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._skip()
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def _skip(self) -> None:
        blanks = _BLANKS.match(self._text, self._at)
        assert blanks is not None
        self._at = blanks.end()


def _number_of_texts(terms: Sequence[Expr]) -> int:
    texts = (one.term if isinstance(one, Not) else one for one in terms)
    return sum(isinstance(one, TextMatch) for one in texts)


def _moment(arguments: Sequence[Argument]) -> Call:
    told: dict[str, int] = {}
    for one in arguments:
        found = _TOLD.fullmatch(one.text)
        if found is None or found[1].lower() not in WORDS:
            raise _SyntaxError
        told.pop(found[1].lower(), None)  # so that the last one of two stands last
        told[found[1].lower()] = int(found[2])
    try:
        moved(dt.datetime.now(dt.UTC), told)
    except ValueError:
        raise _SyntaxError from None
    terms = (Compare(CompareOp.EQ, FieldRef(name), Literal(number)) for name, number in told.items())
    return Call("now", tuple(terms))


def _unquoted(found: re.Match[str]) -> str:
    return _ESCAPE.sub(r"\1", found[1])
