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


def free_name(wanted: str, is_taken: Callable[[str], bool], *, separator: str = "-") -> str:
    """The wanted name, or the first of `name-2`, `name-3`, ... that is not taken."""
    name, number = wanted, 2
    while is_taken(name):
        name, number = f"{wanted}{separator}{number}", number + 1
    return name
