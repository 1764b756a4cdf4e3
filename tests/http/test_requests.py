"""How a request's path and body are read, whatever the door."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from colonnade.http.bodies import BoundedBodies
from colonnade.http.paths import TolerantPaths

LIMIT = 1000


def _echo() -> FastAPI:
    app = FastAPI(redirect_slashes=False, openapi_url=None, docs_url=None, redoc_url=None)

    @app.api_route("/{path:path}", methods=["GET", "POST"])
    async def echo(request: Request) -> Response:
        return PlainTextResponse(f"{request.scope['path']} {len(await request.body())}")

    return app


SITE = TestClient(TolerantPaths(_echo(), slashed=("/slashed/",), roots=("/door",)))


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("/", "/"),
        ("//", "/"),
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b"),
        ("//a///b//", "/a/b"),
        ("/slashed", "/slashed/"),
        ("/slashed/a", "/slashed/a/"),
        ("/slashed//a//", "/slashed/a/"),
        ("/slashedness", "/slashedness"),
        ("/door", "/door/"),
        ("/door/", "/door/"),
        ("/door/a/", "/door/a"),
    ],
)
def test_a_path_has_one_form(sent: str, seen: str) -> None:
    assert SITE.get(f"http://testserver{sent}").text == f"{seen} 0"


@given(st.lists(st.sampled_from(["a", "slashed", "door", "/", "//"]), max_size=8).map("/".join))
def test_the_form_of_a_form_is_the_same(path: str) -> None:
    once = SITE.get(f"http://testserver/{path}").text.split()[0]
    assert SITE.get(f"http://testserver{once}").text.split()[0] == once
    assert "//" not in once


@pytest.fixture(scope="module")
def bounded() -> TestClient:
    return TestClient(BoundedBodies(_echo(), lambda kind: LIMIT if kind == "text/plain" else 10))


def _pieces(size: int) -> Iterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


def test_a_body_passes_up_to_the_limit_of_its_type(bounded: TestClient) -> None:
    headers = {"Content-Type": "text/plain"}
    assert bounded.post("/", content=b"x" * LIMIT, headers=headers).text == f"/ {LIMIT}"
    assert bounded.post("/", content=_pieces(LIMIT), headers=headers).text == f"/ {LIMIT}"
    assert bounded.post("/", content=b"x" * 10).text == "/ 10"


def test_a_body_that_is_too_large_is_refused_told_or_not(bounded: TestClient) -> None:
    headers = {"Content-Type": "text/plain"}
    for content in (b"x" * (LIMIT + 1), _pieces(LIMIT + 100)):
        assert bounded.post("/", content=content, headers=headers).status_code == 413
    assert bounded.post("/", content=b"x" * 11).status_code == 413
