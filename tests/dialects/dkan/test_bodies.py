"""What is read of a request: forms with brackets, JSON, XML, YAML (section 3 of the reference)."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dialects.dkan.support import Cast, told
from tests.support.saying import says

from colonnade.dialects.dkan import bodies, brackets
from colonnade.errors import Invalid
from colonnade.http.forms import MULTIPART, URLENCODED

JSON = "application/json"
WRONG = ["Wrong username or password."]
MISSING = ["Missing required argument username"]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        pytest.param("a=1&b=", {"a": "1", "b": ""}, id="dkan-3-form"),
        pytest.param("a=1&a=2", {"a": "2"}, id="dkan-3-form-last"),
        pytest.param("body[und][0][value]=x", {"body": {"und": [{"value": "x"}]}}, id="dkan-3-form-brackets"),
        pytest.param("a[]=1&a[]=2", {"a": ["1", "2"]}, id="dkan-3-form-list"),
        pytest.param("a[1]=x&a[2]=y", {"a": {"1": "x", "2": "y"}}, id="dkan-3-form-numbers"),
        pytest.param("a[0]=x&a[]=y", {"a": ["x", "y"]}, id="dkan-3-form-next"),
        pytest.param("a[07]=x&a[]=y", {"a": {"07": "x", "0": "y"}}, id="dkan-3-form-not-a-number"),
        pytest.param("a.b=1&c d[e.f]=2", {"a_b": "1", "c_d": {"e.f": "2"}}, id="dkan-3-form-dots"),
        pytest.param("a[b=1", {"a_b": "1"}, id="dkan-3-form-open"),
        pytest.param("a[b]c[d]=1", {"a": {"b": "1"}}, id="dkan-3-form-rest"),
        pytest.param("a=1&a[b]=2", {"a": {"b": "2"}}, id="dkan-3-form-over-text"),
        pytest.param("[a]=1&=2&&b", {"b": ""}, id="dkan-3-form-no-name"),
        pytest.param("a%5Bund%5D=%C3%A9+x", {"a": {"und": "é x"}}, id="dkan-3-form-escaped"),
    ],
)
def test_a_form_means_what_php_makes_of_it(sent: str, meant: dict[str, Any]) -> None:
    assert bodies.parsed(URLENCODED, sent.encode()) == meant
    if not sent.startswith("["):
        assert bodies.query(sent.encode()) == meant


@pytest.mark.parametrize(
    ("kind", "content", "meant"),
    [
        pytest.param(JSON, b'{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}, id="dkan-3-json"),
        pytest.param(JSON, b"", {}, id="dkan-3-json-empty"),
        pytest.param(JSON, b'["x"]', {"0": "x"}, id="dkan-3-json-list"),
        pytest.param(JSON, b"5", {}, id="dkan-3-json-number"),
        pytest.param(
            URLENCODED, b' {"username": "a"}', {"username": "a"}, id="dkan-3-json-under-the-label-of-a-form"
        ),
        pytest.param(URLENCODED, b"{a=1", {"{a": "1"}, id="dkan-3-form-that-looks-like-json"),
        pytest.param(
            "text/xml",
            b'<r><a>x</a><l is_array="true"><item>1</item><item><b>2</b></item></l><m><n>3</n><e/></m></r>',
            {"a": "x", "l": ["1", {"b": "2"}], "m": {"n": "3", "e": ""}},
            id="dkan-3-xml",
        ),
        pytest.param("application/xml", b"", {}, id="dkan-3-xml-empty"),
        pytest.param(
            "application/x-yaml",
            b"a: 1\nb:\n  - x\n  - 2020-01-01\nc: null\n",
            {"a": 1, "b": ["x", "2020-01-01"], "c": None},
            id="dkan-3-yaml",
        ),
        pytest.param("application/x-yaml", b"1: a", {"1": "a"}, id="dkan-3-yaml-number-as-a-key"),
    ],
)
def test_a_body_is_read_by_its_type(kind: str, content: bytes, meant: dict[str, Any]) -> None:
    assert bodies.parsed(kind, content) == meant


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        pytest.param(None, URLENCODED, id="dkan-3-no-type"),
        pytest.param("application/json; charset=utf-8", JSON, id="dkan-3-type-with-charset"),
        pytest.param("multipart/form-data; boundary=x", MULTIPART, id="dkan-3-multipart"),
        pytest.param("text/xml", "text/xml", id="dkan-3-text-xml"),
        pytest.param("application/x-yaml", "application/x-yaml", id="dkan-3-x-yaml"),
    ],
)
def test_the_type_of_a_body_is_known_by_its_header(header: str | None, kind: str) -> None:
    assert bodies.kind_of(header) == kind


@pytest.mark.parametrize("named", ["text/foo", "application/vnd.php.serialized", "nonsense"])
@says("dkan-3-other-types dkan-15.8")
def test_dkan_3_other_types_are_406_also_serialized_php(people: Cast, named: str) -> None:
    answer = people.stranger.ask("POST", "/user/login", content=b"x", headers={"Content-Type": named})
    assert told(answer) == (406, [f"Unsupported request content type {named}"])


@pytest.mark.parametrize(
    ("type_", "content", "status", "message"),
    [
        pytest.param(JSON, b"{", 400, "Invalid JSON.", id="dkan-3-json-bad"),
        pytest.param(JSON, b"null", 400, "Invalid JSON.", id="dkan-3-json-null"),
        pytest.param(JSON, b"[" * 60 + b"]" * 60, 406, "at most 50 levels", id="dkan-3-json-deep"),
        pytest.param(JSON, b'{"a":' * 2000, 400, "Invalid JSON.", id="dkan-3-json-deeper"),
        pytest.param("text/xml", b"<a><b></a>", 406, "Invalid XML: mismatched tag", id="dkan-3-xml-bad"),
        pytest.param(
            "text/xml",
            b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            406,
            "declares a document type",
            id="dkan-3-xml-entities",
        ),
        pytest.param("text/xml", b"<a>" * 70 + b"</a>" * 70, 406, "at most 50 levels", id="dkan-3-xml-deep"),
        pytest.param("text/xml", b"<a/>" + b" " * (2 << 20), 406, "at most", id="dkan-3-xml-large"),
        pytest.param("application/x-yaml", b"a: [", 400, "Invalid YAML: ", id="dkan-3-yaml-bad"),
        pytest.param(
            "application/x-yaml", b"a: &x [1]\nb: *x", 400, "said elsewhere", id="dkan-3-yaml-alias"
        ),
        pytest.param("application/x-yaml", b"[" * 5000, 400, "Invalid YAML: ", id="dkan-3-yaml-deep"),
        pytest.param("application/x-yaml", b'a: "\\ud800"', 400, "Invalid YAML: ", id="dkan-3-yaml-half"),
        pytest.param(
            "application/x-yaml", b"a: " + b"9" * 5000, 400, "Invalid YAML: ", id="dkan-3-yaml-digits"
        ),
        pytest.param(
            "application/x-yaml", b"!!python/name:os.system x", 400, "Invalid YAML: ", id="dkan-3-yaml-code"
        ),
        pytest.param(
            "application/x-yaml", b" " * (2 << 20), 400, "at most 262,144 bytes", id="dkan-3-yaml-large"
        ),
        pytest.param(
            URLENCODED, b"a" + b"[b]" * 60 + b"=1", 406, "at most 49 brackets", id="dkan-3-form-deep"
        ),
        pytest.param(URLENCODED, b"a&" * 5001, 406, "at most 5,000 parameters", id="dkan-3-form-many"),
        pytest.param("multipart/form-data", b"x", 406, "", id="dkan-3-multipart-without-a-boundary"),
    ],
)
def test_what_cannot_be_read_is_told(
    people: Cast, type_: str, content: bytes, status: int, message: str
) -> None:
    answer = people.stranger.ask("POST", "/user/login", content=content, headers={"Content-Type": type_})
    assert answer.status_code == status, answer.text
    (said,) = answer.json()
    assert message in said


@pytest.mark.parametrize(
    ("type_", "content", "status", "told_"),
    [
        pytest.param(URLENCODED, b"username=x&password=y", 401, WRONG, id="dkan-3-login-form"),
        pytest.param(JSON, b'{"username":"x","password":"y"}', 401, WRONG, id="dkan-3-login-json"),
        pytest.param(None, b"username=x&password=y", 401, WRONG, id="dkan-3-login-no-type"),
        pytest.param(
            "text/xml",
            b"<r><username>x</username><password>y</password></r>",
            401,
            WRONG,
            id="dkan-3-login-xml",
        ),
        pytest.param("application/x-yaml", b"username: x\npassword: y", 401, WRONG, id="dkan-3-login-yaml"),
        pytest.param(
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nx\r\n'
            b'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\ny\r\n--b--\r\n',
            401,
            WRONG,
            id="dkan-3-login-multipart",
        ),
        pytest.param(JSON, b'{"data":{"username":"x","password":"y"}}', 401, WRONG, id="dkan-1.2-unwrapped"),
        pytest.param(JSON, b'{"other":{"username":"x"}}', 401, MISSING, id="dkan-1.2-not-unwrapped"),
    ],
)
@says("dkan-15.1 dkan-15.18")
def test_a_login_is_read_whatever_the_type(
    people: Cast, type_: str | None, content: bytes, status: int, told_: list[str]
) -> None:
    headers = {} if type_ is None else {"Content-Type": type_}
    assert told(people.stranger.ask("POST", "/user/login", content=content, headers=headers)) == (
        status,
        told_,
    )


def test_dkan_1_2_arguments_of_the_address_are_none_of_the_body(people: Cast) -> None:
    answer = people.stranger.ask("POST", "/user/login", params={"username": "a", "password": "b"})
    assert told(answer) == (401, MISSING)


def test_too_large_a_body_is_refused(people: Cast) -> None:
    headers = {"Content-Type": JSON, "Content-Length": str(40 << 20)}
    answer = people.stranger.ask("POST", "/user/login", content=b"{}", headers=headers)
    assert answer.status_code == 413
    assert answer.json() == ["The body is larger than 33554432 bytes."]


NAMES = st.text("ab[]0. ", max_size=12)


@settings(max_examples=60)
@given(st.lists(st.tuples(NAMES, st.text(max_size=3)), max_size=8))
def test_every_form_means_something(pairs: list[tuple[str, str]]) -> None:
    assert isinstance(brackets.nested(pairs), dict)


@settings(max_examples=60)
@given(st.sampled_from([one for one in bodies.KINDS if one != MULTIPART]), st.binary(max_size=60))
def test_every_body_is_read_or_refused(kind: str, content: bytes) -> None:
    with suppress(Invalid):
        assert isinstance(bodies.parsed(kind, content), dict)
