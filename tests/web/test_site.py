"""What every page of the portal keeps to: headers, structure, contrast; and what stands beside the pages."""

import re
from collections.abc import Iterator
from importlib import resources
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import event
from tests.support.house import EXPLORE, House, opened
from tests.web.conftest import TREES
from tests.web.support import Element, answer, metadata, page, parsed, shown

from colonnade.core.nodes import writing
from colonnade.core.nodes.model import Changes, Kind

PUBLIC = "https://data.example.org"
PAGES = (
    "/",
    "/?q=street&refine.theme=Environment",
    "/?q=nothing-at-all",
    "/explore/dataset/trees/",
    "/explore/dataset/trees/?where=(",
    "/explore/dataset/trees/?q=oak",
    "/explore/dataset/bare/",
    "/explore/dataset/nothing/",
    "/explore/node/1/",
    "/explore/groups/",
    "/explore/stories/",
    "/?page=x",
)
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("site"), public_url=PUBLIC) as one:
        with one.running.portal.writing(one.actor(one.admin)) as work:
            writing.create(work, Kind.GROUP, Changes(title="Parks"))
        described = "<h1>One</h1><h4>Two</h4><p>Text</p>"
        values = {"theme": ["Environment"], "keyword": ["green"], "description": described}
        one.published(TREES, dataset_id="trees", metadata=metadata("Street trees", **values))
        shown(one, metadata("Bare & <bare>"), wanted_slug="bare")
        shown(one, metadata("Hidden"), wanted_slug="hidden", is_restricted=True)
        yield one


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_headers(house: House, path: str) -> None:
    found = answer(house, path)
    headers = {name: value for name, value in found.headers.items() if name in SECURITY}
    assert headers == SECURITY
    assert found.headers["cache-control"] == "no-cache"
    assert "Authorization" in found.headers["vary"]
    assert found.headers["content-language"] == "en"
    assert found.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", [*PAGES, "/robots.txt", "/sitemap.xml", "/favicon.svg"])
def test_the_head_of_every_answer_is_that_of_the_answer(house: House, path: str) -> None:
    whole, head = house.client.get(path), house.client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers == whole.headers


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_aloud(house: House, path: str) -> None:
    """Landmarks, one heading of the first level and no level left out, names for controls, tables and regions."""
    tree = parsed(answer(house, path).text)
    assert tree.one("html").attributes["lang"] == "en"
    assert tree.one("title").text
    for landmark in ("header", "main", "footer"):
        tree.one(landmark)
    levels = [HEADINGS.index(one.tag) + 1 for one in tree.walk() if one.tag in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [one.attributes["id"] for one in tree.walk() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    _check_names(tree, set(ids))
    assert tree.one("a", class_="skip").attributes["href"] == f"#{tree.one('main').attributes['id']}"


def _check_names(tree: Element, ids: set[str]) -> None:
    labelled = {one.attributes["for"] for one in tree.all("label")}
    for one in tree.all("input"):
        assert one.attributes.get("type") == "hidden" or one.attributes["id"] in labelled
    for one in tree.walk():
        for reference in ("aria-labelledby", "aria-describedby", "for"):
            assert set((one.attributes.get(reference) or "").split()) <= ids
        if one.tag in {"nav", "aside"} or one.attributes.get("role") == "region":
            assert {"aria-label", "aria-labelledby"} & set(one.attributes)
        if one.attributes.get("role") == "region":
            assert one.attributes["tabindex"] == "0"
    for table in tree.all("table"):
        assert table.one("caption").text
        assert all("scope" in one.attributes for one in table.all("th"))
    for link in tree.all("a"):
        assert link.text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_a_script_a_style_of_its_own_or_anything_from_elsewhere(house: House, path: str) -> None:
    tree = parsed(answer(house, path).text)
    for one in tree.walk():
        assert not [name for name in one.attributes if name.startswith("on") or name in {"style", "srcset"}]
        assert one.tag not in {"style", "iframe", "img"}
        assert one.tag != "script" or one.attributes == {"type": "application/ld+json"}
    for one in tree.all("link", rel="stylesheet"):
        assert one.attributes["href"].startswith("/static/")


@pytest.mark.parametrize("path", ["/", "/explore/dataset/trees/"])
def test_pages_tell_machines_where_they_are(house: House, path: str) -> None:
    head = page(house, path).one("head")
    assert head.one("link", rel="canonical").attributes["href"] == f"{PUBLIC}{path}"
    told = {
        one.attributes["property"]: one.attributes["content"]
        for one in head.all("meta")
        if "property" in one.attributes
    }
    assert set(told) == {f"og:{name}" for name in ("type", "site_name", "title", "description", "url")}
    assert told["og:url"] == f"{PUBLIC}{path}"
    alternates = [one.attributes for one in head.all("link", rel="alternate")]
    assert alternates[0]["type"] == "application/json"
    for one in alternates:
        found = house.client.get(one["href"].removeprefix(PUBLIC))
        assert (found.status_code, found.headers["content-type"].partition(";")[0]) == (200, one["type"])


def test_what_pages_need_may_be_kept_for_ever(house: House) -> None:
    sheet = page(house, "/").one("link", rel="stylesheet").attributes["href"]
    found = house.client.get(sheet)
    assert found.status_code == 200
    assert found.headers["content-type"] == "text/css; charset=utf-8"
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    for name in re.findall(r"url\(\"(.+?)\"\)", found.text):
        picture = house.client.get(f"{sheet.rpartition('/')[0]}/{name}")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
        assert picture.headers["content-security-policy"] == SECURITY["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/static/0000/portal.css", "/static", "/static/{}/none.css", "/static/{}/..%2fapp.py"]
)
def test_there_are_no_other_files(house: House, path: str) -> None:
    digest = page(house, "/").one("link", rel="stylesheet").attributes["href"].split("/")[2]
    assert house.client.get(path.format(digest)).status_code == 404


def test_the_icon_is_a_picture(house: House) -> None:
    found = house.client.get("/favicon.svg")
    assert found.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(found.text).tag == "{http://www.w3.org/2000/svg}svg"


def test_robots_are_shown_the_sitemap(house: House) -> None:
    found = house.client.get("/robots.txt")
    assert found.headers["content-type"] == "text/plain; charset=utf-8"
    assert found.text.splitlines() == [
        *("User-agent: *", "Disallow: /api/", "Disallow: /*?", "", f"Sitemap: {PUBLIC}/sitemap.xml")
    ]


def test_the_sitemap_lists_what_is_public(house: House) -> None:
    found = house.client.get("/sitemap.xml")
    assert found.headers["content-type"] == "application/xml"
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    entries = ET.fromstring(found.text).findall(f"{space}url")
    places = [one.findtext(f"{space}loc") for one in entries]
    paths = ("/", "/explore/node/1/", "/explore/dataset/bare/", "/explore/dataset/trees/")
    assert places == [f"{PUBLIC}{path}" for path in paths]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", entries[2].findtext(f"{space}lastmod") or "")


def test_errors_are_pages_only_for_who_asks_for_pages(house: House) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/nothing", "/api", "/explore/nothing"):
        found = house.client.get(path, headers=browser)
        assert found.status_code == 404
        assert parsed(found.text).one("h1").text == "Not found"
    assert house.client.get("/nothing").json() == {"error": "Not found."}
    assert house.client.get("/health/ready", headers=browser).json() == {"status": "ok"}
    missing = house.client.get(f"{EXPLORE}/nothing", headers=browser)
    assert missing.json()["error_code"] == "NotFoundResource"


@pytest.mark.parametrize("path", ["/", "/explore/dataset/trees/"])
def test_pages_are_read_and_nothing_else(house: House, path: str) -> None:
    found = house.client.post(path)
    assert found.status_code == 405
    assert found.headers["allow"] == "GET, HEAD, OPTIONS"
    assert parsed(found.text).one("h1").text == "That cannot be done here"
    assert house.client.options(path).headers["allow"] == "GET, HEAD, OPTIONS"


def test_what_nobody_foresaw_is_told_in_the_portals_frame(house: House) -> None:
    progress = house.running.portal.catalogue
    ref, progress.ref = progress.ref, None
    try:
        tree = page(house, "/", status=500)
    finally:
        progress.ref = ref
    assert tree.one("h1").text == "Something went wrong"
    assert re.search(r"name the number [0-9a-f-]{36}", tree.one("main").text)
    assert "assert" not in tree.text.lower()


def test_a_page_costs_few_queries_however_many_datasets_it_lists(house: House) -> None:
    def queries(path: str) -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        engine = house.running.portal.database.engine
        event.listen(engine, "before_cursor_execute", counted)
        try:
            assert answer(house, path).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", counted)
        return count

    answer(house, "/")
    few = queries("/")
    for number in range(20):
        shown(house, metadata(f"Another {number}"), wanted_slug=f"another-{number}")
    answer(house, "/")
    assert queries("/") == few
    assert queries("/explore/dataset/trees/") < 15


COLOURS = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
READ_ON = {
    "page": ("ink", "muted", "accent", "accent-strong", "problem"),
    "surface": ("ink", "muted", "accent", "accent-strong", "problem"),
    "sunken": ("ink", "muted", "accent", "accent-strong"),
    "accent": ("on-accent",),
    "accent-strong": ("on-accent",),
    "hero": ("on-hero", "on-hero-muted"),
    "hero-deep": ("on-hero", "on-hero-muted"),
}
"""Which colours text has, by the colour behind it."""


def test_every_text_stands_out_from_what_is_behind_it() -> None:
    """WCAG 2.2 AA asks for 4.5 to 1, and 3 to 1 for what shows the focus; in the light scheme and in the dark one."""
    sheet = (resources.files("colonnade.web") / "static" / "portal.css").read_text(encoding="utf-8")
    rules = re.findall(r":root \{(.+?)\}", sheet, re.DOTALL)
    light = dict(COLOURS.findall(rules[0]))
    for scheme in (light, light | dict(COLOURS.findall(rules[1]))):
        for behind, texts in READ_ON.items():
            for text in texts:
                assert _contrast(scheme[text], scheme[behind]) >= 4.5, (text, behind)
        for behind in ("page", "surface", "sunken"):
            assert _contrast(scheme["focus"], scheme[behind]) >= 3, behind


def _contrast(one: str, other: str) -> float:
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
