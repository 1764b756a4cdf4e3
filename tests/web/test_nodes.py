"""Pages of groups, pages, stories, dashboards and sources, and of what is not published yet."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message
from tests.dialects.dkan.support import Cast, Client, browser, cast, login, with_password
from tests.support.house import ANONYMOUS, House, Person
from tests.support.saying import says
from tests.web.support import Element, answer, metadata, page, shown, titles

PASSWORD = "a long password"
HOSTILE = (
    '<h1>How</h1><p onclick="alert(1)">By <b>walking</b>, <a href="javascript:alert(1)">here</a> and '
    '<a href="https://example.org/">there</a>.</p><script>alert(1)</script><img src="x" onerror="alert(1)">'
)


def und(value: str, key: str = "value", **more: str) -> dict[str, Any]:
    return {"und": [{key: value, **more}]}


@dataclass(frozen=True)
class Known:
    """Numbers of nodes. `group` has the dataset `open` and one that is restricted."""

    group: str
    open: str
    page: str
    story: str
    dashboard: str
    source: str
    draft: str
    draft_file: str
    unpublished: str
    lone: str


@pytest.fixture(scope="module")
def people(house: House) -> Cast:
    return cast(house)


@pytest.fixture(scope="module")
def known(house: House, people: Cast) -> Known:
    manager, creator = people.manager, people.creator
    group = manager.node("group", "Parks & <trees>", body=und("<p>All <i>trees</i>.</p>"))
    _picture(manager, group)
    of_it = {"og_group_ref": und(group, "target_id")}
    for title in ("Open elms", "Hidden oaks"):
        creator.node("dataset", title, body=und("Each of them"), **of_it)
    uid = house.client.get("/api/explore/v2.1/catalog/datasets/hidden-oaks").json()["dataset_uid"]
    house.restrict(uid, is_restricted=True)
    (one,) = people.stranger.shown("/node", **{"parameters[title]": "Open elms"})
    draft = creator.node("dataset", "Not yet", status=0, body=und(HOSTILE))
    address = {
        "field_dkan_harvest_source_uri": und("https://county.example/data.json"),
        "field_dkan_harvest_machine_name": und("county"),
    }
    return Known(
        group=group,
        open=one["nid"],
        page=manager.node("page", "About <us>", body=und(HOSTILE)),
        story=creator.node("dkan_data_story", "Elms", body=und("<p>Once.</p>"), field_tags="elms, R&D"),
        dashboard=creator.node("data_dashboard", "Numbers", body=und("1 < 2", format="plain_text")),
        source=manager.node("harvest_source", "The county", **address),
        draft=draft,
        draft_file=creator.node("resource", "Its file", field_dataset_ref=und(draft, "target_id")),
        unpublished=manager.node("page", "Later", status=0),
        lone=creator.node("resource", "Lone", field_link_api=und("http://api.example/x", "url")),
    )


def _picture(client: Client, nid: str) -> None:
    content = BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")
    sent = {"files[1]": ("our logo.png", content.getvalue(), "image/png")}
    told = client.ask("POST", f"/node/{nid}/attach_file", data={"field_name": "field_image"}, files=sent)
    assert told.status_code == 200, told.text


@pytest.fixture(scope="module")
def signed_in(house: House, people: Cast) -> Iterator[TestClient]:
    """The browser of the content creator, with a session of the portal's own pages."""
    with_password(house, people.creator, PASSWORD)
    with browser(house) as one:
        session = login(one, people.creator.name, PASSWORD).json()["sessid"]
        one.cookies.clear()
        one.cookies.set("sessionid", session)
        yield one


def _path(nid: str) -> str:
    return f"/explore/node/{nid}/"


def _led(house: House, path: str, person: Person = ANONYMOUS) -> tuple[int, str | None]:
    found = house.client.get(path, headers=person.headers, follow_redirects=False)
    return found.status_code, found.headers.get("location")


def _said(tree: Element) -> list[str]:
    """The headings, and the description."""
    main = tree.one("main")
    prose = main.all("div", class_="prose")
    return [main.one("h1").text, *(one.text for one in prose)]


@says("dkan-1-pages dkan-8.6-node-page")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("group", ["Parks & <trees>", "All trees."]),
        ("page", ["About <us>", "HowBy walking, here and there."]),
        ("story", ["Elms", "Once."]),
        ("dashboard", ["Numbers", "1 < 2"]),
        ("source", ["The county"]),
        ("lone", ["Lone"]),
    ],
)
def test_a_node_has_a_page(house: House, known: Known, kind: str, said: list[str]) -> None:
    nid = getattr(known, kind)
    assert _led(house, f"/node/{nid}") == (302, _path(nid))
    assert _said(page(house, _path(nid))) == said


def test_what_others_wrote_is_harmless(house: House, known: Known) -> None:
    prose = page(house, _path(known.page)).one("div", class_="prose")
    assert [one.tag for one in prose.walk()] == ["div", "h3", "p", "b", "a", "a"]
    assert [one.attributes.get("href") for one in prose.all("a")] == [None, "https://example.org/"]
    assert prose.one("p").attributes == {}


def test_a_group_shows_its_picture_and_the_datasets_that_its_reader_may_see(
    house: House, people: Cast, known: Known
) -> None:
    tree = page(house, _path(known.group))
    assert titles(tree) == ["Open elms"]
    assert tree.one("dl", class_="totals").text == "dataset1"
    picture = tree.one("img")
    assert answer(house, picture.attributes["src"]).headers["content-type"] == "image/png"
    assert people.admin.person is not None
    found = page(house, _path(known.group), people.admin.person)
    assert titles(found) == ["Hidden oaks", "Open elms"]
    assert page(house, _path(known.group), status=404, page="2") is not None
    (row,) = (
        one
        for one in page(house, "/explore/dataset/open-elms/").one("table", class_="pairs").all("tr")
        if one.one("th").text == "Group"
    )
    assert row.one("a").attributes["href"] == _path(known.group)


def test_terms_and_sources_are_links(house: House, known: Known) -> None:
    tags = page(house, _path(known.story)).one("ul", class_="tags").all("a")
    assert [(one.text, one.attributes["href"]) for one in tags] == [
        ("elms", "/?refine.keyword=elms"),
        ("R&D", "/?refine.keyword=R%26D"),
    ]
    (source,) = page(house, _path(known.source)).all("a", href="https://county.example/data.json")
    assert source.attributes["rel"] == "noopener noreferrer nofollow"
    (link,) = page(house, _path(known.lone)).one("ul", class_="resources").all("a")
    assert link.attributes["href"] == "http://api.example/x"


@pytest.mark.parametrize("kind", ["draft", "draft_file", "unpublished"])
def test_what_is_not_published_has_a_page_for_those_who_made_it(
    house: House, people: Cast, known: Known, signed_in: TestClient, kind: str
) -> None:
    nid = getattr(known, kind)
    for path in (f"/node/{nid}", _path(nid)):
        assert _led(house, path) == (404, None)
    assert people.admin.person is not None
    tree = page(house, _path(nid), people.admin.person)
    states = [one.text for one in tree.one("main").all("dl", class_="totals")]
    assert states == ([] if kind == "draft_file" else ["statenot published"])
    if kind == "unpublished":
        return
    assert _led(house, f"/node/{nid}", people.admin.person) == (302, _path(nid))
    told = signed_in.get(f"/node/{nid}")
    assert (told.status_code, told.headers["location"]) == (302, _path(nid))
    found = signed_in.get(_path(nid))
    assert (found.status_code, found.headers["cache-control"]) == (200, "private, no-store")


def test_pages_that_tell_more_come_first(house: House, known: Known) -> None:
    assert _led(house, _path(known.open)) == (302, "/explore/dataset/open-elms/")
    for name in ("0", "x", "999999", "9" * 30, "\u0663"):
        assert _led(house, f"/explore/node/{name}/")[0] == 404


def test_groups_stories_and_dashboards_are_listed(house: House, people: Cast, known: Known) -> None:
    wanted = {"groups": "Parks & <trees> All trees.", "stories": "Elms Once.", "dashboards": "Numbers 1 < 2"}
    for kind, said in wanted.items():
        assert _led(house, f"/{kind}") == (302, f"/explore/{kind}/")
        (card,) = page(house, f"/explore/{kind}/").all("article")
        assert card.text.startswith(said)
    assert page(house, "/explore/groups/", page="2").all("article") == []
    told = answer(house, "/sitemap.xml").text
    for nid, is_told in ((known.page, True), (known.story, True), (known.unpublished, False)):
        assert (f"{_path(nid)}</loc>" in told) is is_told
    (crumb,) = page(house, _path(known.group)).one("nav", class_="crumbs").all("a", href="/explore/groups/")
    assert crumb.text == "Groups"


def test_a_page_of_the_dataset_says_what_only_this_portal_says(house: House) -> None:
    custom = {
        "rights": "Ask <us>",
        "landing_page": "https://example.org/",
        "data_dictionary": "javascript:alert(1)",
        "data_owner": ["Ada", "Bo"],
        "related_links": [{"title": "x"}],
        "pod_theme": ["Hidden"],
        "additional_info": {"Counted by": "hand"},
    }
    said = {name: {"value": value} for name, value in custom.items()}
    told = {**metadata("Own words"), "custom": said, "dcat": {"accessRights": {"value": "NON_PUBLIC"}}}
    tree = page(house, shown(house, told))
    facts = {one.one("th").text: one.one("td") for one in tree.one("table", class_="pairs").all("tr")}
    names = ["Access", "Rights", "Landing page", "Data dictionary", "Data owner", "Counted by"]
    assert [(name, facts[name].text) for name in facts if name in names] == [
        ("Access", "Not public"),
        ("Rights", "Ask <us>"),
        ("Landing page", "https://example.org/"),
        ("Data dictionary", "javascript:alert(1)"),
        ("Data owner", "AdaBo"),
        ("Counted by", "hand"),
    ]
    assert "Related links" not in facts
    assert facts["Data dictionary"].all("a") == []


@says("dkan-5.2-other-cookie")
def test_a_cookie_of_a_session_that_is_over_hides_no_other(known: Known, signed_in: TestClient) -> None:
    over = f"SESS{sha256(b'testserver').hexdigest()[:32]}"
    with TestClient(signed_in.app, cookies={**signed_in.cookies, over: "over"}) as one:
        told = one.get(f"/node/{known.draft}", follow_redirects=False)
    assert (told.status_code, told.headers["location"]) == (302, _path(known.draft))
    assert (told.headers["cache-control"], told.headers["vary"]) == (
        "private, no-cache",
        "Authorization, Cookie",
    )


@says("dkan-1-pages")
@pytest.mark.parametrize("path", ["/groups", "/dataset/x", "/resource/x", "/explore/node/1/", "/explore/"])
def test_a_query_that_is_no_text_breaks_no_page(house: House, path: str) -> None:
    assert asyncio.run(_status(house.client.app, path, b"page=\xff")) < 500


async def _status(app: ASGIApp, path: str, query: bytes) -> int:
    """Of an answer to bytes that no client of Python sends."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(b"host", b"testserver")]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": headers}
    server = {"server": ("testserver", 80), "client": ("testclient", 1), "scheme": "http", "root_path": ""}
    await app({**scope, **server, "raw_path": path.encode(), "http_version": "1.1"}, receive, send)
    status: int = said[0]["status"]
    return status
