"""Sessions of this door: their cookie, and the token that proves who sends a request (section 5 of the reference)."""

import base64
import hashlib
import hmac
import secrets
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.people.sessions import DAYS, actor_of_session
from colonnade.core.work import ANONYMOUS, Actor
from colonnade.dialects.dkan.errors import said
from colonnade.errors import PortalError, Unauthenticated
from colonnade.http.auth import actor_in
from colonnade.http.pagination import site_of
from colonnade.http.sessions import is_secure, token_of

HEADER, PARAMETER = "x-csrf-token", "services_token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that need no token."""
_SALT = b"colonnade.dkan.csrf"


def name_of(request: Request) -> str:
    """What the cookie is called: after the host, and with one letter more where it is sent by https alone."""
    host = site_of(request).partition("://")[2]
    return ("SSESS" if is_secure(request) else "SESS") + hashlib.sha256(host.encode()).hexdigest()[:32]


def session_of(request: Request) -> str | None:
    """What a request's session is known by; None: it names none."""
    return request.cookies.get(name_of(request)) or None


def csrf_of(session: str | None) -> str:
    """The token of a session: 43 characters, of which who does not know the session learns nothing. Without a session
    one that is good for nothing."""
    if session is None:
        return secrets.token_urlsafe(32)
    digest = hmac.digest(session.encode(errors="replace"), _SALT, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def actor_of(db: Session, request: Request, *, browses: bool = False) -> tuple[Actor, bool]:
    """Who asks, and whether a session says so. A key of the portal comes first; a session that has ended is nobody's.
    `browses`: something is read that pages lead to, so that who signed in by the portal's own pages is known, too.
    Raises `Unauthenticated` for a wrong key."""
    try:
        keyed = actor_in(db, request)
    except Unauthenticated as error:
        if error.code != "key.scheme":  # meant for a server before this one
            raise
        keyed = ANONYMOUS
    if keyed.is_signed_in:
        return keyed, False
    found = actor_of_session(db, session_of(request))
    if found is None and browses:
        found = actor_of_session(db, token_of(request))
    return (ANONYMOUS, False) if found is None else (found, True)


def check_csrf(request: Request, parameters: dict[str, Any]) -> None:
    """For requests of a session that may change something. `parameters`: of the address and the body. Raises an error
    of the status 401."""
    if request.method in SAFE:
        return
    sent = request.headers.get(HEADER) or parameters.get(PARAMETER)
    expected = csrf_of(session_of(request))
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(errors="replace"), expected.encode()):
        raise unproven()


def unproven() -> PortalError:
    return said(401, "CSRF validation failed")


def give(request: Request, response: Response, session: str) -> None:
    response.set_cookie(
        name_of(request),
        session,
        max_age=DAYS * 86_400,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def take(request: Request, response: Response) -> None:
    response.delete_cookie(
        name_of(request), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
