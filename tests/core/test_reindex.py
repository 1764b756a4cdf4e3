"""Columns get other types by a job; rows keep their ids, keys, order, times, and what was sent of them."""

import datetime as dt
from typing import Any

import pytest
from tests.core.support import (
    ADMIN,
    abort,
    newsroom,
    publication,
    published,
    reindexing,
    restoration,
    rows,
    send,
    sent_rows,
    told,
)

from colonnade.builder.steps.catalogue import Kind as StepKind
from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.core.steps import service as steps
from colonnade.core.tables import service as tables
from colonnade.core.work import Portal
from colonnade.errors import Conflict, Invalid
from colonnade.query.tree import Query

ROWS: tuple[tuple[list[Any], str | None], ...] = (
    (["17", "Petrel", "3/7/2024"], "p-17"),
    ([18, None, "2024-03-08"], None),
    (["n/a", {"a": 1}, ""], "P-17"),
)
FIRST = ["int", "", "date"]


def _known(portal: Portal, uid: str) -> dict[str, dt.datetime]:
    """When each record was written, by its public id."""
    with portal.reading(ADMIN) as work:
        page = records.select(work, datasets.readable(work, uid), Query(limit=100), with_ids=True)
    return dict(zip(page.ids, page.written, strict=True))


def _typed(portal: Portal, uid: str) -> list[tuple[Any, ...]]:
    found = told(portal, uid).columns
    assert found is not None
    return [(one.type, one.indexed_name, one.least, one.greatest) for one in found]


@pytest.fixture
def uid(portal: Portal) -> str:
    """A dataset with rows and no indexed column."""
    made = newsroom(portal, "permit", "vessel", "on")
    send(portal, made, *ROWS)
    send(portal, made, ([1, "first", "4:14"], "p-0"))
    return made


def test_columns_get_types_and_rows_stay_what_they_are(portal: Portal, uid: str) -> None:
    before, known = sent_rows(portal, uid), _known(portal, uid)
    assert reindexing(portal, uid, ["true", "", "true"], FIRST).run(times=2) == "done"
    assert sent_rows(portal, uid) == before
    assert _known(portal, uid) == known
    assert _typed(portal, uid) == [
        ("int", "column_int_permit", 1, 18),
        (None, None, None, None),
        ("date", "column_date_on", "2024-03-07T00:00:00", "9999-12-31T00:00:00"),
    ]
    assert [row["permit"] for row in rows(portal, uid, where="permit < 18")] == [17, 1]
    assert told(portal, uid).row_count == 4


def test_what_is_not_given_stays_and_what_is_no_longer_indexed_has_no_name_and_no_bounds(
    portal: Portal, uid: str
) -> None:
    reindexing(portal, uid, ["true", "", "true"], FIRST).run()
    assert reindexing(portal, uid, None, ["float", "", "datetime"]).run() == "done"
    assert [one[1] for one in _typed(portal, uid)] == ["column_float_permit", None, "column_datetime_on"]
    assert reindexing(portal, uid, ["", "", ""]).run() == "done"
    assert _typed(portal, uid) == [
        ("float", None, None, None),
        (None, None, None, None),
        ("datetime", None, None, None),
    ]
    assert [row["permit"] for row in rows(portal, uid)] == ["17", "18", "n/a", "1"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param((["true"], None), "columns.typed_count", id="panda-3.6-reindex-typed-count"),
        pytest.param((None, ["int"] * 4), "columns.types_count", id="panda-3.6-reindex-types-count"),
        pytest.param((None, ["int", "", "x"]), "columns.type_unknown", id="panda-5.4-unknown-type-FIX"),
    ],
)
def test_what_cannot_be_asked(portal: Portal, uid: str, asked: Any, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        reindexing(portal, uid, *asked)
    assert caught.value.code == code
    assert not told(portal, uid).is_locked


def test_a_dataset_needs_columns_of_its_own(portal: Portal) -> None:
    with pytest.raises(Invalid) as no_columns:
        reindexing(portal, newsroom(portal))
    assert no_columns.value.code == "columns.none"
    foreign, _ = published(portal, "a\n1\n")
    with pytest.raises(Conflict) as made_elsewhere:
        reindexing(portal, foreign, ["true"])
    assert made_elsewhere.value.code == "columns.foreign"


def test_a_dataset_without_rows_gets_types_too(portal: Portal) -> None:
    uid = newsroom(portal, "a", "b")
    assert reindexing(portal, uid, ["true", "true"], ["int", "date"]).run() == "done"
    assert told(portal, uid).row_count is None
    send(portal, uid, (["$5", "3/7/2024"], None))
    assert rows(portal, uid) == [{"a": 5, "b": dt.date(2024, 3, 7)}]


def test_only_one_job_at_a_time(portal: Portal, uid: str) -> None:
    job = reindexing(portal, uid, ["true", "", ""], FIRST)
    with pytest.raises(Conflict) as caught:
        reindexing(portal, uid)
    assert caught.value.code == "rows.locked"
    assert job.run() == "done"


@pytest.mark.parametrize("step", ["fetch", "build", "swap"])
def test_an_aborted_one_leaves_everything_as_it_was(portal: Portal, uid: str, step: str) -> None:
    before, known, typed = sent_rows(portal, uid), _known(portal, uid), _typed(portal, uid)
    job = reindexing(portal, uid, ["true", "", ""], FIRST)
    assert job.run(before={step: lambda: abort(portal, uid)}) == "aborted"
    assert (sent_rows(portal, uid), _known(portal, uid), _typed(portal, uid)) == (before, known, typed)
    send(portal, uid, (["x", "y", "z"], None))


def test_a_failed_one_leaves_everything_as_it_was(portal: Portal, uid: str) -> None:
    before, typed = sent_rows(portal, uid), _typed(portal, uid)

    with portal.reading(ADMIN) as work:
        current = tables.currents(work, [datasets.readable(work, uid).dataset.id])
        ref = next(iter(current.values())).ref

    def fall_back(number: int | None) -> None:
        """As a repair does."""
        with portal.writing(ADMIN) as work:
            tables.fall_back(work, ref.table, number)

    job = reindexing(portal, uid, ["true", "", ""], FIRST)
    assert job.run(before={"swap": lambda: fall_back(None)}) == "failed"
    fall_back(ref.number)
    assert (sent_rows(portal, uid), _typed(portal, uid)) == (before, typed)


def test_a_publication_by_another_door_keeps_columns_and_rows(portal: Portal, uid: str) -> None:
    reindexing(portal, uid, ["true", "", "true"], FIRST).run()
    before, known, typed = sent_rows(portal, uid), _known(portal, uid), _typed(portal, uid)
    assert publication(portal, uid).run() == "done"
    assert (sent_rows(portal, uid), _known(portal, uid), _typed(portal, uid)) == (before, known, typed)


def test_an_old_generation_that_comes_back_has_todays_rows_and_types(portal: Portal, uid: str) -> None:
    reindexing(portal, uid, ["true", "", "true"], FIRST).run()
    send(portal, uid, (["$5", "late", "3/7/2024"], "late"))
    before = sent_rows(portal, uid)
    assert restoration(portal, uid, 1).run() == "done"
    assert sent_rows(portal, uid) == before
    assert [row["permit"] for row in rows(portal, uid, where="permit = 5")] == [5]


def test_steps_of_another_door_describe_columns_and_do_not_rename_them(portal: Portal, uid: str) -> None:
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid)
        for type_, params in (
            ("rename", {"from_name": "permit", "to_name": "licence", "field_label": "Licence"}),
            ("type", {"field": "on", "type_param": "int"}),
            ("description", {"field": "permit", "description": "Number of the permit"}),
        ):
            steps.add(work, editable, StepKind.FIELD, type_, params)
    before = sent_rows(portal, uid)
    assert publication(portal, uid).run() == "done"
    assert reindexing(portal, uid, ["true", "", "true"], FIRST).run() == "done"
    assert sent_rows(portal, uid) == before
    with portal.reading(ADMIN) as work:
        schema = records.visible_fields(work, datasets.readable(work, uid))
    assert [(one.name, one.type, one.description) for one in schema.fields] == [
        ("permit", "int", "Number of the permit"),
        ("vessel", "text", None),
        ("on", "date", None),
    ]
