"""Errors outside the doors: as a page for whoever asks for one, else in the plain form of `http/errors.py`."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from colonnade import errors
from colonnade.http import errors as plain
from colonnade.http.edge import status_of
from colonnade.http.sessions import token_of
from colonnade.web import links
from colonnade.web.pages import has_key, is_signed_in, page
from colonnade.web.sessions import of_session

TITLES: Mapping[int, str] = {
    400: "That cannot be asked",
    401: "That key is not known",
    403: "Not for everybody",
    404: "Not found",
    405: "That cannot be done here",
    429: "That was asked for too often",
    503: "Not available now",
}
UNKNOWN = "There is no such page. It may have been taken away, or it is not public."
NOT_FOUND = 404
SERVERS = 500
"""From this status on it is the portal that is wrong: nothing more is asked of it."""
LONGEST = 500
"""Characters of a message that are shown: it may repeat what was sent."""


def render(request: Request, error: errors.PortalError) -> Response:
    if not _is_page(request):
        answer = plain.render(request, error)
        answer.headers["Vary"] = "Accept"
        return answer
    status = 405 if error.code == "http.405" else status_of(error)
    shown = UNKNOWN if isinstance(error, errors.NotFound) else _clipped(error.message)
    if status < SERVERS and token_of(request) and not has_key(request):
        of_session(request)
    may_sign_in = status == NOT_FOUND and not has_key(request) and not is_signed_in(request)
    values = {
        "title": TITLES.get(status, "Something went wrong"),
        "message": shown,
        "status": status,
        "trace_id": error.facts.get("trace_id"),
        "sign_in": links.sign_in(request.scope["path"]) if may_sign_in else None,
    }
    answer = page(request, "error.html", values, status=status)
    answer.headers["Vary"] = "Accept, Authorization, Cookie"
    if isinstance(error, errors.Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Apikey"
    return answer


def _is_page(request: Request) -> bool:
    path: str = request.scope["path"]
    return links.is_page(path) or "text/html" in request.headers.get("accept", "")


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
