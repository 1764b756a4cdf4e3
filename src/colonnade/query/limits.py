"""Which part of an answer may be asked for."""

import re
from dataclasses import dataclass

from colonnade.errors import Invalid

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Caps:
    """The largest page, and how far pages reach, in rows and in groups."""

    default: int = 10
    rows: int = 100
    reach: int = 10_000
    groups: int = 20_000
    groups_reach: int = 20_000


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows: `limit` None means all."""

    limit: int | None
    offset: int


DEFAULT_CAPS = Caps()


def page(
    limit: str | int | None, offset: str | int | None, *, grouped: bool = False, caps: Caps = DEFAULT_CAPS
) -> Page:
    """The page of a query, from parameters as they were sent (None: not sent).

    A limit of -1 is the largest that is allowed there. Raises `Invalid` with code `parameter.invalid`.
    """
    largest, reach = (caps.groups, caps.groups_reach) if grouped else (caps.rows, caps.reach)
    expected = f"-1 <= limit <= {largest}"
    asked = caps.default if limit is None else _integer("limit", limit, expected)
    if not -1 <= asked <= largest:
        raise _wrong("limit", asked, expected)
    start = _offset(offset)
    if start > reach:
        raise _wrong("sum of offset + limit", start + max(asked, 0), f"<= {reach}")
    if asked == -1:
        return Page(min(largest, reach - start), start)
    if start + asked > reach:
        raise _wrong("sum of offset + limit", start + asked, f"<= {reach}")
    return Page(asked, start)


def last_page(limit: int, total: int, *, grouped: bool = False, caps: Caps = DEFAULT_CAPS) -> int:
    """The offset of the last page of so many rows or groups that can be asked for, counted from the first one."""
    reach = caps.groups_reach if grouped else caps.reach
    return min(max(total - 1, 0), reach - limit) // limit * limit if limit else 0


def next_page(
    limit: int, offset: int, total: int, *, grouped: bool = False, caps: Caps = DEFAULT_CAPS
) -> int | None:
    """The offset of the page after another one; None where there is none, or none that can be asked for."""
    reach = caps.groups_reach if grouped else caps.reach
    following = offset + limit
    return following if limit and following < total and following + limit <= reach else None


def export_page(limit: str | int | None, offset: str | int | None) -> Page:
    """The rows of an export: no bounds, and -1 or nothing means all. Raises as `page`."""
    expected = "-1 <= limit"
    asked = -1 if limit is None else _integer("limit", limit, expected)
    if asked < -1:
        raise _wrong("limit", asked, expected)
    return Page(None if asked == -1 else asked, _offset(offset))


def _offset(offset: str | int | None) -> int:
    expected = "0 <= offset"
    start = 0 if offset is None else _integer("offset", offset, expected)
    if start < 0:
        raise _wrong("offset", start, expected)
    return start


def _integer(name: str, value: str | int, expected: str) -> int:
    if isinstance(value, int):
        return value
    if not _INTEGER.fullmatch(value.strip()):
        raise _wrong(name, value, expected)
    return int(value)


def _wrong(name: str, found: object, expected: str) -> Invalid:
    return Invalid(
        f"Invalid value for {name} API parameter: {found} was found but {expected} is expected.",
        code="parameter.invalid",
        parameter=name,
    )
