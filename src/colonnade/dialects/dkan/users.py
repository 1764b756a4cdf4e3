"""Signing in and out, tokens, users (section 5 of the reference), and what dkanr asks before (section 1.1)."""

import time
from typing import Any

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from colonnade import errors
from colonnade.core.people import service as people
from colonnade.core.people import sessions as signings
from colonnade.core.people.model import Person
from colonnade.core.work import SYSTEM
from colonnade.dialects.dkan import people as shown_people
from colonnade.dialects.dkan import sessions
from colonnade.dialects.dkan.answers import answer
from colonnade.dialects.dkan.endpoints import Asked, at_root, number, route
from colonnade.dialects.dkan.errors import said
from colonnade.http.sessions import is_cross_site

VERSION_HEADER = "services_user_login_version"
"""With 1.1 the arguments of a login have other names."""


def post_login(asked: Asked) -> Response:
    if asked.has_session:
        raise said(406, f"Already logged in as {asked.actor.username}.")
    if is_cross_site(asked.request):  # a page elsewhere would sign somebody in as somebody else
        raise sessions.unproven()
    is_newer = asked.request.headers.get(VERSION_HEADER, "") == "1.1"
    names = ("name", "pass") if is_newer else ("username", "password")
    name, password = (_text(asked.needed(one)) for one in names)
    signed = _signed_in(asked, name, password)
    with asked.portal.reading(SYSTEM) as work:
        person = people.by_id(work, signed.person.id)
        user = shown_people.user(work, person)
    user["login"] = int(user["login"])
    value = {
        "sessid": signed.token,
        "session_name": sessions.name_of(asked.request),
        "token": sessions.csrf_of(signed.token),
        "user": user,
    }
    response = answer(asked.request, value)
    sessions.give(asked.request, response, signed.token)
    return response


def post_logout(asked: Asked) -> Response:
    if not asked.has_session:
        raise said(406, "User is not logged in.")
    signings.sign_out(asked.portal, sessions.session_of(asked.request))
    response = answer(asked.request, value=True)
    sessions.take(asked.request, response)
    return response


def post_token(asked: Asked) -> dict[str, str]:
    return {"token": sessions.csrf_of(sessions.session_of(asked.request))}


def get_session_token(request: Request) -> Response:
    """The bare token, for whoever asks."""
    token = sessions.csrf_of(sessions.session_of(request))
    return PlainTextResponse(
        token, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    )


def get_user(asked: Asked) -> dict[str, Any]:
    with asked.reading() as work:
        person = people.by_ids(work, [number(asked.part("uid"))]).get(number(asked.part("uid")))
        if person is None or not _may_see(asked, person):
            raise said(404, f"There is no user with ID {asked.part('uid')}.")
        return shown_people.shown(work, person)


def post_connect(asked: Asked) -> dict[str, Any]:
    """Who asks, and by which session; of nobody one that nothing is kept of."""
    session = sessions.session_of(asked.request) if asked.has_session else None
    return {
        "sessid": session or sessions.csrf_of(None),
        "session_name": sessions.name_of(asked.request),
        "user": _anonymous(asked) if asked.actor.person_id is None else _self(asked, asked.actor.person_id),
    }


def _self(asked: Asked, person_id: int) -> dict[str, Any]:
    with asked.reading() as work:
        return shown_people.shown(work, people.by_id(work, person_id))


def _anonymous(asked: Asked) -> dict[str, Any]:
    return {
        "uid": 0,
        "hostname": _address_of(asked.request),
        "roles": shown_people.roles_of(asked.actor),
        "cache": 0,
        "timestamp": int(time.time()),
    }


def _signed_in(asked: Asked, name: str, password: str) -> signings.SignedIn:
    try:
        return signings.sign_in(asked.portal, name, password, address=_address_of(asked.request))
    except errors.Unauthenticated:
        raise said(401, "Wrong username or password.") from None
    except errors.Denied:
        placeholder = f'<em class="placeholder">{escape(name)}</em>'
        raise said(403, f"The username {placeholder} has not been activated or is blocked.") from None
    except errors.QuotaReached as error:
        whose = "This IP address" if error.code == "sign_in.network" else "Account"
        raise said(406, f"{whose} is temporarily blocked.") from None


def _may_see(asked: Asked, person: Person) -> bool:
    return person.is_active or shown_people.looks_after(asked.actor)


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _address_of(request: Request) -> str:
    return "" if request.client is None else request.client.host


SIGNING = [
    route("/user/login", POST=post_login),
    route("/user/logout", settles=False, POST=post_logout),
    route("/user/token", needs_token=False, settles=False, POST=post_token),
    route("/user/{uid}", GET=get_user),
]
"""Also of the datastore's API."""
ROUTES = [*SIGNING, route("/system/connect", POST=post_connect)]
ROOT: list[Route] = [at_root("/services/session/token", get_session_token, "GET", "POST", settles=False)]
