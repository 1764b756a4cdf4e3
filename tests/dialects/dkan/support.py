"""Asking DKAN's door as its clients do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.testclient import TestClient
from tests.support.house import House, Person

from colonnade.core.people import roles
from colonnade.core.people import service as people
from colonnade.core.work import SYSTEM

API = "/api/dataset"
DATASTORE = "/api/action/datastore"
JSON = {"Accept": "application/json"}


@dataclass
class Client:
    """Somebody with a key of the portal, or nobody."""

    http: TestClient
    person: Person | None = None
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {**JSON, **({} if self.person is None else self.person.headers)}

    @property
    def name(self) -> str:
        return "anonymous" if self.person is None or self.person.name is None else self.person.name

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx2.Response:
        """Below the door, or at the root of the site where the path says so."""
        url = path.removeprefix("root:") if path.startswith("root:") else f"{API}{path}"
        wanted = {**self.headers, **(headers or {})}
        return self.http.request(method, url, headers=wanted, follow_redirects=False, **sent)

    def get(self, path: str, **params: Any) -> httpx2.Response:
        return self.ask("GET", path, params=params)

    def shown(self, path: str, **params: Any) -> Any:
        """What a GET answers that is expected to go well."""
        answer = self.get(path, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, json: Any = None) -> httpx2.Response:
        return self.ask("POST", path, json=json)

    def put(self, path: str, json: Any) -> httpx2.Response:
        return self.ask("PUT", path, json=json)

    def delete(self, path: str) -> httpx2.Response:
        return self.ask("DELETE", path)

    def node(self, kind: str = "dataset", title: str = "A node", **fields: Any) -> str:
        """A new node; its nid."""
        answer = self.post("/node", {"type": kind, "title": title, **fields})
        assert answer.status_code == 200, answer.text
        nid: str = answer.json()["nid"]
        return nid


@dataclass(frozen=True)
class Cast:
    """Who asks, by the roles of section 14: each has a key; the stranger is nobody."""

    admin: Client
    manager: Client
    editor: Client
    creator: Client
    other: Client
    """A second content creator."""
    member: Client
    stranger: Client

    @property
    def all(self) -> tuple[Client, ...]:
        return (self.admin, self.manager, self.editor, self.creator, self.other, self.member, self.stranger)


def cast(house: House) -> Cast:
    def of_role(role: str) -> Client:
        return Client(house.client, house.person(roles.ROLES[role]))

    return Cast(
        admin=Client(house.client, house.admin),
        manager=of_role(roles.MANAGER),
        editor=of_role(roles.EDITOR),
        creator=of_role(roles.CREATOR),
        other=of_role(roles.CREATOR),
        member=of_role("authenticated"),
        stranger=Client(house.client),
    )


def browser(house: House) -> TestClient:
    """A client with cookies of its own."""
    return TestClient(house.running.app, raise_server_exceptions=False, follow_redirects=False)


def with_password(house: House, client: Client, password: str) -> None:
    with house.running.portal.writing(SYSTEM) as work:
        assert client.person is not None
        people.set_password(work, people.person(work, client.person.name or ""), password)


def login(http: TestClient, name: str, password: str, **headers: str) -> httpx2.Response:
    sent = {"username": name, "password": password}
    return http.post(f"{API}/user/login", json=sent, headers={**JSON, **headers})


def told(answer: httpx2.Response) -> tuple[int, Any]:
    """Status and body, as JSON where it is."""
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return answer.status_code, answer.json() if is_json else answer.text
