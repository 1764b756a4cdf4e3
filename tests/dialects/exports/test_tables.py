"""Files that are tables, statements or events (section 6 of the reference): read back, they are the records."""

import csv
import datetime as dt
import gzip
import io
import json
from typing import Any

import icalendar
import pyarrow.parquet as pq
import pytest
import python_calamine
import rdflib
from rdflib.compare import isomorphic
from tests.dialects.exports.support import PUBLIC, asked, file, publish_sites, refused, results
from tests.support.house import EXPLORE, House

ALWAYS = ("csv", "json", "jsonl", "xlsx", "parquet", "turtle", "n3", "rdfxml", "jsonld")
RDF = {"turtle": "turtle", "n3": "n3", "rdfxml": "xml", "jsonld": "json-ld"}
XSD = rdflib.XSD

pytestmark = pytest.mark.filterwarnings(
    "ignore:(Dataset|ConjunctiveGraph):DeprecationWarning"
)  # of rdflib's own


def sheet(content: bytes) -> list[list[Any]]:
    rows: list[list[Any]] = (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    )
    return rows


def lines(content: bytes, **dialect: Any) -> list[list[str]]:
    return list(
        csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), **{"delimiter": ";", **dialect})
    )


@pytest.mark.parametrize("format_", [pytest.param(one, id=f"explore-6.1-{one}") for one in (*ALWAYS, "ical")])
def test_a_format_is_offered_and_made(house: House, format_: str) -> None:
    links = {one["rel"]: one["href"] for one in house.client.get(f"{EXPLORE}/sites/exports").json()["links"]}
    assert house.client.get(links[format_]).status_code == 200


@pytest.mark.parametrize(
    ("format_", "media_type", "name"),
    [
        pytest.param("csv", "text/csv; charset=utf-8", "sites.csv", id="explore-6.3-csv-type"),
        pytest.param("json", "application/json; charset=utf-8", "sites.json", id="explore-6.3-json-type"),
        pytest.param("jsonl", "application/jsonl; charset=utf-8", "sites.jsonl", id="explore-6.3-jsonl-type"),
        pytest.param(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "sites.xlsx",
            id="explore-6.3-xlsx-type",
        ),
        pytest.param(
            "parquet", "application/vnd.apache.parquet", "sites.parquet", id="explore-6.3-parquet-type"
        ),
        pytest.param("ical", "text/calendar; charset=utf-8", "sites.ics", id="explore-6.3-ical-type"),
        pytest.param("turtle", "text/turtle; charset=utf-8", "sites.ttl", id="explore-6.3-turtle-type"),
        pytest.param("n3", "text/n3; charset=utf-8", "sites.n3", id="explore-6.3-n3-type"),
        pytest.param("rdfxml", "application/rdf+xml", "sites.rdf", id="explore-6.3-rdfxml-type"),
        pytest.param("jsonld", "application/ld+json", "sites.jsonld", id="explore-6.3-jsonld-type"),
    ],
)
def test_a_file_says_what_it_is(house: House, format_: str, media_type: str, name: str) -> None:
    answer = asked(house, format_)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-cache, no-store"
    assert "etag" not in answer.headers
    packed = asked(house, format_, compressed="true", select="id, start_day")
    assert packed.headers["content-disposition"] == f'attachment; filename="{name}.gz"'
    assert gzip.decompress(packed.content)


@pytest.mark.parametrize("format_", [pytest.param("xlsx", id="explore-6.3-xlsx")])
def test_a_worksheet_has_typed_cells(house: House, format_: str) -> None:
    head, first, second, third, last = sheet(file(house, format_))
    assert head == list(results(house)[0])
    named = dict(zip(head, first, strict=True))
    assert named | {"shape": None} == {
        "id": 1.0,
        "title": "Éléphant & <b>co</b>",
        "note": 'one; "two",\nthree 日本 😀',
        "height": 1.5,
        "open": True,
        "start_day": dt.date(2020, 2, 29),
        "end_day": dt.date(2020, 3, 1),
        "seen": dt.datetime(2020, 6, 30, 22, 30, 0, 250_000),
        "at": dt.time(12, 34, 56),
        "tags": "red, b,lue",
        "spot": "48.85, 2.35",
        "shape": None,
        "blob": '{"a":[1,null]}',
        "a_rather_long_name": 11.0,
        "a_rather_long_name_too": 12.0,
    }
    assert json.loads(named["shape"])["type"] == "Polygon"
    # What a spreadsheet cannot calculate with is text; so is what looks like a formula.
    assert second[:6] == [
        str(2**53 + 1),
        "=SUM(A1)",
        "bell\ufffd tab\tand\rreturn ]]> \ufffd",
        1e-20,
        False,
        "1815-06-18",
    ]
    assert second[7] == "1899-12-31T10:00:00+00:00"
    assert third[1] == "@x"
    assert last == [4.0, *[""] * (len(head) - 1)]


def test_a_worksheet_shows_the_clocks_of_a_zone_and_takes_labels(house: House) -> None:
    rows = sheet(
        file(
            house, "xlsx", select="title, seen as when", where="id = 1", use_labels="1", timezone="Asia/Tokyo"
        )
    )
    assert rows[0] == ["Titre & <co>", "when"]
    assert rows[1][1] == dt.datetime(2020, 7, 1, 7, 30, 0, 250_000)


@pytest.mark.parametrize("format_", [pytest.param("xlsx", id="explore-6.3-group_by")])
def test_a_worksheet_of_groups_and_one_of_nothing(house: House, format_: str) -> None:
    content = file(
        house, format_, select="count(*) as n", group_by="tags", order_by="n desc, tags", where="id < 4"
    )
    assert sheet(content)[0] == ["tags", "n"]
    assert sheet(file(house, format_, where="id = 77", select="id")) == [["id"]]


def test_a_cell_that_is_too_long_is_refused_with_its_field(house: House) -> None:
    publish_sites(house, "wordy", ({"id": 1, "note": "😀" * 16_384, "title": "x" * 32_767},))
    status, code, message = refused(asked(house, "xlsx", dataset="wordy"))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert "in note," in message
    rows = sheet(file(house, "xlsx", dataset="wordy", select="title"))
    assert len(rows[1][0]) == 32_767
    assert len(lines(file(house, "csv", dataset="wordy"))[1][2]) == 16_384


@pytest.mark.parametrize(
    ("params", "title"),
    [
        pytest.param({}, "=SUM(A1)", id="explore-6.2-escape_formulas-default"),
        pytest.param({"escape_formulas": "true"}, "'=SUM(A1)", id="explore-6.2-escape_formulas"),
        pytest.param({"escape_formulas": "true", "quote_all": "true"}, "'=SUM(A1)", id="quoted"),
    ],
)
def test_cells_of_csv_that_look_like_formulas_are_neutralised_on_demand(
    house: House, params: dict[str, Any], title: str
) -> None:
    rows = lines(file(house, "csv", select="title, a_rather_long_name as `-n`", where="id > 4", **params))
    assert rows[1] == [title, str(-(2**63))]
    assert rows[0] == ["title", "'-n" if params else "-n"]


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        pytest.param({}, "\ufeffid;tags\r\n1;red,b,lue\r\n", id="explore-6.2-defaults"),
        pytest.param({"limit": "0"}, "\ufeffid;tags\r\n", id="explore-6.2-limit"),
        pytest.param({"use_labels": "true"}, "\ufeffid;tags\r\n1;red,b,lue\r\n", id="explore-6.2-use_labels"),
        pytest.param({"delimiter": ","}, '\ufeffid,tags\r\n1,"red,b,lue"\r\n', id="explore-6.2-delimiter"),
        pytest.param(
            {"list_separator": " / "}, "\ufeffid;tags\r\n1;red / b,lue\r\n", id="explore-6.2-list_separator"
        ),
        pytest.param(
            {"quote_all": "true"}, '\ufeff"id";"tags"\r\n"1";"red,b,lue"\r\n', id="explore-6.2-quote_all"
        ),
        pytest.param({"with_bom": "false"}, "id;tags\r\n1;red,b,lue\r\n", id="explore-6.2-with_bom"),
        pytest.param(
            {"select": "title as t, title", "use_labels": "1", "limit": "0"},
            "\ufefft;Titre & <co>\r\n",
            id="explore-6.2-use_labels-alias",
        ),
    ],
)
def test_csv_is_as_it_is_asked_for(house: House, params: dict[str, Any], wanted: str) -> None:
    asks = {"select": "id, tags", "where": "id = 1", **params}
    assert file(house, "csv", **asks).decode() == wanted
    assert gzip.decompress(file(house, "csv", compressed="true", **asks)).decode() == wanted


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"limit": "-2"}, id="limit"),
        pytest.param({"use_labels": "x"}, id="use_labels"),
        pytest.param({"compressed": "x"}, id="compressed"),
        pytest.param({"epsg": "x"}, id="epsg"),
        pytest.param({"delimiter": "x"}, id="delimiter"),
        pytest.param({"quote_all": "x"}, id="quote_all"),
        pytest.param({"with_bom": "x"}, id="with_bom"),
        pytest.param({"escape_formulas": "x"}, id="escape_formulas"),
        pytest.param({"parquet_compression": "x"}, id="parquet_compression"),
        pytest.param({"use_extension": "x"}, id="use_extension"),
        pytest.param({"name_field": "x"}, id="name_field"),
        pytest.param({"description_field_list": "id,x"}, id="description_field_list"),
        pytest.param({"start_field": "x"}, id="start_field"),
        pytest.param({"end_field": "title"}, id="end_field"),
    ],
)
def test_a_wrong_option_is_named(house: House, params: dict[str, Any]) -> None:
    (name,) = params
    format_ = {"name_field": "gpx", "description_field_list": "gpx"}.get(
        name, "ical" if "_field" in name else "csv"
    )
    status, code, message = refused(asked(house, format_, **params))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert f" {name} " in message


@pytest.mark.parametrize(
    "kind", [pytest.param(one, id=f"explore-6.2-parquet_compression-{one}") for one in ("snappy", "zstd")]
)
def test_parquet_is_packed_as_it_is_asked_for(house: House, kind: str) -> None:
    content = file(house, "parquet", parquet_compression=kind, use_labels="true")
    found = pq.ParquetFile(io.BytesIO(content))
    assert found.metadata.row_group(0).column(1).compression == kind.upper()
    assert found.schema_arrow.names[1] == "Titre & <co>"


def graph(content: bytes, format_: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=content, format=RDF[format_], publicID="urn:nothing:")


@pytest.mark.parametrize("format_", list(RDF))
def test_every_record_is_a_resource_with_its_values(house: House, format_: str) -> None:
    found = graph(file(house, format_), format_)
    space = rdflib.Namespace(f"{PUBLIC}#")
    ids = [one["recordid"] for one in results(house, select="recordid")]
    assert {str(one) for one in found.subjects(rdflib.RDF.type, space.Record)} == {
        f"{PUBLIC}/records/{one}" for one in ids
    }
    first = rdflib.URIRef(f"{PUBLIC}/records/{ids[0]}")
    assert {str(one) for one in found.objects(first, space.tags)} == {"red", "b,lue"}
    assert found.value(first, space.title) == rdflib.Literal("Éléphant & <b>co</b>")
    assert found.value(first, space.note) == rdflib.Literal('one; "two",\nthree 日本 😀')
    types = {
        name: getattr(found.value(first, space[name]), "datatype", None)
        for name in ("id", "height", "open", "seen")
    }
    assert types == {"id": XSD.integer, "height": XSD.double, "open": XSD.boolean, "seen": XSD.dateTime}
    assert str(found.value(first, space.spot)) == "POINT(2.35 48.85)"
    assert found.value(first, space.start_day) == rdflib.Literal(dt.date(2020, 2, 29))


def test_all_ways_of_writing_rdf_say_the_same(house: House) -> None:
    graphs = [graph(file(house, one, where="id < 9"), one) for one in RDF]
    assert all(isomorphic(one, graphs[0]) for one in graphs)
    groups = [graph(file(house, one, group_by="open", select="count(*)"), one) for one in RDF]
    assert all(isomorphic(one, groups[0]) for one in groups)
    counts = {
        str(one) for one in groups[0].objects(None, rdflib.URIRef(f"{PUBLIC}#count_x0028__x002A__x0029_"))
    }
    assert counts == {"1", "2"}
    assert not any(len(graph(file(house, one, where="id = 77"), one)) for one in RDF)


def events(content: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_records_are_events_of_days(house: House) -> None:
    content = file(house, "ical")
    found = events(content)
    assert [one.get("SUMMARY") for one in found] == ["Éléphant & <b>co</b>", "=SUM(A1)", "@x"]
    assert [one.decoded("DTSTART") for one in found] == [
        dt.date(2020, 2, 29),
        dt.date(1815, 6, 18),
        dt.date(2021, 5, 6),
    ]
    # The last day counts.
    assert [one.get("DTEND") and one.decoded("DTEND") for one in found] == [
        dt.date(2020, 3, 2),
        None,
        dt.date(2021, 5, 7),
    ]
    ids = [one["recordid"] for one in results(house, select="recordid", where="start_day is not null")]
    assert [one.get("UID") for one in found] == ids
    assert 'note: one; "two",\nthree 日本 😀\n' in found[0].get("DESCRIPTION")
    assert max(map(len, content.split(b"\r\n"))) <= 75


def test_the_fields_of_an_event_can_be_chosen(house: House) -> None:
    asks: dict[str, Any] = {
        "start_field": "seen",
        "name_field": "note",
        "where": "id = 1",
        "select": "seen, note, seen as until",
    }
    (one,) = events(file(house, "ical", **asks))
    assert one.decoded("DTSTART") == dt.datetime(2020, 6, 30, 22, 30, tzinfo=dt.UTC)
    assert one.get("SUMMARY") == 'one; "two",\nthree 日本 😀'
    assert one.get("DTEND") is None  # an end that is no later than the beginning is none
    status, _, message = refused(asked(house, "ical", start_field="seen", end_field="end_day"))
    assert (status, "end_field" in message) == (400, True)


def test_events_are_of_datasets_with_days(house: House) -> None:
    house.published("a,b\n1,x\n", dataset_id="dayless")
    assert refused(asked(house, "ical", dataset="dayless"))[:2] == (400, "InvalidRESTParameterError")
    status, _, message = refused(asked(house, "ical", select="title"))
    assert (status, "select API parameter: title was found" in message) == (400, True)
    assert refused(asked(house, "ical", name_field="recordid"))[0] == 400
    assert refused(asked(house, "ical", group_by="start_day"))[0] == 400
    listed = {one["rel"] for one in house.client.get(f"{EXPLORE}/dayless/exports").json()["links"]}
    assert listed == {"self", "dataset", *ALWAYS}
