"""The shape of every error of the Automation door (section 1.3 of the reference).

A body is JSON with `error_code` and `message`, both texts. `validation_error` (400) has `detail` besides: an object of
fields, nested as the body is, with a list of sentences at each leaf. `internal_error` (500) has `trace_id`, which the
log repeats beside the trace. 401 has the header `WWW-Authenticate`.
"""

import datetime as dt
import json
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from tests.dialects.automation.support import call
from tests.support.house import House

from colonnade import errors
from colonnade.dialects.automation.errors import render
from colonnade.http.edge import STATUS

MADE: dict[type[errors.PortalError], tuple[errors.PortalError, int, str]] = {
    errors.PortalError: (errors.PortalError("Broken."), 500, "internal_error"),
    errors.Unauthenticated: (errors.Unauthenticated("Who?"), 401, "unauthorized"),
    errors.Denied: (errors.Denied("No."), 403, "permission_denied"),
    errors.NotFound: (errors.NotFound("Where?"), 404, "not_found"),
    errors.Conflict: (errors.Conflict("Not now."), 409, "conflict"),
    errors.Invalid: (errors.Invalid("Wrong."), 400, "validation_error"),
    errors.LimitReached: (
        errors.LimitReached("Too much.", limit_type="bytes", limit=1, value=2),
        413,
        "limit_reached",
    ),
    errors.QuotaReached: (
        errors.QuotaReached("Enough.", limit=1, unit="day", resets_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        429,
        "quota_exceeded",
    ),
    errors.Unavailable: (errors.Unavailable("Later."), 503, "unavailable"),
}


def test_every_family_has_a_status_and_a_code() -> None:
    families = {errors.PortalError, *errors.PortalError.__subclasses__()}
    mine = {one for one in families if one.__module__ == errors.__name__}
    assert mine == set(MADE) == set(STATUS)


@pytest.mark.parametrize("family", MADE)
def test_a_family_is_rendered_in_the_shape(family: type[errors.PortalError]) -> None:
    error, status, code = MADE[family]
    answer = render(Request({"type": "http"}), error)
    body = orjson.loads(answer.body)
    assert (answer.status_code, body["error_code"]) == (status, code)
    assert isinstance(body["message"], str)
    assert ("detail" in body) == (code == "validation_error")
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({}, {"non_field_errors": ["Wrong."]}),
        ({"a": ["x", "y"]}, {"a": ["x", "y"]}),
        ({"a.b": ["x"], "a.c": ["y"]}, {"a": {"b": ["x"], "c": ["y"]}}),
        ({"a": ["x"], "a.b": ["y"]}, {"a": ["x", "y"]}),
        ({"a.b": ["y"], "a": ["x"]}, {"a": {"b": ["y"], "non_field_errors": ["x"]}}),
    ],
)
def test_details_are_nested_as_the_body_is(fields: dict[str, list[str]], detail: Any) -> None:
    answer = render(Request({"type": "http"}), errors.Invalid("Wrong.", fields=fields))
    assert orjson.loads(answer.body)["detail"] == detail


NAMES = [
    "metadata",
    "default",
    "title",
    "value",
    "dataset_id",
    "is_restricted",
    "default_security",
    "type",
    "title",
]
NAMES += [
    "datasource",
    "file",
    "uid",
    "params",
    "visible_fields",
    "filter_query",
    "api_calls_quota",
    "internal",
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | TEXT, inner, max_size=6)
    ),
    max_leaves=12,
)
"""Bodies that have something of ours in them, and NaN, and numbers of any size."""

TITLED = st.fixed_dictionaries(
    {"metadata": st.fixed_dictionaries({"default": st.fixed_dictionaries({"title": TEXT}), "custom": JSON})},
    optional=dict.fromkeys(("dataset_id", "is_restricted", "default_security"), JSON),
)
RESOURCE = st.fixed_dictionaries(
    {"type": st.just("csvfile"), "datasource": st.just({"file": {"uid": "data.csv"}})},
    optional={"title": JSON, "params": JSON},
)
fuzz = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(JSON | TITLED)
@fuzz
def test_no_body_of_a_dataset_breaks_the_door(house: House, body: Any) -> None:
    answer = call(house, "POST", "/datasets/", content=json.dumps(body).encode())
    assert answer.status_code in {201, 400}, answer.text
    if answer.status_code == 201:
        assert call(house, "DELETE", f"/datasets/{answer.json()['uid']}").status_code == 204


@given(JSON | RESOURCE)
@fuzz
def test_no_body_of_a_resource_breaks_the_door(house: House, uid: str, body: Any) -> None:
    path = f"/datasets/{uid}/resources/"
    answer = call(house, "POST", path, content=json.dumps(body).encode())
    assert answer.status_code in {201, 400}, answer.text
    assert call(house, "GET", path).status_code == 200


@given(
    st.lists(st.tuples(st.sampled_from(["limit", "offset", "dataset_id", "apikey", "x"]), TEXT), max_size=4)
)
@fuzz
def test_no_query_breaks_the_door(house: House, query: list[tuple[str, str]]) -> None:
    assert call(house, "GET", "/datasets/", params=query).status_code in {200, 400}


@given(st.binary(max_size=60))
@fuzz
def test_no_bytes_break_the_door(house: House, uid: str, content: bytes) -> None:
    assert call(house, "POST", "/datasets/", content=content).status_code == 400
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b"--x\r\n" + content + b"\r\n--x--\r\n"
    path = f"/datasets/{uid}/resources/files/"
    assert call(house, "POST", path, content=body, headers=headers).status_code in {201, 400}


@given(TEXT.filter(lambda name: name.strip("/.")))  # clients take steps like `..` out of a path by themselves
@fuzz
def test_no_name_in_a_path_breaks_the_door(house: House, name: str) -> None:
    assert call(house, "GET", f"/datasets/{quote(name, safe='')}/status").status_code == 404


@pytest.fixture(scope="module")
def uid(house: House) -> str:
    made: str = house.create()["uid"]
    house.add_csv(made, "a\n1\n")
    return made
