"""What there is below the door's root (section 2 of the reference)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.dialects.explore.links import links
from colonnade.http.edge import actor

router = APIRouter(tags=["Catalog"])

SOURCES = ("catalog", "monitoring", "shared")


@router.get("/")
def get_root(request: Request) -> Response:
    actor(request)
    return links(request, {"self": "/", **{source: f"/{source}" for source in SOURCES}})
