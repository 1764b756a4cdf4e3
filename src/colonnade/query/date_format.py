"""The patterns of `date_format`: what they are made of, and the names of days and months."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError

LONGEST = 200
"""Characters of a pattern."""

SYMBOLS = frozenset(
    "yy YY yyyy YYYY xx xxxx xxxxx w ww e E EEEE D DDD M MM MMM MMMM d dd H HH m mm s ss".split()  # noqa: SIM905
)

_PIECE = re.compile(r"'(?P<text>(?:[^']|'')*)'|(?P<symbol>([A-Za-z])\3*)|(?P<other>[^A-Za-z']+)")


@dataclass(frozen=True, slots=True)
class Part:
    """A symbol, or a text that stands for itself."""

    text: str
    is_symbol: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """Months from January, days from Monday; short ones first."""

    months: Sequence[str]
    full_months: Sequence[str]
    days: Sequence[str]
    full_days: Sequence[str]

    def of(self, symbol: str) -> Sequence[str]:
        return {"MMM": self.months, "MMMM": self.full_months, "E": self.days, "EEEE": self.full_days}[symbol]


NAMED = frozenset({"MMM", "MMMM", "E", "EEEE"})
"""The symbols that are words of a language."""


@cache
def names(language: str) -> Names:
    """The names that a language has for days and months, as they stand by themselves: a group's key has no day beside
    its month. `language`: two letters; one that the Unicode locale data do not know is English."""
    try:
        locale = Locale(language)
    except (ValueError, UnknownLocaleError):
        locale = Locale("en")
    months, days = locale.months["stand-alone"], locale.days["stand-alone"]
    return Names(
        months=[months["abbreviated"][at] for at in range(1, 13)],
        full_months=[months["wide"][at] for at in range(1, 13)],
        days=[days["abbreviated"][at] for at in range(7)],
        full_days=[days["wide"][at] for at in range(7)],
    )


def parts(pattern: str) -> tuple[Part, ...]:
    """What a pattern is made of. Raises ValueError, whose message is a sentence."""
    if len(pattern) > LONGEST:
        raise ValueError(f"A date format may have {LONGEST} characters at most.")
    found: list[Part] = []
    at = 0
    while at < len(pattern):
        piece = _PIECE.match(pattern, at)
        if piece is None:
            raise ValueError(f"The quote at position {at} of the date format is not closed.")
        found.append(_part(piece))
        at = piece.end()
    return tuple(found)


def _part(piece: re.Match[str]) -> Part:
    symbol = piece["symbol"]
    if symbol is None:
        text = piece["other"] if piece["text"] is None else piece["text"].replace("''", "'") or "'"
        return Part(text)
    if symbol not in SYMBOLS:
        raise ValueError(f"Unknown symbol {symbol} in the date format.")
    return Part(symbol, is_symbol=True)
