"""A person's own page: what the portal told them, their API keys, their password, files that were made for them."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.alerts import service as alerts
from colonnade.core.categories import service as categories
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.extracts import service as extracts
from colonnade.core.notices import service as notices
from colonnade.core.notices.model import Notice
from colonnade.core.people import accounts, enrolling, passwords, sessions
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import Actor, Work
from colonnade.errors import Invalid, LimitReached, NotFound, PortalError, QuotaReached, Unauthenticated
from colonnade.http.downloads import download
from colonnade.http.edge import portal_of, status_of
from colonnade.http.sessions import token_of
from colonnade.web import links
from colonnade.web.sessions import Form, form_page, of_session, onward, to_sign_in, unkept
from colonnade.web.signing import address_of, twice

router = APIRouter(include_in_schema=False)

SHOWN = 20
"""Notices on the page."""
SAID: Mapping[str, str] = {
    "password": "Your new password is set. Everywhere else you are signed out.",
    "revoked": "The key does not work any more.",
    "unsubscribed": "You are not told of this search any more.",
}


@router.get("/account")
def get_account(request: Request) -> Response:
    actor = of_session(request)
    if actor is None:
        return to_sign_in(request)
    return _page(request, actor, said=SAID.get(request.query_params.get("said", "")))


@router.post("/account/keys")
def post_key(request: Request, form: Form) -> Response:
    """The key stands in the answer and nowhere else."""
    actor = of_session(request)
    if actor is None:
        return to_sign_in(request)
    label = " ".join(form.get("label", "").split())[:100]
    try:
        with portal_of(request).writing(actor) as work:
            key = enrolling.make_key(work, _own(work), label=label)
    except LimitReached as error:
        return _page(request, actor, error=error, at="keys")
    return _page(request, actor, new_key=key)


@router.post("/account/keys/{uid}/revoke")
def post_revoked(request: Request, uid: str, form: Form) -> Response:
    actor = of_session(request)
    if actor is None:
        return to_sign_in(request)
    with portal_of(request).writing(actor) as work:
        if uid not in {one.uid for one in people.keys_of(work, _own(work))}:
            raise NotFound("There is no such key.", code="key.unknown")
        people.revoke_key(work, uid, "Revoked on the account page")
    return onward(f"{links.ACCOUNT}?said=revoked")


@router.post("/account/alerts/{number}/remove")
def post_unsubscribed(request: Request, number: str, form: Form) -> Response:
    actor = of_session(request)
    if actor is None:
        return to_sign_in(request)
    with portal_of(request).writing(actor) as work:
        alerts.remove(work, _number(number, NotFound("There is no such alert.", code="alert.unknown")))
    return onward(f"{links.ACCOUNT}?said=unsubscribed")


@router.post("/account/password")
def post_password(request: Request, form: Form) -> Response:
    actor = of_session(request)
    if actor is None or actor.username is None:
        return to_sign_in(request)
    portal = portal_of(request)
    try:
        sessions.known(portal, actor.username, form.get("current", ""), address=address_of(request))
        hashed = passwords.chosen(twice(form))
    except Unauthenticated:
        return _page(request, actor, error=Invalid("The password that you have now is another one."))
    except (Invalid, QuotaReached) as error:
        return _page(request, actor, error=error)
    with portal.writing(actor) as work:
        accounts.change(work, _own(work), password=hashed, keep_session=token_of(request))
    return onward(f"{links.ACCOUNT}?said=password")


@router.get("/account/exports/{number}")
def get_export(request: Request, number: str) -> Response:
    """A file that was made for its reader, who comes from a letter."""
    actor = of_session(request)
    if actor is None:
        return to_sign_in(request)
    wanted = _number(number, NotFound("There is no such file.", code="extract.unknown"))
    with portal_of(request).reading(actor) as work:
        found = extracts.downloaded(work, wanted)
        return unkept(download(request, found.stored, work.blobs.open(found.digest)))


def _page(
    request: Request,
    actor: Actor,
    *,
    said: str | None = None,
    new_key: str | None = None,
    error: PortalError | None = None,
    at: str = "password",
) -> Response:
    """`at`: the form that the error is about."""
    with portal_of(request).reading(actor) as work:
        person = _own(work)
        keys = [one for one in people.keys_of(work, person) if one.revoked_at is None]
        told, total = notices.page(work, limit=SHOWN)
        subscriptions = _subscriptions(work)
    values: dict[str, Any] = {
        "person": person,
        "keys": keys,
        "notices": [{"message": one.message, "sent_at": one.sent_at, "href": _place(one)} for one in told],
        "subscriptions": subscriptions,
        "older": total - len(told),
        "said": said,
        "new_key": new_key,
        "error": None if error is None else error.message,
        "at": at,
    }
    return form_page(request, "account.html", values, status=200 if error is None else status_of(error))


def _subscriptions(work: Work) -> list[dict[str, Any]]:
    """The searches of which the person is told, each with the name of where it is asked: that of a dataset that they
    may not see any more is not told."""
    found, _ = alerts.page(work)
    readables = datasets.readable_by_ids(work, sorted({one.dataset_id for one in found if one.dataset_id}))
    titles = {
        one.dataset.id: meta.title(one.dataset.metadata_published or {}) or one.dataset.slug
        for one in readables
    }
    language = work.settings.default_language
    names = {one.id: one.name(language) for one in categories.all_(work)} if found else {}
    return [
        {
            "number": one.id,
            "query": one.query,
            "dataset": None if one.dataset_id is None else titles.get(one.dataset_id, "a dataset"),
            "category": None if one.category_id is None else names.get(one.category_id),
        }
        for one in found
    ]


def _number(text: str, unknown: NotFound) -> int:
    if not re.fullmatch("[0-9]{1,18}", text):
        raise unknown
    return int(text)


def _own(work: Work) -> Person:
    assert work.actor.person_id is not None
    return people.by_id(work, work.actor.person_id)


def _place(notice: Notice) -> str | None:
    """The page for what a notice is about, of which it has the address in an older client."""
    kind, _, rest = (notice.url or "").partition("/")
    name = rest.partition("/")[0]
    if not name:
        return None
    if kind == "#export":
        return links.kept_export(name)
    return links.dataset(name) if kind == "#dataset" else None
