"""The description of the Explore door, and how a request that is made of it is sent."""

from collections.abc import Mapping
from typing import Any, cast

import httpx2
import requests
import schemathesis
from fastapi.openapi.utils import get_openapi
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

from colonnade.core.work import Portal
from colonnade.dialects.explore import app

PREFIX = EXPLORE.removesuffix("/catalog/datasets")
APP = app.build(cast(Portal, None))
DOCUMENT: Mapping[str, Any] = APP.openapi()
"""As the door serves it: no part of it depends on the portal."""

SCHEMA = schemathesis.openapi.from_dict(dict(DOCUMENT))
ROUTES: frozenset[str] = frozenset(get_openapi(title="", version="", routes=APP.routes)["paths"])
"""The paths of the routes that are to be described."""

OPERATIONS: Mapping[str, str] = {
    methods["get"]["operationId"]: path for path, methods in DOCUMENT["paths"].items()
}
"""Path by operationId."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def sent(house: House, case: Case[Any], person: Person = ANONYMOUS) -> httpx2.Response:
    """The request of a case, with this person's key and no other."""
    given = case.as_transport_kwargs(base_url=f"http://testserver{PREFIX}")
    given["params"] = {name: value for name, value in (given.get("params") or {}).items() if name != "apikey"}
    prepared = requests.Request(**given).prepare()
    kept = {name: str(value) for name, value in prepared.headers.items() if name.lower() != "authorization"}
    answer = house.client.request(
        given["method"], prepared.url or "", headers={**kept, **person.headers}, follow_redirects=False
    )
    answer.request.read()  # for whoever looks at what was sent
    return answer
