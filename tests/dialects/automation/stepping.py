"""A dataset's processors and field configurations over HTTP, and the people who ask for them."""

from collections.abc import Mapping
from typing import Any

import httpx2
from tests.dialects.automation.support import call
from tests.support.house import House, Person

KEYLESS = ("anonymous", "revoked key", "wrong key")
STRANGERS = ("portal publisher", "stranger", "weak key", "weak key of an administrator")
READERS = ("administrator", "holder of all", "portal editor", "editor", "publisher")
EVERYBODY = (*READERS, *STRANGERS, *KEYLESS)

OPERATIONS: Mapping[str, tuple[str, bool, int]] = {
    "list": ("GET", False, 200),
    "retrieve": ("GET", True, 200),
    "create": ("POST", False, 201),
    "update": ("PUT", True, 200),
    "delete": ("DELETE", True, 204),
}
"""Method, whether it is about one step, and the answer to who may."""


def added(house: House, dataset_uid: str, kind: str, /, **body: Any) -> dict[str, Any]:
    """A new step, as it is answered. `kind`: the last part of the path."""
    answer = call(house, "POST", f"/datasets/{dataset_uid}/{kind}/", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def ask(
    house: House, dataset_uid: str, kind: str, operation: str, person: Person, body: Mapping[str, Any]
) -> httpx2.Response:
    """One operation on a step that was just made."""
    method, is_of_one, _ = OPERATIONS[operation]
    path = f"/datasets/{dataset_uid}/{kind}/"
    if is_of_one:
        path += f"{added(house, dataset_uid, kind, **body)['uid']}/"
    options = {"json": body} if method in {"POST", "PUT"} else {}
    return call(house, method, path, person, **options)


def expected(who: str, operation: str) -> int:
    """The status of an answer about a dataset that is not published."""
    method, _, status = OPERATIONS[operation]
    if who in KEYLESS:
        return 401
    if who in STRANGERS:
        return 404
    return 403 if who == "publisher" and method != "GET" else status
