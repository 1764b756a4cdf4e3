"""Reading pages as a browser would: a small tree of their elements."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2
from tests.support.house import ANONYMOUS, House, Person

from colonnade.core.datasets import service as datasets

VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "wbr"})
"""Elements that hold nothing and have no end."""


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str | None = None, **attributes: str) -> list["Element"]:
        """The elements below with this tag and these attributes; `class_` is one of the classes."""
        return [
            one
            for one in self.walk()
            if tag in {None, one.tag} and all(one.has(name, value) for name, value in attributes.items())
        ]

    def one(self, tag: str | None = None, **attributes: str) -> "Element":
        (found,) = self.all(tag, **attributes)
        return found

    def has(self, name: str, value: str) -> bool:
        if name == "class_":
            return value in self.attributes.get("class", "").split()
        return self.attributes.get(name.replace("_", "-")) == value

    @property
    def text(self) -> str:
        """What is read out, with single blanks."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document")
        self._open = [self.root]
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.problems.append(f"attributes twice: {tag} {names}")
        made = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self._open[-1].tag != tag:
            self.problems.append(f"</{tag}> ends {self._open[-1].tag}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parsed(text: str) -> Element:
    """The tree of a page, every element of which begins and ends as it should."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    assert builder.problems == []
    assert builder._open == [builder.root], "elements that do not end"
    return builder.root


def answer(house: House, path: str, person: Person = ANONYMOUS, **parameters: str) -> httpx2.Response:
    return house.client.get(path, params=parameters or None, headers=person.headers)


def page(
    house: House, path: str, person: Person = ANONYMOUS, *, status: int = 200, **parameters: str
) -> Element:
    """A page that is there, as a tree."""
    found = answer(house, path, person, **parameters)
    assert found.status_code == status, found.text
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    return parsed(found.text)


def shown(house: House, metadata: object, **options: Any) -> str:
    """The path of a new published dataset that has no records."""
    with house.running.portal.writing(house.actor(house.admin)) as work:
        made = datasets.create(work, metadata, **options)
        datasets.show(work, made.dataset)
        return f"/explore/dataset/{made.dataset.slug}/"


def titles(catalogue: Element) -> list[str]:
    """The titles of the datasets that a page of the catalogue lists."""
    return [one.one("h3").text for one in catalogue.all("article")]


def metadata(title: str, **values: Any) -> dict[str, Any]:
    """Metadata of a new dataset."""
    return {"default": {name: {"value": value} for name, value in {"title": title, **values}.items()}}


def rows(tree: Element) -> list[list[str]]:
    """What stands in the table of records, row by row."""
    (table,) = tree.all("table", class_="records")
    body = table.one("tbody")
    return [[cell.text for cell in row.all("td")] for row in body.all("tr")]
