"""What the Explore door is asked about, and by whom."""

from dataclasses import dataclass
from typing import Any

import httpx2
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

FLIGHTS = """carrier,origin,delay,distance,day,departed,note,late
UA,EWR,2,1400.5,2013-01-01,2013-01-01T05:17:00Z,left on time,false
UA,LGA,4,1416.25,2013-01-01,2013-01-01T05:33:00+02:00,a little late,false
AA,JFK,2,1089,2013-01-02,2013-01-02T05:42:00Z,"clear, cold",false
B6,JFK,-1,1576,2013-01-02,,Éclair sky,false
DL,LGA,-6,762,2013-01-03,2013-01-03T05:54:00Z,,false
UA,EWR,120,719,2013-01-03,2013-01-03T06:54:00Z,snow storm,true
AA,EWR,45,719,2013-01-04,2013-01-04T06:54:00Z,snow,true
"""

PEOPLE = """name,city,salary
Ada,Paris,1111
Bob,Paris,2222
Cyd,London,3333
Dee,London,4444
Eve,Rome,5555
"""


@dataclass(frozen=True)
class Cast:
    """A dataset of people, restricted, and those who may see some of it. Strangers do not know of it.

    `parisians` see the rows of Paris without `salary`, `romans` see Rome's rows with all fields, `both` hold the two
    rulesets (one by a group), `blind` sees no records, `explorer` everything by a ruleset's permission, `inspector`
    everything portal-wide; `weak` is the inspector with a key that may not explore.
    """

    dataset_id: str
    uid: str
    parisian: Person
    roman: Person
    both: Person
    blind: Person
    explorer: Person
    inspector: Person
    weak: Person
    stranger: Person


def cast(house: House) -> Cast:
    made = house.published(PEOPLE, dataset_id="people", is_restricted=True)
    uid = made["uid"]
    roman, both, blind, explorer = (
        house.person(),
        house.person(groups=["Paris"]),
        house.person(),
        house.person(),
    )
    parisian = house.person(groups=["paris"])
    house.give_group(uid, "paris", filter_query="city = 'Paris'", visible_fields=["name", "city"])
    house.give(uid, roman, filter_query="city = 'Rome'")
    house.give(uid, both, filter_query="city = 'Rome'")
    house.give(uid, blind, is_data_visible=False)
    house.give(uid, explorer, ["explore_restricted_dataset"], filter_query="city = 'nowhere'")
    everything = ["explore_restricted_dataset"]
    return Cast(
        dataset_id=made["dataset_id"],
        uid=uid,
        parisian=parisian,
        roman=roman,
        both=both,
        blind=blind,
        explorer=explorer,
        inspector=house.person(everything),
        weak=house.person(everything, key_permissions=["create_page"]),
        stranger=house.person(),
    )


def get(house: House, path: str = "", person: Person = ANONYMOUS, **params: Any) -> httpx2.Response:
    """One request below the catalogue's datasets."""
    return house.client.get(f"{EXPLORE}{path}", params=params, headers=person.headers)


def error(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, code and message of an error; its body has nothing else."""
    body = answer.json()
    assert set(body) == {"error_code", "message"}, body
    return answer.status_code, body["error_code"], body["message"]
