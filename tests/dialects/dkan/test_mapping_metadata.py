"""Fields of a dataset that are metadata at every other door, both ways (sections 7.1 and 12.1 of the reference)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.dialects.dkan.catalogues import action, got
from tests.dialects.dkan.support import Cast, Client
from tests.support.house import AUTOMATION, House

from colonnade.core.nodes import owners
from colonnade.core.nodes import service as nodes

EXPLORE = "/api/explore/v2.1/catalog"
WKT = "POLYGON ((8 47, 9 47, 9 48, 8 48, 8 47))"
BOX = ("west", 5.5, "south", 45.0, "east", 10.0, "north", 48)


def und(*values: str, key: str = "value") -> dict[str, Any]:
    return {"und": [{key: value} for value in values]}


def _pairs(**values: str) -> dict[str, Any]:
    return {"und": [{"first": first, "second": second} for first, second in values.items()]}


def _extent(sides: tuple[Any, ...]) -> dict[str, Any]:
    names = zip(sides[::2], sides[1::2], strict=True)
    return {f"extend_bounding_box_{_axis(side)}": value for side, value in names}


def _axis(side: str) -> str:
    return f"{side}bound_{'longitude' if side in {'west', 'east'} else 'latitude'}"


@dataclass(frozen=True)
class Field:
    """`sent`: what is said here; `made`: the metadata of it. `edited`: metadata that another door sets; `shown`: what is
    shown here of them. `key`: of data.json, and what stands there before and after."""

    name: str
    sent: dict[str, Any]
    template: str
    made: Mapping[str, Any]
    edited: Mapping[str, Any]
    shown: Mapping[str, Any]
    key: str
    told: tuple[object, object]

    def __str__(self) -> str:
        return self.name


def _text(name: str, field: str, key: str, *, label: str = "value", template: str = "custom") -> Field:
    one, two = "http://example.org/one", "http://example.org/two"
    shown = {"url": two, "title": None} if label == "url" else {"value": two}
    return Field(name, und(one, key=label), template, {field: one}, {field: two}, shown, key, (one, two))


FIELDS = [
    _text("field_rights", "rights", "rights"),
    _text("field_landing_page", "landing_page", "landingPage", label="url"),
    _text("field_data_dictionary", "data_dictionary", "describedBy"),
    _text("field_data_dictionary_type", "data_dictionary_type", "describedByType"),
    _text("field_is_part_of", "is_part_of", "isPartOf"),
    _text("field_conforms_to", "conforms_to", "conformsTo", label="url", template="dcat"),
    Field(
        "field_public_access_level",
        und("restricted"),
        "dcat",
        {"accessRights": "RESTRICTED"},
        {"accessRights": "http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC"},
        {"value": "private"},
        "accessLevel",
        ("restricted public", "non-public"),
    ),
    Field(
        "field_spatial",
        und(WKT, key="wkt"),
        "inspire",
        _extent(("west", 8, "south", 47, "east", 9, "north", 48)),
        _extent(BOX),
        {"geo_type": "polygon", "left": "5.5", "bottom": "45", "right": "10", "top": "48"},
        "spatial",
        ("8.0,47.0,9.0,48.0", "5.5,45.0,10.0,48.0"),
    ),
    Field(
        "field_additional_info",
        _pairs(Colour="green", Size="12"),
        "custom",
        {"additional_info": {"Colour": "green", "Size": "12"}},
        {"additional_info": {"Colour": "red", "More": {"not": "a text"}}},
        {"first": "Colour", "second": "red"},
        "",
        (None, None),
    ),
    Field(
        "field_odfe_bureau_code",
        und("015:11", "015:12"),
        "custom",
        {"bureau_code": ["015:11", "015:12"]},
        {"bureau_code": ["010:86"]},
        {"value": "010:86"},
        "bureauCode",
        (["015:11", "015:12"], ["010:86"]),
    ),
    Field(
        "field_odfe_data_quality",
        und("1"),
        "custom",
        {"data_quality": True},
        {"data_quality": False},
        {"value": "0"},
        "dataQuality",
        (True, False),
    ),
    Field(
        "field_pod_theme",
        und("Water"),
        "custom",
        {"pod_theme": ["Water"]},
        {"pod_theme": "Air"},
        {"value": "Air"},
        "theme",
        (["Water"], ["Air"]),
    ),
]
EACH = [pytest.param(one, id=f"dkan-7.1-{one.name}-metadata") for one in FIELDS]


@dataclass(frozen=True)
class Seen:
    """A dataset as it is seen: the node, its metadata in Explore, its entries in this data.json and in Explore's."""

    node: Mapping[str, Any]
    metas: Mapping[str, Mapping[str, Any]]
    told: tuple[Mapping[str, Any], Mapping[str, Any]]
    extras: list[Any]


@dataclass(frozen=True)
class Twice:
    made: Seen
    edited: Seen


def _seen(house: House, client: Client, nid: str) -> Seen:
    node = client.shown(f"/node/{nid}")
    slug = node["path"].rpartition("/")[2]
    metas = house.client.get(f"{EXPLORE}/datasets/{slug}").json()["metas"]
    (here,) = got(client, "/data.json", identifier=node["uuid"]).json()["dataset"]
    listed = house.client.get(f"{EXPLORE}/exports/data.json", params={"where": f"dataset_id='{slug}'"})
    (there,) = listed.json()["dataset"]
    (package,) = action(client, "package_show", id=node["uuid"])
    return Seen(node, metas, (here, there), package["extras"])


def _uid(house: House, slug: str) -> str:
    found = house.client.get(
        f"{AUTOMATION}/datasets/", params={"limit": 100}, headers=house.admin.headers
    ).json()
    (uid,) = (one["uid"] for one in found["results"] if one["dataset_id"] == slug)
    return str(uid)


@pytest.fixture(scope="module")
def twice(house: House, people: Cast) -> Twice:
    """A dataset as it was made here, and after Automation changed each of the fields."""
    nid = people.creator.node("dataset", "Told everywhere", **{one.name: one.sent for one in FIELDS})
    made = _seen(house, people.stranger, nid)
    uid = _uid(house, made.node["path"].rpartition("/")[2])
    for one in FIELDS:
        owner = {"data_owner": "Ada"} if one.name == "field_additional_info" else {}
        for name, value in {**one.edited, **owner}.items():
            path = f"{AUTOMATION}/datasets/{uid}/metadata/{one.template}/{name}/"
            answer = house.client.put(path, json={"value": value}, headers=house.admin.headers)
            assert answer.status_code == 200, answer.text
    path = f"{AUTOMATION}/datasets/{uid}/publish_metadata/"
    answer = house.client.post(path, headers=house.admin.headers)
    assert answer.status_code == 200, answer.text
    house.settled(uid)
    return Twice(made, _seen(house, people.stranger, nid))


@pytest.mark.parametrize("field", EACH)
def test_what_is_said_here_is_metadata(twice: Twice, field: Field) -> None:
    metas = twice.made.metas[field.template]
    assert {name: metas[name] for name in field.made} == field.made
    if field.key:
        assert [one[field.key] for one in twice.made.told] == [field.told[0]] * 2


@pytest.mark.parametrize("field", EACH)
def test_what_another_door_sets_is_shown_here(twice: Twice, field: Field) -> None:
    (item,) = twice.edited.node[field.name]["und"]
    assert {name: item[name] for name in field.shown} == field.shown
    if field.key:
        assert [one[field.key] for one in twice.edited.told] == [field.told[1]] * 2


def test_packages_have_the_extras_of_the_metadata(twice: Twice) -> None:
    green, size, red = ("Colour", "green"), ("Size", "12"), ("Colour", "red")
    owner = ("data_owner", "Ada")
    for seen, pairs in ((twice.made, (green, size)), (twice.edited, (red, owner))):
        assert seen.extras == [{"key": key, "value": value} for key, value in pairs]


def test_what_is_sent_back_changes_nothing_and_what_is_emptied_is_gone(house: House, people: Cast) -> None:
    nid = people.creator.node("dataset", "To be emptied", **{one.name: one.sent for one in FIELDS})
    before = _seen(house, people.stranger, nid)
    assert people.creator.put(f"/node/{nid}", dict(before.node)).status_code == 200
    after = _seen(house, people.stranger, nid)
    assert after.metas["custom"] == before.metas["custom"]
    assert people.creator.put(f"/node/{nid}", {one.name: [] for one in FIELDS}).status_code == 200
    empty = _seen(house, people.stranger, nid)
    for one in FIELDS:
        assert empty.node.get(one.name, []) == [], one.name
        assert {empty.metas.get(one.template, {}).get(name) for name in one.made} == {None}, one.name


FOREIGN: Mapping[str, Mapping[str, Any]] = {
    "dcat": {
        "accessRights": "http://publications.europa.eu/resource/authority/access-right/RESTRICTED",
        "temporal": "2010-01-01/2011",
    },
    "inspire": _extent(("west", 5.123456789012345, "south", 45, "east", 10.5, "north", 47)),
    "custom": {
        "rights": 5,
        "pod_theme": ["a", 1, {"x": 1}],
        "bureau_code": "one",
        "additional_info": {"a": ["", "c"], "": "b", "d": {"e": 1}},
    },
}
"""Metadata as no items make them."""


def _in_force(house: House, uid: str) -> dict[str, dict[str, Any]]:
    path = f"{AUTOMATION}/datasets/{uid}/metadata/"
    found = house.client.get(path, headers=house.admin.headers).json()
    return {
        template: {name: value["value"] for name, value in fields.items() if name in FOREIGN[template]}
        for template, fields in found.items()
        if template in FOREIGN
    }


def test_what_other_doors_said_stays_until_something_else_is_said(house: House, people: Cast) -> None:
    nid = people.creator.node("dataset", "Said elsewhere", field_rights=und("x"))
    slug = people.creator.shown(f"/node/{nid}")["path"].rpartition("/")[2]
    uid = _uid(house, slug)
    path = f"{AUTOMATION}/datasets/{uid}/metadata"
    before = house.client.get(f"{path}/", headers=house.admin.headers).json()
    told = house.client.put(f"{path}/", json={**before, **FOREIGN}, headers=house.admin.headers)
    assert told.status_code == 200, told.text
    house.client.post(f"{AUTOMATION}/datasets/{uid}/publish_metadata/", headers=house.admin.headers)
    house.settled(uid)
    shown = people.creator.shown(f"/node/{nid}")
    pairs = [{"first": "a", "second": ""}, {"first": "a", "second": "c"}, {"first": "", "second": "b"}]
    assert shown["field_additional_info"]["und"] == pairs
    assert people.creator.put(f"/node/{nid}", {**shown, "title": "Another title"}).status_code == 200
    assert _in_force(house, uid) == FOREIGN
    off = people.creator.put(f"/node/{nid}", {"field_spatial": und("POINT (500 500)", key="wkt")})
    assert off.status_code == 406
    said = {"field_additional_info": {"und": [*pairs, {"first": "f", "second": "g"}]}}
    assert people.creator.put(f"/node/{nid}", said).status_code == 200
    more = {"additional_info": {"a": ["", "c"], "": "b", "f": "g"}}
    assert _in_force(house, uid) == {**FOREIGN, "custom": {**FOREIGN["custom"], **more}}


def test_an_area_in_words_comes_before_a_box(house: House, people: Cast) -> None:
    area = {"field_spatial": und(WKT, key="wkt"), "field_spatial_geographical_cover": und("Zürich")}
    here, _ = _seen(house, people.stranger, people.creator.node("dataset", "Two areas", **area)).told
    assert here["spatial"] == "Zürich"


def test_the_body_of_a_group_is_its_description(house: House, people: Cast) -> None:
    body = {"und": [{"value": "All <b>trees</b>", "summary": "Trees", "format": "html"}]}
    nid = people.manager.node("group", "Parks", body=body)
    (item,) = people.stranger.shown(f"/node/{nid}")["body"]["und"]
    assert (item["value"], item["summary"]) == ("All <b>trees</b>", "Trees")
    with house.running.portal.writing(house.actor(house.admin)) as work:
        group_id = nodes.readable(work, int(nid)).node.group_id
        assert group_id is not None
        owners.describe_group(work, group_id, "Parks alone")
    (item,) = people.stranger.shown(f"/node/{nid}")["body"]["und"]
    assert (item["value"], item["summary"]) == ("Parks alone", "")
    assert people.manager.put(f"/node/{nid}", {"body": []}).status_code == 200
    assert people.stranger.shown(f"/node/{nid}")["body"] == []
