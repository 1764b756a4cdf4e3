"""Errors as PANDA's clients expect them (section 1.6 of the reference)."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from colonnade import errors
from colonnade.dialects.panda import texts
from colonnade.dialects.panda.answers import empty, error_message, json_bytes, refused, text
from colonnade.http.answers import JSON
from colonnade.http.edge import status_of

CONFLICTS: Mapping[str, int] = {"activity.recorded": 409}
"""Other conflicts forbid what was asked for: 403."""
NAMES: Mapping[str, str] = {
    "dataset_id": "slug",
    "default.title": "name",
    "title": "name",
    "default.description": "description",
}
"""What fields of datasets are called here."""

_DETAIL = re.compile(r"/[a-z_]+/[^/]+/?")
_FIRST = re.compile(r"/([a-z_]+)(?:/[^/]+/(data)/)?")


def render(request: Request, error: errors.PortalError) -> Response:
    match error:
        case errors.Unauthenticated() | errors.Denied():
            return refused()
        case errors.NotFound():
            return _missing(request, error)
        case errors.Invalid():
            return _invalid(request, error)
        case errors.Conflict():
            return text(texts.of(error, _path(request)), CONFLICTS.get(error.code, 403))
        case errors.LimitReached() | errors.QuotaReached():
            return text(error.message, status_of(error))
        case errors.Unavailable():
            return error_message(error.message, 503)
    return error_message(texts.SORRY, 500)


def parameter(message: str) -> errors.Invalid:
    """A parameter is wrong: answered as a text."""
    return errors.Invalid(message, code="parameter.invalid")


def _missing(request: Request, error: errors.NotFound) -> Response:
    """What an address names is not there: nothing more is said. What an action needs is told."""
    path = _path(request)
    is_named = _DETAIL.fullmatch(path) is not None and not path.startswith("/data/")
    if error.code == "route.unknown" or is_named:
        return empty(404)
    return error_message(error.message, 404)


def _invalid(request: Request, error: errors.Invalid) -> Response:
    message = texts.of(error, _path(request))
    resource = resource_of(request)
    if error.code in texts.ROWS and resource == "data":
        return _told(texts.ROWS[error.code], [message, *texts.place(error)])
    if not error.fields:
        return text(message, 400)
    names = NAMES if resource == "dataset" else {}
    return _told((resource,), {names.get(name, name): list(what) for name, what in error.fields.items()})


def _told(path: tuple[str, ...], what: object) -> Response:
    """400, with what is wrong at a place of the body."""
    for name in reversed(path):
        what = {name: what}
    return Response(json_bytes(what), 400, media_type=JSON)


def resource_of(request: Request) -> str:
    """The resource that an address is of: rows are those of a dataset."""
    found = _FIRST.match(_path(request))
    return "" if found is None else found[2] or found[1]


def _path(request: Request) -> str:
    """Below the door."""
    path: str = request.scope["path"]
    root: str = request.scope.get("root_path", "")
    return path.removeprefix(root)
