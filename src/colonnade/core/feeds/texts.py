"""Texts that publishers wrote, as documents may hold them: every character allowed in XML, addresses that are some."""

import html
import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

import nh3

LOOKED_AT = 100_000
"""Characters of an HTML text whose words are taken."""

# What XML 1.0 has no place for, and what it discourages among controls. A few such characters in a title must not make
# a catalogue of thousands of datasets unreadable.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NO_HOST = re.compile(r"[\s\[\]<>\"{}|\\^`%]")
_SAFE = "/?#&=+;:@!$'()*,~%-._"
"""What stands for itself in an address."""
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?_~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_BLOCK = re.compile(r"(?=</?(?:p|br|li|ul|ol|div|h[1-6]|tr|td|th|table|blockquote|pre)\b)", re.IGNORECASE)
_PLAIN = nh3.Cleaner(tags=set())


def text(value: object) -> str | None:
    """A value of metadata as a text; None if it says nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _NO_TEXT.sub("", str(value)).strip() or None


def texts(value: object) -> tuple[str, ...]:
    """The same for a list, or for a single text that stands for one; each text once."""
    some = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(found for one in some if (found := text(one)) is not None))


def address(value: str | None) -> str | None:
    """An address of the web as a URI; None if the text is none."""
    try:
        parts = urlsplit(value or "")
        host, _port = parts.hostname, parts.port
        netloc = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
        if parts.scheme not in {"http", "https"} or not host or _NO_HOST.search(netloc):
            return None
    except ValueError:  # also of the encoding
        return None
    rest = urlunsplit(("", "", parts.path, parts.query, parts.fragment.replace("#", "%23")))
    return f"{parts.scheme}://{netloc}{quote(_BARE_PERCENT.sub('%25', rest), safe=_SAFE)}"


def addresses(value: str) -> tuple[str, ...]:
    """The addresses that a text is made of; none if it says anything else."""
    parts = [one for one in re.split(r"[\s,;]+", value) if one]
    found = [address(one) for one in parts]
    return () if None in found else tuple(one for one in found if one is not None)


def mail(value: str | None) -> str | None:
    """A mail address; None if the text is none."""
    bare = (value or "").removeprefix("mailto:").strip()
    return bare if _MAIL.fullmatch(bare) else None


def language(value: str | None) -> str | None:
    return value if value and _LANGUAGE.fullmatch(value) else None


def words(written: str) -> str:
    """The words of an HTML text."""
    spaced = _BLOCK.sub(" ", written[:LOOKED_AT])
    return _NO_TEXT.sub("", " ".join(html.unescape(_PLAIN.clean(spaced)).split()))


def folded(value: str) -> str:
    """Without accents and the case of letters, to be looked up."""
    plain = unicodedata.normalize("NFKD", value)
    return "".join(one for one in plain if not unicodedata.combining(one)).casefold().strip()
