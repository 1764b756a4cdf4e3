"""The portal's front page: what it lists, how that is searched, filtered, sorted and paged."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.house import House, opened
from tests.web.support import Element, answer, metadata, page, parsed, shown, titles

CROSS = "\N{MULTIPLICATION SIGN}"
SHORT = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

LISTED: dict[str, dict[str, Any]] = {
    "Water quality": {
        "theme": ["Environment"],
        "keyword": ["water", "R&D"],
        "modified": "2026-01-01T00:00:00Z",
    },
    "air quality": {
        "theme": ["Environment", "Health"],
        "keyword": ["air"],
        "modified": "2026-03-01T00:00:00Z",
    },
    "Budget": {"theme": ["Money"], "publisher": "City hall", "modified": "2026-02-01T00:00:00Z"},
    "Écoles": {"description": "<p>Schools and their <b>water</b> taps.</p>", "language": "fr"},
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("listed"), title="The <City>", description="All we know.") as one:
        for title, values in LISTED.items():
            shown(one, metadata(title, **values))
        one.published(
            "a\n1\n2\n",
            dataset_id="records",
            metadata=metadata("Records", modified="2025-01-01T00:00:00Z"),
        )
        yield one


def _followed(house: House, tree: Element, name: str) -> Element:
    """The page behind a filter or a way to sort."""
    (link,) = [one for one in tree.all("a") if one.text.startswith(name)]
    return page(house, link.attributes["href"])


@pytest.mark.parametrize("path", ["/", "/explore/", "/explore", "//explore//"])
def test_the_front_page_tells_what_the_portal_is(house: House, path: str) -> None:
    tree = page(house, f"http://testserver{path}")
    assert tree.one("title").text == "The <City>"
    assert tree.one("h1").text == "The <City>"
    assert tree.one("meta", name="description").attributes["content"] == "All we know."
    assert tree.one("link", rel="canonical").attributes["href"] == "http://testserver/"
    totals = tree.one("dl", class_="totals")
    assert [one.text for one in totals.all("dd")] == ["5", "2"]
    assert [one.text for one in totals.all("dt")] == ["datasets", "records"]
    assert json.loads(tree.one("script").text)["name"] == "The <City>"


def test_the_front_page_lists_datasets_latest_first(house: House) -> None:
    tree = page(house, "/")
    assert tree.one("h2", id="results").text == "All datasets"
    # One without a date of its own is of today.
    assert titles(tree) == ["Écoles", "air quality", "Budget", "Water quality", "Records"]
    schools, air, *_, last = tree.all("article")
    assert schools.one("h3").attributes["lang"] == "fr"
    assert schools.one("p", class_="summary").text == "Schools and their water taps."
    assert air.one("p", class_="themes").text == "Environment · Health"
    assert air.one("time").attributes["datetime"] == "2026-03-01T00:00:00+00:00"
    assert last.one("dl").text == "Records2 Modified1 January 2025"


def test_datasets_are_sorted_by_title(house: House) -> None:
    tree = _followed(house, page(house, "/"), "Title")
    assert titles(tree) == ["air quality", "Budget", "Écoles", "Records", "Water quality"]
    assert tree.one("nav", class_="sorts").one("a", aria_current="true").text == "Title"


def test_words_in_a_title_are_more_relevant_than_others(house: House) -> None:
    tree = page(house, "/", q="wat")
    assert tree.one("h2", id="results").text == "2 datasets for “wat”"
    assert titles(tree) == ["Water quality", "Écoles"]
    assert titles(_followed(house, tree, "Last modified")) == ["Écoles", "Water quality"]
    assert titles(page(house, "/", q="ECOLES")) == ["Écoles"]
    assert titles(page(house, "/", q="city hall")) == ["Budget"]


def test_a_search_that_finds_nothing_says_so(house: House) -> None:
    tree = page(house, "/", q="<zebra>")
    assert tree.one("h2", id="results").text == "0 datasets for “<zebra>”"
    assert "No dataset fits." in tree.one("div", class_="nothing").text
    assert tree.one("meta", name="robots").attributes["content"] == "noindex, follow"


def test_filters_are_links_with_counts_that_can_be_taken_off(house: House) -> None:
    tree = page(house, "/")
    offered = {
        one.one(class_="name").text: one.one(class_="count").text for one in tree.one("aside").all("a")
    }
    assert offered == {
        "Environment": "2 datasets",
        "Health": "1 dataset",
        "Money": "1 dataset",
        "air": "1 dataset",
        "R&D": "1 dataset",
        "water": "1 dataset",
        "City hall": "1 dataset",
    }
    narrowed = _followed(house, tree, "Environment")
    assert titles(narrowed) == ["air quality", "Water quality"]
    assert narrowed.one("h2", id="results").text == "2 datasets"
    both = _followed(house, narrowed, "R&D")
    assert titles(both) == ["Water quality"]
    chosen = both.one("ul", class_="chosen").all("a")
    assert [one.text for one in chosen] == [
        f"Take off {name} {CROSS}" for name in ("Theme: Environment", "Keyword: R&D")
    ]
    assert titles(page(house, chosen[1].attributes["href"])) == titles(narrowed)
    hidden = {one.attributes["name"]: one.attributes["value"] for one in both.all("input", type="hidden")}
    assert hidden == {"refine.theme": "Environment", "refine.keyword": "R&D"}


@pytest.mark.parametrize(
    "query",
    [
        "page=abc",
        "page=0",
        "page=501",
        f"q={'x' * 10_000}",
        "sort=colour",
        "&".join(["refine.theme=" + str(n) for n in range(30)]),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(house: House, query: str) -> None:
    assert page(house, f"/?{query}", status=400).one("h1").text == "That cannot be asked"


def test_a_page_behind_the_last_one_is_not_there(house: House) -> None:
    assert page(house, "/", status=404, page="2").one("h1").text == "Not found"


@SHORT
@given(text=st.text(max_size=600))
def test_any_text_can_be_searched_for(house: House, text: str) -> None:
    for path in ("/", "/explore/dataset/records/"):
        found = answer(house, path, q=text)
        assert found.status_code == (200 if len(text.strip()) <= 500 else 400)
        parsed(found.text)


@SHORT
@given(
    path=st.sampled_from(["/", "/explore/dataset/records/"]),
    name=st.sampled_from(["q", "page", "sort", "where", "refine.theme", "apikey"]),
    value=st.binary(max_size=200),
)
def test_any_query_is_answered(house: House, path: str, name: str, value: bytes) -> None:
    found = house.client.get(f"{path}?{name}={''.join(f'%{byte:02x}' for byte in value)}")
    assert found.status_code in {200, 400, 401, 404}
    parsed(found.text)
