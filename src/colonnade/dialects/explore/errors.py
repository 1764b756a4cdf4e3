"""Errors as Explore's clients expect them (section 7.1 of the reference)."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from colonnade import errors
from colonnade.http.answers import json
from colonnade.http.edge import status_of
from colonnade.http.quotas import answer_too_many

CODES: Mapping[str, str] = {
    "odsql.syntax": "ODSQLSyntaxError",
    "odsql.semantic": "ODSQLError",
    "odsql.incompatible": "IncompatibleTypesInComparisonFilter",
    "parameter.invalid": "InvalidRESTParameterError",
    "http.405": "MethodNotAllowed",
}
FAMILIES: Mapping[type[errors.PortalError], str] = {
    errors.Unauthenticated: "Unauthorized",
    errors.Denied: "ForbiddenAccess",
    errors.NotFound: "NotFoundResource",
    errors.Conflict: "Conflict",
    errors.Invalid: "BadRequest",
    errors.LimitReached: "LimitReached",
    errors.Unavailable: "Unavailable",
    errors.PortalError: "ServerError",
}


def render(request: Request, error: errors.PortalError) -> Response:
    if isinstance(error, errors.QuotaReached):
        return answer_too_many(error)
    code = CODES.get(error.code) or next(
        FAMILIES[family] for family in type(error).__mro__ if family in FAMILIES
    )
    body = {"error_code": code, "message": error.message}
    if "trace_id" in error.facts:
        body["trace_id"] = str(error.facts["trace_id"])
    headers = {"WWW-Authenticate": "Apikey"} if isinstance(error, errors.Unauthenticated) else None
    return json(body, status_of(error), headers)
