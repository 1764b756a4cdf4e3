"""Records and datasets as news: RSS 2.0 and Atom (section 12.1 of the reference, `format`)."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import orjson
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue.published import Published
from colonnade.core.datasets.metadata import DEFAULT
from colonnade.core.datasets.model import Dataset
from colonnade.http.pagination import site_of

MEDIA_TYPES: Mapping[str, str] = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}
FORMATS = tuple(MEDIA_TYPES)

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold."""


@dataclass(frozen=True)
class Item:
    """`key` says which it is, and never changes."""

    title: str
    link: str
    key: str
    updated: dt.datetime
    text: str


def of_records(
    request: Request, dataset: Dataset, records: Sequence[Mapping[str, Any]], format_: str
) -> Response:
    """Records as `rendering.records` has them."""
    slug = str(dataset.slug)
    page = _page(request, slug)
    items = [
        Item(
            _title(one),
            page,
            f"urn:sha1:{one['recordid']}",
            one["record_timestamp"],
            _described(one["fields"]),
        )
        for one in records
    ]
    title = _text((dataset.metadata_published or {}).get(DEFAULT, {}).get("title", {}).get("value")) or slug
    return _answer(format_, title, page, items)


def of_datasets(request: Request, found: Sequence[Published], format_: str) -> Response:
    items = []
    for one in found:
        default, slug = one.metas[DEFAULT], str(one.readable.dataset.slug)
        updated = default["modified"] if isinstance(default["modified"], dt.datetime) else None
        page = _page(request, slug)
        items.append(
            Item(
                _text(default["title"]) or slug,
                page,
                page,
                updated or one.readable.dataset.created_at,
                _text(default["description"]),
            )
        )
    return _answer(format_, "Datasets", f"{site_of(request)}/", items)


def _answer(format_: str, title: str, link: str, items: Sequence[Item]) -> Response:
    lines = _rss(title, link, items) if format_ == "rss" else _atom(title, link, items)
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n"
    return Response(text, media_type=MEDIA_TYPES[format_])


def _rss(title: str, link: str, items: Sequence[Item]) -> Iterator[str]:
    yield '<rss version="2.0"><channel>'
    yield _element("title", title) + _element("link", link) + _element("description", title)
    for one in items:
        yield "<item>"
        yield _element("title", one.title) + _element("link", one.link)
        yield f'<guid isPermaLink="false">{escape(one.key)}</guid>'
        yield _element("pubDate", format_datetime(_utc(one.updated), usegmt=True))
        yield _element("description", one.text) + "</item>"
    yield "</channel></rss>"


def _atom(title: str, link: str, items: Sequence[Item]) -> Iterator[str]:
    yield '<feed xmlns="http://www.w3.org/2005/Atom">'
    latest = max((one.updated for one in items), default=dt.datetime.now(dt.UTC))
    yield _element("title", title) + _element("id", link) + _element("updated", _iso(latest))
    yield f"<author>{_element('name', title)}</author><link href={quoteattr(link)}/>"
    for one in items:
        yield "<entry>"
        yield _element("title", one.title) + _element("id", one.key) + _element("updated", _iso(one.updated))
        yield f'<link href={quoteattr(one.link)}/><content type="html">{_safe(one.text)}</content></entry>'
    yield "</feed>"


def _title(record: Mapping[str, Any]) -> str:
    texts = (value for value in record["fields"].values() if isinstance(value, str) and value.strip())
    return next(texts, str(record["recordid"]))


def _described(fields: Mapping[str, Any]) -> str:
    """As HTML, which readers of feeds show."""
    lines = (f"<dt>{escape(name)}</dt><dd>{escape(_printed(value))}</dd>" for name, value in fields.items())
    return f"<dl>{''.join(lines)}</dl>"


def _printed(value: Any) -> str:
    return (
        value
        if isinstance(value, str)
        else orjson.dumps(value, option=orjson.OPT_NAIVE_UTC).decode().strip('"')
    )


def _page(request: Request, slug: str) -> str:
    return f"{site_of(request)}/explore/dataset/{quote(slug, safe='')}/"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _element(name: str, text: str) -> str:
    return f"<{name}>{_safe(text)}</{name}>"


def _safe(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text))


def _utc(value: dt.datetime) -> dt.datetime:
    return value.astimezone(dt.UTC)


def _iso(value: dt.datetime) -> str:
    return _utc(value).isoformat(timespec="seconds").replace("+00:00", "Z")
