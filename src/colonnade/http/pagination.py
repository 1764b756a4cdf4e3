"""Links to the pages beside a page."""

from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from colonnade.http.edge import portal_of

SECRETS = frozenset({"apikey"})
"""Parameters that are never repeated in a link."""


def site_of(request: Request) -> str:
    """The address of the portal as its users know it, without a final slash."""
    public = portal_of(request).settings.public_url
    return public or f"{request.url.scheme}://{request.url.netloc}"


def page_url(request: Request, *, limit: int, offset: int) -> str:
    """The same request at another offset, as an absolute address that names limit and offset."""
    others = [
        (name, value)
        for name, value in parse_qsl(request.url.query, keep_blank_values=True)
        if name not in {"limit", "offset"} | SECRETS
    ]
    query = urlencode([*others, ("limit", limit), ("offset", offset)])
    return f"{site_of(request)}{request.url.path}?{query}"
