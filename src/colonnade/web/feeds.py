"""What is new: the datasets that were made or changed last, as RSS and Atom."""

from collections.abc import Callable, Generator

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.feeds import news
from colonnade.core.feeds import service as feeds
from colonnade.http.addresses import PortalAddresses
from colonnade.http.edge import portal_of, reading
from colonnade.http.pagination import site_of
from colonnade.web import links
from colonnade.web.pages import kept

router = APIRouter(include_in_schema=False)


@router.get(links.RSS)
def get_rss(request: Request) -> Response:
    return _answer(request, links.RSS, news.rss, news.RSS)


@router.get(links.ATOM)
def get_atom(request: Request) -> Response:
    return _answer(request, links.ATOM, news.atom, news.ATOM)


def _answer(request: Request, path: str, write: Callable[..., Generator[bytes]], media_type: str) -> Response:
    addresses = PortalAddresses(site_of(request))
    with reading(request) as work:
        newest = feeds.newest(work, addresses)
    site = feeds.site(portal_of(request), addresses)
    content = b"".join(write(site, [newest], address=f"{addresses.site}{path}"))
    return Response(content, headers=kept(request), media_type=media_type)
