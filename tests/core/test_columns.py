"""Datasets of a newsroom: what columns are made of what is asked, and what is told of them and of their rows."""

from typing import Any

import pytest
from tests.core.support import (
    ADMIN,
    deletion,
    live,
    newsroom,
    person,
    published,
    rule,
    send,
    sent_rows,
    told,
)

from colonnade.core.columns import service as columns
from colonnade.core.columns.inference import guessed_type, guessed_types
from colonnade.core.columns.model import DatasetColumns
from colonnade.core.datasets import service as datasets
from colonnade.core.work import ANONYMOUS, MEMBERS, Portal
from colonnade.errors import Denied, Invalid, NotFound, Unauthenticated

BOOLS, LONG = ["yes", "N", "true", "F"], "x" * 257


@pytest.mark.parametrize(
    ("headers", "types", "expected"),
    [
        pytest.param("permit", "int", ["column_int_permit"], id="panda-4.1-plain"),
        pytest.param("Vessel Name", "unicode", ["column_unicode_vessel_name"], id="panda-4.1-blank"),
        pytest.param("a - b", "int", ["column_int_a_b"], id="panda-4.1-runs"),
        pytest.param("Naïve!", "float", ["column_float_naive"], id="panda-4.1-folded"),
        pytest.param("", "unicode", ["column_unicode_"], id="panda-4.1-empty"),
        pytest.param(
            "My Col,my-col,MY COL",
            "unicode,unicode,unicode",
            ["column_unicode_my_col", "column_unicode_my_col2", "column_unicode_my_col3"],
            id="panda-4.1-clashes",
        ),
        pytest.param(
            "a,a2,a", "int,int,int", ["column_int_a", "column_int_a2", "column_int_a3"], id="number-taken"
        ),
        pytest.param("a,a", "int,date", ["column_int_a", "column_date_a"], id="panda-4.1-type-in-name"),
        pytest.param("a,b", ",INT", [None, "column_int_b"], id="panda-3.6-types-lower-cased-or-empty"),
    ],
)
def test_indexed_columns_are_named_by_type_and_header(headers: str, types: str, expected: list[str]) -> None:
    wanted = headers.split(",")
    found = columns.planned(wanted, ["True"] * len(wanted), types.split(","))
    assert found is not None
    assert [one.indexed_name for one in found] == expected
    assert [one.name for one in found] == wanted
    assert len({one.field for one in found}) == len(wanted)


@pytest.mark.parametrize("word", ["false", "", "1", "yes", "truely"])
def test_only_true_indexes_a_column(word: str) -> None:
    found = columns.planned(["a"], [word], ["int"])
    assert found is not None
    assert (found[0].is_indexed, found[0].indexed_name, found[0].type) == (False, None, "int")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param((None, ["true"], None), "columns.typed_alone", id="panda-3.6-typed-without-columns"),
        pytest.param((None, None, ["int"]), "columns.types_alone", id="panda-3.6-types-without-columns"),
        pytest.param((["a", "b"], ["true"], None), "columns.typed_count", id="panda-3.6-typed-count"),
        pytest.param((["a"], None, ["int", "int"]), "columns.types_count", id="panda-3.6-types-count"),
        pytest.param((["a"], None, ["integer"]), "columns.type_unknown", id="panda-3.6-type-unknown-FIX"),
    ],
)
def test_what_cannot_be_asked_of_columns(asked: Any, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        columns.planned(*asked)
    assert caught.value.code == code


def test_no_columns_are_planned_where_none_are_named() -> None:
    assert columns.planned(None, None, None) is None


class TestMaking:
    def test_everybody_who_is_signed_in_sees_and_edits_it_and_nobody_else(self, portal: Portal) -> None:
        ada, bob = person(portal), person(portal)
        uid = newsroom(portal, "a", actor=ada)
        assert send(portal, uid, (["x"], "k"), actor=bob).added == 1
        assert sent_rows(portal, uid, bob) == [(["x"], "k")]
        with portal.reading(ANONYMOUS) as work, pytest.raises(NotFound):
            datasets.readable(work, uid)

    def test_somebody_has_to_make_it(self, portal: Portal) -> None:
        with portal.writing(ANONYMOUS) as work, pytest.raises(Unauthenticated):
            columns.create(work, title="x")
        cut = person(portal, key_permissions=["edit_dataset"])
        with portal.writing(cut) as work, pytest.raises(Denied):
            columns.create(work, title="x")

    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            pytest.param("Harbor Permits", "harbor-permits", id="panda-3.6-slug"),
            pytest.param("Don't_stop  - Crème", "dont_stop-creme", id="panda-3.6-slug-folded"),
            pytest.param("日本", "dataset", id="panda-3.6-slug-of-nothing-FIX"),
        ],
    )
    def test_its_name_is_made_of_its_title(self, portal: Portal, title: str, slug: str) -> None:
        with portal.writing(ADMIN) as work:
            made = [columns.create(work, title=title).dataset.slug for _ in range(3)]
        assert made == [slug, f"{slug}-2", f"{slug}-3"]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            pytest.param({"title": " "}, "title", id="panda-3.6-name-required"),
            pytest.param({"title": LONG}, "title", id="panda-7-name-256"),
            pytest.param({"title": "x", "slug": "a b"}, "slug", id="panda-3.6-slug-form-FIX"),
            pytest.param({"title": "x", "slug": LONG}, "slug", id="panda-7-slug-256"),
            pytest.param({"title": "x", "slug": "da_abc123"}, "slug", id="a-uid"),
            pytest.param({"title": "x", "slug": "Taken_1"}, "slug", id="panda-3.6-slug-twice-FIX"),
        ],
    )
    def test_what_is_wrong_with_it(self, portal: Portal, given: dict[str, str], field: str) -> None:
        with portal.writing(ADMIN) as work:
            if not _is_there(work, "Taken_1"):
                columns.create(work, title="Taken", slug="Taken_1")
        with portal.writing(ADMIN) as work, pytest.raises(Invalid) as caught:
            columns.create(work, title=given["title"], slug=given.get("slug"))
        assert list(caught.value.fields) == [field]

    def test_what_it_says_of_itself_changes_for_all_at_once(self, portal: Portal) -> None:
        uid = newsroom(portal)
        with portal.writing(ADMIN) as work:
            columns.describe(work, datasets.editable(work, uid), title="New", description="a < b & c")
        with portal.reading(person(portal)) as work:
            readable = datasets.readable(work, uid)
            assert columns.described(work, [readable.dataset]) == [("New", "a < b & c")]
            assert columns.is_newsroom(work, readable.dataset.id)

    def test_a_deleted_one_leaves_no_columns(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        with portal.reading(ADMIN) as work:
            number = datasets.readable(work, uid).dataset.id
        assert deletion(portal, uid).run() == "done"
        with portal.database.read() as db:
            assert db.get(DatasetColumns, number) is None


def _is_there(work: Any, slug: str) -> bool:
    try:
        datasets.readable(work, slug)
    except NotFound:
        return False
    return True


class TestWhatIsTold:
    def test_nothing_is_known_before_data_came(self, portal: Portal) -> None:
        summary = told(portal, newsroom(portal))
        assert summary == columns.Summary(None, None, None, None, None, None, is_locked=False, locked_at=None)

    def test_bounds_are_those_of_all_values_that_ever_came(self, portal: Portal) -> None:
        uid = newsroom(
            portal, *"abcdef", indexed=",".join(["true"] * 6), types="int,float,date,time,datetime,unicode"
        )
        low = [3, "$1.50", "1/2/2024", "4:14", "2024-01-02T03:04:05Z", "m"]
        send(portal, uid, ([17, 18, "2024-03-07", "16:00", "March 7, 2024 4pm", "z"], "k"), (low, None))
        send(portal, uid, ([None] * 6, "k"))
        with portal.reading(ADMIN) as work:
            columns.delete_all(work, datasets.editable(work, uid))
        found = told(portal, uid)
        assert found.row_count == 0
        assert found.columns is not None
        assert [(one.least, one.greatest) for one in found.columns] == [
            (3, 17),
            (1.5, 18.0),
            ("2024-01-02T00:00:00", "2024-03-07T00:00:00"),
            ("9999-12-31T04:14:00", "9999-12-31T16:00:00"),
            ("2024-01-02T03:04:05", "2024-03-07T16:00:00"),
            (None, None),
        ]

    def test_the_sample_is_the_first_five_rows_that_came(self, portal: Portal) -> None:
        uid = newsroom(portal, "a")
        send(portal, uid, ([1], "k"), (["2"], None))
        assert told(portal, uid).sample == [[1], ["2"]]
        send(portal, uid, *(([number], None) for number in range(10)))
        with portal.reading(ADMIN) as work:
            columns.delete_all(work, datasets.editable(work, uid))
        assert told(portal, uid).sample == [[1], ["2"], [0], [1], [2]]

    def test_a_dataset_of_another_door_has_its_fields_as_columns(self, portal: Portal) -> None:
        uid, _ = published(portal, "Name,Size,Paid,On\na,1,2.5,2024-03-07\n")
        found = told(portal, uid)
        assert found.columns is not None
        assert [(one.name, one.type, one.indexed_name) for one in found.columns] == [
            ("Name", "unicode", None),
            ("Size", "int", "column_int_size"),
            ("Paid", "float", "column_float_paid"),
            ("On", "date", "column_date_on"),
        ]
        assert (found.row_count, found.sample) == (1, None)
        assert sent_rows(portal, uid) == [(["a", 1, 2.5, "2024-03-07"], None)]

    def test_who_does_not_see_all_is_told_of_nothing_else(self, portal: Portal) -> None:
        uid = newsroom(portal, "open", "secret", indexed="true,true", types="int,int")
        send(portal, uid, ([1, 10], "a"), ([2, 20], "b"))
        with portal.reading(ADMIN) as work:
            number = datasets.readable(work, uid).dataset.id
        reader = person(portal)
        rule(portal, uid, MEMBERS, is_data_visible=False)  # it would show all of it
        rule(portal, uid, reader, visible_fields=["open"], filter_query="open = 1")
        found = told(portal, uid, reader)
        assert found.columns is not None
        assert [(one.name, one.least, one.greatest) for one in found.columns] == [("open", None, None)]
        assert (found.row_count, found.sample) == (None, None)
        assert sent_rows(portal, uid, reader) == [([1], "a")]
        with portal.reading(reader) as work:
            readable = datasets.readable(work, uid)
            assert columns.indexed(work, [readable]) == {number: {"column_int_open": "open"}}
            with pytest.raises(NotFound):
                columns.row(work, readable, "b")

    def test_rows_of_another_door_can_be_added_to(self, portal: Portal) -> None:
        uid, _ = live(portal, [{"name": "a", "size": 1}])
        assert send(portal, uid, (["b", 2], "k")).added == 1
        assert sent_rows(portal, uid) == [(["a", 1], None), (["b", 2], "k")]
        with pytest.raises(Invalid, match="size"):
            send(portal, uid, (["b", "many"], "k"))


@pytest.mark.parametrize(
    ("cells", "type_"),
    [
        pytest.param(["", " "], None, id="panda-4.3-blank"),
        pytest.param(BOOLS, "bool", id="panda-4.3-bool"),
        pytest.param(["1", "0"], "int", id="panda-4.3-1-0-int"),
        pytest.param(["1,234"], "int", id="panda-4.3-commas"),
        pytest.param(["02134", "7"], "unicode", id="panda-4.3-leading-zero"),
        pytest.param(["1", "2.5"], "float", id="panda-4.3-float"),
        pytest.param(["$999"], "unicode", id="panda-4.3-dollar"),
        pytest.param(["n/a", "7", ""], "int", id="panda-4.3-nulls"),
        pytest.param(["4:14", "16:00"], "time", id="panda-4.3-time"),
        pytest.param(["3/7/2024"], "date", id="panda-4.3-date"),
        pytest.param(["3/7/2024 4:14"], "datetime", id="panda-4.3-datetime"),
        pytest.param(["3/7/2024", "3/7/2024 4:14"], "datetime", id="panda-4.3-dates-and-datetimes"),
        pytest.param(["4:14", "3/7/2024"], "unicode", id="panda-4.3-times-mixed"),
        pytest.param(["1", "x"], "unicode", id="panda-4.3-else"),
    ],
)
def test_the_first_rows_suggest_a_type(cells: list[str], type_: str | None) -> None:
    assert guessed_type(cells) == type_


def test_rows_of_any_length_suggest_types() -> None:
    assert guessed_types([["1"], ["2", "x", "y"], []], 2) == ["int", "unicode"]
