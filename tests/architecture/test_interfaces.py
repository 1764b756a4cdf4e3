"""What people can call stands in the documents, and nothing else does."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import click
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from tests.architecture.support import ROOT

import colonnade.dialects
from colonnade.cli.main import colonnade as command_line

PAGES = {
    "automation": "docs/publishing.md",
    "dkan": "docs/dkan.md",
    "explore": "docs/reading.md",
    "panda": "docs/panda.md",
    "search": "docs/search.md",
}
"""Which document lists the endpoints of a dialect."""


def _dialects() -> list[str]:
    return sorted(one.name for one in pkgutil.iter_modules(colonnade.dialects.__path__))


def _endpoints(dialect: str) -> Iterator[str]:
    package = importlib.import_module(f"colonnade.dialects.{dialect}")
    listed: dict[int, Any] = {}  # a route may stand in its own list and in that of the whole door
    for one in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{one.name}")
        listed |= {id(plain): plain for plain in getattr(module, "ROUTES", ())}
        router = getattr(module, "router", None)
        if isinstance(router, APIRouter):
            for route in router.routes:
                assert isinstance(route, APIRoute)
                yield from (f"{method} {route.path}" for method in route.methods or ())
    for plain in listed.values():
        yield from (f"{method} {plain.path}" for method in plain.endpoint.methods)


def test_every_dialect_has_a_page() -> None:
    assert _dialects() == sorted(PAGES)


@pytest.mark.parametrize("dialect", sorted(PAGES))
def test_the_endpoints_of_a_dialect_are_those_of_its_page(dialect: str) -> None:
    page = (ROOT / PAGES[dialect]).read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([A-Z, ]+) (/[^`]*)` \|", page)
    documented = [f"{method} {path}" for methods, path in rows for method in methods.split(", ")]
    assert sorted(documented) == sorted(_endpoints(dialect))


def test_every_command_and_no_other_is_in_the_guide() -> None:
    named = set()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        named |= set(re.findall(r"(?:`|bin/)colonnade ([a-z]+)", path.read_text(encoding="utf-8")))
    assert named == set(command_line.commands)


def test_every_command_says_what_it_does() -> None:
    def walk(command: click.Command) -> Iterator[click.Command]:
        yield command
        if isinstance(command, click.Group):
            for one in command.commands.values():
                yield from walk(one)

    assert [one.name for one in walk(command_line) if not one.help] == []
