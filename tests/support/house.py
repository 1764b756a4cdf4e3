"""A whole portal in this process, asked over HTTP: real catalogue, engine, index, builder and jobs."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from tests.support import inside
from tests.support.founding import founded

from colonnade import app
from colonnade.config import Settings, read_settings
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.security import Security
from colonnade.core.people import service as people
from colonnade.core.publishing import service as publishing
from colonnade.core.work import SYSTEM, Actor

AUTOMATION = "/api/automation/v1.0"
EXPLORE = "/api/explore/v2.1/catalog/datasets"
ADMIN_KEY = "a" * 56

_numbers = itertools.count(1)


@dataclass
class Person:
    """A member of the cast: a user with a key. `key` None: anonymous."""

    name: str | None
    key: str | None

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.key is None else {"Authorization": f"Apikey {self.key}"}


ANONYMOUS = Person(None, None)


@dataclass
class House:
    """A running portal and a client of it. Datasets get names of their own, so tests can share a house."""

    running: app.Running
    client: TestClient
    admin: Person = field(default_factory=lambda: Person("admin", ADMIN_KEY))

    def person(
        self,
        permissions: Sequence[str] = (),
        *,
        key_permissions: Sequence[str] | None = None,
        groups: Sequence[str] = (),
    ) -> Person:
        """A new user with these portal-wide permissions and a key, a member of these new or known groups."""
        name = f"person{next(_numbers)}"
        with self.running.portal.writing(SYSTEM) as work:
            made = people.add_person(work, name, email=f"{name}@example.org", permissions=permissions)
            for title in groups:
                people.join(work, made, people.group(work, title) or people.add_group(work, title))
            _, key = people.add_key(work, made, permissions=key_permissions)
        return Person(name, key)

    def actor(self, person: Person) -> Actor:
        with self.running.portal.database.read() as db:
            return people.actor_of_key(db, person.key)

    def give(
        self, dataset_uid: str, person: Person, permissions: Sequence[str] = (), **security: Any
    ) -> None:
        """Give a person a ruleset on a dataset."""
        with self.running.portal.writing(self.actor(self.admin)) as work:
            securable = datasets.securable(work, dataset_uid)
            assert person.name is not None
            holder = people.person(work, person.name)
            datasets.put_ruleset(work, securable, holder, Security.from_json(security), permissions)

    def give_group(
        self, dataset_uid: str, group_uid: str, permissions: Sequence[str] = (), **security: Any
    ) -> None:
        """Give a group a ruleset on a dataset."""
        with self.running.portal.writing(self.actor(self.admin)) as work:
            securable = datasets.securable(work, dataset_uid)
            group = people.group(work, group_uid)
            assert group is not None
            datasets.put_ruleset(work, securable, group, Security.from_json(security), permissions)

    def restrict(self, dataset_uid: str, *, is_restricted: bool, **security: Any) -> None:
        """Set a dataset's own security."""
        with self.running.portal.writing(self.actor(self.admin)) as work:
            securable = datasets.securable(work, dataset_uid)
            datasets.put_default_security(
                work, securable, Security.from_json(security), is_restricted=is_restricted
            )

    def create(self, person: Person | None = None, **body: Any) -> dict[str, Any]:
        """A new dataset by the Automation door, as it answers."""
        name = f"dataset-{next(_numbers)}"
        sent = {"dataset_id": name, "metadata": {"default": {"title": {"value": name}}}, **body}
        answer = self.client.post(
            f"{AUTOMATION}/datasets/", json=sent, headers=(person or self.admin).headers
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def add_csv(
        self, dataset_uid: str, content: str | bytes, *, name: str = "data.csv", **params: Any
    ) -> str:
        """Upload a file and make it a resource; returns the resource's uid."""
        base = f"{AUTOMATION}/datasets/{dataset_uid}/resources"
        uploaded = self.client.post(
            f"{base}/files/", files={"file": (name, content)}, headers=self.admin.headers
        )
        assert uploaded.status_code == 201, uploaded.text
        source = {"type": "uploaded_file", "file": {"uid": uploaded.json()["uid"]}}
        body = {"type": "csvfile", "datasource": source, "params": params}
        added = self.client.post(f"{base}/", json=body, headers=self.admin.headers)
        assert added.status_code == 201, added.text
        uid: str = added.json()["uid"]
        return uid

    def publish(self, dataset_uid: str) -> dict[str, Any]:
        """Publish and wait; returns the status at the end."""
        answer = self.client.post(f"{AUTOMATION}/datasets/{dataset_uid}/publish/", headers=self.admin.headers)
        assert answer.status_code == 200, answer.text
        return self.settled(dataset_uid)

    def settled(self, dataset_uid: str) -> dict[str, Any]:
        """Wait until a dataset's latest job is over; returns its status."""
        with self.running.portal.reading(self.actor(self.admin)) as work:
            job = publishing.latest_job(work, datasets.viewable(work, dataset_uid))
        if job is not None:
            self.running.runner.wait(job.uid)
        return self.status(dataset_uid)

    def status(self, dataset_uid: str) -> dict[str, Any]:
        answer = self.client.get(f"{AUTOMATION}/datasets/{dataset_uid}/status/", headers=self.admin.headers)
        found: dict[str, Any] = answer.json()
        return found

    def published(self, content: str | bytes, **body: Any) -> dict[str, Any]:
        """A published dataset with these rows, as the Automation door shows it."""
        made = self.create(**body)
        self.add_csv(made["uid"], content)
        status = self.publish(made["uid"])
        assert status["status"] == "idle", status
        return made

    def records(self, dataset_id: str, person: Person = ANONYMOUS, **params: Any) -> Any:
        """The records answer of the Explore door."""
        return self.client.get(f"{EXPLORE}/{dataset_id}/records", params=params, headers=person.headers)


def settings(folder: Path, **overrides: Any) -> Settings:
    """Settings of a portal for tests: a known administrator, no environment."""
    return read_settings({}, data=folder, admin_api_key=ADMIN_KEY, admin_password="secret", **overrides)


@contextmanager
def opened(folder: Path, **overrides: Any) -> Iterator[House]:
    """A portal in this folder, closed at the end of the block. One at a time: DBOS keeps one instance a process."""
    found(folder)
    running = app.start(settings(folder, **overrides))
    inside.told(running.portal)
    try:
        yield House(running, TestClient(running.app, raise_server_exceptions=False))
    finally:
        running.close()


def found(folder: Path) -> None:
    """Let a portal begin here that was started once before, with the administrator of `settings`."""
    founded("house", folder, _start)


def _start(folder: Path) -> None:
    app.start(settings(folder)).close()
