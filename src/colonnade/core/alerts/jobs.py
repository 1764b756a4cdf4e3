"""Asking every alert again: each tells of the rows that are new since it was asked last, and of no row twice."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from colonnade.core.alerts import store
from colonnade.core.alerts.model import Alert
from colonnade.core.alerts.texts import Found
from colonnade.core.categories import service as categories
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Kind, State
from colonnade.core.mail.model import Letter, LetterWritten
from colonnade.core.mail.service import site_of
from colonnade.core.notices.model import Notice
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.search import service as search
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Portal, Work, now
from colonnade.db.base import row_by_id
from colonnade.errors import PortalError
from colonnade.jobs.port import Done, Plan, Step

log = logging.getLogger(__name__)

KIND = "info"
"""Of these notices: PANDA writes it small."""


@dataclass(frozen=True)
class Question:
    """How many rows, of those that the work's actor may see, match a query and were written in `since` <= t < `until`?
    In one dataset, in those with these ids, or (both None) in all."""

    query: str
    since: dt.datetime
    until: dt.datetime
    readable: ReadableDataset | None = None
    dataset_ids: frozenset[int] | None = None


Count = Callable[[Work, Question], int]
"""Answers it. Raises `PortalError` when it cannot: the alert is asked again the next time, for the same rows and more."""


def by_search(work: Work, question: Question) -> int:
    """As searches are answered everywhere else."""
    return search.count(
        work,
        words=question.query,
        since=question.since.replace(tzinfo=None),
        before=question.until.replace(tzinfo=None),
        readable=question.readable,
        dataset_ids=question.dataset_ids,
    )


def plan(portal: Portal, count: Count = by_search) -> Plan:
    return Plan(
        Kind.ALERTS,
        (Step("ask", partial(_ask, portal, count)),),
        failed=partial(_failed, portal),
        ended=lambda _uid: None,
    )


def run(portal: Portal, count: Count = by_search) -> tuple[int, int]:
    """Ask all alerts; how many there were and how many people were told something. Safe to repeat and to run twice at
    once: an alert's notice and the moment up to which it has told are one transaction."""
    until = _settled(portal)
    with portal.reading(SYSTEM) as work:
        ids = store.ids(work.db)
    told = 0
    for alert_id in ids:
        try:
            told += _told(portal, count, alert_id, until)
        except PortalError as error:  # of one: the others are asked all the same
            log.warning("alert %d could not be asked: %s", alert_id, error.message)
    return len(ids), told


def _settled(portal: Portal) -> dt.datetime:
    """The moment before which every row that is ever going to be there is there already."""
    until = now()
    with portal.reading(SYSTEM) as work:
        # Rows of a build bear the time at which it began, and are seen when it ends.
        building = [job.created_at for job in jobs.active(work) if job.dataset_id is not None]
        uids = [table.uid for table in tables.all_tables(work)]
    for uid in uids:
        with tables.latch(portal, uid):
            pass  # whoever was writing live, with an earlier time, has committed
    return min([until, *building])


def _told(portal: Portal, count: Count, alert_id: int, until: dt.datetime) -> bool:
    """Ask one alert; whether its owner was told something."""
    with portal.database.read() as db:
        alert = row_by_id(db, Alert, alert_id)
        owner = None if alert is None else row_by_id(db, Person, alert.person_id)
        if alert is None or owner is None or not owner.is_active or alert.last_run >= until:
            return False
        allowed = alert.key_permissions
        actor = people.actor_of(db, owner, None if allowed is None else frozenset(allowed))
    with portal.reading(actor) as work:
        found = _found(work, count, alert, until)
    with portal.writing(SYSTEM) as work:
        fresh = row_by_id(work.db, Alert, alert_id)
        owner = None if fresh is None else row_by_id(work.db, Person, fresh.person_id)
        if fresh is None or fresh.last_run != alert.last_run or owner is None or not owner.is_active:
            return False  # taken away, another run was quicker, or nobody is there to be told
        fresh.last_run = until
        if found is None or not found.count:
            return False
        work.db.add(Notice(person_id=owner.id, kind=KIND, message=found.message, url=found.url))
        text = found.text(site_of(work.settings))
        work.happened(LetterWritten(Letter(owner.email, found.subject, text)))
    return True


def _found(work: Work, count: Count, alert: Alert, until: dt.datetime) -> Found | None:
    """None: its dataset is not there any more for its owner."""
    readable, category = None, None
    ids: frozenset[int] | None = None
    if alert.dataset_id is not None:
        readable = _readable(work, alert.dataset_id)
        if readable is None:
            return None
    elif alert.category_id is not None:
        category = categories.by_ids(work, [alert.category_id])[0]
        ids = categories.dataset_ids(work, category.slug or "")
    question = Question(alert.query, alert.last_run, until, readable, ids)
    found = _named(alert, count(work, question), readable)
    if category is None:
        return found
    return replace(found, category=category.slug, category_name=category.name(work.settings.default_language))


def _readable(work: Work, dataset_id: int) -> ReadableDataset | None:
    dataset = datasets.by_id(work, dataset_id)
    found = [] if dataset is None else datasets.readable_by_uids(work, [dataset.uid])
    return found[0] if found else None


def _named(alert: Alert, count: int, readable: ReadableDataset | None) -> Found:
    dataset = None if readable is None else readable.dataset
    title = None if dataset is None else meta.title(dataset.metadata_published or {}) or dataset.slug
    return Found(
        query=alert.query,
        query_url=alert.query_url,
        count=count,
        since=alert.last_run,
        name=title,
        slug=None if dataset is None else dataset.slug,
        number=alert.id,
    )


def _ask(portal: Portal, count: Count, uid: str, done: Done) -> Any:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.state == State.QUEUED:
            jobs.advance(job, State.PROCESSING)
        elif job.state != State.PROCESSING:
            return None  # stopped before it began, or it has ended
    asked, told = run(portal, count)
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.is_active:
            jobs.progress(work, job, alerts=asked, told=told)
            jobs.advance(job, State.DONE)
    return None


def _failed(portal: Portal, uid: str, error: PortalError) -> None:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.is_active:
            jobs.fail(job, error)
