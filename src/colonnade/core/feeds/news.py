"""Datasets as news: RSS 2.0 and Atom (RFC 4287)."""

import datetime as dt
from collections.abc import Generator, Iterable, Iterator, Sequence
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from colonnade.core.feeds.model import Described, Site

RSS = "application/rss+xml; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def rss(
    site: Site, batches: Iterable[Sequence[Described]], *, address: str | None = None
) -> Generator[bytes]:
    """`address`: of the document itself, if it has one that stays."""
    head = [
        f'{_XML}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">',
        "<channel>",
        _element("title", site.title),
        _element("link", site.addresses.home()),
        _element("description", site.description),
        _element("language", site.language),
    ]
    if address is not None:
        head.append(f'<atom:link rel="self" type="application/rss+xml" href={quoteattr(address)}/>')
    yield _lines(head)
    for batch in batches:
        yield _lines(line for one in batch for line in _item(one))
    yield _lines(("</channel>", "</rss>"))


def _item(one: Described) -> Iterator[str]:
    yield "<item>"
    yield _element("title", one.title)
    yield _element("link", one.page)
    yield f'<guid isPermaLink="true">{escape(one.page)}</guid>'
    yield _element("pubDate", format_datetime(one.changed.astimezone(dt.UTC), usegmt=True))
    yield _element("description", one.description)
    yield from (_element("category", word) for word in _categories(one))
    if one.publisher is not None:
        yield _element("dc:creator", one.publisher.name)
    yield "</item>"


def atom(site: Site, batches: Iterable[Sequence[Described]], *, address: str) -> Generator[bytes]:
    """The latest dataset comes first: it says when the whole was changed."""
    rest = iter(batches)
    first = next(rest, ())
    changed = first[0].changed if first else dt.datetime.now(dt.UTC)
    head = [
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(site.language)}>',
        _element("id", address),
        _element("title", site.title),
        _element("subtitle", site.description),
        _element("updated", _datetime(changed)),
        f"<author>{_element('name', site.title)}{_element('uri', site.addresses.home())}</author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(address)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(site.addresses.home())}/>',
        "<generator>Colonnade</generator>",
    ]
    yield _lines(head)
    for batch in (first, *rest):
        yield _lines(line for one in batch for line in _entry(one))
    yield _lines(("</feed>",))


def _entry(one: Described) -> Iterator[str]:
    yield f"<entry xml:lang={quoteattr(one.language)}>"
    yield _element("id", one.address)
    yield _element("title", one.title)
    yield _element("updated", _datetime(one.changed))
    yield f'<link rel="alternate" type="text/html" href={quoteattr(one.page)}/>'
    if one.publisher is not None:
        yield f"<author>{_element('name', one.publisher.name)}</author>"
    yield from (f"<category term={quoteattr(word)}/>" for word in _categories(one))
    if one.licence is not None:
        yield _element("rights", one.licence.name or one.licence.address or "")
    yield f'<content type="html">{escape(one.description)}</content>'
    yield "</entry>"


def _categories(one: Described) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*(theme.name for theme in one.themes), *one.keywords)))


def _datetime(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
