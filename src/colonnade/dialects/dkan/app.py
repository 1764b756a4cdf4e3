"""The DKAN door: the Dataset REST API, the datastore's API, and addresses at the root of the site."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

from colonnade.core.work import Portal
from colonnade.dialects.dkan import (
    catalogue,
    datastores,
    files,
    nodes,
    packages,
    pages,
    searching,
    taxonomy,
    users,
)
from colonnade.dialects.dkan.endpoints import PREFIX as PREFIX
from colonnade.dialects.dkan.endpoints import Formats
from colonnade.dialects.dkan.errors import render
from colonnade.http.edge import answer_errors

DATASTORE = "/api/action/datastore"

ROUTES: Sequence[BaseRoute] = (
    *users.ROUTES,
    *nodes.ROUTES,
    *files.ROUTES,
    *datastores.ROUTES,
    *taxonomy.ROUTES,
)
"""Below `PREFIX`."""
DATASTORE_ROUTES: Sequence[BaseRoute] = (*users.SIGNING, *searching.SEARCH)
"""Below `DATASTORE`."""
ROOT_ROUTES: Sequence[Route] = (
    *users.ROOT,
    *files.ROOT,
    *catalogue.ROOT,
    *searching.ROOT,
    *packages.ROOT,  # whose last one answers all other actions
    *pages.ROOT,
)
"""At the root of the site, where the portal's pages answer errors."""


def build(portal: Portal) -> FastAPI:
    """For `PREFIX`."""
    return _built(portal, "dkan_dataset_api", ROUTES)


def build_datastore(portal: Portal) -> FastAPI:
    """For `DATASTORE`."""
    return _built(portal, "dkan_datastore_api", DATASTORE_ROUTES)


def _built(portal: Portal, endpoint: str, routes: Sequence[BaseRoute]) -> FastAPI:
    app = FastAPI(title="DKAN", redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.portal = portal
    greeting = PlainTextResponse(f'Services Endpoint "{endpoint}" has been setup successfully.')
    app.router.routes.extend([Route("/", greeting), *routes])
    answer_errors(app, render)
    app.add_middleware(Formats)
    return app
