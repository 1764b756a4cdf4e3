"""The Explore door as an application."""

from fastapi import FastAPI

from colonnade.core.work import Portal
from colonnade.dialects.explore import (
    attachments,
    catalogue_exports,
    datasets,
    exports,
    files,
    records,
    root,
    sources,
)
from colonnade.dialects.explore.describing import describe
from colonnade.dialects.explore.errors import render
from colonnade.dialects.explore.links import PREFIX as PREFIX
from colonnade.http.apipage import serve_page
from colonnade.http.edge import answer_errors
from colonnade.http.readers import serve_readers


def build(portal: Portal) -> FastAPI:
    app = FastAPI(title="Explore API", version="2.1", redirect_slashes=False, docs_url=None, redoc_url=None)
    app.state.portal = portal
    answer_errors(app, render)
    serve_readers(app, portal)
    for door in (root, datasets, catalogue_exports, records, exports, attachments, files):
        app.include_router(door.router)
        sources.serve(app, door.router)
    sources.serve_unknown_datasets(app)
    describe(app)
    serve_page(app, "/docs")
    return app
