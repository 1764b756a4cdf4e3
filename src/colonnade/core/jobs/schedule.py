"""Jobs that are done once a day."""

import datetime as dt
from collections.abc import Mapping
from functools import partial

from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Kind
from colonnade.core.people import service as people
from colonnade.core.repeating import Repeating
from colonnade.core.work import SYSTEM, Portal, now

EVERY_SECONDS = 30.0

Timetable = Mapping[Kind, dt.time]
"""At what time of day, in UTC."""


def queue_due(
    portal: Portal, timetable: Timetable, since: dt.datetime, at: dt.datetime | None = None
) -> list[Kind]:
    """Queue the jobs whose time has come and which were not begun since then; returns their kinds. `since`: what was due
    before that moment is left out, where no job of its kind tells that it was done earlier."""
    at = at or now()
    due = []
    with portal.writing(SYSTEM) as work:
        for kind, time in timetable.items():
            last = next(iter(jobs.recent(work, 1, kind=kind.value)), None)
            is_running = last is not None and last.is_active
            if not is_running and _latest(time, at) > (since if last is None else last.created_at):
                jobs.queue(work, kind, None)
                due.append(kind)
    return due


class Nightly(Repeating):
    """Looks at the clock while a portal serves. What fell due while nothing ran is done soon after the start."""

    def __init__(self, portal: Portal, timetable: Timetable, seconds: float = EVERY_SECONDS) -> None:
        with portal.reading(SYSTEM) as work:
            began = min((one.joined_at for one in people.people(work)), default=now())
        super().__init__("nightly", seconds, partial(_look, portal, timetable, began), at_end=False)


def _look(portal: Portal, timetable: Timetable, since: dt.datetime) -> None:
    with portal.reading(SYSTEM) as work:
        at = now()
        lasts = {kind: next(iter(jobs.recent(work, 1, kind=kind.value)), None) for kind in timetable}
    # A write would wait for others: so first a look whether there is anything to do.
    if any(
        _latest(time, at) > (since if (last := lasts[kind]) is None else last.created_at)
        for kind, time in timetable.items()
    ):
        queue_due(portal, timetable, since, at)


def _latest(time: dt.time, at: dt.datetime) -> dt.datetime:
    """The last moment with this time of day."""
    today = dt.datetime.combine(at.date(), time, dt.UTC)
    return today if today <= at else today - dt.timedelta(days=1)
