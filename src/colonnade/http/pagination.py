"""Links to the pages beside a page."""

from urllib.parse import quote, urlencode

from starlette.requests import Request

from colonnade.http.edge import portal_of

SECRETS = frozenset({"apikey"})
"""Parameters that are never repeated in a link."""


def site_of(request: Request) -> str:
    """The address of the portal as its users know it, without a final slash."""
    public = portal_of(request).settings.public_url
    if public:
        return public
    # Not `request.url`: it reads the query too, and breaks on bytes that are no text.
    base = request.base_url
    return f"{base.scheme}://{base.netloc}"


def page_url(request: Request, *, limit: int, offset: int) -> str:
    """The same request at another offset, as an absolute address that names limit and offset."""
    others = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in {"limit", "offset"} | SECRETS
    ]
    query = urlencode([*others, ("limit", limit), ("offset", offset)])
    path: str = request.scope["path"]
    return f"{site_of(request)}{quote(path)}?{query}"
