"""What every answer has, whatever was asked (sections 1.1, 1.2, 1.5, 1.6, 3.13 and 3.14)."""

import json
from typing import Any

import pytest
from tests.dialects.panda.support import API, XHR, Cast, told
from tests.support.saying import says

RESOURCES = (
    *("activity_log", "category", "data_upload", "dataset", "export"),
    *("notification", "related_upload", "search_subscription", "task", "user"),
)
SLUGGED = ("category", "dataset")
NUMBERED = tuple(one for one in RESOURCES if one not in SLUGGED)
HTML = "text/html; charset=utf-8"


@says("panda-1.1-discovery")
def test_the_root_names_every_resource(people: Cast) -> None:
    """To everybody."""
    answer = people.stranger.get("/")
    assert answer.status_code == 200
    assert answer.json() == {
        name: {"list_endpoint": f"/api/1.0/{name}/", "schema": f"/api/1.0/{name}/schema/"}
        for name in RESOURCES
    }
    assert list(answer.json()) == sorted(RESOURCES)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"panda-1.1-unslashed-{name}")
        for name, path in (("root", ""), ("list", "/user"), ("one", "/user/1"), ("schema", "/user/schema"))
    ],
)
def test_an_address_answers_without_its_slash(people: Cast, path: str) -> None:
    assert people.admin.get(path).text == people.admin.get(f"{path}/").text
    assert people.admin.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"panda-1.1-none-{path.strip('/').replace('/', '-')}")
        for path in (
            "/search_log/",
            "/user_proxy/",
            "/task/1/abort/",
            "/nothing/",
            "/data/schema/x",
            "/dataset/set/a/",
        )
        if not path.startswith("/data/")
    ],
)
def test_what_there_never_was_is_unknown(people: Cast, path: str) -> None:
    answer = people.ada.get(path)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/{path}", id=f"panda-1.1-root-{path}")
        for path in ("templates.js", "i18n.js", "dashboard/", "admin/settings/")
    ],
)
def test_its_own_browser_client_is_not_hosted(people: Cast, path: str) -> None:
    assert people.ada.ask("GET", f"root:{path}").status_code == 404


@says("panda-1.2-headers", "panda-1.2-no-cors")
def test_headers_of_json(people: Cast) -> None:
    answer = people.ada.get("/user/")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=0,no-cache,no-store"
    assert answer.headers["vary"] == "Cookie"
    assert "csrftoken=" in answer.headers["set-cookie"]
    assert "access-control-allow-origin" not in answer.headers
    assert "no-cache" in people.ada.ask("GET", "/user/", headers=XHR).headers["cache-control"]


@says("panda-1.2-keys")
def test_keys_are_sorted_and_letters_are_letters(people: Cast) -> None:
    made = people.admin.post("/user/", {"email": "zoe@paper.example", "first_name": "Zoë"})
    assert '"first_name":"Zoë"' in made.text
    keys = list(json.loads(made.text))
    assert keys == sorted(keys)
    assert people.admin.delete(f"/user/{made.json()['id']}/").status_code == 204


@pytest.mark.parametrize(
    ("params", "begins", "kind"),
    [
        pytest.param({"format": "json"}, "{", "application/json; charset=utf-8", id="panda-1.2-json"),
        pytest.param(
            {"format": "jsonp", "callback": "f"},
            "f({",
            "text/javascript; charset=utf-8",
            id="panda-1.2-jsonp",
        ),
        pytest.param(
            {"format": "jsonp"}, "callback({", "text/javascript; charset=utf-8", id="panda-1.2-jsonp-alone"
        ),
        pytest.param({"callback": "a.b"}, "a.b({", "text/javascript; charset=utf-8", id="panda-1.2-callback"),
        pytest.param(
            {"format": "json", "callback": "f"}, "{", "application/json; charset=utf-8", id="panda-1.2-both"
        ),
        pytest.param(
            {"format": "carrier-pigeon"}, "{", "application/json; charset=utf-8", id="panda-1.2-unknown"
        ),
        pytest.param({"format": "xml"}, "{", "application/json; charset=utf-8", id="panda-1.2-xml"),
    ],
)
def test_formats(people: Cast, params: dict[str, str], begins: str, kind: str) -> None:
    answer = people.ada.get("/user/", **params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.text.startswith(begins)
    assert answer.text.endswith(")") == (kind.startswith("text/javascript"))


@says("panda-1.2-callback-injected")
def test_a_callback_is_the_name_of_a_function(people: Cast) -> None:
    assert told(people.ada.get("/user/", callback="alert(1)//")) == (400, "JSONP callback name is invalid.")


@says("panda-1.2-ids")
def test_ids_are_texts_and_addresses_are_paths(people: Cast) -> None:
    (found,) = people.ada.shown("/user/", limit=1)["objects"]
    assert (found["id"], found["resource_uri"]) == ("1", "/api/1.0/user/1/")


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        pytest.param(b'{"email": "x@paper.example"}', {}, id="panda-1.2-no-type"),
        pytest.param(
            b"email=x@paper.example",
            {"Content-Type": "application/x-www-form-urlencoded"},
            id="panda-1.2-form",
        ),
        pytest.param(b"{", {"Content-Type": "application/json"}, id="panda-1.2-malformed"),
        pytest.param(b"", {"Content-Type": "application/json"}, id="panda-1.2-empty"),
        pytest.param(b"[1]", {"Content-Type": "application/json"}, id="panda-1.2-list"),
        pytest.param(b"NaN", {"Content-Type": "application/json"}, id="panda-1.2-nan"),
        pytest.param(b"[" * 60 + b"]" * 60, {"Content-Type": "application/json"}, id="panda-1.2-deep"),
        pytest.param(b'"\\ud800"', {"Content-Type": "application/json"}, id="panda-1.2-half-character"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    people: Cast, content: bytes, headers: dict[str, str]
) -> None:
    answer = people.admin.http.post(
        f"{API}/user/", content=content, headers=headers, params=people.admin.credentials
    )
    assert answer.status_code == 400
    assert answer.text.startswith("The body")


@says("panda-1.2-echo")
def test_what_is_not_written_is_not_echoed(people: Cast) -> None:
    made = people.admin.post(
        "/user/",
        {"email": "echo@paper.example", "is_superuser": True, "username": "x"},
    )
    assert made.status_code == 201
    assert {"is_superuser", "username", "password", "pk"}.isdisjoint(made.json())
    assert people.admin.delete(f"/user/{made.json()['id']}/").status_code == 204


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        pytest.param("/dataset/", "GET,POST,PUT,DELETE", id="panda-1.2-options-dataset"),
        pytest.param("/dataset/x/data/", "GET,POST,PUT,DELETE", id="panda-1.2-options-rows"),
        pytest.param("/user/1/", "GET,POST,PUT,DELETE", id="panda-1.2-options-user"),
        pytest.param("/task/", "GET", id="panda-1.2-options-task"),
        pytest.param("/notification/", "GET,POST,PUT,DELETE,PATCH", id="panda-1.2-options-notification"),
    ],
)
def test_options_tells_the_methods_to_everybody(people: Cast, path: str, methods: str) -> None:
    answer = people.stranger.ask("OPTIONS", path)
    assert (answer.status_code, answer.text, answer.headers["allow"]) == (200, methods, methods)


@says(
    "panda-1.2-405 panda-1.2-head panda-1.2-patch panda-3.4-post panda-3.5-post panda-3.8-post panda-3.11-put"
)
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param(method, path, allowed, id=f"panda-1.5-{method}-{path.strip('/').replace('/', '-')}")
        for method, path, allowed in (
            ("HEAD", "/user/", "GET,POST"),
            ("PUT", "/user/", "GET,POST"),
            ("DELETE", "/user/", "GET,POST"),
            ("PUT", "/dataset/", "GET,POST"),
            ("DELETE", "/dataset/", "GET,POST"),
            ("PATCH", "/dataset/x/", "GET,POST,PUT,DELETE"),
            ("POST", "/task/", "GET"),
            ("DELETE", "/task/1/", "GET"),
            ("POST", "/category/", "GET"),
            ("PUT", "/category/crime/", "GET"),
            ("POST", "/export/", "GET"),
            ("DELETE", "/export/1/", "GET"),
            ("POST", "/data_upload/", "GET"),
            ("DELETE", "/data_upload/", "GET"),
            ("POST", "/data_upload/1/", "GET,PUT,DELETE"),
            ("POST", "/related_upload/", "GET"),
            ("PUT", "/related_upload/", "GET"),
            ("PUT", "/search_subscription/1/", "GET,POST,DELETE"),
            ("DELETE", "/search_subscription/", "GET,POST"),
            ("PUT", "/activity_log/1/", "GET,POST"),
            ("DELETE", "/activity_log/", "GET,POST"),
            ("PUT", "/notification/", "GET,POST"),
            ("DELETE", "/notification/", "GET,POST,PUT,PATCH"),
            ("POST", "/data/", "GET"),
            ("POST", "/dataset/x/import/1/", "GET"),
            ("POST", "/dataset/x/reindex/", "GET"),
            ("POST", "/dataset/x/export/", "GET"),
            ("GET", "/user/1/login_help/", "POST"),
        )
    ],
)
def test_other_methods_are_refused_with_those_that_there_are(
    people: Cast, method: str, path: str, allowed: str
) -> None:
    """No list can be taken away as a whole, which any user of the original could do."""
    answer = people.admin.ask(method, path, json={"objects": []} if method in {"PUT", "POST"} else None)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        assert answer.text == allowed


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"panda-1.6-501-{path.strip('/').replace('/', '-')}")
        for path in ("/dataset/x/data/y/", "/user/1/", "/dataset/x/", "/notification/1/")
    ],
)
def test_a_post_to_one_thing_is_not_implemented(people: Cast, path: str) -> None:
    assert told(people.admin.post(path, {})) == (501, "")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/{name}/{number}/", id=f"panda-1.6-404-{name}")
        for name in NUMBERED
        for number in ("99999",)
    ]
    + [pytest.param(f"/{name}/nope/", id=f"panda-1.6-404-{name}") for name in RESOURCES]
    + [pytest.param(f"/user/{'9' * 40}/", id="panda-1.6-404-long")],
)
def test_what_is_missing_is_missing_without_a_word(people: Cast, path: str) -> None:
    assert told(people.ada.get(path)) == (404, "")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"panda-1.6-404-told-{path.strip('/').replace('/', '-')}")
        for path in (
            "/dataset/nope/import/1/",
            "/dataset/nope/reindex/",
            "/dataset/nope/export/",
            "/dataset/nope/data/",
            "/dataset/nope/data/1/",
            "/data_upload/99999/download/",
            "/related_upload/99999/download/",
            "/export/99999/download/",
            "/dataset/?category=nope",
            "/data/?category=nope",
        )
    ],
)
def test_what_is_missing_for_an_action_is_told(people: Cast, path: str) -> None:
    address, _, query = path.partition("?")
    status, body = told(people.ada.get(address, **dict([query.split("=")]) if query else {}))
    assert (status, set(body)) == (404, {"error_message"})


@says("panda-1.6-401")
def test_nobody_is_answered_without_a_word(people: Cast) -> None:
    for who in people.nobodies:
        answer = who.get("/user/")
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (401, b"", HTML)
        assert "www-authenticate" not in answer.headers


@says("panda-1.6-text")
def test_texts_cannot_run_in_a_browser(people: Cast) -> None:
    """They are called HTML, as they always were."""
    answer = people.ada.get("/task/", limit="<script>")
    assert answer.headers["content-type"] == HTML
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


FACTS = {"blank", "default", "help_text", "nullable", "readonly", "type", "unique"}


@pytest.mark.parametrize("name", [pytest.param(one, id=f"panda-3.13-{one}") for one in RESOURCES])
def test_a_schema_describes_every_field(people: Cast, name: str) -> None:
    found = people.ada.shown(f"/{name}/schema/")
    filters = {"task": {"end", "status"}, "notification": {"read_at"}}
    assert (found["default_format"], found["default_limit"]) == ("application/json", 20)
    assert found["allowed_detail_http_methods"] == found["allowed_list_http_methods"]
    assert set(found.get("filtering", {})) == filters.get(name, set())
    for fact in found["fields"].values():
        assert set(fact) - {"related_type"} == FACTS
        assert ("related_type" in fact) == (fact["type"] == "related")
    assert {"id", "resource_uri"} <= set(found["fields"])


@says("panda-3.7-no-schema")
@pytest.mark.parametrize(
    "name", [pytest.param(one, id=f"panda-3.13-rows-{one}") for one in ("dataset/x/data",)]
)
def test_rows_have_no_schema(people: Cast, name: str) -> None:
    assert people.ada.get(f"/{name}/schema/x/").status_code == 404


@pytest.mark.parametrize("name", [pytest.param(one, id=f"panda-3.14-{one}") for one in NUMBERED])
def test_a_set_tells_what_it_did_not_find(people: Cast, name: str) -> None:
    assert people.ada.shown(f"/{name}/set/99998;x;99999/") == {
        "objects": [],
        "not_found": ["99998", "x", "99999"],
    }


@says("panda-3.14-order")
def test_a_set_keeps_its_order(people: Cast) -> None:
    ids = [one["id"] for one in people.ada.shown("/user/", limit=3)["objects"]]
    found: dict[str, Any] = people.ada.shown(f"/user/set/{';'.join(reversed(ids))}/")
    assert [one["id"] for one in found["objects"]] == ids[::-1]
    assert "not_found" not in found


@pytest.mark.parametrize("name", [pytest.param(one, id=f"panda-3.14-{one}") for one in SLUGGED])
def test_what_has_a_slug_has_no_sets(people: Cast, name: str) -> None:
    assert people.ada.get(f"/{name}/set/crime;education/").status_code == 404
