"""Asking PANDA's door as its clients do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.testclient import TestClient
from tests.support.house import ADMIN_KEY, House, Person

from colonnade.core.jobs import service as jobs
from colonnade.core.work import SYSTEM

API = "/api/1.0"
ADMIN_EMAIL = "admin@localhost"
WRONG_KEY = "0" * 40
XHR = {"X-Requested-With": "XMLHttpRequest"}

SIMPLE = {
    *("categories", "column_schema", "creation_date", "creator", "description", "id", "initial_upload"),
    *("last_modification", "last_modified", "last_modified_by", "locked", "locked_at", "name"),
    *("related_links", "resource_uri", "row_count", "slug"),
}
WHOLE = SIMPLE | {"current_task", "data_uploads", "related_uploads", "sample_data"}
CRIME, POLITICS = "/api/1.0/category/crime/", "/api/1.0/category/politics/"


@dataclass
class Client:
    """Somebody with an address and a key, which go into the address of each request."""

    http: TestClient
    email: str = ""
    key: str = ""
    person: Person | None = None
    credentials: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.credentials = {"email": self.email, "api_key": self.key} if self.key else {}

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        **params: Any,
    ) -> httpx2.Response:
        """Below the door, or at the root of the site where the path says so."""
        url = path.removeprefix("root:") if path.startswith("root:") else f"{API}{path.removeprefix(API)}"
        sent = {**params, **self.credentials}
        body = {} if json is None else {"json": json}
        return self.http.request(method, url, params=sent, headers=headers, follow_redirects=False, **body)

    def get(self, path: str, **params: Any) -> httpx2.Response:
        return self.ask("GET", path, **params)

    def shown(self, path: str, **params: Any) -> Any:
        """What a GET answers that is expected to go well."""
        answer = self.get(path, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, json: Any, **params: Any) -> httpx2.Response:
        return self.ask("POST", path, json=json, **params)

    def put(self, path: str, json: Any, **params: Any) -> httpx2.Response:
        return self.ask("PUT", path, json=json, **params)

    def delete(self, path: str, **params: Any) -> httpx2.Response:
        return self.ask("DELETE", path, **params)

    def upload(
        self, content: str | bytes, name: str = "data.csv", *, to: str = "data_upload", **params: Any
    ) -> Any:
        """The JSON of an upload by form."""
        sent = {**params, **self.credentials}
        answer = self.http.post(f"/{to}/", params=sent, files={"file": (name, content)})
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass(frozen=True)
class Cast:
    """Who asks: a superuser, two users, and those who are nobody."""

    admin: Client
    ada: Client
    bob: Client
    stranger: Client
    wrong: Client
    inactive: Client

    @property
    def nobodies(self) -> tuple[Client, ...]:
        return (self.stranger, self.wrong, self.inactive)


def cast(house: House) -> Cast:
    ada, bob, left = (house.person() for _ in range(3))
    admin = Client(house.client, ADMIN_EMAIL, ADMIN_KEY, house.admin)
    inactive = client(house, left)
    left_id = next(
        one["id"] for one in admin.shown("/user/", limit=0)["objects"] if one["email"] == inactive.email
    )
    assert admin.put(f"/user/{left_id}/", {"is_active": False}, patch="true").status_code == 202
    return Cast(
        admin=admin,
        ada=client(house, ada),
        bob=client(house, bob),
        stranger=Client(house.client),
        wrong=Client(house.client, f"{ada.name}@example.org", WRONG_KEY),
        inactive=inactive,
    )


def client(house: House, person: Person) -> Client:
    return Client(house.client, f"{person.name}@example.org", person.key or "", person)


def browser(house: House) -> TestClient:
    """A client with cookies of its own."""
    return TestClient(house.running.app, raise_server_exceptions=False, follow_redirects=False)


def told(answer: httpx2.Response) -> tuple[int, Any]:
    """Status and body, as JSON where it is."""
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return answer.status_code, answer.json() if is_json else answer.text


def settled(house: House) -> None:
    """Wait until no job of the portal is active any more."""
    while True:
        with house.running.portal.reading(SYSTEM) as work:
            active = [one.uid for one in jobs.active(work)]
        if not active:
            return
        for uid in active:
            if house.running.runner.is_known(
                uid
            ):  # a job that follows another is written down just before it begins
                house.running.runner.wait(uid)
