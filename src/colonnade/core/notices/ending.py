"""Telling who asked for a job that it has ended: once, however often that is said, and whatever dies in between."""

from dataclasses import replace

from colonnade.core.columns import service as columns
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, JobEnded, Kind, State
from colonnade.core.mail.model import Letter, LetterWritten
from colonnade.core.mail.service import site_of
from colonnade.core.notices import store, texts
from colonnade.core.notices.model import Notice
from colonnade.core.notices.texts import Ended
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import SYSTEM, Event, Portal, Work
from colonnade.errors import NotFound
from colonnade.jobs.port import Plan

KINDS = frozenset(kind for kind, _ in texts.TOLD)


def announcing(portal: Portal, plan: Plan) -> Plan:
    """The same plan, at whose end people are told. That is part of its last step, so it happens even if the process dies
    on the way."""
    if plan.kind not in {kind.value for kind in KINDS}:
        return plan

    def ended(uid: str) -> None:
        plan.ended(uid)
        tell(portal, uid)

    return replace(plan, ended=ended)


def heard(portal: Portal, event: Event) -> None:
    """Sooner than the plan's last step, which may have much to clean up."""
    assert isinstance(event, JobEnded)
    if event.kind in KINDS:
        tell(portal, event.uid)


def tell(portal: Portal, uid: str) -> None:
    """Tell who asked for this job how it ended; nothing happens while it goes on, and when that was told before."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.created_by_id is None or job.is_active or store.of_job(work.db, uid) is not None:
            return
        try:
            person = people.by_id(work, job.created_by_id)
        except NotFound:  # gone meanwhile
            return
        told = texts.told(_ended(work, job, person), site_of(work.settings))
        if told is None:
            return
        work.db.add(
            Notice(person_id=person.id, kind=told.kind, message=told.message, url=told.url, job_uid=uid)
        )
        if person.is_active:
            work.happened(LetterWritten(Letter(person.email, told.subject, told.text)))


def _ended(work: Work, job: Job, person: Person) -> Ended:
    """Of a dataset that the person may not read (any more) only what they called it when they asked."""
    readable = _readable(work, job, person)
    said = {**job.params, **job.progress}
    name, slug = said.get("dataset"), None
    if readable is not None:
        slug = readable.dataset.slug
        name = columns.described(work, [readable.dataset])[0][0] or slug
    return Ended(
        kind=Kind(job.kind),
        state=State(job.state),
        name=name,
        slug=slug,
        query=said.get("query") or None,
        extract=said.get("extract"),
        rows=said.get("rows"),
        columns=job.progress.get("columns", ()),
        reason=job.message,
    )


def _readable(work: Work, job: Job, person: Person) -> ReadableDataset | None:
    """The job's dataset as its asker sees it now, with what their key was for."""
    if job.dataset_id is None:
        return None
    allowed = job.params.get("key_permissions")
    actor = people.actor_of(work.db, person, None if allowed is None else frozenset(allowed))
    return next(iter(datasets.readable_by_ids(replace(work, actor=actor), [job.dataset_id])), None)
