"""Extractors, guesses, previews and downloads (section 2.5 of the reference)."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.dialects.automation.support import call, detail
from tests.formats.support import sheet_rows, workbook
from tests.support.house import ANONYMOUS, House, Person

SOURCE: Mapping[str, Any] = {"type": "uploaded_file", "file": {"uid": "towns.csv"}}
CONTENT = "name;size;open;at\nÅbo;7;true;10:30:00\n Nil;;false;\n"
PARAMETER = {"type", "is_mandatory", "name", "label", "description", "hidden", "can_create_field"} | {
    "impacts_guessed_parameters"
}


@pytest.fixture(scope="module")
def made(house: House) -> tuple[str, str]:
    """A dataset and its resource."""
    uid: str = house.create()["uid"]
    return uid, house.add_csv(uid, CONTENT, name="towns.csv", separator=";")


def _upload(house: House, uid: str, name: str, content: bytes, mimetype: str = "text/plain") -> str:
    answer = call(
        house, "POST", f"/datasets/{uid}/resources/files/", files={"file": (name, content, mimetype)}
    )
    assert answer.status_code == 201
    found: str = answer.json()["uid"]
    return found


@pytest.mark.parametrize("path", ["/extractors", "/extractors/"])
def test_extractors_are_a_bare_list_that_the_sdk_can_decode(house: House, path: str) -> None:
    found = call(house, "GET", path).json()
    assert {"csvfile", "excel", "jsonfile", "geojson", "xml", "shapefile"} <= {one["type"] for one in found}
    for one in found:
        assert set(one) == {"type", "label", "parameters"}
        for parameter in one["parameters"]:
            assert set(parameter) - {"default", "choices"} == PARAMETER
            assert isinstance(parameter.get("default", ""), str)
            assert all(isinstance(choice, str) for choice in parameter.get("choices", []))


def test_extractors_are_for_who_makes_or_edits_datasets(house: House, made: tuple[str, str]) -> None:
    editor = house.person()
    house.give(made[0], editor, ["edit_dataset"])
    expected: list[tuple[Person, int]] = [
        (house.person(["create_dataset"]), 200),
        (house.person(["edit_dataset"]), 200),
        (editor, 200),
        (house.person(), 403),
        (ANONYMOUS, 401),
    ]
    for person, status in expected:
        assert call(house, "GET", "/extractors/", person).status_code == status


def test_guesses_come_best_first_saved_or_not(house: House, made: tuple[str, str]) -> None:
    uid, resource = made
    base = f"/datasets/{uid}/resources"
    unsaved = call(house, "POST", f"{base}/guess_extractors", json={"datasource": SOURCE})
    assert unsaved.status_code == 200, unsaved.text
    assert unsaved.json()[0]["type"] == "csvfile"
    assert unsaved.json()[0]["parameters"]
    assert call(house, "GET", f"{base}/{resource}/guess_extractors/").json() == unsaved.json()


def test_parameters_are_found_in_the_file_in_every_spelling(house: House, made: tuple[str, str]) -> None:
    uid, resource = made
    base = f"/datasets/{uid}/resources"
    body = {"datasource": SOURCE, "type": "csvfile"}
    found = call(house, "POST", f"{base}/guess_extractor_params/", json=body).json()
    assert set(found) == {"extractor", "params"}
    assert found["extractor"] == "csvfile"
    assert found["params"]["separator"] == ";"
    for name in ("guess_extractors_params", "guess_extractor_params/"):
        assert call(house, "GET", f"{base}/{resource}/{name}").json() == found


def test_a_preview_shows_fields_and_records_and_stores_nothing(house: House, made: tuple[str, str]) -> None:
    uid, resource = made
    base = f"/datasets/{uid}/resources"
    saved = call(house, "GET", f"{base}/{resource}/preview/").json()
    assert [(one["name"], one["type"]) for one in saved["fields"]] == [
        ("name", "text"),
        ("size", "int"),
        ("open", "text"),
        ("at", "text"),
    ]
    keys = {"name", "label", "type", "description", "original_name", "annotations"}
    assert all(set(one) == keys for one in saved["fields"])
    assert saved["records"][0] == {"name": "Åbo", "size": 7, "open": "true", "at": "10:30:00"}
    assert saved["records"][1]["size"] is None
    body = {"datasource": SOURCE, "type": "csvfile", "params": {"separator": ";"}}
    assert call(house, "POST", f"{base}/preview", json=body).json() == saved
    without = call(house, "POST", f"{base}/preview/", json={**body, "params": None})
    assert without.json() == saved
    assert call(house, "GET", f"{base}/").json()["total_count"] == 1
    assert not list(house.running.portal.settings.scratch_folder.glob("look-*"))


def test_a_preview_has_twenty_records_at_most(house: House) -> None:
    uid = house.create()["uid"]
    resource = house.add_csv(uid, "a\n" + "1\n" * 1000)
    found = call(house, "GET", f"/datasets/{uid}/resources/{resource}/preview/").json()
    assert len(found["records"]) == 20


def test_values_of_a_json_file_are_shown_in_the_types_of_the_text(house: House) -> None:
    uid = house.create()["uid"]
    _upload(house, uid, "a.json", b'[{"tags": ["x", "y"], "o": {"k": 1}}]')
    body = {"type": "jsonfile", "datasource": {"file": {"uid": "a.json"}}}
    found = call(house, "POST", f"/datasets/{uid}/resources/preview/", json=body).json()
    tags, nested = found["fields"]
    assert tags["annotations"] == [{"name": "multivalued", "args": [";"]}]
    assert nested["type"] == "text"
    assert found["records"][0]["tags"] == "x;y"
    assert "".join(found["records"][0]["o"].split()) == '{"k":1}'


@pytest.mark.parametrize(
    ("operation", "body", "fields"),
    [
        ("guess_extractors", {}, ["datasource"]),
        ("guess_extractors", {"datasource": {"type": "ftp"}}, ["datasource"]),
        ("guess_extractors", {"datasource": {"file": {"uid": "none.csv"}}}, ["datasource"]),
        ("guess_extractor_params", {"datasource": SOURCE}, ["type"]),
        ("guess_extractor_params", {"datasource": SOURCE, "type": "nope"}, ["type"]),
        ("preview", {"datasource": SOURCE, "type": "nope"}, ["type"]),
        ("preview", {"datasource": SOURCE}, ["type"]),
        ("preview", {"datasource": SOURCE, "type": "parquet"}, ["datasource"]),
        ("preview", {"datasource": SOURCE, "type": "csvfile", "params": {"first_row_no": "x"}}, ["params"]),
        ("preview", {"datasource": {"type": "http"}, "type": "csvfile"}, ["datasource"]),
    ],
)
def test_a_wrong_question_is_told_field_by_field(
    house: House, made: tuple[str, str], operation: str, body: Any, fields: list[str]
) -> None:
    answer = call(house, "POST", f"/datasets/{made[0]}/resources/{operation}/", json=body)
    assert list(detail(answer)) == fields


def test_unknown_types_are_answered_with_the_known_ones(house: House, made: tuple[str, str]) -> None:
    path = f"/datasets/{made[0]}/resources/"
    wrong = detail(call(house, "POST", path, json={"type": "airtable", "datasource": SOURCE}))
    assert "csvfile" in wrong["type"][0]
    wrong = detail(call(house, "POST", path, json={"type": "csvfile", "datasource": {"type": "ftp"}}))
    assert "http, uploaded_file" in wrong["datasource"]["type"][0]


@pytest.mark.parametrize(
    "path", ["guess_extractors", "guess_extractors_params", "guess_extractor_params", "preview"]
)
def test_a_look_at_what_is_not_there_is_not_found(house: House, made: tuple[str, str], path: str) -> None:
    uid, resource = made
    for where in (f"/datasets/{uid}/resources/re_nobody", f"/datasets/da_nobody/resources/{resource}"):
        assert call(house, "GET", f"{where}/{path}/").status_code == 404


def test_a_resource_is_replaced_whole_and_shown_at_the_next_publish(house: House) -> None:
    made = house.published("a\n1\n")
    uid = made["uid"]
    path = f"/datasets/{uid}/resources/"
    one = call(house, "GET", path).json()["results"][0]
    _upload(house, uid, "other.csv", b"a;b\n1;2\n3;4\n")
    body = {"type": "csvfile", "title": "Other", "datasource": {"file": {"uid": "other.csv"}}}
    changed = call(house, "PUT", path + one["uid"], json=body)
    assert changed.status_code == 200, changed.text
    assert changed.json()["uid"] == one["uid"]
    assert changed.json()["title"] == "Other"
    assert changed.json()["params"]["separator"] == ";"
    assert changed.json()["datasource"]["file"] == {"uid": "other.csv"}
    assert house.records(made["dataset_id"]).json()["total_count"] == 1
    assert house.publish(uid)["status"] == "idle"
    assert house.records(made["dataset_id"]).json()["total_count"] == 2


def test_a_wrong_replacement_changes_nothing(house: House, made: tuple[str, str]) -> None:
    uid, resource = made
    path = f"/datasets/{uid}/resources/{resource}/"
    before = call(house, "GET", path).json()
    for body, field in (
        ({"type": "nope", "datasource": SOURCE}, "type"),
        ({"type": "csvfile"}, "datasource"),
        ({"type": "csvfile", "datasource": {"file": {"uid": "none"}}}, "datasource"),
    ):
        assert list(detail(call(house, "PUT", path, json=body))) == [field]
    assert call(house, "GET", path).json() == before
    body = {"type": "csvfile", "datasource": SOURCE}
    assert call(house, "PUT", f"/datasets/{uid}/resources/re_nobody/", json=body).status_code == 404


def test_to_clean_the_cache_of_an_upload_keeps_the_file(house: House, made: tuple[str, str]) -> None:
    uid, resource = made
    answer = call(house, "POST", f"/datasets/{uid}/resources/{resource}/clean_cache/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert call(house, "GET", f"/datasets/{uid}/resources/{resource}/preview/").status_code == 200
    assert call(house, "POST", f"/datasets/{uid}/resources/re_nobody/clean_cache/").status_code == 404


@pytest.mark.parametrize(
    ("name", "mimetype", "shown", "disposition"),
    [
        ("a.csv", "text/csv", "text/csv", "attachment; filename=\"a.csv\"; filename*=UTF-8''a.csv"),
        (
            "Åbo x.bin",
            "no type",
            "application/octet-stream",
            "attachment; filename=\"_bo x.bin\"; filename*=UTF-8''%C3%85bo%20x.bin",
        ),
        ("x", "text/html", "application/octet-stream", "attachment; filename=\"x\"; filename*=UTF-8''x"),
    ],
)
def test_a_file_comes_back_byte_for_byte(
    house: House, name: str, mimetype: str, shown: str, disposition: str
) -> None:
    uid = house.create()["uid"]
    content = bytes(range(256)) * 300
    path = f"/datasets/{uid}/resources/files/{_upload(house, uid, name, content, mimetype)}/download"
    answer = call(house, "GET", path)
    assert answer.content == content
    assert answer.headers["content-type"] == shown
    assert answer.headers["content-disposition"] == disposition
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert call(house, "HEAD", path).headers["content-length"] == str(len(content))
    assert call(house, "GET", f"/datasets/{uid}/resources/files/none/download/").status_code == 404


def test_the_status_says_why_columns_have_their_types(house: House) -> None:
    made = house.published("code,size\n02134,1\n7,2\n")
    report = house.status(made["uid"])["params"]["report"]
    assert report["rows"] == 2
    code, size = report["columns"]
    assert (code["type"], size["type"]) == ("text", "int")
    assert code["why"]
    assert [(one["row"], one["cell"]) for one in code["misfits"]] == [(1, "02134")]


def test_cells_that_were_left_out_are_told_in_the_status(house: House) -> None:
    uid = house.create()["uid"]
    book = workbook({"S": sheet_rows([["a"], [("#REF!", 't="e"')], [1]])})
    body = {"type": "excel", "datasource": {"file": {"uid": _upload(house, uid, "b.xlsx", book)}}}
    assert call(house, "POST", f"/datasets/{uid}/resources/", json=body).status_code == 201
    status = house.publish(uid)
    assert status["status"] == "idle"
    (told,) = status["records_errors"]
    assert told["message"].endswith("the file b.xlsx are left empty: A2")
    assert status["params"]["report"]["notes"] == [told["message"]]
