"""The one place that wires a portal: settings in, an application and its parts out."""

import datetime as dt
import fcntl
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import IO

from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.routing import Route
from starlette.types import ASGIApp

from colonnade.config import Settings
from colonnade.core import blobs
from colonnade.core.activity.writer import Writer as ActivityWriter
from colonnade.core.alerts import jobs as alerts_jobs
from colonnade.core.catalogue import service as catalogue
from colonnade.core.categories import service as categories
from colonnade.core.datastore import jobs as datastore_jobs
from colonnade.core.datastore import mirrors, refreshing
from colonnade.core.datastore.model import DatastoreChanged
from colonnade.core.extracts import jobs as extract_jobs
from colonnade.core.imports import jobs as import_jobs
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import JobEnded, JobQueued, Kind
from colonnade.core.jobs.schedule import Nightly
from colonnade.core.mail import service as mail
from colonnade.core.mail.model import LetterWritten
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import NodeChanged, NodeRemoved, ReferencesChanged
from colonnade.core.notices import ending
from colonnade.core.overview import Overview
from colonnade.core.people import service as people
from colonnade.core.people.service import FirstAdministrator
from colonnade.core.publishing import jobs as publishing_jobs
from colonnade.core.publishing import removal
from colonnade.core.records.service import RowsChanged
from colonnade.core.rowstore import RowStore
from colonnade.core.search import service as search_service
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import TableForgotten
from colonnade.core.terms import service as terms
from colonnade.core.upkeep import jobs as upkeep_jobs
from colonnade.core.uploads import ContentDropped
from colonnade.core.usage import service as usage
from colonnade.core.usage.writer import Writer as UsageWriter
from colonnade.core.work import SYSTEM, Event, Follower, Handler, Portal
from colonnade.db.database import Database
from colonnade.dialects.automation import app as automation
from colonnade.dialects.automation import domain
from colonnade.dialects.dkan import app as dkan
from colonnade.dialects.explore import app as explore
from colonnade.dialects.explore import reuses
from colonnade.dialects.panda import app as panda
from colonnade.dialects.search import app as search
from colonnade.engine.embedded.store import EmbeddedEngine
from colonnade.errors import Unavailable
from colonnade.files.disk import DiskBlobs
from colonnade.http import operations
from colonnade.http.edge import answer_errors
from colonnade.http.methods import AnswerHead
from colonnade.http.metrics import CountRequests, RequestMetrics
from colonnade.http.paths import TolerantPaths
from colonnade.index.overview import TantivyOverview
from colonnade.index.tantivy_store import TantivyStore
from colonnade.jobs.dbos import DbosRunner, DbosSender
from colonnade.jobs.here import HereRunner
from colonnade.jobs.port import Runner, Sender
from colonnade.web import app as web
from colonnade.web.errors import render as render_error

DOORS = {
    automation.PREFIX: "automation",
    domain.PREFIX: "management",
    explore.PREFIX: "explore",
    reuses.REUSES: "explore",
    reuses.GEOREFERENCE: "explore",
    search.DATASETS: "search",
    search.RECORDS: "search",
    panda.PREFIX: "panda",
    dkan.PREFIX: "dkan",
    dkan.DATASTORE: "dkan",
}
SLASHED = (f"{automation.PREFIX}/", f"{domain.PREFIX}/", f"{panda.PREFIX}/")
"""Doors whose documents write every path with a final slash."""
LOCKED = "data.locked"
LAST_SECONDS = 5.0
"""That the end of a server waits for what its start began."""
NIGHTLY = {Kind.TIDY: dt.time(2, 0), Kind.ALERTS: dt.time(2, 30)}
"""Jobs of every night, in UTC."""
SPARE_WORKERS = 4
"""Jobs beside the builds: removals, withdrawals, checks."""
FOLLOWERS: Mapping[type[Event], tuple[Follower, ...]] = {
    DatastoreChanged: (mirrors.changed,),
    NodeChanged: (mirrors.changed,),
    NodeRemoved: (mirrors.removed,),
    ReferencesChanged: (mirrors.references_changed,),
}
"""Consequences that are written together with what happened, in servers and in commands."""


@dataclass
class Running:
    """A portal that runs in this process. `first`: the administrator that this start made, if it did."""

    app: ASGIApp
    portal: Portal
    runner: Runner
    first: FirstAdministrator | None
    close: Callable[[], None]


@dataclass(frozen=True)
class Reached:
    """A portal as a command has it. `is_served`: its rows belong to a server, the catalogue to both."""

    portal: Portal
    sender: Sender
    is_served: bool


def start(settings: Settings) -> Running:
    """Open the data folder, bring it up to date, resume what was interrupted, build the application.

    Raises `Unavailable` when another process holds the folder.
    """
    with ExitStack() as cleanup:
        portal = open_portal(settings, cleanup)
        first = _first_start(portal)
        usage.start(portal)
        cleanup.callback(UsageWriter(portal).close)
        cleanup.callback(ActivityWriter(portal).close)
        postman = mail.Postman(settings)
        cleanup.callback(postman.close)
        catalogue.start(portal)
        plans = (
            *publishing_jobs.plans(portal),
            removal.plan(portal),
            *upkeep_jobs.plans(portal),
            extract_jobs.plan(portal),
            import_jobs.plan(portal),
            datastore_jobs.plan(portal),
            alerts_jobs.plan(portal),
        )
        plans = tuple(ending.announcing(portal, one) for one in plans)
        runner = DbosRunner(settings.jobs_file, plans, workers=settings.builds + SPARE_WORKERS)
        cleanup.callback(runner.close)
        portal.runner = runner
        portal.handlers = {
            JobQueued: (partial(_start_job, runner),),
            RowsChanged: (_rows_changed,),
            TableForgotten: (_table_forgotten,),
            ContentDropped: (_content_dropped,),
            LetterWritten: (partial(_post, postman),),
            JobEnded: (ending.heard, refreshing.heard),
        }
        _resume(portal, runner)
        mirrors.start(portal)
        if portal.overview is not None:
            portal.overview.warm(partial(search_service.follow_all, portal))
        cleanup.callback(nodes.settle_soon(portal).join, LAST_SECONDS)
        cleanup.callback(Nightly(portal, NIGHTLY).close)
        return Running(_application(portal), portal, runner, first, cleanup.pop_all().close)


def open_portal(settings: Settings, cleanup: ExitStack) -> Portal:
    """A portal without its jobs and doors, for this process alone. Raises `Unavailable` when another has the folder."""
    for folder in (settings.data, settings.generations_folder, settings.scratch_folder):
        folder.mkdir(parents=True, exist_ok=True)
    settings.data.chmod(0o700)
    cleanup.callback(_lock(settings).close)
    portal = parts(settings, cleanup)
    portal.database.migrate()
    _clear_scratch(portal)
    portal.blobs.clear_interrupted()
    return portal


def parts(settings: Settings, cleanup: ExitStack) -> Portal:
    """The parts of a portal, nothing opened yet. A command beside a running server may use its catalogue: SQLite lets
    both in; the rows are the server's alone."""
    database = Database(settings.catalogue_file)
    cleanup.callback(database.close)
    engine = EmbeddedEngine(
        settings.generations_folder,
        scratch=settings.scratch_folder,
        memory_bytes=settings.query_memory_bytes,
        threads=settings.threads,
        open_tables=settings.open_tables,
        heavy_queries=settings.heavy_queries,
        wait_seconds=settings.heavy_wait_seconds,
    )
    cleanup.callback(engine.close)
    index = TantivyStore(settings.generations_folder, open_indexes=settings.open_tables)
    cleanup.callback(index.close)
    rows = RowStore(engine, index)
    overview = Overview(engine, rows, TantivyOverview(settings.overview_folder))
    cleanup.callback(overview.close)
    blobs_here = DiskBlobs(settings.blobs_folder)
    return Portal(settings, database, rows, blobs_here, followers=FOLLOWERS, overview=overview)


def reach(settings: Settings, cleanup: ExitStack) -> Reached:
    """A portal for a command that has a job done: by the server that holds the folder, or else here."""
    try:
        portal = open_portal(settings, cleanup)
    except Unavailable as error:
        if error.code != LOCKED:
            raise
        portal, sender = parts(settings, cleanup), DbosSender(settings.jobs_file)
        cleanup.callback(sender.close)
        return Reached(portal, sender, is_served=True)
    portal.handlers = {LetterWritten: (deliver,)}
    plans = (
        *upkeep_jobs.plans(portal),
        *publishing_jobs.plans(portal),
        alerts_jobs.plan(portal),
        datastore_jobs.plan(portal),
    )
    here = HereRunner(plans)
    cleanup.callback(here.close)
    return Reached(portal, here, is_served=False)


def follow(reached: Reached, queued: Handler) -> None:
    """Let what a command does have the consequences that it has in a server. `queued` is told of each job."""
    reached.portal.handlers = {
        LetterWritten: (deliver,),
        JobQueued: (queued,),
        JobEnded: (refreshing.heard,),
        TableForgotten: () if reached.is_served else (_table_forgotten,),
        ContentDropped: (_content_dropped,),
    }


def is_served(settings: Settings) -> bool:
    """Whether a server holds the data folder at this moment."""
    try:
        _lock(settings).close()
    except Unavailable:
        return True
    return False


def address_of(settings: Settings) -> str | None:
    """Where the server of the data folder listens, or did the last time; None where it has not been told."""
    try:
        lines = settings.lock_file.read_text().splitlines()
    except OSError:
        return None
    return (lines[1] or None) if len(lines) > 1 else None


def _lock(settings: Settings) -> IO[str]:
    """Hold the data folder for this process; the lock goes with the process, however it ends."""
    handle = settings.lock_file.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        message = f"Another Colonnade process is using the folder {settings.data}."
        raise Unavailable(message, code=LOCKED) from None
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n{settings.address or ''}\n")
    handle.flush()
    return handle


def _first_start(portal: Portal) -> FirstAdministrator | None:
    with portal.writing(SYSTEM) as work:
        people.ensure_members(work)
        first = people.ensure_first_administrator(work, portal.settings)
        if first is not None:
            terms.add_standard_licences(work)
            categories.add_first(work)
        return first


def _clear_scratch(portal: Portal) -> None:
    """Remove what interrupted uploads, queries and ended jobs left; a job that goes on keeps its folder."""
    with portal.reading(SYSTEM) as work:
        kept = {job.uid for job in jobs.active(work)}
    for path in portal.settings.scratch_folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _resume(portal: Portal, runner: Runner) -> None:
    """Go on with the jobs of the run before.

    DBOS resumes what it had begun; a job that was written down but not begun is begun here. Starting is idempotent.
    """
    with portal.reading(SYSTEM) as work:
        active = [(job.kind, job.uid) for job in jobs.active(work)]
    for kind, uid in active:
        if runner.is_over(uid):
            _give_up(portal, uid)
        else:
            runner.start(kind, uid)


def _give_up(portal: Portal, uid: str) -> None:
    """Its workflow ended without saying so here: the step that should have said it broke. Nobody will run it again."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.is_active:  # it may have come to its end just now
            jobs.fail(job, Unavailable("The job ended without a result.", code="job.lost"))


def _start_job(runner: Runner, _portal: Portal, event: Event) -> None:
    assert isinstance(event, JobQueued)
    runner.start(event.kind, event.uid)


def _post(postman: mail.Postman, _portal: Portal, event: Event) -> None:
    assert isinstance(event, LetterWritten)
    postman.post(event.letter)


def deliver(portal: Portal, event: Event) -> None:
    """Letters of a command go out before it ends."""
    assert isinstance(event, LetterWritten)
    mail.deliver(portal.settings, event.letter)


def _rows_changed(portal: Portal, event: Event) -> None:
    assert isinstance(event, RowsChanged)
    catalogue.rows_changed(portal, event)


def _table_forgotten(portal: Portal, event: Event) -> None:
    assert isinstance(event, TableForgotten)
    tables.clear(portal, event.table_uid)
    if portal.overview is not None:
        portal.overview.forget(event.table_uid)


def _content_dropped(portal: Portal, event: Event) -> None:
    assert isinstance(event, ContentDropped)
    blobs.clear(portal, event.digests)


def _application(portal: Portal) -> ASGIApp:
    app = FastAPI(title="Colonnade", redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.portal = portal
    app.state.metrics = CollectorRegistry()
    app.state.metrics.register(operations.JobCollector(portal))
    answer_errors(app, render_error)
    # Doors first: to ask every page whether a path is its own takes a tenth of a short request.
    app.mount(automation.PREFIX, automation.build(portal))
    app.mount(domain.PREFIX, domain.build(portal))
    app.mount(explore.PREFIX, explore.build(portal))
    app.mount(reuses.REUSES, reuses.build_reuses(portal))
    app.mount(reuses.GEOREFERENCE, reuses.build_georeference(portal))
    app.mount(search.DATASETS, search.build_datasets(portal))
    app.mount(search.RECORDS, search.build_records(portal))
    app.mount(panda.PREFIX, panda.build(portal))
    app.mount(dkan.PREFIX, dkan.build(portal))
    app.mount(dkan.DATASTORE, dkan.build_datastore(portal))
    app.include_router(operations.router)
    app.include_router(web.router)
    app.router.routes.append(Route(search.DOWNLOAD, search.build_download(portal)))
    app.router.routes.extend(panda.root_routes(portal))
    app.router.routes.extend(dkan.ROOT_ROUTES)
    metrics = RequestMetrics(app.state.metrics)
    counted = CountRequests(AnswerHead(app), metrics, DOORS)
    return TolerantPaths(counted, slashed=SLASHED, roots=DOORS)
