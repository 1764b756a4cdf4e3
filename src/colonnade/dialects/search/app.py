"""The doors of Search as applications: datasets, records, and the address of files among the portal's pages."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from colonnade.core.work import Portal
from colonnade.dialects.search import analyze, attached, datasets, downloads, pages, places, record, records
from colonnade.dialects.search.described import PREFIX
from colonnade.dialects.search.errors import render
from colonnade.dialects.search.pages import DOWNLOAD as DOWNLOAD
from colonnade.http.edge import answer_errors
from colonnade.http.forms import FormsAsQueries
from colonnade.http.readers import serve_readers

DATASETS, RECORDS = PREFIX, "/api/records/1.0"


def build_datasets(portal: Portal) -> FastAPI:
    """For `DATASETS`."""
    return _built(portal, (datasets.router, record.router, attached.router))


def build_records(portal: Portal) -> FastAPI:
    """For `RECORDS`."""
    return _built(portal, (records.router, downloads.router, analyze.router, places.router))


def build_download(portal: Portal) -> FastAPI:
    """For the one address `DOWNLOAD`, which it knows whole."""
    return _built(portal, (pages.router,))


def _built(portal: Portal, routers: Sequence[APIRouter]) -> FastAPI:
    app = FastAPI(
        title="Search API",
        version="1.0",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.portal = portal
    app.add_middleware(FormsAsQueries, render=render)
    answer_errors(app, render)
    serve_readers(app, portal, methods=("GET", "HEAD", "OPTIONS", "POST"))
    for router in routers:
        app.include_router(router)
    return app
