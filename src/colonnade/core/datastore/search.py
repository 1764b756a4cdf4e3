"""Asking for rows of datastores: of one, or of two that are joined (section 11 of DKAN's reference).

Everything is text here: values are compared and told as texts, and what is summed is what can be read as a number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from colonnade.core.datastore import cells
from colonnade.core.datastore.meaning import Meaning, Tables, meaning_of
from colonnade.core.datastore.question import Question
from colonnade.core.datastore.tables import newest, rows_of
from colonnade.core.people import service as people
from colonnade.core.work import Work
from colonnade.engine.port import Selection
from colonnade.errors import NotFound
from colonnade.query.bind import FURTHEST
from colonnade.query.schema import RAW_SUFFIX, FieldType
from colonnade.query.tree import BoundQuery, FieldRef

MOST = 100
"""Rows of a page."""
MOST_OF_ADMINISTRATORS = 10_000


@dataclass(frozen=True)
class Answer:
    """`fields`: name and type of each column that was asked for. `total`: rows before limit and offset."""

    fields: tuple[tuple[str, str], ...]
    rows: list[dict[str, str | None]]
    total: int


def ask(work: Work, question: Question, left: Callable[[], float] | None = None) -> Answer:
    """Raises `NotFound` for a resource without rows that the actor may see, `Invalid` for what is wrong with the
    question, `Unavailable` when it takes too long. `left`: the seconds that it may take, if it is one of several."""
    left = left or work.countdown()
    tables = tuple((alias, rows_of(work, uuid)) for alias, uuid in question.resources)
    try:
        return _answered(work, tables, question, left())
    except NotFound as error:
        if error.code != "rows.unknown":
            raise
    # Another generation was swapped in since this work began.
    newer = tuple((alias, newest(work, rows)) for alias, rows in tables)
    return _answered(work, newer, question, left())


def _answered(work: Work, tables: Tables, question: Question, seconds: float) -> Answer:
    meaning = meaning_of(tables, question)
    if meaning.is_whole:
        return _whole(_found(work, tables, meaning, meaning.bound, seconds), meaning, question)
    limit, offset = _limit(work, question.limit), min(question.offset, FURTHEST)
    bound = replace(meaning.bound, limit=limit, offset=offset)
    found = _found(work, tables, meaning, bound, seconds)
    columns = _columns(bound, found)
    # The keys of groups are always there, also those that nobody wants to see.
    rows = _rows({name: columns[name] for name in meaning.wanted}, found.table.num_rows)
    return Answer(meaning.fields, rows, found.total)


def _found(work: Work, tables: Tables, meaning: Meaning, bound: BoundQuery, seconds: float) -> Selection:
    sides = [(rows.ref, rows.whole) for _, rows in tables]
    if meaning.pairs is None:
        return work.rows.select(*sides[0], bound, seconds=seconds)
    return work.rows.join(sides[0], sides[1], replace(meaning.pairs, query=bound), seconds)


def _whole(found: Selection, meaning: Meaning, question: Question) -> Answer:
    """Figures of all rows that count: one row, also where there are none."""
    rows = _rows(_columns(meaning.bound, found), found.table.num_rows)
    nothing = {one.name: "0" if one.function == "count" else None for one in question.figures}
    page = (rows or [nothing]) if question.offset == 0 else []
    return Answer((), page, 1)


def _limit(work: Work, asked: int) -> int:
    if asked and people.is_superuser(work.actor):
        return min(asked, MOST_OF_ADMINISTRATORS)
    return min(asked or MOST, MOST)


def _columns(bound: BoundQuery, found: Selection) -> dict[str, list[str | None]]:
    """The texts of each column of the answer; what was sent of a column stands beside it."""
    raws: dict[str, list[Any]] = {}
    told: dict[str, list[Any]] = {}
    for at, one in enumerate(bound.outputs):
        is_raw = isinstance(one.expr, FieldRef) and one.expr.name.endswith(RAW_SUFFIX)
        (raws if is_raw else told)[one.name] = found.table.column(at).to_pylist()
    texts = {one.name for one in bound.outputs if one.type is FieldType.TEXT and not one.multivalued}
    return {
        name: values
        if name in texts and name + RAW_SUFFIX not in raws
        else cells.texts(values, raws.get(name + RAW_SUFFIX))
        for name, values in told.items()
    }


def _rows(columns: Mapping[str, list[str | None]], count: int) -> list[dict[str, str | None]]:
    names = tuple(columns)
    if not names:
        return [{} for _ in range(count)]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
