"""Ranges mean what Python says they mean."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.language.support import Portal, query_of
from tests.language.table import ROWS

_ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
_MOST = "100"


def _counts(portal: Portal, group_by: str, zone: str = "UTC") -> dict[Any, int]:
    asked = {"group_by": [f"{group_by} as k"], "select": ["count(*) as n"], "timezone": [zone]}
    rows = portal.ask(query_of({**asked, "limit": [_MOST]})).rows
    assert len({key for key, _ in rows}) == len(rows)
    return dict(rows)


def _expected(name: str, text: Callable[[Any], str | None]) -> dict[Any, int]:
    found = (None if row[name] is None else text(row[name]) for row in ROWS)
    return dict(Counter(found))


@settings(max_examples=40, deadline=None)
@given(width=st.integers(1, 10**15))
def test_whole_widths(portal: Portal, width: int) -> None:
    def text(value: int) -> str:
        return f"[{value // width * width}, {(value // width + 1) * width}["

    assert _counts(portal, f"range(n, {width})") == _expected("n", text)


@settings(max_examples=40, deadline=None)
@given(bounds=st.lists(st.integers(-6, 14), min_size=2, max_size=6, unique=True), below=st.booleans())
def test_bounds(portal: Portal, bounds: list[int], below: bool) -> None:
    steps = [*([None] if below else []), *sorted(bounds), None]

    def told(bound: int | None) -> str:
        return "*" if bound is None else str(float(bound))

    def text(low: int | None, high: int | None) -> str:
        return f"[{told(low)}, {told(high)}["

    expected = {text(low, high): 0 for low, high in pairwise(steps)}
    for value in (row["n"] for row in ROWS):
        for low, high in pairwise(steps):
            if value is not None and (low is None or low <= value) and (high is None or value < high):
                expected[text(low, high)] += 1
    known = ", ".join("*" if one is None else str(one) for one in steps)
    found = _counts(portal, f"range(n, {known})")
    assert found.pop(None) == 1
    assert found == expected


_STARTS: dict[str, Callable[[dt.datetime], dt.datetime]] = {
    "day": lambda local: local,
    "week": lambda local: local - dt.timedelta(days=local.weekday()),
    "month": lambda local: local.replace(day=1),
    "quarter": lambda local: local.replace(day=1, month=(local.month - 1) // 3 * 3 + 1),
    "year": lambda local: local.replace(day=1, month=1),
}


@settings(max_examples=30, deadline=None)
@given(unit=st.sampled_from(sorted(_STARTS)), zone=st.sampled_from(_ZONES))
def test_periods_of_the_calendar(portal: Portal, unit: str, zone: str) -> None:
    def begins(moment: dt.datetime) -> str:
        local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
        start = _STARTS[unit](local.replace(hour=0, minute=0, second=0, microsecond=0))
        return start.replace(tzinfo=None).isoformat()

    found = _counts(portal, f"range(seen, 1 {unit})", zone)
    begun = {None if key is None else key[1:20]: count for key, count in found.items()}
    assert begun == _expected("seen", begins)


@settings(max_examples=30, deadline=None)
@given(minutes=st.integers(1, 60), zone=st.sampled_from(["UTC", "Asia/Kathmandu"]))
def test_minutes_are_counted_by_the_clocks(portal: Portal, minutes: int, zone: str) -> None:
    def begins(moment: dt.datetime) -> str:
        local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        since = (local - dt.datetime(1970, 1, 1)) // dt.timedelta(minutes=minutes)
        return (dt.datetime(1970, 1, 1) + since * dt.timedelta(minutes=minutes)).isoformat()

    found = _counts(portal, f"range(seen, {minutes} minutes)", zone)
    begun = {None if key is None else key[1:20]: count for key, count in found.items()}
    assert begun == _expected("seen", begins)


_UNITS = {
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "m": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "d": ("day", "days"),
    "w": ("week", "weeks"),
    "M": ("month", "months"),
    "q": ("quarter", "quarters"),
    "y": ("year", "years"),
}
"""By the letters of a unit, its names."""


@pytest.mark.parametrize(
    ("letters", "names"),
    [pytest.param(*row, id=f"explore-8-quantity-unit-{row[0]}") for row in _UNITS.items()],
)
def test_a_unit_of_time_has_names(portal: Portal, letters: str, names: tuple[str, str]) -> None:
    expected = _counts(portal, f"range(seen, 1{letters})")
    assert len(expected) > 1
    for name in names:
        assert _counts(portal, f"range(seen, 1 {name})") == expected
