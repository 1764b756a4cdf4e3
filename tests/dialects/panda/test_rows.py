"""Rows (section 3.7), and what is then told of them."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dialects.panda.support import Cast, told
from tests.support.house import House
from tests.support.saying import says

BASE = "/api/1.0/dataset/harbor/"
DATA = f"{BASE}data/"
RAW: list[Any] = [
    *(17, "17", 17.0, "17.0", True, "true", None, "", " x ", "a\nb\tc", "\u0000", 1e300, -0.5),
    *(
        12345678901234567890123,
        -(1 << 63),
        18446744073709551615,
        [1, {"b": None, "a": [True]}],
        {"z": "ü"},
        [],
        {},
    ),
]


@pytest.fixture(scope="module", autouse=True)
def harbor(people: Cast) -> str:
    """A dataset with columns, of which two are indexed, and no rows."""
    answer = people.ada.put(
        BASE,
        {"name": "Harbor"},
        columns="permit,vessel,fee",
        column_types="int,,float",
        typed_columns="true,,true",
    )
    assert answer.status_code == 201, answer.text
    assert people.ada.put("/dataset/strict/", {"name": "Strict"}, columns="a,b,c").status_code == 201
    return BASE


@pytest.fixture
def empty(people: Cast) -> None:
    assert people.ada.delete(DATA).status_code == 204


def _row(key: str | None, data: list[Any]) -> dict[str, Any]:
    uri = None if key is None else f"{DATA}{key}/"
    return {"data": data, "dataset": BASE, "external_id": key, "resource_uri": uri}


def _rows(people: Cast, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = people.ada.shown(DATA, **params)["objects"]
    return found


@says("panda-3.7-post", "panda-3.7-keys", "panda-1.5-returns-rows")
@pytest.mark.usefixtures("empty")
def test_a_row_is_added_and_read(people: Cast) -> None:
    answer = people.ada.post(DATA, {"data": ["17", "Petrel", "18.00"], "external_id": "p-17"})
    row = _row("p-17", ["17", "Petrel", "18.00"])
    assert told(answer) == (201, row)
    assert answer.headers["location"] == f"http://testserver{row['resource_uri']}"
    assert people.bob.shown(f"{DATA}p-17/") == row
    assert _rows(people) == [row]


@says("panda-3.7-no-id", "panda-3.7-id-null")
@pytest.mark.usefixtures("empty")
def test_a_row_without_an_id(people: Cast) -> None:
    answer = people.ada.post(DATA, {"data": ["1", "a", "2"]})
    assert told(answer) == (201, _row(None, ["1", "a", "2"]))
    assert answer.headers["location"].endswith("/data/None/")
    assert told(people.ada.post(DATA, {"data": ["1", "a", "2"], "external_id": None}))[0] == 201
    assert _rows(people) == [_row(None, ["1", "a", "2"])] * 2


@says("panda-3.7-overwrite")
@pytest.mark.usefixtures("empty")
def test_a_row_with_the_same_id_takes_the_place_of_the_first(people: Cast) -> None:
    for vessel in ("Petrel", "Marlin"):
        assert people.ada.post(DATA, {"data": [1, vessel, 2], "external_id": "a"}).status_code == 201
    assert _rows(people) == [_row("a", [1, "Marlin", 2])]


@says("panda-3.7-case")
@pytest.mark.usefixtures("empty")
def test_ids_are_told_apart_by_case(people: Cast) -> None:
    for key in ("k", "K"):
        people.ada.put(f"{DATA}{key}/", {"data": [1, key, 2]})
    assert people.ada.shown(f"{DATA}K/")["data"] == [1, "K", 2]
    assert len(_rows(people)) == 2


@pytest.mark.parametrize(
    "is_there", [pytest.param(False, id="panda-3.7-put-new"), pytest.param(True, id="panda-3.7-put-old")]
)
def test_a_put_is_always_202(people: Cast, is_there: bool) -> None:
    key = f"p-{is_there}"
    if is_there:
        people.ada.put(f"{DATA}{key}/", {"data": [0, "x", 0]})
    answer = people.ada.put(f"{DATA}{key}/", {"data": [1, "y", 2], "dataset": BASE})
    assert told(answer) == (202, _row(key, [1, "y", 2]))


@says("panda-3.7-put-mismatch")
def test_a_put_under_another_id_is_refused(people: Cast) -> None:
    status, body = told(people.ada.put(f"{DATA}p/", {"data": [1, "y", 2], "external_id": "q"}))
    assert (status, set(body["data"])) == (400, {"external_id"})
    assert people.ada.put(f"{DATA}p/", {"data": [1, "y", 2], "external_id": "p"}).status_code == 202


@says("panda-3.7-dataset")
@pytest.mark.parametrize("verb", ["post", "put", "bulk"])
def test_another_dataset_in_the_body_is_refused(people: Cast, verb: str) -> None:
    body = {"data": [1, "y", 2], "dataset": "/api/1.0/dataset/other/"}
    assert told(_sent(people, verb, body)) == (
        400,
        "Dataset specified in request body does not agree with dataset API endpoint used.",
    )


def _sent(people: Cast, verb: str, body: Any, to: str = DATA) -> Any:
    match verb:
        case "post":
            return people.ada.post(to, body)
        case "put":
            return people.ada.put(f"{to}x/", body)
    return people.ada.put(to, {"objects": [body]})


@says("panda-3.7-bulk", "panda-3.7-bulk-twice")
@pytest.mark.usefixtures("empty")
def test_a_batch(people: Cast) -> None:
    """Other rows stay, rows without an id are appended, of an id that stands twice the last one counts."""
    people.ada.put(DATA, {"objects": [{"data": [0, "stays", 0], "external_id": "s"}]})
    sent: list[dict[str, Any]] = [
        {"data": [1, "a", 1], "external_id": "a"},
        {"data": [2, "none", 2]},
        {"data": [3, "null", 3], "external_id": None},
        {"data": [4, "last", 4], "external_id": "a"},
    ]
    answer = people.ada.put(DATA, {"objects": sent})
    assert told(answer) == (202, {"objects": [_row(one.get("external_id"), one["data"]) for one in sent]})
    assert [one["data"][1] for one in _rows(people)] == ["stays", "none", "null", "last"]


@says("panda-3.7-bulk-empty")
def test_an_empty_batch(people: Cast) -> None:
    assert told(people.ada.put(DATA, {"objects": []})) == (202, {"objects": []})


@says("panda-3.7-bulk-1001")
@pytest.mark.usefixtures("empty")
def test_more_than_a_thousand_rows_at_once(people: Cast) -> None:
    """As the original's own scripts send them."""
    sent = [{"data": [number, "x", number / 2], "external_id": str(number)} for number in range(1001)]
    assert people.ada.put(DATA, {"objects": sent}).status_code == 202
    assert people.ada.shown(DATA, limit=0)["meta"]["total_count"] == 1001
    assert people.ada.shown(BASE)["last_modification"] == "1001 rows added"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(one, id=f"panda-3.7-invalid-{number}")
        for number, one in enumerate(({}, {"rows": []}, {"objects": None}, {"objects": [1]}))
    ],
)
def test_a_batch_has_objects(people: Cast, body: dict[str, Any]) -> None:
    assert told(people.ada.put(DATA, body)) == (400, "Invalid data sent.")


MISSING = {"data": {"data": ["The data field is required."]}}
TYPE = {"data": {"external_id": ["external_id must be a string."]}}
FORM = {"data": {"external_id": ["external_id can only contain letters, numbers, underscores and dashes."]}}
WRONG: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("data-missing", {}, MISSING),
    ("data-empty", {"data": []}, MISSING),
    ("data-null", {"data": None}, MISSING),
    ("data-text", {"data": "x"}, MISSING),
    ("id-number", {"data": [1, 2, 3], "external_id": 5}, TYPE),
    ("id-blank", {"data": [1, 2, 3], "external_id": "a b"}, FORM),
    ("id-empty", {"data": [1, 2, 3], "external_id": ""}, FORM),
    ("id-umlaut", {"data": [1, 2, 3], "external_id": "ä"}, FORM),
    ("few", {"data": ["1"]}, {"data": ["Got 1 data fields. Expected 3."]}),
    ("many", {"data": [1, 2, 3, 4]}, {"data": ["Got 4 data fields. Expected 3."]}),
]


@says("panda-1.6-row")
@pytest.mark.parametrize(
    ("verb", "body", "told_"),
    [
        pytest.param(verb, body, what, id=f"panda-3.7-{name}-{verb}")
        for name, body, what in WRONG
        for verb in ("post", "bulk", "put")
        if verb != "put" or "external_id" not in body
    ],
)
def test_rows_are_looked_at_alike_by_every_verb(
    people: Cast, verb: str, body: dict[str, Any], told_: dict[str, Any]
) -> None:
    """In a dataset that gets none."""
    assert told(_sent(people, verb, body, "/dataset/strict/data/")) == (400, told_)
    assert people.ada.shown("/dataset/strict/", simple="true")["row_count"] is None


@says("panda-3.7-all-or-nothing")
@pytest.mark.usefixtures("empty")
def test_one_bad_row_of_a_batch_writes_none_and_is_named(people: Cast) -> None:
    sent = [{"data": [1, "a", 1], "external_id": "a"}, {"data": [2]}, {"data": [3]}]
    answer = people.ada.put(DATA, {"objects": sent})
    assert told(answer) == (400, {"data": ["Got 1 data fields. Expected 3.", "Object 2 of 3."]})
    assert _rows(people) == []


@says("panda-3.7-no-columns", "panda-3.7-delete-never-had")
def test_a_dataset_without_columns(people: Cast) -> None:
    uri = people.ada.post("/dataset/", {"name": "No columns"}).json()["resource_uri"]
    text = "Can not create or modify data for a dataset without columns."
    for answer in (
        people.ada.post(f"{uri}data/", {"data": ["1"]}),
        people.ada.put(f"{uri}data/", {"objects": [{"data": ["1"]}]}),
        people.ada.put(f"{uri}data/x/", {"data": ["1"]}),
    ):
        assert told(answer) == (400, {"dataset": [text]})
    assert told(people.ada.delete(f"{uri}data/")) == (204, "")
    assert told(people.ada.delete(f"{uri}data/x/")) == (204, "")
    assert people.ada.shown(f"{uri}data/")["objects"] == []


@says("panda-3.7-raw")
@pytest.mark.usefixtures("empty")
def test_every_json_value_comes_back_as_it_was_sent(people: Cast) -> None:
    """In columns of every kind."""
    sent = [{"data": [value, value, value], "external_id": f"v{n}"} for n, value in enumerate(RAW)]
    assert people.ada.put(DATA, {"objects": sent}).status_code == 202
    found = _rows(people)
    assert [_text(one["data"]) for one in found] == [_text([value] * 3) for value in RAW]
    assert repr(people.ada.shown(f"{DATA}v13/")["data"][0]) == "12345678901234567890123"


def _text(value: Any) -> str:
    """So that 17, 17.0, "17" and true are told apart."""
    return json.dumps(value, sort_keys=True)


texts = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=8)
@given(rows=st.lists(st.lists(json_values, min_size=3, max_size=3), min_size=10, max_size=30))
def test_any_json_value_comes_back(people: Cast, rows: list[list[Any]]) -> None:
    """panda-3.7-raw."""
    sent = [{"data": values, "external_id": str(number)} for number, values in enumerate(rows)]
    answer = people.ada.put(DATA, {"objects": sent})
    assert answer.status_code == 202, answer.text
    found = {one["external_id"]: one["data"] for one in _rows(people, limit=1000)}
    assert [_text(found[str(number)]) for number in range(len(rows))] == [_text(one) for one in rows]


def test_values_that_do_not_fit_a_type_are_taken(people: Cast) -> None:
    people.ada.put(f"{DATA}m/", {"data": ["#17", "x", "free"]})
    assert people.ada.shown(f"{DATA}m/")["data"] == ["#17", "x", "free"]


@says("panda-3.7-delete-one")
def test_one_row_is_deleted(people: Cast) -> None:
    """204 also if it is not there."""
    people.ada.put(f"{DATA}a/", {"data": [1, "a", 2]})
    assert told(people.bob.delete(f"{DATA}a/")) == (204, "")
    assert told(people.bob.delete(f"{DATA}a/")) == (204, "")
    status, body = told(people.ada.get(f"{DATA}a/"))
    assert (status, set(body)) == (404, {"error_message"})


@says(
    "panda-3.7-effects panda-4.1-bounds panda-3.7-told-1-row-added panda-3.7-told-1-row-updated "
    "panda-3.7-told-rows-added panda-3.7-told-rows-updated panda-3.7-told-added-and-updated "
    "panda-3.7-told-1-row-deleted panda-3.7-told-all-deleted panda-3.7-delete-all panda-4.1-bounds-stay "
    "panda-3.6-last-modified"
)
@pytest.mark.usefixtures("empty")
def test_what_is_told_of_changes(people: Cast) -> None:
    start = dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None)

    def last(who: Any = people.ada) -> tuple[Any, ...]:
        shown = people.bob.shown(BASE)
        assert dt.datetime.fromisoformat(shown["last_modified"]) >= start
        assert shown["last_modified_by"]["email"] == who.email
        assert shown["locked"] is False
        return shown["last_modification"], shown["row_count"]

    people.ada.post(DATA, {"data": [1, "a", "$1,000.50"], "external_id": "a"})
    assert last() == ("1 row added", 1)
    people.bob.post(DATA, {"data": [1, "a", "n/a"], "external_id": "a"})
    assert last(people.bob) == ("1 row updated", 1)
    people.ada.put(f"{DATA}b/", {"data": [-3, "b", None]})
    assert last() == ("1 row added", 2)
    people.ada.put(DATA, {"objects": [{"data": [9, "c", 1], "external_id": "c"}]})
    assert last() == ("1 rows added", 3)
    people.ada.put(DATA, {"objects": [{"data": [9, "c", 2], "external_id": "c"}]})
    assert last() == ("1 rows updated", 3)
    sent = [{"data": [9, "c", 2], "external_id": "c"}, {"data": [10, "d", 2]}, {"data": [11, "e", 2]}]
    people.ada.put(DATA, {"objects": sent})
    assert last() == ("2 rows added and 1 updated", 5)
    people.ada.delete(f"{DATA}a/")
    assert last() == ("1 row deleted", 4)
    shown = people.ada.shown(BASE)
    permit, vessel, fee = shown["column_schema"]
    assert (permit["min"] <= -3, permit["max"] >= 11) == (True, True)
    assert (vessel["min"], vessel["max"]) == (None, None)
    assert (fee["min"] <= 1, fee["max"] >= 1000.5) == (True, True)
    assert len(shown["sample_data"]) == 5
    assert people.bob.delete(DATA).status_code == 204
    emptied = people.ada.shown(BASE)
    assert emptied["last_modification"] == "All 4 rows deleted"
    assert emptied["row_count"] == 0
    # Whoever deletes all is not told of.
    assert emptied["last_modified_by"]["email"] == people.ada.email
    for name in ("column_schema", "sample_data"):
        assert emptied[name] == shown[name]


@says(
    "panda-3.7-list panda-1.3-default-rows panda-1.3-ceiling-rows panda-1.3-limit-zero-found-rows "
    "panda-8-meta"
)
@pytest.mark.usefixtures("empty")
def test_a_list_is_a_simple_dataset_with_rows(people: Cast) -> None:
    people.ada.put(DATA, {"objects": [{"data": [number, "x", 1]} for number in range(60)]})
    found = people.ada.shown(DATA)
    assert {"meta", "objects", "slug", "column_schema"} <= set(found)
    assert {"sample_data", "data_uploads", "current_task", "related_uploads"}.isdisjoint(found)
    assert (found["meta"]["limit"], found["meta"]["total_count"], len(found["objects"])) == (50, 60, 50)
    following = people.ada.http.get(found["meta"]["next"]).json()
    assert [one["data"][0] for one in following["objects"]] == list(range(50, 60))
    counted = people.ada.shown(DATA, limit=0)
    assert (counted["objects"], counted["meta"]) == ([], {"limit": 0, "offset": 0, "total_count": 60})
    assert len(people.ada.shown(DATA, limit=5000)["objects"]) == 60


@says("panda-3.7-order")
@pytest.mark.usefixtures("empty")
def test_a_row_that_is_written_again_moves_to_the_end(people: Cast) -> None:
    for key in ("a", "b", "c", "a"):
        people.ada.put(f"{DATA}{key}/", {"data": [1, key, 1]})
    assert [one["external_id"] for one in _rows(people)] == ["b", "c", "a"]


@says("panda-1.7-rows")
def test_who_may_write_rows(house: House, people: Cast) -> None:
    """Every user, and nobody else."""
    body = {"data": [1, "a", 2], "external_id": "a"}
    for who in (people.admin, people.ada, people.bob):
        assert who.post(DATA, body).status_code == 201
        assert who.put(DATA, {"objects": [body]}).status_code == 202
        assert who.put(f"{DATA}a/", body).status_code == 202
        assert who.delete(f"{DATA}a/").status_code == 204
    for who in people.nobodies:
        for answer in (
            who.post(DATA, body),
            who.put(DATA, {"objects": [body]}),
            who.put(f"{DATA}a/", body),
            who.get(DATA),
            who.get(f"{DATA}a/"),
            who.delete(f"{DATA}a/"),
            who.delete(DATA),
        ):
            assert told(answer) == (401, "")


@says("panda-1.6-404-rows")
@pytest.mark.parametrize("verb", ["get", "post", "put", "delete"])
def test_rows_of_a_dataset_that_is_not_there(people: Cast, verb: str) -> None:
    json = {"post": {"data": [1]}, "put": {"objects": []}}.get(verb)
    for path in ("/dataset/nope/data/", "/dataset/nope/data/x/"):
        if (verb, path[-2]) == ("post", "x"):
            continue
        sent = {"data": [1]} if verb == "put" and path.endswith("x/") else json
        status, body = told(people.ada.ask(verb.upper(), path, json=sent))
        assert (status, set(body)) == (404, {"error_message"})
