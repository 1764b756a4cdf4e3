"""The Explore door as an application."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from colonnade.core.work import Portal
from colonnade.dialects.explore import datasets, records
from colonnade.dialects.explore.errors import render
from colonnade.http.edge import answer_errors

PREFIX = "/api/explore/v2.1"
EXPOSED = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "ODS-Explore-API-Deprecation",
    "Link",
    "Content-Disposition",
    "ods-analyze-truncated",
)


def build(portal: Portal) -> FastAPI:
    app = FastAPI(title="Explore API", version="2.1", redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.portal = portal
    answer_errors(app, render)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=EXPOSED,
    )
    app.include_router(datasets.router)
    app.include_router(records.router)
    return app
