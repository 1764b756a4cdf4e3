"""Connections: who may see, use and change them, and what stays secret."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.connecting import (
    BASIC,
    KEPT,
    WHOLE,
    attach,
    made,
    problems,
    resource,
    rights,
    share,
    to_fetch,
    update,
)
from tests.core.support import ADMIN, dataset, opened, person, rule

from colonnade.core.connections import service, values
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.errors import Denied, Invalid, PortalError, Unauthenticated


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal"), allow_private_fetch=True) as one:
        yield one


# Who may


def test_who_may_create_or_edit_datasets_may_create_connections(portal: Portal) -> None:
    made(portal, person(portal, "create_dataset"))
    made(portal, person(portal, "edit_dataset"))
    with pytest.raises(Denied):
        made(portal, person(portal, "explore_restricted_dataset"))
    with pytest.raises(Unauthenticated):
        made(portal, ANONYMOUS)


def test_a_connection_is_its_makers_and_the_administrators(portal: Portal) -> None:
    owner, stranger = person(portal, "create_dataset"), person(portal, "create_dataset", "edit_dataset")
    uid = made(portal, owner, is_reusable=True)
    assert rights(portal, owner, uid) == (True, True)
    assert rights(portal, ADMIN, uid) == (True, True)
    assert rights(portal, stranger, uid) is None


def test_rulesets_let_others_use_a_reusable_connection(portal: Portal) -> None:
    owner, user, member = (
        person(portal, "create_dataset", groups=groups) for groups in ((), (), ("fetchers",))
    )
    uid, own = made(portal, owner, is_reusable=True), made(portal, owner)
    for one in (uid, own):
        share(portal, owner, one, user)
        share(portal, owner, one, "fetchers")
    assert (rights(portal, user, uid), rights(portal, member, uid)) == ((True, False), (True, False))
    assert (rights(portal, user, own), rights(portal, member, own)) == (None, None)


def test_the_permission_to_manage_is_one_of_a_ruleset(portal: Portal) -> None:
    owner, keeper = person(portal, "create_dataset"), person(portal, "create_dataset")
    uid = made(portal, owner, is_reusable=True)
    share(portal, owner, uid, keeper)
    with portal.reading(keeper) as work, pytest.raises(Denied):
        service.manageable(work, uid)
    share(portal, owner, uid, keeper, "manage_connection")
    assert rights(portal, keeper, uid) == (True, True)
    with pytest.raises(Invalid):
        share(portal, owner, uid, keeper, "edit_dataset")


def test_a_key_that_was_cut_to_reading_reaches_no_connection(portal: Portal) -> None:
    owner = person(portal, "create_dataset")
    uid = made(portal, owner)
    cut = Actor(
        owner.username, owner.person_id, owner.groups, frozenset(), frozenset({"explore_restricted_dataset"})
    )
    assert rights(portal, cut, uid) is None


def test_pages_are_sorted_and_counted(portal: Portal) -> None:
    owner, user = person(portal, "create_dataset"), person(portal, "create_dataset")
    uids = [made(portal, owner, is_reusable=True) for _ in range(3)]
    share(portal, owner, uids[1], user)
    place = dataset(portal)
    rule(portal, place, owner, "edit_dataset")
    for _ in range(2):
        attach(portal, place, resource(portal, place), {"connection": {"uid": uids[1]}}, owner)
    with portal.reading(owner) as work:

        def page(sort: str, limit: int = 10, offset: int = 0) -> list[int]:
            found, total = service.page(work, sort=sort, limit=limit, offset=offset)
            assert total == 3
            return [uids.index(one.connection.uid) for one in found]

        assert page("created_at") == page("updated_at") == [0, 1, 2]
        assert (page("-created_at", 2), page("created_at", 2, 2)) == ([2, 1], [2])
        assert page("-dataset_count")[0] == 1
        assert page("dataset_count") == [0, 2, 1]
        assert sorted(page("type")) == [0, 1, 2]
        counts = service.counts(work, [service.seen(work, uids[1])])[uids[1]]
        assert (counts.datasets, counts.people, counts.groups) == (1, 1, 0)
        with pytest.raises(Invalid):
            page("url")


# What is given


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({"type": None}, ["type"]),
        ({"type": "gopher"}, ["type"]),
        ({"type": "ftp"}, ["type"]),
        ({"url": ""}, ["url"]),
        ({"url": None}, ["url"]),
        ({"url": 5}, ["url"]),
        ({"url": "ftp://data.example/"}, ["url"]),
        ({"url": "http://ada:secret@data.example/"}, ["url"]),
        ({"url": "http://127.1/"}, ["url"]),
        ({"headers": {}}, ["headers"]),
        ({"headers": ["X"]}, ["headers"]),
        ({"headers": [{"name": "X"}]}, ["headers"]),
        ({"headers": [{"name": "X", "value": 5}]}, ["headers"]),
        ({"headers": [{"name": "X", "value": "a\r\nHost: b"}]}, ["headers"]),
        ({"headers": [{"name": "X\n", "value": "a"}]}, ["headers"]),
        ({"headers": [{"name": "Host", "value": "a"}]}, ["headers"]),
        ({"headers": [{"name": "X", "value": "y"}] * 51}, ["headers"]),
        ({"auth": "basic"}, ["auth"]),
        ({"auth": {}}, ["auth.type"]),
        ({"auth": {"type": "oauth2"}}, ["auth.type"]),
        ({"auth": {"type": "magic"}}, ["auth.type"]),
        ({"auth": {"type": "basic_auth"}}, ["auth.username"]),
        ({"auth": {"type": "basic_auth", "username": "a:b", "password": "x"}}, ["auth.username"]),
        ({"auth": {"type": "basic_auth", "username": "a", "password": None}}, ["auth.password"]),
        ({"auth": {"type": "basic_auth", "username": "a", "password": 5}}, ["auth.password"]),
        ({"type": "ftp", "url": "", "auth": 5}, ["auth", "type", "url"]),
    ],
)
def test_what_is_wrong_with_a_connection_is_said_with_its_place(
    portal: Portal, changed: dict[str, Any], places: list[str]
) -> None:
    with pytest.raises(Invalid) as found:
        made(portal, ADMIN, **changed)
    assert problems(found.value) == places


def test_types_to_come_say_so(portal: Portal) -> None:
    with pytest.raises(Invalid, match="not supported by this portal yet"):
        made(portal, ADMIN, type="amazon_s3")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "url", "headers", "auth", "connection", "name", "value"]), inner
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_any_json_is_a_datasource_or_invalid(given: object) -> None:
    try:
        checked = values.source(given)
    except Invalid:
        return
    assert checked.connection is not None or checked.inline is not None


@pytest.mark.parametrize(
    ("base", "relative", "whole"),
    [
        ("https://data.example/v1", "", "https://data.example/v1"),
        ("https://data.example/v1", "a.csv", "https://data.example/v1/a.csv"),
        ("https://data.example/v1/", "/a.csv", "https://data.example/v1/a.csv"),
        ("https://data.example", "/a/b.csv?x=1", "https://data.example/a/b.csv?x=1"),
        ("https://data.example/v1?key=k", "a.csv?x=1#top", "https://data.example/v1/a.csv?key=k&x=1"),
        ("https://data.example/v1?key=k", "?x=1", "https://data.example/v1?key=k&x=1"),
        ("https://data.example/v1", "#top", "https://data.example/v1"),
    ],
)
def test_the_relative_part_is_put_behind_the_address(base: str, relative: str, whole: str) -> None:
    assert values.joined(base, relative) == whole


@pytest.mark.parametrize(
    "relative",
    [
        "https://other.example/",
        "//other.example/",
        "\\\\other.example",
        "../secret",
        "a/../../b",
        "a/%2e%2E/b",
        "a/..%2f..%2fb",
        "a/..%5cb",
        "..",
        "a b",
        "a\r\nb",
        5,
    ],
)
def test_the_relative_part_leads_to_no_other_place(portal: Portal, relative: object) -> None:
    place = dataset(portal)
    with pytest.raises(Invalid) as found:
        attach(portal, place, resource(portal, place), {"connection": WHOLE, "relative_url": relative})
    assert problems(found.value) == ["datasource.relative_url"]


# Secrets


def test_the_catalogue_holds_no_secret_in_the_clear(portal: Portal) -> None:
    place = dataset(portal)
    given = {"connection": WHOLE, "headers": [{"name": "X-Own", "value": "0wn-t0ken"}]}
    attach(portal, place, resource(portal, place), given)
    with sqlite3.connect(portal.settings.catalogue_file) as db:
        text = "\n".join(db.iterdump())
    assert "X-Own" in text
    for secret in ("pässword", "hdr-t0ken-0f-te5ts", "0wn-t0ken"):
        assert secret not in text
    assert portal.settings.secret_file.stat().st_mode & 0o077 == 0


def test_values_of_headers_are_shown_only_to_who_may_manage(portal: Portal) -> None:
    owner, user = person(portal, "create_dataset"), person(portal, "create_dataset")
    uid = made(portal, owner, is_reusable=True)
    share(portal, owner, uid, user)
    with portal.reading(owner) as work:
        assert service.headers(work, service.seen(work, uid)) == [("X-Token", "hdr-t0ken-0f-te5ts")]
    with portal.reading(user) as work:
        assert service.headers(work, service.seen(work, uid)) == [("X-Token", None)]


def test_secrets_that_are_not_given_stay(portal: Portal) -> None:
    place, uid = dataset(portal), made(portal, ADMIN)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": {"uid": uid}})
    update(portal, ADMIN, uid, **KEPT, url="https://data.example/v2")
    found = to_fetch(portal, one)
    assert (found.url, found.headers, found.basic_auth) == (
        "https://data.example/v2",
        (("x-token", "hdr-t0ken-0f-te5ts"),),
        ("ada", "pässword"),
    )
    update(portal, ADMIN, uid, headers=[], auth=None)
    assert (to_fetch(portal, one).headers, to_fetch(portal, one).basic_auth) == ((), None)
    with pytest.raises(Invalid) as error:
        update(portal, ADMIN, uid, auth={**BASIC, "password": None})
    assert problems(error.value) == ["auth.password"]


@pytest.mark.parametrize(
    "url", ["https://evil.example/v1", "http://data.example/v1", "https://data.example:8443/v1"]
)
def test_stored_secrets_never_move_to_another_server(portal: Portal, url: str) -> None:
    uid = made(portal, ADMIN)
    with pytest.raises(Invalid, match="required") as error:
        update(portal, ADMIN, uid, url=url, auth=KEPT["auth"])
    assert problems(error.value) == ["auth.password"]
    with pytest.raises(Invalid) as error:
        update(portal, ADMIN, uid, url=url, headers=KEPT["headers"])
    assert problems(error.value) == ["headers"]
    update(portal, ADMIN, uid, url=url)


def test_a_connection_can_be_changed_without_its_key_when_all_is_given(tmp_path: Path) -> None:
    with opened(tmp_path) as portal:
        uid = made(portal, ADMIN)
        portal.settings.secret_file.unlink()
        with pytest.raises(PortalError, match="missing from the data folder"):
            update(portal, ADMIN, uid, **KEPT)
        update(portal, ADMIN, uid)
        with portal.reading(ADMIN) as work:
            assert service.headers(work, service.seen(work, uid)) == [("X-Token", "hdr-t0ken-0f-te5ts")]


def test_nothing_that_may_be_logged_shows_a_secret(portal: Portal) -> None:
    place = dataset(portal)
    one = resource(portal, place)
    attach(portal, place, one, {"connection": WHOLE})
    shown = repr((to_fetch(portal, one), values.connection(WHOLE), values.source({"connection": WHOLE})))
    assert "hdr-t0ken-0f-te5ts" not in shown
    assert "pässword" not in shown
