"""What `is_restricted` and `default_security`, set at this door, let readers see at the other one."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.dialects.automation.support import call, titled
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

ROWS = "name,city,pay\nAda,Paris,1\nBob,Rome,2\nCyd,Paris,3\n"
ALL = [("Ada", "Paris", 1), ("Bob", "Rome", 2), ("Cyd", "Paris", 3)]
PARIS = [("Ada", "Paris"), ("Cyd", "Paris")]
ROME = [("Rome",)]

Rows = list[tuple[Any, ...]] | None | str
"""What is seen: rows; None: not that there is a dataset; HIDDEN: metadata, and no records."""
HIDDEN = "hidden"

SECURITIES: Mapping[str, Mapping[str, Any]] = {
    "open": {},
    "cut": {"default_security": {"visible_fields": ["name", "city"], "filter_query": "city = 'Paris'"}},
    "without records": {"default_security": {"is_data_visible": False}},
    "restricted": {"is_restricted": True},
    "restricted and cut": {"is_restricted": True, "default_security": {"visible_fields": ["name"]}},
}
SEEN: Mapping[str, Mapping[str, Rows]] = {
    "anonymous": {"open": ALL, "cut": PARIS, "without records": HIDDEN, "restricted": None},
    "stranger": {"open": ALL, "cut": PARIS, "without records": HIDDEN, "restricted": None},
    "weak key of a reader": dict.fromkeys(SECURITIES, ROME),
    "reader of a part": dict.fromkeys(SECURITIES, ROME),
    "member of a group": dict.fromkeys(SECURITIES, ALL),
    "explorer by ruleset": dict.fromkeys(SECURITIES, ALL),
    "portal explorer": dict.fromkeys(SECURITIES, ALL),
    "administrator": dict.fromkeys(SECURITIES, ALL),
    "portal editor": {"open": ALL, "cut": PARIS, "without records": HIDDEN, "restricted": None},
}
"""For each caller and security; `restricted and cut` is like `restricted`: then the default means nothing."""


@dataclass(frozen=True)
class Shown:
    uid: str
    dataset_id: str
    people: Mapping[str, Person]


@pytest.fixture(scope="module")
def shown(house: House) -> Shown:
    made = house.published(ROWS)
    part = {"visible_fields": ["city"], "filter_query": "city = 'Rome'"}
    reader, explorer, member = house.person(), house.person(), house.person(groups=["Friends of rows"])
    weak = house.person(key_permissions=["create_page"])
    house.give(made["uid"], reader, **part)
    house.give(made["uid"], weak, **part)
    house.give(made["uid"], explorer, ["explore_restricted_dataset"], is_data_visible=False)
    house.give_group(made["uid"], "friends_of_rows")
    return Shown(
        made["uid"],
        made["dataset_id"],
        {
            "anonymous": ANONYMOUS,
            "stranger": house.person(),
            "weak key of a reader": weak,
            "reader of a part": reader,
            "member of a group": member,
            "explorer by ruleset": explorer,
            "portal explorer": house.person(["explore_restricted_dataset"]),
            "administrator": house.admin,
            "portal editor": house.person(["edit_dataset"]),
        },
    )


def _records(house: House, name: str, person: Person) -> Rows:
    answer = house.records(name, person)
    return _rows(
        answer.status_code, answer, lambda: [tuple(one.values()) for one in answer.json()["results"]]
    )


def _export(house: House, name: str, person: Person) -> Rows:
    answer = house.client.get(f"{EXPLORE}/{name}/exports/csv", headers=person.headers)
    return _rows(answer.status_code, answer, lambda: _parsed(answer.text))


def _parsed(text: str) -> list[tuple[Any, ...]]:
    _, *lines = csv.reader(text.lstrip("\ufeff").splitlines(), delimiter=";")
    return [tuple(int(cell) if cell.isdigit() else cell for cell in line) for line in lines]


def _counted(house: House, name: str, person: Person) -> Rows:
    """As many rows as a group of all says that there are, told by their numbers."""
    answer = house.records(name, person, select="count(*) as n")
    return _rows(answer.status_code, answer, lambda: [answer.json()["results"][0]["n"]])


def _rows(status: int, answer: Any, read: Callable[[], list[Any]]) -> Rows:
    if status == 404:
        return None
    if status == 403:
        return HIDDEN
    assert status == 200, answer.text
    return read()


def _knows(house: House, name: str, person: Person) -> tuple[bool, bool, bool]:
    """Whether the dataset is found by its name, in the catalogue, and by a search there."""
    one = house.client.get(f"{EXPLORE}/{name}", headers=person.headers).status_code
    assert one in {200, 404}
    found = []
    for params in ({"limit": 100}, {"where": f'dataset_id = "{name}"'}):
        listed = house.client.get(EXPLORE, params=params, headers=person.headers).json()
        found.append(name in [each["dataset_id"] for each in listed["results"]])
    return one == 200, found[0], found[1]


@pytest.mark.parametrize("security", SECURITIES)
def test_readers_see_what_the_security_of_the_dataset_says(house: House, shown: Shown, security: str) -> None:
    body = {"is_restricted": False, "default_security": {}, **SECURITIES[security]}
    assert call(house, "PUT", f"/datasets/{shown.uid}/", json=titled(**body)).status_code == 200
    for who, person in shown.people.items():
        expected = SEEN[who]["restricted" if security.startswith("restricted") else security]
        assert _records(house, shown.dataset_id, person) == expected, who
        assert _export(house, shown.dataset_id, person) == expected, who
        count = [len(expected)] if isinstance(expected, list) else expected
        assert _counted(house, shown.dataset_id, person) == count, who
        assert set(_knows(house, shown.dataset_id, person)) == {expected is not None}, who


def test_what_is_shown_of_the_fields_is_what_can_be_seen(house: House, shown: Shown) -> None:
    body = titled(default_security=SECURITIES["cut"]["default_security"], is_restricted=False)
    assert call(house, "PUT", f"/datasets/{shown.uid}/", json=body).status_code == 200
    for who, names in {
        "anonymous": ["name", "city"],
        "reader of a part": ["city"],
        "member of a group": ["name", "city", "pay"],
    }.items():
        person = shown.people[who]
        found = house.client.get(f"{EXPLORE}/{shown.dataset_id}", headers=person.headers).json()
        assert [field["name"] for field in found["fields"]] == names
        for name in {"name", "city", "pay"} - set(names):
            assert house.records(shown.dataset_id, person, where=f"{name} is not null").status_code == 400
