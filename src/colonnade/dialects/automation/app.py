"""The Automation door as an application."""

from fastapi import FastAPI

from colonnade.core.work import Portal
from colonnade.dialects.automation import (
    alternative_exports,
    attachments,
    datasets,
    describing,
    extractors,
    feedbacks,
    fields,
    looks,
    metadata,
    processors,
    resources,
)
from colonnade.dialects.automation.errors import render, render_request_error
from colonnade.http.apipage import serve_page
from colonnade.http.bodies import JSON_LIMIT, BoundedBodies
from colonnade.http.edge import answer_errors

PREFIX = "/api/automation/v1.0"
UPLOAD_MARGIN = 1 << 20
"""Bytes of a multipart body beside its file."""


def build(portal: Portal) -> FastAPI:
    app = FastAPI(
        title="Automation API",
        version="1.0",
        redirect_slashes=False,
        openapi_url="/openapi.json/",  # every path of this door ends in a slash by the time it gets here
        docs_url=None,
        redoc_url=None,
        responses=describing.ERRORS,
    )
    app.state.portal = portal
    answer_errors(app, render)

    def limit_for(content_type: str) -> int:
        is_upload = content_type.startswith("multipart/form-data")
        return portal.settings.max_upload_bytes + UPLOAD_MARGIN if is_upload else JSON_LIMIT

    app.add_middleware(BoundedBodies, limit_for=limit_for)
    render_request_error(app)
    app.include_router(alternative_exports.router)
    app.include_router(attachments.router)
    app.include_router(datasets.router)
    app.include_router(extractors.router)
    app.include_router(feedbacks.router)
    app.include_router(fields.router)
    app.include_router(looks.router)
    app.include_router(metadata.router)
    app.include_router(processors.router)
    app.include_router(resources.router)
    describing.describe(app)
    serve_page(app, "/docs/")
    return app
