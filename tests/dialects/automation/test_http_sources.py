"""Resources whose rows are on another server: from the address to the published rows."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.dialects.automation.support import MAX_UPLOAD, call, detail
from tests.net.support import Handler, Site, served
from tests.support.house import House

from colonnade.core.resources import service as resources
from colonnade.core.work import SYSTEM

PASSWORD = "sesame-0123"
TOKEN = "t0ken-4567"


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as one:
        yield one


def _source(site: Site, path: str = "rows.csv") -> dict[str, Any]:
    auth = {"type": "basic_auth", "username": "ada", "password": PASSWORD}
    return {
        "type": "http",
        "connection": {"type": "http", "url": site.url, "auth": auth, "headers": []},
        "relative_url": path,
        "headers": [{"name": "X-Token", "value": TOKEN}],
    }


def _add(house: House, uid: str, source: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"type": "csvfile", "title": "Far rows", "datasource": source, **more}
    answer = call(house, "POST", f"/datasets/{uid}/resources/", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _with_etag(site: Site, path: str, body: bytes, etag: str = '"1"') -> None:
    def answer(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            handler.head(304)
        else:
            handler.send(body, ETag=etag)

    site.pages[path] = answer


def _published(house: House, site: Site, body: bytes = b"a\n1\n2\n") -> tuple[dict[str, Any], dict[str, Any]]:
    """A dataset and its resource, published from the site's `/rows.csv`."""
    _with_etag(site, "/rows.csv", body)
    made = house.create()
    resource = _add(house, made["uid"], _source(site), params={})
    status = house.publish(made["uid"])
    assert status["status"] == "idle", status
    return made, resource


def _count(house: House, made: dict[str, Any]) -> int:
    found: int = house.records(made["dataset_id"]).json()["total_count"]
    return found


def test_rows_of_another_server_are_published(house: House, site: Site) -> None:
    made, resource = _published(house, site)
    assert _count(house, made) == 2
    asked = site.asked[-1].headers
    assert base64.b64decode(asked["authorization"].split()[1]) == f"ada:{PASSWORD}".encode()
    assert asked["x-token"] == TOKEN
    assert resource["origin"] == {"label": "HTTP", "type": "http"}
    assert set(resource["datasource"]) == {"type", "connection", "relative_url", "headers"}
    assert set(resource["datasource"]["connection"]) == {"uid"}
    assert resource["datasource"]["connection"]["uid"].startswith("co_")


def test_what_did_not_change_is_not_sent_again(house: House, site: Site) -> None:
    made, _ = _published(house, site)
    assert house.publish(made["uid"])["status"] == "idle"
    assert site.asked[-1].headers["if-none-match"] == '"1"'
    assert _count(house, made) == 2
    _with_etag(site, "/rows.csv", b"a\n1\n2\n3\n", '"2"')
    house.publish(made["uid"])
    assert _count(house, made) == 3


def test_a_cleaned_cache_is_filled_by_the_next_publish(house: House, site: Site) -> None:
    made, resource = _published(house, site, b"a\nonly here\n")
    portal = house.running.portal
    with portal.reading(SYSTEM) as work:
        digests = {one.digest for one in resources.all_files(work) if one.fetched_at is not None}
    path = f"/datasets/{made['uid']}/resources/{resource['uid']}/clean_cache"
    for _ in range(2):
        assert call(house, "POST", path).status_code == 204
    assert len(digests & set(portal.blobs.digests())) == len(digests) - 1
    assert house.publish(made["uid"])["status"] == "idle"
    assert "if-none-match" not in site.asked[-1].headers
    assert _count(house, made) == 1


@pytest.mark.parametrize("damage", ["lost", "cut", "spoilt"])
def test_what_a_disk_lost_or_spoilt_is_fetched_again(house: House, site: Site, damage: str) -> None:
    """Although the server would say that nothing changed."""
    made, resource = _published(house, site, f"a\n{damage}\n".encode())
    portal = house.running.portal
    with portal.reading(SYSTEM) as work:
        kept = f"fetched:{resource['uid']}"
        (digest,) = {one.digest for one in resources.all_files(work) if one.uid == kept}
    with portal.blobs.local(digest) as path:
        match damage:
            case "lost":
                path.unlink()
            case "cut":
                path.write_bytes(b"a\n")
            case _:
                path.write_bytes(b"x" * path.stat().st_size)
    if damage != "spoilt":  # a look reads no file whole
        shown = call(house, "GET", f"/datasets/{made['uid']}/resources/{resource['uid']}/preview/")
        assert shown.json()["records"] == [{"a": damage}]
    assert house.publish(made["uid"])["status"] == "idle"
    assert "if-none-match" not in site.asked[-1].headers
    assert portal.blobs.check(digest) == []
    assert house.records(made["dataset_id"]).json()["results"] == [{"a": damage}]
    house.publish(made["uid"])
    assert site.asked[-1].headers["if-none-match"] == '"1"'


def test_a_failed_fetch_names_the_resource_and_leaves_the_publication(house: House, site: Site) -> None:
    made, _ = _published(house, site)
    site.page("/rows.csv", b"inside: /etc/passwd", 500)
    status = house.publish(made["uid"])
    assert status["status"] == "error"
    assert "Far rows" in status["message"]
    assert "500" in status["message"]
    for hidden in ("passwd", PASSWORD, TOKEN, "127.0.0.1", str(site.port)):
        assert hidden not in status["message"]
    assert status["is_published"]
    assert _count(house, made) == 2


def test_a_fetch_stops_when_the_publication_is_aborted(house: House, site: Site) -> None:
    made, _ = _published(house, site)

    def slowly() -> Iterator[bytes]:
        for _ in range(600):
            time.sleep(0.05)
            yield b"a\n"

    def drip(handler: Handler) -> None:
        handler.head(200)
        handler.drip(slowly())

    site.pages["/rows.csv"] = drip
    path = f"/datasets/{made['uid']}"
    assert call(house, "POST", f"{path}/publish/").status_code == 200
    while house.status(made["uid"])["status"] == "queued":
        pass
    assert call(house, "POST", f"{path}/abort/").status_code == 200
    start = time.monotonic()
    assert house.settled(made["uid"])["status"] == "idle"
    assert time.monotonic() - start < 15
    assert _count(house, made) == 2


def test_a_file_that_is_too_large_reaches_a_limit(house: House, site: Site) -> None:
    site.page("/rows.csv", b"a\n" * MAX_UPLOAD)
    made = house.create()
    _add(house, made["uid"], _source(site), params={})
    status = house.publish(made["uid"])
    assert status["status"] == "limit_reached"
    assert status["params"]["error"]["limit_type"] == "fetch_bytes"
    assert "Far rows" in status["message"]


def test_what_was_fetched_is_no_file_of_the_dataset(house: House, site: Site) -> None:
    made, resource = _published(house, site)
    path = f"/datasets/{made['uid']}/resources/files/fetched:{resource['uid']}/"
    for one in (path, path + "download/"):
        assert call(house, "GET", one).status_code == 404


def test_parameters_are_found_on_the_server_if_it_answers(house: House, site: Site) -> None:
    site.page("/rows.csv", b"a;b\n1;2\n")
    uid = house.create()["uid"]
    assert _add(house, uid, _source(site))["params"]["separator"] == ";"
    site.page("/rows.csv", b"", 503)
    assert _add(house, uid, _source(site))["params"] == {}


def test_secrets_stay_inside_and_null_keeps_them(house: House, site: Site) -> None:
    made, resource = _published(house, site)
    path = f"/datasets/{made['uid']}/resources/{resource['uid']}/"
    shown = call(house, "GET", f"{path}?expand=datasource.connection")
    assert PASSWORD not in shown.text
    connection = shown.json()["datasource"]["connection"]
    assert connection["url"] == site.url
    assert connection["auth"] == {"type": "basic_auth", "username": "ada", "password": None}
    assert call(house, "GET", path).json()["datasource"]["connection"] == {"uid": connection["uid"]}
    sent = {**shown.json(), "title": "Round trip"}
    sent["datasource"]["headers"] = [{"name": "X-Token", "value": None}]
    changed = call(house, "PUT", path, json=sent)
    assert changed.status_code == 200, changed.text
    assert changed.json()["datasource"]["connection"] == {"uid": connection["uid"]}
    assert house.publish(made["uid"])["status"] == "idle"
    asked = site.asked[-1].headers
    assert base64.b64decode(asked["authorization"].split()[1]) == f"ada:{PASSWORD}".encode()
    assert asked["x-token"] == TOKEN


def test_who_may_only_publish_sees_no_header_values_and_no_connection(house: House, site: Site) -> None:
    made, resource = _published(house, site)
    publisher = house.person()
    house.give(made["uid"], publisher, ["publish_dataset"])
    path = f"/datasets/{made['uid']}/resources/?expand=datasource.connection"
    shown = call(house, "GET", path, publisher).json()["results"][0]["datasource"]
    assert shown["headers"] == [{"name": "X-Token", "value": ""}]
    assert shown["connection"] == resource["datasource"]["connection"]


def test_only_known_things_are_expanded(house: House) -> None:
    uid = house.create()["uid"]
    answer = call(house, "GET", f"/datasets/{uid}/resources/?expand=everything")
    assert list(detail(answer)) == ["expand"]
    assert call(house, "GET", f"/datasets/{uid}/resources/?expand=datasource.dataset").status_code == 200


def test_looks_at_another_server_store_nothing(house: House, site: Site) -> None:
    site.page("/rows.csv", b"a;b\n1;x\n")
    uid = house.create()["uid"]
    base = f"/datasets/{uid}/resources"
    body = {"datasource": _source(site), "type": "csvfile"}
    assert call(house, "POST", f"{base}/guess_extractors/", json=body).json()[0]["type"] == "csvfile"
    params = call(house, "POST", f"{base}/guess_extractor_params/", json=body).json()["params"]
    found = call(house, "POST", f"{base}/preview/", json={**body, "params": params}).json()
    assert found["records"] == [{"a": 1, "b": "x"}]
    assert call(house, "GET", f"{base}/").json()["total_count"] == 0
    site.page("/rows.csv", b"", 404)
    wrong = detail(call(house, "POST", f"{base}/preview/", json=body))
    assert wrong["datasource"] == ["The source could not be fetched: The server answered 404 Not Found."]


def test_a_saved_source_is_looked_at_as_it_is_now_or_as_it_was_kept(house: House, site: Site) -> None:
    made, resource = _published(house, site)
    path = f"/datasets/{made['uid']}/resources/{resource['uid']}"
    assert call(house, "GET", f"{path}/preview/").json()["records"] == [{"a": 1}, {"a": 2}]
    assert site.asked[-1].headers["if-none-match"] == '"1"'
    _with_etag(site, "/rows.csv", b"a\n9\n", '"2"')
    assert call(house, "GET", f"{path}/preview/").json()["records"] == [{"a": 9}]
    assert _count(house, made) == 2


def test_a_source_can_become_an_upload_and_back(house: House, site: Site) -> None:
    made, resource = _published(house, site)
    uid = made["uid"]
    house.add_csv(uid, "a\n7\n", name="near.csv")
    path = f"/datasets/{uid}/resources/{resource['uid']}/"
    near = {"type": "csvfile", "params": {}, "datasource": {"file": {"uid": "near.csv"}}}
    assert call(house, "PUT", path, json=near).json()["datasource"] == {
        "type": "uploaded_file",
        "file": {"uid": "near.csv"},
    }
    assert house.publish(uid)["status"] == "idle"
    assert _count(house, made) == 2
    far = {"type": "csvfile", "params": {}, "datasource": _source(site)}
    assert call(house, "PUT", path, json=far).json()["datasource"]["type"] == "http"
    assert house.publish(uid)["status"] == "idle"
    assert _count(house, made) == 3


def test_a_removed_source_and_dataset_take_what_was_fetched_along(house: House, site: Site) -> None:
    made, resource = _published(house, site, b"a\nnowhere else\n")
    assert call(house, "DELETE", f"/datasets/{made['uid']}/resources/{resource['uid']}/").status_code == 204
    again, _ = _published(house, site, b"a\nnowhere else at all\n")
    assert call(house, "DELETE", f"/datasets/{again['uid']}/").status_code == 204
    portal = house.running.portal
    with portal.reading(SYSTEM) as work:
        assert not [one for one in resources.all_files(work) if one.uid == f"fetched:{resource['uid']}"]
        digests = {one.digest for one in resources.all_files(work)}
    assert set(portal.blobs.digests()) >= digests


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"connection": None}, "connection"),
        ({"connection": {"uid": "co_nobody"}}, "connection"),
        ({"connection": {"type": "ftp", "url": "ftp://x.example/"}}, "connection"),
        ({"connection": {"type": "http"}}, "connection"),
        ({"relative_url": "../up"}, "relative_url"),
        ({"headers": [{"name": "Host", "value": "x"}]}, "headers"),
    ],
)
def test_a_wrong_source_is_told_field_by_field(
    house: House, site: Site, change: dict[str, Any], field: str
) -> None:
    uid = house.create()["uid"]
    body = {"type": "csvfile", "datasource": {**_source(site), **change}}
    for path in ("", "preview/", "guess_extractors/"):
        wrong = detail(call(house, "POST", f"/datasets/{uid}/resources/{path}", json=body))
        assert list(wrong["datasource"]) == [field]
