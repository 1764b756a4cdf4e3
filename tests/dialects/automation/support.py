"""Calling the Automation door, and the people who do."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import DATASET_PERMISSIONS
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Kind, State
from colonnade.core.people import service as people
from colonnade.core.people.model import DOMAIN_PERMISSIONS
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM

MAX_UPLOAD = 100_000
"""Bytes of a file that the portal of these tests takes."""

BUSY = "Invalid precondition, dataset status is '{}' but must be one of 'idle, error, limit_reached'"
NOT_PROCESSING = (
    "Invalid precondition, dataset status is '{}' but must be one of "
    "'processing_all_dataset_data, processing_dataset, processing_resource_records'"
)


def call(
    house: House, method: str, path: str, person: Person | None = None, **options: Any
) -> httpx2.Response:
    """One request below the door's prefix, by the administrator unless told."""
    headers = {**(person or house.admin).headers, **options.pop("headers", {})}
    return house.client.request(method, f"{AUTOMATION}{path}", headers=headers, **options)


def detail(answer: httpx2.Response) -> Any:
    """The details of a `validation_error`, in the exact shape that the vendor's SDK decodes."""
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert set(body) == {"error_code", "message", "detail"}
    assert (body["error_code"], body["message"]) == ("validation_error", "Invalid input")
    return body["detail"]


def status_error(answer: httpx2.Response) -> str:
    """The message of an `invalid_dataset_status`."""
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert set(body) == {"error_code", "message"}
    assert body["error_code"] == "invalid_dataset_status"
    return str(body["message"])


def titled(title: str = "A title", **body: Any) -> dict[str, Any]:
    """The least body of a new dataset."""
    return {"metadata": {"default": {"title": {"value": title}}}, **body}


def cast(house: House, dataset_uid: str) -> dict[str, Person]:
    """Everybody who might ask for a dataset, by what they are to it."""
    editor, publisher, both = house.person(), house.person(), house.person()
    house.give(dataset_uid, editor, ["edit_dataset"])
    house.give(dataset_uid, publisher, ["publish_dataset"])
    house.give(dataset_uid, both, DATASET_PERMISSIONS)
    revoked = house.person(DOMAIN_PERMISSIONS)
    _revoke(house, revoked)
    return {
        "administrator": house.admin,
        "portal editor": house.person(["edit_dataset"]),
        "portal publisher": house.person(["publish_dataset"]),
        "editor": editor,
        "publisher": publisher,
        "holder of all": both,
        "weak key": _second_key(house, both, ["explore_restricted_dataset"]),
        "weak key of an administrator": house.person(DOMAIN_PERMISSIONS, key_permissions=["create_page"]),
        "stranger": house.person(),
        "anonymous": ANONYMOUS,
        "revoked key": revoked,
        "wrong key": Person("nobody", "f" * 56),
    }


@contextmanager
def held_publish(house: House, dataset_uid: str) -> Iterator[str]:
    """A publication of a dataset that was published before, held just before its swap; goes on after the block.
    Gives the uid of its job."""
    portal = house.running.portal
    with portal.reading(house.actor(house.admin)) as work:
        dataset_id = datasets.editable(work, dataset_uid).dataset.id
        table = tables.main_table(work, dataset_id)
        assert table is not None
    with tables.latch(portal, table.uid):
        assert call(house, "POST", f"/datasets/{dataset_uid}/publish/").status_code == 200
        with portal.reading(SYSTEM) as work:
            job = jobs.latest(work, dataset_id)
            assert job is not None
        while house.status(dataset_uid)["status"] == "queued":
            pass
        yield job.uid
    house.running.runner.wait(job.uid)


def stand(house: House, dataset_uid: str, states: Sequence[State]) -> None:
    """Write down a job that nobody runs, and move it through these states."""
    with house.running.portal.writing(house.actor(house.admin)) as work:
        editable = datasets.editable(work, dataset_uid)
        job = jobs.queue(work, Kind.PUBLISH, editable.dataset.id)
        work.events.clear()
        for state in states:
            jobs.advance(job, state)


def _revoke(house: House, person: Person) -> None:
    assert person.name is not None
    with house.running.portal.writing(SYSTEM) as work:
        for key in people.keys_of(work, people.person(work, person.name)):
            people.revoke_key(work, key.uid)


def _second_key(house: House, person: Person, permissions: Sequence[str]) -> Person:
    assert person.name is not None
    with house.running.portal.writing(SYSTEM) as work:
        _, key = people.add_key(work, people.person(work, person.name), permissions=permissions)
    return Person(person.name, key)
