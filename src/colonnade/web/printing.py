"""Values as people read them: numbers, days, short texts, HTML that others wrote."""

import datetime as dt
import html
import re

import nh3
from markupsafe import Markup

_BLOCK = re.compile(r"(?=</?(?:p|br|li|ul|ol|div|h[1-6]|tr|td|th|table|blockquote|pre)\b)", re.IGNORECASE)
_SECOND = re.compile(r"<(?:h[1-6]|ul|ol|dl|table|pre|blockquote)\b", re.IGNORECASE)
_LOOKED_AT = 20_000
"""Characters of an HTML text that a summary is made of."""
_HEADING = re.compile(r"<(/?)h[1-6]>")
_DESCRIBING = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "div", "span", "blockquote", "pre", "code", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("a", "b", "strong", "i", "em", "u", "s", "small", "sub", "sup", "abbr", "q", "cite", "mark"),
        *("ul", "ol", "li", "dl", "dt", "dd"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    },
    attributes={"a": {"href", "title", "hreflang"}, "abbr": {"title"}, "*": {"lang", "dir"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)
_PLAIN = nh3.Cleaner(tags=set())


def number(value: int) -> str:
    return f"{value:,}"


def size(count: int) -> str:
    """Bytes as people count them: `3.4 MB`, in powers of 1,000."""
    value, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 999.5 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.0f} {units[0]}" if value >= 100 or units[0] == "bytes" else f"{value:.1f} {units[0]}"


def plural(count: int, word: str, words: str | None = None) -> str:
    """`1 dataset`, `2 datasets`."""
    return f"{number(count)} {word if count == 1 else words or f'{word}s'}"


def day(value: dt.date) -> str:
    """`5 May 2021`; a datetime is of its own zone."""
    return f"{value.day} {value:%B} {value.year}"


def moment(value: object) -> dt.datetime | None:
    """A datetime of metadata, if it is one."""
    try:
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def cleaned(text: str) -> Markup:
    """HTML that others wrote, with what is harmless of it. Its headings become those below a section's."""
    return Markup(_HEADING.sub(r"<\1h3>", _DESCRIBING.clean(text)))  # noqa: S704 - cleaned just now


def plain(text: str) -> str:
    """The words of an HTML text."""
    return " ".join(html.unescape(_PLAIN.clean(_BLOCK.sub(" ", text))).split())


def summary(text: str, length: int) -> str:
    """What an HTML text says first, before its headings and lists, if it says anything there."""
    start = text[:_LOOKED_AT]
    return clipped(plain(_SECOND.split(start, maxsplit=1)[0]) or plain(start), length)


def clipped(text: str, length: int) -> str:
    """The beginning of a text, to the last blank where that is near."""
    if len(text) <= length:
        return text
    start = text[:length]
    whole, _, rest = start.rpartition(" ")
    return f"{whole if whole and len(rest) < length // 3 else start}…"
