"""What a dataset says of itself in the words of DCAT and of its portal's own (`custom`), as rows of its page. Publishers
write what they like: a value that cannot be read is shown as it is written."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datasets.templates import CUSTOM, Custom
from colonnade.core.feeds import vocabularies
from colonnade.core.people.addresses import is_address
from colonnade.web import links, printing
from colonnade.web.described import Piece

TEMPLATES = ("dcat", "dcat_ap", "dcat_ap_ch")
"""They have the same fields; the first that says something counts."""
LONGEST = 300
"""Characters of a value: a place may be a whole shape."""

_FREQUENCIES: Mapping[str, str] = {
    "CONT": "Continuously",
    "HOURLY": "Every hour",
    "DAILY": "Every day",
    "WEEKLY": "Every week",
    "WEEKLY_2": "Twice a week",
    "WEEKLY_3": "Three times a week",
    "BIWEEKLY": "Every two weeks",
    "MONTHLY": "Every month",
    "MONTHLY_2": "Twice a month",
    "MONTHLY_3": "Three times a month",
    "BIMONTHLY": "Every two months",
    "QUARTERLY": "Every three months",
    "ANNUAL": "Every year",
    "ANNUAL_2": "Twice a year",
    "ANNUAL_3": "Three times a year",
    "BIENNIAL": "Every two years",
    "TRIENNIAL": "Every three years",
    "IRREG": "Irregularly",
    "NEVER": "Never",
}
_INTERVAL = re.compile(r"R/P(?:T(?=\d+[HMS]))?(\d{1,3})([YMWDHS])", re.ASCII)
_UNITS = {"Y": "years", "M": "months", "W": "weeks", "D": "days", "H": "hours", "S": "seconds"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Row:
    title: str
    pieces: tuple[Piece, ...]


def rows(readable: ReadableDataset) -> tuple[Row, ...]:
    """Those of which something is known: in the order of `_SHOWN`, then what only this portal says."""
    told = meta.public(readable.dataset.metadata_published or {})
    values: dict[str, Any] = {}
    for name in reversed(TEMPLATES):
        values |= {field: value for field, value in told.get(name, {}).items() if value not in (None, "", [])}
    own = told.get(CUSTOM, {})
    known = ((title, make(values)) for title, make in _SHOWN)
    named = ((title, _own(own.get(name))) for name, title in _OWN.items())
    further = own.get(Custom.MORE)
    others = {_title(name): value for name, value in own.items() if name not in _OWN and name not in _UNSHOWN}
    others |= further if isinstance(further, Mapping) else {}
    rest = ((printing.clipped(title, LONGEST), _own(value)) for title, value in others.items())
    return tuple(Row(title, pieces) for title, pieces in (*known, *named, *rest) if title and pieces)


def frequency(written: str) -> str:
    """In words: `R/P1Y` is "Every year"."""
    code = vocabularies.frequency(written)
    if code is not None and code in _FREQUENCIES:
        return _FREQUENCIES[code]
    found = _INTERVAL.fullmatch(written.strip())
    if found is None:
        return written
    unit = "minutes" if "PT" in written and found[2] == "M" else _UNITS[found[2]]
    count = int(found[1])
    return f"Every {unit.removesuffix('s')}" if count == 1 else f"Every {count} {unit}"


def period(written: str) -> str:
    """Two ends with a slash between them as days, if they are some."""
    start, slash, end = written.partition("/")
    first, last = _day(start), _day(end if slash else start)
    if first is None or last is None:
        return written
    return first if first == last else f"{first} to {last}"


def _day(text: str) -> str | None:
    """`5 May 2021`; with the time where one stands behind it."""
    day, time = text.strip()[:10], text.strip()[10:]
    try:
        shown = printing.day(dt.date.fromisoformat(day)) if _DAY.fullmatch(day) else None
    except ValueError:
        return None
    return None if shown is None else " ".join([shown, time.lstrip("T ")]).strip()


_Made = Callable[[Mapping[str, Any]], tuple[Piece, ...]]


def _said(name: str, shown: Callable[[str], str] = str) -> _Made:
    return lambda values: tuple(
        Piece(printing.clipped(shown(text), LONGEST)) for text in _texts(values, name)
    )


def _linked(name: str) -> _Made:
    return lambda values: _own(values.get(name))


def _own(value: object) -> tuple[Piece, ...]:
    """Texts, addresses as links."""
    texts = _texts({"": value}, "")
    return tuple(
        Piece(printing.clipped(text, LONGEST), text if links.is_web(text) else None) for text in texts
    )


def _title(name: str) -> str:
    """`data_owner` is "Data owner"."""
    plain = name.replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]


def _access(values: Mapping[str, Any]) -> tuple[Piece, ...]:
    """Only what keeps somebody out."""
    found = _texts(values, "accessRights")
    code = vocabularies.access_right(found[0]) if found else None
    return tuple(map(Piece, found)) if found and code is None else _ACCESS.get(code or "", ())


def _contact(values: Mapping[str, Any]) -> tuple[Piece, ...]:
    """A name that leads to the address by which somebody is reached; one of them where the other is missing."""
    name, mail = (next(iter(_texts(values, field)), "") for field in ("contact_name", "contact_email"))
    mail = mail.removeprefix("mailto:")
    written = tuple(Piece(text) for text in (name, mail) if text)
    return (Piece(name or mail, f"mailto:{quote(mail, safe='@')}"),) if is_address(mail) else written


def _texts(values: Mapping[str, Any], name: str) -> list[str]:
    value = values.get(name)
    some = value if isinstance(value, list) else [value]
    return [text for one in some if isinstance(one, str | int | float) and (text := str(one).strip())]


_SHOWN: tuple[tuple[str, _Made], ...] = (
    ("Creator", _said("creator")),
    ("Contributor", _said("contributor")),
    ("Contact", _contact),
    ("Created", _said("created", lambda text: _day(text) or text)),
    ("Issued", _said("issued", lambda text: _day(text) or text)),
    ("Updated", _said("accrualperiodicity", frequency)),
    ("Period", _said("temporal", period)),
    ("Area", _said("spatial")),
    ("Granularity", _said("granularity")),
    ("Quality", _said("dataquality")),
    ("Related", _linked("relation")),
    ("Conforms to", _linked("conforms_to")),
    ("Access", _access),
)
_OWN: Mapping[str, str] = {
    Custom.RIGHTS: "Rights",
    Custom.LANDING_PAGE: "Landing page",
    Custom.DICTIONARY: "Data dictionary",
    Custom.PART_OF: "Part of",
}
"""Fields of `custom` that have a title; the others are called as they are."""
_UNSHOWN = frozenset(
    {
        *(Custom.DICTIONARY_TYPE, Custom.THEMES, Custom.BUREAUS, Custom.PROGRAMS, Custom.QUALITY),
        *(Custom.INVESTMENT, Custom.RECORDS, Custom.MORE),
    }
)
"""Codes of agencies, and what is shown in another way."""
_ACCESS: Mapping[str, tuple[Piece, ...]] = {
    "RESTRICTED": (Piece("Restricted"),),
    "NON_PUBLIC": (Piece("Not public"),),
}
