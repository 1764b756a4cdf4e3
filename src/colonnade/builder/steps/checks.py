"""What makes the value of a single parameter right. Each raises `ValueError` with a sentence."""

import re
from functools import cache
from importlib import resources

from colonnade.builder import naming
from colonnade.errors import Invalid
from colonnade.query.zones import named_zone

DIRECTIVES = frozenset("aAwdbBmyYHIpMSfjUW%")
"""Of dates, as Python's `strptime` has them; names of days and months are English."""
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_MAX_INDEX = 100_000


def date_format(value: str) -> str:
    for found in re.finditer(r"%(.?)", value, re.DOTALL):
        if found[1] not in DIRECTIVES or not found[1]:
            known = " ".join(f"%{one}" for one in sorted(DIRECTIVES))
            raise ValueError(f"“{found[0]}” is no directive of a date; those are {known}.")
    if not re.search(r"%[^%]", value.replace("%%", "")):
        raise ValueError("This names no part of a date: %d, %m and %Y, for example.")
    if re.search(r"%[UW]", value) and re.search(r"%[aA]", value) and "%w" not in value:
        raise ValueError("Beside the number of a week (%U, %W) the weekday must be a number (%w).")
    return value


def timezone(value: str) -> str:
    try:
        named_zone(value)
    except Invalid:
        raise ValueError(f"“{value}” is no time zone: Europe/Paris is one.") from None
    return value


def epsg(value: int) -> int:
    if value not in coordinate_systems():
        raise ValueError(f"{value} is the EPSG number of no coordinate system of two dimensions.")
    return value


@cache
def coordinate_systems() -> frozenset[int]:
    """The EPSG numbers of the systems of coordinates on the ground: degrees, or lengths on a plane."""
    text = resources.files(__package__).joinpath("epsg.txt").read_text(encoding="ascii")
    found: set[int] = set()
    for one in text.split():
        first, _, last = one.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


def index(value: int) -> int:
    if not 1 <= value <= _MAX_INDEX:
        raise ValueError("Pieces are counted from 1.")
    return value


def output_field(value: str) -> str:
    """The technical name of a field that a step fills: of `Full name` it is `full_name`."""
    name = naming.field_name(value)
    if not name:
        raise ValueError("This has no letter or digit that a field's name could be made of.")
    return name


def field_name(value: str) -> str:
    if not _FIELD_NAME.fullmatch(value):
        raise ValueError("A field's name has small letters, digits and _ and begins with a letter.")
    return value


def not_an_expression(value: str) -> str:
    if value.startswith("="):
        raise ValueError("Expressions are not known here yet; a text is compared as it is.")
    return value


def field_names(value: list[object]) -> list[str]:
    names = [one for one in value if isinstance(one, str) and one]
    if len(names) != len(value) or not names:
        raise ValueError("This must be a list of names of fields.")
    return names
