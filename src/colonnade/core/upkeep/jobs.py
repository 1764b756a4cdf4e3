"""The durable jobs of upkeep. One at a time: a repair would take away what a backup copies."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Kind, State
from colonnade.core.upkeep import backup, checks, repairs
from colonnade.core.upkeep.checks import Tell
from colonnade.core.upkeep.model import StoppedError
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import PortalError, Unavailable
from colonnade.jobs.port import Done, Plan, Step

TELL_SECONDS = 1.0


def plans(portal: Portal) -> tuple[Plan, ...]:
    turn = threading.Lock()
    failed_ = partial(failed, portal)
    return (
        Plan(Kind.CHECK, (Step("check", partial(check, portal, turn)),), failed=failed_, ended=_nothing),
        Plan(Kind.BACKUP, (Step("copy", partial(copy, portal, turn)),), failed=failed_, ended=_nothing),
    )


def check(portal: Portal, turn: threading.Lock, uid: str, done: Done) -> Any:
    """Fall back, check, repair and check again, as far as it was asked for."""
    tell = _teller(portal, uid)
    with _turn(turn, tell), _disk_errors():
        params = _begun(portal, uid)
        notes = [repairs.fall_back(portal, name) for name in params["fall_back"]]
        report = checks.check(portal, tell)
        if params["repair"] and report.findings:
            notes += [f"Tried to mend: {one}" for one in repairs.repair(portal, report.findings)]
            report = checks.check(portal, tell)
    _end(portal, uid, report=report.to_json(), notes=notes)
    return {"findings": len(report.findings)}


def copy(portal: Portal, turn: threading.Lock, uid: str, done: Done) -> Any:
    """Make the backup, from its beginning if an earlier attempt was cut off."""
    tell = _teller(portal, uid)
    with _turn(turn, tell), _disk_errors():
        target = Path(_begun(portal, uid)["target"])
        try:
            made = backup.make(portal, target, uid, tell)
        except BaseException:
            backup.discard(target)
            raise
    _end(portal, uid, made=made.to_json())
    return made.to_json()


def failed(portal: Portal, uid: str, error: PortalError) -> None:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if not job.is_active:
            return
        if isinstance(error, StoppedError):
            jobs.advance(job, State.ABORTED)
        else:
            jobs.fail(job, error)


def _begun(portal: Portal, uid: str) -> dict[str, Any]:
    """Returns what was asked for. A step that is repeated finds the job begun."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.state == State.QUEUED:
            jobs.advance(job, State.PROCESSING)
        if job.state != State.PROCESSING:
            raise StoppedError("The job was stopped.")
        return job.params


def _end(portal: Portal, uid: str, **facts: Any) -> None:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        jobs.progress(work, job, **facts)
        if job.is_active:
            jobs.advance(job, State.DONE)


def _teller(portal: Portal, uid: str) -> Tell:
    """Writes the progress down, now and then, and stops when somebody asked for it."""
    told = 0.0

    def tell(what: str, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told < TELL_SECONDS:
            return
        told = time.monotonic()
        with portal.writing(SYSTEM) as work:
            job = jobs.get(work, uid)
            if job.state not in {State.QUEUED, State.PROCESSING}:
                raise StoppedError("The job was stopped.")
            jobs.progress(work, job, what=what, done=done, total=total)

    return tell


@contextmanager
def _turn(turn: threading.Lock, tell: Tell) -> Iterator[None]:
    while not turn.acquire(timeout=TELL_SECONDS):
        tell("waiting for another job", 0, 0)
    try:
        yield
    finally:
        turn.release()


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{error.strerror}: {error.filename}.", code="disk.failed") from error


def _nothing(_uid: str) -> None:
    """There is nothing to clean up."""
