"""Which countries the places of rows are in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builder.support import Bench, field_step

from colonnade.builder.countries import MOST_CELLS, holding
from colonnade.builder.job import FileInput

PLACED = field_step("type", field="place", type_param="geo_point_2d")
PARIS, GENEVA, ATLANTIC = (2.35, 48.85), (6.14, 46.2), (-30.0, 30.0)


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        (*PARIS, "fr"),
        (*GENEVA, "ch"),
        (6.108, 46.256, "fr"),  # Ferney-Voltaire, 2 km from the airport of Geneva
        (6.109, 46.238, "ch"),
        (7.5299, 47.5896, "fr"),  # the airport of Basel
        (7.81, 48.57, "de"),  # Kehl, across the Rhine from Strasbourg
        (7.75, 48.58, "fr"),
        (-106.44, 31.77, "us"),  # El Paso and Ciudad Juárez
        (-106.44, 31.72, "mx"),
        (7.42, 43.737, "mc"),
        (-61.5, 16.2, "gp"),
        (0.0, -90.0, "aq"),
        (5.0, 43.2, "fr"),  # off Marseille, in the waters of France
    ],
)
def test_a_place_is_in_its_country(lon: float, lat: float, country: str) -> None:
    assert holding([(lon, lat)]) == (country,)


@pytest.mark.parametrize("lon", [179.99, 180.0, -179.99])
def test_a_country_lies_on_both_sides_of_the_antimeridian(lon: float) -> None:
    assert holding([(lon, -16.85)]) == ("fj",)


@pytest.mark.parametrize(("lon", "lat"), [ATLANTIC, (0.0, 90.0), (-180.0, 0.0), (200.0, 10.0), (0.0, 95.0)])
def test_the_high_sea_and_what_is_nowhere_are_in_no_country(lon: float, lat: float) -> None:
    assert holding([(lon, lat)]) == ()


def test_countries_are_sorted_and_named_once() -> None:
    assert holding([PARIS, GENEVA, PARIS, (2.36, 48.86)]) == ("ch", "fr")
    assert holding([]) == ()


def test_places_that_are_mostly_at_sea_are_in_no_country() -> None:
    assert holding([PARIS, ATLANTIC]) == ("fr",)
    assert holding([PARIS, ATLANTIC, ATLANTIC]) == ()


@given(st.lists(st.tuples(st.floats(), st.floats())))
def test_any_numbers_have_an_answer(points: list[tuple[float, float]]) -> None:
    found = holding(points)
    assert list(found) == sorted(set(found))
    assert all(len(one) == 2 and one.islower() for one in found)


@pytest.fixture
def built(bench: Bench, csv_file: Callable[..., FileInput]) -> Callable[[str], tuple[str, ...]]:
    """What a build of a CSV file says of its countries."""

    def build(content: str) -> tuple[str, ...]:
        return bench.built(csv_file(content), field_steps=[PLACED], finds_countries=True).manifest.countries

    return build


def test_a_build_that_is_asked_finds_the_countries_of_points(built: Callable[[str], tuple[str, ...]]) -> None:
    assert built('name,place\nCDG,"49.0097, 2.5479"\nGVA,"46.2381, 6.1089"\nnowhere,\n') == ("ch", "fr")


def test_rows_without_places_are_in_no_country(built: Callable[[str], tuple[str, ...]]) -> None:
    assert built("place\nnowhere\n") == ()
    assert built("place\n") == ()


def test_a_build_that_is_not_asked_does_not_look(bench: Bench, csv_file: Callable[..., FileInput]) -> None:
    built = bench.built(csv_file('place\n"48.85, 2.35"\n'), field_steps=[PLACED])
    assert built.types() == {"place": "geo_point_2d"}
    assert built.manifest.countries == ()


def test_a_shape_is_where_a_point_inside_of_it_is(bench: Bench, tmp_path: Path) -> None:
    corner, size = (7.5, 46.5), 0.1
    ring = [[corner[0] + x * size, corner[1] + y * size] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
    feature = {
        "type": "Feature",
        "properties": {"n": 1},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "shapes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    file = FileInput(path, path.name, "re_1", "geojson")
    assert bench.built(file, finds_countries=True).manifest.countries == ("ch",)


def test_a_country_with_one_place_among_many_is_found(built: Callable[[str], tuple[str, ...]]) -> None:
    many = "\n".join(f'"{46 + n / 10_000_000}, 2.5"' for n in range(MOST_CELLS + 1))
    assert built(f'place\n{many}\n"46.2381, 6.1089"\n') == ("ch", "fr")
