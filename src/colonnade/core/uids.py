"""Identifiers that people see: `da_x1y2z3`. Never changed, never reused."""

import re
import secrets
import string
import unicodedata
from collections.abc import Callable

ALPHABET = string.ascii_lowercase + string.digits


def new_uid(prefix: str, is_taken: Callable[[str], bool]) -> str:
    """A fresh `<prefix>_` and six characters of [a-z0-9] that is not taken yet."""
    while True:
        uid = f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(6))
        if not is_taken(uid):
            return uid


def slug(text: str, *, separator: str = "-") -> str:
    """Lower-case ASCII letters, digits and separators; empty when the text has none of them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", separator, plain).strip(separator)


def free_name(wanted: str, is_taken: Callable[[str], bool], *, separator: str = "-", first: int = 2) -> str:
    """The wanted name, or one of `name-2`, `name-3`, ... that is not taken (`first`: the number that they begin with):
    the first, as long as no name in between was given up. A few looks however many are taken."""
    if not is_taken(wanted):
        return wanted

    def numbered(number: int) -> str:
        return f"{wanted}{separator}{number - 2 + first}"

    taken, free = 1, 2
    while is_taken(numbered(free)):
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(numbered(middle)) else (taken, middle)
    return numbered(free)
