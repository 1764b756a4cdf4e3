"""Numbers as texts say them."""

import re

LEAST, MOST = -(2**63), 2**63 - 1
"""The whole numbers that rows can hold."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


def read_number(text: str) -> int | float:
    """A whole number as it is, if rows can hold it; what is longer or no whole number, as near as a double is. Raises
    ValueError for a text that is no number."""
    if _WHOLE.fullmatch(text) and is_storable(found := int(text)):
        return found
    return float(text)


def is_storable(number: int) -> bool:
    return LEAST <= number <= MOST


def negated(number: float) -> int | float:
    """The least number that rows can hold is none of them without its sign, and was read as a double."""
    return LEAST if number == -LEAST else -number
