"""What is seen of records: everything that a ruleset hides is absent from rows, counts, orders, groups and searches."""

import time
from dataclasses import dataclass, replace

import pytest
from tests.core.support import (
    ADMIN,
    ask,
    dataset,
    names,
    person,
    publication,
    published,
    rows,
    rule,
    secure,
    shown,
)

from colonnade.core.catalogue import service as catalogue
from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.errors import Denied, Invalid, Unavailable
from colonnade.query.tree import Query

CSV = """name,team,secret,size
ann,red,apple,1
bob,red,banana,2
cid,blue,apple,3
dan,blue,cherry,4
eve,green,,
"""


@dataclass(frozen=True)
class Shared:
    """A published dataset, and somebody who sees the red team only and no secrets."""

    uid: str
    reader: Actor


@pytest.fixture(scope="module")
def seen(portal: Portal) -> Shared:
    uid, _ = published(portal, CSV)
    reader = person(portal)
    rule(portal, uid, reader, visible_fields=["name", "size"], filter_query="team='red'")
    return Shared(uid, reader)


def test_the_administrator_sees_everything(portal: Portal, seen: Shared) -> None:
    page = ask(portal, seen.uid)
    assert page.total == 5
    assert page.table.column_names == ["name", "team", "secret", "size"]


def test_rows_and_fields_that_are_hidden_are_absent(portal: Portal, seen: Shared) -> None:
    page = ask(portal, seen.uid, seen.reader)
    assert page.total == 2
    assert page.table.to_pylist() == [{"name": "ann", "size": 1}, {"name": "bob", "size": 2}]


@pytest.mark.parametrize(
    "parts",
    [
        {"where": "secret='apple'"},
        {"where": "team='blue'"},
        {"where": "secret is null"},
        {"where": "size=1 or not secret='apple'"},
        {"where": "search(secret, 'apple')"},
        {"select": "secret"},
        {"select": "count(secret) as n"},
        {"select": "name, max(secret) as m"},
        {"group_by": "team", "select": "count(*) as n"},
        {"order_by": "secret"},
        {"group_by": "name", "select": "count(*) as n", "order_by": "max(secret)"},
    ],
)
def test_a_hidden_field_is_as_unknown_as_none(portal: Portal, seen: Shared, parts: dict[str, str]) -> None:
    with pytest.raises(Invalid) as hidden:
        ask(portal, seen.uid, seen.reader, **parts)
    absent = {
        name: text.replace("secret", "nosuch").replace("team", "nosuc2") for name, text in parts.items()
    }
    with pytest.raises(Invalid) as unknown:
        ask(portal, seen.uid, seen.reader, **absent)
    plain = unknown.value.message.replace("nosuch", "secret").replace("nosuc2", "team")
    assert (hidden.value.code, hidden.value.message) == (unknown.value.code, plain)


def test_system_columns_are_unknown_too(portal: Portal, seen: Shared) -> None:
    for name in ("_id", "_key", "_source", "_seq", "_modified", "size$raw"):
        with pytest.raises(Invalid):
            ask(portal, seen.uid, where=f"`{name}` is not null" if "$" in name else f"{name} is not null")


def test_counts_groups_orders_and_aggregates_are_of_what_is_seen(portal: Portal, seen: Shared) -> None:
    uid, reader = seen.uid, seen.reader
    assert rows(portal, uid, reader, select="count(*) as n")[0] == {"n": 2}
    grouped = rows(portal, uid, reader, group_by="size", select="count(*) as n")
    assert sorted((row["size"], row["n"]) for row in grouped) == [(1, 1), (2, 1)]
    assert names(portal, uid, reader, order_by="size desc") == ["bob", "ann"]
    assert ask(portal, uid, reader, where="size > 2").total == 0
    assert ask(portal, uid, reader, where="not size = 1").total == 1


def test_a_search_finds_no_word_of_a_hidden_field_or_row(portal: Portal, seen: Shared) -> None:
    assert names(portal, seen.uid, where="'apple'") == ["ann", "cid"]
    assert names(portal, seen.uid, seen.reader, where="'apple'") == []
    assert names(portal, seen.uid, seen.reader, where="'ann'") == ["ann"]
    assert names(portal, seen.uid, seen.reader, where="'cid'") == []
    assert names(portal, seen.uid, seen.reader, where="'bob'") == ["bob"]


def test_a_filter_may_name_and_search_what_its_holder_does_not_see(portal: Portal, seen: Shared) -> None:
    reader = person(portal)
    rule(portal, seen.uid, reader, visible_fields=["name"], filter_query="'apple'")
    assert names(portal, seen.uid, reader) == ["ann", "cid"]
    assert names(portal, seen.uid, reader, where="'apple'") == []


def test_filters_of_several_rulesets_are_alternatives(portal: Portal, seen: Shared) -> None:
    reader = person(portal, groups=["alternatives"])
    rule(portal, seen.uid, reader, visible_fields=["name"], filter_query="size=1")
    rule(portal, seen.uid, "alternatives", visible_fields=["team"], filter_query="size=4")
    assert rows(portal, seen.uid, reader) == [{"name": "ann", "team": "red"}, {"name": "dan", "team": "blue"}]


@pytest.mark.parametrize("broken", ["gone = 1", "size = 'many'", "search(gone, 'x')"])
def test_a_filter_that_fits_no_more_lets_nothing_through_and_is_not_told(
    portal: Portal, seen: Shared, broken: str
) -> None:
    reader = person(portal)
    rule(portal, seen.uid, reader, filter_query=broken)
    assert ask(portal, seen.uid, reader).total == 0
    assert rows(portal, seen.uid, reader, group_by="team", select="count(*) as n") == []
    assert names(portal, seen.uid, reader, where="'ann'") == []
    with pytest.raises(Invalid) as caught:
        ask(portal, seen.uid, reader, where="nosuch = 1")
    assert "gone" not in caught.value.message


def test_a_broken_filter_beside_one_that_fits_adds_nothing(portal: Portal, seen: Shared) -> None:
    reader = person(portal, groups=["half-broken"])
    rule(portal, seen.uid, reader, filter_query="gone = 1")
    rule(portal, seen.uid, "half_broken", filter_query="size = 3")
    assert names(portal, seen.uid, reader) == ["cid"]


def test_no_visible_field_is_rows_without_fields(portal: Portal, seen: Shared) -> None:
    reader = person(portal)
    rule(portal, seen.uid, reader, visible_fields=[])
    with portal.reading(reader) as work:
        (about,) = records.about(work, [datasets.readable(work, seen.uid)])
    assert (about.has_records, about.schema.names, about.count) == (True, (), 5)
    assert rows(portal, seen.uid, reader, select="count(*) as n")[0] == {"n": 5}
    assert ask(portal, seen.uid, reader).total == 5
    with pytest.raises(Invalid):
        names(portal, seen.uid, reader, where="name = 'ann'")


def test_hidden_records_are_denied_and_nothing_is_told_of_them(portal: Portal) -> None:
    uid, _ = published(portal, CSV)
    secure(portal, uid, is_data_visible=False)
    with pytest.raises(Denied):
        ask(portal, uid, ANONYMOUS)
    with portal.reading(ANONYMOUS) as work:
        (about,) = records.about(work, [datasets.readable(work, uid)])
    assert (about.has_records, about.schema.names, about.count) == (True, (), None)
    assert ask(portal, uid).total == 5


def test_who_sees_a_part_is_not_told_how_many_there_are(portal: Portal, seen: Shared) -> None:
    with portal.reading(seen.reader) as work:
        (partly,) = records.about(work, [datasets.readable(work, seen.uid)])
    with portal.reading(ADMIN) as work:
        (wholly,) = records.about(work, [datasets.readable(work, seen.uid)])
    assert (partly.count, partly.schema.names) == (None, ("name", "size"))
    assert (wholly.count, wholly.schema.names) == (5, ("name", "team", "secret", "size"))


def test_a_dataset_without_rows_answers_with_none(portal: Portal) -> None:
    uid = dataset(portal)
    shown(portal, uid)
    assert ask(portal, uid).total == 0
    assert publication(portal, uid).run() == "done"
    assert ask(portal, uid).total == 0
    with portal.reading(ADMIN) as work:
        assert not records.about(work, [datasets.readable(work, uid)])[0].has_records
    assert rows(portal, uid, select="count(*) as n") == []
    with pytest.raises(Invalid):
        ask(portal, uid, where="name = 'ann'")


def test_all_queries_of_one_question_have_the_time_of_one(
    portal: Portal, seen: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "settings", replace(portal.settings, query_seconds=0.5))
    with portal.reading(ADMIN) as work:
        answers = (
            records.answerer(work, datasets.readable(work, seen.uid)),
            catalogue.answerer(work),
        )
        time.sleep(0.5)
        for answer in answers:
            with pytest.raises(Unavailable) as caught:
                answer(Query(limit=1))
            assert caught.value.code == "query.deadline"
