"""The pages by which people come in: sign in, sign out, a forgotten password, the pages behind mailed links."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import makers
from colonnade.core.people import mailed, sessions
from colonnade.core.people.model import Person
from colonnade.core.work import ANONYMOUS
from colonnade.errors import Conflict, Denied, Invalid, NotFound, PortalError, QuotaReached, Unauthenticated
from colonnade.http.edge import portal_of, status_of
from colonnade.http.sessions import signed_in, signed_out, token_of
from colonnade.web import links
from colonnade.web.sessions import Form, form_page, onward

router = APIRouter(include_in_schema=False)

SAID: Mapping[str, str] = {
    "password": "Your password is set. You can sign in with it now.",
    "out": "You are signed out.",
    "mailed": "If there is an account with this address, a letter with a link is on its way. The link works once, for "
    "30 days.",
}
"""What a page before says on the page to sign in, by the parameter `said`."""


@router.get("/account/sign-in")
def get_sign_in(request: Request) -> Response:
    asked = request.query_params
    said = SAID.get(asked.get("said", ""))
    return _sign_in_page(request, said=said, onward_to=asked.get("next", ""))


@router.post("/account/sign-in")
def post_sign_in(request: Request, form: Form) -> Response:
    try:
        signed = sessions.sign_in(
            portal_of(request), form.get("email", ""), form.get("password", ""), address=address_of(request)
        )
    except (Unauthenticated, Denied, QuotaReached) as error:
        return _sign_in_page(
            request, error=error, email=form.get("email", ""), onward_to=form.get("next", "")
        )
    wanted = form.get("next", "")
    answer = onward(wanted if links.is_local(wanted) else links.ACCOUNT)
    signed_in(request, answer, signed.token)
    return answer


@router.post("/account/sign-out")
def post_sign_out(request: Request, form: Form) -> Response:
    sessions.sign_out(portal_of(request), token_of(request))
    answer = onward(f"{links.SIGN_IN}?said=out")
    signed_out(request, answer)
    return answer


@router.get("/account/forgotten")
def get_forgotten(request: Request) -> Response:
    return form_page(request, "forgotten.html", {"error": None})


@router.post("/account/forgotten")
def post_forgotten(request: Request, form: Form) -> Response:
    """Says the same whether there is such a person or not."""
    try:
        with portal_of(request).writing(ANONYMOUS) as work:
            mailed.forgot(work, form.get("email", ""), address=address_of(request))
    except NotFound:
        pass
    except QuotaReached as error:
        return form_page(request, "forgotten.html", {"error": error.message}, status=status_of(error))
    return onward(f"{links.SIGN_IN}?said=mailed")


@router.get("/account/activate/{key}")
def get_activate(request: Request, key: str) -> Response:
    return _key_page(request, key, is_new=True)


@router.post("/account/activate/{key}")
def post_activate(request: Request, key: str, form: Form) -> Response:
    return _set_password(request, key, form, is_new=True)


@router.get("/account/reset/{key}")
def get_reset(request: Request, key: str) -> Response:
    return _key_page(request, key, is_new=False)


@router.post("/account/reset/{key}")
def post_reset(request: Request, key: str, form: Form) -> Response:
    return _set_password(request, key, form, is_new=False)


def address_of(request: Request) -> str:
    return "" if request.client is None else request.client.host


def twice(form: Mapping[str, str]) -> str:
    """The new password that a form has in two fields. Raises `Invalid`."""
    if form.get("password", "") != form.get("again", ""):
        message = "The two passwords are not the same."
        raise Invalid(message, fields={"again": [message]})
    return form.get("password", "")


def _sign_in_page(
    request: Request,
    *,
    said: str | None = None,
    error: PortalError | None = None,
    email: str = "",
    onward_to: str = "",
) -> Response:
    shown = None if error is None else f"{error.message.rstrip('.')}."
    values = {"said": said, "error": shown, "email": email, "next": onward_to}
    return form_page(request, "sign-in.html", values, status=200 if error is None else status_of(error))


def _key_page(request: Request, key: str, *, is_new: bool, error: Invalid | None = None) -> Response:
    try:
        with portal_of(request).reading(ANONYMOUS) as work:
            person = mailed.look(work, key)
    except (NotFound, Conflict) as gone:
        return _gone(request, gone)
    return _password_page(request, person, is_new=is_new, error=error)


def _password_page(request: Request, person: Person, *, is_new: bool, error: Invalid | None) -> Response:
    problem = None if error is None else next(iter(error.fields.items()), ("password", [error.message]))
    values = {
        "is_new": is_new,
        "person": person,
        "path": f"{request.scope['path']}/",
        "problem": None if problem is None else problem[1][0],
        "wrong": None if problem is None else problem[0],
    }
    return form_page(request, "password.html", values, status=200 if error is None else 400)


def _set_password(request: Request, key: str, form: Mapping[str, str], *, is_new: bool) -> Response:
    try:
        password = twice(form)
        names = {name: form.get(name) for name in ("first_name", "last_name")} if is_new else {}
        makers.choose(portal_of(request), key, password, address=address_of(request), **names)
    except Invalid as error:
        return _key_page(request, key, is_new=is_new, error=error)
    except (NotFound, Conflict) as gone:
        return _gone(request, gone)
    return onward(f"{links.SIGN_IN}?said=password")


def _gone(request: Request, error: PortalError) -> Response:
    values = {"is_known": isinstance(error, Conflict)}
    return form_page(request, "link-gone.html", values, status=410 if values["is_known"] else 404)
