"""Who may ask which rows of datastores, and by which addresses (section 11 of the reference)."""

from collections.abc import Mapping

import pytest
from tests.dialects.dkan.searching import asked, foreign, own, sent, uid_of, uuid_of
from tests.dialects.dkan.support import DATASTORE, Cast
from tests.support.house import House
from tests.support.saying import says


@pytest.mark.parametrize(
    ("query", "target"),
    [
        pytest.param(
            "resource_id=x&q=a%20b&limit=5", "resource_id=x&query=a%20b&limit=5", id="dkan-11-ckan-q"
        ),
        pytest.param("resource_id=x&filters[a]=1", "resource_id=x&filters[a]=1", id="dkan-11-ckan"),
        pytest.param("", "", id="dkan-11-ckan-bare"),
    ],
)
def test_ckans_address_leads_here(people: Cast, query: str, target: str) -> None:
    address = "root:/api/3/action/datastore_search" + (f"?{query}" if query else "")
    answer = people.stranger.ask("GET", address)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{DATASTORE}/search.json" + (f"?{target}" if target else "")


def test_a_question_that_is_posted_to_ckans_address_is_asked_again(people: Cast) -> None:
    answer = people.stranger.ask("POST", "root:/api/3/action/datastore_search", json={"resource_id": "x"})
    assert (answer.status_code, answer.headers["location"]) == (307, f"{DATASTORE}/search.json")


def test_ckans_address_leads_nowhere_else(people: Cast) -> None:
    answer = people.stranger.ask("GET", "root:/api/3/action/datastore_search?//evil.example/")
    assert answer.headers["location"].startswith(f"{DATASTORE}/search.json?")


@pytest.fixture(scope="module")
def numbers(house: House) -> str:
    """A resource with 120 rows."""
    return foreign(house, "n\n" + "\n".join(str(number) for number in range(120)))


def test_no_more_than_a_hundred_rows_but_for_an_administrator(people: Cast, numbers: str) -> None:
    for client, limit, count in (
        (people.stranger, "500", 100),
        (people.manager, "500", 100),
        (people.admin, "500", 120),
        (people.admin, "0", 100),
        (people.admin, "110", 110),
    ):
        found = asked(client, {"resource_id": numbers, "limit": limit})["result"]
        assert (len(found["records"]), found["limit"], found["total"]) == (count, int(limit), 120), (
            client.name
        )


@says("dkan-11-timestamp")
def test_what_was_sent_comes_back_and_columns_of_any_name_are_shown(house: House, people: Cast) -> None:
    uuid = foreign(house, "timestamp,code,price\n2020-01-01,007,12.50\n,010,3\n")
    found = asked(
        people.stranger, {"resource_id": uuid, "fields": "timestamp,code,price", "filters[code]": "007"}
    )
    assert found["result"]["records"] == [{"timestamp": "2020-01-01", "code": "007", "price": "12.5"}]


@pytest.mark.parametrize(
    ("name", "told"),
    [("total", "total"), ('x" from y --', 'x" from y --'), ("", "sum_n"), ("n$raw", "n$raw"), ("N", "N")],
)
def test_a_figure_may_be_called_anything(people: Cast, numbers: str, name: str, told: str) -> None:
    found = sent(
        people.stranger,
        {"resource_id": {"t": numbers}, "group_by": "n", "sum": {"t": {"n": name}}, "limit": 1},
    )
    assert found["result"]["records"] == [{"n": "0", told: "0"}]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a\0b", "sum gives a column a name that it cannot have."),
        ("n", "Alias 'n' is declared several times."),
    ],
)
def test_but_not_as_another_column(people: Cast, numbers: str, name: str, message: str) -> None:
    body = {
        "resource_id": {"t": numbers},
        "group_by": "n",
        "sum": {"t": {"n": name}},
        "count": {"t": {"n": name}},
    }
    assert sent(people.stranger, body) == {"error": {"message": message}}


@says("dkan-11-user")
def test_this_door_takes_sign_ins_too(people: Cast) -> None:
    answer = people.stranger.ask("POST", f"root:{DATASTORE}/user/token")
    assert list(answer.json()) == ["token"]
    answer = people.stranger.ask(
        "POST", f"root:{DATASTORE}/user/login", json={"username": "x", "password": "y"}
    )
    assert (answer.status_code, answer.json()) == (401, ["Wrong username or password."])


SECRETS = "name,town,salary\nAda,Ulm,10\nBen,Bonn,20\nCyd,Ulm,30\n"


@pytest.fixture(scope="module")
def guarded(house: House, people: Cast) -> Mapping[str, str]:
    """Rows that not everybody sees: all of a dataset, some fields of another, some rows of a third."""
    whole, fields, rows = (house.published(SECRETS)["uid"] for _ in range(3))
    found = {"whole": uuid_of(house, whole), "fields": uuid_of(house, fields), "rows": uuid_of(house, rows)}
    house.restrict(whole, is_restricted=True)
    house.restrict(fields, is_restricted=False, visible_fields=["name", "town"])
    house.restrict(rows, is_restricted=False, filter_query="town = 'Ulm'")
    return found


@says("dkan-11-access")
def test_rows_that_may_not_be_seen_are_as_unknown_as_those_that_there_are_not(
    people: Cast, guarded: Mapping[str, str]
) -> None:
    uuid = guarded["whole"]
    message = f"There is no resource with rows whose resource_id is {uuid}."
    assert asked(people.stranger, {"resource_id": uuid}) == {"error": {"message": message}}
    assert asked(people.admin, {"resource_id": uuid})["result"]["total"] == 3


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"fields": "salary"}, id="dkan-11-hidden-fields"),
        pytest.param({"filters[salary]": "10"}, id="dkan-11-hidden-filters"),
        pytest.param({"sort[salary]": "asc"}, id="dkan-11-hidden-sort"),
        pytest.param({"sum": "salary"}, id="dkan-11-hidden-sum"),
        pytest.param({"group_by": "salary"}, id="dkan-11-hidden-group-by"),
    ],
)
def test_a_hidden_field_is_as_unknown_as_one_that_there_is_not(
    people: Cast, guarded: Mapping[str, str], params: dict[str, str]
) -> None:
    asked_ = {"resource_id": guarded["fields"], **params}
    assert asked(people.stranger, asked_) == {"error": {"message": "There is no column salary."}}
    assert "result" in asked(people.admin, asked_)


def test_words_are_not_looked_for_in_hidden_fields(people: Cast, guarded: Mapping[str, str]) -> None:
    found = asked(people.stranger, {"resource_id": guarded["fields"], "query": "20"})
    assert found["result"]["total"] == 0


def test_a_row_filter_holds_in_every_answer(people: Cast, guarded: Mapping[str, str]) -> None:
    uuid = guarded["rows"]
    found = asked(people.stranger, {"resource_id": uuid})["result"]
    assert [one["name"] for one in found["records"]] == ["Ada", "Cyd"]
    assert found["total"] == 2
    assert "entry_id" not in [one["id"] for one in found["fields"]], "it would count the others"
    assert asked(people.stranger, {"resource_id": uuid, "query": "Ben"})["success"] is False
    assert asked(people.stranger, {"resource_id": uuid, "sum": "salary"})["result"]["records"] == [
        {"sum_salary": "40"}
    ]
    join = {
        "resource_id[a]": uuid,
        "resource_id[b]": uuid,
        "join[a]": "town",
        "join[b]": "town",
        "limit": "99",
    }
    pairs = asked(people.stranger, join)["result"]
    assert (pairs["total"], {one["name"] for one in pairs["records"]}) == (4, {"Ada", "Cyd"})
    assert asked(people.admin, join)["result"]["total"] == 5


def test_who_sees_but_a_part_of_a_dataset_sees_no_more_of_its_resources(house: House, people: Cast) -> None:
    creator = people.creator
    dataset = creator.node("dataset", "Salaries")
    uuid = own(creator, SECRETS, field_dataset_ref={"und": [{"target_id": dataset}]})
    dataset_uid = uid_of(house, dataset)
    house.settled(dataset_uid)
    rules = {"visible_fields": ["name", "salary"], "filter_query": "salary > 9 and salary < 25"}
    house.restrict(dataset_uid, is_restricted=False, **rules)
    found = asked(people.stranger, {"resource_id": uuid})["result"]
    assert found["records"] == [{"name": "Ada", "salary": "10"}, {"name": "Ben", "salary": "20"}]
    assert [one["id"] for one in found["fields"]] == ["name", "salary"]
    assert asked(people.stranger, {"resource_id": uuid, "filters[name]": "Cyd"})["success"] is False
    assert asked(creator, {"resource_id": uuid})["result"]["total"] == 3
    house.restrict(dataset_uid, is_restricted=False, is_data_visible=False)
    assert "error" in asked(people.stranger, {"resource_id": uuid})


def test_rows_of_what_is_not_published_are_its_makers(people: Cast) -> None:
    uuid = own(people.creator, SECRETS, status=0)
    assert asked(people.creator, {"resource_id": uuid})["result"]["total"] == 3
    for client in (people.stranger, people.member):
        message = f"There is no resource with rows whose resource_id is {uuid}."
        assert asked(client, {"resource_id": uuid}) == {"error": {"message": message}}


def test_a_column_that_is_named_twice_is_told_once(people: Cast) -> None:
    uuid = own(people.creator, SECRETS)
    found = asked(people.stranger, {"resource_id": uuid, "group_by": "town,TOWN,town", "limit": "1"})[
        "result"
    ]
    assert [one["id"] for one in found["fields"]] == ["town"]
