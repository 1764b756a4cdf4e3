"""Errors outside every door, in a shape that people and programs can read."""

from starlette.requests import Request
from starlette.responses import Response

from colonnade.errors import PortalError
from colonnade.http.answers import json
from colonnade.http.edge import status_of


def render(request: Request, error: PortalError) -> Response:
    return json({"error": error.message}, status_of(error))
