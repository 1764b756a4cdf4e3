"""Sessions of browsers: their cookies, and the proof that a page of this portal sent a request.

A page of another site can make a browser send its cookies, and can neither read nor set them. So a request counts only
with what is in the cookie `csrftoken` once more, in a form field or a header.
"""

import hmac
import re
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.people.sessions import DAYS
from colonnade.http.pagination import site_of

SESSION_COOKIE = "sessionid"
CSRF_COOKIE = "csrftoken"
CSRF_FIELD = "csrfmiddlewaretoken"
CSRF_HEADER = "x-csrftoken"
"""The names that clients of PANDA know."""

A_YEAR = 365 * 86_400
_CSRF = re.compile(r"[A-Za-z0-9]{32,64}")


def token_of(request: Request) -> str | None:
    """What the request's session is known by."""
    return request.cookies.get(SESSION_COOKIE) or None


def csrf_of(request: Request) -> str:
    """What a form of the answer has to send back: what the browser has already, or something new. The same whenever it is
    asked in one request."""
    known: str | None = getattr(request.state, "csrf", None)
    if known is None:
        sent = request.cookies.get(CSRF_COOKIE, "")
        known = request.state.csrf = sent if _CSRF.fullmatch(sent) else secrets.token_hex(16)
    return known


def is_csrf_proven(request: Request, sent: str | None = None) -> bool:
    """Whether a page of this portal made the request. `sent`: the form's field; without one the header counts."""
    cookie = request.cookies.get(CSRF_COOKIE, "")
    proof = sent or request.headers.get(CSRF_HEADER, "")
    if not _CSRF.fullmatch(cookie) or not hmac.compare_digest(cookie.encode(), proof.encode()):
        return False
    return not is_secure(request) or _is_from_here(request)


def is_cross_site(request: Request) -> bool:
    """Whether a browser says that a page of another site made the request."""
    return request.headers.get("sec-fetch-site", "").strip().lower() == "cross-site"


def is_secure(request: Request) -> bool:
    return site_of(request).startswith("https://")


def give_csrf(request: Request, response: Response) -> None:
    # Scripts of the portal's own site may read it: clients of PANDA send it on as a header.
    response.set_cookie(
        CSRF_COOKIE, csrf_of(request), max_age=A_YEAR, path="/", secure=is_secure(request), samesite="lax"
    )


def signed_in(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=DAYS * 86_400,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    # Another one than before, which somebody else may have set.
    request.state.csrf = secrets.token_hex(16)
    give_csrf(request, response)


def signed_out(request: Request, response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, path="/", secure=is_secure(request), httponly=True, samesite="lax")


def _is_from_here(request: Request) -> bool:
    """Over https whoever sits in between could set a cookie by an http page of the same host: so the request has to say
    where it comes from."""
    said = request.headers.get("origin") or request.headers.get("referer") or ""
    try:
        parts = urlsplit(said)
    except ValueError:
        return False
    return f"{parts.scheme}://{parts.netloc}" in {site_of(request), _host(request)}


def _host(request: Request) -> str:
    return f"{request.base_url.scheme}://{request.base_url.netloc}"
