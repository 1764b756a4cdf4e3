"""Exports: files of records, whole or broken off, never less than the reader may see nor more."""

import csv
import gzip
import io
import json
from typing import Any

import httpx2
import pyarrow.parquet as pq
import pytest
from tests.dialects.explore.support import FLIGHTS, Cast, error, get
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

UGLY = 'Name,"Une valeur",n\n"a;b",é,1\n"say ""hi""","line\nbreak",\n plain ,"x,y",3\n'


def file(house: House, name: str, format_: str, person: Person = ANONYMOUS, **params: Any) -> httpx2.Response:
    answer = get(house, f"/{name}/exports/{format_}", person, **params)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.fixture(scope="module")
def ugly(house: House) -> str:
    house.published(UGLY, dataset_id="ugly")
    return "ugly"


def test_csv_is_written_to_the_byte_explore_6_3_csv(house: House, ugly: str) -> None:
    answer = file(house, ugly, "csv")
    assert answer.content.decode() == (
        '\ufeffname;une_valeur;n\r\n"a;b";é;1\r\n"say ""hi""";"line\nbreak";\r\n plain ;x,y;3\r\n'
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="ugly.csv"'
    assert answer.headers["cache-control"] == "no-cache, no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|", "\\t"])
def test_csv_is_read_back_with_every_delimiter_explore_6_2_delimiter(
    house: House, ugly: str, delimiter: str
) -> None:
    text = file(house, ugly, "csv", delimiter=delimiter, with_bom="false").text
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter.replace("\\t", "\t")))
    assert rows == [
        ["name", "une_valeur", "n"],
        ["a;b", "é", "1"],
        ['say "hi"', "line\nbreak", ""],
        [" plain ", "x,y", "3"],
    ]


def test_csv_quotes_all_and_takes_labels_unless_an_alias_says_otherwise(house: House, ugly: str) -> None:
    text = file(
        house,
        ugly,
        "csv",
        quote_all="true",
        use_labels="true",
        with_bom="false",
        select="une_valeur, n as number",
        limit=1,
    ).text
    assert text == '"Une valeur";"number"\r\n"é";"1"\r\n'


def test_a_line_of_csv_is_never_blank(house: House, ugly: str) -> None:
    assert file(house, ugly, "csv", select="n", with_bom="false").text == 'n\r\n1\r\n""\r\n3\r\n'


def test_json_is_the_records_explore_6_3_json(house: House, flights: str) -> None:
    results = get(house, f"/{flights}/records", limit=100).json()["results"]
    answer = file(house, flights, "json")
    assert answer.json() == results
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    lines = file(house, flights, "jsonl")
    assert [json.loads(one) for one in lines.text.splitlines()] == results
    assert lines.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert file(house, flights, "json", where="delay > 1000").json() == []
    assert file(house, flights, "jsonl", where="delay > 1000").content == b""


def test_datetimes_have_the_offset_of_the_zone_in_records_and_in_files_explore_3_timezone_printed(
    house: House, flights: str
) -> None:
    asked: dict[str, Any] = {"timezone": "America/New_York", "select": "departed", "order_by": "departed"}
    results = get(house, f"/{flights}/records", **asked).json()["results"]
    assert results[0] == {"departed": "2013-01-01T00:17:00-05:00"} or results[0]["departed"].endswith(
        "-05:00"
    )
    assert file(house, flights, "json", **asked).json() == results
    lines = file(house, flights, "csv", with_bom="false", **asked).text.splitlines()
    assert lines[1:] == [one["departed"] or '""' for one in results]


def test_parquet_is_typed_explore_6_3_parquet_types(house: House, flights: str) -> None:
    answer = file(house, flights, "parquet", parquet_compression="zstd")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    table = pq.read_table(io.BytesIO(answer.content))
    types = {name: str(table.schema.field(name).type) for name in ("carrier", "delay", "day", "departed")}
    assert types == {
        "carrier": "string",
        "delay": "int64",
        "day": "date32[day]",
        "departed": "timestamp[us, tz=UTC]",
    }
    assert table.num_rows == FLIGHTS.count("\n") - 1
    empty = pq.read_table(
        io.BytesIO(file(house, flights, "parquet", where="delay > 1000", use_labels="1").content)
    )
    assert (empty.num_rows, empty.num_columns) == (0, table.num_columns)


def test_a_file_takes_every_clause_without_the_bounds_of_a_page_explore_6_3_clauses(
    house: House, flights: str
) -> None:
    text = file(
        house,
        flights,
        "csv",
        select="carrier, count(*) as n",
        where=["delay < 100", "delay > -5"],
        group_by="carrier",
        order_by="n desc, carrier",
        limit=30_000,
        with_bom="false",
    ).text
    assert text == "carrier;n\r\nAA;2\r\nUA;2\r\nB6;1\r\n"
    rows = file(house, flights, "json", order_by="-delay", limit=2, offset=1, select="delay").json()
    assert rows == [{"delay": 45}, {"delay": 4}]
    assert len(file(house, flights, "json", limit=-1, where="search('snow')").json()) == 2
    assert len(file(house, flights, "json", refine="carrier:UA", exclude="origin:LGA").json()) == 2


def test_a_compressed_file_is_gzip_and_says_so_in_its_name_explore_6_2_compressed(
    house: House, ugly: str
) -> None:
    answer = file(house, ugly, "csv", compressed="true")
    assert answer.headers["content-type"] == "application/gzip"
    assert answer.headers["content-disposition"] == 'attachment; filename="ugly.csv.gz"'
    assert gzip.decompress(answer.content) == file(house, ugly, "csv").content


@pytest.mark.parametrize("format_", ["xls", "CSV", "csv.exe", "%00"])
def test_an_unknown_format_is_a_wrong_parameter_explore_6_1_unknown(
    house: House, flights: str, format_: str
) -> None:
    status, code, message = error(get(house, f"/{flights}/exports/{format_}"))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert "is expected" in message


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"delimiter": "x"}, "InvalidRESTParameterError"),
        ({"delimiter": "';"}, "InvalidRESTParameterError"),
        ({"with_bom": "perhaps"}, "InvalidRESTParameterError"),
        ({"limit": "-2"}, "InvalidRESTParameterError"),
        ({"offset": "-1"}, "InvalidRESTParameterError"),
        ({"timezone": "Mars/Base"}, "InvalidRESTParameterError"),
        ({"lang": "xx"}, "InvalidRESTParameterError"),
        ({"parquet_compression": "rar"}, "InvalidRESTParameterError"),
        ({"where": "(("}, "ODSQLSyntaxError"),
        ({"select": "nothing"}, "ODSQLError"),
        ({"refine": "nothing:1"}, "ODSQLError"),
        ({"refine": "nothing"}, "ODSQLError"),
    ],
)
@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_what_is_wrong_is_said_before_the_file_begins(
    house: House, flights: str, format_: str, params: dict[str, Any], code: str
) -> None:
    assert error(get(house, f"/{flights}/exports/{format_}", **params))[:2] == (400, code)


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl", "parquet"])
def test_a_file_holds_what_its_reader_may_see(house: House, people: Cast, format_: str) -> None:
    def content(person: Person) -> str:
        answer = file(house, people.dataset_id, format_, person)
        if format_ == "parquet":
            return str(pq.read_table(io.BytesIO(answer.content)).to_pylist())
        return answer.text

    seen = content(people.parisian)
    assert "Ada" in seen
    assert "Bob" in seen
    for hidden in ("Cyd", "Rome", "1111", "salary"):
        assert hidden not in seen
    assert "5555" in content(people.inspector)
    path = f"/{people.dataset_id}/exports/{format_}"
    assert error(get(house, path, people.blind))[:2] == (403, "ForbiddenAccess")
    assert error(get(house, path, people.stranger))[:2] == (404, "NotFoundResource")
    assert error(get(house, path, people.parisian, where="salary > 1"))[:2] == (400, "ODSQLError")


def test_head_has_the_head_of_the_file(house: House, flights: str) -> None:
    for slash in ("", "/"):
        answer = house.client.head(f"{EXPLORE}/{flights}/exports/csv{slash}")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert house.client.head(f"{EXPLORE}/{flights}/exports/csv?where=((").status_code == 400


@pytest.mark.parametrize("asked", ["xlsx", "parquet", "jsonl?compressed=true"])
def test_the_head_of_a_file_is_that_of_its_answer(house: House, flights: str, asked: str) -> None:
    """None is made for it, not even one that is finished on the disk first."""
    head, whole = (
        getattr(house.client, one)(f"{EXPLORE}/{flights}/exports/{asked}") for one in ("head", "get")
    )
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-disposition"):
        assert head.headers[name] == whole.headers[name]


def test_the_list_of_files_links_to_them_explore_4_4_exports(house: House, flights: str) -> None:
    body = get(house, f"/{flights}/exports").json()
    links = {one["rel"]: one["href"] for one in body["links"]}
    assert {"csv", "json", "jsonl", "parquet"} <= set(links)
    assert house.client.get(links["jsonl"]).status_code == 200
    assert {one["rel"] for one in body["_links"]} == {"self", "dataset"}
    assert error(get(house, "/nowhere/exports"))[:2] == (404, "NotFoundResource")


def test_a_dataset_without_rows_gives_files_without_rows_explore_6_3_no_rows(house: House) -> None:
    house.published("a,b\n", dataset_id="headed")
    assert file(house, "headed", "csv", with_bom="false").text == "a;b\r\n"
    assert file(house, "headed", "json").json() == []
