"""The examples of DKAN's own document, in the order in which it prints them; and where it misleads (section 15)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
import yaml
from starlette.testclient import TestClient
from tests.journeys import seed_dkan as seed
from tests.support.house import House
from tests.support.saying import says

SITE = "http://testserver"


@dataclass
class Recorder:
    """Sends what was printed, with what is of this machine in its place. `numbers`: ours for theirs."""

    http: TestClient
    cookie: str = ""
    token: str = ""
    numbers: dict[str, str] = field(default_factory=dict)

    def send(self, printed: str, *, signed_in: bool = True) -> httpx2.Response:
        head, _, body = printed.partition("\n\n")
        first, *lines = head.strip().split("\n")
        method, url = first.removesuffix(" HTTP/1.1").split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        headers = {name.lower(): value for name, value in headers.items() if name != "Content-Length"}
        if "cookie" in headers:
            headers["cookie"] = self.cookie
        if "x-csrf-token" in headers:
            headers["x-csrf-token"] = self.token
        self.http.cookies.clear()
        sent = self.ours(body)
        if "multipart" in headers.get("content-type", ""):
            sent = _on_the_wire(sent)
        return self.http.request(
            method,
            self.ours(re.sub(r"^http://[^/]+", "", url)),
            headers=headers,
            content=sent.encode() if sent else None,
        )

    def ours(self, text: str) -> str:
        def number(found: re.Match[str]) -> str:
            return found[1] + self.numbers.get(found[2], found[2])

        text = re.sub(r'(node/|datastore/|target_id": "|\()(\d+)\b', number, text)
        return re.sub(r'("password": ?)"[^"]+"', r'\1"secret"', text)


@pytest.fixture(scope="module")
def recorder(house: House) -> Recorder:
    return Recorder(TestClient(house.running.app, raise_server_exceptions=False, follow_redirects=False))


@says(
    "dkan-15.1 dkan-15.2 dkan-15.3 dkan-15.4 dkan-15.5 dkan-15.6 dkan-15.7 dkan-15.9 dkan-15.10 dkan-15.11 dkan-15.12 dkan-15.13"
)
def test_the_examples_work_in_the_order_printed(recorder: Recorder) -> None:
    _log_in(recorder)
    _make(recorder)
    _see_and_change(recorder)
    _attach(recorder)
    _import(recorder)
    _ask_lists(recorder)
    _by_curl(recorder)
    _by_php(recorder)


def _log_in(recorder: Recorder) -> None:
    answer = recorder.send(seed.LOGIN)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert set(said) == {"sessid", "session_name", "token", "user"}
    assert set(_USER) <= set(said["user"])
    assert {name: said["user"][name] for name in ("name", "uid", "status")} == {
        "name": "admin",
        "uid": "1",
        "status": "1",
    }
    assert isinstance(said["user"]["login"], int)
    recorder.cookie = f"{said['session_name']}={said['sessid']}"
    assert recorder.cookie in answer.headers["set-cookie"]
    answer = recorder.send(seed.TOKEN)
    assert answer.status_code == 200
    assert re.fullmatch(r"[\w-]{43}", answer.text)
    recorder.token = answer.text
    created = recorder.send(seed.CREATE_DATASET)  # the login's own token does as well
    assert created.status_code == 200
    recorder.numbers["123"] = created.json()["nid"]


_USER = [
    "access",
    "created",
    "data",
    "field_about",
    "init",
    "language",
    "login",
    "mail",
    "name",
    "og_user_node",
    "picture",
    "roles",
    "signature",
    "signature_format",
    "status",
    "theme",
    "timezone",
    "uid",
    "uuid",
]


def _make(recorder: Recorder) -> None:
    answer = recorder.send(seed.CREATE_DATASET)
    nid = answer.json()["nid"]
    assert (answer.status_code, answer.json()) == (200, {"nid": nid, "uri": f"{SITE}/api/dataset/node/{nid}"})
    recorder.numbers["75"] = nid
    # The printed call has no cookie: it is nobody's.
    answer = recorder.send(seed.DELETE_DATASET)
    assert answer.status_code == 403
    assert "Access denied for user anonymous" in answer.text
    answer = recorder.send(f"{seed.DELETE_DATASET}Cookie: theirs\nAccept: application/json\n")
    assert (answer.status_code, answer.json()) == (200, [True])
    answer = recorder.send(seed.CREATE_RESOURCE)
    nid = answer.json()["nid"]
    assert (answer.status_code, answer.json()) == (200, {"nid": nid, "uri": f"{SITE}/api/dataset/node/{nid}"})
    recorder.numbers["76"] = recorder.numbers["21"] = recorder.numbers["5"] = nid


def _see_and_change(recorder: Recorder) -> None:
    said = recorder.send(seed.RETRIEVE_DATASET).json()
    assert set(said) >= seed.DATASET_KEYS
    assert {name: said[name] for name in seed.DATASET} == seed.DATASET
    assert said["field_resources"] == {"und": [{"target_id": recorder.numbers["76"]}]}
    assert said["nid"] == recorder.numbers["75"]
    assert re.fullmatch(rf"{SITE}/dataset/test-dataset\S*", said["path"])
    answer = recorder.send(seed.UPDATE)
    nid = recorder.numbers["75"]
    assert (answer.status_code, answer.json()) == (200, {"nid": nid, "uri": f"{SITE}/api/dataset/node/{nid}"})
    assert recorder.send(seed.RETRIEVE_DATASET).json()["title"] == "Updated dataset title"


def _attach(recorder: Recorder) -> None:
    answer = recorder.send(seed.ATTACH)
    assert answer.status_code == 200, answer.text
    fid = answer.json()["fid"]
    assert answer.json() == {"fid": fid, "uri": f"{SITE}/api/dataset/file/{fid}"}
    shown = recorder.send(f"{seed.RETRIEVE_RESOURCE.replace('node/76', f'file/{fid}')}").json()
    assert shown["filename"] == "tension_sample_data.csv"
    said = recorder.send(seed.RETRIEVE_RESOURCE).json()
    assert set(said) >= seed.RESOURCE_KEYS
    assert said["field_dataset_ref"] == {"und": [{"target_id": recorder.numbers["75"]}]}
    assert said["field_datastore_status"] == {"und": [{"value": "2"}]}
    (item,) = said["field_upload"]["und"]
    assert {name: item[name] for name in seed.UPLOAD} == seed.UPLOAD
    assert (item["fid"], said["field_format"]["und"][0].keys()) == (fid, {"tid"})
    assert (said["title"], said["type"], said["name"]) == ("Test Resource", "resource", "admin")
    assert said["path"] == f"{SITE}/dataset/updated-dataset-title/resource/{said['uuid']}"


def _import(recorder: Recorder) -> None:
    answer = recorder.send(seed.STATUS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/yaml"
    said = yaml.safe_load(answer.text)
    assert _within(seed.STATUS_SAID, said)
    answer = recorder.send(f"{seed.IMPORT}Accept: */*\n")
    assert (answer.status_code, answer.text) == (200, "---\n- true\n")
    assert _within({"storage": 1, "data_import": 6}, yaml.safe_load(recorder.send(seed.STATUS).text))
    answer = recorder.send(f"{seed.REMOVE}Accept: */*\n")
    assert (answer.status_code, answer.text) == (200, "---\n- true\n")
    assert _within({"storage": 0, "data_import": 2}, yaml.safe_load(recorder.send(seed.STATUS).text))


def _ask_lists(recorder: Recorder) -> None:
    ours = {recorder.numbers["75"]: "dataset", recorder.numbers["76"]: "resource"}
    pages = [recorder.send(f"GET {address}").json() for address in seed.ADDRESSES]
    assert pages[0] == []  # the third page of ten
    assert {one["nid"]: one["type"] for one in pages[1]} == {recorder.numbers["75"]: "dataset"}
    assert {one["nid"] for one in pages[2]} == {nid for nid, kind in ours.items() if kind == "resource"}
    assert [set(one) for one in pages[2]] == [{"title", "nid", "uri"}]


def _by_curl(recorder: Recorder) -> None:
    answer = recorder.send(seed.CURL_LOGIN)
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    recorder.cookie, recorder.token = f"{name}={value}", answer.json()["token"]
    answer = recorder.send(seed.CURL_CREATE)
    assert answer.status_code == 200, answer.text
    nid = str(yaml.safe_load(answer.text)["nid"])
    recorder.numbers["75"] = nid
    said = recorder.send(seed.RETRIEVE_DATASET).json()
    assert said["body"]["und"][0]["value"] == "This should be the description"


def _by_php(recorder: Recorder) -> None:
    recorder.token = recorder.send(seed.PHP_TOKEN).text
    form = {name: recorder.ours(str(value)) for name, value in seed.PHP_DATASET.items()}
    answer = recorder.send(seed.PHP_CREATE + urlencode(form))
    assert answer.status_code == 200, answer.text
    recorder.numbers["75"] = answer.json()["nid"]
    said = recorder.send(seed.RETRIEVE_DATASET).json()
    assert (said["title"], said["status"]) == ("Example dataset", "1")
    assert said["field_author"]["und"][0]["value"] == "Bob Lafollette"


def _on_the_wire(form: str) -> str:
    """Lines of a form end with CRLF; those of the file in it are as they were printed."""
    sent = form.replace("\n", "\r\n")
    return re.sub(r"(?s)tension,.*?(?=\r\n--)", lambda found: found[0].replace("\r\n", "\n"), sent)


def _within(wanted: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    return all(
        _within(value, said[name]) if isinstance(value, Mapping) else said[name] == value
        for name, value in wanted.items()
    )
