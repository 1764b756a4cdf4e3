"""A page: a template in the portal's frame, as an answer."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.people import passwords
from colonnade.http.edge import portal_of
from colonnade.http.pagination import site_of
from colonnade.web import links, printing
from colonnade.web.assets import asset_path
from colonnade.web.headers import SECURITY

FOUND = 200
LANGUAGE = "en"
"""Of the pages' own words."""

_templates = Environment(
    loader=PackageLoader(__package__),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.filters |= {"number": printing.number, "day": printing.day, "plural": printing.plural}
_templates.globals |= {"asset": asset_path, "links": links, "shortest_password": passwords.SHORTEST}


def page(request: Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """A page as HTML. Nobody may keep what is shown to one caller alone."""
    settings = portal_of(request).settings
    text = _templates.get_template(template).render(
        **values,
        site=site_of(request),
        portal_title=settings.title,
        portal_description=settings.description,
        portal_language=settings.default_language,
        language=LANGUAGE,
        is_signed_in=is_signed_in(request),
        sign_in_from_here=_sign_in(request, is_found=status == FOUND),
    )
    headers = {**kept(request), "Content-Language": LANGUAGE}
    return Response(text, status, headers, media_type="text/html")


def _sign_in(request: Request, *, is_found: bool) -> str:
    """Where to sign in, to come back to this page if it is one to come back to. What is not found is the same page whatever
    else was asked of it; and no key gets into a link."""
    path: str = request.scope["path"]
    if request.method not in {"GET", "HEAD"} or path.startswith(links.ACCOUNT):
        return links.SIGN_IN
    return links.sign_in(path, _query(request) if is_found and not has_key(request) else "")


def _query(request: Request) -> str:
    """As it was sent. `request.url` breaks on bytes that are no text."""
    sent: bytes = request.scope["query_string"]
    return sent.decode(errors="replace")


def kept(request: Request) -> dict[str, str]:
    """Headers of what is shown: who may keep it."""
    return {
        **SECURITY,
        "Cache-Control": "private, no-store" if _is_known(request) else "no-cache",
        "Vary": "Authorization, Cookie",
    }


def _is_known(request: Request) -> bool:
    return has_key(request) or is_signed_in(request)


def has_key(request: Request) -> bool:
    return "authorization" in request.headers or "apikey" in request.query_params


def is_signed_in(request: Request) -> bool:
    """Whether the request came with a session that was found to hold."""
    return bool(getattr(request.state, "has_session", False))
