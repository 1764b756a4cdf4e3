"""Datasets as news: RSS 2.0 and Atom."""

from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feeds.support import BARE_METADATA, FULL_METADATA, SITE, document, told

from colonnade.core.feeds import news
from colonnade.core.feeds.model import Described

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS = "https://data.example.org/feeds/datasets.atom"
ANY = st.text(max_size=30) | st.sampled_from(["]]>", "&lt;", "\x00\ud800", "<b>", "\r\n"])


def _atom(*some: Described) -> bytes:
    return b"".join(news.atom(SITE, [list(some)], address=ADDRESS))


def _check_rss(content: bytes) -> ET.Element:
    """The mandatory parts of the RSS 2.0 specification."""
    root = ET.fromstring(content)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    for name in ("title", "link", "description"):
        assert channel.findtext(name)
    for item in channel.findall("item"):
        assert item.findtext("title") or item.findtext("description")
        assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo is not None
        guid = item.find("guid")
        assert guid is not None
        assert (guid.get("isPermaLink"), guid.text) == ("true", item.findtext("link"))
    return channel


def _check_atom(content: bytes) -> ET.Element:
    """What RFC 4287, sections 4.1.1 and 4.1.2, demands."""
    feed = ET.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert element.findtext(f"{ATOM}id")
        alternates = [one for one in element.findall(f"{ATOM}link") if one.get("rel") == "alternate"]
        assert len(alternates) == 1
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    ids = [one.findtext(f"{ATOM}id") for one in feed.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return feed


@pytest.mark.parametrize("count", [pytest.param(0, id="none"), pytest.param(2, id="explore-6.1-rss")])
def test_rss_has_its_parts(count: int) -> None:
    some = (told(FULL_METADATA), told(BARE_METADATA, slug="bare"))[:count]
    content = document("rss", *some)
    channel = _check_rss(content)
    assert channel.findtext("title") == SITE.title
    read = feedparser.parse(content)
    assert (read.bozo, read.version) == (False, "rss20")
    assert [one.title for one in read.entries] == [one.title for one in some]


def test_an_item_tells_of_a_dataset() -> None:
    (read,) = feedparser.parse(document("rss", told(FULL_METADATA))).entries
    assert read.title == "Arbres d'alignement"
    assert read.link == read.id == "https://data.example.org/explore/dataset/trees/"
    assert read.author == "Ville de Lyon"
    assert [one.term for one in read.tags] == ["Environnement", "Transports, Déplacements", "arbre", "R&D"]
    assert read.published == "Mon, 06 May 2024 05:08:09 GMT"
    assert read.summary == "<p>Tous les <i>arbres</i> &amp; arbustes.</p>"


@pytest.mark.parametrize("count", [0, 2])
def test_atom_has_its_parts(count: int) -> None:
    some = (told(FULL_METADATA), told(BARE_METADATA, slug="bare"))[:count]
    content = _atom(*some)
    feed = _check_atom(content)
    assert feed.findtext(f"{ATOM}id") == ADDRESS
    if some:
        assert feed.findtext(f"{ATOM}updated") == "2024-05-06T05:08:09Z"
    read = feedparser.parse(content)
    assert (read.bozo, read.version) == (False, "atom10")
    assert [one.title for one in read.entries] == [one.title for one in some]


def test_an_entry_tells_of_a_dataset() -> None:
    (read,) = feedparser.parse(_atom(told(FULL_METADATA))).entries
    assert read.link == "https://data.example.org/explore/dataset/trees/"
    assert read.id == "https://data.example.org/api/explore/v2.1/catalog/datasets/trees"
    assert (read.author, read.rights, read.updated) == ("Ville de Lyon", "CC BY 4.0", "2024-05-06T05:08:09Z")
    assert read.content[0].value == "<p>Tous les <i>arbres</i> &amp; arbustes.</p>"
    assert read.content[0].language == "fr"


@settings(max_examples=50)
@given(
    default=st.fixed_dictionaries(
        dict.fromkeys(("title", "description", "publisher", "license", "modified"), ANY)
        | {"keyword": st.lists(ANY, max_size=3)}
    )
)
def test_any_metadata_makes_well_formed_news(default: dict[str, Any]) -> None:
    some = (told({"default": default}), told(BARE_METADATA, slug="bare"))
    _check_rss(document("rss", *some))
    _check_atom(_atom(*some))
