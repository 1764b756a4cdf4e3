"""What programs that go through the web read first."""

import datetime as dt
from html import escape

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue import service as catalogue
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Condition, Kind
from colonnade.core.work import ANONYMOUS
from colonnade.http.edge import portal_of
from colonnade.http.pagination import site_of
from colonnade.query.tree import FieldRef, Named, Query
from colonnade.web import links
from colonnade.web.headers import SECURITY

router = APIRouter(include_in_schema=False)

MOST = 50_000
"""Addresses in one sitemap, as its protocol has it."""
MOST_NODES = 1_000
"""Of these, groups, pages, stories and dashboards."""
READ = (Kind.GROUP.value, Kind.PAGE.value, Kind.DATA_STORY.value, Kind.DATA_DASHBOARD.value)
AN_HOUR = "public, max-age=3600"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@router.get("/robots.txt")
def get_robots(request: Request) -> Response:
    lines = (
        "User-agent: *",
        "Disallow: /api/",
        # Searches and pages of records have no end; the datasets themselves stand in the sitemap.
        "Disallow: /*?",
        "",
        f"Sitemap: {site_of(request)}/sitemap.xml",
        "",
    )
    return _answer("\n".join(lines), "text/plain")


@router.get("/sitemap.xml")
def get_sitemap(request: Request) -> Response:
    """What everybody may see, whoever asks."""
    site = site_of(request)
    columns = tuple(Named(FieldRef(name), name) for name in ("dataset_id", "modified"))
    with portal_of(request).reading(ANONYMOUS) as work:
        found = catalogue.select(work, Query(select=columns, limit=MOST - MOST_NODES - 1)).table.to_pylist()
        pages = nodes.index(work, [Condition("kind", "IN", READ)], offset=0, limit=MOST_NODES)
    entries = [_entry(f"{site}{links.HOME}", None)]
    entries += [_entry(f"{site}{links.node(one.id)}", _day(one.changed)) for one in pages]
    entries += [_entry(f"{site}{links.dataset(one['dataset_id'])}", one["modified"]) for one in found]
    text = "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<urlset xmlns="{_NAMESPACE}">',
            *entries,
            "</urlset>",
            "",
        )
    )
    return _answer(text, "application/xml")


def _entry(address: str, modified: dt.datetime | None) -> str:
    changed = f"<lastmod>{modified.date().isoformat()}</lastmod>" if modified else ""
    return f"<url><loc>{escape(address)}</loc>{changed}</url>"


def _day(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _answer(text: str, media_type: str) -> Response:
    return Response(text, headers={**SECURITY, "Cache-Control": AN_HOUR}, media_type=media_type)
