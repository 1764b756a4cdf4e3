"""Questions about the rows of datastores (section 11 of the reference)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.dkan.searching import NO_FUNCTION, Tables, foreign, own, sent
from tests.dialects.dkan.support import DATASTORE, Cast
from tests.support.house import House
from tests.support.saying import says

STATES = """name,state_id,area,founded
Alabama,1,52420,1819-12-14
Alaska,2,665384,1959-01-03
Arizona,4,113990,1912-02-14
Arkansas,5,53179,
Călifornia,6,163695,1850-09-09
"""
CITIES = """city,state_id,people
Mobile,1,187041
Juneau,2,32255
Anchorage,2,291247
Phoenix,4,1608139
Nowhere,,1
"""
HELP = "Search a datastore table. :param resource_id: id or alias of the data that is going to be selected."


@pytest.fixture(scope="module", params=["own", "foreign"])
def tables(request: pytest.FixtureRequest, house: House, people: Cast) -> Tables:
    is_own = request.param == "own"
    states, cities = (own(people.creator, one) if is_own else foreign(house, one) for one in (STATES, CITIES))
    return Tables(people.stranger, states, cities, is_own)


@says("dkan-11-response dkan-11-resource_id dkan-11-types")
def test_an_answer_has_this_form(tables: Tables) -> None:
    found = tables.ask(limit=1)
    assert list(found) == ["help", "success", "result"]
    assert (found["help"], found["success"]) == (HELP, True)
    names = ("name", "state_id", "area", "founded")
    assert found["result"] == {
        "fields": [*({"id": name, "type": "text"} for name in names), {"id": "entry_id", "type": "serial"}],
        "resource_id": [tables.states],
        "limit": 1,
        "total": 5,
        "records": [
            {"name": "Alabama", "state_id": "1", "area": "52420", "founded": "1819-12-14", "entry_id": "1"}
        ],
    }


ALL = ["Alabama", "Alaska", "Arizona", "Arkansas", "Călifornia"]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        pytest.param({}, ALL, id="dkan-11-default"),
        pytest.param({"filters[name]": "Alaska"}, ALL[1:2], id="dkan-11-filters-one"),
        pytest.param({"filters[name]": "Alaska,Arizona,Nowhere"}, ALL[1:3], id="dkan-11-filters-in"),
        pytest.param({"filters[name][]": ["Alaska", "Arizona"]}, ALL[1:3], id="dkan-11-filters-list"),
        pytest.param({"filters[name]": "alaska"}, [], id="dkan-11-filters-case"),
        pytest.param({"filters[state_id]": "2,4"}, ALL[1:3], id="dkan-11-filters-numbers"),
        pytest.param({"filters[state_id]": "two"}, [], id="dkan-11-filters-no-number"),
        pytest.param({"filters[founded]": "NULL"}, ALL[3:4], id="dkan-11-filters-null"),
        pytest.param({"filters[founded]": "NULL,1819-12-14"}, [ALL[0], ALL[3]], id="dkan-11-filters-null-in"),
        pytest.param({"filters[founded]": ""}, ALL[3:4], id="dkan-11-filters-empty"),
        pytest.param({"filters[state id]": "6"}, ALL[4:], id="dkan-11-filters-spaces"),
        pytest.param({"filters[State_ID]": "6"}, ALL[4:], id="dkan-11-filters-column-case"),
        pytest.param({"filters[entry_id]": "2,3"}, ALL[1:3], id="dkan-11-filters-entry-id"),
        pytest.param({"filters[name]": "Alaska", "filters[state_id]": "4"}, [], id="dkan-11-filters-and"),
        pytest.param({"query": "alas"}, ALL[1:2], id="dkan-11-query"),
        pytest.param({"q": "alas"}, ALL[1:2], id="dkan-11-q"),
        pytest.param({"query": "1959-01"}, ALL[1:2], id="dkan-11-query-any-column"),
        pytest.param({"query": "cali"}, ALL[4:], id="dkan-11-query-accents"),
        pytest.param({"query": "a%a"}, [], id="dkan-11-query-no-wildcards"),
        pytest.param({"query": "ari", "filters[name]": "Arkansas"}, [], id="dkan-11-query-and-filters"),
        pytest.param({"sort[name]": "desc"}, ALL[::-1], id="dkan-11-sort-map"),
        pytest.param({"sort": "name desc"}, ALL[::-1], id="dkan-11-sort-text"),
        pytest.param({"sort": "name"}, ALL, id="dkan-11-sort-name"),
        pytest.param(
            {"sort": "founded asc,name"}, [ALL[0], ALL[4], ALL[2], ALL[1], ALL[3]], id="dkan-11-sort-two"
        ),
        pytest.param({"sort[name]": "ASC"}, ALL, id="dkan-11-sort-upper"),
        pytest.param({"sort[entry_id]": "desc"}, ALL[::-1], id="dkan-11-sort-entry-id"),
        pytest.param({"limit": "2"}, ALL[:2], id="dkan-11-limit"),
        pytest.param({"limit": "2", "offset": "3"}, ALL[3:], id="dkan-11-offset"),
        pytest.param({"offset": "99"}, [], id="dkan-11-offset-beyond"),
        pytest.param({"limit": "0"}, ALL, id="dkan-11-limit-0"),
        pytest.param({"page": "2", "foo[bar]": "1"}, ALL, id="dkan-11-unknown-parameters"),
    ],
)
def test_rows_are_found_sorted_and_paged(tables: Tables, params: dict[str, Any], names: list[str]) -> None:
    found = tables.ask(**params)
    assert [one["name"] for one in found["result"]["records"]] == names
    assert found["success"] is bool(names)


def test_the_number_of_all_rows_is_told_and_the_limit_as_it_was_sent(tables: Tables) -> None:
    found = tables.ask(limit=2, offset=1, **{"filters[state_id]": "1,2,4"})["result"]
    assert (found["total"], found["limit"]) == (3, 2)
    assert tables.ask(limit=0)["result"]["limit"] == 0
    assert tables.ask(limit=500)["result"]["limit"] == 500


@pytest.mark.parametrize(
    ("params", "columns"),
    [
        pytest.param({"fields[]": ["area", "name"]}, ["area", "name"], id="dkan-11-fields-list"),
        pytest.param({"fields": "area,name"}, ["area", "name"], id="dkan-11-fields-text"),
        pytest.param(
            {"fields": "*"}, ["name", "state_id", "area", "founded", "entry_id"], id="dkan-11-fields-all"
        ),
        pytest.param({"fields": "entry_id"}, ["entry_id"], id="dkan-11-fields-entry-id"),
        pytest.param({"fields": "name,name"}, ["name"], id="dkan-11-fields-twice"),
    ],
)
def test_columns_are_chosen(tables: Tables, params: dict[str, Any], columns: list[str]) -> None:
    found = tables.ask(**params)["result"]
    assert [one["id"] for one in found["fields"]] == columns
    assert list(found["records"][0]) == columns


@pytest.mark.parametrize(
    ("params", "records"),
    [
        pytest.param({"sum": "area"}, [{"sum_area": "1048668"}], id="dkan-11-sum"),
        pytest.param({"avg": "state_id"}, [{"avg_state_id": "3.6"}], id="dkan-11-avg"),
        pytest.param({"min": "area"}, [{"min_area": "52420"}], id="dkan-11-min"),
        pytest.param({"max": "area"}, [{"max_area": "665384"}], id="dkan-11-max"),
        pytest.param({"min": "name"}, [{"min_name": "Alabama"}], id="dkan-11-min-of-texts"),
        pytest.param({"count": "founded"}, [{"count_founded": "4"}], id="dkan-11-count"),
        pytest.param({"count": "*"}, [{"count": "5"}], id="dkan-11-count-all"),
        pytest.param(
            {"sum[]": ["area", "state_id"], "count": "name"},
            [{"sum_area": "1048668", "sum_state_id": "18", "count_name": "5"}],
            id="dkan-11-sum-several",
        ),
        pytest.param(
            {"sum": "area", "count": "name", "filters[name]": "Nowhere"},
            [{"sum_area": None, "count_name": "0"}],
            id="dkan-11-sum-of-nothing",
        ),
        pytest.param(
            {"count": "name", "group_by": "state_id", "limit": "2", "sort[state_id]": "desc"},
            [{"state_id": "6", "count_name": "1"}, {"state_id": "5", "count_name": "1"}],
            id="dkan-11-group_by",
        ),
        pytest.param(
            {"group_by": "state_id,name", "fields": "name", "limit": "1"},
            [{"name": "Alabama"}],
            id="dkan-11-group_by-two",
        ),
        pytest.param(
            {"group_by[]": ["founded"], "sum": "area", "sort": "sum_area desc", "limit": "1"},
            [{"founded": "1959-01-03", "sum_area": "665384"}],
            id="dkan-11-group_by-list-sorted-by-sum",
        ),
    ],
)
def test_figures_are_taken(tables: Tables, params: dict[str, Any], records: list[Any]) -> None:
    found = tables.ask(**params)
    assert found["result"]["records"] == records
    assert found["success"] is True


@says("dkan-11-no-match")
def test_a_table_without_rows_that_match_is_no_success(tables: Tables) -> None:
    found = tables.ask(**{"filters[name]": "Nowhere"})
    assert (found["success"], found["result"]["total"], found["result"]["records"]) == (False, 0, [])


def both(tables: Tables, **params: Any) -> dict[str, Any]:
    named = {"resource_id[a]": tables.states, "resource_id[b]": tables.cities}
    return {**named, "join[a]": "state_id", "join[b]": "state_id", **params}


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        pytest.param(
            {},
            [("Alabama", "Mobile"), ("Alaska", "Juneau"), ("Alaska", "Anchorage"), ("Arizona", "Phoenix")],
            id="dkan-11-join",
        ),
        pytest.param(
            {"filters[a][name]": "Alaska"},
            [("Alaska", "Juneau"), ("Alaska", "Anchorage")],
            id="dkan-11-join-filters",
        ),
        pytest.param(
            {"filters[city]": "Phoenix"}, [("Arizona", "Phoenix")], id="dkan-11-join-filters-without-alias"
        ),
        pytest.param({"query": "ancho"}, [("Alaska", "Anchorage")], id="dkan-11-join-query"),
        pytest.param(
            {"sort[b][city]": "desc", "limit": "1"}, [("Arizona", "Phoenix")], id="dkan-11-join-sort"
        ),
        pytest.param({"offset": "3"}, [("Arizona", "Phoenix")], id="dkan-11-join-offset"),
    ],
)
def test_two_tables_are_joined(tables: Tables, params: dict[str, Any], rows: list[tuple[str, str]]) -> None:
    found = tables.ask(**both(tables, **{"fields[a]": "name", "fields[b][]": ["city"], **params}))["result"]
    assert [(one["name"], one["city"]) for one in found["records"]] == rows
    assert [one["id"] for one in found["fields"]] == ["name", "city"]
    assert found["resource_id"] == {"a": tables.states, "b": tables.cities}


def test_columns_of_the_same_name_are_told_apart_by_the_alias(tables: Tables) -> None:
    found = tables.ask(**both(tables, limit=1))["result"]
    names = ["name", "state_id", "area", "founded", "entry_id", "city", "b_state_id", "people", "b_entry_id"]
    assert [one["id"] for one in found["fields"]] == names == list(found["records"][0])
    assert found["total"] == 4


def test_a_joined_answer_is_grouped(tables: Tables) -> None:
    params = {"sum[b][people]": "n", "group_by[a]": "name", "sort[n]": "desc", "limit": "2"}
    found = tables.ask(**both(tables, **params))["result"]
    assert found["records"] == [{"name": "Arizona", "n": "1608139"}, {"name": "Alaska", "n": "323502"}]
    assert found["total"] == 3


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"resource_id": ""}, "resource_id is a required parameter.", id="dkan-11-errors-no-resource-id"
        ),
        pytest.param(
            {"resource_id": "d2142282-0000-0000-0000-000000000000"},
            "There is no resource with rows whose resource_id is d2142282-0000-0000-0000-000000000000.",
            id="dkan-11-errors-bad-uuid",
        ),
        pytest.param({"filters[nope]": "1"}, "There is no column nope.", id="dkan-11-errors-unknown-column"),
        pytest.param({"fields": "name,nope"}, "There is no column nope.", id="dkan-11-errors-unknown-field"),
        pytest.param({"sort[nope]": "asc"}, "There is no column nope.", id="dkan-11-errors-unknown-sort"),
        pytest.param({"sort[name]": "up"}, "sort goes asc or desc.", id="dkan-11-errors-direction"),
        pytest.param({"sum": "nope"}, "There is no column nope.", id="dkan-11-errors-unknown-sum"),
        pytest.param(
            {"limit": "-1"}, "limit is a whole number from 0 on, and not -1.", id="dkan-11-errors-limit"
        ),
        pytest.param(
            {"offset": "x"}, "offset is a whole number from 0 on, and not x.", id="dkan-11-errors-offset"
        ),
        pytest.param(
            {"filters[b][name]": "x"},
            "filters names a table b that is none of resource_id.",
            id="dkan-11-errors-alias",
        ),
        pytest.param(
            {"filters": "x"}, "filters is written filters[column]=value.", id="dkan-11-errors-filters"
        ),
        pytest.param(
            {"fields": "name", "group_by": "state_id"},
            "Column name must be in group_by.",
            id="dkan-11-errors-group-by",
        ),
        pytest.param({"query": "x" * 501}, "query has at most 500 characters.", id="dkan-11-errors-query"),
        pytest.param({"std": "area"}, NO_FUNCTION.format("std"), id="dkan-11-errors-std"),
        pytest.param({"variance[area]": "v"}, NO_FUNCTION.format("variance"), id="dkan-11-errors-variance"),
    ],
)
def test_what_is_wrong_is_said_with_status_200(tables: Tables, params: dict[str, Any], message: str) -> None:
    assert tables.ask(**params) == {"error": {"message": message}}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param(
            {"join[a]": None, "join[b]": None},
            "join is needed where there are two resources: join[a]=column&join[b]=column.",
            id="dkan-11-errors-several-without-join",
        ),
        pytest.param(
            {"filters[state_id]": "1"},
            "Both tables have a column state_id: say of which, by its alias.",
            id="dkan-11-errors-ambiguous",
        ),
        pytest.param({"join[a]": "nope"}, "There is no column a.nope.", id="dkan-11-errors-join-column"),
        pytest.param(
            {"join[b]": None, "join[c]": "state_id"},
            "There is no column c.state_id.",
            id="dkan-11-errors-join-alias",
        ),
        pytest.param(
            {"resource_id[c]": "x"}, "resource_id names two resources at most.", id="dkan-11-errors-three"
        ),
    ],
)
def test_what_is_wrong_with_a_join_is_said(tables: Tables, params: dict[str, Any], message: str) -> None:
    asked_ = {name: value for name, value in both(tables, **params).items() if value is not None}
    assert tables.ask(**asked_) == {"error": {"message": message}}


@says("dkan-11-post")
def test_several_questions_are_asked_at_once(tables: Tables) -> None:
    body = {
        "first": {"resource_id": tables.states, "filters": {"state_id": [1, 2]}, "fields": ["name"]},
        "second": {
            "resource_id": {"a": tables.states, "b": tables.cities},
            "join": {"a": "state_id", "b": "state_id"},
            "filters": {"a": {"name": "Alaska"}},
            "fields": {"a": ["name"], "b": "*"},
            "sum": None,
        },
        "third": {"resource_id": "nowhere"},
        "fourth": "x",
        "fifth": {
            "resource_id": {"s": tables.states},
            "max": {"s": {"area": "largest"}},
            "min": {"s": ["area"]},
        },
    }
    found = sent(tables.client, body)
    assert list(found) == list(body)
    assert found["first"]["result"]["records"] == [{"name": "Alabama"}, {"name": "Alaska"}]
    assert [one["city"] for one in found["second"]["result"]["records"]] == ["Juneau", "Anchorage"]
    assert "nowhere" in found["third"]["error"]["message"]
    assert found["fourth"] == {"error": {"message": 'A query is an object: {"resource_id": ...}.'}}
    assert found["fifth"]["result"]["records"] == [{"min_area": "52420", "largest": "665384"}]
    assert found["fifth"]["result"]["resource_id"] == {"s": tables.states}


def test_one_question_may_be_posted_by_itself(tables: Tables) -> None:
    found = sent(
        tables.client, {"resource_id": tables.states, "filters": [{"state_id": 6}], "sort": "name desc"}
    )
    assert [one["name"] for one in found["result"]["records"]] == ["Călifornia"]


def test_a_question_called_data_is_one_of_several(tables: Tables) -> None:
    found = sent(tables.client, {"data": {"resource_id": tables.states, "limit": 1}})
    assert found["data"]["result"]["total"] == 5


def test_too_many_questions_are_refused(tables: Tables) -> None:
    found = sent(tables.client, {f"q{number}": {} for number in range(51)})
    assert found == {"error": {"message": "There are 50 queries at most."}}


@pytest.mark.parametrize(
    ("accept", "extension", "type_", "beginning"),
    [
        pytest.param("*/*", "", "text/yaml", "---", id="dkan-11-yaml"),
        pytest.param("application/json", "", "application/json", '{"help"', id="dkan-11-json"),
        pytest.param("*/*", ".json", "application/json", '{"help"', id="dkan-11-search-json"),
        pytest.param("*/*", ".xml", "application/xml", "<?xml", id="dkan-11-search-xml"),
        pytest.param("*/*", ".jsonp", "text/javascript", 'f({"help"', id="dkan-11-search-jsonp"),
    ],
)
def test_answers_have_several_formats(
    tables: Tables, accept: str, extension: str, type_: str, beginning: str
) -> None:
    params = {"resource_id": tables.states, "callback": "f"}
    path = f"root:{DATASTORE}/search{extension}"
    answer = tables.client.ask("GET", path, params=params, headers={"Accept": accept})
    assert answer.headers["content-type"] == type_
    assert answer.text.startswith(beginning)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["name", "state_id", "entry_id", "a", "b", "*", "nope", "name desc", ""])
PARAMETERS = st.sampled_from(
    ["filters", "query", "fields", "sort", "limit", "offset", "join", "group_by", "sum", "min", "count"]
)
VALUES = (
    JSON
    | NAMES
    | st.lists(NAMES, max_size=3)
    | st.dictionaries(
        NAMES, NAMES | st.lists(NAMES, max_size=2) | st.dictionaries(NAMES, NAMES, max_size=2), max_size=2
    )
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    questions=st.lists(st.dictionaries(PARAMETERS, VALUES, max_size=4), min_size=1, max_size=4),
    is_join=st.booleans(),
)
def test_whatever_is_asked_is_answered_or_refused(
    tables: Tables, questions: list[dict[str, Any]], is_join: bool
) -> None:
    of = {"a": tables.states, "b": tables.cities} if is_join else tables.states
    join = {"join": {"a": "state_id", "b": "state_id"}} if is_join else {}
    body = {f"q{number}": {"resource_id": of, **join, **one} for number, one in enumerate(questions)}
    for found in sent(tables.client, body).values():
        assert list(found) in (["help", "success", "result"], ["error"])
        if "error" in found:
            assert found["error"]["message"]
