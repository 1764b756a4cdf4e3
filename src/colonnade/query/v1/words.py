"""What is looked for as words."""

import re
from collections.abc import Iterable, Iterator

from colonnade.query.tree import Expr, MatchMode, TextMatch

LONGEST_OPEN = 500
"""Characters of a text whose every word may go on; the words of a longer one are looked for as they are."""

_BETWEEN = re.compile(r"[\s*]+")


def bare(text: str) -> TextMatch:
    """Words in any field, each of which may go on, as a search box has them."""
    if len(text) > LONGEST_OPEN:
        return TextMatch(text.replace("*", " "))
    return TextMatch(text, mode=MatchMode.PREFIXES)


def phrase(text: str, field: str | None = None) -> TextMatch:
    """Words one after the other. A run without blanks is one, whatever stands between its words."""
    return TextMatch("-".join(_BETWEEN.split(text.strip())), None if field is None else (field,))


def of_field(text: str, field: str) -> TextMatch:
    """A word of one field, as it is; `*` at its end is its continuation."""
    return TextMatch(text, (field,))


def merged(terms: Iterable[Expr]) -> Iterator[Expr]:
    """The terms of a conjunction; bare words that stand side by side are one text, looked for at once."""
    words: list[str] = []
    for one in terms:
        if _is_bare(one):
            assert isinstance(one, TextMatch)
            words.append(one.text)
            continue
        if words:
            yield bare(" ".join(words))
            words = []
        yield one
    if words:
        yield bare(" ".join(words))


def _is_bare(expr: Expr) -> bool:
    return isinstance(expr, TextMatch) and expr.fields is None and expr.mode is MatchMode.PREFIXES
