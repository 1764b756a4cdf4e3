"""What there is: all resources, and what each consists of (sections 1.1 and 3.13 of the reference)."""

from starlette.responses import Response
from starlette.routing import Route

from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.endpoints import Asked, route
from colonnade.dialects.panda.fields import KINDS
from colonnade.dialects.panda.uris import list_uri
from colonnade.errors import NotFound


def get_root(asked: Asked) -> Response:
    found = {name: {"list_endpoint": list_uri(name), "schema": f"{list_uri(name)}schema/"} for name in KINDS}
    return json(asked.request, found)


def get_schema(asked: Asked) -> Response:
    kind = KINDS.get(asked.name)
    if kind is None:
        raise NotFound(f"There is no resource {asked.name}.", code="route.unknown")
    return json(asked.request, kind.shown())


ROUTES: list[Route] = [
    route("/", "GET", is_open=True, GET=get_root),
    route("/{resource}/schema/", "GET", GET=get_schema),
]
"""Before those of the resources: `schema` is no name of a thing."""
