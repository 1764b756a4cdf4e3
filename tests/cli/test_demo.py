"""The sample data of `colonnade demo`, from a small package in the place of the real one."""

import zipfile
from pathlib import Path

import pytest
from tests.support.house import ADMIN_KEY, AUTOMATION, EXPLORE, House, opened, settings

from colonnade.cli import demo

AIRPORTS = """faa,name,lat,lon,alt,tz,dst,tzone
EWR,Newark Liberty Intl,40.6925,-74.168667,18,-5,A,America/New_York
JFK,John F Kennedy Intl,40.639751,-73.778925,13,-5,A,NA
LAX,Los Angeles Intl,33.942536,-118.408075,126,-8,A,America/Los_Angeles
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site" / demo.PACKAGE
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise ImportError('only its files are read')\n")
    (folder / "data" / "airports.csv").write_text(AIRPORTS)
    with zipfile.ZipFile(folder / "data" / "flights.csv.zip", "w") as archive:
        archive.writestr("flights.csv", "carrier,dep_delay\nUA,2\nUA,NA\n")
    monkeypatch.syspath_prepend(folder.parent)


def _processors(house: House) -> list[str]:
    path = f"{AUTOMATION}/datasets/airports/processors/"
    listed = house.client.get(path, headers=house.admin.headers).json()["results"]
    return [one["type"] for one in listed]


@pytest.mark.usefixtures("package")
def test_the_samples_are_published_once_and_the_airports_are_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(one for one in demo.SAMPLES if one.slug in {"airports", "flights"})
    monkeypatch.setattr(demo, "SAMPLES", few)
    with opened(tmp_path / "data") as house:
        demo.load(house.running)
        assert capsys.readouterr().out.count(" loading ... ") == len(demo.SAMPLES)
        fields = house.client.get(f"{EXPLORE}/airports").json()["fields"]
        assert {"name": "location", "type": "geo_point_2d"}.items() <= fields[-1].items()
        found = house.records("airports", select="faa,location", limit=1).json()["results"]
        assert found == [{"faa": "EWR", "location": {"lon": -74.168667, "lat": 40.6925}}]
        delays = house.records("flights").json()["results"]
        assert [one["dep_delay"] for one in delays] == [2, None]
        assert _processors(house) == ["create_geopoint"]
    with opened(tmp_path / "data") as house:
        demo.load(house.running)
        assert capsys.readouterr().out == ""
        assert _processors(house) == ["create_geopoint"]


def test_credentials_that_are_given_are_the_ones_that_are_told(tmp_path: Path) -> None:
    told = demo.credentials_of(settings(tmp_path))
    assert told == {"user": "admin", "password": "secret", "API key": ADMIN_KEY}
    assert list(tmp_path.iterdir()) == []
