"""What there is below the door's root (section 2 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.dialects.explore.links import links
from colonnade.dialects.explore.rendering import answer
from colonnade.http.edge import actor

router = APIRouter(tags=["Catalog"])

SOURCES = ("catalog", "monitoring", "shared")


@router.get("/")
def get_root(request: Request) -> Response:
    actor(request)
    return links(request, {"self": "/", **{source: f"/{source}" for source in SOURCES}})


@router.get("/monitoring")
def get_monitoring(request: Request) -> Response:
    actor(request)
    return links(request, {"self": "/monitoring", "datasets": "/monitoring/datasets"})


@router.get("/monitoring/datasets")
def get_monitoring_datasets(request: Request) -> Response:
    """Usage is not measured here: a source without datasets."""
    actor(request)
    return answer({"total_count": 0, "results": []})
