"""Asking for rows of datastores as clients do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.dialects.dkan.support import DATASTORE, Client
from tests.support.house import House

from colonnade.core.datasets import service as datasets
from colonnade.core.nodes import service as nodes

NO_FUNCTION = "{} is no function: there are sum, avg, min, max, count."


@dataclass(frozen=True)
class Tables:
    """Two resources with rows, by their uuids, and who asks."""

    client: Client
    states: str
    cities: str
    is_own: bool

    def ask(self, **params: Any) -> dict[str, Any]:
        """What GET answers: of the first table, where none is named."""
        known = {} if any(one.startswith("resource_id") for one in params) else {"resource_id": self.states}
        return asked(self.client, {**known, **params})

    def rows(self, *names: str, **params: Any) -> list[Any]:
        """The records, or of one or several columns the values."""
        found = self.ask(**params)
        assert "result" in found, found
        records = found["result"]["records"]
        if not names:
            return list(records)
        return [one[names[0]] if len(names) == 1 else tuple(one[name] for name in names) for one in records]


def asked(client: Client, params: Mapping[str, Any]) -> dict[str, Any]:
    answer = client.ask("GET", f"root:{DATASTORE}/search.json", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sent(client: Client, body: Any) -> Any:
    answer = client.ask("POST", f"root:{DATASTORE}/search.json", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def foreign(house: House, content: str) -> str:
    """The uuid of a resource that another door made and published."""
    return uuid_of(house, house.published(content)["uid"])


def uuid_of(house: House, dataset_uid: str) -> str:
    """Of the one resource of a dataset."""
    nodes.settle(house.running.portal)
    with house.running.portal.reading(house.actor(house.admin)) as work:
        node = nodes.of_dataset(work, datasets.readable(work, dataset_uid))
        assert node is not None
        (found,) = nodes.resources_of(work, node)
        return found.node.uuid


def uid_of(house: House, nid: str) -> str:
    """What other doors call a dataset."""
    with house.running.portal.reading(house.actor(house.admin)) as work:
        dataset = nodes.readable(work, int(nid)).dataset
        assert dataset is not None
        return dataset.uid


def own(client: Client, content: str, **fields: Any) -> str:
    """The uuid of a resource that was made here, and whose file is imported."""
    nid = client.node("resource", "Data", **fields)
    files = {"files[1]": ("data.csv", content.encode(), "text/csv")}
    answer = client.ask("POST", f"/node/{nid}/attach_file", data={"field_name": "field_upload"}, files=files)
    assert answer.status_code == 200, answer.text
    assert client.post(f"/datastore/{nid}/import").json() == [True]
    uuid: str = client.shown(f"/node/{nid}")["uuid"]
    return uuid
