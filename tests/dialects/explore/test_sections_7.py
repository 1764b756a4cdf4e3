"""Errors: each row and sample of section 7.1 of the reference."""

from typing import Any

import pytest
from tests.dialects.explore.places import attach, published_places
from tests.dialects.explore.support import error, get
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

CLAUSE = "Clause(s) containing the error(s):"


@pytest.fixture(scope="module", autouse=True)
def places(house: House) -> str:
    """The uid of the one dataset."""
    return published_places(house)


RECORDS: list[tuple[str, dict[str, Any], str, str]] = [
    ("syntax", {"where": 'contains(objet, "espaces verts")'}, "ODSQLSyntaxError",
     f'ODSQL syntax exception: unexpected ( at position 8 in contains(objet, "espaces verts"). {CLAUSE} where.'),
    ("syntax-garbage", {"where": "garbage=="}, "ODSQLSyntaxError",
     f"ODSQL syntax exception: unexpected = at position 8 in garbage==. {CLAUSE} where."),
    ("syntax-digit", {"where": "1_uai = 2"}, "ODSQLSyntaxError",
     f"ODSQL syntax exception: unexpected _uai at position 1 in 1_uai = 2. {CLAUSE} where."),
    ("syntax-end", {"select": "name,"}, "ODSQLSyntaxError",
     f"ODSQL syntax exception: unexpected end of line at position 5 in name,. {CLAUSE} select."),
    ("syntax-in-its-own-clause", {"where": ["pop > 1", "pop >"]}, "ODSQLSyntaxError",
     f"ODSQL syntax exception: unexpected end of line at position 5 in pop >. {CLAUSE} where."),
    ("unknown-field", {"select": "foo"}, "ODSQLError",
     f"ODSQL query is malformed: Unknown field: foo. {CLAUSE} select."),
    ("unknown-field-order_by", {"order_by": "foo"}, "ODSQLError",
     f"ODSQL query is malformed: Unknown field: foo. {CLAUSE} order_by."),
    ("unknown-field-group_by", {"group_by": "foo"}, "ODSQLError",
     f"ODSQL query is malformed: Unknown field: foo. {CLAUSE} group_by."),
    ("aggregate-of-text", {"select": "sum(name)"}, "ODSQLError",
     "StatAggregation only supports numeric or date expression."),
    ("group-by-geo", {"group_by": "at"}, "ODSQLError",
     "Use the geo_cluster(point_geo, int_precision) aggregation function instead"),
    ("alias-twice", {"select": "name as y, pop as y"}, "ODSQLError", "Alias 'y' is declared several times"),
    ("incompatible", {"where": "pop = 'x'"}, "IncompatibleTypesInComparisonFilter",
     "Type int cannot be compared with a text."),
    ("incompatible-in", {"where": "pop in ('x')"}, "IncompatibleTypesInComparisonFilter",
     "Type int cannot be compared with a text."),
    ("incompatible-date", {"where": "founded = '2019-08-05'"}, "IncompatibleTypesInComparisonFilter",
     "Type date cannot be compared with a text."),
    ("date", {"where": "founded > date'-01'"}, "ODSQLError", "Invalid date to parse '-01'."),
    ("limit", {"limit": 1473}, "InvalidRESTParameterError",
     "Invalid value for limit API parameter: 1473 was found but -1 <= limit <= 100 is expected."),
    ("limit-below", {"limit": -2}, "InvalidRESTParameterError",
     "Invalid value for limit API parameter: -2 was found but -1 <= limit <= 100 is expected."),
    ("limit-no-number", {"limit": "x"}, "InvalidRESTParameterError",
     "Invalid value for limit API parameter: x was found but -1 <= limit <= 100 is expected."),
    ("limit-of-groups", {"limit": 20_001, "group_by": "name"}, "InvalidRESTParameterError",
     "Invalid value for limit API parameter: 20001 was found but -1 <= limit <= 20000 is expected."),
    ("offset", {"offset": 9_901, "limit": 100}, "InvalidRESTParameterError",
     "Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected."),
    ("offset-of-groups", {"offset": 19_991, "limit": 10, "group_by": "name"}, "InvalidRESTParameterError",
     "Invalid value for sum of offset + limit API parameter: 20001 was found but <= 20000 is expected."),
    ("offset-below", {"offset": -1}, "InvalidRESTParameterError",
     "Invalid value for offset API parameter: -1 was found but 0 <= offset is expected."),
    ("flag", {"include_links": "maybe"}, "InvalidRESTParameterError",
     "Invalid value for include_links API parameter: maybe was found but true or false is expected."),
    ("metas", {"include_app_metas": "maybe"}, "InvalidRESTParameterError",
     "Invalid value for include_app_metas API parameter: maybe was found but true or false is expected."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("params", "code", "text"), [pytest.param(*row, id=f"explore-7.1-{name}") for name, *row in RECORDS]
)
def test_errors_of_queries(house: House, params: dict[str, Any], code: str, text: str) -> None:
    status, found, message = error(get(house, "/places/records", **params))
    assert (status, found) == (400, code)
    assert message == text if text.startswith(("ODSQL ", "Invalid value")) else text in message


def test_an_unknown_function_is_an_error_of_the_language_explore_7_1(house: House) -> None:
    status, code, message = error(get(house, "/places/records", select="invalid_function()"))
    assert (status, code) == (400, "ODSQLSyntaxError")
    assert message.startswith("ODSQL syntax exception: unexpected ( at position 16 in invalid_function()")


@pytest.mark.parametrize("path", ["", "/places"])
def test_the_catalogue_says_it_in_the_same_words_explore_7_1(house: House, path: str) -> None:
    message = f"ODSQL query is malformed: Unknown field: foo. {CLAUSE} select."
    assert error(get(house, path, select="foo")) == (400, "ODSQLError", message)
    for params in ({"include_links": "x"}, {"include_app_metas": "x"}):
        answer = house.client.get(f"{EXPLORE}{path}", params=params)
        assert error(answer)[:2] == (400, "InvalidRESTParameterError")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("/nothing", "Unknown dataset: nothing", id="explore-7.1-404-dataset"),
        pytest.param("/nothing/records", "Unknown dataset: nothing", id="explore-7.1-404-records"),
        pytest.param("/nothing/facets", "Unknown dataset: nothing", id="explore-7.1-404-facets"),
        pytest.param("/nothing/exports", "Unknown dataset: nothing", id="explore-7.1-404-exports"),
        pytest.param("/nothing/exports/csv", "Unknown dataset: nothing", id="explore-7.1-404-export"),
        pytest.param("/nothing/attachments", "Unknown dataset: nothing", id="explore-7.1-404-attachments"),
        pytest.param("/places/records/x", "Unknown record: x", id="explore-7.1-404-record"),
        pytest.param("/places/attachments/x", "Unknown attachment: x", id="explore-7.1-404-attachment"),
    ],
)
def test_what_is_not_there(house: House, path: str, message: str) -> None:
    assert error(get(house, path)) == (404, "NotFoundResource", message)


@pytest.mark.parametrize("path", ["", "/places", "/places/records", "/places/exports/csv", "/nothing"])
def test_a_wrong_key_is_told_explore_7_1_401(house: House, path: str) -> None:
    for params, headers in (({"apikey": "wrong"}, {}), ({}, {"Authorization": "Apikey wrong"})):
        answer = house.client.get(f"{EXPLORE}{path}", params=params, headers=headers)
        assert error(answer)[:2] == (401, "Unauthorized")


def test_records_that_may_not_be_read_are_forbidden_explore_7_1_403(house: House) -> None:
    made = house.published("a\n1\n", dataset_id="closed", is_restricted=True)
    reader = house.person()
    house.give(made["uid"], reader, is_data_visible=False)
    attached = attach(house, made["uid"])

    def status(path: str, person: Person) -> int:
        return get(house, f"/closed{path}", person).status_code

    for path in ("/records", "/records/x", "/facets", "/facets?facet=a", "/exports/csv", "/exports/json"):
        assert error(get(house, f"/closed{path}", reader))[:2] == (403, "ForbiddenAccess")
        assert status(path, ANONYMOUS) == 404
    for path in ("", "/exports", "/attachments", f"/attachments/{attached}"):
        assert (status(path, reader), status(path, ANONYMOUS)) == (200, 404)


def test_nothing_that_matches_is_no_error_explore_7_1(house: House) -> None:
    assert get(house, "/places/records", where="pop < 0").json() == {"total_count": 0, "results": []}
    assert get(house, "/places/records", where="pop < 0", group_by="name").json() == {
        "total_count": 0,
        "results": [],
    }
