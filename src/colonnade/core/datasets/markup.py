"""HTML that publishers wrote, as readers may be given it: what could execute is taken out."""

import html
import re

import nh3

LONGEST = 1_000_000
MAX_TAGS = 10_000
MAX_ELEMENTS = 250_000
MAX_CHARACTERS = 32_000_000
"""A parser takes time by the square of the depth of an HTML text, and repeats what formatting was left open, with all of
its attributes, in each paragraph that follows: a few kilobytes can keep it busy for minutes and become gigabytes. Within
these bounds it takes less than a second."""

_MARGIN = 10_000
"""Characters that cleaning may add to a short text: the `rel` of each link."""
_TAG = re.compile(r"<(/?)([a-zA-Z]+)")
_WHOLE_TAG = re.compile(r"<[^<>]*>")
_OPENING = re.compile(r"<([a-zA-Z]+)((?:\"[^\"]*\"|'[^']*'|[^\"'>])*)")
_FORMATTING = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)


def cleaned(text: str) -> str:
    """The same HTML without scripts, handlers and the like. What has too many tags, or would become much longer, becomes
    a plain text, escaped."""
    if is_bounded(text):
        found = nh3.clean(text)
        if len(found) <= 2 * len(text) + _MARGIN:
            return found
    return html.escape(html.unescape(_WHOLE_TAG.sub(" ", text[:LONGEST])))


def is_bounded(text: str) -> bool:
    """Whether it is cleaned as HTML."""
    if len(text) > LONGEST:
        return False
    tags = _TAG.findall(text)
    opening = [name.lower() for closing, name in tags if not closing]
    formatting = sum(1 for name in opening if name in _FORMATTING)
    if len(tags) > MAX_TAGS or formatting * len(opening) > MAX_ELEMENTS:
        return False
    repeated = sum(len(one[0]) for one in _OPENING.finditer(text) if one[1].lower() in _FORMATTING)
    return repeated * len(opening) <= MAX_CHARACTERS
