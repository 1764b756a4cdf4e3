"""Areas of datasets: shapes here, and in the metadata the box around them, as INSPIRE's template has it."""

from collections.abc import Sequence
from typing import Any

from shapely import Point, box

from colonnade.dialects.dkan.mapping_items import Kept, placed

SIDES = (
    "extend_bounding_box_westbound_longitude",
    "extend_bounding_box_southbound_latitude",
    "extend_bounding_box_eastbound_longitude",
    "extend_bounding_box_northbound_latitude",
)

Sides = tuple[float, ...]
"""Four: west, south, east, north, in degrees."""


def around(items: Sequence[Kept]) -> Sides | None:
    """The box around all shapes; None where there is none, or one is not of longitudes and latitudes."""
    if not items:
        return None
    west, south = (min(float(one[side]) for one in items) for side in ("left", "bottom"))
    east, north = (max(float(one[side]) for one in items) for side in ("right", "top"))
    sides = (west, south, east, north)
    return sides if _is_on_earth(sides) else None


def items(sides: Any) -> list[Kept]:
    """The shape that a box of the metadata is, if it is one."""
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in sides):
        return []
    west, south, east, north = sides
    if not _is_on_earth(sides) or west > east or south > north:
        return []
    shape = Point(west, south) if (west, south) == (east, north) else box(west, south, east, north, ccw=True)
    return [placed(shape.wkt)]


def _is_on_earth(sides: Sides) -> bool:
    west, south, east, north = sides
    return all(-180 <= one <= 180 for one in (west, east)) and all(-90 <= one <= 90 for one in (south, north))
