"""The OpenAPI document of this door, made of the table of its operations."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from colonnade.dialects.explore import schemas
from colonnade.dialects.explore.operations import OPERATIONS, PARAMETERS, Media, Operation
from colonnade.http.quotas import DATASET, NAMES

DESCRIPTION = """What is published, read: the catalogue, its datasets, and their records by queries or as files.

Data that everybody may see need no key; with a key you see what its owner may. Paths answer with and without their final
slash; `shared` may be written for `catalog`, and `monitoring` is a catalogue without datasets. Parameters that are unknown are ignored, empty ones are absent. Every call is one of those that you have in a day,
whatever its size; the headers `X-RateLimit-...` say how many are left."""

SECURITY: Mapping[str, Mapping[str, str]] = {
    "HeaderAPIKey": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Apikey KEY`",
    },
    "QueryAPIKey": {"type": "apiKey", "in": "query", "name": "apikey"},
}
"""Either of them will do, or none."""

ERRORS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "400": ("What is wrong with the request", schemas.QueryError),
    "401": ("No valid API key", schemas.Error),
    "403": ("The caller sees the dataset, and not its records", schemas.Error),
    "404": ("Unknown, or not for this caller to know of", schemas.Error),
    "429": ("All calls of the caller's quota are used up", schemas.TooManyCalls),
    "4XX": ("Another method or size", schemas.Error),
    "5XX": ("A fault of the portal, or a query that took too long", schemas.Error),
}
"""What any operation may answer."""

_JSON = "application/json"
_NO_BODY: Mapping[str, str] = {
    "303": "It is on another server",
    "304": "What the client has is still the same",
}


def describe(app: FastAPI) -> None:
    """Let the application serve the document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = described(app.title, app.version)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way


def described(title: str, version: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": DESCRIPTION},
        "paths": {path: {"get": _operation(one)} for path, one in OPERATIONS.items()},
        "components": {
            "schemas": _schemas(),
            "parameters": {name: dict(one) for name, one in PARAMETERS.items()},
            "headers": {name: _header(name) for name in NAMES},
            "responses": {
                **{status: _response(text, {_JSON: _model(one)}) for status, (text, one) in ERRORS.items()},
                **{status: _response(text, {}) for status, text in _NO_BODY.items()},
            },
            "securitySchemes": {name: dict(one) for name, one in SECURITY.items()},
        },
        "security": [{}, *({name: []} for name in SECURITY)],
    }


def _schemas() -> dict[str, Any]:
    answers = {one.answer for one in OPERATIONS.values() if isinstance(one.answer, type)}
    models = sorted({*answers, *(model for _, model in ERRORS.values())}, key=lambda one: one.__name__)
    template = "#/components/schemas/{model}"
    _, found = models_json_schema([(one, "serialization") for one in models], ref_template=template)
    definitions: dict[str, Any] = found["$defs"]
    return definitions


def _operation(one: Operation) -> dict[str, Any]:
    content = {_JSON: _model(one.answer)} if isinstance(one.answer, type) else one.answer
    others = [*ERRORS, *(["304"] if one.keeps else []), *(["303"] if one.redirects else [])]
    return {
        "operationId": one.id,
        "summary": one.summary,
        "tags": [one.tag],
        "parameters": [_reference("parameters", name) for name in one.parameters],
        "responses": {
            "200": _response("What was asked for", content),
            **{status: _reference("responses", status) for status in sorted(others)},
        },
    }


def _response(description: str, content: Media) -> dict[str, Any]:
    headers = {name: _reference("headers", name) for name in NAMES}
    found: dict[str, Any] = {"description": description, "headers": headers}
    if content:
        found["content"] = {name: {"schema": dict(schema)} for name, schema in content.items()}
    return found


def _header(name: str) -> dict[str, Any]:
    whose = "the quota of the dataset, if it has one" if DATASET in name else "the quota of the caller"
    what, example = _TOLD[name.rpartition("-")[2]]
    return {"description": f"Of {whose}: {what}", "schema": {"type": "string", "examples": [example]}}


_TOLD: Mapping[str, tuple[str, str]] = {
    "Limit": ("how many calls there are.", "10000000"),
    "Remaining": ("how many are left.", "9999999"),
    "Reset": ("when it begins anew.", "2026-12-01 00:00:00+00:00"),
}


def _model(model: type[BaseModel]) -> dict[str, str]:
    return _reference("schemas", model.__name__)


def _reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
