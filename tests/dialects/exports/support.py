"""A dataset of every type, and its files."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.support.house import ANONYMOUS, EXPLORE, House, Person

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.core.records.coercion import LiveRow
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership
from colonnade.core.tables import service as tables
from colonnade.formats import spatial
from colonnade.query.schema import Field, FieldType, Schema

SITES = "sites"
PUBLIC = "http://testserver/api/explore/v2.1/catalog/datasets/sites"


def _field(name: str, type_: FieldType, label: str = "", *, multivalued: bool = False) -> Field:
    return Field(name, label or name, type_, multivalued=multivalued)


SCHEMA = Schema(
    (
        _field("id", FieldType.INT),
        _field("title", FieldType.TEXT, "Titre & <co>"),
        _field("note", FieldType.TEXT),
        _field("height", FieldType.DOUBLE),
        _field("open", FieldType.BOOLEAN),
        _field("start_day", FieldType.DATE),
        _field("end_day", FieldType.DATE),
        _field("seen", FieldType.DATETIME),
        _field("at", FieldType.TIME),
        _field("tags", FieldType.TEXT, multivalued=True),
        _field("spot", FieldType.GEO_POINT),
        _field("shape", FieldType.GEO_SHAPE),
        _field("blob", FieldType.JSON),
        _field("a_rather_long_name", FieldType.INT),
        _field("a_rather_long_name_too", FieldType.INT),
    )
)
SQUARE = {
    "type": "Polygon",
    "coordinates": [
        [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]],
        [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 1.0]],
    ],
}
LINE = {"type": "LineString", "coordinates": [[2.5, 48.5], [3.5, 49.5]]}
POINTS = {"type": "MultiPoint", "coordinates": [[5.0, 45.0], [6.0, 46.5]]}

ROWS: tuple[dict[str, Any], ...] = (
    {
        "id": 1,
        "title": "Éléphant & <b>co</b>",
        "note": 'one; "two",\nthree 日本 😀',
        "height": 1.5,
        "open": True,
        "start_day": "2020-02-29",
        "end_day": "2020-03-01",
        "seen": "2020-06-30T22:30:00.250Z",
        "at": "12:34:56",
        "tags": ["red", "b,lue"],
        "spot": "48.85, 2.35",
        "shape": SQUARE,
        "blob": {"a": [1, None]},
        "a_rather_long_name": 11,
        "a_rather_long_name_too": 12,
    },
    {
        "id": 2**53 + 1,
        "title": "=SUM(A1)",
        "note": "bell\x07 tab\tand\rreturn ]]> \ufffe",
        "height": 1e-20,
        "open": False,
        "start_day": "1815-06-18",
        "seen": "1899-12-31T10:00:00Z",
        "tags": [],
        "spot": "-33.5, -70.25",
        "shape": LINE,
        "a_rather_long_name": -(2**63),
    },
    {
        "id": 3,
        "title": "@x",
        "height": -0.0,
        "start_day": "2021-05-06",
        "end_day": "2021-05-06",
        "seen": "2021-05-06T07:08:09.123456Z",
        "spot": "0.1, 0.2",
        "shape": POINTS,
        "tags": ["été"],
    },
    {"id": 4, "title": None},
)


def publish_sites(house: House, slug: str = SITES, rows: tuple[dict[str, Any], ...] = ROWS) -> str:
    """Live rows, because they need no build. Returns the dataset's uid."""
    portal, actor = house.running.portal, house.actor(house.admin)
    with portal.writing(actor) as work:
        editable = datasets.create(work, {"default": {"title": {"value": slug}}}, wanted_slug=slug)
        resource = resources.add(work, editable, ownership=Ownership.OWNED)
        tables.ensure(work, editable.dataset.id)
        datasets.show(work, editable.dataset)
    with portal.reading(actor) as work:
        records.create_empty(work, editable, SCHEMA)
        records.upsert(work, editable, resource, [LiveRow(None, one) for one in rows])
    return editable.dataset.uid


def asked(house: House, format_: str, person: Person = ANONYMOUS, **params: Any) -> httpx2.Response:
    """One request of a file; `dataset` names another dataset."""
    dataset = params.pop("dataset", SITES)
    return house.client.get(f"{EXPLORE}/{dataset}/exports/{format_}", params=params, headers=person.headers)


def file(house: House, format_: str, person: Person = ANONYMOUS, **params: Any) -> bytes:
    answer = asked(house, format_, person, **params)
    assert answer.status_code == 200, answer.text
    return answer.content


def results(house: House, **params: Any) -> list[dict[str, Any]]:
    """The records, as the API shows them."""
    answer = house.client.get(f"{EXPLORE}/{SITES}/records", params={"limit": 100, **params})
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def refused(answer: httpx2.Response) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["error_code"], body["message"]


@dataclass(frozen=True)
class Guarded:
    """A dataset like `sites`: `reader` sees neither `note` nor the records after the first, `blind` no records,
    `stranger` nothing."""

    slug: str
    reader: Person
    blind: Person
    stranger: Person


def guarded(house: House) -> Guarded:
    uid = publish_sites(house, "secret")
    reader, blind = house.person(), house.person()
    house.restrict(uid, is_restricted=True)
    shown = [one.name for one in SCHEMA.fields if one.name != "note"]
    house.give(uid, reader, filter_query="id = 1", visible_fields=shown)
    house.give(uid, blind, is_data_visible=False)
    return Guarded("secret", reader, blind, house.person())


def layers(content: bytes, folder: Path) -> list[Path]:
    """The shapefiles of an archive, unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return sorted(folder.glob("*.shp"))


def features(path: Path) -> list[tuple[dict[str, Any], str | None]]:
    """The features of a file as GDAL reads them: attributes, and the geometry as WKT."""
    with spatial.bounded(path.parent, {}) as connection:
        found = connection.execute(
            "SELECT ST_AsText(geom), * EXCLUDE (geom) FROM ST_Read($path)", {"path": str(path)}
        )
        names = [one[0] for one in found.description[1:]]
        return [(dict(zip(names, row[1:], strict=True)), row[0]) for row in found.fetchall()]


def wkt(wkb: bytes, folder: Path) -> str:
    with spatial.bounded(folder, {}) as connection:
        found = connection.execute("SELECT ST_AsText(ST_GeomFromWKB($wkb))", {"wkb": wkb}).fetchone()
    assert found is not None
    return str(found[0])
