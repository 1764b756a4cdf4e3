"""What is looked for as words, and how words that stand side by side are looked for at once."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from colonnade.query import nicknames
from colonnade.query.lucene.syntax import Text
from colonnade.query.schema import Schema
from colonnade.query.tree import And, Call, Expr, FieldRef, Literal, MatchMode, Not, Or, TextMatch
from colonnade.query.types import GEO

NEVER, ALWAYS = Literal(value=False), Literal(value=True)

LONGEST_ACROSS = 20
"""Words of a phrase that may begin in one cell of a row and end in another."""

ACROSS = "words_across"
_NO_SIGNS = str.maketrans("*?", "  ")
_LETTERS = r"\pL\pN"
_WORD = re.compile(r"[^\W_]+")


def lower(field: FieldRef) -> Expr:
    return Call("lower", (field,))


def matched(text: Text, field: str | None = None) -> Expr:
    """The row has these words, one after the other, in this field or (None) in any; a phrase in the whole row may go on
    in the next cell."""
    if text.pattern is not None:
        return _match(text.pattern, field)
    words = text.plain.translate(_NO_SIGNS).split()
    within = _match("-".join(words), field)
    if field is not None or not text.is_quoted or not 1 < len(words) <= LONGEST_ACROSS:
        return within
    everywhere = TextMatch(" ".join(words), mode=MatchMode.VARIANTS)
    return Or(
        (within, And((everywhere, Call(ACROSS, (Literal(_pattern(text.plain)), Literal(" ".join(words)))))))
    )


def _pattern(text: str) -> str:
    """A regular expression (RE2) of the words of a text one after the other, in a text without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text.lower())
    words = _WORD.findall("".join(one for one in plain if not unicodedata.combining(one)))
    between = rf"[^{_LETTERS}]+"
    told = between.join(_either_name(one) for one in words)
    return rf"(?:^|[^{_LETTERS}]){told}(?:[^{_LETTERS}]|$)"


def _either_name(word: str) -> str:
    names = (word, *nicknames.others(word))
    return re.escape(word) if len(names) == 1 else f"(?:{'|'.join(names)})"


def merged(expr: Expr, schema: Schema) -> Expr:
    """The same condition, with texts that are alternatives in one place as one text, and phrases that may go on in the
    next cell naming the cells."""
    match expr:
        case Not(term):
            return Not(merged(term, schema))
        case And(terms):
            return And(tuple(merged(one, schema) for one in terms))
        case Or(terms):
            found = _alternatives([merged(one, schema) for one in terms])
            return found[0] if len(found) == 1 else Or(tuple(found))
        case Call(name, arguments) if name == ACROSS:
            cells = (FieldRef(one.name) for one in schema.fields if one.type not in GEO)
            return Call(ACROSS, (*arguments, *cells))
        case _:
            return expr


def _match(text: str, field: str | None) -> TextMatch:
    return TextMatch(text, None if field is None else (field,), MatchMode.VARIANTS, is_any=True)


def _alternatives(terms: Sequence[Expr]) -> list[Expr]:
    texts: dict[tuple[str, ...] | None, list[str]] = {}
    others: list[Expr] = []
    for one in _flat(terms):
        if isinstance(one, TextMatch) and one.is_any:
            texts.setdefault(one.fields, []).append(one.text)
        else:
            others.append(one)
    matches = (
        TextMatch(" ".join(dict.fromkeys(told)), fields, MatchMode.VARIANTS, is_any=True)
        for fields, told in texts.items()
    )
    return [*matches, *others]


def _flat(terms: Sequence[Expr]) -> Iterator[Expr]:
    for one in terms:
        if isinstance(one, Or):
            yield from _flat(one.terms)
        else:
            yield one
