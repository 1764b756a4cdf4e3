"""What nobody learns without the right to: of datasets, rows and fields."""

from typing import Any

import pytest
from tests.dialects.explore.support import Cast, error, get
from tests.support.house import ANONYMOUS, House, Person


@pytest.mark.parametrize("path", ["", "/records", "/records?where=((", "/records?limit=1000", "/nothing"])
def test_a_dataset_that_one_may_not_know_of_is_as_unknown_as_one_that_is_not_there_explore_7_4_unseen(
    house: House, people: Cast, path: str
) -> None:
    for person in (ANONYMOUS, people.stranger, people.weak):
        for name in (people.dataset_id, people.uid):
            there = get(house, f"/{name}{path}", person)
            # Of the same length, so that even the length of the answer is the same.
            unknown = "q" * len(name)
            nowhere = get(house, f"/{unknown}{path}", person)
            assert there.status_code == 404
            assert there.content.replace(name.encode(), unknown.encode()) == nowhere.content
            counted = {"x-ratelimit-remaining": ""}
            assert {**there.headers, **counted} == {**nowhere.headers, **counted}


def _rows(house: House, people: Cast, person: Person, **params: Any) -> Any:
    answer = get(house, f"/{people.dataset_id}/records", person, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_row_filter_holds_in_records_totals_groups_and_search(house: House, people: Cast) -> None:
    paris = [{"name": "Ada", "city": "Paris"}, {"name": "Bob", "city": "Paris"}]
    seen = people.parisian
    assert _rows(house, people, seen) == {"total_count": 2, "results": paris}
    assert _rows(house, people, seen, limit=0)["total_count"] == 2
    assert _rows(house, people, seen, where="city = 'London'") == {"total_count": 0, "results": []}
    assert _rows(house, people, seen, where="city = 'London' or true or city = 'Rome'")["total_count"] == 2
    assert _rows(house, people, seen, where="search('Cyd')")["total_count"] == 0
    assert _rows(house, people, seen, where="search('Ada')")["total_count"] == 1
    assert _rows(house, people, seen, where="not search('Ada')")["total_count"] == 1
    grouped = _rows(house, people, seen, group_by="city", select="count(*)")
    assert grouped == {"total_count": 1, "results": [{"city": "Paris", "count(*)": 2}]}
    assert _rows(house, people, seen, select="count(*)", limit=1)["results"] == [{"count(*)": 2}]
    assert _rows(house, people, seen, order_by="name desc", limit=1)["results"] == paris[1:]


def test_rulesets_add_up(house: House, people: Cast) -> None:
    names = [one["name"] for one in _rows(house, people, people.both)["results"]]
    assert names == ["Ada", "Bob", "Eve"]
    assert _rows(house, people, people.roman)["results"] == [{"name": "Eve", "city": "Rome", "salary": 5555}]
    for person in (people.explorer, people.inspector, house.admin):
        assert _rows(house, people, person)["total_count"] == 5


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("where", "{} > 100"),
        ("where", "{} is null"),
        ("where", "search({}, '1111')"),
        ("select", "{}"),
        ("select", "name, {} as x"),
        ("order_by", "{}"),
        ("order_by", "-{}"),
        ("group_by", "{}"),
        ("select", "count({})"),
    ],
)
def test_a_hidden_field_is_unknown_in_every_clause(
    house: House, people: Cast, clause: str, text: str
) -> None:
    path = f"/{people.dataset_id}/records"
    hidden = error(get(house, path, people.parisian, **{clause: text.format("salary")}))
    absent = error(get(house, path, people.parisian, **{clause: text.format("absent")}))
    assert hidden[0] == 400
    assert hidden == (*absent[:2], absent[2].replace("absent", "salary"))


def test_a_hidden_field_is_not_shown_and_not_searched(house: House, people: Cast) -> None:
    fields = get(house, f"/{people.dataset_id}", people.parisian).json()["fields"]
    assert [one["name"] for one in fields] == ["name", "city"]
    assert _rows(house, people, people.parisian, where="search('1111')")["total_count"] == 0
    assert _rows(house, people, people.inspector, where="search('1111')")["total_count"] == 1
    assert _rows(house, people, people.parisian, select="*", limit=1)["results"] == [
        {"name": "Ada", "city": "Paris"}
    ]


def test_records_that_may_not_be_seen_are_forbidden_and_not_counted(house: House, people: Cast) -> None:
    answer = get(house, f"/{people.dataset_id}/records", people.blind)
    assert error(answer)[:2] == (403, "ForbiddenAccess")
    shown = get(house, f"/{people.dataset_id}", people.blind).json()
    assert (shown["data_visible"], shown["fields"], shown["features"]) == (False, [], [])
    assert shown["metas"]["default"]["records_count"] is None


def test_the_number_of_records_does_not_tell_of_rows_that_are_filtered_out(
    house: House, people: Cast
) -> None:
    for person, count in ((people.parisian, None), (people.blind, None), (people.inspector, 5)):
        shown = get(house, f"/{people.dataset_id}", person).json()
        assert shown["metas"]["default"]["records_count"] == count
    assert shown["visibility"] == "restricted"


def test_the_security_of_an_open_dataset_holds_for_everybody_without_a_ruleset(house: House) -> None:
    made = house.published("a,b\n1,x\n2,y\n", dataset_id="open-but")
    house.restrict(made["uid"], is_restricted=False, filter_query="a = 1", visible_fields=["a"])
    for person in (ANONYMOUS, house.person()):
        assert house.records("open-but", person).json() == {"total_count": 1, "results": [{"a": 1}]}
    assert house.records("open-but", house.admin).json()["total_count"] == 2
    house.restrict(made["uid"], is_restricted=False, is_data_visible=False)
    assert error(house.records("open-but"))[:2] == (403, "ForbiddenAccess")
    house.restrict(made["uid"], is_restricted=False, visible_fields=[])
    assert house.records("open-but").json() == {"total_count": 2, "results": [{}, {}]}
