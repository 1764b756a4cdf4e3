"""A person's own alerts: left, listed, taken away."""

from collections.abc import Iterable, Sequence

from colonnade.core.alerts import store
from colonnade.core.alerts.model import Alert
from colonnade.core.categories import service as categories
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.terms.model import Term
from colonnade.core.work import Work
from colonnade.db.base import row_by_id, row_ids
from colonnade.errors import Invalid, LimitReached, NotFound, Unauthenticated

LONGEST = 256
"""Characters of a query, and of what is kept beside it."""
MOST = 1_000
"""Alerts of one person."""


def add(
    work: Work,
    *,
    query: str,
    query_url: str = "",
    query_human: str = "",
    readable: ReadableDataset | None = None,
    category: Term | None = None,
) -> Alert:
    """Ask this again every night: of one dataset, of those of a category, or (both None) of all. Raises `Invalid`,
    `LimitReached`."""
    person_id = _person_id(work)
    _check(query, query_url, query_human)
    if readable is not None and category is not None:
        message = "An alert is for a dataset or for a category."
        raise Invalid(message, fields={"category": [message]})
    if (found := store.count(work.db, person_id)) >= MOST:
        raise LimitReached(
            f"Nobody has more than {MOST:,} alerts.", limit_type="alerts", limit=MOST, value=found + 1
        )
    allowed = work.actor.key_permissions
    made = Alert(
        person_id=person_id,
        query=query,
        query_url=query_url,
        query_human=query_human,
        dataset_id=None if readable is None else readable.dataset.id,
        category_id=None if category is None else category.id,
        key_permissions=None if allowed is None else sorted(allowed),
    )
    work.db.add(made)
    work.db.flush()
    return made


def page(work: Work, limit: int | None = None, offset: int = 0) -> tuple[Sequence[Alert], int]:
    """In the order in which they were left, and how many there are. `limit` None: all."""
    return store.page(work.db, _person_id(work), limit, offset)


def get(work: Work, alert_id: int) -> Alert:
    """Raises `NotFound`, also for another's."""
    found = row_by_id(work.db, Alert, alert_id)
    if found is None or found.person_id != _person_id(work):
        raise NotFound("There is no such alert.", code="alert.unknown")
    return found


def some(work: Work, ids: Iterable[int]) -> Sequence[Alert]:
    """Those of them that are one's own."""
    return store.some(work.db, _person_id(work), row_ids(ids))


def category_of(work: Work, alert: Alert) -> Term | None:
    return None if alert.category_id is None else categories.by_ids(work, [alert.category_id])[0]


def remove(work: Work, alert_id: int) -> None:
    work.db.delete(get(work, alert_id))


def remove_of(work: Work, dataset_id: int) -> None:
    """Those of a dataset that goes."""
    store.remove_of(work.db, dataset_id)


def _check(query: str, query_url: str, query_human: str) -> None:
    if not query.strip():
        message = "This field is required."
        raise Invalid(message, fields={"query": [message]})
    for name, text in (("query", query), ("query_url", query_url), ("query_human", query_human)):
        longest = LONGEST if name != "query_human" else 8 * LONGEST  # words and markup around the same
        if len(text) > longest:
            message = f"At most {longest:,} characters."
            raise Invalid(message, fields={name: [message]})


def _person_id(work: Work) -> int:
    if work.actor.person_id is None:
        raise Unauthenticated("Nobody is signed in.", code="actor.unknown")
    return work.actor.person_id
