"""What the people who run a portal ask of it: is it alive, is it ready, its numbers."""

from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.jobs import service as jobs
from colonnade.core.work import SYSTEM, Portal
from colonnade.http.answers import json
from colonnade.http.edge import portal_of

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
def get_live() -> Response:
    """The process answers."""
    return json({"status": "ok"})


@router.get("/health/ready")
def get_ready(request: Request) -> Response:
    """Requests can be served: the catalogue database answers and the queryable catalogue stands."""
    portal = portal_of(request)
    try:
        with portal.database.read() as db:
            db.execute(text("SELECT 1"))
        ready = portal.catalogue.ref is not None
    except SQLAlchemyError:
        ready = False
    return json({"status": "ok" if ready else "unavailable"}, 200 if ready else 503)


@router.get("/metrics")
def get_metrics(request: Request) -> Response:
    registry: CollectorRegistry = request.app.state.metrics
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class JobCollector(Collector):
    """Jobs by kind and state, counted when asked."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("colonnade_jobs", "Jobs by kind and state.", labels=("kind", "state"))
        with self._portal.reading(SYSTEM) as work:
            for (kind, state), number in jobs.counts(work).items():
                family.add_metric((kind, state), number)
        yield family
