"""What clocks show, by the table of a zone's offsets and by ICU."""

import datetime as dt
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade.engine.sql.dates import clocks
from colonnade.engine.sql.pieces import column, text_of

ZONES = (
    "Europe/Paris",
    "Europe/Dublin",
    "America/New_York",
    "America/Caracas",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Etc/GMT+5",
)
MOMENTS = st.lists(
    st.one_of(
        st.none(),
        st.datetimes(dt.datetime(1960, 1, 1), dt.datetime(2045, 1, 1)),
        st.datetimes(),
        # Clocks change at whole hours.
        st.integers(0, 68 * 366 * 24).map(lambda hours: dt.datetime(1970, 1, 1) + dt.timedelta(hours=hours)),
    ),
    max_size=20,
)


def _shown(moments: list[dt.datetime | None], zone: str, *, of_many: bool) -> list[dt.datetime | None]:
    sql = text_of(clocks(column("seen"), zone, of_many=of_many))
    literals = ", ".join("NULL" if one is None else f"TIMESTAMP '{one}'" for one in moments)
    rows = duckdb.execute(f"SELECT {sql} FROM (SELECT unnest([{literals}]::TIMESTAMP[]) AS seen) t")
    return [one for (one,) in rows.fetchall()]


@settings(deadline=None, max_examples=25)
@given(moments=MOMENTS, zone=st.sampled_from(ZONES))
def test_the_table_and_icu_say_the_same(moments: list[dt.datetime | None], zone: str) -> None:
    assert _shown(moments, zone, of_many=True) == _shown(moments, zone, of_many=False)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        pytest.param("Europe/Paris", "2024-03-31T00:59:59.999999", "2024-03-31T01:00:00", id="forward"),
        pytest.param("Europe/Paris", "2024-10-27T00:59:59.999999", "2024-10-27T01:00:00", id="back"),
        pytest.param("Australia/Lord_Howe", "2024-04-06T14:59:59.999999", "2024-04-06T15:00:00", id="half"),
        pytest.param("Pacific/Apia", "2011-12-30T09:59:59.999999", "2011-12-30T10:00:00", id="a-day"),
        pytest.param("Africa/Monrovia", "1972-01-07T00:44:29.999999", "1972-01-07T00:44:30", id="seconds"),
    ],
)
def test_clocks_change_at_the_microsecond(zone: str, before: str, after: str) -> None:
    moments: list[dt.datetime | None] = [dt.datetime.fromisoformat(one) for one in (before, after)]
    expected = [
        one and one.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for one in moments
    ]
    shown = _shown(moments, zone, of_many=True)
    assert shown == expected == _shown(moments, zone, of_many=False)
    assert shown[0] is not None
    assert shown[1] is not None
    assert shown[1] - shown[0] != dt.timedelta(microseconds=1)
