"""What a text of the Lucene language says, before it is known of which dataset it is asked."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """Words as they are written: what is looked for, signs and all.

    `pattern`: the text where `*` and `?` stand for other letters; None for one without such signs. `is_quoted`: what
    stood between quotes.
    """

    plain: str
    pattern: str | None = None
    is_quoted: bool = False

    @property
    def has_words(self) -> bool:
        return any(map(str.isalnum, self.plain))


@dataclass(frozen=True, slots=True)
class Interval:
    """From one value to another; None is an open end."""

    low: str | None
    high: str | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Anything:
    """`*`: whatever value there is."""


Value: TypeAlias = Text | Interval | Anything


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value, looked for in a field; None: in the whole row."""

    field: str | None
    value: Value


@dataclass(frozen=True, slots=True)
class Both:
    terms: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    terms: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Without:
    term: "Node"


Node: TypeAlias = Leaf | Both | Either | Without


def fields(node: Node) -> frozenset[str]:
    """The fields that a text names."""
    return frozenset(one.field for one in leaves(node) if one.field is not None)


def leaves(node: Node) -> list[Leaf]:
    """All leaves; no tree is much deeper than `parser.DEEPEST`."""
    match node:
        case Leaf():
            return [node]
        case Without(term):
            return leaves(term)
        case Both(terms) | Either(terms):
            return [one for term in terms for one in leaves(term)]
