"""What search engines and harvesters read out of a page: schema.org in JSON-LD."""

from collections.abc import Mapping
from typing import Any

import orjson
from markupsafe import Markup
from starlette.requests import Request

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.feeds import schema_org
from colonnade.core.feeds import service as feeds
from colonnade.core.work import Work
from colonnade.http.addresses import PortalAddresses
from colonnade.http.pagination import site_of


def dataset(request: Request, work: Work, readable: ReadableDataset) -> Markup:
    addresses = PortalAddresses(site_of(request))
    (described,) = feeds.described(work, [readable], addresses)
    return _script(schema_org.dataset(feeds.site(work.portal, addresses), described))


def catalogue(request: Request, work: Work) -> Markup:
    return _script(schema_org.catalogue(feeds.site(work.portal, PortalAddresses(site_of(request)))))


def _script(value: Mapping[str, Any]) -> Markup:
    """JSON that can stand inside a script element: nothing in it ends one or begins a comment."""
    text = orjson.dumps(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped just now
