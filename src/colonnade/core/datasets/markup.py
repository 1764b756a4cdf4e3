"""HTML that publishers wrote, as readers may be given it: what could execute is taken out."""

import html
import re

import nh3

LONGEST = 1_000_000
MAX_TAGS = 10_000
MAX_ELEMENTS = 250_000
"""A parser takes time by the square of the depth of an HTML text, and repeats what formatting was left open in each
paragraph that follows: a few kilobytes can keep it busy for minutes. Within these bounds it takes less than a second."""

_TAG = re.compile(r"<(/?)([a-zA-Z]+)")
_WHOLE_TAG = re.compile(r"<[^<>]*>")
_FORMATTING = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)


def cleaned(text: str) -> str:
    """The same HTML without scripts, handlers and the like. What has too many tags becomes a plain text, escaped."""
    if _is_bounded(text):
        return nh3.clean(text)
    return html.escape(html.unescape(_WHOLE_TAG.sub(" ", text[:LONGEST])))


def _is_bounded(text: str) -> bool:
    if len(text) > LONGEST:
        return False
    tags = _TAG.findall(text)
    opening = [name.lower() for closing, name in tags if not closing]
    formatting = sum(1 for name in opening if name in _FORMATTING)
    return len(tags) <= MAX_TAGS and formatting * len(opening) <= MAX_ELEMENTS
