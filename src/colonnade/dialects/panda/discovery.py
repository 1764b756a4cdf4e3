"""What there is: all resources, and what each consists of (sections 1.1 and 3.13 of the reference)."""

from starlette.responses import Response
from starlette.routing import Route

from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.endpoints import Asked, Handler, route
from colonnade.dialects.panda.fields import KINDS
from colonnade.dialects.panda.uris import list_uri
from colonnade.errors import NotFound


def get_root(asked: Asked) -> Response:
    found = {name: {"list_endpoint": list_uri(name), "schema": f"{list_uri(name)}schema/"} for name in KINDS}
    return json(asked.request, found)


def schema_of(name: str) -> Handler:
    def get_schema(asked: Asked) -> Response:
        return json(asked.request, KINDS[name].shown())

    return get_schema


def get_no_set(asked: Asked) -> Response:
    """What is called by a slug cannot be asked for in sets."""
    raise NotFound("There are no sets of these.", code="route.unknown")


ROUTES: list[Route] = [
    route("/", "GET", is_open=True, GET=get_root),
    *(route(f"/{name}/schema/", "GET", GET=schema_of(name)) for name in KINDS),
    *(
        route(f"/{name}/set/{{names}}/", "GET", GET=get_no_set)
        for name, kind in KINDS.items()
        if not kind.is_numbered
    ),
]
"""Before those of the resources: `schema` and `set` are no names of things."""
