"""How operations are described in the OpenAPI document: what each answers, and with which key it is asked."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from colonnade.dialects.automation import schemas

Responses = dict[int | str, dict[str, Any]]

DESCRIPTION = """Datasets as publishers keep them: their configuration, their sources, their publication.

Every operation needs an API key. Paths answer with and without their final slash. Keys of a body that are unknown or
read-only are ignored."""

ERRORS: Responses = {
    400: {
        "model": schemas.ValidationError | schemas.BadRequest,
        "description": "What is wrong with the request, field by field; `bad_request`: the body is no JSON",
    },
    401: {"model": schemas.Error, "description": "No valid API key"},
    403: {"model": schemas.Error, "description": "The caller sees this, and may not do that"},
    404: {"model": schemas.NotFound, "description": "Unknown, or not for this caller to know of"},
    "4XX": {"model": schemas.Error, "description": "Another conflict, method or size"},
    "5XX": {"model": schemas.Error, "description": "A fault of the portal"},
}
"""What any operation may answer."""

WRONG_STATUS: Responses = {
    400: {
        "model": schemas.InvalidDatasetStatus,
        "description": "The status of the dataset does not allow this",
    }
}
"""Of operations that need a status and no body."""

SECURITY: Mapping[str, Mapping[str, str]] = {
    "HeaderAPIKey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Apikey KEY`",
    },
    "QueryAPIKey": {"type": "apiKey", "in": "query", "name": "apikey"},
}
"""Either of them will do."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
BYTES: Responses = {
    200: {
        "description": "The file, byte for byte, under the type that it was given with",
        "content": {"application/octet-stream": _BINARY, "*/*": _BINARY},
    }
}


def answers(model: Any, status: int = 200, others: Responses | None = None) -> dict[str, Any]:
    """Keywords of a route that answers with what the model describes."""
    responses: Responses = {status: {"model": model}, **(others or {})}
    return {"status_code": status, "response_model": None, "responses": responses}


def answers_nothing(others: Responses | None = None) -> dict[str, Any]:
    """Keywords of a route that answers 204."""
    return {"status_code": 204, "response_model": None, "responses": {**(others or {})}}


def describe(app: FastAPI) -> None:
    """Let the application's document say what FastAPI cannot know: the keys, which are asked for before a route is."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
            )
            found["components"]["securitySchemes"] = {name: dict(one) for name, one in SECURITY.items()}
            found["security"] = [{name: []} for name in SECURITY]
            for path in found["paths"].values():
                for operation in path.values():
                    operation["summary"] = operation["operationId"].replace("-", " ").capitalize()
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way
