"""What can be asked of a record besides its fields: `recordid` and `record_timestamp`, links and metas (sections 3 and
4.2 of the reference)."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from tests.dialects.explore.support import Cast, error, get
from tests.support.house import EXPLORE, House

HOST = "http://testserver"
NOW = dt.datetime.now(dt.UTC)


def _asked(house: House, name: str, **params: Any) -> list[dict[str, Any]]:
    answer = get(house, f"/{name}/records", **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


@pytest.fixture(scope="module")
def ids(house: House, flights: str) -> list[str]:
    rows = _asked(house, flights, include_app_metas="true", limit=100)
    return [one["_id"] for one in rows]


def test_record_ids_are_selected_as_they_are_elsewhere(house: House, flights: str, ids: list[str]) -> None:
    rows = _asked(house, flights, select="recordid, delay, recordid as again", limit=100)
    assert [one["recordid"] for one in rows] == [one["again"] for one in rows] == ids
    assert list(rows[0]) == ["recordid", "delay", "again"]


def test_records_are_found_by_their_ids(house: House, flights: str, ids: list[str]) -> None:
    def delays(where: str) -> list[int]:
        return [one["delay"] for one in _asked(house, flights, where=where, select="delay", limit=100)]

    every = delays("delay is not null")
    assert delays(f"recordid = '{ids[2]}'") == delays(f"'{ids[2]}': recordid") == [every[2]]
    assert delays(f"recordid in ('{ids[4]}', 'x', '{ids[1]}')") == [every[1], every[4]]
    assert delays(f"recordid != '{ids[0]}'") == every[1:]
    assert delays(f"not recordid in ('{ids[0]}', '{ids[1]}')") == every[2:]
    assert delays(f"startswith(origin, 'J') and recordid = '{ids[2]}'") == [every[2]]
    assert delays("recordid = 'nothing'") == delays("recordid = ''") == []


def test_records_are_sorted_and_grouped_by_their_ids(house: House, flights: str, ids: list[str]) -> None:
    rows = _asked(house, flights, select="recordid as r", order_by="recordid desc", limit=100)
    assert [one["r"] for one in rows] == sorted(ids, reverse=True)
    groups = _asked(house, flights, group_by="recordid", select="count(*) as n", limit=100)
    assert groups == [{"recordid": one, "n": 1} for one in sorted(ids)]
    aliased = _asked(house, flights, select="delay as recordid", order_by="recordid", limit=100)
    assert [one["recordid"] for one in aliased] == sorted(one["recordid"] for one in aliased)


def test_record_ids_stand_in_files(house: House, flights: str, ids: list[str]) -> None:
    params: dict[str, Any] = {"select": "recordid,year(record_timestamp) as y", "with_bom": "false"}
    body = get(house, f"/{flights}/exports/csv", **params).text
    rows = list(csv.DictReader(io.StringIO(body), delimiter=";"))
    assert sorted(one["recordid"] for one in rows) == sorted(ids)
    assert {one["y"] for one in rows} == {str(NOW.year)}


def test_records_are_asked_for_when_they_were_written(house: House, flights: str) -> None:
    rows = _asked(house, flights, select="record_timestamp", limit=100)
    times = [dt.datetime.fromisoformat(one["record_timestamp"]) for one in rows]
    assert all(abs(one - NOW) < dt.timedelta(hours=1) for one in times)
    assert len(_asked(house, flights, where="record_timestamp > now(days=-1)")) == 7
    assert _asked(house, flights, where="record_timestamp < '2020-01-01'") == []
    assert len(_asked(house, flights, order_by="record_timestamp desc")) == 7


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"where": "recordid = 3 + delay"}, "IncompatibleTypesInComparisonFilter"),
        ({"where": "record_timestamp = 'x'"}, "IncompatibleTypesInComparisonFilter"),
        ({"where": "search(recordid, 'x')"}, "ODSQLError"),
        ({"select": "sum(recordid)"}, "ODSQLError"),
        ({"where": "_id = 1"}, "ODSQLError"),
        ({"select": "_modified"}, "ODSQLError"),
        ({"refine": "recordid:x"}, "ODSQLError"),
    ],
)
def test_what_makes_no_sense_of_them_is_refused(
    house: House, flights: str, params: dict[str, Any], code: str
) -> None:
    assert error(get(house, f"/{flights}/records", **params))[:2] == (400, code)


def test_a_field_of_that_name_comes_first(house: House) -> None:
    house.published("recordid,record_timestamp\nmine,1\n", dataset_id="own-ids")
    assert _asked(house, "own-ids", where="recordid = 'mine' and record_timestamp = 1") == [
        {"recordid": "mine", "record_timestamp": 1}
    ]


def test_ids_of_records_that_may_not_be_seen_find_nothing(house: House, people: Cast) -> None:
    path = f"/{people.dataset_id}/records"
    every = get(house, path, people.inspector, select="recordid").json()["results"]
    where = " or ".join(f"recordid = '{one['recordid']}'" for one in every)
    found = get(house, path, people.parisian, where=where, select="name").json()
    assert found == {"total_count": 2, "results": [{"name": "Ada"}, {"name": "Bob"}]}


def test_links_lead_to_the_pages_beside_and_to_each_record(
    house: House, flights: str, ids: list[str]
) -> None:
    body = get(
        house, f"/{flights}/records", include_links="true", limit=2, offset=2, select="delay", apikey=""
    ).json()
    base = f"{HOST}{EXPLORE}/{flights}"
    page = f"{base}/records?include_links=true&select=delay&limit=2&offset="
    assert body["_links"] == [
        {"href": f"{page}2", "rel": "self"},
        {"href": f"{page}0", "rel": "first"},
        {"href": f"{page}6", "rel": "last"},
        {"href": f"{page}4", "rel": "next"},
        {"href": base, "rel": "dataset"},
        {"href": f"{HOST}{EXPLORE}", "rel": "catalog"},
    ]
    own = [
        {"href": f"{base}/records/{ids[2]}", "rel": "self"},
        {"href": base, "rel": "dataset"},
        {"href": f"{HOST}{EXPLORE}", "rel": "catalog"},
    ]
    assert body["results"][0] == {"_links": own, "delay": 2}
    for link in body["_links"]:
        assert house.client.get(link["href"]).status_code == 200
    alone = get(house, f"/{flights}/records/{ids[2]}", include_links="true", select="delay").json()
    assert alone == {"_links": own, "delay": 2}


@pytest.mark.parametrize(
    ("params", "rels"),
    [
        ({"limit": 0}, ["self", "first", "last"]),
        ({"limit": 7}, ["self", "first", "last"]),
        ({"limit": 6}, ["self", "first", "last", "next"]),
        ({"where": "delay > 9999"}, ["self", "first", "last"]),
        ({"group_by": "carrier", "limit": 3}, ["self", "first", "last", "next"]),
    ],
)
def test_a_next_page_is_linked_where_there_is_one(
    house: House, flights: str, params: Any, rels: list[str]
) -> None:
    body = get(house, f"/{flights}/records", include_links="true", **params).json()
    assert [one["rel"] for one in body["_links"]] == [*rels, "dataset", "catalog"]
    assert all("_links" not in one for one in body["results"]) or "group_by" not in params


def test_metas_are_the_id_and_the_time(house: House, flights: str, ids: list[str]) -> None:
    (row,) = _asked(
        house, flights, include_app_metas="true", select="delay", limit=1, timezone="Asia/Kathmandu"
    )
    assert list(row) == ["_id", "_timestamp", "_size", "delay"]
    assert row["_id"] == ids[0]
    assert row["_timestamp"].endswith("+05:45")
