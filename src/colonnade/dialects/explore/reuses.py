"""What others made of the data, and areas by their ids (section 14 of the reference). Nobody can tell a portal of either here:
widgets that ask get an empty list."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.work import Portal
from colonnade.dialects.explore.errors import render
from colonnade.dialects.explore.rendering import answer
from colonnade.http.edge import actor, answer_errors
from colonnade.http.readers import serve_readers

REUSES = "/api/reuses"
GEOREFERENCE = "/api/georeference"


def build_reuses(portal: Portal) -> FastAPI:
    app = _built(portal)

    @app.get("/")
    def get_reuses(request: Request) -> Response:
        actor(request)
        return answer({"nhits": 0, "reuses": []})

    return app


def build_georeference(portal: Portal) -> FastAPI:
    app = _built(portal)

    @app.get("/v1/uid/{uid}")
    def get_area(request: Request) -> Response:
        actor(request)
        return answer([])

    return app


def _built(portal: Portal) -> FastAPI:
    app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.portal = portal
    answer_errors(app, render)
    serve_readers(app, portal)
    return app
