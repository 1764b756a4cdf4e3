"""Themes and licences in the metadata of datasets."""

from typing import Any

import pytest
from tests.dialects.automation.describing import NOT_FOUND, UNSET, get, local, new_term, put
from tests.dialects.automation.support import call, detail
from tests.support.house import EXPLORE, House

from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Vocabulary
from colonnade.core.work import SYSTEM


@pytest.fixture
def uid(house: House) -> str:
    """A new dataset."""
    found: str = house.create()["uid"]
    return found


@pytest.fixture
def theme(house: House) -> tuple[str, str]:
    """The id of a new theme, and its name."""
    return new_term(house, Vocabulary.THEME)


def test_a_theme_is_set_by_id_by_its_copy_or_by_name(house: House, uid: str, theme: tuple[str, str]) -> None:
    theme_id, name = theme
    other_id, other = new_term(house, Vocabulary.THEME)

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
    other_id, other = new_term(house, Vocabulary.THEME)
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
    other_id, other = new_term(house, Vocabulary.THEME)
    put(house, uid, "internal/theme_id/", {"value": [theme_id, other_id]})
    assert get(house, uid, "default/theme/") == local([name, other])
    put(house, uid, "internal/theme_id/", {"value": [theme_id]})
    assert put(house, uid, "default/publisher/", {"value": "Somebody"}) == local("Somebody")
    assert get(house, uid, "default/theme/") == local([name])
    assert detail(
        call(house, "PUT", f"/datasets/{uid}/metadata/default/", json={"title": "x", "theme_id": ["zzz"]})
    ) == {"default": {"theme_id": ["The portal has no theme with this id."]}}


def test_a_new_dataset_can_have_a_licence_and_readers_get_its_address(house: House) -> None:
    licence_id, name = new_term(house, Vocabulary.LICENCE, url="https://example.org/licence")
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
    licence_id, licence = new_term(house, Vocabulary.LICENCE, url="https://example.org/text")
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
