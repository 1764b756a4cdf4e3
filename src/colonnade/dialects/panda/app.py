"""The PANDA door as two applications: its API, and its addresses at the root of the site."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from colonnade.core.work import Portal
from colonnade.dialects.panda import (
    accounts,
    actions,
    activity,
    categories,
    datasets,
    discovery,
    notifications,
    rows,
    search,
    stored,
    subscriptions,
    tasks,
    users,
)
from colonnade.dialects.panda.accounts import FormPage, nothing
from colonnade.dialects.panda.csrf import Marked
from colonnade.dialects.panda.errors import render
from colonnade.dialects.panda.uploads import UploadPage, take_data, take_related
from colonnade.dialects.panda.uris import PREFIX as PREFIX
from colonnade.http.bodies import JSON_LIMIT, BoundedBodies
from colonnade.http.edge import answer_errors

UPLOAD_MARGIN = 1 << 20
"""Bytes of an upload beside its file."""
PARTS = (
    discovery,
    users,
    tasks,
    categories,
    stored,
    actions,
    rows,
    datasets,
    search,
    notifications,
    subscriptions,
    activity,
)

FORMS: list[Route] = [
    Route("/login", FormPage(accounts.post_login, accounts.get_login)),
    Route("/logout", FormPage(accounts.post_logout, accounts.get_logout)),
    Route("/check_activation_key/{key}", FormPage(accounts.no_form, accounts.get_check_key)),
    Route("/activate", FormPage(accounts.post_activate, nothing)),
    Route("/forgot_password", FormPage(accounts.post_forgot, nothing)),
    Route("/check_available_space", FormPage(accounts.no_form, accounts.get_space)),
]
UPLOADS: list[Route] = [
    Route("/data_upload", UploadPage(take_data)),
    Route("/related_upload", UploadPage(take_related)),
]
"""At the root of the site, as the application is given their paths: without the final slash."""


def build(portal: Portal) -> FastAPI:
    """For `PREFIX`."""
    app = _built(portal, lambda _content_type: JSON_LIMIT)
    for part in PARTS:
        app.router.routes.extend(part.ROUTES)
    return app


def root_routes(portal: Portal) -> list[Route]:
    """For the root of the site."""
    forms = _built(portal, lambda _content_type: JSON_LIMIT)
    files = _built(portal, lambda _content_type: portal.settings.max_upload_bytes + UPLOAD_MARGIN)
    forms.router.routes.extend(FORMS)
    files.router.routes.extend(UPLOADS)
    return [*_leading(FORMS, forms), *_leading(UPLOADS, files)]


def _leading(routes: list[Route], app: ASGIApp) -> list[Route]:
    """Routes of the same paths that lead to an application."""
    return [Route(one.path, app) for one in routes]


def _built(portal: Portal, limit_for: Callable[[str], int]) -> FastAPI:
    app = FastAPI(title="PANDA API", redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.portal = portal
    answer_errors(app, render)
    app.add_middleware(BoundedBodies, limit_for=limit_for)
    app.add_middleware(Marked)
    return app
