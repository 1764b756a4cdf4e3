"""Publishing and its status machine (sections 2.1 and 3.1 of the reference)."""

import datetime as dt
from typing import Any

import pytest
from tests.dialects.automation.support import (
    BUSY,
    NOT_PROCESSING,
    call,
    held_publish,
    stand,
    status_error,
    titled,
)
from tests.support.house import House

from colonnade.core.jobs.model import State

pytestmark = pytest.mark.builds_apart

STATUS = ("status", "previous", "next", "since", "is_published", "message", "records_errors", "params")
ACTIVE: dict[str, tuple[State, ...]] = {
    "queued": (),
    "processing": (State.PROCESSING,),
    "aborting_processing": (State.PROCESSING, State.ABORTING),
    "deleting": (State.DELETING,),
}
READY: dict[str, tuple[State, ...]] = {
    "idle": (State.PROCESSING, State.DONE),
    "error": (State.PROCESSING, State.FAILED),
    "limit_reached": (State.PROCESSING, State.LIMIT_REACHED),
}


def _act(house: House, uid: str, action: str) -> Any:
    return call(house, "POST", f"/datasets/{uid}/{action}/")


def test_a_new_dataset_is_idle(house: House) -> None:
    made = house.create()
    assert house.status(made["uid"]) == {
        "status": "idle",
        "previous": None,
        "next": None,
        "since": made["created_at"],
        "is_published": False,
        "message": None,
        "records_errors": [],
        "params": {},
    }


def test_a_publication_is_answered_at_once_and_ends_idle_and_published(house: House) -> None:
    made = house.create()
    house.add_csv(made["uid"], "a\n1\n")
    answer = _act(house, made["uid"], "publish")
    assert (answer.status_code, answer.json()) == (200, {"detail": "ok"})
    status = house.settled(made["uid"])
    assert tuple(status) == STATUS
    assert (status["status"], status["previous"], status["is_published"]) == ("idle", "processing", True)
    assert dt.datetime.fromisoformat(status["since"]) > dt.datetime.fromisoformat(made["created_at"])
    assert call(house, "GET", f"/datasets/{made['uid']}/").json()["is_published"] is True


def test_a_dataset_without_resources_can_be_published(house: House) -> None:
    made = house.create()
    assert house.publish(made["uid"])["status"] == "idle"
    answer = house.records(made["dataset_id"])
    assert (answer.status_code, answer.json()) == (200, {"total_count": 0, "results": []})


@pytest.mark.parametrize("status", ACTIVE)
def test_while_a_job_is_active_nothing_new_is_begun(house: House, status: str) -> None:
    uid = house.create()["uid"]
    stand(house, uid, ACTIVE[status])
    assert house.status(uid)["status"] == status
    assert status_error(_act(house, uid, "publish")) == BUSY.format(status)


@pytest.mark.parametrize("status", [one for one in ACTIVE if one != "processing"])
def test_only_what_is_processing_can_be_aborted(house: House, status: str) -> None:
    uid = house.create()["uid"]
    stand(house, uid, ACTIVE[status])
    assert status_error(_act(house, uid, "abort")) == NOT_PROCESSING.format(status)


@pytest.mark.parametrize("status", READY)
def test_from_where_a_job_ended_a_new_one_begins(house: House, status: str) -> None:
    uid = house.create()["uid"]
    stand(house, uid, READY[status])
    assert house.status(uid)["status"] == status
    assert status_error(_act(house, uid, "abort")) == NOT_PROCESSING.format(status)
    stand(house, uid, ())
    found = house.status(uid)
    assert (found["status"], found["previous"], found["next"]) == ("queued", status, "processing")


def test_nothing_to_abort_on_a_new_dataset(house: House) -> None:
    assert status_error(_act(house, house.create()["uid"], "abort")) == NOT_PROCESSING.format("idle")


def test_a_draft_is_not_published(house: House) -> None:
    body = titled()
    body["metadata"]["internal"] = {"draft": {"value": True}}
    uid = house.create(**body)["uid"]
    assert "draft" in status_error(_act(house, uid, "publish"))
    assert house.status(uid)["status"] == "idle"


def test_what_is_not_published_cannot_be_unpublished(house: House) -> None:
    message = status_error(_act(house, house.create()["uid"], "unpublish"))
    assert message == "Invalid precondition, this dataset is not published."


def test_an_abort_leaves_what_was_published_before(house: House) -> None:
    made = house.published("a\n1\n")
    house.add_csv(made["uid"], "a\n2\n")
    with held_publish(house, made["uid"]):
        assert house.status(made["uid"])["status"] == "processing"
        assert status_error(_act(house, made["uid"], "publish")) == BUSY.format("processing")
        assert status_error(_act(house, made["uid"], "unpublish")) == BUSY.format("processing")
        answer = _act(house, made["uid"], "abort")
        assert (answer.status_code, answer.json()) == (200, {"detail": "ok"})
        status = house.status(made["uid"])
        assert (status["status"], status["next"]) == ("aborting_processing", "idle")
        assert status_error(_act(house, made["uid"], "abort")) == NOT_PROCESSING.format("aborting_processing")
        assert house.records(made["dataset_id"]).json()["results"] == [{"a": 1}]
    status = house.status(made["uid"])
    assert (status["status"], status["previous"]) == ("idle", "aborting_processing")
    assert status["is_published"] is True
    assert house.records(made["dataset_id"]).json()["results"] == [{"a": 1}]


def test_an_unpublished_dataset_is_gone_for_readers_and_stays_for_publishers(house: House) -> None:
    made = house.published("a\n1\n")
    answer = _act(house, made["uid"], "unpublish")
    assert (answer.status_code, answer.json()) == (200, {"detail": "ok"})
    status = house.settled(made["uid"])
    assert (status["status"], status["previous"], status["is_published"]) == ("idle", "deleting", False)
    assert house.records(made["dataset_id"]).status_code == 404
    shown = call(house, "GET", f"/datasets/{made['uid']}/").json()
    assert shown["metadata"] == made["metadata"]
    assert call(house, "GET", f"/datasets/{made['uid']}/resources/").json()["total_count"] == 1
    assert house.publish(made["uid"])["is_published"] is True
    assert house.records(made["dataset_id"]).json()["results"] == [{"a": 1}]
