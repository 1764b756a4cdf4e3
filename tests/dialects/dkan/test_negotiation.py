"""Addresses and methods (section 1 of the reference); which format an answer has, and how each is written (section 2)."""

import json
import xml.etree.ElementTree as ET
from typing import Any

import bencode2
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from tests.dialects.dkan.support import API, JSON, Cast
from tests.support.house import House
from tests.support.saying import says

from colonnade.dialects.dkan.encoders import encoded
from colonnade.dialects.dkan.negotiation import Choice, Format, chosen, parted
from colonnade.http.reasons import REASON

CHOICES = [
    pytest.param(None, Format.JSON, "application/json", id="dkan-2.1-3-none"),
    pytest.param("", Format.JSON, "application/json", id="dkan-2.1-none-empty"),
    pytest.param("application/json", Format.JSON, "application/json", id="dkan-2.1-json"),
    pytest.param("application/json, */*;q=0.5", Format.JSON, "application/json", id="dkan-2.1-json-or-all"),
    pytest.param("application/json;q=0.1, */*", Format.JSON, "application/json", id="dkan-2.1-2-fitness"),
    pytest.param("*/*", Format.YAML, "text/yaml", id="dkan-2.1-wildcard"),
    pytest.param("*", Format.YAML, "text/yaml", id="dkan-2.1-wildcard-of-java"),
    pytest.param("application/json, text/plain, */*", Format.YAML, "text/plain", id="dkan-2.1-axios"),
    pytest.param(
        "application/json, text/javascript, */*; q=0.01",
        Format.JSONP,
        "text/javascript",
        id="dkan-2.1-jquery",
    ),
    pytest.param(
        "application/json, text/xml, application/xml, */*", Format.XML, "text/xml", id="dkan-2.1-httr"
    ),
    pytest.param(
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        Format.XML,
        "application/xml",
        id="dkan-2.1-browser",
    ),
    pytest.param("application/*", Format.XML, "application/xml", id="dkan-2.1-application"),
    pytest.param("text/*", Format.YAML, "text/yaml", id="dkan-2.1-text"),
    pytest.param("application/javascript", Format.JSONP, "application/javascript", id="dkan-2.1-javascript"),
    pytest.param("application/x-yaml", Format.YAML, "application/x-yaml", id="dkan-2.1-x-yaml"),
    pytest.param("text/yaml", Format.YAML, "text/yaml", id="dkan-2.1-yaml"),
    pytest.param("text/plain", Format.YAML, "text/plain", id="dkan-2.1-plain"),
    pytest.param(
        "application/vnd.php.serialized", Format.PHP, "application/vnd.php.serialized", id="dkan-2.1-php"
    ),
    pytest.param("application/x-bencode", Format.BENCODE, "application/x-bencode", id="dkan-2.1-bencode"),
    pytest.param("application/json;q=0", Format.JSON, "application/json", id="dkan-2.1-quality-of-nothing"),
    pytest.param(
        "application/json;q=many, nonsense", Format.JSON, "application/json", id="dkan-2.1-nonsense"
    ),
]


@pytest.mark.parametrize(("accept", "format_", "media_type"), CHOICES)
def test_clients_get_the_format_that_they_got(accept: str | None, format_: Format, media_type: str) -> None:
    assert chosen(None, accept) == Choice(format_, media_type)


@pytest.mark.parametrize("accept", ["text/html", "image/*", "nonsense", ";;;,,,"])
def test_dkan_2_1_a_format_that_is_not_written_is_none(accept: str) -> None:
    assert chosen(None, accept) is None


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        pytest.param("/node.json", ("/node", "json"), id="dkan-2.1-1-index"),
        pytest.param("/node/75.xml", ("/node/75", "xml"), id="dkan-2.1-1-node"),
        pytest.param("/datastore/21.yaml", ("/datastore/21", "yaml"), id="dkan-2.1-1-datastore"),
        pytest.param("/node/75", ("/node/75", None), id="dkan-2.1-1-none"),
        pytest.param("/a.b/75", ("/a.b/75", None), id="dkan-2.1-1-earlier-part"),
        pytest.param("/node/a.b.json", ("/node/a.b", "json"), id="dkan-2.1-1-last"),
    ],
)
def test_an_extension_is_taken_off_a_path(path: str, parts: tuple[str, str | None]) -> None:
    assert parted(path) == parts


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        pytest.param("json", "application/json", id="dkan-2.1-1-json"),
        pytest.param("jsonp", "text/javascript", id="dkan-2.1-1-jsonp"),
        pytest.param("xml", "application/xml", id="dkan-2.1-1-xml"),
        pytest.param("yaml", "text/plain", id="dkan-2.1-1-yaml"),
        pytest.param("php", "application/vnd.php.serialized", id="dkan-2.1-1-php"),
        pytest.param("bencode", "application/x-bencode", id="dkan-2.1-1-bencode"),
    ],
)
def test_an_extension_wins(people: Cast, extension: str, media_type: str) -> None:
    answer = people.stranger.ask("GET", f"/user/1.{extension}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert "accept" not in answer.headers.get("vary", "").lower()


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        pytest.param("/user/1.csv", "application/json", id="dkan-2.1-1-unknown-extension"),
        pytest.param("/user/1", "text/html", id="dkan-2.1-html"),
    ],
)
def test_an_unknown_format_is_406_without_a_body(people: Cast, path: str, accept: str) -> None:
    answer = people.stranger.ask("GET", path, headers={"Accept": accept})
    assert (answer.status_code, answer.content) == (406, b"")
    assert "content-type" not in answer.headers


@says("dkan-2.1-4-vary dkan-15.17 dkan-15.5")
def test_dkan_2_1_4_vary_says_that_accept_was_looked_at(people: Cast) -> None:
    answer = people.stranger.ask("GET", "/user/1", headers={"Accept": "*/*"})
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["content-type"] == "text/yaml"
    assert answer.text.startswith('---\nuid: "1"\n')


@pytest.mark.parametrize(
    ("value", "format_", "text"),
    [
        pytest.param(True, Format.JSON, "[true]", id="dkan-2.2-json-scalar"),
        pytest.param("no", Format.JSON, '["no"]', id="dkan-2.2-json-text"),
        pytest.param([], Format.JSON, "[]", id="dkan-2.2-json-empty"),
        pytest.param(None, Format.JSON, "null", id="dkan-2.2-json-null"),
        pytest.param({"u": "http://é"}, Format.JSON, '{"u":"http://\\u00e9"}', id="dkan-2.2-json-escapes"),
        pytest.param({"a": 1}, Format.JSONP, '{"a":1}', id="dkan-2.2-jsonp-plain"),
        pytest.param(True, Format.YAML, "---\n- true\n", id="dkan-2.2-yaml-scalar"),
        pytest.param([], Format.YAML, "---\n", id="dkan-2.2-yaml-empty"),
        pytest.param(
            {"nid": "75", "n": 2, "e": [], "x": None, "b": False, "m": {"k": "v"}},
            Format.YAML,
            '---\nnid: "75"\nn: 2\ne: []\nx: null\nb: false\nm:\n    k: v\n',
            id="dkan-2.2-yaml-values",
        ),
        pytest.param(
            {"delimiter": ",", "quote": '"', "escape": "\\"},
            Format.YAML,
            "---\ndelimiter: ','\nquote: '\"'\nescape: \\\n",
            id="dkan-2.2-yaml-legal",
        ),
        pytest.param(
            {"t": "many words " * 8 + "end"},
            Format.YAML,
            "---\nt: >-\n    many words many words many words many words many words many\n    words many words many words end\n",
            id="dkan-2.2-yaml-folded",
        ),
        pytest.param(
            {"a": "1 < 2", "l": ["x"], "2": "y", "b c": None, "t": True},
            Format.XML,
            '<?xml version="1.0" encoding="utf-8"?>\n<result><a>1 &lt; 2</a><l is_array="true"><item>x</item></l>'
            "<_2>y</_2><b_c/><t>1</t></result>\n",
            id="dkan-2.2-xml-names",
        ),
        pytest.param(
            ["x"],
            Format.XML,
            '<?xml version="1.0" encoding="utf-8"?>\n<result is_array="true"><item>x</item></result>\n',
            id="dkan-2.2-xml-list",
        ),
        pytest.param(
            {"a": "é", "2": [True, None, 1, 0.5]},
            Format.PHP,
            'a:2:{s:1:"a";s:2:"é";i:2;a:4:{i:0;b:1;i:1;N;i:2;i:1;i:3;d:0.5;}}',
            id="dkan-2.2-php",
        ),
        pytest.param(
            {"a": "é\x00/\n", "n": 1 << 70, "x": 0.5, "l": (None, True)},
            Format.JSON,
            '{"a":"\\u00e9\\u0000/\\n","n":1180591620717411303424,"x":0.5,"l":[null,true]}',
            id="dkan-2.2-json-ascii",
        ),
        pytest.param(
            {"a": "b/\n", "l": ["x"]}, Format.JSON, '{"a":"b/\\n","l":["x"]}', id="dkan-2.2-json-plain"
        ),
        pytest.param(True, Format.PHP, "b:1;", id="dkan-2.2-php-scalar"),
        pytest.param(
            {"b": None, "a": [1, True, "x"]}, Format.BENCODE, "d1:ali1ei1e1:xe1:b0:e", id="dkan-2.2-bencode"
        ),
    ],
)
def test_each_format_is_written_as_services_does(value: Any, format_: Format, text: str) -> None:
    assert encoded(value, format_).decode() == text


@pytest.mark.parametrize(
    ("callback", "name"),
    [
        pytest.param("say.it-1_a", "say.it-1_a", id="dkan-2.2-jsonp-name"),
        pytest.param("alert(1)//", "alert1", id="dkan-2.2-jsonp-dropped"),
        pytest.param("x" * 99, "x" * 60, id="dkan-2.2-jsonp-cut"),
    ],
)
def test_jsonp_calls_what_is_named(people: Cast, callback: str, name: str) -> None:
    answer = people.stranger.get("/user/1.jsonp", callback=callback)
    assert answer.text.startswith(f'{name}({{"uid":"1",')
    assert answer.text.endswith("});")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab1 é_", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text("ab1 é", min_size=1), VALUES, min_size=1, max_size=4))
def test_what_is_written_can_be_read(value: dict[str, Any]) -> None:
    assert json.loads(encoded(value, Format.JSON)) == value
    assert yaml.safe_load(encoded(value, Format.YAML)) == value
    assert ET.fromstring(encoded(value, Format.XML)).tag == "result"
    assert set(bencode2.bdecode(encoded(value, Format.BENCODE))) == {key.encode() for key in value}


WORDS = st.lists(st.text("ab: #'\"-\n\t", max_size=30), min_size=3, max_size=20).map(" ".join)


@settings(max_examples=60)
@given(WORDS)
def test_dkan_2_2_long_texts_of_yaml_lose_nothing(text: str) -> None:
    assert yaml.safe_load(encoded({"t": text}, Format.YAML)) == {"t": text}


def test_dkan_1_the_bare_address_says_that_it_is_there(people: Cast) -> None:
    for path, name in ((API, "dkan_dataset_api"), ("/api/action/datastore", "dkan_datastore_api")):
        answer = people.stranger.ask("GET", f"root:{path}", headers={"Accept": "*/*"})
        assert (answer.status_code, answer.text) == (
            200,
            f'Services Endpoint "{name}" has been setup successfully.',
        )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/comment", id="dkan-1.1-comment"),
        pytest.param("POST", "/file", id="dkan-1.1-file-create"),
        pytest.param("GET", "/user", id="dkan-1.1-user-index"),
        pytest.param("POST", "/user", id="dkan-1.1-user-create"),
        pytest.param("PUT", "/user/1", id="dkan-1.1-user-update"),
        pytest.param("DELETE", "/user/1", id="dkan-1.1-user-delete"),
        pytest.param("GET", "/user/login", id="dkan-1.1-login-by-get"),
        pytest.param("GET", "/user/1/more", id="dkan-1.1-user-more"),
        pytest.param("PATCH", "/user/1", id="dkan-1.1-patch"),
        pytest.param("POST", "/user/login", id="dkan-1.2-method-of-nobody"),
    ],
)
@says("dkan-4-unknown-resource")
def test_what_there_is_not_is_404_without_a_body(people: Cast, method: str, path: str) -> None:
    headers = {"X-HTTP-Method-Override": "PATCH"} if path == "/user/login" else {}
    answer = people.admin.ask(method, path, headers=headers)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("path", ["/user/1", "/user/99999", "/user/login"])
def test_dkan_1_2_head_and_options_are_200_without_a_body(people: Cast, path: str) -> None:
    for method in ("HEAD", "OPTIONS"):
        answer = people.stranger.ask(method, path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == "application/json"
        # Of HEAD the length would be a wrong one.
        assert answer.headers.get("content-length") == (None if method == "HEAD" else "0")
    assert people.stranger.ask("HEAD", "/nonsense").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"headers": {"X-HTTP-Method-Override": "GET"}}, id="dkan-1.2-override-header"),
        pytest.param({"params": {"_method": "get"}}, id="dkan-1.2-override-parameter"),
    ],
)
def test_a_post_may_mean_another_method(people: Cast, sent: Any) -> None:
    assert people.stranger.ask("POST", "/user/1", **sent).json()["uid"] == "1"


@pytest.mark.parametrize("path", ["//user//1", "/user/1/", "/user/1.json"])
@says("dkan-1-slashes dkan-1-dataset")
def test_dkan_1_addresses_are_read_as_they_are_written(people: Cast, path: str) -> None:
    assert people.stranger.get(path).json()["uid"] == "1"


def test_errors_have_the_format_that_was_asked_for(people: Cast) -> None:
    answer = people.stranger.ask("GET", "/user/99999.xml")
    assert answer.status_code == 404
    assert answer.text.endswith("<result>There is no user with ID 99999.</result>\n")
    assert people.stranger.ask("GET", "/user/99999", headers={"Accept": "*/*"}).text == (
        "---\n- There is no user with ID 99999.\n"
    )


def test_answers_are_not_kept(people: Cast) -> None:
    answer = people.stranger.get("/user/1")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


REASONS = [
    pytest.param("GET", "/user/99999", "Not found : There is no user with ID 99999.", id="dkan-4-reason-404"),
    pytest.param(
        "GET", "/node/999999", "Not found : Node 999999 could not be found", id="dkan-4-reason-node"
    ),
    pytest.param(
        "GET", "/comment", "Not found : Could not find resource comment.", id="dkan-4-reason-resource"
    ),
    pytest.param(
        "PUT", "/user/1", "Not found : Could not find the controller.", id="dkan-4-reason-operation"
    ),
    pytest.param("POST", "/node", ": Access denied for user anonymous", id="dkan-4-reason-403"),
    pytest.param(
        "POST", "/user/login", "Unauthorized : Missing required argument username", id="dkan-4-reason-401"
    ),
    pytest.param(
        "GET",
        "/user/1.csv",
        "Not Acceptable : Unknown or unsupported response format.",
        id="dkan-4-reason-406",
    ),
    pytest.param("GET", "/user/1", None, id="dkan-4-reason-none"),
]


@pytest.mark.parametrize(("method", "path", "reason"), REASONS)
def test_the_message_stands_on_the_status_line(
    house: House, method: str, path: str, reason: str | None
) -> None:
    """The server prints it: tests/http/test_status_lines.py."""
    heard: list[Message] = []

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        async def hear(message: Message) -> None:
            heard.append(message)
            await send(message)

        await house.running.app(scope, receive, hear)

    sent = {"type": "dataset"} if path == "/node" else None
    TestClient(listening).request(method, f"{API}{path}", headers=JSON, json=sent)
    found = heard[0].get(REASON)
    assert (None if found is None else found.decode("latin-1")) == reason
