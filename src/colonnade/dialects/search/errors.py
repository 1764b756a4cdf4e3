"""Errors as the clients of Search expect them (section 12.6 of the reference): one sentence under `error`."""

from starlette.requests import Request
from starlette.responses import Response

from colonnade import errors
from colonnade.http.answers import json
from colonnade.http.edge import status_of
from colonnade.http.quotas import answer_too_many

CALLED = {"where": "q", "order_by": "sort", "select": "fields or y.NAME.expr", "group_by": "x"}
"""What a clause of Explore is called here."""
TEXTS = {"key.invalid": "API key is not valid"}
"""What clients compare with."""


def render(request: Request, error: errors.PortalError) -> Response:
    if isinstance(error, errors.QuotaReached):
        return answer_too_many(error)
    body = {"error": _message(error)}
    if "trace_id" in error.facts:
        body["trace_id"] = str(error.facts["trace_id"])
    headers = {"WWW-Authenticate": "Apikey"} if isinstance(error, errors.Unauthenticated) else None
    return json(body, status_of(error), headers)


def _message(error: errors.PortalError) -> str:
    """Nobody here has heard of ODSQL: what is wrong with a query is said with the name of the parameter."""
    clause, detail = error.facts.get("clause"), error.facts.get("detail")
    if isinstance(clause, str) and isinstance(detail, str):
        return f"{detail} (parameter {CALLED.get(clause, clause)})"
    return TEXTS.get(error.code, error.message)
