"""Items of fields: as they are kept, checked, and as answers show them (sections 7.1 and 7.2 of the reference)."""

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import shapely

from colonnade.core.datasets import markup
from colonnade.dialects.dkan.mapping_fields import Field, Shape
from colonnade.dialects.dkan.shapes import ENDS, Item, is_text, items_of, plain, texts_of
from colonnade.errors import Invalid

Kept = dict[str, Any]
HTML = "html"
PLAIN = "plain_text"
FORMATS = frozenset({HTML, "full_html", PLAIN})
LONGEST_ADDRESS = 2048
SHOWN = 60
"""Characters of a wrong value that an error repeats."""
ZONE = "UTC"
"""What is said of dates where nobody set a zone, as of users; the values are as they were sent."""
_BLOCK = re.compile(
    r"<(p|div|ul|ol|dl|table|h[1-6]|blockquote|pre|section|article|figure|hr|address|header|footer)\b",
    re.IGNORECASE,
)
"""What a browser makes no paragraph of."""
_ENDS = re.compile(r"\r\n?")
_BLANK = re.compile(r"\n\s*\n")
_BREAK = re.compile(r"(?<!<br>)(?<!<br />)\n")
DEEPEST = 12
"""Brackets within brackets of a geometry."""
FURTHEST = (180, 90)
"""Longitude and latitude, in degrees either side of nought."""
_DATE = "%Y-%m-%d %H:%M:%S"


def kept(field: Field, sent: object) -> list[Kept]:
    """The items of a field that nobody else keeps, as they are kept. Raises `Invalid` in Drupal's words."""
    found = [item for one in items_of(sent) if (item := _read(field, plain(one))) is not None]
    if len(found) > 1 and not field.is_multi:
        raise wrong(field, "it takes one value")
    return found


def shown(field: Field, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Kept items as answers show them. Not for references, terms and files."""
    return [_PRINTERS[field.shape](one) for one in items]


def says_same(items: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> bool:
    """Whether both are shown alike: dates whose zone nobody set are of the usual one."""
    told, known = ([{"timezone": ZONE, **one} for one in some] for some in (items, others))
    return told == known


def wrong(field: Field, reason: str) -> Invalid:
    return Invalid(f"Field validation errors: {field.name}: {reason}", code="field.invalid")


def no_option(field: Field, sent: object) -> Invalid:
    """`sent`: what is none."""
    said = f"Invalid option for field {field.name}: {str(sent)[:SHOWN]!r}"
    return Invalid(said, code="field.option")


def date_of(text: str) -> str | None:
    """A date or datetime as Drupal writes it; None if it is none."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.replace(tzinfo=None, microsecond=0).strftime(_DATE) if found.year >= 1000 else None


def _read(field: Field, item: Item) -> Kept | None:
    """None for an item that says nothing; one that says what would be lost is refused."""
    keys = _KEYS[field.shape]
    texts = [item[key] for key in keys if key in item] if isinstance(item, Mapping) else [item]
    if not texts or not all(is_text(one) for one in texts):
        raise wrong(field, f"an item says {' or '.join(keys)}, as a text")
    return _READERS[field.shape](field, item)


def _checked(field: Field, text: str) -> str:
    if len(text) > field.longest:
        raise wrong(field, f"at most {field.longest:,} characters")
    if field.choices and text not in field.choices:
        raise no_option(field, text)
    return text


def _body(field: Field, item: Item) -> Kept | None:
    value, summary = (
        texts_of(item) or "",
        (texts_of(item, "summary") if isinstance(item, Mapping) else "") or "",
    )
    if not value and not summary:
        return None
    said = item.get("format") if isinstance(item, Mapping) else None
    format_ = said if isinstance(said, str) and said in FORMATS else HTML
    return {"value": _checked(field, value), "summary": _checked(field, summary), "format": format_}


def _value(field: Field, item: Item) -> Kept | None:
    value = texts_of(item)
    return None if value is None else {"value": _checked(field, value)}


def _link(field: Field, item: Item) -> Kept | None:
    url = texts_of(item, "url")
    if url is None:
        return None
    if len(url) > LONGEST_ADDRESS:
        raise wrong(field, f"an address has at most {LONGEST_ADDRESS:,} characters")
    title = texts_of(item, "title") if isinstance(item, Mapping) else None
    return {"url": url, "title": None if title is None else _checked(field, title)}


def _pair(field: Field, item: Item) -> Kept | None:
    if not isinstance(item, Mapping):
        raise wrong(field, "an item says first and second")
    first, second = texts_of(item, "first") or "", texts_of(item, "second") or ""
    return {"first": _checked(field, first), "second": _checked(field, second)} if first or second else None


def _date(field: Field, item: Item) -> Kept | None:
    value = texts_of(item)
    if value is None:
        return None
    return {"value": _moment(field, value), **_zone(item)}


def _period(field: Field, item: Item) -> Kept | None:
    value, end = texts_of(item), texts_of(item, "value2") if isinstance(item, Mapping) else None
    if value is None and end is None:
        return None
    if value is None:
        raise wrong(field, "an end needs a start")
    end = end or value
    return {"value": _moment(field, value), "value2": _moment(field, end), **_zone(item)}


def _moment(field: Field, text: str) -> str:
    found = date_of(text)
    if found is None:
        raise wrong(field, f"{text[:40]!r} is no date, such as 2016-02-29 or 2016-02-29 12:00:00")
    return found


def _zone(item: Item) -> dict[str, str]:
    found = texts_of(item, "timezone") if isinstance(item, Mapping) else None
    return {} if found is None else {"timezone": found[:64]}


def _place(field: Field, item: Item) -> Kept | None:
    wkt = texts_of(item, "wkt") or (texts_of(item, "geom") if isinstance(item, Mapping) else None)
    if wkt is None:
        return None
    if _depth(_checked(field, wkt)) > DEEPEST:
        raise wrong(field, "this geometry is nested too deeply")
    try:
        with np.errstate(all="ignore"):  # of numbers that are none or too large, which are looked for below
            shape = shapely.from_wkt(wkt)
    except shapely.errors.GEOSException:
        raise wrong(field, "this is no WKT, such as POINT (8.5 47.4)") from None
    if shape.is_empty:
        raise wrong(field, "this geometry is empty")
    if not (np.abs(shapely.get_coordinates(shape)) <= FURTHEST).all():
        raise wrong(field, "longitudes are of -180 to 180 degrees, latitudes of -90 to 90")
    return {"wkt": wkt, **_measured(shape)}


def placed(wkt: str) -> Kept:
    """A place by WKT that is right."""
    return {"wkt": wkt, **_measured(shapely.from_wkt(wkt))}


def _depth(wkt: str) -> int:
    """The parser goes as deep as the text does, and has no more than the thread's stack for that."""
    return max(accumulate(1 if one == "(" else -1 for one in wkt if one in "()"), default=0)


def _measured(shape: shapely.Geometry) -> dict[str, str]:
    left, bottom, right, top = shape.bounds
    centre = shape.centroid
    numbers = {
        "lat": centre.y,
        "lon": centre.x,
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
    }
    found = {name: f"{value:.12f}".rstrip("0").rstrip(".") for name, value in numbers.items()}
    return {"geo_type": shape.geom_type.lower(), **found}


_KEYS: Mapping[Shape, tuple[str, ...]] = {
    Shape.BODY: ("value", "summary"),
    Shape.TEXT: ("value",),
    Shape.VALUE: ("value",),
    Shape.LINK: ("url",),
    Shape.PAIR: ("first", "second"),
    Shape.DATE: ("value",),
    Shape.PERIOD: ENDS,
    Shape.PLACE: ("wkt", "geom"),
}
"""What an item must have one of; other keys are passed over where there is one."""

_READERS: Mapping[Shape, Callable[[Field, Item], Kept | None]] = {
    Shape.BODY: _body,
    Shape.TEXT: _value,
    Shape.VALUE: _value,
    Shape.LINK: _link,
    Shape.PAIR: _pair,
    Shape.DATE: _date,
    Shape.PERIOD: _period,
    Shape.PLACE: _place,
}


def _body_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    format_, summary = item.get("format", HTML), item.get("summary", "")
    return {
        "value": item.get("value", ""),
        "summary": summary,
        "format": format_,
        "safe_value": _safe(item.get("value", ""), format_),
        "safe_summary": _safe(summary, format_),
    }


def _safe(text: str, format_: str) -> str:
    """As it may stand in a page."""
    if not text:
        return ""
    said = paragraphs(html.escape(text)) if format_ == PLAIN else markup.cleaned(paragraphs(text))
    said = said.replace("<br>", "<br />")
    return f"{said}\n" if _BLOCK.match(said.lstrip()) else f"<p>{said}</p>\n"


def paragraphs(text: str) -> str:
    """HTML whose blank lines are paragraphs and whose other ends of lines are breaks, as filters of Drupal make it;
    what has blocks of its own, one line, or so many that nobody could clean it afterwards, as it is."""
    lines = _ENDS.sub("\n", text).strip()
    if "\n" not in lines or _BLOCK.search(lines):
        return text
    parts = (_BREAK.sub("<br />\n", part.strip()) for part in _BLANK.split(lines))
    found = "\n".join(f"<p>{part}</p>" for part in parts)
    return found if markup.is_bounded(found) else text


def _text_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": item["value"], "format": None, "safe_value": html.escape(item["value"])}


def _value_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": item["value"]}


def _link_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"url": item["url"], "title": item.get("title"), "attributes": []}


def _date_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    zone = item.get("timezone", ZONE)
    said = {name: item[name] for name in ("value", "value2") if name in item}
    return {**said, "timezone": zone, "timezone_db": zone, "date_type": "datetime"}


def _place_shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "srid": None, "accuracy": None, "source": None}


_PRINTERS: Mapping[Shape, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    Shape.BODY: _body_shown,
    Shape.TEXT: _text_shown,
    Shape.VALUE: _value_shown,
    Shape.LINK: _link_shown,
    Shape.PAIR: dict,
    Shape.DATE: _date_shown,
    Shape.PERIOD: _date_shown,
    Shape.PLACE: _place_shown,
}
