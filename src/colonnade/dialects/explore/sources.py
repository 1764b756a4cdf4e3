"""Where datasets come from: the first step of every path (section 2 of the reference).

`shared` is another name of `catalog`, by which widgets ask for what portals share with each other; by the older name
`opendatasoft` clients ask for what all portals have published together. `monitoring` holds
what portals measure of themselves: here it answers like a catalogue in which there is nothing.
"""

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from colonnade.errors import NotFound
from colonnade.http.edge import actor
from colonnade.query.tree import And, Expr, Literal

CATALOG, MONITORING = "/catalog", "/monitoring"
ALIASES = ("/shared", "/opendatasoft")

_DATASET = f"{CATALOG}/datasets/{{dataset_id}}"
_NOTHING = Literal(value=False)


def path_of(request: Request) -> str:
    """The source that is asked, as the beginning of paths below the door."""
    return MONITORING if _is_empty(request) else CATALOG


def narrowed(request: Request, where: Expr | None) -> Expr | None:
    """A condition on the datasets or records of the source that is asked."""
    if not _is_empty(request):
        return where
    return _NOTHING if where is None else And((where, _NOTHING))


def serve(app: FastAPI, router: APIRouter) -> None:
    """Answer at the other sources what a router answers at the catalogue."""
    for route in router.routes:
        if isinstance(route, APIRoute) and route.path.startswith(CATALOG):
            path = route.path.removeprefix(CATALOG)
            for alias in ALIASES:
                _add(app, route, alias + path)
            if not route.path.startswith(_DATASET):
                _add(app, route, MONITORING + path)


def serve_unknown_datasets(app: FastAPI) -> None:
    """Say of every dataset of the empty source that it is unknown."""
    for path in ("", "/{rest:path}"):
        app.add_api_route(
            f"{MONITORING}/datasets/{{dataset_id}}{path}", _get_unknown, include_in_schema=False
        )


def _add(app: FastAPI, route: APIRoute, path: str) -> None:
    app.add_api_route(path, route.endpoint, methods=list(route.methods or ()), include_in_schema=False)


def _get_unknown(request: Request, dataset_id: str) -> Response:
    actor(request)
    raise NotFound(f"Unknown dataset: {dataset_id}", code="dataset.unknown", name=dataset_id)


def _is_empty(request: Request) -> bool:
    path: str = request.scope["route"].path
    return path.startswith(MONITORING)
