"""Fetching: what comes, what is sent and what is refused."""

import base64
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.net.support import (
    ELSEWHERE,
    PUBLIC,
    PUBLIC_V6,
    Handler,
    Internet,
    Names,
    Site,
    client,
    endless,
    got,
    refused,
)

from colonnade.errors import Invalid, LimitReached, PortalError, Unavailable
from colonnade.net.client import Bounds, Client, Fetched, NotModified, Request, Validators
from colonnade.net.guard import unreachable

NOWHERE = Client(resolver=Names({}))
SECRETS = {"headers": (("X-Token", "t0k"),), "basic_auth": ("ada", "pässword")}


def test_a_file_comes_with_what_the_server_says_of_it(site: Site) -> None:
    site.page(
        "/a/b.csv?x=1",
        b"a,b\n1,2\n",
        Content_Type="text/CSV; charset=utf-8",
        ETag='"v1"',
        Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT",
    )
    content, answer = got(client(site), "http://data.example/a/b.csv?x=1")
    assert content == b"a,b\n1,2\n"
    assert isinstance(answer, Fetched)
    assert (answer.filename, answer.mimetype, answer.size) == ("b.csv", "text/csv", 8)
    assert answer.validators == Validators('"v1"', "Mon, 01 Jan 2024 00:00:00 GMT")
    assert answer.digest == hashlib.sha256(content).hexdigest()
    assert site.asked[0].host == "data.example"


def test_the_host_header_names_the_port_only_where_it_is_odd(site: Site) -> None:
    site.page("/", b"x")
    wire = Internet(site)
    fetcher = Client(resolver=Names({"data.example": [[PUBLIC]]}), wire=wire)
    got(fetcher, "http://data.example:8080/")
    got(fetcher, "http://data.example:80/")
    got(fetcher, f"http://[{PUBLIC_V6}]:8080/")
    assert [one.host for one in site.asked] == ["data.example:8080", "data.example", f"[{PUBLIC_V6}]:8080"]
    assert wire.dialled == [(PUBLIC, 8080), (PUBLIC, 80), (PUBLIC_V6, 8080)]


def test_a_name_is_resolved_once_so_a_second_answer_is_never_connected_to(site: Site) -> None:
    site.page("/", b"x")
    names, wire = Names({"data.example": [[PUBLIC], ["127.0.0.1"]]}), Internet(site)
    fetcher = Client(resolver=names, wire=wire)
    got(fetcher, "http://data.example/")
    assert (names.asked, wire.dialled) == (["data.example"], [(PUBLIC, 80)])
    assert refused(fetcher, "http://data.example/").code == "fetch.unreachable"
    assert wire.dialled == [(PUBLIC, 80)]


def test_a_name_that_changes_between_redirects_is_checked_again(site: Site) -> None:
    site.redirect("/", "/again")
    wire = Internet(site)
    fetcher = Client(resolver=Names({"data.example": [[PUBLIC], ["10.0.0.1"]]}), wire=wire)
    assert refused(fetcher, "http://data.example/").code == "fetch.unreachable"
    assert wire.dialled == [(PUBLIC, 80)]


def test_the_next_address_is_tried_where_nobody_listens(site: Site) -> None:
    site.page("/", b"x")
    wire = Internet(site, closed=frozenset({PUBLIC}))
    fetcher = Client(resolver=Names({"data.example": [[PUBLIC, "10.0.0.1", ELSEWHERE]]}), wire=wire)
    assert got(fetcher, "http://data.example/")[0] == b"x"
    assert wire.dialled == [(PUBLIC, 80), (ELSEWHERE, 80)]


def test_nothing_tells_a_forbidden_address_from_one_that_is_not_there(site: Site) -> None:
    wire = Internet(site, closed=frozenset({PUBLIC}))
    fetcher = Client(
        resolver=Names({"data.example": [[PUBLIC]], "inside.example": [["10.0.0.5"]]}), wire=wire
    )
    urls = [
        "http://data.example/",  # nobody listens
        "http://unknown.example/",
        "http://inside.example/",
        "http://10.0.0.5:8000/",
        "http://[::1]/",
        "http://localhost/",
    ]
    errors = [refused(fetcher, url) for url in urls]
    said = {(type(one), one.code, one.message, tuple(one.facts)) for one in errors}
    assert said == {(Invalid, "fetch.unreachable", unreachable().message, ())}
    assert wire.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "location",
    [
        "http://inside.example/",
        "//inside.example/x",
        "http://10.0.0.5/",
        "http://[::ffff:10.0.0.5]/",
        "http://[::1]/",
        "http://localhost/",
        "http://unknown.example/",
        "http://2130706433/",
        "http://0x7f.1/",
    ],
)
def test_a_redirect_leads_nowhere_inside(site: Site, location: str) -> None:
    site.redirect("/", "/one")
    site.redirect("/one", "http://other.example/two")
    site.redirect("/two", location)
    error = refused(client(site), "http://data.example/")
    assert (error.code, error.message) == ("fetch.unreachable", unreachable().message)
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://other.example/", "http://a:b@other.example/", "http://"]
)
def test_a_redirect_to_no_web_address_is_refused(site: Site, location: str) -> None:
    site.redirect("/", location)
    assert isinstance(refused(client(site), "http://data.example/"), Invalid)


def test_five_redirects_are_followed_and_six_are_not(site: Site) -> None:
    for number in range(6):
        site.redirect(f"/{number}", f"/{number + 1}", status=(301, 302, 303, 307, 308, 302)[number])
    site.page("/6", b"there")
    content, answer = got(client(site), "http://data.example/1")
    assert content == b"there"
    assert isinstance(answer, Fetched)
    assert answer.url == "http://data.example/6"
    assert refused(client(site), "http://data.example/0").code == "fetch.redirects"


def test_headers_and_credentials_are_sent(site: Site) -> None:
    site.page("/", b"x")
    got(client(site), "http://data.example/", **SECRETS)
    sent = site.asked[0].headers
    assert sent["x-token"] == "t0k"
    assert base64.b64decode(sent["authorization"].removeprefix("Basic ")).decode() == "ada:pässword"


def test_headers_and_credentials_stay_with_their_host(site: Site) -> None:
    site.redirect("/", "/same")
    site.redirect("/same", "http://other.example/")
    site.pages["/"] = lambda handler: (
        handler.send(b"", 302, Location="/same") if len(site.asked) == 1 else handler.send(b"x")
    )
    got(client(site), "http://data.example/", **SECRETS)
    assert [("authorization" in one.headers, "x-token" in one.headers) for one in site.asked] == [
        (True, True),
        (True, True),
        (False, False),
    ]


def test_another_port_of_the_host_gets_no_credentials(site: Site) -> None:
    site.redirect("/", "http://data.example:8080/there")
    site.page("/there", b"x")
    got(client(site), "http://data.example/", **SECRETS)
    assert "authorization" not in site.asked[1].headers


def test_headers_of_ones_own_take_the_place_of_the_clients(site: Site) -> None:
    site.page("/", b"x")
    got(client(site), "http://data.example/", headers=(("user-agent", "me"), ("Authorization", "Bearer x")))
    sent = site.asked[0].headers
    assert (sent["user-agent"], sent["authorization"], sent["accept"]) == ("me", "Bearer x", "*/*")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "a\r\nHost: inside"),
        ("X", "a\nb"),
        ("X", "a\0"),
        ("X", "é"),
        ("X\r\nY", "a"),
        ("X:", "a"),
        ("", "a"),
        ("X Y", "a"),
        ("Host", "inside"),
        ("content-length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Accept-Encoding", "br"),
        ("Range", "bytes=0-1"),
        ("If-None-Match", "*"),
        ("X", "a" * 9000),
    ],
)
def test_headers_that_would_change_the_request_are_refused(site: Site, name: str, value: str) -> None:
    assert refused(client(site), "http://data.example/", headers=((name, value),)).code == "fetch.header"
    assert site.asked == []


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_header_is_sent_as_it_is_or_refused(name: str, value: str) -> None:
    assert isinstance(refused(NOWHERE, "http://data.example/", headers=((name, value),)), Invalid)


def test_content_that_is_here_already_is_not_sent_again(site: Site) -> None:
    def page(handler: Handler) -> None:
        is_known = handler.headers.get("If-None-Match") == '"v1"'
        handler.send(b"" if is_known else b"x", 304 if is_known else 200, ETag='"v1"')

    site.pages["/"] = page
    content, answer = got(client(site), "http://data.example/")
    assert content == b"x"
    assert isinstance(answer, Fetched)
    assert got(client(site), "http://data.example/", known=answer.validators) == (b"", NotModified())
    assert got(client(site), "http://data.example/", known=Validators('"v0"'))[0] == b"x"


def test_the_time_of_the_last_change_is_asked_for_too(site: Site) -> None:
    site.page("/", b"", 304)
    changed = "Mon, 01 Jan 2024 00:00:00 GMT"
    assert got(client(site), "http://data.example/", known=Validators(None, changed))[1] == NotModified()
    assert site.asked[0].headers["if-modified-since"] == changed


def test_not_modified_without_being_asked_is_an_error(site: Site) -> None:
    site.page("/", b"", 304)
    assert refused(client(site), "http://data.example/").message == "The server answered 304 Not Modified."


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (404, Invalid, "The server answered 404 Not Found."),
        (401, Invalid, "The server answered 401 Unauthorized."),
        (204, Invalid, "The server answered 204 No Content."),
        (206, Invalid, "The server answered 206 Partial Content."),
        (429, Unavailable, "The server answered 429 Too Many Requests."),
        (500, Unavailable, "The server answered 500 Internal Server Error."),
        (599, Unavailable, "The server answered 599."),
        (302, Invalid, "The server answered 302 Found."),
    ],
)
def test_statuses_of_public_servers_are_told(
    site: Site, status: int, kind: type[PortalError], message: str
) -> None:
    site.page("/", b"secret page", status)
    error = refused(client(site), "http://data.example/")
    assert (type(error), error.message, error.facts) == (kind, message, {"status": status})


def test_somebody_can_stop_it(site: Site) -> None:
    class StoppedError(Exception):
        pass

    def poll() -> None:
        if site.asked:
            raise StoppedError

    site.pages["/"] = endless(b"x" * 1000)
    with pytest.raises(StoppedError):
        client(site).fetch(Request("http://data.example/"), io.BytesIO(), poll=poll)


def test_loopback_is_reached_only_where_it_is_allowed(site: Site) -> None:
    site.page("/", b"x")
    site.redirect("/on", "/")
    assert got(Client(allow_private=True), f"{site.url}/on")[0] == b"x"
    assert got(Client(allow_private=True), f"http://localhost:{site.port}/on")[0] == b"x"
    assert refused(Client(), site.url).code == "fetch.unreachable"
    assert refused(Client(), f"http://localhost:{site.port}/").code == "fetch.unreachable"


def test_bounds_hold_where_private_addresses_are_allowed(site: Site) -> None:
    site.pages["/"] = endless(b"x" * 1000)
    bounded = Client(allow_private=True, bounds=Bounds(size_bytes=10_000))
    assert isinstance(refused(bounded, site.url), LimitReached)


def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.page("/", b"x")
    assert got(Client(allow_private=True), site.url)[0] == b"x"


def test_a_request_shows_no_secret() -> None:
    shown = repr(Request("http://data.example/", (("X-Token", "t0k"),), ("ada", "pässword")))
    assert "t0k" not in shown
    assert "pässword" not in shown


def test_what_is_posted_goes_to_the_address_that_was_asked_and_to_no_other(site: Site) -> None:
    site.page("/login", b"in")
    headers = (("Content-Type", "application/json"),)
    content, _ = got(client(site), "http://data.example/login", headers=headers, body=b'{"a": 1}')
    assert content == b"in"
    (asked,) = site.asked
    assert (asked.body, asked.headers["content-type"]) == (b'{"a": 1}', "application/json")
    site.redirect("/moved", "/login", status=307)
    error = refused(client(site), "http://data.example/moved", body=b"secret")
    assert (type(error), error.code) == (Invalid, "fetch.redirects")
    assert [one.path for one in site.asked] == ["/login", "/moved"]
