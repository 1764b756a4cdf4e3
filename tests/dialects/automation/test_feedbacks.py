"""Feedback as publishers read it (section 2.2 of the reference)."""

import re
from typing import Any

import pytest
from tests.dialects.automation.support import call, cast, detail
from tests.support.house import House, Person

from colonnade.core.datasets import service as datasets
from colonnade.core.feedback import service as feedback
from colonnade.core.feedback.service import Suggestion

NOT_FOUND = {"error_code": "not_found", "message": "Not found."}


@pytest.fixture(scope="module")
def made(house: House) -> dict[str, Any]:
    return house.published("name,size,flag\noak,1,true\nelm,2,false\n")


def _path(made: dict[str, Any], rest: str = "") -> str:
    return f"/datasets/{made['uid']}/feedbacks/{rest}"


def _record(house: House, made: dict[str, Any], name: str = "oak") -> str:
    found = house.records(made["dataset_id"], where=f"name = '{name}'", include_app_metas="true").json()
    record_id: str = found["results"][0]["_id"]
    return record_id


def _submit(
    house: House,
    made: dict[str, Any],
    comment: str = "Look again",
    *,
    name: str = "oak",
    reader: Person | None = None,
    **values: Any,
) -> str:
    """Feedback of a reader, as it is submitted elsewhere; returns its uid."""
    record_id = _record(house, made, name)
    suggested = {field: Suggestion(value) for field, value in values.items()}
    portal, actor = house.running.portal, house.actor(reader or house.person())
    with portal.reading(actor) as work:
        draft = feedback.checked(
            work, datasets.readable(work, made["dataset_id"]), record_id, comment, suggested
        )
    with portal.writing(actor) as work:
        return feedback.submit(work, datasets.readable(work, made["dataset_id"]), draft).uid


def _list(house: House, made: dict[str, Any], **params: Any) -> Any:
    answer = call(house, "GET", _path(made), params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_feedback_is_shown_as_it_was_submitted(house: House, made: dict[str, Any]) -> None:
    reader = house.person()
    uid = _submit(house, made, "It is larger", reader=reader, size=3, flag=False)
    answer = call(house, "GET", _path(made, uid))
    shown = answer.json()
    assert answer.status_code == 200
    assert shown == {
        "uid": uid,
        "record_id": _record(house, made),
        "user": {"username": reader.name},
        "comment": "It is larger",
        # Automation has no booleans.
        "values": {"size": {"value": 3, "type": "int"}, "flag": {"value": False, "type": "text"}},
        "is_archived": False,
        "created_at": shown["created_at"],
    }
    assert re.fullmatch(r"df_[a-z0-9]{6}", uid)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown["created_at"])
    assert call(house, "GET", f"{_path(made, uid)}/").json() == shown


def test_the_newest_comes_first_unless_told_otherwise(house: House) -> None:
    made = house.published("name\noak\nelm\n")
    uids = [_submit(house, made, name=name) for name in ("oak", "elm", "oak")]
    whole = _list(house, made)
    assert (whole["total_count"], whole["next"], whole["previous"]) == (3, None, None)
    assert [one["uid"] for one in whole["results"]] == uids[::-1]
    assert [one["uid"] for one in _list(house, made, sort="-created_at")["results"]] == uids[::-1]
    assert [one["uid"] for one in _list(house, made, sort="created_at")["results"]] == uids
    page = _list(house, made, sort="created_at", limit=1, offset=1)
    assert ([one["uid"] for one in page["results"]], page["total_count"]) == (uids[1:2], 3)
    assert page["next"].endswith("?sort=created_at&limit=1&offset=2")
    assert page["previous"].endswith("?sort=created_at&limit=1&offset=0")


def test_it_is_found_by_its_record(house: House) -> None:
    made = house.published("name\noak\nelm\n")
    _submit(house, made)
    uid = _submit(house, made, name="elm")
    found = _list(house, made, record_id=_record(house, made, "elm"))
    assert ([one["uid"] for one in found["results"]], found["total_count"]) == ([uid], 1)
    assert _list(house, made, record_id="none")["total_count"] == 0
    assert _list(house, made, record_id="")["total_count"] == 2


def test_what_is_archived_is_listed_apart_and_may_be_archived_again(house: House) -> None:
    made = house.published("name\noak\n")
    first, second = _submit(house, made), _submit(house, made)
    answers = [call(house, "POST", _path(made, f"{first}/archive/")) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json() == call(house, "GET", _path(made, first)).json()
    assert answers[0].json()["is_archived"] is True
    for params, expected in (
        ({}, second),
        ({"is_archived": "false"}, second),
        ({"is_archived": "true"}, first),
    ):
        assert [one["uid"] for one in _list(house, made, **params)["results"]] == [expected]
    assert [one["uid"] for one in _list(house, made, is_archived=1)["results"]] == [first]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"sort": "comment"}, "sort"),
        ({"is_archived": "perhaps"}, "is_archived"),
        ({"limit": 1001}, "limit"),
        ({"offset": -1}, "offset"),
    ],
)
def test_a_wrong_parameter_is_named(
    house: House, made: dict[str, Any], params: dict[str, Any], field: str
) -> None:
    assert list(detail(call(house, "GET", _path(made), params=params))) == [field]


def test_it_belongs_to_its_dataset(house: House, made: dict[str, Any]) -> None:
    uid, other = _submit(house, made), house.create()
    for method, rest in (("GET", uid), ("POST", f"{uid}/archive/"), ("GET", "df_nobody")):
        answer = call(house, method, _path(other, rest))
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert _list(house, other)["total_count"] == 0


def test_it_is_not_submitted_here(house: House, made: dict[str, Any]) -> None:
    answer = call(house, "POST", _path(made), json={"record_id": "x", "comment": "c"})
    assert (answer.status_code, answer.json()["error_code"]) == (405, "method_not_allowed")


EDITORS = frozenset({"administrator", "portal editor", "editor", "holder of all"})
KEYLESS = frozenset({"anonymous", "revoked key", "wrong key"})


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("GET", "{one}"), ("POST", "{one}/archive/")])
def test_only_editors_read_and_archive(house: House, made: dict[str, Any], method: str, rest: str) -> None:
    path = _path(made, rest.format(one=_submit(house, made)))
    for who, person in cast(house, made["uid"]).items():
        expected = 200 if who in EDITORS else 401 if who in KEYLESS else 403
        assert call(house, method, path, person).status_code == expected, who


def test_of_a_dataset_that_is_not_published_a_stranger_learns_nothing(house: House) -> None:
    made = house.create()
    publisher = cast(house, made["uid"])["publisher"]
    assert call(house, "GET", _path(made), publisher).status_code == 403
    answer = call(house, "GET", _path(made), house.person())
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
