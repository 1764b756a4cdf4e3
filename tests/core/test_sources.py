"""Sources: what resources fetch by which connection, and what comes of it."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.core.connecting import (
    BASIC,
    KEPT,
    WHOLE,
    attach,
    made,
    problems,
    resource,
    rights,
    to_fetch,
    update,
)
from tests.core.support import ADMIN, dataset, opened, person, rule
from tests.net.support import Handler, Site, served

from colonnade.core.connections import fetching, service, sources
from colonnade.core.connections.fetching import FetchedFile
from colonnade.core.datasets import service as datasets
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import Conflict, Invalid, LimitReached


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal"), allow_private_fetch=True) as one:
        yield one


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as one:
        yield one


def test_an_inline_connection_belongs_to_its_resource(portal: Portal) -> None:
    owner, editor = person(portal, "create_dataset"), person(portal)
    place = dataset(portal, actor=owner)
    rule(portal, place, editor, "edit_dataset")
    one = resource(portal, place)
    uid = attach(
        portal, place, one, {"connection": {**WHOLE, "is_reusable": True}, "relative_url": "a.csv"}, owner
    )
    assert rights(portal, owner, uid) == (True, True)
    assert rights(portal, editor, uid) is None
    # Sent back as it was shown, in full, or without its uid: it stays the same one.
    assert attach(portal, place, one, {"connection": {"uid": uid}, "relative_url": "b.csv"}, editor) == uid
    assert attach(portal, place, one, {"connection": {**WHOLE, **KEPT, "uid": uid}}, editor) == uid
    assert (
        attach(
            portal, place, one, {"connection": {**WHOLE, **KEPT, "url": "https://data.example/v3"}}, editor
        )
        == uid
    )
    found = to_fetch(portal, one)
    assert (found.url, found.basic_auth) == ("https://data.example/v3", ("ada", "pässword"))
    with portal.writing(SYSTEM) as work:
        sources.detach(work, one)
        sources.detach(work, one)
    assert rights(portal, owner, uid) is None


def test_an_inline_connection_goes_when_another_takes_its_place(portal: Portal) -> None:
    place, shared = dataset(portal), made(portal, ADMIN)
    one = resource(portal, place)
    inline = attach(portal, place, one, {"connection": WHOLE})
    assert attach(portal, place, one, {"connection": {"uid": shared}}) == shared
    assert rights(portal, ADMIN, inline) is None
    assert attach(portal, place, one, {"connection": WHOLE}) not in {shared, inline}
    assert rights(portal, ADMIN, shared) == (True, True)


def test_a_connection_of_others_cannot_be_used(portal: Portal) -> None:
    owner, editor = person(portal, "create_dataset"), person(portal, "create_dataset")
    place, elsewhere = dataset(portal, actor=editor), dataset(portal, actor=owner)
    inline = attach(portal, elsewhere, resource(portal, elsewhere), {"connection": WHOLE}, owner)
    for uid in (made(portal, owner), made(portal, owner, is_reusable=True), inline, "co_nobody"):
        with pytest.raises(Invalid) as found:
            attach(portal, place, resource(portal, place), {"connection": {"uid": uid}}, editor)
        assert problems(found.value) == ["datasource.connection.uid"]
        assert found.value.message == f"There is no connection {uid}."


def test_what_another_editor_chose_may_stay_but_not_change(portal: Portal) -> None:
    owner, editor = person(portal, "create_dataset"), person(portal)
    place, uid = dataset(portal, actor=owner), made(portal, owner)
    rule(portal, place, editor, "edit_dataset")
    one = resource(portal, place)
    given = {"connection": {"uid": uid}, "relative_url": "a.csv"}
    attach(portal, place, one, given, owner)
    attach(portal, place, one, given, editor)
    with pytest.raises(Invalid):
        attach(portal, place, one, {**given, "relative_url": "secret.csv"}, editor)
    # What is given beside the uid of a connection that is not inline changes nothing.
    attach(
        portal,
        place,
        one,
        {**given, "connection": {**WHOLE, "uid": uid, "url": "https://evil.example/"}},
        editor,
    )
    assert to_fetch(portal, one).url == "https://data.example/v1/a.csv"


def test_a_sources_headers_stand_beside_its_connections_and_win(portal: Portal) -> None:
    place = dataset(portal)
    one = resource(portal, place)
    own = [{"name": "x-token", "value": "mine"}, {"name": "Accept", "value": "text/csv"}]
    attach(portal, place, one, {"connection": WHOLE, "headers": own})
    assert to_fetch(portal, one).headers == (("x-token", "mine"), ("Accept", "text/csv"))
    kept: dict[str, Any] = {**WHOLE, **KEPT}
    attach(portal, place, one, {"connection": kept, "headers": [{"name": "X-Token", "value": None}]})
    assert to_fetch(portal, one).headers == (("X-Token", "mine"),)
    elsewhere = {
        "connection": {**WHOLE, "url": "https://evil.example/"},
        "headers": [{"name": "X-Token", "value": None}],
    }
    with pytest.raises(Invalid) as found:
        attach(portal, place, one, elsewhere)
    assert problems(found.value) == ["datasource.headers"]


@pytest.mark.parametrize(
    ("given", "places"),
    [
        (None, ["datasource"]),
        ({}, ["datasource.connection"]),
        ({"connection": {}}, ["datasource.connection.type", "datasource.connection.url"]),
        ({"connection": "co_abcdef"}, ["datasource.connection"]),
        (
            {"connection": {**WHOLE, "auth": {**BASIC, "password": None}}},
            ["datasource.connection.auth.password"],
        ),
        ({"connection": WHOLE, "headers": [{"name": "X"}]}, ["datasource.headers"]),
    ],
)
def test_what_is_wrong_with_a_datasource_is_said_with_its_place(
    portal: Portal, given: object, places: list[str]
) -> None:
    place = dataset(portal)
    with pytest.raises(Invalid) as found:
        attach(portal, place, resource(portal, place), given)
    assert problems(found.value) == places


def test_a_connection_in_use_cannot_be_removed(portal: Portal) -> None:
    place, uid = dataset(portal), made(portal, ADMIN)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": {"uid": uid}})
    with portal.writing(ADMIN) as work, pytest.raises(Conflict):
        service.remove(work, service.manageable(work, uid))
    with portal.writing(ADMIN) as work:
        sources.detach_all(work, datasets.viewable(work, place).dataset.id)
        service.remove(work, service.manageable(work, uid))
    assert rights(portal, ADMIN, uid) is None


def test_a_preview_stores_nothing(portal: Portal) -> None:
    place = dataset(portal)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": WHOLE, "relative_url": "a.csv"})
    with portal.reading(ADMIN) as work:
        editable = datasets.editable(work, place)
        fresh = sources.unsaved(work, editable, {"connection": WHOLE, "relative_url": "b.csv"})
        changed = {"connection": {**WHOLE, **KEPT, "url": "https://data.example/v9"}}
        kept = sources.unsaved(work, editable, changed, resource_id=one)
    assert (fresh.url, fresh.headers, fresh.basic_auth) == (
        "https://data.example/v1/b.csv",
        (("X-Token", "hdr-t0ken-0f-te5ts"),),
        ("ada", "pässword"),
    )
    assert (kept.url, kept.basic_auth) == ("https://data.example/v9", ("ada", "pässword"))
    assert to_fetch(portal, one).url == "https://data.example/v1/a.csv"


# Fetching


def versioned(body: bytes, etag: str) -> Any:
    def page(handler: Handler) -> None:
        is_known = handler.headers.get("If-None-Match") == etag
        handler.send(b"" if is_known else body, 304 if is_known else 200, ETag=etag)

    return page


def fetched(portal: Portal, resource_id: int, path: Path) -> FetchedFile:
    """As a job does it."""
    found = to_fetch(portal, resource_id)
    file = fetching.fetch(portal.settings, found, path)
    with portal.writing(SYSTEM) as work:
        sources.fetched(work, resource_id, found, file)
    return file


def test_a_source_is_fetched_into_a_file(portal: Portal, site: Site, tmp_path: Path) -> None:
    place = dataset(portal)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": {**WHOLE, "url": site.url}, "relative_url": "a/b.csv?x=1"})
    site.page("/a/b.csv?x=1", b"a\n1\n", Content_Type="text/csv")
    file = fetched(portal, one, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"a\n1\n"
    assert (file.filename, file.mimetype, file.size, file.is_unchanged) == ("b.csv", "text/csv", 4, False)
    assert site.asked[0].headers["x-token"] == "hdr-t0ken-0f-te5ts"
    assert site.asked[0].headers["authorization"].startswith("Basic ")


def test_content_that_did_not_change_is_told(portal: Portal, site: Site, tmp_path: Path) -> None:
    place = dataset(portal)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": {"type": "http", "url": site.url}})
    site.pages["/"] = versioned(b"a", '"1"')
    first, second = (fetched(portal, one, tmp_path / name) for name in ("1", "2"))
    assert (first.is_unchanged, second.is_unchanged, second.path, second.digest) == (
        False,
        True,
        None,
        first.digest,
    )
    assert not (tmp_path / "2").exists()
    site.page("/", b"a")
    same = fetched(portal, one, tmp_path / "3")
    assert (same.is_unchanged, same.path, same.etag) == (True, tmp_path / "3", None)
    site.pages["/"] = versioned(b"b", '"2"')
    assert not fetched(portal, one, tmp_path / "4").is_unchanged


def test_what_the_server_said_counts_until_the_source_changes(
    portal: Portal, site: Site, tmp_path: Path
) -> None:
    place, uid = dataset(portal), made(portal, ADMIN, url=site.url)
    one = resource(portal, place)
    given = {"connection": {"uid": uid}}
    attach(portal, place, one, given)
    site.pages["/"] = versioned(b"a", '"1"')

    def is_known() -> bool:
        fetched(portal, one, tmp_path / "file")
        return to_fetch(portal, one).known is not None

    assert is_known()
    attach(portal, place, one, given)
    assert to_fetch(portal, one).known is None
    assert is_known()
    update(portal, ADMIN, uid, url=site.url)
    assert to_fetch(portal, one).known is None
    assert is_known()
    with portal.writing(SYSTEM) as work:
        sources.forget_content(work, one)
    assert to_fetch(portal, one).known is None


def test_what_was_fetched_by_old_settings_does_not_count(portal: Portal, site: Site, tmp_path: Path) -> None:
    place = dataset(portal)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": {"type": "http", "url": site.url}})
    site.pages["/"] = versioned(b"a", '"1"')
    found = to_fetch(portal, one)
    file = fetching.fetch(portal.settings, found, tmp_path / "file")
    attach(portal, place, one, {"connection": {"type": "http", "url": site.url}, "relative_url": "b"})
    with portal.writing(SYSTEM) as work:
        sources.fetched(work, one, found, file)
    assert to_fetch(portal, one).known is None


def test_a_file_sent_unpacked_is_not_called_packed(portal: Portal, site: Site, tmp_path: Path) -> None:
    place = dataset(portal)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": {"type": "http", "url": f"{site.url}/a.csv.gz"}})
    packed = gzip.compress(b"a")
    site.page("/a.csv.gz", packed, Content_Encoding="gzip")
    assert fetched(portal, one, tmp_path / "1").filename == "a.csv"
    site.page("/a.csv.gz", packed)
    assert fetched(portal, one, tmp_path / "2").filename == "a.csv.gz"
    site.page("/a.csv.gz", gzip.compress(packed), Content_Encoding="gzip")
    assert fetched(portal, one, tmp_path / "3").filename == "a.csv.gz"


def test_a_fetch_that_fails_leaves_no_file(site: Site, tmp_path: Path) -> None:
    with opened(tmp_path / "data", allow_private_fetch=True, max_upload_bytes=10) as portal:
        place = dataset(portal)
        one = resource(portal, place)
        attach(portal, place, one, {"connection": {"type": "http", "url": site.url}})
        site.page("/", b"x" * 11)
        with pytest.raises(LimitReached):
            fetched(portal, one, tmp_path / "file")
        site.page("/", b"", 404)
        with pytest.raises(Invalid, match="404 Not Found"):
            fetched(portal, one, tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_loopback_is_not_fetched_from_unless_it_is_allowed(site: Site, tmp_path: Path) -> None:
    with opened(tmp_path / "data") as portal:
        place = dataset(portal)
        one = resource(portal, place)
        site.page("/", b"x")
        attach(portal, place, one, {"connection": {"type": "http", "url": site.url}})
        with pytest.raises(Invalid, match="This address cannot be fetched"):
            fetched(portal, one, tmp_path / "file")
    assert site.asked == []
