"""Headers that publishers may have sent with a request."""

import re
from collections.abc import Iterable

from colonnade.errors import Invalid

Pairs = tuple[tuple[str, str], ...]

MAX_HEADERS = 50
MAX_VALUE = 8000

OURS = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "if-match", "if-modified-since"}
    | {
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
    }
    | {"proxy-connection", "range", "te", "trailer", "transfer-encoding", "upgrade"}
)
"""What the client says itself: how the message is framed, where it goes, and what is already here."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_VALUE = re.compile(r"[\x20-\x7e\t]*")


def problem(name: str, value: str) -> str | None:
    """What is wrong with a header, in a sentence that does not show the value; None: nothing."""
    if not _TOKEN.fullmatch(name):
        return "A header's name is letters, digits and -."
    if name.lower() in OURS:
        return f"The header {name} is set by the portal."
    if len(value) > MAX_VALUE or not _VALUE.fullmatch(value):
        return f"The header {name} has characters that a header cannot have, or too many."
    return None


def checked(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """The headers as they are. Raises `Invalid`."""
    found = tuple(pairs)
    if len(found) > MAX_HEADERS:
        raise Invalid(f"There can be {MAX_HEADERS} headers at most.", code="fetch.header")
    for name, value in found:
        wrong = problem(name, value)
        if wrong is not None:
            raise Invalid(wrong, code="fetch.header")
    return found
