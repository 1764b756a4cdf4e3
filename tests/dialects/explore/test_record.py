"""One record by its id."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.explore.support import Cast, error, get
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

from colonnade.core.records.identity import record_id, row_id


def ids(house: House, name: str, person: Person = ANONYMOUS, **params: Any) -> list[str]:
    body = get(house, f"/{name}/records", person, include_app_metas="true", limit=100, **params).json()
    return [one["_id"] for one in body["results"]]


def test_each_record_is_found_by_its_id(house: House, flights: str) -> None:
    plain = get(house, f"/{flights}/records", limit=100).json()["results"]
    found = ids(house, flights)
    assert len(set(found)) == len(plain) == 7
    for one, record in zip(found, plain, strict=True):
        for slash in ("", "/"):
            assert house.client.get(f"{EXPLORE}/{flights}/records/{one}{slash}").json() == record


def test_a_record_takes_a_selection_and_a_zone(house: House, flights: str) -> None:
    one = ids(house, flights)[0]
    answer = get(house, f"/{flights}/records/{one}", select="departed as at", timezone="Europe/Paris")
    assert answer.json() == {"at": "2013-01-01T06:17:00+01:00"}
    shown = get(house, f"/{flights}/records/{one}", select="delay", include_app_metas="true").json()
    assert {**shown, "_timestamp": None, "_size": 0} == {
        "_id": one,
        "_timestamp": None,
        "_size": 0,
        "delay": 2,
    }
    assert error(get(house, f"/{flights}/records/{one}", select="nothing"))[:2] == (400, "ODSQLError")


def test_an_id_stays_over_a_publish_explore_4_2_recordid(house: House) -> None:
    made = house.published("a\n1\n2\n", dataset_id="kept-ids")
    before = ids(house, "kept-ids")
    house.publish(made["uid"])
    assert ids(house, "kept-ids") == before


@pytest.mark.parametrize("wrong", ["0" * 40, "x", "1", "g" * 40, "0" * 39, "é", "0" * 41])
def test_an_id_that_is_none_is_not_found(house: House, flights: str, wrong: str) -> None:
    assert error(get(house, f"/{flights}/records/{wrong}")) == (
        404,
        "NotFoundResource",
        f"Unknown record: {wrong}",
    )


def test_an_id_of_another_dataset_is_not_found(house: House, flights: str, people: Cast) -> None:
    one = ids(house, people.dataset_id, people.inspector)[0]
    assert error(get(house, f"/{flights}/records/{one}"))[0] == 404


def test_a_record_shows_what_its_reader_may_see(house: House, people: Cast) -> None:
    every = ids(house, people.dataset_id, people.inspector)
    seen = ids(house, people.dataset_id, people.parisian)
    assert seen == every[:2]
    path = f"/{people.dataset_id}/records"
    assert get(house, f"{path}/{seen[0]}", people.parisian).json() == {"name": "Ada", "city": "Paris"}
    hidden = get(house, f"{path}/{every[2]}", people.parisian)
    assert error(hidden) == (404, "NotFoundResource", f"Unknown record: {every[2]}")
    assert error(get(house, f"{path}/{seen[0]}", people.blind))[:2] == (403, "ForbiddenAccess")
    assert error(get(house, f"{path}/{seen[0]}", people.stranger))[0] == 404


@given(st.text(min_size=1), st.integers(-(2**63), 2**63 - 1))
def test_ids_lead_back_to_their_row_and_to_no_other_tables(table: str, number: int) -> None:
    made = record_id(table, number)
    assert len(made) == 40
    assert row_id(table, made) == number
    assert row_id(table + "x", made) is None
