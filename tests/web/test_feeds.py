"""News of the portal: the datasets that were made or changed last; and who hears of them."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from tests.support.house import ANONYMOUS, House, Person, opened
from tests.web.support import metadata, page, shown

PUBLIC = "https://data.example.org"
FEEDS = ("/feeds/datasets.rss", "/feeds/datasets.atom")
TYPES = {"rss": "application/rss+xml; charset=utf-8", "atom": "application/atom+xml; charset=utf-8"}
TREES = "name,height\nOak,12.5\nLime,7\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("feeds"), public_url=PUBLIC, title="Data of <Harbour>") as one:
        _shown(one, "old", modified="2001-01-01T00:00:00Z")
        _shown(one, "future", modified="2099-01-01T00:00:00Z")
        shown(one, metadata("Hidden"), wanted_slug="hidden", is_restricted=True)
        one.published(
            TREES,
            dataset_id="trees",
            metadata={
                **metadata(
                    "Trees",
                    publisher="Parks",
                    license="CC0 1.0",
                    keyword=["green"],
                    geographic_reference=["world_fr"],
                ),
                "dcat": {
                    "creator": {"value": "A gardener"},
                    "temporal": {"value": "2013/2014"},
                    "issued": {"value": "2014-05-06"},
                },
            },
        )
        yield one


def _shown(house: House, slug: str, **values: Any) -> None:
    shown(house, metadata(slug.capitalize(), **values), wanted_slug=slug)


def _titles(house: House, path: str, person: Person = ANONYMOUS) -> list[str]:
    answer = house.client.get(path, headers=person.headers)
    assert answer.status_code == 200
    read = feedparser.parse(answer.content)
    assert not read.bozo
    return [one.title for one in read.entries]


@pytest.mark.parametrize("path", FEEDS)
def test_the_latest_dataset_comes_first(house: House, path: str) -> None:
    """Whatever day their metadata name: an old one that was made just now is new, and nothing changes tomorrow."""
    assert _titles(house, path) == ["Trees", "Future", "Old"]


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_says_what_it_is(house: House, path: str) -> None:
    answer = house.client.get(path)
    assert answer.headers["content-type"] == TYPES[path.rpartition(".")[2]]
    assert answer.headers["cache-control"] == "no-cache"
    assert "Authorization" in answer.headers["vary"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    read = feedparser.parse(answer.content)
    assert "<title>Data of &lt;Harbour&gt;</title>" in answer.text
    assert read.feed.link == f"{PUBLIC}/"
    assert [one.href for one in read.feed.links if one.rel == "self"] == [f"{PUBLIC}{path}"]
    first = read.entries[0]
    assert first.link == f"{PUBLIC}/explore/dataset/trees/"
    assert abs(dt.datetime(*first.updated_parsed[:6] if path.endswith("atom") else first.published_parsed[:6]) - _now()) < dt.timedelta(minutes=10)  # fmt: skip
    head = house.client.head(path)
    assert (head.status_code, head.content) == (200, b"")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize("who", ["anonymous", "stranger", "inspector", "admin"])
def test_everybody_hears_of_what_they_may_know_of(house: House, path: str, who: str) -> None:
    people = {
        "anonymous": ANONYMOUS,
        "stranger": house.person(),
        "inspector": house.person(["explore_restricted_dataset"]),
        "admin": house.admin,
    }
    assert ("Hidden" in _titles(house, path, people[who])) == (who in {"inspector", "admin"})
    if who == "admin":
        answer = house.client.get(path, headers=house.admin.headers)
        assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("path", FEEDS)
def test_a_wrong_key_hears_nothing(house: House, path: str) -> None:
    assert house.client.get(path, headers={"Authorization": f"Apikey {'f' * 56}"}).status_code == 401
    assert house.client.post(path).status_code == 405


def test_the_front_page_names_the_feeds(house: House) -> None:
    links = {
        one.attributes.get("type"): one.attributes["href"]
        for one in page(house, "/").all("link", rel="alternate")
    }
    assert links["application/rss+xml"] == f"{PUBLIC}{FEEDS[0]}"
    assert links["application/atom+xml"] == f"{PUBLIC}{FEEDS[1]}"
    assert links["application/rdf+xml"] == f"{PUBLIC}/api/explore/v2.1/catalog/exports/dcat"


def test_a_page_tells_search_engines_what_is_known(house: House) -> None:
    told = json.loads(page(house, "/explore/dataset/trees/").one("script").text)
    address = f"{PUBLIC}/explore/dataset/trees/"
    assert (told["@context"], told["@type"], told["@id"]) == ("https://schema.org", "Dataset", address)
    assert told["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert told["creator"]["name"] == "A gardener"
    assert told["publisher"]["name"] == "Parks"
    assert told["temporalCoverage"] == "2013-01-01/2014-12-31"
    assert told["datePublished"] == "2014-05-06"
    assert told["keywords"] == ["green"]
    assert told["variableMeasured"] == ["name", "height"]
    assert told["spatialCoverage"] == [
        {"@type": "Place", "@id": "http://publications.europa.eu/resource/authority/country/FRA"}
    ]
    assert told["includedInDataCatalog"]["url"] == f"{PUBLIC}/"
    csv = next(one for one in told["distribution"] if one["name"] == "csv")
    assert csv["encodingFormat"] == "text/csv"
    assert csv["contentUrl"].startswith(f"{PUBLIC}/api/explore/v2.1/catalog/datasets/trees/exports/csv")


def test_a_page_tells_only_what_its_reader_may_see(house: House) -> None:
    made = house.published("name,salary\nAda,1111\n", dataset_id="people", is_restricted=True)
    reader, blind = house.person(), house.person()
    house.give(made["uid"], reader, visible_fields=["name"])
    house.give(made["uid"], blind, is_data_visible=False)
    for person, fields in ((reader, ["name"]), (blind, None)):
        told = json.loads(page(house, "/explore/dataset/people/", person).one("script").text)
        assert told.get("variableMeasured") == fields
        assert ("distribution" in told) == (fields is not None)
        assert told["isAccessibleForFree"] is False
