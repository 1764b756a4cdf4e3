"""What is looked for as words, and how words that stand side by side are looked for at once."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from colonnade.errors import Invalid
from colonnade.query import nicknames
from colonnade.query.lucene.syntax import Text
from colonnade.query.schema import Schema
from colonnade.query.tree import And, Call, Expr, FieldRef, Literal, MatchMode, Not, Or, TextMatch
from colonnade.query.types import GEO
from colonnade.query.walk import walk

NEVER, ALWAYS = Literal(value=False), Literal(value=True)

LONGEST_ACROSS = 20
"""Words of a phrase that may begin in one cell of a row and end in another."""

MOST_ACROSS = 100
MOST_TEXTS = 20
"""Such phrases in a question, and how often it may look at the text of a row for them: once for all that are joined by
OR."""

ACROSS = "words_across"
"""Of a regular expression (RE2), the phrases that it was made of, one a line, and the cells."""
_NO_SIGNS = str.maketrans("*?", "  ")
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
    if field is not None or not text.is_quoted or len(words) < 2:
        return within
    parts = _parts(text.plain)
    if not 1 < len(parts) <= LONGEST_ACROSS:
        return within
    everywhere = TextMatch(" ".join(words), mode=MatchMode.VARIANTS)
    pattern = " ".join(map(_either_name, parts))
    return Or((within, And((everywhere, Call(ACROSS, (Literal(pattern), Literal(" ".join(words))))))))


def _parts(text: str) -> list[str]:
    """The words of a text without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return _WORD.findall("".join(one for one in plain if not unicodedata.combining(one)))


def _either_name(word: str) -> str:
    names = (word, *nicknames.others(word))
    return re.escape(word) if len(names) == 1 else f"(?:{'|'.join(names)})"


def merged(expr: Expr, schema: Schema) -> Expr:
    """The same condition, with texts that are alternatives in one place as one text, and phrases that may go on in the
    next cell naming the cells. Raises `Invalid` for too many of these."""
    found = _merged(expr, schema)
    across = [one.arguments[1] for one in walk(found) if isinstance(one, Call) and one.function == ACROSS]
    phrases = sum(len(str(one.value).split("\n")) for one in across if isinstance(one, Literal))
    if phrases > MOST_ACROSS or len(across) > MOST_TEXTS:
        raise Invalid(
            f"This search asks too much: it may have {MOST_ACROSS} phrases of whole rows at most, in {MOST_TEXTS} places"
            " that are not joined by OR.",
            code="parameter.invalid",
            parameter="q",
        )
    return found


def _merged(expr: Expr, schema: Schema) -> Expr:
    match expr:
        case Not(term):
            return Not(_merged(term, schema))
        case And(terms):
            return And(tuple(_merged(one, schema) for one in terms))
        case Or(terms):
            found = _alternatives([_merged(one, schema) for one in terms])
            return found[0] if len(found) == 1 else Or(tuple(found))
        case Call(name, (pattern, phrases)) if name == ACROSS:
            cells = (FieldRef(one.name) for one in schema.fields if one.type not in GEO)
            return Call(ACROSS, (pattern, phrases, *cells))
        case _:
            return expr


def _match(text: str, field: str | None) -> TextMatch:
    return TextMatch(text, None if field is None else (field,), MatchMode.VARIANTS, is_any=True)


def _alternatives(terms: Sequence[Expr]) -> list[Expr]:
    texts: dict[tuple[str, ...] | None, list[str]] = {}
    across: list[And] = []
    others: list[Expr] = []
    for one in _flat(terms):
        match one:
            case TextMatch(is_any=True):
                texts.setdefault(one.fields, []).append(one.text)
            case And((TextMatch(), Call(function))) if function == ACROSS:
                across.append(one)
            case _:
                others.append(one)
    matches = (
        TextMatch(" ".join(dict.fromkeys(told)), fields, MatchMode.VARIANTS, is_any=True)
        for fields, told in texts.items()
    )
    return [*matches, *([_any_across(across)] if across else []), *others]


def _any_across(found: Sequence[And]) -> And:
    """Any of these phrases that may go on in the next cell. The text of a row is made once, of rows that have the longest
    word of one: rows with all words of each would be as many lists as there are phrases."""
    if len(found) == 1:
        return found[0]
    calls = [one for _, one in (both.terms for both in found) if isinstance(one, Call)]
    patterns, phrases = (
        tuple(dict.fromkeys(str(one.value) for one in column if isinstance(one, Literal)))
        for column in zip(*(one.arguments[:2] for one in calls), strict=True)
    )
    lines = "\n".join(phrases)
    words = TextMatch(
        " ".join(dict.fromkeys(_longest(one) for one in lines.split("\n"))),
        mode=MatchMode.VARIANTS,
        is_any=True,
    )
    return And((words, Call(ACROSS, (Literal("|".join(patterns)), Literal(lines), *calls[0].arguments[2:]))))


def _longest(phrase: str) -> str:
    return max(phrase.split(), key=lambda word: sum(map(str.isalnum, word)))


def _flat(terms: Sequence[Expr]) -> Iterator[Expr]:
    for one in terms:
        if isinstance(one, Or):
            yield from _flat(one.terms)
        else:
            yield one
