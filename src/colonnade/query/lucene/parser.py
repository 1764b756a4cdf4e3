"""The Lucene language to its syntax tree. Pure, and safe to call from any thread.

What stands side by side is joined by OR. `+` makes a part necessary, `-` and `NOT` exclude it from all that stands beside
it; AND binds closer than both. A text that does not follow the grammar is looked for as it stands, word by word.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import islice

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from colonnade.errors import Invalid
from colonnade.query.lucene.syntax import Anything, Both, Either, Interval, Leaf, Node, Text, Value, Without

LONGEST = 20_000
MOST_TERMS = 1_000
MOST_PATTERNS = 100
DEEPEST = 20
"""Characters of a text, words and values in it, those with a wildcard inside, and parentheses in parentheses."""

ANY = "*"
_WORD_OR_SIGN = re.compile(r'"(?:[^"\\]|\\.)*+"?|(?:\\.|[^\s()"\\])++|\\', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_INTERVAL = re.compile(r'(?P<low>"(?:\\.|[^"\\])*"|\S+)\s+TO\s+(?P<high>"(?:\\.|[^"\\])*"|\S+)', re.DOTALL)
_QUOTES = '"'
_OF_NUMBERS = frozenset("0123456789.")
_REQUIRED, _EXCLUDED = "+", frozenset({"-", "!", "NOT"})


def parse(text: str) -> Node | None:
    """What a text says; None for a blank one, which asks for nothing.

    Raises `Invalid` with code `parameter.invalid` for a text that asks too much, and for no other.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")  # without halves of characters
    if not text.strip(" \t\r\n\f\v()"):
        return None
    _check_length(text)
    try:
        found = _grammar().parse(text)
    except UnexpectedInput:
        return literal(text)
    _check_depth(text)
    node: Node = _Reader().transform(found)
    return node


def literal(text: str) -> Node:
    """Every word of a text as it stands; one of them has to be found."""
    return _either([Leaf(None, Text(one)) for one in text.split()])


def too_much(detail: str) -> Invalid:
    return Invalid(f"This search asks too much: {detail}.", code="parameter.invalid", parameter="q")


@cache
def _grammar() -> Lark:
    text = resources.files(__package__).joinpath("lucene.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        raise too_much(f"it may have {LONGEST:,} characters at most")
    if next(islice(_WORD_OR_SIGN.finditer(text), MOST_TERMS, None), None) is not None:
        raise too_much(f"it may have {MOST_TERMS:,} words and values at most")
    if sum(one in "*?" for one in text) > MOST_PATTERNS:
        raise too_much(f"it may have {MOST_PATTERNS} wildcards at most")


def _check_depth(text: str) -> None:
    """Of a text that follows the grammar, so that every parenthesis outside words is closed."""
    depth = 0
    for one in re.finditer(r'"(?:[^"\\]|\\.)*+"|\\.|[()]', text, re.DOTALL):
        depth += (one[0] == "(") - (one[0] == ")")
        if depth > DEEPEST:
            raise too_much(f"parentheses may be nested {DEEPEST} deep at most")


@dataclass(frozen=True)
class _Item:
    """A part of a text and the sign before it."""

    node: Node
    is_required: bool = False
    is_excluded: bool = False


class _Reader(Transformer[Token, Node]):
    """Values outside `field:` are leaves without a field, and get one where `field:` stands before them."""

    def word(self, children: list[Token]) -> Node:
        return Leaf(None, _word(str(children[0])))

    def phrase(self, children: list[Token]) -> Node:
        quoted = str(children[0])
        return Leaf(None, Text(_unescaped(quoted[1 : quoted.rindex(_QUOTES)]), is_quoted=True))

    def interval(self, children: list[Token]) -> Node:
        told = str(children[0])
        found = _INTERVAL.search(told[1:-1])
        assert found is not None, "the grammar saw to it"
        low, high = (_bound(found[name]) for name in ("low", "high"))
        return Leaf(None, Interval(low, high, told[0] == "[", told[-1] == "]"))

    def fielded(self, children: list[Token | Node]) -> Node:
        name, node = children
        assert not isinstance(node, Token)
        return _in_field(node, str(name).rstrip().removesuffix(":").rstrip())

    def item(self, children: list[Token | Node]) -> _Item:
        *signs, node = children
        assert not isinstance(node, Token)
        is_excluded = sum(sign in _EXCLUDED for sign in signs) % 2 == 1
        return _Item(node, bool(signs) and signs[-1] == _REQUIRED and not is_excluded, is_excluded)

    def chain(self, children: list[_Item]) -> _Item:
        if len(children) == 1:
            return children[0]
        return _Item(Both(tuple(Without(one.node) if one.is_excluded else one.node for one in children)))

    def level(self, children: list[_Item]) -> Node:
        required = [one.node for one in children if one.is_required]
        optional = [one.node for one in children if not one.is_required and not one.is_excluded]
        excluded = [Without(one.node) for one in children if one.is_excluded]
        terms = [*(required or ([_either(optional)] if optional else [])), *excluded]
        return terms[0] if len(terms) == 1 else Both(tuple(terms))


def _word(raw: str) -> Value:
    told = _unweighed(raw)
    if told == ANY:
        return Anything()
    pattern = None
    if any(one in "*?" for one in _ESCAPE.sub("", told)):
        pattern = "".join(_pattern_parts(told))
    return Text(_unescaped(told), pattern)


def _unweighed(raw: str) -> str:
    """Without how much a word counts (`^2`) and how nearly it has to be met (`~`, `~0.8`): neither says whether it is
    looked for. One look at each character from the end: patterns that begin anywhere look at them again and again."""
    end = len(raw)
    while True:
        sign = end - 1
        while sign > 0 and raw[sign] in _OF_NUMBERS:
            sign -= 1
        is_weight = sign > 0 and (raw[sign] == "~" or (raw[sign] == "^" and sign < end - 1))
        if not is_weight:
            return raw[:end]
        end = sign


def _pattern_parts(told: str) -> list[str]:
    """With only those wildcards that are not escaped."""
    quiet = {"*": " ", "?": " "}
    return [
        quiet.get(part[1:], part[1:]) if part.startswith("\\") else part
        for part in re.findall(r"\\.|[^\\]+|\\", told, re.DOTALL)
    ]


def _bound(told: str) -> str | None:
    if told == ANY:
        return None
    return _unescaped(told[1:-1] if told.startswith(_QUOTES) and len(told) > 1 else told)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _in_field(node: Node, name: str) -> Node:
    return _changed(node, lambda leaf: Leaf(name, leaf.value))


def _changed(node: Node, change: Callable[[Leaf], Leaf]) -> Node:
    match node:
        case Leaf():
            return change(node)
        case Without(term):
            return Without(_changed(term, change))
        case Both(terms):
            return Both(tuple(_changed(one, change) for one in terms))
        case Either(terms):
            return Either(tuple(_changed(one, change) for one in terms))


def _either(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))
