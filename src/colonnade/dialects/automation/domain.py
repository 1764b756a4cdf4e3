"""What scripts ask the older Management API 2 for to this day: the portal's themes and licences with their ids."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Term, Vocabulary
from colonnade.core.work import Portal
from colonnade.dialects.automation.errors import render
from colonnade.dialects.automation.routing import KeyedRoute
from colonnade.http.answers import json
from colonnade.http.edge import answer_errors, reading

PREFIX = "/api/management/v2"

router = APIRouter(route_class=KeyedRoute)


def build(portal: Portal) -> FastAPI:
    app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.portal = portal
    answer_errors(app, render)
    app.include_router(router)
    return app


@router.get("/domain/")
def get_domain(request: Request) -> Response:
    with reading(request) as work:
        properties = {
            "metadata.themes": _listed(terms.terms(work, Vocabulary.THEME)),
            "metadata.licenses": _listed(terms.terms(work, Vocabulary.LICENCE)),
        }
    return json({"properties": properties})


def _listed(found: Sequence[Term]) -> list[dict[str, Any]]:
    return [
        {"id": one.uid, "labels": one.labels, **({} if one.url is None else {"url": one.url})}
        for one in found
    ]
