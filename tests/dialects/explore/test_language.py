"""ODSQL at the door: the codes and words of errors, and values that are not printed as their types say."""

import csv
import io
import json
from typing import Any

import pytest
from tests.dialects.explore.support import error, get
from tests.support.house import AUTOMATION, House

ROWS = """id,since,founded,told,seen
1,2019-03-26,1851-07-14,"{""a"": [1, null]}",2021-02-20T02:57:30Z
2,2020-11-02,1900-01-01,no json,2021-02-20T23:30:00Z
3,,1900-12-31,,
"""

SYNTAX = "ODSQLSyntaxError"
MEANING = "ODSQLError"
UNLIKE = "IncompatibleTypesInComparisonFilter"


@pytest.fixture(scope="module")
def dated(house: House) -> str:
    """A dataset with dates that are known to the month and to the year."""
    made = house.create(dataset_id="dated")
    house.add_csv(made["uid"], ROWS)
    for field, precision in (("since", "month"), ("founded", "year")):
        step = {"type": "annotate", "field": field, "annotation": "timeserie_precision", "args": [precision]}
        path = f"{AUTOMATION}/datasets/{made['uid']}/fields/"
        assert house.client.post(path, json=step, headers=house.admin.headers).status_code == 201
    assert house.publish(made["uid"])["status"] == "idle"
    return "dated"


def _results(house: House, name: str, **params: Any) -> Any:
    answer = get(house, f"/{name}/records", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def _file(house: House, name: str, format_: str, **params: Any) -> str:
    answer = get(house, f"/{name}/exports/{format_}", **params)
    assert answer.status_code == 200, answer.text
    return answer.text


def _csv(house: House, name: str, **params: Any) -> list[list[str]]:
    text = _file(house, name, "csv", with_bom="false", **params)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        pytest.param(
            {"where": 'contains(objet, "espaces verts")'},
            SYNTAX,
            'ODSQL syntax exception: unexpected ( at position 8 in contains(objet, "espaces verts").'
            " Clause(s) containing the error(s): where.",
            id="explore-7.1-ODSQLSyntaxError",
        ),
        pytest.param(
            {"where": "garbage=="},
            SYNTAX,
            "ODSQL syntax exception: unexpected = at position 8 in garbage=="
            ". Clause(s) containing the error(s): where.",
            id="explore-7.1-position",
        ),
        pytest.param(
            {"where": "1_uai = 2"},
            SYNTAX,
            "ODSQL syntax exception: unexpected _uai at position 1 in 1_uai = 2."
            " Clause(s) containing the error(s): where.",
            id="explore-7.1-position-of-a-name",
        ),
        pytest.param(
            {"order_by": "id,"},
            SYNTAX,
            "ODSQL syntax exception: unexpected end of line at position 3 in id,."
            " Clause(s) containing the error(s): order_by.",
            id="explore-7.1-end-of-line",
        ),
        pytest.param(
            {"where": ["id = 1", "id == 2"]},
            SYNTAX,
            "ODSQL syntax exception: unexpected = at position 4 in id == 2."
            " Clause(s) containing the error(s): where.",
            id="explore-7.1-position-in-one-of-several-clauses",
        ),
        pytest.param(
            {"select": "foo"},
            MEANING,
            "ODSQL query is malformed: Unknown field: foo. Clause(s) containing the error(s): select.",
            id="explore-7.1-ODSQLError",
        ),
        pytest.param(
            {"select": "invalid_function()"},
            SYNTAX,
            "ODSQL syntax exception: unexpected ( at position 16 in invalid_function()."
            " Clause(s) containing the error(s): select.",
            id="explore-7.1-invalid_function",
        ),
        pytest.param(
            {"select": "sum(told)"},
            MEANING,
            "ODSQL query is malformed: StatAggregation only supports numeric or date expression."
            " Clause(s) containing the error(s): select.",
            id="explore-7.1-StatAggregation",
        ),
        pytest.param(
            {"select": "id as y, told as y"},
            MEANING,
            "ODSQL query is malformed: Alias 'y' is declared several times."
            " Clause(s) containing the error(s): select.",
            id="explore-7.1-alias-twice",
        ),
        pytest.param(
            {"where": "id = 'x'"},
            UNLIKE,
            "ODSQL query is malformed: Type int cannot be compared with a text."
            " Clause(s) containing the error(s): where.",
            id="explore-7.1-IncompatibleTypesInComparisonFilter",
        ),
        pytest.param(
            {"where": "since in ('2020-01-01')"},
            UNLIKE,
            "ODSQL query is malformed: Type date cannot be compared with a text."
            " Clause(s) containing the error(s): where.",
            id="explore-7.1-IncompatibleTypesInComparisonFilter-in",
        ),
        pytest.param(
            {"where": "since > '-01'"},
            MEANING,
            "ODSQL query is malformed: Invalid date to parse '-01'."
            " Clause(s) containing the error(s): where.",
            id="explore-7.1-bad-date",
        ),
        pytest.param(
            {"limit": "1473"},
            "InvalidRESTParameterError",
            "Invalid value for limit API parameter: 1473 was found but -1 <= limit <= 100 is expected.",
            id="explore-7.1-InvalidRESTParameterError-limit",
        ),
        pytest.param(
            {"limit": "100", "offset": "9901"},
            "InvalidRESTParameterError",
            "Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected.",
            id="explore-7.1-InvalidRESTParameterError-sum",
        ),
        pytest.param(
            {"limit": "20000", "offset": "1", "group_by": "id"},
            "InvalidRESTParameterError",
            "Invalid value for sum of offset + limit API parameter: 20001 was found but <= 20000 is expected.",
            id="explore-3-limit-with-group_by",
        ),
        pytest.param(
            {"limit": "-2"},
            "InvalidRESTParameterError",
            "Invalid value for limit API parameter: -2 was found but -1 <= limit <= 100 is expected.",
            id="explore-3-limit-below",
        ),
    ],
)
def test_an_error_has_its_code_and_words(
    house: House, dated: str, params: Any, code: str, message: str
) -> None:
    assert error(get(house, f"/{dated}/records", **params)) == (400, code, message)


def test_nothing_found_is_no_error_explore_7_1(house: House, dated: str) -> None:
    answer = get(house, f"/{dated}/records", where="id = 99")
    assert (answer.status_code, answer.json()) == (200, {"total_count": 0, "results": []})


@pytest.mark.parametrize(
    ("params", "count", "total"),
    [
        pytest.param({}, 3, 3, id="explore-3-limit-default"),
        pytest.param({"limit": -1}, 3, 3, id="explore-3-limit-all"),
        pytest.param({"limit": 0}, 0, 3, id="explore-3-limit-zero"),
        pytest.param({"limit": 100, "offset": 9900}, 0, 3, id="explore-3-offset-largest"),
        pytest.param({"limit": 20000, "group_by": "id"}, 3, 3, id="explore-3-limit-of-groups"),
        pytest.param({"limit": -1, "offset": 1, "group_by": "id"}, 2, 3, id="explore-3-offset-of-groups"),
    ],
)
def test_pages_have_bounds(house: House, dated: str, params: Any, count: int, total: int) -> None:
    found = get(house, f"/{dated}/records", **params).json()
    assert (len(found["results"]), found["total_count"]) == (count, total)


def test_dates_are_printed_as_well_as_they_are_known_explore_11_timeserie_precision(
    house: House, dated: str
) -> None:
    expected = [
        {"since": "2019-03", "founded": "1851"},
        {"since": "2020-11", "founded": "1900"},
        {"since": None, "founded": "1900"},
    ]
    assert _results(house, dated, select="since, founded") == expected
    assert json.loads(_file(house, dated, "json", select="since, founded", order_by="id")) == expected
    assert _csv(house, dated, select="since, founded", order_by="id") == [
        ["since", "founded"],
        ["2019-03", "1851"],
        ["2020-11", "1900"],
        ["", "1900"],
    ]
    assert _results(house, dated, select="max(since) as last, min(founded) as first", limit=1) == [
        {"last": "2020-11", "first": "1851"}
    ]
    grouped = _results(house, dated, group_by="founded", select="count(*) as n")
    assert grouped == [{"founded": year, "n": 1} for year in ("1851", "1900", "1900")]


def test_a_text_is_shown_as_the_json_that_it_is_explore_10_3_json_format(house: House, dated: str) -> None:
    """Files other than JSON have the text."""
    asked = {"select": "json_format(told) as t, json_format(told, 'none') as u", "order_by": "id"}
    expected = [
        {"t": {"a": [1, None]}, "u": {"a": [1, None]}},
        {"t": "no json", "u": "none"},
        {"t": None, "u": None},
    ]
    assert _results(house, dated, **asked) == expected
    assert json.loads(_file(house, dated, "json", **asked)) == expected
    assert [json.loads(one) for one in _file(house, dated, "jsonl", **asked).splitlines()] == expected
    assert _csv(house, dated, **asked)[1:] == [['{"a": [1, null]}'] * 2, ["no json"] * 2, ["", ""]]


def test_ranges_are_keys_with_texts_explore_10_5_range(house: House, dated: str) -> None:
    asked = {"group_by": "range(seen, 1 day) as d", "select": "count(*) as n"}
    assert _results(house, dated, **asked) == [
        {"d": "[2021-02-20T00:00:00.000Z, 2021-02-21T00:00:00.000Z[", "n": 2},
        {"d": None, "n": 1},
    ]
    assert _csv(house, dated, **asked, timezone="Europe/Paris") == [
        ["d", "n"],
        ["[2021-02-20T00:00:00+01:00, 2021-02-21T00:00:00+01:00[", "1"],
        ["[2021-02-21T00:00:00+01:00, 2021-02-22T00:00:00+01:00[", "1"],
        ["", "1"],
    ]
    assert _results(house, dated, group_by="range(id, *, 2, 7, 9)", select="count(*)") == [
        {"range(id, *, 2, 7, 9)": "[*, 2.0[", "count(*)": 1},
        {"range(id, *, 2, 7, 9)": "[2.0, 7.0[", "count(*)": 2},
        {"range(id, *, 2, 7, 9)": "[7.0, 9.0[", "count(*)": 0},
    ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("fr", "sam. samedi", id="explore-3-lang"),
        pytest.param("de", "Sa Samstag", id="explore-3-lang-de"),
        pytest.param("eu", "lr. larunbata", id="explore-3-lang-eu"),
    ],
)
def test_days_have_names_in_the_language_that_is_asked_for(
    house: House, dated: str, language: str, expected: str
) -> None:
    asked = {"select": "date_format(seen, 'E EEEE') as d", "where": "id = 1", "lang": language}
    assert _results(house, dated, **asked) == [{"d": expected}]


@pytest.mark.parametrize(
    ("select", "names"),
    [
        pytest.param("include(default.tit*)", ["title"], id="explore-10.3-include-of-the-catalogue"),
        pytest.param("include(titl*), dataset_id", ["title", "dataset_id"], id="explore-10.3-include-prefix"),
        pytest.param(
            "title, publisher, exclude(default.pub*)", ["title"], id="explore-10.3-exclude-of-the-catalogue"
        ),
    ],
)
def test_fields_of_the_catalogue_by_the_beginning_of_their_names(
    house: House, dated: str, select: str, names: list[str]
) -> None:
    (found,) = get(house, select=select, where=f"dataset_id = '{dated}'").json()["results"]
    assert list(found) == names


def test_datasets_are_grouped_by_ranges_explore_10_5_range_of_the_catalogue(house: House, dated: str) -> None:
    asked: dict[str, Any] = {"group_by": "range(records_count, *, 3, 4) as r", "select": "count(*) as n"}
    found = get(house, where=f"dataset_id = '{dated}'", **asked).json()
    assert found["results"] == [{"r": "[*, 3.0[", "n": 0}, {"r": "[3.0, 4.0[", "n": 1}]
