"""Who may do what (section 1.7): what a dataset of another door keeps for itself comes out nowhere."""

import json
from typing import Any

import pytest
from tests.dialects.panda.support import Cast, client, settled, told
from tests.support.house import AUTOMATION, House
from tests.support.saying import says

from colonnade.core.alerts import jobs as alerts

HIDDEN, UNKNOWN = "kept-secret", "never-there"
PARTLY = "/dataset/partly/"
ROWS = "name,city,salary\nGannet,Here,7001\nSkua,There,7002\nPetrel,There,7003\n"
SECRETS = ("salary", "7001", "7002", "7003", "Skua", "There")


@pytest.fixture(scope="module", autouse=True)
def hidden(house: House, people: Cast) -> dict[str, str]:
    """A dataset that only superusers know, with a file beside it, a task, an export and an upload: their addresses."""
    house.published(ROWS, dataset_id=HIDDEN, is_restricted=True)
    admin = people.admin
    related = admin.upload("plan", "hidden-plan.txt", to="related_upload", dataset_slug=HIDDEN)
    upload = admin.upload(ROWS, "hidden-rows.csv", dataset_slug=HIDDEN)
    task = admin.shown(f"/dataset/{HIDDEN}/export/")["current_task"]
    admin.get("/data/", q="skua", export="true")
    settled(house)
    exports = admin.shown("/export/", limit=0)["objects"]
    return {
        "task": task["resource_uri"],
        "data_upload": upload["resource_uri"],
        "related_upload": related["resource_uri"],
        "export": next(one["resource_uri"] for one in exports if one["dataset"] is not None),
        "archive": next(one["resource_uri"] for one in exports if one["dataset"] is None),
    }


@pytest.fixture(scope="module")
def partly(house: House, people: Cast) -> str:
    """A dataset of which Ada sees one row of three, and two columns of three."""
    made = house.published(ROWS, dataset_id="partly", is_restricted=True)
    assert people.ada.person is not None
    house.give(made["uid"], people.ada.person, filter_query="city = 'Here'", visible_fields=["name", "city"])
    return PARTLY


CALLS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PUT", "", {"name": "Mine"}),
    ("PUT", "?patch=true", {"name": "Mine"}),
    ("DELETE", "", None),
    ("GET", "data/", None),
    ("GET", "data/?q=skua&sort=column_int_salary asc", None),
    ("GET", "data/?limit=0", None),
    ("POST", "data/", {"data": ["a", "b", 1]}),
    ("PUT", "data/", {"objects": [{"data": ["a", "b", 1]}]}),
    ("PUT", "data/", {"objects": []}),
    ("DELETE", "data/", None),
    ("GET", "data/x/", None),
    ("PUT", "data/x/", {"data": ["a", "b", 1]}),
    ("DELETE", "data/x/", None),
    ("GET", "import/1/", None),
    ("GET", "reindex/", None),
    ("GET", "export/", None),
]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        pytest.param(method, path, body, id=f"panda-1.7-hidden-dataset-{method}-{path or 'itself'}-{number}")
        for number, (method, path, body) in enumerate(CALLS)
        # Whoever makes a dataset under a name that is taken is told so: names are one for all doors.
        if (method, path) != ("PUT", "")
    ],
)
def test_a_hidden_dataset_answers_like_one_that_is_not_there(
    people: Cast, method: str, path: str, body: Any
) -> None:
    def asked(slug: str) -> tuple[int, str]:
        path_, _, query = path.partition("?")
        params: dict[str, Any] = dict(one.split("=", 1) for one in query.split("&")) if query else {}
        answer = people.ada.ask(method, f"/dataset/{slug}/{path_}", json=body, **params)
        return answer.status_code, answer.text.replace(slug, "SLUG")

    assert asked(HIDDEN) == asked(UNKNOWN)
    assert asked(HIDDEN)[0] == 404


@pytest.mark.parametrize("kind", ["task", "data_upload", "related_upload", "export", "archive"])
@pytest.mark.parametrize(
    ("method", "below"),
    [
        pytest.param(method, below, id=f"panda-1.7-hidden-thing-{method}-{below or 'itself'}")
        for method, below in (
            ("GET", ""),
            ("PUT", ""),
            ("DELETE", ""),
            ("GET", "download/"),
            ("POST", "download/"),
        )
    ],
)
def test_what_belongs_to_it_is_not_there_either(
    people: Cast, hidden: dict[str, str], kind: str, method: str, below: str
) -> None:
    def asked(uri: str) -> tuple[int, str]:
        body = {"title": "mine"} if (method, below) == ("PUT", "") else None
        answer = people.bob.ask(method, f"{uri}{below}", json=body)
        return answer.status_code, answer.text.replace(uri.split("/")[-2], "ID")

    uri = hidden[kind]
    unknown = f"{uri.rsplit('/', 2)[0]}/99999/"
    if kind != "archive":
        assert asked(uri) == asked(unknown)
        assert asked(uri)[0] in {404, 405}
    elif below:
        assert asked(uri)[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"panda-1.7-hidden-in-{path.strip('/').replace('/', '-')}")
        for path in (
            *("/dataset/", "/data/", "/task/", "/export/", "/data_upload/", "/related_upload/"),
            *("/category/", "/user/", "/activity_log/", "/notification/", "/search_subscription/"),
        )
    ],
)
def test_no_list_tells_of_it(people: Cast, path: str) -> None:
    asked = {"limit": 1000} if path in {"/dataset/", "/data/"} else {"limit": 0, "datasets": "true"}
    if path != "/user/":
        asked.pop("datasets", None)
    told_ = people.bob.get(path, **asked)
    assert told_.status_code == 200
    assert not any(word in told_.text for word in (HIDDEN, "hidden-plan", "hidden-rows", "Skua"))


@says("panda-1.7-hidden-set")
@pytest.mark.parametrize("kind", ["task", "data_upload", "related_upload", "export"])
def test_no_set_has_it(people: Cast, hidden: dict[str, str], kind: str) -> None:
    number = hidden[kind].split("/")[-2]
    assert people.bob.shown(f"/{kind}/set/{number}/") == {"objects": [], "not_found": [number]}


@pytest.mark.parametrize(
    ("path", "params"),
    [
        pytest.param("/dataset/", {"q": "hidden-plan.txt"}, id="panda-1.7-hidden-words-files"),
        pytest.param("/dataset/", {"q": "salary"}, id="panda-1.7-hidden-words-columns"),
        pytest.param("/dataset/", {"creator_email": "admin@localhost"}, id="panda-1.7-hidden-words-creator"),
        pytest.param("/dataset/", {"category": "uncategorized"}, id="panda-1.7-hidden-words-category"),
        pytest.param("/data/", {"q": "skua"}, id="panda-1.7-hidden-words-rows"),
        pytest.param("/data/", {"q": f"dataset_slug:{HIDDEN}"}, id="panda-1.7-hidden-words-slug"),
        pytest.param("/data/", {"q": "column_int_salary:[* TO *]"}, id="panda-1.7-hidden-words-typed"),
    ],
)
def test_no_search_finds_it(people: Cast, path: str, params: dict[str, str]) -> None:
    found = people.bob.shown(path, **params)
    assert HIDDEN not in [one["slug"] for one in found["objects"]]
    assert found["meta"]["total_count"] == len(found["objects"])


@says("panda-1.7-hidden-dataset-slug", "panda-1.7-hidden-subscription")
def test_a_hidden_dataset_takes_no_file_and_no_subscription(people: Cast) -> None:
    """As one that is not there: to the letter."""
    for to in ("data_upload", "related_upload"):
        answers = [
            people.bob.upload("a\n1\n", "x.csv", to=to, dataset_slug=slug) for slug in (HIDDEN, UNKNOWN)
        ]
        assert answers[0] == answers[1]
        assert answers[0]["success"] is False
    refused = [
        told(people.bob.post("/search_subscription/", {"query": "x", "dataset": f"/api/1.0/dataset/{slug}/"}))
        for slug in (HIDDEN, UNKNOWN)
    ]
    assert [(status, text.replace(HIDDEN, UNKNOWN)) for status, text in refused] == [refused[1]] * 2
    assert refused[0][0] == 400


@says("panda-1.7-hidden-import")
def test_a_file_of_a_hidden_dataset_is_given_to_no_other(people: Cast, hidden: dict[str, str]) -> None:
    body = {"name": "Thief", "slug": "thief", "data_uploads": [hidden["data_upload"]]}
    status, text = told(people.bob.post("/dataset/", body))
    assert (status, text) == (
        400,
        f"Could not find the provided object via resource URI '{hidden['data_upload']}'.",
    )
    people.bob.post("/dataset/", {"name": "Thief", "slug": "thief"})
    number = hidden["data_upload"].split("/")[-2]
    asked = {one: people.bob.get(f"/dataset/thief/import/{one}/") for one in (number, "99999")}
    assert {(one.status_code, one.text.replace(name, "ID")) for name, one in asked.items()} == {
        (404, '{"error_message":"There is no uploaded data file ID."}')
    }


@says("panda-1.7-part-shown")
def test_a_dataset_that_is_seen_in_part_is_shown_in_part(people: Cast, partly: str) -> None:
    shown = people.ada.shown(partly)
    assert [one["name"] for one in shown["column_schema"]] == ["name", "city"]
    assert (shown["row_count"], shown["sample_data"]) == (None, None)
    assert {(one["min"], one["max"]) for one in shown["column_schema"]} == {(None, None)}
    assert not any(word in json.dumps(shown) for word in SECRETS)


@pytest.mark.parametrize(
    ("params", "names"),
    [
        pytest.param({}, ["Gannet"], id="panda-1.7-part-all"),
        pytest.param({"q": "there"}, [], id="panda-1.7-part-words"),
        pytest.param({"q": "7001"}, [], id="panda-1.7-part-cell"),
        pytest.param({"q": "gannet AND NOT 7001"}, ["Gannet"], id="panda-1.7-part-not"),
        pytest.param({"q": "NOT petrel"}, ["Gannet"], id="panda-1.7-part-not-row"),
        pytest.param({"limit": "0"}, [], id="panda-1.7-part-count"),
        pytest.param({"sort": "last_modified desc"}, ["Gannet"], id="panda-1.7-part-sort"),
    ],
)
def test_rows_that_are_seen_in_part(
    people: Cast, partly: str, params: dict[str, str], names: list[str]
) -> None:
    found = people.ada.shown(f"{partly}data/", **params)
    assert [one["data"] for one in found["objects"]] == [[name, "Here"] for name in names]
    assert found["meta"]["total_count"] == (1 if "limit" in params else len(names))


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"q": "column_int_{}:[7001 TO *]"}, id="panda-1.7-part-typed"),
        pytest.param({"q": "column_int_{}:*"}, id="panda-1.7-part-typed-any"),
        pytest.param({"q": "gannet OR column_int_{}:7001"}, id="panda-1.7-part-typed-or"),
        pytest.param({"q": "column_int_{}:many"}, id="panda-1.7-part-typed-wrong"),
        pytest.param({"sort": "column_int_{} desc"}, id="panda-1.7-part-sort-typed"),
    ],
)
@pytest.mark.parametrize("path", ["/data/", f"{PARTLY}data/"])
def test_a_hidden_column_is_like_one_that_is_not_there(
    people: Cast, partly: str, path: str, params: dict[str, str]
) -> None:
    def asked(name: str) -> tuple[int, str]:
        answer = people.ada.get(path, **{key: text.format(name) for key, text in params.items()})
        return answer.status_code, answer.text.replace(name, "COLUMN")

    assert asked("salary") == asked("wingspan")


@says("panda-1.7-part-export")
def test_exports_hold_what_who_asked_sees(house: House, people: Cast, partly: str) -> None:
    """And whoever sees less may not have the file of who sees more, nor know what they asked."""
    for who, query in ((people.admin, "skua"), (people.ada, None)):
        people_asked = who.get(f"{partly}export/", **({"q": query} if query else {}))
        assert people_asked.status_code == 200
        settled(house)
    whole, own = people.admin.shown("/export/", limit=0)["objects"][-2:]
    assert people.ada.get(f"{own['resource_uri']}download/").text == "name,city\nGannet,Here\n"
    assert people.ada.get(f"{whole['resource_uri']}download/").status_code == 404
    assert people.ada.get(whole["resource_uri"]).status_code == 404
    for path in ("/export/", "/notification/"):
        assert "skua" not in people.ada.get(path, limit=0).text.lower()


@says("panda-1.7-part-files")
def test_files_of_a_dataset_that_is_seen_in_part(people: Cast, partly: str) -> None:
    """A file of rows shows all of them."""
    upload = people.admin.upload(ROWS, "whole.csv", dataset_slug="partly")
    assert people.ada.get(upload["resource_uri"]).status_code == 404
    assert people.ada.get(f"{upload['resource_uri']}download/").status_code == 404
    assert people.ada.shown(partly)["data_uploads"] == []


@pytest.mark.parametrize(
    "q",
    [
        pytest.param("salary", id="panda-1.7-part-words-columns"),
        pytest.param("whole.csv", id="panda-1.7-part-words-files"),
        pytest.param("column_int_salary:[* TO *]", id="panda-1.7-part-words-typed"),
    ],
)
def test_what_is_hidden_of_a_dataset_does_not_find_it(people: Cast, partly: str, q: str) -> None:
    people.admin.upload(ROWS, "whole.csv", dataset_slug="partly")
    for path in ("/dataset/", "/data/"):
        assert "partly" not in [one["slug"] for one in people.ada.shown(path, q=q)["objects"]]


@says("panda-1.7-part-changes")
def test_how_many_rows_were_written_is_not_told_to_who_sees_a_part(people: Cast, partly: str) -> None:
    sent = [{"data": ["Auk", "There", 7004], "external_id": "a"}, {"data": ["Owl", "Here", 7005]}]
    assert people.admin.put(f"{partly}data/", {"objects": sent}).status_code == 202
    assert people.admin.shown(partly)["last_modification"] == "2 rows added"
    shown = people.ada.shown(partly)
    assert shown["last_modification"] is None
    assert shown["row_count"] is None
    assert told(people.ada.get(f"{partly}data/a/"))[0] == 404
    assert told(people.ada.put(f"{partly}data/a/", {"data": ["x", "Here"]})) == (401, "")
    assert told(people.ada.delete(f"{partly}data/a/")) == (401, "")
    assert people.ada.shown(f"{partly}data/", limit=0)["meta"]["total_count"] == 2
    assert people.ada.shown(f"{partly}data/", q="external_id:a")["objects"] == []


@pytest.fixture(scope="module")
def let_go(house: House, people: Cast) -> dict[str, str]:
    """Files that hidden datasets have no more: one never imported, one whose rows are there, one that Ada sent (she could
    change the dataset then), and one of a dataset that is deleted. Their addresses."""
    made = house.published(ROWS, dataset_id="tight", is_restricted=True)
    house.published(ROWS, dataset_id="gone", is_restricted=True)
    assert people.ada.person is not None
    house.give(made["uid"], people.ada.person, permissions=["edit_dataset"])
    admin = people.admin
    found = {
        "waiting": admin.upload(ROWS, "loose-1.csv", dataset_slug="tight"),
        "imported": admin.upload(ROWS, "loose-2.csv", dataset_slug="tight"),
        "own": people.ada.upload(ROWS, "loose-3.csv", dataset_slug="tight"),
        "orphan": admin.upload(ROWS, "loose-4.csv", dataset_slug="gone"),
    }
    assert admin.get(f"/dataset/tight/import/{found['imported']['id']}/").status_code == 200
    settled(house)
    house.give(made["uid"], people.ada.person, filter_query="city = 'Here'")
    for slug in ("tight", "gone"):
        assert admin.put(f"/dataset/{slug}/", {"name": slug}).json()["data_uploads"] == []
    assert admin.delete("/dataset/gone/").status_code == 204
    settled(house)
    return {name: one["resource_uri"] for name, one in found.items()}


@pytest.mark.parametrize("name", ["waiting", "imported", "own", "orphan"])
def test_a_file_that_a_hidden_dataset_lets_go_is_still_hidden(
    people: Cast, let_go: dict[str, str], name: str
) -> None:
    uri = let_go[name]
    number = uri.split("/")[-2]
    admin, bob = people.admin, people.bob
    assert admin.shown(uri)["dataset"] is None
    assert admin.get(f"{uri}download/").text == ROWS
    bob.put("/dataset/taker/", {"name": "Taker"})
    for method, path, body in (
        ("GET", uri, None),
        ("PUT", uri, {"title": "mine"}),
        ("DELETE", uri, None),
        ("GET", f"{uri}download/", None),
        ("POST", f"{uri}download/", None),
        ("GET", f"/dataset/taker/import/{number}/", None),
    ):
        assert bob.ask(method, path, json=body).status_code == 404, (method, path)
    assert bob.put("/dataset/taker/", {"name": "Taker", "data_uploads": [uri]}).status_code == 400
    assert bob.shown(f"/data_upload/set/{number}/")["not_found"] == [number]
    assert number not in [one["id"] for one in bob.shown("/data_upload/", limit=0)["objects"]]
    assert number in [one["id"] for one in admin.shown("/data_upload/", limit=0)["objects"]]
    assert (people.ada.get(f"{uri}download/").status_code == 200) == (name == "own")
    assert admin.put(uri, {"title": "Loose"}).status_code == 202


def test_tasks_of_others_are_not_told_to_who_sees_a_part(house: House, people: Cast, partly: str) -> None:
    """They tell what was searched, and how files are called. One's own are shown."""
    theirs = people.admin.get(f"{partly}export/", q="skua").json()["current_task"]
    settled(house)
    assert people.admin.shown(partly)["current_task"]["id"] == theirs["id"]
    assert told(people.ada.get(theirs["resource_uri"])) == (404, "")
    assert people.ada.shown(f"/task/set/{theirs['id']}/")["not_found"] == [theirs["id"]]
    assert "skua" not in people.ada.get("/task/", limit=0).text
    assert "skua" not in people.ada.get(partly).text
    own = people.ada.get(f"{partly}export/", q="gannet").json()["current_task"]
    assert own["task_description"] == 'Export search results for "gannet" in partly.'
    settled(house)
    people.admin.get(f"{partly}export/", q="skua")
    settled(house)
    assert people.ada.shown(partly)["current_task"]["id"] == own["id"]
    assert people.ada.shown(own["resource_uri"])["status"] == "SUCCESS"


def test_a_notice_tells_no_title_that_its_reader_does_not_see(house: House, people: Cast) -> None:
    made = house.published(ROWS, dataset_id="drafted")
    title = f"{AUTOMATION}/datasets/{made['uid']}/metadata/default/title/"
    put = house.client.put(title, json={"value": "Merger of Acme"}, headers=house.admin.headers)
    assert put.status_code == 200, put.text
    assert people.bob.get("/dataset/drafted/export/").status_code == 200
    settled(house)
    message = people.bob.shown("/notification/")["objects"][0]["message"]
    assert message.startswith("Export complete: <strong>dataset-")
    assert "Acme" not in message


def test_a_subscription_finds_no_more_than_the_key_that_left_it(
    house: House, people: Cast, partly: str
) -> None:
    seeing = ["explore_restricted_dataset"]
    left = [client(house, house.person(seeing, key_permissions=one)) for one in ([], seeing)]
    for who in left:
        assert who.post("/search_subscription/", {"query": "fulmar"}).status_code == 201
    people.admin.put(f"{partly}data/", {"objects": [{"data": ["Fulmar", "There", 7006]}]})
    alerts.run(house.running.portal)
    assert [len(who.shown("/notification/")["objects"]) for who in left] == [0, 1]
