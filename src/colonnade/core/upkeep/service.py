"""Asking for a check or a backup, and what came of it. The work itself is in `jobs`."""

from collections.abc import Sequence
from pathlib import Path

from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind
from colonnade.core.upkeep.model import Report
from colonnade.core.work import Work
from colonnade.errors import Conflict, Invalid


def check(work: Work, *, repair: bool = False, fall_back: Sequence[str] = ()) -> Job:
    """Queue a check of everything. `fall_back`: datasets whose broken rows are given up first, for a kept generation
    or for none. `repair`: mend what can be mended, and check again."""
    return jobs.queue(work, Kind.CHECK, None, params={"repair": repair, "fall_back": list(fall_back)})


def backup(work: Work, target: Path) -> Job:
    """Queue a backup into a folder that is made for it."""
    data = work.settings.data.resolve()
    if not target.is_absolute():
        raise Invalid("The backup's folder needs its whole path.", code="backup.target")
    if target.exists():
        raise Conflict(f"{target} is there already.", code="backup.exists")
    if not target.parent.is_dir():
        raise Invalid(f"There is no folder {target.parent}.", code="backup.target")
    if target.resolve().is_relative_to(data):
        raise Invalid(f"A backup inside {data} would go with it; choose another place.", code="backup.target")
    return jobs.queue(work, Kind.BACKUP, None, params={"target": str(target)})


def report(job: Job) -> Report | None:
    """What a check found; None before its end."""
    found = job.progress.get("report")
    return None if found is None else Report.from_json(found)
