"""The description of the door: whole, true, and readable without the Internet."""

import re
from typing import Any

import httpx2
import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from tests.dialects.automation.described import (
    BODIES,
    CHECKS,
    DOCUMENT,
    OPERATIONS,
    SCHEMA,
    Furnished,
    furnished,
)
from tests.dialects.automation.support import call
from tests.support.house import ANONYMOUS, AUTOMATION, House

BY_PROCESS = re.compile("guess|preview")
"""Operations that start a process."""
REFUSED = {"abort-dataset": 400}
"""What a dataset that is published and idle cannot do."""


@pytest.fixture(scope="module")
def whole(house: House) -> Furnished:
    return furnished(house)


@pytest.mark.parametrize("path", ["/openapi.json", "/openapi.json/"])
def test_the_description_is_served_to_everybody_in_both_forms(house: House, path: str) -> None:
    answer = call(house, "GET", path, ANONYMOUS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found.pop("servers") == [{"url": AUTOMATION}]
    assert found == DOCUMENT


def test_every_operation_is_named_tagged_and_says_what_it_answers() -> None:
    described = [one for methods in DOCUMENT["paths"].values() for one in methods.values()]
    names = [one["operationId"] for one in described]
    assert len(names) == len(set(names)) == len(OPERATIONS) >= 60
    for one in described:
        assert re.fullmatch(r"[a-z]+([-_][a-z]+)+", one["operationId"])
        assert one["tags"]
        assert {"400", "401", "403", "404", "4XX", "5XX"} < set(one["responses"]), one["operationId"]
        assert "422" not in one["responses"]
        (success, *_) = sorted(one["responses"])
        assert success in {"200", "201", "204"}
        assert (success == "204") == ("content" not in one["responses"][success])


def test_either_way_of_giving_a_key_is_described() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {name: (one["in"], one["name"]) for name, one in schemes.items()} == {
        "HeaderAPIKey": ("header", "Authorization"),
        "QueryAPIKey": ("query", "apikey"),
    }
    assert DOCUMENT["security"] == [{"HeaderAPIKey": []}, {"QueryAPIKey": []}]


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_page_of_the_description_needs_nothing_from_other_servers(house: House, path: str) -> None:
    answer = call(house, "GET", path, ANONYMOUS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"""(src|href)=["'](https?:)?//""", answer.text)
    assert f"'{AUTOMATION}/openapi.json/'" in answer.text
    linked = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    kinds = {"js": "javascript", "css": "text/css", "png": "image/png"}
    assert {one.rpartition(".")[2] for one in linked} == set(kinds)
    for one in linked:
        assert one.startswith(f"{AUTOMATION}/docs/assets/")
        asset = house.client.get(one)
        assert asset.status_code == 200
        assert kinds[one.rpartition(".")[2]] in asset.headers["content-type"]
        assert len(asset.content) > 1000
    unknown = call(house, "GET", "/docs/assets/no-such.js", ANONYMOUS)
    assert unknown.json() == {"error_code": "not_found", "message": "Not found."}


def test_a_line_break_in_a_path_is_answered_by_the_door(house: House) -> None:
    answer = call(house, "GET", "/datasets/da_%0Aabc/")
    assert (answer.status_code, answer.json()) == (404, {"error_code": "not_found", "message": "Not found."})


def _last(operation_id: str) -> tuple[int, int]:
    """What ends or removes something comes after what looks at it; the dataset itself last of all."""
    method, path = OPERATIONS[operation_id]
    return ("publish" in operation_id) + 2 * (method == "DELETE"), -len(path)


ORDERED: list[str] = sorted(OPERATIONS, key=_last)


@pytest.mark.parametrize("operation_id", ORDERED)
def test_what_goes_well_is_answered_as_described(house: House, whole: Furnished, operation_id: str) -> None:
    method, _ = OPERATIONS[operation_id]
    answer = call(house, method, whole.path(operation_id), **BODIES.get(operation_id, {}))
    described = SCHEMA.find_operation_by_id(operation_id)
    if operation_id in REFUSED:
        assert answer.status_code == REFUSED[operation_id]
    else:
        assert answer.is_success, answer.text
    described.Case(path_parameters=dict(whole.names)).validate_response(answer, checks=CHECKS)
    if "publish" in operation_id:
        house.settled(whole.names["dataset_uid"])


@pytest.fixture(scope="module")
def target(house: House) -> Furnished:
    """Another one, for requests of which nobody knows what they do."""
    return furnished(house)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation_id", ORDERED)
def test_whatever_is_sent_is_answered_as_described(
    house: House, target: Furnished, operation_id: str, mode: GenerationMode
) -> None:
    operation = SCHEMA.find_operation_by_id(operation_id)
    strategy: st.SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=mode)

    @given(case=strategy, leads_to=st.integers(0, 3))
    @settings(
        max_examples=1 if BY_PROCESS.search(operation_id) else 5,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case[Any], leads_to: int) -> None:
        if leads_to:
            case.path_parameters = {name: target.names[name] for name in case.path_parameters or {}}
        answer = _sent(house, case)
        assert answer.status_code != 401
        case.validate_response(answer, checks=CHECKS)

    ask()


def _sent(house: House, case: Case[Any]) -> httpx2.Response:
    """The request of a case, with the administrator's key and no other."""
    given = case.as_transport_kwargs(base_url=f"http://testserver{AUTOMATION}")
    given["params"] = {name: value for name, value in (given.get("params") or {}).items() if name != "apikey"}
    request = requests.Request(**given).prepare()
    body = request.body.encode() if isinstance(request.body, str) else request.body
    answer = house.client.request(
        given["method"],
        request.url or "",
        content=body if isinstance(body, bytes) else b"",
        headers={**{name: str(value) for name, value in request.headers.items()}, **house.admin.headers},
    )
    answer.request.read()  # for whoever looks at what was sent
    return answer
