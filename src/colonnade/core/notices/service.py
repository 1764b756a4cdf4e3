"""A person's own notices: nobody sees another's, whatever they may do."""

import datetime as dt
from collections.abc import Iterable, Sequence

from colonnade.core.datasets import markup
from colonnade.core.notices import store
from colonnade.core.notices.model import Notice
from colonnade.core.people import service as people
from colonnade.core.work import Work
from colonnade.db.base import row_by_id, row_ids
from colonnade.errors import Denied, Invalid, NotFound, Unauthenticated

INFO, WARNING, ERROR = "Info", "Warning", "Error"
LONGEST_MESSAGE = 10_000
BATCH = 10_000
"""Ids in one question to the catalogue."""


def page(
    work: Work, *, is_read: bool | None = None, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[Notice], int]:
    """The newest first, and how many there are. `is_read` None: all; `limit` None: to the end."""
    return store.page(work.db, _person_id(work), is_read, limit, offset)


def get(work: Work, notice_id: int) -> Notice:
    """Raises `NotFound`, also for another's."""
    found = row_by_id(work.db, Notice, notice_id)
    if found is None or found.person_id != _person_id(work):
        raise NotFound("There is no such notice.", code="notice.unknown")
    return found


def some(work: Work, ids: Iterable[int]) -> Sequence[Notice]:
    """Those of them that are one's own."""
    return store.some(work.db, _person_id(work), row_ids(ids))


def mark_read(work: Work, ids: Iterable[int], at: dt.datetime | None) -> None:
    """Say when they were read, or (None) that they were not. Others' are passed over."""
    own, wanted = _person_id(work), row_ids(ids)
    for first in range(0, len(wanted), BATCH):
        store.mark(work.db, own, wanted[first : first + BATCH], at)


def add(work: Work, person_id: int, *, message: str, kind: str = INFO, url: str | None = None) -> Notice:
    """Tell oneself something, or, for who may do everything, others. `message`: HTML, of which what could execute is
    taken out. Raises `Denied`, `Invalid`, `NotFound` for a person that there is not."""
    if person_id != _person_id(work) and not people.is_superuser(work.actor):
        raise Denied("Only an administrator may tell others something.", code="notice.denied")
    for name, text, longest in (
        ("message", message, LONGEST_MESSAGE),
        ("type", kind, 16),
        ("url", url or "", 200),
    ):
        if len(text) > longest:
            problem = f"At most {longest:,} characters."
            raise Invalid(problem, fields={name: [problem]})
    owner = people.by_id(work, person_id)
    made = Notice(person_id=owner.id, message=markup.cleaned(message), kind=kind, url=url)
    work.db.add(made)
    work.db.flush()
    return made


def remove(work: Work, notice_id: int) -> None:
    """Take one's own notice away; for who may do everything. Raises `Denied`, `NotFound`."""
    if not people.is_superuser(work.actor):
        raise Denied("Notices are taken away by administrators.", code="notice.denied")
    work.db.delete(get(work, notice_id))


def _person_id(work: Work) -> int:
    if work.actor.person_id is None:
        raise Unauthenticated("Nobody is signed in.", code="actor.unknown")
    return work.actor.person_id
