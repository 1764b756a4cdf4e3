"""Errors as Automation's clients expect them (section 1.3 of the reference)."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from colonnade import errors
from colonnade.dialects.automation.status import must_be_one_of
from colonnade.http.answers import json
from colonnade.http.edge import status_of

CODES: Mapping[type[errors.PortalError], str] = {
    errors.Unauthenticated: "unauthorized",
    errors.Denied: "permission_denied",
    errors.NotFound: "not_found",
    errors.Conflict: "conflict",
    errors.Invalid: "validation_error",
    errors.LimitReached: "limit_reached",
    errors.QuotaReached: "quota_exceeded",
    errors.Unavailable: "unavailable",
    errors.PortalError: "internal_error",
}
HTTP_CODES: Mapping[str, str] = {"http.405": "method_not_allowed", "http.413": "limit_reached"}
"""What is wrong with a request before it reaches an operation; anything else is a `bad_request`."""

STATUS_CONFLICTS = frozenset({"job.busy", "job.idle", "dataset.draft", "dataset.unpublished"})


def render(request: Request, error: errors.PortalError) -> Response:
    if error.code in STATUS_CONFLICTS:
        return json({"error_code": "invalid_dataset_status", "message": must_be_one_of(error)}, 400)
    body: dict[str, Any] = {"error_code": _code(error), "message": error.message}
    if isinstance(error, errors.NotFound):
        body["message"] = "Not found."
    if isinstance(error, errors.Invalid):
        if error.code.startswith("http."):
            body["error_code"] = HTTP_CODES.get(error.code, "bad_request")
        else:
            body |= {"message": "Invalid input", "detail": _detail(error)}
    if "trace_id" in error.facts:
        body["trace_id"] = error.facts["trace_id"]
    headers = {"WWW-Authenticate": "Apikey"} if isinstance(error, errors.Unauthenticated) else None
    return json(body, status_of(error), headers)


def render_request_error(app: FastAPI) -> None:
    """Answer what pydantic refuses in the door's own shape."""

    def handler(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        if any(one["type"] == "json_invalid" for one in found):
            message = "Bad request: the server did not understand the request parameters."
            return json({"error_code": "bad_request", "message": message}, 400)
        detail: dict[str, Any] = {}
        for one in found:
            _nest(detail, one["loc"][1:] or ("non_field_errors",), _message(one))
        return json({"error_code": "validation_error", "message": "Invalid input", "detail": detail}, 400)

    app.add_exception_handler(RequestValidationError, handler)


def _code(error: errors.PortalError) -> str:
    return next(CODES[family] for family in type(error).__mro__ if family in CODES)


def _detail(error: errors.Invalid) -> dict[str, Any]:
    """Field -> messages; a dotted field is nested as its object is."""
    detail: dict[str, Any] = {}
    for name, messages in error.fields.items():
        for message in messages:
            _nest(detail, name.split("."), message)
    return detail or {"non_field_errors": [error.message]}


def _nest(detail: dict[str, Any], path: Sequence[object], message: str) -> None:
    """Put a message at its place. Where another message is in the way, it stands beside that one."""
    *parents, last = (str(part) for part in path)
    for parent in parents:
        inner = detail.setdefault(parent, {})
        if isinstance(inner, list):
            inner.append(message)
            return
        detail = inner
    messages = detail.setdefault(last, [])
    if isinstance(messages, dict):
        messages = messages.setdefault("non_field_errors", [])
    messages.append(message)


def _message(error: Mapping[str, Any]) -> str:
    return "This field is required" if error["type"] == "missing" else str(error["msg"])
