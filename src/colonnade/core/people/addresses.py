"""E-mail addresses as names of people."""

import re

LONGEST = 254
INVALID = "Email address is not valid."

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)


def is_address(text: str) -> bool:
    """Whether mail could be sent there from anywhere: `somebody@host.example`, in ASCII."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def plain(text: str) -> str:
    """The same address in the one form in which addresses are compared."""
    return text.encode(errors="replace").decode().strip().lower()
