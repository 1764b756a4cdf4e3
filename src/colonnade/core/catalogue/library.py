"""Looking for datasets as a newsroom does: by words, a category or who made them, the newest first."""

import datetime as dt

from colonnade.core.catalogue import model, service
from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import Work
from colonnade.query import lucene
from colonnade.query.bind import bind
from colonnade.query.tree import And, Compare, CompareOp, Expr, FieldRef, HasAny, Literal, Named, Order, Query

NEWEST_FIRST = (Order(FieldRef(model.NUMBER), descending=True),)


def search(
    work: Work,
    *,
    words: str | None = None,
    category: str | None = None,
    creator: str | None = None,
    limit: int | None,
    offset: int = 0,
) -> tuple[list[ReadableDataset], int]:
    """The published datasets that the actor may see and that fulfil the conditions, and how many there are.

    `words`: a text of the Lucene language over what a dataset says of itself, who made it, its categories, files and
    columns. `category`: a slug, `uncategorized` too. `creator`: an exact e-mail address; with it the other conditions do
    not count. Raises `NotFound` for an unknown category, `Invalid` for a text that asks too much.
    """
    if creator is not None:
        person = people.by_email(work.db, creator)
        if person is None or person.email != creator:
            return [], 0
        conditions = [_made_by(person)]
    else:
        conditions = _conditions(work, words, category)
    return _found(work, conditions, limit, offset)


def _conditions(work: Work, words: str | None, category: str | None) -> list[Expr]:
    found: list[Expr] = []
    if category is not None:
        if category != categories.UNCATEGORIZED:
            categories.by_slug(work, category)
        found.append(HasAny(model.CATEGORIES, (category,)))
    node = None if words is None else lucene.parse(words)
    if node is not None:
        target = lucene.Target("", model.FOUND_BY, {}, {}, lambda _: None)
        found.append(lucene.condition(node, target, dt.datetime.now(dt.UTC)))
    return found


def _made_by(person: Person) -> Expr:
    return Compare(CompareOp.EQ, FieldRef(model.CREATOR), Literal(person.username))


def _found(
    work: Work, conditions: list[Expr], limit: int | None, offset: int
) -> tuple[list[ReadableDataset], int]:
    ref = service.follow(work.portal)
    query = Query(
        select=(Named(service.UID, "dataset_uid"),),
        where=And(tuple(conditions)) if conditions else None,
        order_by=NEWEST_FIRST,
        limit=limit,
        offset=offset,
    )
    bound = bind(query, visible=model.FOUND_BY, guard=service.guard(work.actor), table=model.WHOLE)
    found = work.rows.select(ref, model.WHOLE, bound, seconds=work.settings.query_seconds)
    uids = found.table.column("dataset_uid").to_pylist()
    # The work's own state is asked again, as in `service.search`.
    return datasets.readable_by_uids(work, uids), found.total
