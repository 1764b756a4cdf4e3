"""The Explore door as an application."""

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware

from colonnade.core.work import Portal
from colonnade.dialects.explore import attachments, datasets, exports, records, root
from colonnade.dialects.explore.errors import render
from colonnade.dialects.explore.links import PREFIX as PREFIX
from colonnade.http.edge import answer_errors

CATALOG, SHARED = "/catalog", "/shared"
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
    for door in (root, datasets, records, exports, attachments):
        app.include_router(door.router)
        _share(app, door.router)
    return app


def _share(app: FastAPI, router: APIRouter) -> None:
    """Answer for the catalogue under the name by which widgets ask for one that portals share, too."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.path.startswith(CATALOG):
            path = SHARED + route.path.removeprefix(CATALOG)
            app.add_api_route(
                path, route.endpoint, methods=list(route.methods or ()), include_in_schema=False
            )
