"""The names of geographic codes, as far as they come with the time zone database: the world and its countries."""

from collections.abc import Iterable
from functools import cache
from importlib import resources

from colonnade.core.datasets.metadata import WORLD

_WORLD_NAME = "World"


def named(codes: Iterable[object]) -> list[str]:
    """The English names of those codes that have one: `world`, `world_fr`. A region or a town has none here."""
    known = _names()
    return [known[code] for code in codes if isinstance(code, str) and code in known]


@cache
def _names() -> dict[str, str]:
    """By code. A line of the table is a country's two letters and its name, a tab between."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {WORLD: _WORLD_NAME, **{f"{WORLD}_{code.lower()}": name for code, name in lines}}
