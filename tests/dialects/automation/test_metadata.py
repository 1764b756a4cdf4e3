"""Metadata of datasets (section 2.11 of the reference): whole, by template, by value."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.automation.support import call, cast, detail
from tests.support.house import EXPLORE, House

from colonnade.core.datasets.templates import TEMPLATES, VISUALIZATION, ValueType
from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Vocabulary
from colonnade.core.work import SYSTEM

NOT_FOUND = {"error_code": "not_found", "message": "Not found."}
UNSET = {"value": None, "remote_value": None, "override_remote_value": False}
_names = itertools.count(1)


def local(value: Any) -> dict[str, Any]:
    return {**UNSET, "value": value}


@pytest.fixture
def uid(house: House) -> str:
    """A new dataset."""
    found: str = house.create()["uid"]
    return found


@pytest.fixture
def theme(house: House) -> tuple[str, str]:
    """The id of a new theme, and its name."""
    return _term(house, Vocabulary.THEME)


def _term(house: House, vocabulary: Vocabulary, **options: Any) -> tuple[str, str]:
    name = f"{vocabulary.value} {next(_names)}"
    with house.running.portal.writing(SYSTEM) as work:
        return terms.add(work, vocabulary, {"en": name, "fr": f"{name} (fr)"}, **options).uid, name


def get(house: House, uid: str, path: str = "") -> Any:
    answer = call(house, "GET", f"/datasets/{uid}/metadata/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(house: House, uid: str, path: str, body: Any) -> Any:
    answer = call(house, "PUT", f"/datasets/{uid}/metadata/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def values(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one["value"] for name, one in fields.items()}


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


def test_a_theme_is_set_by_id_by_its_copy_or_by_name(house: House, uid: str, theme: tuple[str, str]) -> None:
    theme_id, name = theme
    other_id, other = _term(house, Vocabulary.THEME)

    def said() -> tuple[Any, Any, Any]:
        found = get(house, uid)
        default, internal = found["default"], found.get("internal", {})
        ids, copies = internal.get("theme_id", UNSET), default.get("theme_id", UNSET)
        return ids["value"], copies["value"], default.get("theme", UNSET)["value"]

    put(house, uid, "internal/theme_id/", {"value": [theme_id]})
    assert said() == ([theme_id], [theme_id], [name])
    put(house, uid, "default/theme_id/", {"value": other_id})
    assert said() == ([other_id], [other_id], [other])
    put(house, uid, "default/theme/", {"value": [other.upper(), f"{name} (FR)"]})
    assert said() == ([other_id, theme_id], [other_id, theme_id], [other, name])
    put(house, uid, "default/theme/", {"value": [name, "Free text"]})
    assert said() == (None, None, [name, "Free text"])
    put(house, uid, "internal/", {"theme_id": {"value": [other_id]}, "draft": {"value": False}})
    assert said() == ([other_id], [other_id], [other])
    put(house, uid, "default/", {"title": {"value": "No theme said"}})
    assert said() == ([other_id], [other_id], [other])
    put(house, uid, "internal/", {"draft": {"value": False}})
    assert said() == (None, None, None)
    put(house, uid, "internal/theme_id/", {"value": [theme_id]})
    put(house, uid, "default/theme/", {"value": None})
    assert said() == (None, None, None)
    for place in ("default/theme/", "default/theme_id/", "internal/theme_id/"):
        put(house, uid, "internal/theme_id/", {"value": [theme_id]})
        assert call(house, "DELETE", f"/datasets/{uid}/metadata/{place}").status_code == 204
        assert said() == (None, None, None), place


def test_of_a_whole_object_that_comes_back_the_part_that_was_changed_counts(
    house: House, uid: str, theme: tuple[str, str]
) -> None:
    theme_id, name = theme
    other_id, other = _term(house, Vocabulary.THEME)
    put(house, uid, "internal/theme_id/", {"value": [theme_id]})
    whole = get(house, uid)
    for template, field, value in (
        ("default", "theme", [other]),
        ("internal", "theme_id", [theme_id]),
        ("default", "theme_id", [other_id]),
    ):
        whole[template][field]["value"] = value
        whole = put(house, uid, "", whole)
        expected = ([other_id], [other]) if other in value or other_id in value else ([theme_id], [name])
        assert (whole["internal"]["theme_id"]["value"], whole["default"]["theme"]["value"]) == expected
    del whole["internal"]["theme_id"], whole["default"]["theme_id"]
    whole["default"]["theme"]["value"] = [name]
    assert put(house, uid, "", whole)["internal"]["theme_id"]["value"] == [theme_id]


def test_a_theme_that_left_the_portal_stays_with_its_datasets(
    house: House, uid: str, theme: tuple[str, str]
) -> None:
    theme_id, name = theme
    put(house, uid, "internal/theme_id/", {"value": [theme_id]})
    with house.running.portal.writing(SYSTEM) as work:
        terms.remove(work, Vocabulary.THEME, theme_id)
    whole = get(house, uid)
    assert put(house, uid, "", whole) == whole
    assert put(house, uid, "default/publisher/", {"value": "Somebody"}) == local("Somebody")
    assert get(house, uid, "default/theme/") == local([name])
    assert detail(
        call(house, "PUT", f"/datasets/{uid}/metadata/default/", json={"title": "x", "theme_id": ["zzz"]})
    ) == {"default": {"theme_id": ["The portal has no theme with this id."]}}


def test_a_new_dataset_can_have_a_licence_and_readers_get_its_address(house: House) -> None:
    licence_id, name = _term(house, Vocabulary.LICENCE, url="https://example.org/licence")
    default = {"title": {"value": "Licensed"}, "license": {"value": name}}
    made = house.published("a\n1\n", metadata={"default": default})
    assert made["metadata"]["internal"] == {"license_id": local(licence_id)}
    assert made["metadata"]["default"]["license_id"] == local(licence_id)
    metas = house.client.get(f"{EXPLORE}/{made['dataset_id']}").json()["metas"]
    assert (metas["default"]["license"], metas["default"]["license_url"]) == (
        name,
        "https://example.org/licence",
    )
    assert "internal" not in metas
    assert "license_url" not in get(house, made["uid"], "default/")


def test_scripts_find_themes_and_licences_where_they_look_for_them(
    house: House, theme: tuple[str, str]
) -> None:
    licence_id, licence = _term(house, Vocabulary.LICENCE, url="https://example.org/text")
    for path in ("/api/management/v2/domain/", "/api/management/v2/domain"):
        answer = house.client.get(path, headers=house.person().headers)
        assert answer.status_code == 200
        properties = answer.json()["properties"]
        assert properties["metadata.themes"][-1] == {
            "id": theme[0],
            "labels": {"en": theme[1], "fr": f"{theme[1]} (fr)"},
        }
        assert properties["metadata.licenses"][-1] == {
            "id": licence_id,
            "labels": {"en": licence, "fr": f"{licence} (fr)"},
            "url": "https://example.org/text",
        }
    keyless = house.client.get("/api/management/v2/domain/")
    assert (keyless.status_code, keyless.json()["error_code"]) == (401, "unauthorized")
    unknown = house.client.get("/api/management/v2/datasets/", headers=house.admin.headers)
    assert (unknown.status_code, unknown.json()) == (404, NOT_FOUND)


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
        return draft if draft == read else (draft, read)

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


TEXT_VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT_VALUES
    | st.sampled_from(["en", "world", "Europe/Paris", "2024-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "field_name", "a"]) | TEXT_VALUES, inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [(template.name, field) for template in TEMPLATES.values() for field in template.fields]
PATHS = st.sampled_from([*FIELDS, *[("custom", "any"), ("admin", "any")] * 8])
NORMALISED = {ValueType.DATETIME, ValueType.FACETS, ValueType.LIST_OF_ONE_OR_MORE}
fuzz = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def fuzzed(house: House) -> str:
    found: str = house.create()["uid"]
    return found


@given(PATHS, JSON)
@fuzz
def test_any_value_is_refused_or_comes_back(
    house: House, fuzzed: str, path: tuple[str, str], value: Any
) -> None:
    template, field = path
    where = f"/datasets/{fuzzed}/metadata/{template}/{field}/"
    answer = call(house, "PUT", where, json={"value": value})
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:
        assert call(house, "GET", where).json() == answer.json()
        type_ = TEMPLATES[template].type_of(field)
        said_nothing = field in {"theme", "theme_id", "license", "license_id"}
        if type_ not in NORMALISED and not said_nothing:
            assert answer.json() == local(value)
    else:
        assert set(detail(answer)) == {"value"}


WHOLE = st.dictionaries(
    st.sampled_from([*TEMPLATES, "nope"]),
    JSON
    | st.dictionaries(
        st.sampled_from(sorted({field for _, field in FIELDS})) | TEXT_VALUES,
        JSON | st.fixed_dictionaries({"value": JSON}, optional={"override_remote_value": JSON}),
        max_size=4,
    ),
    max_size=4,
)


@given(JSON | WHOLE)
@fuzz
def test_no_body_breaks_the_door_and_what_is_kept_goes_back(house: House, fuzzed: str, body: Any) -> None:
    if isinstance(body, dict) and isinstance(body.get("default", {}), dict):
        body = {**body, "default": {**body.get("default", {}), "title": "x"}}
    path = f"/datasets/{fuzzed}/metadata/"
    answer = call(house, "PUT", path, json=body)
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:
        assert call(house, "GET", path).json() == answer.json()
        assert call(house, "PUT", path, json=answer.json()).json() == answer.json()


def test_the_visualization_has_its_thirty_nine_fields() -> None:
    assert len(TEMPLATES[VISUALIZATION].fields) == 39
