"""Metadata of datasets (section 2.11 of the reference): whole, by template, by value."""

from typing import Any

import pytest
from tests.dialects.automation.describing import NOT_FOUND, UNSET, get, local, put
from tests.dialects.automation.support import call, cast, detail
from tests.support.house import House

from colonnade.core.datasets.templates import TEMPLATES, VISUALIZATION


@pytest.fixture
def uid(house: House) -> str:
    """A new dataset."""
    found: str = house.create()["uid"]
    return found


def test_a_new_dataset_has_a_title_a_language_a_date_and_no_switch_is_on(house: House) -> None:
    made = house.create(metadata={"default": {"title": {"value": "New"}}})
    found = get(house, made["uid"])
    assert found == made["metadata"]
    assert set(found) == {"default", "visualization"}
    assert found["default"]["title"] == local("New")
    assert set(found["default"]) == {"title", "language", "modified"}
    assert len(found["visualization"]) == 10
    assert all(one == local(value=False) for one in found["visualization"].values())


def test_all_metadata_are_replaced_and_what_is_left_out_is_deleted(house: House, uid: str) -> None:
    body = {
        "default": {"title": {"value": "Whole"}, "keyword": {"value": ["a", "b"]}, "publisher": "A city"},
        "dcat": {"creator": {"value": "Ada"}},
        "custom": {"cost": {"value": 12.5}, "tags": {"value": ["x", None, {"deep": [1]}]}},
        "visualization": {"map_disabled": {"value": True}},
        "internal": {"draft": {"value": False}},
    }
    found = put(house, uid, "", body)
    assert found == get(house, uid) == call(house, "GET", f"/datasets/{uid}/").json()["metadata"]
    switches = found.pop("visualization")
    assert switches["map_disabled"] == local(value=True)
    assert switches["analyze_disabled"] == local(value=False)
    assert found == {
        "default": {
            "title": local("Whole"),
            "keyword": local(["a", "b"]),
            "publisher": local("A city"),
        },
        "dcat": {"creator": local("Ada")},
        "custom": {"cost": local(12.5), "tags": local(["x", None, {"deep": [1]}])},
        "internal": {"draft": local(value=False)},
    }
    left = put(house, uid, "", {"default": {"title": {"value": "Less"}}})
    assert set(left) == {"default", "visualization"}
    assert left["default"] == {"title": local("Less")}
    assert left["visualization"]["map_disabled"] == local(value=False)


def test_whole_objects_go_back_as_they_came(house: House, uid: str) -> None:
    body = {"default": {"title": "Round", "modified": "2020-01-02T03:04:05Z"}, "custom": {"a": {"value": 1}}}
    found = put(house, uid, "", body)
    assert put(house, uid, "", found) == found
    for name, fields in found.items():
        assert put(house, uid, f"{name}/", fields) == fields
    assert get(house, uid) == found


def test_a_template_is_replaced_and_the_others_stay(house: House, uid: str) -> None:
    before = get(house, uid)
    assert put(house, uid, "dcat/", {"creator": {"value": "Ada"}, "issued": {"value": "2020-02-29"}}) == {
        "creator": local("Ada"),
        "issued": local("2020-02-29"),
    }
    assert put(house, uid, "dcat/", {"spatial": {"value": "Here"}}) == {"spatial": local("Here")}
    assert get(house, uid) == {**before, "dcat": {"spatial": local("Here")}}
    assert put(house, uid, "dcat/", {}) == {}
    assert get(house, uid) == before
    assert get(house, uid, "dcat/") == {}
    assert set(get(house, uid, "visualization/")) == set(before["visualization"])


def test_one_value_is_set_read_and_deleted(house: House, uid: str) -> None:
    path = "default/description/"
    assert get(house, uid, path) == UNSET
    assert put(house, uid, path, {"value": "<b>Bold</b>", "remote_value": "x", "other": 1}) == local(
        "<b>Bold</b>"
    )
    assert get(house, uid, path) == local("<b>Bold</b>")
    for _ in range(2):
        answer = call(house, "DELETE", f"/datasets/{uid}/metadata/{path}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert get(house, uid, path) == UNSET
    assert "description" not in get(house, uid, "default/")
    assert put(house, uid, path, {"value": None}) == UNSET


def test_paths_answer_without_their_final_slash(house: House, uid: str) -> None:
    base = f"/datasets/{uid}/metadata"
    assert call(house, "PUT", f"{base}/default/description", json={"value": "x"}).status_code == 200
    assert call(house, "GET", f"{base}/default/description").json() == local("x")
    assert call(house, "PUT", f"{base}/dcat", json={}).json() == {}
    assert call(house, "GET", f"{base}/dcat").json() == {}
    assert call(house, "PUT", base, json={"default": {"title": "x"}}).status_code == 200
    assert call(house, "GET", base).status_code == 200
    assert call(house, "DELETE", f"{base}/default/description").status_code == 204


@pytest.mark.parametrize("path", ["nope/", "default/nope/", "nope/title/", "custom/nope/", "admin/x/"])
def test_what_no_template_declares_is_not_found(house: House, uid: str, path: str) -> None:
    for method in ("GET", "DELETE") if path.count("/") > 1 else ("GET",):
        answer = call(house, method, f"/datasets/{uid}/metadata/{path}")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    if path.startswith(("nope", "default")):
        answer = call(house, "PUT", f"/datasets/{uid}/metadata/{path}", json={"value": 1})
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_a_portal_s_own_template_takes_any_field(house: House, uid: str) -> None:
    assert put(house, uid, "custom/new_label/", {"value": ["x"]}) == local(["x"])
    assert get(house, uid, "custom/") == {"new_label": local(["x"])}
    assert call(house, "DELETE", f"/datasets/{uid}/metadata/custom/new_label/").status_code == 204
    assert call(house, "GET", f"/datasets/{uid}/metadata/custom/new_label/").status_code == 404
    assert "custom" not in get(house, uid)


TEXT, TEXTS, BOOLEAN = "This must be a text.", "This must be a list of texts.", "This must be true or false."
REQUIRED = "This field is required"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"nope": {}}, {"nope": ["There is no metadata template of this name."]}),
        ({"default": []}, {"default": ["This must be an object of fields."]}),
        ({"default": {}}, {"default": {"title": [REQUIRED]}}),
        ({"default": {"title": {"value": " "}}}, {"default": {"title": [REQUIRED]}}),
        ({"default": {"title": {"remote_value": "x"}}}, {"default": {"title": [REQUIRED]}}),
        ({"default": {"title": {"value": ["x"]}}}, {"default": {"title": [TEXT]}}),
        (
            {"default": {"title": "x", "nope": 1, "keyword": "a, b", "publisher": ""}, "dcat": {"issued": 5}},
            {
                "default": {
                    "nope": ["This template has no such field."],
                    "keyword": [TEXTS],
                    "publisher": ["This may not be blank."],
                },
                "dcat": {"issued": [TEXT]},
            },
        ),
        (
            {"default": {"title": {"value": "x", "override_remote_value": "yes"}}},
            {"default": {"title": [f"override_remote_value: {BOOLEAN}"]}},
        ),
    ],
)
def test_each_template_and_field_that_is_wrong_is_named(
    house: House, uid: str, body: Any, expected: Any
) -> None:
    before = get(house, uid)
    if "default" not in body:
        body["default"] = {"title": "x"}
    assert detail(call(house, "PUT", f"/datasets/{uid}/metadata/", json=body)) == expected
    whole = call(house, "PUT", f"/datasets/{uid}/", json={"metadata": body})
    assert detail(whole) == {"metadata": expected}
    if set(expected) == {"default"}:
        part = call(house, "PUT", f"/datasets/{uid}/metadata/default/", json=body["default"])
        if isinstance(body["default"], dict):
            assert detail(part) == expected["default"]
        else:
            assert part.status_code == 400
    assert get(house, uid) == before


FACET = "asset_content_configuration/facets/"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("default/title/", None, [REQUIRED]),
        ("default/title/", "", [REQUIRED]),
        ("default/keyword/", "one", [TEXTS]),
        ("default/keyword/", ["a", 1], [TEXTS]),
        ("default/attributions/", {}, [TEXTS]),
        ("default/description/", 5, [TEXT]),
        ("default/references/", " ", ["This may not be blank."]),
        ("default/modified/", "yesterday", ["This must be a date and time, such as 2026-02-06T15:09:51Z."]),
        (
            "default/modified/",
            "0001-01-01T00:00:00+14:00",
            ["This must be a date and time, such as 2026-02-06T15:09:51Z."],
        ),
        ("default/modified_updates_on_data_change/", "true", [BOOLEAN]),
        (
            "default/language/",
            "tlh",
            ["This must be one of en, fr, nl, pt, it, ar, de, es, ca, eu, sv."],
        ),
        (
            "default/timezone/",
            "Europe/Atlantis",
            ["This must be the name of a time zone, such as Europe/Paris."],
        ),
        ("default/timezone/", 1, [TEXT]),
        (
            "default/geographic_reference/",
            ["world_FR"],
            ["These must be geographic codes, such as world, world_fr or fr_80_75056."],
        ),
        ("default/theme/", {"a": 1}, ["This must be a text or a list of texts."]),
        ("internal/theme_id/", ["none000"], ["The portal has no theme with this id."]),
        ("default/license_id/", "none000", ["The portal has no licence with this id."]),
        ("internal/draft/", 1, [BOOLEAN]),
        ("visualization/map_disabled/", 0, [BOOLEAN]),
        ("visualization/table_fields/", "a", [TEXTS]),
        ("visualization/image_tooltip_html/", 1, ["This must be a text or a list of texts."]),
        ("inspire/extend_bounding_box_westbound_longitude/", "4", ["This must be a number."]),
        ("inspire/extend_bounding_box_westbound_longitude/", True, ["This must be a number."]),
        ("dcat/created/", "soon", ["This must be a date, such as 2026-02-06."]),
        (FACET, {}, ["This must be a list of facets."]),
        (FACET, [{"field_name": "a"}, 5], {"1": ["This must be an object with a `field_name`."]}),
        (
            FACET,
            [{}, {"field_name": "a", "facetsort": "size", "disjunctive": 1, "timerange_filter": None}],
            {
                "0": {"field_name": [REQUIRED]},
                "1": {
                    "facetsort": ["This must be one of count, num, alphanum, -count, -num, -alphanum."],
                    "disjunctive": [BOOLEAN],
                },
            },
        ),
        (
            "asset_content_configuration/fields_displayed_in_specific_languages/",
            {"a": ["en", "de"], "b": [], "c": ["fr"]},
            {"a": ["This must be one of en, fr, nl."], "b": ["This list must not be empty."]},
        ),
        (
            "asset_content_configuration/records_search_boosts/",
            {"a": -1, "b": 1.5, "c": True, "d": 0},
            {key: ["This must be an integer that is not negative."] for key in "abc"},
        ),
        (
            "asset_content_configuration/records_search_boosts/",
            [],
            ["This must be an object with a key for each field."],
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_when_it_is_saved(
    house: House, uid: str, path: str, value: Any, expected: Any
) -> None:
    answer = call(house, "PUT", f"/datasets/{uid}/metadata/{path}", json={"value": value})
    assert detail(answer) == {"value": expected}


def test_a_value_needs_its_key_and_an_override_is_a_boolean(house: House, uid: str) -> None:
    path = f"/datasets/{uid}/metadata/default/publisher/"
    assert detail(call(house, "PUT", path, json={})) == {"value": [REQUIRED]}
    wrong = detail(call(house, "PUT", path, json={"value": "x", "override_remote_value": "yes"}))
    assert wrong == {"override_remote_value": ["Input should be a valid boolean"]}
    assert call(house, "PUT", path, json="bare").status_code == 400
    assert call(house, "PUT", path, content=b"{").json()["error_code"] == "bad_request"


@pytest.mark.parametrize(
    ("path", "value", "kept"),
    [
        ("default/modified/", "2026-02-06T15:09:51+02:00", "2026-02-06T13:09:51Z"),
        ("default/modified/", "2026-02-06T15:09:51", "2026-02-06T15:09:51Z"),
        ("default/modified/", "2026-02-06", "2026-02-06T00:00:00Z"),
        ("default/modified/", "2026-02-06T15:09:51.120Z", "2026-02-06T15:09:51.120Z"),
        ("default/modified/", "2026-02-06T15:09:51.120456Z", "2026-02-06T15:09:51.120456Z"),
        ("default/timezone/", "Europe/Zurich", "Europe/Zurich"),
        ("default/geographic_reference/", ["world_fr", "fr_80_75056"], ["world_fr", "fr_80_75056"]),
        ("default/theme/", "Free text", ["Free text"]),
        ("default/license/", "A licence of our own", "A licence of our own"),
        ("visualization/image_tooltip_html/", ["a"], ["a"]),
        ("visualization/image_tooltip_html/", "a", "a"),
        ("inspire/extend_bounding_box_westbound_longitude/", -4.5, -4.5),
        (
            FACET,
            [{"field_name": "a", "facetsort": "-count", "disjunctive": True, "foo": 1}, {"field_name": "b"}],
            [{"field_name": "a", "facetsort": "-count", "disjunctive": True}, {"field_name": "b"}],
        ),
        ("asset_content_configuration/records_search_boosts/", {"a": 0}, {"a": 0}),
        ("admin/secret/", {"any": ["thing"]}, {"any": ["thing"]}),
    ],
)
def test_what_a_type_takes_and_how_it_is_kept(
    house: House, uid: str, path: str, value: Any, kept: Any
) -> None:
    assert put(house, uid, path, {"value": value}) == local(kept)
    assert get(house, uid, path) == local(kept)


def test_a_dataset_keeps_its_title(house: House, uid: str) -> None:
    before = get(house, uid)
    answer = call(house, "DELETE", f"/datasets/{uid}/metadata/default/title/")
    assert detail(answer) == {"title": ["A dataset needs a title."]}
    assert detail(call(house, "PUT", f"/datasets/{uid}/metadata/default/", json={})) == {"title": [REQUIRED]}
    assert get(house, uid) == before


OPERATIONS = {
    "list all": ("GET", "", None, 200),
    "list template": ("GET", "default/", None, 200),
    "retrieve": ("GET", "default/title/", None, 200),
    "update all": ("PUT", "", {"default": {"title": "x"}}, 200),
    "update template": ("PUT", "dcat/", {}, 200),
    "update": ("PUT", "default/publisher/", {"value": "x"}, 200),
    "delete": ("DELETE", "default/publisher/", None, 204),
}
READERS = {"administrator", "holder of all", "portal editor", "editor", "publisher"}
KEYLESS = {"anonymous", "revoked key", "wrong key"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_caller_gets_what_the_permissions_say(house: House, uid: str, operation: str) -> None:
    method, path, body, allowed = OPERATIONS[operation]
    for who, person in cast(house, uid).items():
        answer = call(house, method, f"/datasets/{uid}/metadata/{path}", person, json=body)
        expected = allowed
        if who in KEYLESS:
            expected = 401
        elif who not in READERS:
            expected = 404
        elif who == "publisher" and method != "GET":
            expected = 403
        assert answer.status_code == expected, (who, answer.text)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_of_an_unknown_dataset_nothing_is_told(house: House, operation: str) -> None:
    method, path, body, _ = OPERATIONS[operation]
    answer = call(house, method, f"/datasets/da_zzzzzz/metadata/{path}", json=body)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_the_visualization_has_its_thirty_nine_fields() -> None:
    assert len(TEMPLATES[VISUALIZATION].fields) == 39
