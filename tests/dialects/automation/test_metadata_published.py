"""What readers see of metadata, and when."""

from typing import Any

from tests.dialects.automation.describing import get, put
from tests.dialects.automation.support import call
from tests.support.house import EXPLORE, House


def test_readers_see_edits_after_the_next_publication(house: House) -> None:
    made = house.published("a\n1\n")
    uid, name = made["uid"], made["dataset_id"]

    def read() -> Any:
        return house.client.get(f"{EXPLORE}/{name}").json()["metas"]["default"]["publisher"]

    put(house, uid, "default/publisher/", {"value": "A city"})
    assert read() is None
    assert call(house, "POST", f"/datasets/{uid}/publish_metadata/").status_code == 200
    assert read() == "A city"
    put(house, uid, "default/publisher/", {"value": "A village"})
    assert read() == "A city"
    house.publish(uid)
    assert read() == "A village"


def test_readers_are_shown_the_templates_that_are_meant_for_them_and_ask_about_dcat(house: House) -> None:
    metadata = {
        "default": {"title": "Shown", "timezone": "Europe/Paris", "attributions": ["A"], "theme": "Free"},
        "dcat": {"creator": "Grace Hopper", "issued": "2019-12-31"},
        "custom": {"cost": 12.5},
        "admin": {"secret": 1},
        "visualization": {"map_disabled": True},
        "asset_content_configuration": {"records_search_boosts": {"a": 2}},
        "internal": {"draft": False},
    }
    name = house.published("a\n1\n", metadata=metadata)["dataset_id"]
    metas = house.client.get(f"{EXPLORE}/{name}").json()["metas"]
    assert set(metas) == {"default", "dcat", "custom"}
    assert metas["dcat"] == {"creator": "Grace Hopper", "issued": "2019-12-31"}
    assert metas["custom"] == {"cost": 12.5}
    default = metas["default"]
    assert (default["timezone"], default["attributions"], default["theme"], default["references"]) == (
        "Europe/Paris",
        ["A"],
        ["Free"],
        None,
    )
    params = {"where": "dcat.creator = 'Grace Hopper'", "select": "dataset_id, dcat.issued"}
    assert house.client.get(EXPLORE, params=params).json()["results"] == [
        {"dataset_id": name, "dcat.issued": "2019-12-31"}
    ]
    for where in ("admin.secret = 1", "internal.draft = false", "theme_id is null"):
        assert house.client.get(EXPLORE, params={"where": where}).status_code == 400


def test_modified_moves_as_its_switches_say(house: House) -> None:
    made = house.published("a\n1\n")
    uid, long_ago = made["uid"], "2001-01-01T00:00:00Z"
    base = f"/datasets/{uid}"

    def modified() -> Any:
        draft = get(house, uid, "default/modified/")["value"]
        read = house.client.get(f"{EXPLORE}/{made['dataset_id']}").json()["metas"]["default"]["modified"]
        return draft if draft.replace("Z", "+00:00") == read else (draft, read)

    def publish_metadata(**fields: Any) -> None:
        for name, value in fields.items():
            put(house, uid, f"default/{name}/", {"value": value})
        assert call(house, "POST", f"{base}/publish_metadata/").status_code == 200

    publish_metadata(modified=long_ago, publisher="One")
    house.publish(uid)
    assert modified() == long_ago
    publish_metadata(modified_updates_on_data_change=True)
    assert modified() == long_ago
    house.publish(uid)
    assert modified() > "2026"
    publish_metadata(modified=long_ago, modified_updates_on_data_change=False)
    assert modified() == long_ago
    publish_metadata(modified_updates_on_metadata_change=True)
    assert modified() > "2026"
    publish_metadata(modified=long_ago)
    assert modified() == long_ago
    publish_metadata(publisher="Two")
    assert modified() > "2026"


AIRPORTS = 'code,place\nCDG,"49.0097, 2.5479"\nNCE,"43.6584, 7.2159"\nGVA,"46.2381, 6.1089"\n'


def test_geographic_codes_are_found_at_each_publication_while_that_is_asked(house: House) -> None:
    default = {"title": "Airports", "geographic_reference_auto": True}
    made = house.create(metadata={"default": default})
    uid, code = made["uid"], "default/geographic_reference/"
    house.add_csv(uid, AIRPORTS)
    placed = {"type": "type", "field": "place", "type_param": "geo_point_2d"}
    assert call(house, "POST", f"/datasets/{uid}/fields/", json=placed).status_code == 201
    house.publish(uid)

    def read() -> Any:
        shown = house.client.get(f"{EXPLORE}/{made['dataset_id']}").json()["metas"]["default"]
        return shown["geographic_reference"]

    assert read() == get(house, uid, code)["value"] == ["world_ch", "world_fr"]
    where = {"select": "dataset_id", "where": "geographic_reference = 'world_ch' and title = 'Airports'"}
    answer = house.client.get(EXPLORE, params=where)
    assert answer.json()["results"] == [{"dataset_id": made["dataset_id"]}]
    house.add_csv(uid, 'code,place\nFRA,"50.0264, 8.5431"\n')
    house.publish(uid)
    assert read() == ["world_ch", "world_de", "world_fr"]
    put(house, uid, "default/geographic_reference_auto/", {"value": False})
    put(house, uid, code, {"value": ["world_it"]})
    house.publish(uid)
    assert read() == get(house, uid, code)["value"] == ["world_it"]
    put(house, uid, "default/geographic_reference_auto/", {"value": True})
    house.restrict(uid, is_restricted=False, filter_query="code = 'CDG'")
    house.publish(uid)
    assert read() == ["world_it"], "where hidden records are is not told"


def test_what_may_be_executed_reaches_publishers_alone(house: House) -> None:
    evil = "<p onclick='x()'>Hi<script>alert(1)</script> <a href='javascript:x()'>there</a></p>"
    default = {"title": {"value": "Evil"}, "description": {"value": evil}}
    made = house.published("a\n1\n", metadata={"default": default})
    assert made["metadata"]["default"]["description"]["value"] == evil
    path = f"{EXPLORE}/{made['dataset_id']}"
    shown = house.client.get(path).json()["metas"]["default"]["description"]
    assert shown == '<p>Hi <a rel="noopener noreferrer">there</a></p>'
    params = {"select": "description", "where": f"dataset_id = '{made['dataset_id']}'"}
    assert house.client.get(EXPLORE, params=params).json()["results"] == [{"description": shown}]
