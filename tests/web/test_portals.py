"""Portals of their own: one that is empty, one with many datasets, one whose reader reads French."""

from pathlib import Path

from tests.support.house import opened
from tests.web.support import metadata, page, shown, titles


def test_datasets_are_paged(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        for number in range(45):
            shown(house, metadata(f"Set {number:02}", keyword=["set" if number % 2 else "pair"]))
        first = page(house, "/", sort="title", q="set")
        assert titles(first) == [f"Set {number:02}" for number in range(20)]
        head = first.one("head")
        assert head.all("link", rel="prev") == []
        second = page(house, head.one("link", rel="next").attributes["href"])
        assert titles(second) == [f"Set {number:02}" for number in range(20, 40)]
        assert second.one("ol", class_="cards").attributes["start"] == "21"
        pager = second.one("nav", class_="pager")
        assert [one.text for one in pager.all("li")] == ["Page 1", "Page 2", "Page 3"]
        third = page(house, pager.one("a", rel="next").attributes["href"])
        assert titles(third) == [f"Set {number:02}" for number in range(40, 45)]
        relevant = [one for number in "12" for one in titles(page(house, "/", q="pair", page=number))]
        assert sorted(relevant) == [f"Set {number:02}" for number in range(0, 45, 2)]


def test_an_empty_portal_says_how_to_publish(tmp_path: Path) -> None:
    with opened(tmp_path, public_url="https://data.example.org") as house:
        tree = page(house, "/")
        assert tree.one("h2").text == "Nothing is published here yet"
        assert "API=https://data.example.org/api/automation/v1.0" in tree.one("pre").text
        assert tree.all("aside") == []
        assert page(house, "/", q="x").one("h2").text == "Nothing is published here yet"


def test_content_has_its_own_language(tmp_path: Path) -> None:
    """The words of the pages themselves are English, whatever the portal's language is."""
    with opened(tmp_path, default_language="fr", title="Données ouvertes") as house:
        path = shown(house, metadata("Arbres"))
        shown(house, metadata("Bäume", language="de"))
        tree = page(house, "/", sort="title")
        assert tree.one("html").attributes["lang"] == "en"
        assert tree.one("h1").attributes["lang"] == "fr"
        assert [one.attributes["lang"] for one in tree.all("h3") if "lang" in one.attributes] == ["fr", "de"]
        assert page(house, path).one("h1").attributes["lang"] == "fr"
