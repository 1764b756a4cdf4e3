"""Time zones by their names."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from colonnade.errors import Invalid

_UTC = frozenset({"UTC", "Etc/UTC"})
_OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})
"""Names of a time zone database that name no zone of the world."""


def named_zone(name: str) -> dt.tzinfo:
    """The zone of a name of the IANA database, as `Europe/Paris`; UTC is `dt.UTC`.

    Raises `Invalid` with code `parameter.invalid`.
    """
    if name not in _names():
        raise Invalid(
            f"Invalid value for timezone API parameter: {name} was found but a time zone name is expected.",
            code="parameter.invalid",
            parameter="timezone",
        )
    return dt.UTC if name in _UTC else ZoneInfo(name)


def zone_name(zone: dt.tzinfo) -> str | None:
    """A zone as engines know it; None for UTC, in which rows are stored."""
    return zone.key if isinstance(zone, ZoneInfo) and zone.key not in _UTC else None


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - _OF_THE_MACHINE)
