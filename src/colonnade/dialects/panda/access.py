"""Who asks: a session with the proof that a page of this portal asks, or an address and a key (section 2.1 of the reference).

A key that is sent is looked at whatever else is sent, and a wrong one is refused.
"""

from urllib.parse import unquote

from starlette.requests import Request

from colonnade.core.people import service as people
from colonnade.core.people import sessions as signings
from colonnade.core.work import Actor
from colonnade.errors import Unauthenticated
from colonnade.http import sessions
from colonnade.http.auth import actor_of as actor_of_own_key
from colonnade.http.edge import portal_of

EMAIL, KEY = ("panda_email", "panda-email"), ("panda_api_key", "panda-api-key")
"""Headers: servers between the client and this one may have changed how they are spelt."""


def actor_of(request: Request, *, proof: str | None = None) -> Actor:
    """Who asks. `proof`: what a form holds besides, for a session. Raises `Unauthenticated` for nobody, for a session
    without proof and for a wrong key."""
    if has_key(request):
        return _keyed(request)
    token = sessions.token_of(request)
    if token and sessions.is_csrf_proven(request, proof):
        with portal_of(request).database.read() as db:
            found = signings.actor_of_session(db, token)
        if found is not None:
            return found
    raise _nobody()


def has_key(request: Request) -> bool:
    return bool(_key(request) or request.headers.get("authorization") or request.query_params.get("apikey"))


def _keyed(request: Request) -> Actor:
    """By PANDA's names for them, or as the other doors are asked."""
    key, portal = _key(request), portal_of(request)
    if key:
        with portal.database.read() as db:
            return people.actor_of_email_and_key(db, _email(request), key)
    found = actor_of_own_key(portal, request)
    if not found.is_signed_in:
        raise _nobody()
    return found


def _email(request: Request) -> str:
    sent = _header(request, EMAIL) or request.query_params.get("email") or ""
    return unquote(sent).strip().lower()


def _key(request: Request) -> str:
    return (_header(request, KEY) or request.query_params.get("api_key") or "").strip()


def _header(request: Request, names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := request.headers.get(name))), "")


def _nobody() -> Unauthenticated:
    return Unauthenticated("An address and its key are needed for this.", code="key.missing")
