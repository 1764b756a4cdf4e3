"""The page of a dataset: its resources that were made at DKAN's door, and what DCAT's metadata say."""

from dataclasses import dataclass
from typing import Any

import pytest
from tests.dialects.dkan.support import Cast, Client, cast
from tests.support.house import EXPLORE, House
from tests.web.support import Element, answer, metadata, page, shown

from colonnade.web import interop

PATH = "/explore/dataset/polling-places/"
PDF = b"%PDF-1.4\n"


def und(value: str, key: str = "value", **more: str) -> dict[str, Any]:
    return {"und": [{key: value, **more}]}


@dataclass(frozen=True)
class Known:
    file: str
    remote: str
    link: str
    hidden: str
    uid: str


@pytest.fixture(scope="module")
def people(house: House) -> Cast:
    return cast(house)


@pytest.fixture(scope="module")
def known(house: House, people: Cast) -> Known:
    """A dataset with a PDF, a file elsewhere, an API that no browser should open, and one that is not published."""
    client = people.creator
    dataset = client.node("dataset", "Polling places")
    part = {"field_dataset_ref": und(dataset, "target_id")}
    body = und("<p>Where <i>people</i> vote.</p><script>alert(1)</script>", format="html")
    made = Known(
        file=client.node("resource", "A <plan>", body=body, **part),
        remote=client.node(
            "resource", "Elsewhere", field_link_remote_file=und("http://remote.example/x.csv", "uri"), **part
        ),
        link=client.node("resource", "An API", field_link_api=und("http://api.example/x", "url"), **part),
        hidden=client.node("resource", "A draft", status=0, **part),
        uid=house.client.get(f"{EXPLORE}/polling-places").json()["dataset_uid"],
    )
    _attach(client, made.file)
    return made


def _attach(client: Client, nid: str) -> None:
    sent = {"files[1]": ("a plan.pdf", PDF, "application/pdf")}
    told = client.ask("POST", f"/node/{nid}/attach_file", data={"field_name": "field_upload"}, files=sent)
    assert told.status_code == 200, told.text


def _listed(tree: Element) -> list[Element]:
    return tree.one("section", id="resources").one("ul", class_="resources").all("li")


def test_a_page_lists_the_resources_in_their_order(house: House, known: Known) -> None:
    tree = page(house, PATH)
    items = _listed(tree)
    assert [one.attributes["id"] for one in items] == [
        f"resource-{nid}" for nid in (known.file, known.remote, known.link)
    ]
    assert [one.text for one in items] == [
        "A <plan> Where people vote. a plan.pdf PDF, 9 bytes",
        "Elsewhere http://remote.example/x.csv CSV, on another server",
        "An API http://api.example/x",
    ]
    assert [one.one("a").attributes["href"] for one in items] == [
        f"/node/{known.file}/download",
        "http://remote.example/x.csv",
        "http://api.example/x",
    ]
    assert items[0].all("script") == []
    assert [one.text for one in tree.one("nav", class_="jumps").all("a")][:2] == ["About", "Resources"]
    assert answer(house, f"/node/{known.file}/download").content == PDF


def test_a_file_is_listed_once(house: House, known: Known) -> None:
    """It is an attachment, too, for the other doors."""
    attachments = house.client.get(f"{EXPLORE}/polling-places/attachments").json()["attachments"]
    assert [one["metas"]["title"] for one in attachments] != []
    assert page(house, PATH).all(id="files") == []


def test_an_unpublished_resource_is_not_listed_to_its_author_either(
    house: House, people: Cast, known: Known
) -> None:
    assert people.creator.person is not None
    assert "A draft" not in page(house, PATH, people.creator.person).text


def test_the_address_of_a_resource_leads_to_its_place(people: Cast, known: Known) -> None:
    led = people.stranger.ask("GET", f"root:/node/{known.file}")
    assert (led.status_code, led.headers["location"]) == (302, f"{PATH}#resource-{known.file}")


def test_who_sees_some_rows_gets_no_file(house: House, known: Known) -> None:
    house.restrict(known.uid, is_restricted=False, filter_query="a = 'x'")
    try:
        items = _listed(page(house, PATH))
        assert [one.text for one in items] == [
            "A <plan> Where people vote.PDFIts file is not open to you.",
            "Elsewhere CSVIts file is not open to you.",
            "An API http://api.example/x",
        ]
        assert answer(house, f"/node/{known.file}/download").status_code == 403
    finally:
        house.restrict(known.uid, is_restricted=False)


def test_a_dataset_of_another_door_has_no_such_list(house: House, trees: str) -> None:
    assert page(house, f"/explore/dataset/{trees}/").all(id="resources") == []


def test_a_page_shows_what_dcat_says(house: House) -> None:
    values = {
        "creator": "Ada <b>",
        "contact_name": "Parks office",
        "contact_email": "parks?cc=all@city.example",
        "accrualperiodicity": "R/P1Y",
        "temporal": "2020-01-01/2020-12-31",
        "granularity": "Street",
        "spatial": "Old town",
        "relation": ["https://example.org/more", "javascript:alert(1)"],
    }
    dcat = {name: {"value": value} for name, value in values.items()}
    tree = page(house, shown(house, {**metadata("Told"), "dcat": dcat}))
    facts = {one.one("th").text: one.one("td") for one in tree.one("table", class_="pairs").all("tr")}
    unlike = {"Language", "Identifier", "Unique identifier", "Last modified"}
    assert {name: fact.text for name, fact in facts.items() if name not in unlike} == {
        "Creator": "Ada <b>",
        "Contact": "Parks office",
        "Updated": "Every year",
        "Period": "1 January 2020 to 31 December 2020",
        "Area": "Old town",
        "Granularity": "Street",
        "Related": "https://example.org/morejavascript:alert(1)",
    }
    assert facts["Contact"].one("a").attributes["href"] == "mailto:parks%3Fcc%3Dall@city.example"
    assert [one.attributes["href"] for one in facts["Related"].all("a")] == ["https://example.org/more"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("R/P1D", "Every day"),
        ("R/P0.5M", "Twice a month"),
        ("R/P10Y", "Every 10 years"),
        ("R/PT15M", "Every 15 minutes"),
        ("http://publications.europa.eu/resource/authority/frequency/MONTHLY", "Every month"),
        ("hebdomadaire", "Every week"),
        ("irregular", "Irregularly"),
        ("when it rains", "when it rains"),
    ],
)
def test_how_often_is_told_in_words(written: str, words: str) -> None:
    assert interop.frequency(written) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2020-01-01/2020-01-01", "1 January 2020"),
        ("2020-01-01T10:00:00/2020-02-30", "2020-01-01T10:00:00/2020-02-30"),
        ("2020-01-01T10:00:00/2020-02-03", "1 January 2020 10:00:00 to 3 February 2020"),
        ("2020-01-01", "1 January 2020"),
        ("since the war", "since the war"),
    ],
)
def test_periods_are_told_in_days(written: str, words: str) -> None:
    assert interop.period(written) == words


def test_a_calendar_is_offered_where_something_begins(house: House, trees: str) -> None:
    content = "name,start_date\nFair,2026-01-02\n"
    fair, enabled = house.published(content), house.published("a,d\n1,2026-01-02\n", metadata=_calendar())
    for slug, is_offered in ((fair["dataset_id"], True), (enabled["dataset_id"], True), (trees, False)):
        links = page(house, f"/explore/dataset/{slug}/").all("a", href=f"{EXPLORE}/{slug}/exports/ical")
        assert bool(links) is is_offered, slug


def _calendar() -> dict[str, Any]:
    return {**metadata("Calendar"), "visualization": {"calendar_enabled": {"value": True}}}
