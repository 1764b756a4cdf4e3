"""Forms at the root of the site: signing in and out, activation, forgotten passwords (section 2.2 of the reference)."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from colonnade import errors
from colonnade.core.datasets import makers
from colonnade.core.people import mailed
from colonnade.core.people import service as people
from colonnade.core.people import sessions as signings
from colonnade.core.people.model import Person
from colonnade.core.work import SYSTEM
from colonnade.dialects.panda import access, csrf, notifications
from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.bodies import REQUIRED
from colonnade.dialects.panda.people import acting
from colonnade.errors import Invalid
from colonnade.http import sessions
from colonnade.http.edge import portal_of
from colonnade.http.forms import of_utf8

SIGN_IN = "/account/sign-in"
ALL = "__all__"
MOST_FIELDS = 20
SIGNED_OUT = {ALL: "Successfully logged out"}
NO_KEY = {ALL: "Invalid activation key!"}
EXPIRED = {ALL: "Expired activation key. Contact your administrator."}
UNKNOWN_ADDRESS = {ALL: "Unknown or inactive email address."}

Form = Mapping[str, str]
Answer = Callable[[Request, Form], Response]


class FormPage:
    """One address that takes a form by POST, with the proof that a page of this portal sends it; other methods are
    answered with nothing to do, or as `other` says."""

    def __init__(self, answer: Answer, other: Callable[[Request], Response]) -> None:
        self._answer = answer
        self._other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await self._answered(request))(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        if request.method != "POST":
            return await run_in_threadpool(self._other, request)
        async with of_utf8(request).form(max_files=0, max_fields=MOST_FIELDS) as form:
            sent = _texts(form)
        return await run_in_threadpool(self._taken, request, sent)

    def _taken(self, request: Request, sent: Form) -> Response:
        if not _is_ours(request, sent):
            return csrf.refusal()
        return self._answer(request, sent)


def nothing(request: Request) -> Response:
    return json(request, None)


def no_form(request: Request, _form: Form) -> Response:
    """POST to what is only looked at."""
    return Response("GET", 405, {"Allow": "GET"}, media_type="text/html")


def get_login(request: Request) -> Response:
    """People are sent to the portal's own page."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(SIGN_IN, 302)
    return nothing(request)


def post_login(request: Request, form: Form) -> Response:
    missing = [name for name in ("email", "password") if not form.get(name)]
    if missing:
        return json(request, dict.fromkeys(missing, REQUIRED), 400)
    try:
        signed = signings.sign_in(
            portal_of(request), form["email"], form["password"], address=address_of(request)
        )
    except (errors.Unauthenticated, errors.Denied) as error:
        return json(request, {ALL: error.message}, 400)
    answer = json(request, _login(request, signed.person))
    sessions.signed_in(request, answer, signed.token)
    return answer


def post_logout(request: Request, _form: Form) -> Response:
    return _signed_out(request)


def get_logout(request: Request) -> Response:
    if sessions.is_cross_site(request):  # a picture or a link elsewhere signs nobody out
        return json(request, SIGNED_OUT)
    return _signed_out(request)


def _signed_out(request: Request) -> Response:
    signings.sign_out(portal_of(request), sessions.token_of(request))
    answer = json(request, SIGNED_OUT)
    sessions.signed_out(request, answer)
    return answer


def get_check_key(request: Request) -> Response:
    key: str = request.path_params["key"]
    try:
        with portal_of(request).reading(SYSTEM) as work:
            person = mailed.look(work, key)
    except (errors.NotFound, errors.Conflict) as error:
        return json(request, {ALL: error.message}, 400)
    found = {"activation_key": key, "email": person.email}
    return json(request, {**found, "first_name": person.first_name, "last_name": person.last_name})


def post_activate(request: Request, form: Form) -> Response:
    if not form.get("password"):
        return json(request, {"password": REQUIRED}, 400)
    try:
        person = makers.choose(
            portal_of(request),
            form.get("activation_key", ""),
            form["password"],
            address=address_of(request),
            email=form.get("email"),
            first_name=form.get("first_name"),
            last_name=form.get("last_name"),
        )
    except errors.NotFound:
        return json(request, NO_KEY, 400)
    except errors.Conflict:
        return json(request, EXPIRED, 400)
    except Invalid as error:
        return json(request, {name: list(what) for name, what in error.fields.items()}, 400)
    return json(request, _login(request, person))


def post_forgot(request: Request, form: Form) -> Response:
    try:
        with portal_of(request).writing(SYSTEM) as work:
            mailed.forgot(work, form.get("email", ""), address=address_of(request))
    except errors.NotFound:
        return json(request, UNKNOWN_ADDRESS, 400)
    return json(request, {})


def get_space(request: Request) -> Response:
    """Bytes that are free, of the disks that matter; for everybody."""
    settings = portal_of(request).settings
    folders = {"root": Path("/"), "uploads": settings.blobs_folder, "indices": settings.generations_folder}
    return json(request, {name: _space(folder) for name, folder in folders.items()})


def _space(folder: Path) -> dict[str, int]:
    return {"device": folder.stat().st_dev, "free_space": shutil.disk_usage(folder).free}


def _login(request: Request, person: Person) -> dict[str, Any]:
    """Here an id is a number, and moments are exact."""
    with portal_of(request).reading(SYSTEM) as work:
        own = acting(work, person)
        return {
            "email": person.email,
            "id": person.id,
            "is_staff": people.is_superuser(own.actor),
            "notifications": notifications.newest(own, is_exact=True),
            "show_login_help": True,
        }


def address_of(request: Request) -> str:
    return "" if request.client is None else request.client.host


def _is_ours(request: Request, form: Form) -> bool:
    """Whether a page of this portal sends a form, or a program with a key. Here a key counts when it is somebody's, and
    not from pages elsewhere: they could send one of their own, and so sign others in as somebody else."""
    if sessions.is_csrf_proven(request, form.get(sessions.CSRF_FIELD)):
        return True
    if not access.has_key(request) or sessions.is_cross_site(request):
        return False
    try:
        access.actor_of(request)
    except errors.Unauthenticated:
        return False
    return True


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}
