"""Records as files (sections 12.1 and 14 of the reference)."""

import io
import json
import zipfile
from typing import Any

import httpx2
import pytest
from tests.dialects.explore.support import Cast
from tests.dialects.search.support import CITIES, NAMES, RECORDS, ask, error, search
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person

PAGE = f"/explore/dataset/{CITIES}/download"
WAYS = [
    pytest.param(f"{RECORDS}/download", {"dataset": CITIES}, id="explore-12-download"),
    pytest.param(f"{RECORDS}/download/", {"dataset": CITIES}, id="explore-12-download-slash"),
    pytest.param(PAGE, {}, id="explore-14-download"),
    pytest.param(f"{PAGE}/", {}, id="explore-14-download-slash"),
]
CSV = "name;pop\r\nParis;2100\r\nLe Havre;170\r\nLyon;520\r\nRome;2800\r\nReykjavik;130\r\n"


def _file(house: House, person: Person = ANONYMOUS, /, **params: Any) -> httpx2.Response:
    answer = ask(house, f"{PAGE}/", person, **params)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize(("path", "params"), WAYS)
def test_all_records_come_as_csv(house: House, path: str, params: dict[str, Any]) -> None:
    answer = ask(house, path, **params, fields="name,pop")
    assert answer.text == CSV
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="cities.csv"'
    assert answer.headers["cache-control"] == "no-cache, no-store"


@pytest.mark.parametrize(("path", "params"), WAYS)
def test_all_records_come_as_json(house: House, path: str, params: dict[str, Any]) -> None:
    answer = ask(house, path, **params, format="json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="cities.json"'
    assert answer.json() == search(house)["records"]


OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "csv_separator": ({"csv_separator": ",", "q": "paris"}, "name,pop\r\nParis,2100\r\n"),
    "csv_separator-tab": ({"csv_separator": "\\t", "q": "paris"}, "name\tpop\r\nParis\t2100\r\n"),
    "csv_separator-bar": ({"csv_separator": "|", "q": "paris"}, "name|pop\r\nParis|2100\r\n"),
    "rows": ({"rows": 1}, "name;pop\r\nParis;2100\r\n"),
    "rows-all": ({"rows": -1}, CSV),
    "rows-none": ({"rows": 0}, "name;pop\r\n"),
    "start": ({"start": 4}, "name;pop\r\nReykjavik;130\r\n"),
    "sort": ({"sort": "pop", "rows": 1}, "name;pop\r\nRome;2800\r\n"),
    "refine": ({"refine__country": "IT"}, "name;pop\r\nRome;2800\r\n"),
    "exclude": ({"exclude__country": ["FR", "IT"]}, "name;pop\r\nReykjavik;130\r\n"),
    "q": ({"q": "country:FR AND pop>1000"}, "name;pop\r\nParis;2100\r\n"),
}


@pytest.mark.parametrize(
    ("params", "text"),
    [pytest.param(*case, id=f"explore-12.1-download-{name}") for name, case in OPTIONS.items()],
)
def test_what_is_in_the_file_is_chosen(house: House, params: dict[str, Any], text: str) -> None:
    assert _file(house, fields="name,pop", **params).text == text


def test_columns_are_named_by_labels_explore_12_1_use_labels_for_header(house: House, plain: str) -> None:
    path = f"/explore/dataset/{plain}/download/"
    params = {"fields": "first_name"}
    assert ask(house, path, None, use_labels_for_header="true", **params).text == "First name\r\nx\r\n"
    assert ask(house, path, None, **params).text == "first_name\r\nx\r\n"


def test_moments_are_those_of_the_zone_explore_14_timezone(house: House) -> None:
    params = {"fields": "seen", "rows": 1, "timezone": "Europe/Paris"}
    assert _file(house, **params).text == "seen\r\n2020-01-01T11:00:00+01:00\r\n"
    (record,) = _file(house, **params, format="json").json()
    assert record["fields"] == {"seen": "2020-01-01T11:00:00+01:00"}


@pytest.mark.parametrize(
    "format_", [pytest.param("xls", id="explore-14-xls"), pytest.param("xlsx", id="explore-14-xlsx")]
)
def test_a_sheet(house: House, format_: str) -> None:
    answer = _file(house, format=format_, fields="name,pop")
    assert answer.headers["content-disposition"] == 'attachment; filename="cities.xlsx"'
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_geojson_explore_14_geojson(house: House) -> None:
    body = _file(house, format="geojson").json()
    assert body["type"] == "FeatureCollection"
    assert [one["properties"]["name"] for one in body["features"]] == NAMES
    assert body["features"][0]["geometry"]["type"] == "Polygon"


def test_a_shapefile_explore_14_shp(house: House) -> None:
    answer = _file(house, format="shp", q="lyon")
    assert any(name.endswith(".shp") for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist())


def test_json_lines_explore_14_jsonl(house: House) -> None:
    lines = _file(house, format="jsonl", fields="name").text.splitlines()
    assert [json.loads(line)["name"] for line in lines] == NAMES


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"format": "doc"}, "Invalid value for format API parameter: doc", id="explore-14-format-wrong"
        ),
        pytest.param({"rows": -2}, "Invalid value for rows API parameter: -2", id="explore-14-rows-wrong"),
        pytest.param({"fields": "nothing"}, "Unknown field: nothing.", id="explore-14-fields-wrong"),
        pytest.param(
            {"csv_separator": "x"}, "Invalid value for csv_separator", id="explore-14-csv_separator-wrong"
        ),
    ],
)
def test_what_is_wrong_is_said(house: House, params: dict[str, Any], message: str) -> None:
    status, text = error(ask(house, PAGE, **params))
    assert status == 400
    assert text.startswith(message)


def test_a_dataset_without_places_has_no_geographic_files(house: House, plain: str) -> None:
    status, text = error(ask(house, f"/explore/dataset/{plain}/download", format="shp"))
    assert status == 400
    assert text.startswith("Invalid value for format API parameter: shp was found but one of csv json jsonl")


def test_fields_named_as_what_records_have_besides_stay_fields(house: House, plain: str) -> None:
    path = f"/explore/dataset/{plain}/download"
    assert "mine" in ask(house, path).text
    (record,) = ask(house, path, format="json").json()
    assert record["fields"] == {"recordid": "mine", "record_timestamp": "soon", "first_name": "x"}
    assert [record] == search(house, dataset=plain)["records"]
    assert search(house, dataset=plain, q="recordid:mine")["nhits"] == 1


def test_an_empty_dataset_has_an_empty_file(house: House, empty: str) -> None:
    assert ask(house, f"/explore/dataset/{empty}/download", format="json").json() == []
    assert ask(house, f"{RECORDS}/analyze", dataset=empty, y__n__func="COUNT").json() == [{"n": 0}]
    assert search(house, dataset=empty, q='a #startswith(*,"a")')["nhits"] == 0
    assert search(house, dataset=empty) == {
        "nhits": 0,
        "parameters": {"dataset": empty, "timezone": "UTC", "rows": 10, "start": 0, "format": "json"},
        "records": [],
    }


@pytest.mark.parametrize("format_", ["csv", "json", "xls"])
def test_a_private_file_is_refused_in_json_explore_12_6_private_download(
    house: House, people: Cast, format_: str
) -> None:
    path = f"/explore/dataset/{people.dataset_id}/download/"
    browser = {"Accept": "text/html"}
    for person in (ANONYMOUS, people.stranger, people.weak):
        answer = house.client.get(path, params={"format": format_}, headers={**person.headers, **browser})
        assert error(answer) == (404, "Unknown dataset: people")
    assert error(ask(house, path, people.blind, format=format_))[0] == 403
    wrong = house.client.get(path, params={"format": format_, "apikey": "wrong"}, headers=browser)
    assert error(wrong) == (401, "API key is not valid")
    assert wrong.headers["www-authenticate"] == "Apikey"


def test_a_file_has_what_its_reader_may_see(house: House, people: Cast) -> None:
    path = f"/explore/dataset/{people.dataset_id}/download/"
    assert ask(house, path, people.parisian).text == "name;city\r\nAda;Paris\r\nBob;Paris\r\n"
    found = ask(house, path, apikey=people.roman.key, format="json").json()
    assert [one["fields"] for one in found] == [{"name": "Eve", "city": "Rome", "salary": 5555}]
    assert len(ask(house, path, people.inspector, format="json").json()) == 5


@pytest.mark.parametrize(("said", "found"), [({}, 0), ({"disjunctive.colour": "true"}, 2)])
def test_the_question_says_whether_refinements_are_choices_explore_12_1_disjunctive(
    house: House, said: dict[str, str], found: int
) -> None:
    """Whatever the publisher declared."""
    made = house.create()
    house.add_csv(made["uid"], "colour\nred\nblue\n")
    for annotation in ("facet", "disjunctive"):
        step: dict[str, object] = {
            "type": "annotate",
            "field": "colour",
            "annotation": annotation,
            "args": [],
        }
        path = f"{AUTOMATION}/datasets/{made['uid']}/fields/"
        assert house.client.post(path, json=step, headers=house.admin.headers).status_code == 201
    assert house.publish(made["uid"])["status"] == "idle"
    asked = {"dataset": made["dataset_id"], "refine.colour": ["red", "blue"], **said}
    assert house.client.get("/api/records/1.0/search", params=asked).json()["nhits"] == found
