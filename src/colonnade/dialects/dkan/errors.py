"""Errors as clients of Services expect them: a status, the message on the status line, and as a list of one in the body
(section 4 of the reference)."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from colonnade import errors
from colonnade.core.work import Actor
from colonnade.dialects.dkan import answers
from colonnade.http.reasons import ReasonedResponse

SAID = "dkan.said"
"""The code of what this door itself has to say."""
FORM = "node.form"
"""The code of what a form of Drupal would have to say, by field."""
STATUS: Mapping[type[errors.PortalError], int] = {
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.QuotaReached: 406,
    errors.Conflict: 406,
    errors.Invalid: 406,
    errors.LimitReached: 406,
    errors.Unavailable: 503,
    errors.PortalError: 500,
}
WORDS: Mapping[int, str] = {401: "Unauthorized", 404: "Not found", 406: "Not Acceptable"}
"""What stands before a message on the status line; nothing for the others."""
NO_BODY = frozenset({"route.unknown", "dkan.format"})
EXPLAINED = frozenset({"node.groups_denied"})
"""Refusals of a part of what was sent: which, is told."""
_TAG = re.compile(r"<[^>]*>")


def said(status: int, message: str, *, body: Any = None) -> errors.Invalid:
    """An error with a status and words of its own. `body` None: the message."""
    return errors.Invalid(message, code=SAID, status=status, body=message if body is None else body)


def render(request: Request, error: errors.PortalError) -> Response:
    status = status_of(error)
    message = message_of(request, error)
    reason = reason_of(status, message)
    if error.code in NO_BODY or answers.choice_of(request) is None:
        return ReasonedResponse(b"", status, answers.headers(request), reason=reason)
    return answers.answer(request, _body(error, message), status, reason)


def status_of(error: errors.PortalError) -> int:
    status = error.facts.get("status")
    if isinstance(status, int):
        return status
    if isinstance(error, errors.Invalid) and error.code.startswith("http."):
        return int(error.code.removeprefix("http."))
    return next(STATUS[family] for family in type(error).__mro__ if family in STATUS)


def message_of(request: Request, error: errors.PortalError) -> str:
    if isinstance(error, errors.Denied) and error.code != "sign_in.inactive":
        why = f": {error.message}" if error.code in EXPLAINED else ""
        return f"Access denied for user {_name(request)}{why}"
    if error.code == "node.unknown" and "nid" in request.path_params:
        return f"Node {request.path_params['nid']} could not be found"
    if error.code == "route.unknown":
        return _unknown(request)
    return error.message


def reason_of(status: int, message: str) -> str:
    bare = _TAG.sub("", message)
    if status == 500:
        return f"Internal Server Error : An error occurred (0): {bare}"
    return f"{WORDS.get(status, '')} : {bare}".lstrip()


def _body(error: errors.PortalError, message: str) -> Any:
    if error.code == SAID:
        return error.facts["body"]
    if error.code == FORM and isinstance(error, errors.Invalid):
        return {"form_errors": {name: " ".join(what) for name, what in error.fields.items()}}
    return message


def _unknown(request: Request) -> str:
    """A resource that there is not, or something that it does not do."""
    root: str = request.scope.get("root_path", "")
    name = request.scope["path"].removeprefix(root).strip("/").partition("/")[0]
    beginning = re.compile(rf"/{re.escape(name)}(/|$)")
    is_known = any(beginning.match(getattr(one, "path", "")) for one in request.app.routes)
    return "Could not find the controller." if is_known else f"Could not find resource {name}."


def _name(request: Request) -> str:
    actor: Actor | None = getattr(request.state, "actor", None)
    return "anonymous" if actor is None or actor.username is None else actor.username
