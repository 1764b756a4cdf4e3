"""Asking for the public catalogue as harvesters do."""

from typing import Any

import httpx2
from tests.dialects.dkan.support import Client

HOST = "http://testserver"
ACTION = "root:/api/3/action"


def got(client: Client, path: str, **params: str) -> httpx2.Response:
    answer = client.ask("GET", f"root:{path}", params=params)
    assert answer.status_code == 200, (answer.status_code, answer.text)
    return answer


def action(client: Client, name: str, status: int = 200, **params: str) -> Any:
    answer = client.ask("GET", f"{ACTION}/{name}", params=params)
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert found["help"]
    assert found["success"] is (status == 200)
    return found["result"] if status == 200 else found["error"]
