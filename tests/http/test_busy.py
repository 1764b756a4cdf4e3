"""An answer of 503 says when to try again, if that is known."""

from fastapi import FastAPI
from starlette.testclient import TestClient

from colonnade.dialects.explore.errors import render
from colonnade.errors import Unavailable
from colonnade.http.edge import answer_errors


def test_a_refused_heavy_query_is_a_503_with_a_time_to_try_again() -> None:
    door = FastAPI()
    answer_errors(door, render)

    @door.get("/heavy")
    def get_heavy() -> None:
        raise Unavailable("Too many heavy queries are running.", code="query.busy", retry_after=10)

    @door.get("/broken")
    def get_broken() -> None:
        raise Unavailable("The store of rows failed.", code="rows.failed")

    client = TestClient(door)
    answer = client.get("/heavy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json() == {"error_code": "Unavailable", "message": "Too many heavy queries are running."}
    assert "retry-after" not in client.get("/broken").headers
