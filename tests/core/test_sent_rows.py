"""Rows that a newsroom's scripts send: checked as a whole, and back as they were sent."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.core.support import (
    ADMIN,
    names,
    newsroom,
    person,
    published,
    reindexing,
    rows,
    send,
    sent_rows,
    told,
)

from colonnade.core.columns import service as columns
from colonnade.core.columns.service import ABSENT, SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.work import Portal
from colonnade.errors import Conflict, Invalid, NotFound

TYPES = "int,float,bool,date,datetime,time,unicode,"
CELLS = [
    *[17, "17", 17.0, "17.0", True, "true", False, None, "", "null", "n/a", "$18.50", -0.0, 1e300, 10**30],
    *[
        {"a": [1, None, "é"]},
        [],
        {},
        "\x01",
        "\x01null",
        "\u00e9",
        "3/7/2024",
        "2024-03-07",
        "4:14 PM",
        " x ",
    ],
]
"""What has to come back exactly."""
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(TEXTS, SCALARS, max_size=3)


def _same(found: Any, sent: Any) -> bool:
    """As JSON: `17`, `17.0`, `"17"` and `true` are four values."""
    return json.dumps(found) == json.dumps(sent)


@pytest.fixture(scope="module")
def typed(portal: Portal) -> str:
    """A dataset with a column of each type, and one without."""
    return newsroom(portal, *"abcdefgh", indexed=",".join(["true"] * 7 + [""]), types=TYPES)


@pytest.mark.parametrize("cell", [pytest.param(one, id=f"panda-3.7-raw-{one!r:.20}") for one in CELLS])
def test_any_cell_comes_back_as_it_was_sent(portal: Portal, typed: str, cell: Any) -> None:
    send(portal, typed, ([cell] * 8, "one"), kind="one")
    with portal.reading(ADMIN) as work:
        found = columns.row(work, datasets.readable(work, typed), "one")
    assert _same(found.values, [cell] * 8)


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(VALUES, min_size=8, max_size=8))
def test_any_row_comes_back_as_it_was_sent(portal: Portal, typed: str, values: list[Any]) -> None:
    send(portal, typed, (values, "any"))
    with portal.reading(ADMIN) as work:
        found = columns.row(work, datasets.readable(work, typed), "any")
    assert _same(found.values, values)


def test_every_cell_survives_every_change_of_types(portal: Portal) -> None:
    width = len(CELLS)
    uid = newsroom(portal, *(f"c{number}" for number in range(width)))
    send(portal, uid, (CELLS, "k"), (CELLS[::-1], None))
    before = sent_rows(portal, uid)
    labels = ["int", "date", "float", "unicode", "time", "bool", "datetime"]
    for first in (0, 3):
        types = [labels[(first + number) % len(labels)] for number in range(width)]
        assert reindexing(portal, uid, ["true"] * width, types).run() == "done"
        assert _same(sent_rows(portal, uid), before)
    assert reindexing(portal, uid, [""] * width).run() == "done"
    assert _same(sent_rows(portal, uid), before)


@pytest.mark.parametrize(
    ("row", "code", "facts"),
    [
        pytest.param(SentRow(), "rows.values_missing", {}, id="panda-3.7-data-required"),
        pytest.param(SentRow(None, "k"), "rows.values_missing", {}, id="panda-3.7-data-null"),
        pytest.param(SentRow("ab", "k"), "rows.values_missing", {}, id="panda-3.7-data-text"),
        pytest.param(SentRow([1], "k"), "rows.width", {"got": 1, "expected": 2}, id="panda-3.7-data-short"),
        pytest.param(SentRow([1, 2, 3]), "rows.width", {"got": 3, "expected": 2}, id="panda-3.7-data-long"),
        pytest.param(SentRow([1, 2], 7), "rows.key_type", {}, id="panda-3.7-external-id-number"),
        pytest.param(SentRow([1, 2], "a b"), "rows.key_form", {}, id="panda-3.7-external-id-blank"),
        pytest.param(SentRow([1, 2], ""), "rows.key_form", {}, id="panda-3.7-external-id-empty"),
        pytest.param(SentRow([1, 2], "a\n"), "rows.key_form", {}, id="panda-3.7-external-id-line"),
        pytest.param(SentRow([1, 2], "é"), "rows.key_form", {}, id="panda-3.7-external-id-letter"),
        pytest.param(SentRow([1, 2], "k" * 1001), "rows.key_form", {}, id="external-id-long"),
        pytest.param(SentRow([1, "x" * (1 << 24) + "x"]), "rows.cell_size", {}, id="oversize-cell-FIX"),
    ],
)
def test_a_wrong_row_is_named_and_none_is_written(
    portal: Portal, row: SentRow, code: str, facts: dict[str, int]
) -> None:
    uid = newsroom(portal, "a", "b")
    with portal.reading(ADMIN) as work, pytest.raises(Invalid) as caught:
        columns.write(work, datasets.editable(work, uid), [SentRow([1, 2], "good"), row])
    assert caught.value.code == code
    assert {**facts, "row": 2, "rows": 2}.items() <= caught.value.facts.items()
    assert sent_rows(portal, uid) == []
    assert told(portal, uid).row_count is None


def test_half_a_character_is_refused(portal: Portal) -> None:
    uid = newsroom(portal, "a")
    for value in ("\ud800", ["\udfff"]):
        with pytest.raises(Invalid) as caught:
            send(portal, uid, ([value], None))
        assert caught.value.code == "rows.text"


def test_a_dataset_without_columns_takes_no_rows(portal: Portal) -> None:
    uid = newsroom(portal)
    with pytest.raises(Invalid) as caught:
        send(portal, uid, (["1"], None))
    assert caught.value.code == "columns.none"
    with portal.reading(ADMIN) as work:
        editable = datasets.editable(work, uid)
        assert columns.delete_all(work, editable) == 0
        assert not columns.delete_one(work, editable, "k")


class TestKeys:
    def test_a_row_with_a_known_key_takes_the_place_of_the_other_and_moves_last(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        send(portal, uid, (["1"], "k"), (["2"], None), (["3"], "K"))
        change = send(portal, uid, (["new"], "k"))
        assert (change.added, change.updated) == (0, 1)
        assert sent_rows(portal, uid) == [(["2"], None), (["3"], "K"), (["new"], "k")]

    def test_of_a_key_that_stands_twice_the_last_row_counts(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        change = send(portal, uid, (["1"], "k"), (["2"], "k"), (["3"], "other"))
        assert (change.added, change.updated) == (2, 1)
        assert sent_rows(portal, uid) == [(["2"], "k"), (["3"], "other")]

    def test_an_absent_key_and_null_are_no_key(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        send(portal, uid, (["1"], None), (["1"], ABSENT))
        assert sent_rows(portal, uid) == [(["1"], None), (["1"], None)]

    def test_a_key_is_known_letter_for_letter(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        send(portal, uid, (["1"], "k"))
        with portal.reading(ADMIN) as work:
            readable = datasets.readable(work, uid)
            assert columns.row(work, readable, "k") == SentRow(["1"], "k")
            with pytest.raises(NotFound):
                columns.row(work, readable, "K")

    def test_a_row_is_deleted_once(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        send(portal, uid, (["1"], "k"), (["2"], "l"))
        with portal.reading(ADMIN) as work:
            editable = datasets.editable(work, uid)
            assert columns.delete_one(work, editable, "k")
            assert not columns.delete_one(work, editable, "k")
        assert sent_rows(portal, uid) == [(["2"], "l")]


class TestWhatWasDone:
    def test_every_change_is_told_with_who_did_it(self, portal: Portal) -> None:
        ada, bob = person(portal), person(portal)
        uid = newsroom(portal, "a", actor=ada)
        send(portal, uid, (["1"], "k"), (["2"], "l"), actor=bob)
        first = told(portal, uid)
        assert (first.change, first.changed_by, first.row_count) == (
            columns.Change("many", added=2),
            bob.username,
            2,
        )
        send(portal, uid, (["3"], "k"), kind="one", actor=ada)
        assert told(portal, uid).change == columns.Change("one", updated=1)
        with portal.reading(bob) as work:
            columns.delete_one(work, datasets.editable(work, uid), "k")
        second = told(portal, uid)
        assert (second.change, second.changed_by) == (columns.Change("deleted", deleted=1), bob.username)
        with portal.reading(ada) as work:
            assert columns.delete_all(work, datasets.editable(work, uid)) == 1
        last = told(portal, uid)
        assert (last.change, last.changed_by) == (columns.Change("emptied", deleted=1), bob.username)
        assert first.changed_at is not None
        assert last.changed_at is not None
        assert first.changed_at < last.changed_at
        assert last.locked_at == last.changed_at

    def test_an_empty_batch_changes_nothing(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        assert send(portal, uid) == columns.Change("many")
        assert told(portal, uid).change is None

    def test_deleting_nothing_changes_nothing(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        send(portal, uid, (["1"], "k"))
        before = told(portal, uid)
        with portal.reading(ADMIN) as work:
            columns.delete_one(work, datasets.editable(work, uid), "absent")
        assert told(portal, uid) == before


def test_rows_are_found_by_their_words_at_once(portal: Portal) -> None:
    uid = newsroom(portal, "name", "n", indexed=",true", types=",int")
    send(portal, uid, (["Petrel", "unfit"], "k"), ([None, 17], "l"), ([{"a": "Marlin"}, True], None))
    assert names(portal, uid, where="'petrel'") == ["Petrel"]
    assert names(portal, uid, where="'unfit'") == ["Petrel"]
    assert names(portal, uid, where="'marlin'") == ['{"a":"Marlin"}']
    assert names(portal, uid, where="'17'") == [None]
    assert names(portal, uid, where="'null'") == []
    assert [row["n"] for row in rows(portal, uid)] == [None, 17, None]


LOCKED: list[Callable[[Any, Any], object]] = [
    lambda work, editable: columns.write(work, editable, [SentRow(["1"], "k")]),
    lambda work, editable: columns.delete_one(work, editable, "k"),
    columns.delete_all,
]


@pytest.mark.parametrize("write", LOCKED, ids=["panda-5.1-write", "panda-5.1-delete", "panda-5.1-delete-all"])
def test_nothing_is_written_while_a_job_is_active(
    portal: Portal, write: Callable[[Any, Any], object]
) -> None:
    uid = newsroom(portal, "a")
    send(portal, uid, (["1"], "k"))
    job = reindexing(portal, uid, ["true"], ["int"])
    with portal.reading(ADMIN) as work, pytest.raises(Conflict) as caught:
        write(work, datasets.editable(work, uid))
    assert caught.value.code == "rows.locked"
    assert told(portal, uid).is_locked
    assert job.run() == "done"
    assert not told(portal, uid).is_locked
    with portal.reading(ADMIN) as work:
        write(work, datasets.editable(work, uid))


def test_rows_of_sources_are_not_deleted_for_a_while(portal: Portal) -> None:
    uid, _ = published(portal, "name\na\n")
    with portal.reading(ADMIN) as work:
        editable = datasets.editable(work, uid)
        with pytest.raises(Conflict) as all_of_them:
            columns.delete_all(work, editable)
        with pytest.raises(Conflict) as one:
            columns.delete_one(work, editable, "k")
    assert {all_of_them.value.code, one.value.code} == {"resource.derived"}


def test_writers_at_once_lose_nothing(portal: Portal) -> None:
    uid = newsroom(portal, "a", "n", indexed=",true", types=",int")

    def write(writer: int) -> None:
        for number in range(5):
            send(portal, uid, *(([writer, number * 10 + at], f"{writer}-{number}-{at}") for at in range(3)))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    found = told(portal, uid)
    assert found.row_count == 60
    assert found.columns is not None
    assert (found.columns[1].least, found.columns[1].greatest) == (0, 42)
    assert len({key for _, key in sent_rows(portal, uid, limit=100)}) == 60
