"""Facets of records and of the catalogue."""

from typing import Any

import pytest
from tests.dialects.explore.support import Cast, error, get
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

CATALOG = EXPLORE.removesuffix("/datasets")


def values(house: House, name: str, person: Person = ANONYMOUS, **params: Any) -> dict[str, list[Any]]:
    """The values of each facet as [value, count, state]."""
    answer = get(house, f"/{name}/facets", person, **params)
    assert answer.status_code == 200, answer.text
    return {
        facet["name"]: [[one["value"], one.get("count"), one["state"]] for one in facet["facets"]]
        for facet in answer.json()["facets"]
    }


def displayed(*counts: tuple[str, int]) -> list[Any]:
    return [[value, count, "displayed"] for value, count in counts]


def test_the_values_of_a_field_are_counted_the_most_frequent_first(house: House, flights: str) -> None:
    answer = get(house, f"/{flights}/facets", facet="carrier")
    assert answer.json() == {
        "_links": [],
        "links": [],
        "facets": [
            {
                "name": "carrier",
                "facets": [
                    {"name": "UA", "value": "UA", "state": "displayed", "count": 3},
                    {"name": "AA", "value": "AA", "state": "displayed", "count": 2},
                    {"name": "B6", "value": "B6", "state": "displayed", "count": 1},
                    {"name": "DL", "value": "DL", "state": "displayed", "count": 1},
                ],
            }
        ],
    }


def test_several_facets_are_answered_in_their_order_and_none_if_none_is_annotated(
    house: House, flights: str
) -> None:
    assert list(values(house, flights, facet=["origin", "late"])) == ["origin", "late"]
    assert values(house, flights, facet="late") == {"late": displayed(("false", 5), ("true", 2))}
    assert values(house, flights) == {}


def test_where_and_refinements_narrow_the_counts(house: House, flights: str) -> None:
    assert values(house, flights, facet="origin", refine="carrier:UA", where="delay < 100") == {
        "origin": displayed(("EWR", 1), ("LGA", 1))
    }
    assert values(house, flights, facet="carrier", refine="carrier:UA") == {"carrier": [["UA", 3, "refined"]]}
    assert values(house, flights, facet="carrier", exclude="carrier:UA")["carrier"] == [
        *displayed(("AA", 2), ("B6", 1), ("DL", 1)),
        ["UA", None, "excluded"],
    ]


def test_a_disjunctive_facet_keeps_its_other_choices(house: House, flights: str) -> None:
    facet = 'facet(name="carrier", disjunctive=true, sort="alphanum", limit=3)'
    found = values(house, flights, facet=[facet, "origin"], refine=["carrier:UA", "carrier:AA"])
    assert found["carrier"] == [["AA", 2, "refined"], ["B6", 1, "displayed"], ["DL", 1, "displayed"]]
    assert found["origin"] == displayed(("EWR", 3), ("JFK", 1), ("LGA", 1))


def test_dates_are_paths_that_open_where_they_are_refined(house: House, flights: str) -> None:
    assert values(house, flights, facet="day") == {"day": displayed(("2013", 7))}
    answer = get(house, f"/{flights}/facets", facet="day", refine="day:2013/01").json()
    (year,) = answer["facets"][0]["facets"]
    assert (year["value"], year["state"], year["count"]) == ("2013", "refined", 7)
    (month,) = year["facets"]
    assert (month["name"], month["value"], month["state"]) == ("01", "2013/01", "refined")
    assert [one["value"] for one in month["facets"]] == [f"2013/01/0{day}" for day in (4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"facet": "nothing"}, "ODSQLError"),
        ({"facet": "facet(carrier)"}, "ODSQLError"),
        ({"facet": "facet(sort='count')"}, "ODSQLError"),
        ({"facet": "facet(name='carrier', sort='best')"}, "ODSQLError"),
        ({"facet": "facet(name='carrier', limit=0)"}, "ODSQLError"),
        ({"facet": "facet(name='carrier', disjunctive=maybe)"}, "ODSQLError"),
        ({"facet": "carrier", "refine": "nothing:1"}, "ODSQLError"),
        ({"facet": "carrier", "where": "(("}, "ODSQLSyntaxError"),
        ({"facet": "carrier", "timezone": "Mars"}, "InvalidRESTParameterError"),
    ],
)
def test_what_is_wrong_is_said(house: House, flights: str, params: dict[str, Any], code: str) -> None:
    assert error(get(house, f"/{flights}/facets", **params))[:2] == (400, code)


def test_facets_count_what_their_reader_may_see(house: House, people: Cast) -> None:
    name = people.dataset_id
    assert values(house, name, people.parisian, facet="city") == {"city": displayed(("Paris", 2))}
    assert len(values(house, name, people.inspector, facet="city")["city"]) == 3
    for params in ({"facet": "salary"}, {"facet": "city", "refine": "salary:1111"}):
        assert error(get(house, f"/{name}/facets", people.parisian, **params))[:2] == (400, "ODSQLError")
    assert error(get(house, f"/{name}/facets", people.blind, facet="city"))[:2] == (403, "ForbiddenAccess")
    assert error(get(house, f"/{name}/facets", people.stranger, facet="city"))[0] == 404


def test_the_catalogue_has_facets_of_what_one_may_know_of(house: House, flights: str, people: Cast) -> None:
    body = house.client.get(f"{CATALOG}/facets").json()
    found = {one["name"]: one["facets"] for one in body["facets"]}
    assert list(found) == [
        "features",
        "modified",
        "publisher",
        "keyword",
        "theme",
        "license",
        "language",
        "territory",
    ]
    assert {"name": "air", "value": "air", "count": 1, "state": "displayed"} in found["keyword"]
    named = house.client.get(
        f"{CATALOG}/facets", params={"facet": "default.publisher", "refine": "default.keyword:air"}
    ).json()
    assert named["facets"] == [
        {
            "name": "default.publisher",
            "facets": [{"name": "An airline", "value": "An airline", "count": 1, "state": "displayed"}],
        }
    ]
    asked = {"facet": "dataset_id", "where": f"dataset_id = '{people.dataset_id}'"}
    hidden = house.client.get(f"{CATALOG}/facets", params=asked).json()
    assert hidden["facets"] == [{"name": "dataset_id", "facets": []}]
    for name in ("nothing", "principals", "restricted"):
        answer = house.client.get(f"{CATALOG}/facets", params={"facet": name})
        assert error(answer)[:2] == (400, "ODSQLError")


def test_the_catalogue_takes_selections_groups_and_refinements(house: House, flights: str) -> None:
    rows = get(house, select="default.title, dataset_id", refine="keyword:air").json()
    assert rows == {"total_count": 1, "results": [{"default.title": "Flights", "dataset_id": "flights"}]}
    assert get(house, where="search(default.title, 'flights')").json()["total_count"] == 1
    assert get(house, exclude="publisher:An airline", where="datasetid = 'flights'").json()["results"] == []
    grouped = get(house, group_by="publisher", select="count(*) as n", where="publisher is not null").json()
    assert {"publisher": "An airline", "n": 1} in grouped["results"]
    wrong: tuple[dict[str, Any], ...] = (
        {"select": "principals"},
        {"refine": "restricted:false"},
        {"order_by": "restricted"},
    )
    for params in wrong:
        assert error(get(house, **params))[:2] == (400, "ODSQLError")
    assert get(house, order_by="-default.title", limit=1).status_code == 200


def test_the_links_of_the_root_lead_somewhere(house: House, flights: str) -> None:
    root = CATALOG.removesuffix("/catalog")
    for path in (root, f"{root}/", f"{root}/catalog", f"{root}/monitoring/", f"{root}/shared"):
        body = house.client.get(path).json()
        assert {one["rel"] for one in body["_links"]} <= {"self", "catalog", "dataset"}
        for one in body["links"]:
            assert house.client.get(one["href"]).status_code == 200, one
    assert house.client.get(f"{root}/monitoring/datasets").json() == {"total_count": 0, "results": []}
    shared = house.client.get(f"{root}/shared/datasets/{flights}/records").json()
    assert shared == get(house, f"/{flights}/records").json()
    assert error(house.client.get(root, headers={"Authorization": "Apikey x"}))[0] == 401


@pytest.fixture(scope="module")
def paths(house: House) -> str:
    """The name of a dataset whose field `p` has sixty paths of two steps."""
    lines = "".join(f"a{at}/b,2013-{at % 12 + 1:02}-{at % 28 + 1:02}\n" for at in range(60))
    return str(house.published("p,day\n" + lines)["dataset_id"])


@pytest.mark.parametrize("clause", ["refine", "exclude"])
def test_a_facet_opens_fifty_values_at_most(house: House, paths: str, clause: str) -> None:
    facet = 'facet(name="p", separator="/", disjunctive=true, limit=1000)'

    def ask(number: int, step: str = "") -> Any:
        asked = [f"p:a{at}{step if clause == 'refine' else '/x'}" for at in range(number)]
        return get(
            house,
            f"/{paths}/facets",
            facet=facet,
            refine=asked if clause == "refine" else [],
            exclude=asked if clause == "exclude" else [],
        )

    found = ask(50).json()["facets"][0]["facets"]
    assert len(found) == 60
    assert [len(one.get("facets", ())) for one in found].count(0) == 10
    status, code, message = error(ask(51))
    assert (status, code) == (400, "ODSQLError")
    assert "At most 50 values of p can be refined or have excluded values below them" in message
    if clause == "refine":
        assert error(ask(26, "/b"))[1] == "ODSQLError"
        assert get(house, f"/{paths}/facets", refine="p:" + "/" * 9_000, facet=facet).status_code == 400


def test_what_cannot_be_opened_is_not_counted(house: House, paths: str) -> None:
    months = [f"day:2013/{at:02}" for at in range(1, 13)]
    days = [f"day:2013/{at % 12 + 1:02}/{at % 28 + 1:02}" for at in range(60)]
    facet = 'facet(name="day", disjunctive=true)'
    assert get(house, f"/{paths}/facets", facet=facet, refine=[*months, *days]).status_code == 200
    texts = [f"p:a{at}/b" for at in range(60)]
    assert len(values(house, paths, facet="p", exclude=texts)["p"]) == 60


@pytest.mark.parametrize(
    ("path", "params", "name"),
    [
        pytest.param(
            "records",
            {"refine": ["p:a"] * 100, "exclude": ["p:b"] * 101},
            "refine and exclude",
            id="explore-3-refine",
        ),
        pytest.param("exports/csv", {"exclude": ["p:b"] * 201}, "refine and exclude", id="explore-3-exclude"),
        pytest.param("facets", {"refine": ["p:a"] * 201}, "refine and exclude", id="explore-6-refine"),
        pytest.param("facets", {"facet": ["p"] * 101}, "facet", id="explore-6-facet"),
    ],
)
def test_lists_have_bounds(house: House, paths: str, path: str, params: dict[str, Any], name: str) -> None:
    status, code, message = error(get(house, f"/{paths}/{path}", **params))
    assert (status, code) == (400, "InvalidRESTParameterError")
    assert message.startswith(f"Invalid value for {name} API parameter: a list of ")
