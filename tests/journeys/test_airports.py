"""A publisher makes a geo dataset of a plain file by HTTP, and changes it; readers follow."""

from typing import Any

import pytest
from tests.support.house import AUTOMATION, EXPLORE, House

AIRPORTS = """faa,name,lat,lon,alt,tz,opened,tzone
EWR,Newark Liberty Intl,40.6925,-74.168667,18,-5,10/01/1928,America/New_York
JFK,John F Kennedy Intl,40.639751,-73.778925,13,-5,07/01/1948,America/New_York
LAX,Los Angeles Intl,33.942536,-118.408075,126,-8,soon,America/Los_Angeles
LGA,La Guardia,40.777245,-73.872608,22,-5,10/15/1939,America/New_York
SEA,Seattle Tacoma Intl,47.449,-122.309306,433,-8,07/09/1949,America/Los_Angeles
ZZZ,Closed for good,,,,,,
"""

PROCESSORS: tuple[dict[str, Any], ...] = (
    {"type": "skip_record", "field": "faa", "value": "ZZZ"},
    {"type": "date_normalizer", "field": "opened", "date_format": "%m/%d/%Y"},
    {"type": "create_geopoint", "latitude": "lat", "longitude": "lon", "output_field": "geo_point"},
)
FIELDS: tuple[dict[str, Any], ...] = (
    {"type": "rename", "from_name": "faa", "to_name": "code", "field_label": "FAA code"},
    {"type": "annotate", "field": "code", "annotation": "id"},
    {"type": "type", "field": "alt", "type_param": "double"},
    {"type": "annotate", "field": "alt", "annotation": "unit", "args": ["ft"]},
    {"type": "annotate", "field": "alt", "annotation": "decimals", "args": [0]},
    {"type": "type", "field": "tz", "type_param": "text"},
    {"type": "annotate", "field": "tzone", "annotation": "hierarchical", "args": ["/"]},
    {"type": "annotate", "field": "tzone", "annotation": "facet"},
    {"type": "annotate", "field": "tz", "annotation": "facet"},
    {"type": "annotate", "field": "tz", "annotation": "disjunctive"},
    {"type": "annotate", "field": "tz", "annotation": "facetsort", "args": ["alphanum"]},
    {"type": "description", "field": "name", "description": "As its operator calls it"},
    {"type": "delete", "field": "lat"},
    {"type": "delete", "field": "lon"},
    {"type": "order", "order": ["name", "code", "geo_point"]},
)


def _send(house: House, method: str, path: str, body: Any = None) -> Any:
    url = f"{AUTOMATION}/datasets/{path}"
    answer = house.client.request(method, url, json=body, headers=house.admin.headers)
    assert answer.status_code in {200, 201, 204}, answer.text
    return answer.json() if answer.content else None


def _explore(house: House, path: str, **params: Any) -> Any:
    answer = house.client.get(f"{EXPLORE}/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def status(house: House) -> dict[str, Any]:
    """Of the airports, once they are published."""
    uid = house.create(dataset_id="airports")["uid"]
    house.add_csv(uid, AIRPORTS)
    for body in PROCESSORS:
        _send(house, "POST", f"{uid}/processors/", body)
    for body in FIELDS:
        _send(house, "POST", f"{uid}/fields/", body)
    return house.publish(uid)


def test_readers_see_places_types_and_names(house: House, status: dict[str, Any]) -> None:
    assert (status["status"], status["is_published"]) == ("idle", True)
    shown = _explore(house, "airports")
    assert "geo" in shown["features"]
    fields = {one["name"]: one for one in shown["fields"]}
    assert list(fields) == ["name", "code", "geo_point", "alt", "tz", "opened", "tzone"]
    assert [one["type"] for one in shown["fields"]] == [
        "text",
        "text",
        "geo_point_2d",
        "double",
        "text",
        "date",
        "text",
    ]
    assert fields["code"]["label"] == "FAA code"
    assert fields["name"]["description"] == "As its operator calls it"
    assert {name: one["annotations"] for name, one in fields.items() if one["annotations"]} == {
        "code": {"id": []},
        "alt": {"unit": ["ft"], "decimals": [0]},
        "tz": {"facet": [], "facetsort": ["alphanum"], "disjunctive": []},
        "tzone": {"hierarchical": ["/"], "facet": []},
    }
    records = _explore(house, "airports/records", order_by="code")
    assert records["total_count"] == 5
    assert records["results"][0] == {
        "name": "Newark Liberty Intl",
        "code": "EWR",
        "geo_point": {"lon": -74.168667, "lat": 40.6925},
        "alt": 18.0,
        "tz": "-5",
        "opened": "1928-10-01",
        "tzone": "America/New_York",
    }


def test_what_a_step_could_not_do_is_told_of_its_record(house: House, status: dict[str, Any]) -> None:
    (fault,) = status["records_errors"]
    assert set(fault) == {"record_id", "field_uid", "processor_uid", "message"}
    processors = _send(house, "GET", "airports/processors/")["results"]
    assert fault["processor_uid"] == processors[1]["uid"]
    assert (fault["field_uid"], "soon" in fault["message"]) == ("opened", True)
    record = _explore(house, f"airports/records/{fault['record_id']}")
    assert (record["code"], record["opened"]) == ("LAX", None)
    assert status["params"]["report"]["records_errors_count"] == 1


def test_facets_come_as_they_were_declared(house: House, status: dict[str, Any]) -> None:
    found = _explore(house, "airports/facets")["facets"]
    assert [one["name"] for one in found] == ["tzone", "tz"]
    assert [(one["value"], one["count"]) for one in found[0]["facets"]] == [("America", 5)]
    assert [(one["value"], one["count"]) for one in found[1]["facets"]] == [("-5", 3), ("-8", 2)]
    opened = _explore(house, "airports/facets", refine="tzone:America")["facets"][0]["facets"][0]
    assert [one["value"] for one in opened["facets"]] == ["America/New_York", "America/Los_Angeles"]
    both = _explore(house, "airports/records", refine=["tz:-5", "tz:-8"])
    assert both["total_count"] == 5


def test_steps_change_at_the_next_publish_and_records_keep_their_ids(
    house: House, status: dict[str, Any]
) -> None:
    def ids() -> dict[str, str]:
        rows = _explore(house, "airports/records", include_app_metas="true")["results"]
        return {one["code"]: one["_id"] for one in rows}

    before = ids()
    skip = _send(house, "GET", "airports/processors/")["results"][0]
    _send(house, "PUT", f"airports/processors/{skip['uid']}/", {**skip, "value": "SEA"})
    for one in _send(house, "GET", "airports/fields/")["results"]:
        if one.get("field") == "tz" and one["type"] == "annotate":
            _send(house, "DELETE", f"airports/fields/{one['uid']}/")
    assert ids() == before
    assert house.publish("airports")["status"] == "idle"
    after = ids()
    assert set(after) == {"EWR", "JFK", "LAX", "LGA", "ZZZ"}
    assert all(after[code] == before[code] for code in set(after) & set(before))
    assert [one["name"] for one in _explore(house, "airports/facets")["facets"]] == ["tzone"]
    tz = next(one for one in _explore(house, "airports")["fields"] if one["name"] == "tz")
    assert tz["annotations"] == {}
