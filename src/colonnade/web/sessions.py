"""Whom a browser that signed in shows pages to, and forms that only pages of this portal can send."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from colonnade.core.people.sessions import actor_of_session
from colonnade.core.work import Actor
from colonnade.errors import Denied
from colonnade.http import forms
from colonnade.http.edge import portal_of
from colonnade.http.sessions import CSRF_FIELD, csrf_of, give_csrf, is_csrf_proven, token_of
from colonnade.web import links
from colonnade.web.pages import has_key, page

READING = frozenset({"GET", "HEAD"})


def recognised(request: Request) -> None:
    """Show pages as whoever signed in may see them. Only reading: what changes something needs a proof besides. A key
    comes first."""
    if request.method in READING and not has_key(request) and token_of(request):
        found = of_session(request)
        if found is not None:
            request.state.actor = found


def of_session(request: Request) -> Actor | None:
    """Who signed in with this browser; the page that answers is made for somebody who did."""
    with portal_of(request).database.read() as db:
        found = actor_of_session(db, token_of(request))
    request.state.has_session = found is not None
    return found


async def proven(request: Request) -> Mapping[str, str]:
    """What a form sends. Raises `Denied` when no page of this portal sent it."""
    sent = await forms.sent(request)
    if not is_csrf_proven(request, sent.get(CSRF_FIELD)):
        raise Denied(
            "This form was open for too long, or your browser keeps no cookies of this site. Go back, load the page again "
            "and send it once more.",
            code="form.unproven",
        )
    return sent


Form = Annotated[Mapping[str, str], Depends(proven)]


def form_page(
    request: Request, template: str, values: Mapping[str, object], *, status: int = 200
) -> Response:
    """A page with forms: for this browser alone, with what they have to send back."""
    answer = page(request, template, {**values, "csrf": csrf_of(request)}, status=status)
    give_csrf(request, answer)
    return unkept(answer)


def to_sign_in(request: Request) -> Response:
    """To the page to sign in, and from there back to this one."""
    return onward(links.sign_in(request.scope["path"]))


def onward(path: str) -> Response:
    return unkept(RedirectResponse(path, 303))


def unkept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Vary"] = "Authorization, Cookie"
    return answer
