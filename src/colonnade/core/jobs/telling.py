"""What a job tells people of itself while it runs and at its end."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, JobEnded, Kind, State
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.errors import PortalError

POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Words:
    """`aborted`: with the percentage that was done."""

    begun: str
    done: str
    aborted: str


WORDS: Mapping[str, Words] = {
    Kind.IMPORT: Words("Preparing to import", "Import complete", "Aborted after importing {}%"),
    Kind.REINDEX: Words("Preparing to reindex", "Reindex complete", "Aborted after reindexing {}%"),
    Kind.EXTRACT: Words("0% complete", "Export complete", "Aborted after exporting {}%"),
}
"""Of the kinds that people wait for; others say nothing while all goes well."""


def begun(work: Work, job: Job) -> None:
    """Let a job begin."""
    words = WORDS.get(job.kind)
    jobs.advance(job, State.PROCESSING, message=None if words is None else words.begun)


def done(work: Work, job: Job) -> None:
    """Let a job end well."""
    words = WORDS.get(job.kind)
    jobs.advance(job, State.DONE, message=None if words is None else words.done)
    _ended(work, job)


def aborted(work: Work, job: Job) -> None:
    words = WORDS.get(job.kind)
    told = None if words is None else words.aborted.format(job.progress.get("percent", 0)) + _guessed(job)
    jobs.advance(job, State.ABORTED, message=told)
    _ended(work, job)


def failed(work: Work, job: Job, error: PortalError) -> None:
    """Let a job end with a reason; its code and its plain facts are kept beside the message."""
    plain = {name: fact for name, fact in error.facts.items() if isinstance(fact, str | int | float | bool)}
    jobs.progress(work, job, failure={"code": error.code, "facts": plain})
    jobs.fail(job, error)
    _ended(work, job)


def percentage(portal: Portal, uid: str, share: Callable[[], float]) -> Callable[[], None]:
    """What tells people how far a job is whenever it is called, if it is of a kind that they wait for. `share`: how much
    is done, from 0 to 1."""
    last = 0

    def tell() -> None:
        nonlocal last
        percent = min(99, int(100 * share()))
        if percent <= last:
            return
        last = percent
        with portal.writing(SYSTEM) as work:
            job = jobs.get(work, uid)
            if job.kind in WORDS and job.state == State.PROCESSING:
                jobs.progress(work, job, percent=percent)
                jobs.say(job, f"{percent}% complete{_guessed(job)}")

    return tell


def _guessed(job: Job) -> str:
    """How many rows a file of lines has is known only at its end."""
    return " (estimated)" if job.params.get("type") == "csv" else ""


def throttled(check: Callable[[], None], seconds: float = POLL_SECONDS) -> Callable[[], bool]:
    """The same check, done at most once in so many seconds; what it returns says whether it was done."""
    last = time.monotonic()

    def poll() -> bool:
        nonlocal last
        if time.monotonic() - last < seconds:
            return False
        last = time.monotonic()
        check()
        return True

    return poll


def _ended(work: Work, job: Job) -> None:
    work.happened(JobEnded(job.uid, Kind(job.kind), State(job.state)))


def facts(job: Job) -> Mapping[str, Any]:
    """What made a job fail: `code` and `facts` of the error; empty if nothing did."""
    found: Mapping[str, Any] = job.progress.get("failure", {})
    return found
