"""Rows that are written live: readable and searchable at once, all or none, and never another's."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.core.support import (
    ADMIN,
    WORDS,
    ask,
    dataset,
    drop,
    listed,
    live,
    names,
    publication,
    published,
    put,
    rows,
    shown,
    source,
)

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.core.resources import service as resources
from colonnade.core.work import Portal
from colonnade.errors import Conflict, Invalid, NotFound
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.schema import Field, FieldType, Schema


def test_a_row_is_readable_and_searchable_when_the_write_returns(portal: Portal) -> None:
    uid, resource = live(portal)
    assert ask(portal, uid).total == 0
    ids = put(
        portal, uid, resource, {"key": "a", "name": "Zoé Quartz", "size": 1}, {"name": "opal", "size": 2}
    )
    assert ids == [LIVE_IDS_FROM + 1, LIVE_IDS_FROM + 2]
    assert rows(portal, uid) == [{"name": "Zoé Quartz", "size": 1}, {"name": "opal", "size": 2}]
    assert names(portal, uid, where="'zoe quartz'") == ["Zoé Quartz"]
    assert ask(portal, uid, where="size = 2").total == 1


def test_a_row_with_a_known_key_is_replaced_and_keeps_its_id(portal: Portal) -> None:
    uid, resource = live(portal)
    first = put(portal, uid, resource, {"key": "a", "name": "opal", "size": 1}, {"key": "b", "name": "jade"})
    again = put(portal, uid, resource, {"key": "a", "name": "onyx"}, {"key": "c", "name": "ruby"})
    assert again[0] == first[0]
    assert again[1] > max(first)
    assert rows(portal, uid) == [
        {"name": "jade", "size": None},
        {"name": "onyx", "size": None},
        {"name": "ruby", "size": None},
    ]
    assert names(portal, uid, where="'opal'") == []
    assert names(portal, uid, where="'onyx'") == ["onyx"]


def test_of_a_key_that_is_sent_twice_the_last_row_counts(portal: Portal) -> None:
    uid, resource = live(portal)
    ids = put(portal, uid, resource, {"key": "a", "name": "opal"}, {"key": "a", "name": "onyx"})
    assert ids[0] == ids[1]
    assert names(portal, uid) == ["onyx"]


def test_rows_without_a_key_are_always_new(portal: Portal) -> None:
    uid, resource = live(portal)
    put(portal, uid, resource, {"name": "same"}, {"name": "same"})
    put(portal, uid, resource, {"name": "same"})
    assert ask(portal, uid).total == 3


def test_rows_are_deleted_by_key_or_all_together(portal: Portal) -> None:
    uid, resource = live(portal, [{"key": key, "name": f"stone {key}"} for key in "abcd"])
    assert drop(portal, uid, resource, "a", "c", "nobody") == 2
    assert names(portal, uid) == ["stone b", "stone d"]
    assert names(portal, uid, where="'stone'") == ["stone b", "stone d"]
    assert drop(portal, uid, resource) == 2
    assert ask(portal, uid).total == 0
    assert names(portal, uid, where="'stone'") == []
    assert put(portal, uid, resource, {"key": "a", "name": "new"}) == [LIVE_IDS_FROM + 5]


def test_all_rows_are_written_or_none(portal: Portal) -> None:
    uid, resource = live(portal, [{"key": "a", "name": "before", "size": 1}])
    with pytest.raises(Invalid) as caught:
        put(
            portal,
            uid,
            resource,
            {"key": "a", "name": "after"},
            {"size": "many"},
            {"colour": "red", "size": 1.5},
        )
    assert sorted(caught.value.fields) == ["colour", "size"]
    assert caught.value.fields["size"][0].startswith("row 2: ")
    assert caught.value.fields["size"][1].startswith("row 3: ")
    assert rows(portal, uid) == [{"name": "before", "size": 1}]


def test_rows_of_a_file_cannot_be_written_live(portal: Portal) -> None:
    uid, resource = published(portal, "name,size\na,1\n")
    for write in (
        lambda: put(portal, uid, resource, {"name": "b"}),
        lambda: drop(portal, uid, resource, "a"),
        lambda: drop(portal, uid, resource),
    ):
        with pytest.raises(Conflict) as caught:
            write()
        assert caught.value.code == "resource.derived"
    assert names(portal, uid) == ["a"]


def test_a_resource_of_another_dataset_is_unknown_or_refused(portal: Portal) -> None:
    uid, _ = live(portal)
    other, resource = live(portal)
    with pytest.raises(NotFound):
        put(portal, uid, resource, {"name": "x"})
    with portal.reading(ADMIN) as work:
        editable, foreign = datasets.editable(work, uid), datasets.editable(work, other)
        with pytest.raises(Conflict):
            records.upsert(work, editable, resources.resource(work, foreign, resource), [])


def test_a_dataset_without_rows_takes_none(portal: Portal) -> None:
    uid = dataset(portal)
    resource = source(portal, uid)
    with pytest.raises(Conflict) as caught:
        put(portal, uid, resource, {"name": "x"})
    assert caught.value.code == "table.empty"
    with portal.reading(ADMIN) as work, pytest.raises(Conflict):
        records.create_empty(work, datasets.editable(work, uid), WORDS)


def test_making_an_empty_table_twice_is_making_it_once(portal: Portal) -> None:
    uid, resource = live(portal, [{"name": "kept"}])
    with portal.reading(ADMIN) as work:
        records.create_empty(work, datasets.editable(work, uid), Schema((Field("x", "X", FieldType.INT),)))
    assert names(portal, uid) == ["kept"]
    assert put(portal, uid, resource, {"name": "more"})


def test_owned_and_derived_rows_live_in_one_table(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "name,size\nfile,1\n")
    resource = source(portal, uid)
    publication(portal, uid).run()
    put(portal, uid, resource, {"key": "k", "name": "live", "size": 2})
    assert names(portal, uid) == ["file", "live"]
    assert drop(portal, uid, resource) == 1
    assert names(portal, uid) == ["file"]


def test_a_count_follows_rows_of_a_resource_that_came_after_the_build(portal: Portal) -> None:
    uid, _ = published(portal, "name,size\nfile,1\n")
    resource = source(portal, uid)
    put(portal, uid, resource, {"name": "live"})
    with portal.reading(ADMIN) as work:
        (about,) = records.about(work, [datasets.readable(work, uid)])
    assert about.count == 2
    assert uid in listed(portal, where="records_count = 2")


def test_what_was_sent_stands_beside_what_was_understood(portal: Portal) -> None:
    schema = Schema((Field("price", "Price", FieldType.DOUBLE, keeps_raw=True, lenient=True),))
    uid, resource = live(portal, schema=schema)
    put(portal, uid, resource, {"price": "12.50"}, {"price": "$18.50"}, {"price": 3}, {"price": None})
    assert [row["price"] for row in rows(portal, uid)] == [12.5, 18.5, 3.0, None]
    with portal.reading(ADMIN) as work:
        readable = datasets.readable(work, uid)
        assert records.about(work, [readable])[0].schema.names == ("price",)


keys = st.sampled_from([None, "a", "b", "c", "é"])
changes = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(st.tuples(keys, st.integers(0, 99)), max_size=4)),
        st.tuples(st.just("drop"), st.lists(keys.filter(bool).map(str), min_size=1, max_size=2)),
        st.tuples(st.just("clear"), st.none()),
    ),
    max_size=5,
)


@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes)
def test_any_writes_leave_what_a_list_would_hold(portal: Portal, steps: list[tuple[str, object]]) -> None:
    uid, resource = live(portal)
    shown(portal, uid)
    expected: list[tuple[str | None, int]] = []
    for kind, what in steps:
        if kind == "put":
            assert isinstance(what, list)
            put(portal, uid, resource, *({"key": key, "name": f"w{n}", "size": n} for key, n in what))
            last = {key: place for place, (key, _) in enumerate(what)}
            fresh = [(key, n) for place, (key, n) in enumerate(what) if key is None or last[key] == place]
            written = {key for key, _ in fresh if key is not None}
            expected = [one for one in expected if one[0] not in written] + fresh
        elif kind == "drop":
            assert isinstance(what, list)
            drop(portal, uid, resource, *what)
            expected = [one for one in expected if one[0] not in what]
        else:
            drop(portal, uid, resource)
            expected = []
    assert [row["size"] for row in rows(portal, uid)] == [n for _, n in expected]
    for _, n in expected:
        assert ask(portal, uid, where=f"'w{n}'").total == [one for _, one in expected].count(n)
