"""The catalogue as files: every format and option, and who finds what in them."""

import csv
import gzip
import io
import json
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from python_calamine import CalamineWorkbook
from tests.dialects.explore.support import Cast, error
from tests.support.house import ANONYMOUS, EXPLORE, House, Person
from tests.web.support import metadata, shown

from colonnade.core import work
from colonnade.core.feeds import service as feeds
from colonnade.http.addresses import PortalAddresses
from colonnade.query.tree import Query

BASE = f"{EXPLORE.rpartition('/')[0]}/exports"
RDF = "application/rdf+xml; charset=utf-8"
PROFILES = tuple(f"dcat_ap_{name}" for name in ("ch", "de", "se", "sp", "it", "vl", "benap"))
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "rss": "application/rss+xml; charset=utf-8",
    "data.json": "application/json; charset=utf-8",
    "rdf": RDF,
    "ttl": "text/turtle; charset=utf-8",
    "dublin_core": RDF,
    "dcat": RDF,
    **dict.fromkeys(PROFILES, RDF),
}
ENDINGS = {"data.json": "json", "dublin_core": "rdf", "dcat": "rdf", **dict.fromkeys(PROFILES, "rdf")}
DATASET = "{http://www.w3.org/ns/dcat#}Dataset"
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
DOWNLOAD = "{http://www.w3.org/ns/dcat#}downloadURL"
RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


@pytest.fixture(scope="module", autouse=True)
def _datasets(house: House, flights: str, people: Cast) -> None:
    """An open dataset with records, a restricted one, and one without records."""
    described = "<p>Of the <b>harbour</b></p>"
    values = {"description": described, "modified": "2020-01-01T12:00:00Z", "theme": ["Transport", "Water"]}
    shown(house, metadata("Quays", **values), wanted_slug="quays")


def _get(house: House, format_: str, person: Person = ANONYMOUS, **params: Any) -> httpx2.Response:
    return house.client.get(f"{BASE}/{format_}", params=params, headers=person.headers)


def _found(house: House, format_: str, person: Person = ANONYMOUS, **params: Any) -> list[str]:
    """The identifiers of the datasets in a file, in its order."""
    answer = _get(house, format_, person, **params)
    assert answer.status_code == 200, answer.text
    return _names(format_, answer.content)


def _names(format_: str, content: bytes) -> list[str]:
    if format_ == "csv":
        return [
            row["datasetid"]
            for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
        ]
    if format_ == "json":
        return [one["dataset_id"] for one in json.loads(content)]
    if format_ == "xlsx":
        head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        return [str(row[head.index("datasetid")]) for row in rows]
    if format_ == "data.json":
        return [one["identifier"].partition("@")[0] for one in json.loads(content)["dataset"]]
    if format_ == "ttl":
        lines = content.decode().splitlines()
        return [line.rpartition("/")[2].rstrip("> .") for line in lines if "dcat:dataset <" in line]
    root = ET.fromstring(content)
    if format_ == "rss":
        return [(one.findtext("link") or "").split("/")[-2] for one in root.iter("item")]
    if format_ == "dublin_core":
        return [one.attrib[ABOUT].split("/")[-2] for one in root]
    return [one.attrib[ABOUT].rpartition("/")[2] for one in root.iter(DATASET)]


def _files(answer: httpx2.Response) -> list[str]:
    addresses = [one.attrib[RESOURCE] for one in ET.fromstring(answer.content).iter(DOWNLOAD)]
    return [one.rpartition("/exports/")[2] for one in addresses]


def test_the_formats_are_listed(house: House) -> None:
    found = house.client.get(BASE).json()
    assert [one["rel"] for one in found["links"]] == ["self", *TYPES]
    assert all(one["href"].endswith(f"/catalog/exports/{one['rel']}") for one in found["links"][1:])
    assert [one["rel"] for one in found["_links"]] == ["self"]
    catalogue = house.client.get(BASE.rpartition("/")[0]).json()["links"]
    assert f"http://testserver{BASE}" in [one["href"] for one in catalogue]


@pytest.mark.parametrize("format_", [pytest.param(one, id=f"explore-6.1-{one}") for one in TYPES])
def test_each_format_has_all_datasets(house: House, format_: str) -> None:
    answer = _get(house, format_)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[format_]
    ending = ENDINGS.get(format_, format_)
    assert answer.headers["content-disposition"] == f'attachment; filename="catalog.{ending}"'
    assert answer.headers["cache-control"] == "no-cache, no-store"
    assert "etag" not in answer.headers
    assert _names(format_, answer.content) == ["flights", "quays"]


@pytest.mark.parametrize(
    "format_", [pytest.param(one.replace("_", "-"), id=f"explore-6.1-{one}-dashes") for one in PROFILES]
)
def test_profiles_are_also_called_with_dashes(house: House, format_: str) -> None:
    assert _get(house, format_).content == _get(house, format_.replace("-", "_")).content


@pytest.mark.parametrize("path", ["shared", "monitoring"])
def test_the_other_sources_have_files_too(house: House, path: str) -> None:
    base = BASE.replace("/catalog/", f"/{path}/")
    assert house.client.get(f"{base}/").json()["links"][1]["href"].endswith("/exports/csv")
    expected = ["flights", "quays"] if path == "shared" else []
    for format_ in ("json", "csv", "dcat", "data.json"):
        assert _names(format_, house.client.get(f"{base}/{format_}").content) == expected


WHO = ("anonymous", "stranger", "weak", "blind", "parisian", "explorer", "inspector", "admin")


@pytest.mark.parametrize(
    ("who", "format_"),
    [
        *((who, format_) for who in WHO for format_ in ("csv", "json", "data.json", "dcat")),
        *((who, format_) for who in ("stranger", "parisian") for format_ in TYPES),
    ],
)
def test_everybody_is_told_of_what_they_may_know_of(
    house: House, people: Cast, who: str, format_: str
) -> None:
    person = {"anonymous": ANONYMOUS, "admin": house.admin}.get(who) or getattr(people, who)
    is_stranger = who in {"anonymous", "stranger", "weak"}
    expected = ["flights", "quays"] if is_stranger else ["flights", "people", "quays"]
    assert _found(house, format_, person) == expected


def test_no_file_tells_more_of_records_than_its_reader_may_see(house: House, people: Cast) -> None:
    for person in (people.blind, people.parisian):
        for format_ in TYPES:
            text = _get(house, format_, person, where='dataset_id="people"').text
            assert "salary" not in text, (format_, person)
    assert _files(_get(house, "dcat", people.blind, where='dataset_id="people"')) == []
    assert "csv?use_labels=true" in _files(_get(house, "dcat", people.parisian, where='dataset_id="people"'))
    assert "salary" in _get(house, "json", people.roman).text


@pytest.mark.parametrize("format_", ["csv", "json", "rss", "dcat"])
def test_a_wrong_key_gets_nothing(house: House, format_: str) -> None:
    assert error(_get(house, format_, Person("nobody", "f" * 56)))[:2] == (401, "Unauthorized")


@pytest.mark.parametrize("format_", ["csv", "json", "rss", "dcat"])
@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({"where": 'title like "quays"'}, ["quays"], id="explore-2.1-where"),
        pytest.param({"where": ['title="Quays"', "has_records"]}, [], id="explore-2.1-where-repeated"),
        pytest.param({"order_by": "-title"}, ["quays", "flights"], id="explore-2.1-order_by"),
        pytest.param({"limit": 1}, ["flights"], id="explore-2.1-limit"),
        pytest.param({"limit": -1}, ["flights", "quays"], id="explore-2.1-limit-all"),
        pytest.param({"limit": 1, "offset": 1}, ["quays"], id="explore-2.1-offset"),
        pytest.param({"refine": "keyword:air"}, ["flights"], id="explore-2.1-refine"),
        pytest.param({"exclude": "default.keyword:air"}, ["quays"], id="explore-2.1-exclude"),
        pytest.param(
            {"lang": "fr", "timezone": "Europe/Paris", "unknown": "x"},
            ["flights", "quays"],
            id="explore-2.1-lang",
        ),
    ],
)
def test_the_clauses_of_the_catalogue_hold(
    house: House, format_: str, params: dict[str, Any], expected: list[str]
) -> None:
    assert _found(house, format_, **params) == expected


@pytest.mark.parametrize(
    ("format_", "params", "code", "part"),
    [
        ("nothing", {}, "InvalidRESTParameterError", "nothing was found but one of csv json xlsx rss"),
        ("parquet", {}, "InvalidRESTParameterError", "parquet was found"),
        ("dcat", {"where": "title ="}, "ODSQLSyntaxError", "unexpected"),
        ("csv", {"where": "nothing = 1"}, "ODSQLError", "nothing"),
        ("json", {"order_by": "nothing"}, "ODSQLError", "nothing"),
        ("rss", {"limit": "-2"}, "InvalidRESTParameterError", "-2 was found but -1 <= limit"),
        ("rss", {"offset": "x"}, "InvalidRESTParameterError", "x was found but 0 <= offset"),
        ("ttl", {"refine": "nothing:1"}, "ODSQLError", "nothing"),
        ("ttl", {"lang": "xx"}, "InvalidRESTParameterError", "lang"),
        ("ttl", {"timezone": "Mars"}, "InvalidRESTParameterError", "Mars"),
        ("dcat", {"use_labels_in_exports": "x"}, "InvalidRESTParameterError", "use_labels_in_exports"),
        ("dcat", {"group_by": "publisher"}, "InvalidRESTParameterError", "group_by"),
        ("csv", {"delimiter": "x"}, "InvalidRESTParameterError", "delimiter"),
        ("csv", {"with_bom": "x"}, "InvalidRESTParameterError", "with_bom"),
        ("csv", {"select": "principals"}, "ODSQLError", "principals"),
    ],
)
def test_what_makes_no_sense_is_told(
    house: House, format_: str, params: dict[str, Any], code: str, part: str
) -> None:
    status, found, message = error(_get(house, format_, **params))
    assert (status, found) == (400, code)
    assert part in message


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param(
            {"include_exports": "csv,json"}, ["csv?use_labels=true", "json"], id="explore-6.2-include_exports"
        ),
        pytest.param({"include_exports": "shp,geojson"}, [], id="explore-6.2-include_exports-no-places"),
        pytest.param({"include_exports": "mvt, JSON,xls"}, ["json"], id="explore-6.2-include_exports-others"),
        pytest.param({"include_exports": "xls"}, [], id="explore-6.2-include_exports-others-alone"),
        pytest.param(
            {"include_exports": "csv", "use_labels_in_exports": "false"},
            ["csv"],
            id="explore-6.2-use_labels_in_exports",
        ),
    ],
)
@pytest.mark.parametrize("format_", ["dcat", "dcat_ap_it"])
def test_files_of_datasets_are_chosen(
    house: House, format_: str, params: dict[str, Any], expected: list[str]
) -> None:
    assert _files(_get(house, format_, **params)) == expected


def test_files_that_are_told_of_are_there(house: House) -> None:
    addresses = _files(_get(house, "dcat"))
    assert {"csv?use_labels=true", "json", "xlsx?use_labels=true", "parquet"} <= set(addresses)
    assert not {"shp", "geojson", "kml"} & set(addresses)
    for one in addresses:
        assert house.client.head(f"{EXPLORE}/flights/exports/{one}").status_code == 200


def test_csv_tells_everything_by_the_names_that_clients_know(house: House) -> None:
    text = _get(house, "csv").content.decode("utf-8-sig")
    flights, quays = csv.DictReader(io.StringIO(text), delimiter=";")
    assert flights["default.title"] == "Flights"
    assert flights["default.keyword"] == "air,travel"
    assert flights["default.records_count"] == "7"
    assert flights["has_records"] == "true"
    assert quays["default.theme"] == "Transport,Water"
    assert quays["default.modified"] == "2020-01-01T12:00:00+00:00"
    assert quays["dcat.creator"] == ""
    assert not [
        name for name in flights if name.startswith("explore.") or name in {"restricted", "principals"}
    ]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({}, b"\xef\xbb\xbfdataset_id;keyword\r\nflights;air,travel\r\nquays;\r\n", id="explore-6.2-defaults"),
        pytest.param({"delimiter": ","}, b'\xef\xbb\xbfdataset_id,keyword\r\nflights,"air,travel"\r\nquays,\r\n', id="explore-6.2-delimiter"),
        pytest.param({"list_separator": "|"}, b"\xef\xbb\xbfdataset_id;keyword\r\nflights;air|travel\r\nquays;\r\n", id="explore-6.2-list_separator"),
        pytest.param({"quote_all": "true"}, b'\xef\xbb\xbf"dataset_id";"keyword"\r\n"flights";"air,travel"\r\n"quays";""\r\n', id="explore-6.2-quote_all"),
        pytest.param({"with_bom": "false"}, b"dataset_id;keyword\r\nflights;air,travel\r\nquays;\r\n", id="explore-6.2-with_bom"),
        pytest.param({"use_labels": "true", "with_bom": "false"}, b"Dataset id;Keyword\r\nflights;air,travel\r\nquays;\r\n", id="explore-6.2-use_labels"),
    ],
)  # fmt: skip
def test_csv_takes_the_options_of_records(house: House, params: dict[str, Any], expected: bytes) -> None:
    assert _get(house, "csv", select="dataset_id,keyword", **params).content == expected


@pytest.mark.parametrize(
    "format_", [pytest.param(one, id=f"explore-6.2-compressed-{one}") for one in ("csv", "json", "dcat")]
)
def test_a_file_can_be_packed(house: House, format_: str) -> None:
    answer = _get(house, format_, compressed="true")
    assert answer.headers["content-type"] == "application/gzip"
    assert answer.headers["content-disposition"].endswith('.gz"')
    assert gzip.decompress(answer.content) == _get(house, format_).content


def test_json_tells_what_the_list_tells(house: House) -> None:
    params: dict[str, Any] = {"include_app_metas": "true", "include_links": "true"}
    listed = house.client.get(EXPLORE, params=params).json()["results"]
    assert _get(house, "json", **params).json() == listed


def test_tables_take_what_is_selected(house: House) -> None:
    wanted: dict[str, Any] = {
        "select": "dataset_id, title as name, default.modified",
        "where": 'dataset_id="quays"',
    }
    assert _get(house, "json", **wanted, timezone="Europe/Paris").json() == [
        {"dataset_id": "quays", "name": "Quays", "default.modified": "2020-01-01T13:00:00+01:00"}
    ]
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(_get(house, "xlsx", **wanted).content)
    ).get_sheet_by_index(0)
    assert sheet.to_python()[0] == ["dataset_id", "name", "default.modified"]
    assert sheet.to_python()[1][:2] == ["quays", "Quays"]


def test_tables_take_groups(house: House) -> None:
    asked: dict[str, Any] = {"select": "count(*) as n", "group_by": "has_records", "order_by": "has_records"}
    assert _get(house, "json", **asked).json() == [
        {"has_records": False, "n": 1},
        {"has_records": True, "n": 1},
    ]
    assert _get(house, "csv", **asked, with_bom="false").text == "has_records;n\r\nfalse;1\r\ntrue;1\r\n"


@pytest.mark.parametrize("format_", ["csv", "json", "xlsx", "rss", "data.json", "dcat"])
def test_the_head_of_a_file_can_be_had_alone(house: House, format_: str) -> None:
    head = house.client.head(f"{BASE}/{format_}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == TYPES[format_]


def test_links_are_those_of_the_portal(house: House) -> None:
    text = _get(house, "dcat").text
    assert "http://testserver/api/explore/v2.1/catalog/datasets/flights/exports/json" in text
    assert "http://testserver/explore/dataset/flights/" in text


def test_what_may_not_be_seen_any_more_is_left_out_of_a_file_that_was_begun(house: House) -> None:
    path = shown(house, metadata("Going"), wanted_slug="going")
    portal, addresses = house.running.portal, PortalAddresses("https://data.example.org")
    with portal.reading(work.ANONYMOUS) as reading:
        uids = feeds.matching(reading, Query())
    batches = feeds.batches(portal, work.ANONYMOUS, uids, addresses)
    house.restrict(path.split("/")[-2], is_restricted=True)
    assert [one.slug for batch in batches for one in batch] == ["flights", "quays"]
