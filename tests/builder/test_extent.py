"""Where the places of rows lie on the map."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.builder.support import Bench, field_step

from colonnade.builder.extent import Extent
from colonnade.builder.job import FileInput, Manifest

PLACED = field_step("type", field="place", type_param="geo_point_2d")


@pytest.mark.parametrize(
    ("places", "extent"),
    [
        ([], None),
        (["48.5, 2.5"], Extent(2.5, 48.5, 2.5, 48.5, ("Point",))),
        (["48.5, 2.5", "", "-33.9, 151.2"], Extent(2.5, -33.9, 151.2, 48.5, ("Point",))),
    ],
)
def test_points(
    bench: Bench, csv_file: Callable[..., FileInput], places: list[str], extent: Extent | None
) -> None:
    text = "place,n\n" + "".join(f'"{one}",1\n' for one in places)
    manifest = bench.built(csv_file(text), field_steps=[PLACED]).manifest
    assert manifest.extent == extent
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))).extent == extent
    assert ("extent" in manifest.to_json()) is (extent is not None)


def _polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(one) for one in (*corners, corners[0])]]}


def test_shapes_of_all_kinds(bench: Bench, tmp_path: Path) -> None:
    shapes = [
        _polygon((2.0, 48.0), (3.0, 48.0), (3.0, 49.0)),
        {"type": "MultiPolygon", "coordinates": [_polygon((-4.5, 40), (1, 40), (1, 41))["coordinates"]]},
        {"type": "LineString", "coordinates": [[0, 10], [1, 11]]},
        None,
    ]
    features = [{"type": "Feature", "geometry": one, "properties": {"n": 1}} for one in shapes]
    path = tmp_path / "shapes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    extent = bench.built(FileInput(path, path.name, "re_1", "geojson")).manifest.extent
    assert extent is not None
    assert (extent.west, extent.south, extent.east, extent.north) == (-4.5, 10.0, 3.0, 49.0)
    assert extent.types == ("LineString", "MultiPolygon", "Polygon")
