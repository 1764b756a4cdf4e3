"""What the tests of metadata share."""

import itertools
from collections.abc import Mapping
from typing import Any

from tests.dialects.automation.support import call
from tests.support.house import House

from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Vocabulary
from colonnade.core.work import SYSTEM

NOT_FOUND = {"error_code": "not_found", "message": "Not found."}
UNSET = {"value": None, "remote_value": None, "override_remote_value": False}
_names = itertools.count(1)


def local(value: Any) -> dict[str, Any]:
    return {**UNSET, "value": value}


def new_term(house: House, vocabulary: Vocabulary, **options: Any) -> tuple[str, str]:
    """The id of a new theme or licence, and its name."""
    name = f"{vocabulary.value} {next(_names)}"
    with house.running.portal.writing(SYSTEM) as work:
        return terms.add(work, vocabulary, {"en": name, "fr": f"{name} (fr)"}, **options).uid, name


def get(house: House, uid: str, path: str = "") -> Any:
    answer = call(house, "GET", f"/datasets/{uid}/metadata/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(house: House, uid: str, path: str, body: Any) -> Any:
    answer = call(house, "PUT", f"/datasets/{uid}/metadata/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def values(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one["value"] for name, one in fields.items()}
