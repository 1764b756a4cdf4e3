"""Who asks: API keys as headers and parameters."""

from sqlalchemy.orm import Session
from starlette.requests import Request

from colonnade.core.people import service as people
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.errors import Unauthenticated

SCHEME = "apikey"


def key_of(request: Request) -> str | None:
    """The API key of a request: `Authorization: Apikey KEY` (scheme in any case), the bare key there, or `?apikey=`.
    The header wins. Raises `Unauthenticated` for another scheme."""
    header = request.headers.get("authorization", "").strip()
    if not header:
        return request.query_params.get("apikey") or None
    scheme, _, rest = header.partition(" ")
    if not rest:
        return header
    if scheme.lower() != SCHEME:
        raise Unauthenticated(f"Unknown authorization scheme {scheme}; use Apikey.", code="key.scheme")
    return rest.strip()


def actor_of(portal: Portal, request: Request) -> Actor:
    """Nobody without a key; raises `Unauthenticated` for a wrong one."""
    if not key_of(request):
        return ANONYMOUS
    with portal.database.read() as db:
        return actor_in(db, request)


def actor_in(db: Session, request: Request) -> Actor:
    """The same for who reads the catalogue anyway."""
    return people.actor_of_key(db, key_of(request))
