"""Writing down who was here and what was searched for."""

import datetime as dt
from collections.abc import Iterable, Sequence

from colonnade.core.activity import store
from colonnade.core.activity.model import Activity, Search
from colonnade.core.pending import Searched
from colonnade.core.work import SYSTEM, Portal, Work, now
from colonnade.db.base import row_by_id, row_ids
from colonnade.errors import Conflict, NotFound, Unauthenticated

LONGEST_QUERY = 4_096
KEPT_DAYS = 366
"""How long searches are kept."""
BATCH = 1_000
"""Searches that are written in one transaction."""


def record(work: Work) -> Activity:
    """The actor is here today. Raises `Conflict` when that was said already on this day of UTC."""
    if work.actor.person_id is None:
        raise Unauthenticated("Nobody is signed in.", code="actor.unknown")
    today = now().date()
    if store.was_here(work.db, work.actor.person_id, today):
        raise Conflict("Activity has already been recorded.", code="activity.recorded")
    made = Activity(person_id=work.actor.person_id, day=today)
    work.db.add(made)
    work.db.flush()
    return made


def page(work: Work, limit: int | None, offset: int = 0) -> tuple[Sequence[Activity], int]:
    """Everybody's, in the order in which it came, and how many there are. `limit` None: all."""
    return store.page(work.db, limit, offset), store.count(work.db)


def get(work: Work, activity_id: int) -> Activity:
    found = row_by_id(work.db, Activity, activity_id)
    if found is None:
        raise NotFound("There is no such activity.", code="activity.unknown")
    return found


def some(work: Work, ids: Iterable[int]) -> Sequence[Activity]:
    """Those of them that there are."""
    return store.some(work.db, row_ids(ids))


def note_search(work: Work, query: str, dataset_id: int | None) -> None:
    """Somebody searched rows of a dataset, or of all (None). It is written down later."""
    storable = query[:LONGEST_QUERY].encode(errors="replace").decode()
    work.portal.searches.put(Searched(now(), work.actor.person_id, dataset_id, storable))


def searches(work: Work, limit: int = 50) -> Sequence[Search]:
    """The latest ones that were written down, the newest first."""
    return store.latest(work.db, limit)


def flush(portal: Portal) -> None:
    """Write down what was searched since the last time, in short transactions; in none if there is nothing new."""
    waiting = portal.searches.take()
    while waiting:
        try:
            with portal.writing(SYSTEM) as work:
                store.write(work.db, waiting[:BATCH])
                store.forget_before(work.db, now() - dt.timedelta(days=KEPT_DAYS))
        except BaseException:
            portal.searches.put_back(waiting)
            raise
        waiting = waiting[BATCH:]
