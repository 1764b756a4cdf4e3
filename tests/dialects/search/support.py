"""What the Search doors are asked about, and how."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person

DATASETS = "/api/datasets/1.0"
RECORDS = "/api/records/1.0"
CITIES = "cities"

_SQUARE = [[[2.0, 48.5], [2.7, 48.5], [2.7, 49.0], [2.0, 49.0], [2.0, 48.5]]]
_PROPERTIES = ("name", "country", "path", "pop", "area", "founded", "seen", "tags", "port", "note", "since")
_ROWS: list[tuple[Any, ...]] = [
    ("Paris", "FR", "eu/fr", 2100, 105.4, "1950-03-01", "2020-01-01T10:00:00Z", "big,river", False, "ville lumière", "1977-03-01", _SQUARE),
    ("Le Havre", "FR", "eu/fr", 170, 46.95, "1950-07-14", "2020-01-02T10:00:00Z", "sea", True, None, None, [0.1, 49.49]),
    ("Lyon", "FR", "eu/fr", 520, 47.87, "1951-01-02", "2020-02-03T11:00:00Z", "river", False, "deux fleuves", "2020-07-01", [4.83, 45.76]),
    ("Rome", "IT", "eu/it", 2800, 1285.0, "1951-01-02", "2021-02-03T11:00:00Z", "big,river", False, "città eterna", None, [12.5, 41.9]),
    ("Reykjavik", "IS", "eu", 130, None, None, None, None, True, None, None, None),
]  # fmt: skip
NAMES = [row[0] for row in _ROWS]

STEPS: list[dict[str, Any]] = [
    {"type": "annotate", "field": "tags", "annotation": "multivalued", "args": [","]},
    {"type": "annotate", "field": "country", "annotation": "facet"},
    {"type": "annotate", "field": "path", "annotation": "hierarchical", "args": ["/"]},
    {"type": "annotate", "field": "since", "annotation": "timeserie_precision", "args": ["month"]},
]
METADATA = {
    "default": {
        "title": {"value": "Cities"},
        "description": {"value": "<p>Some cities</p>"},
        "keyword": {"value": ["town", "port"]},
        "publisher": {"value": "A geographer"},
        "theme": {"value": ["Culture"]},
    },
    "dcat": {"creator": {"value": "Somebody"}},
    "custom": {"colour": {"value": "blue"}},
}


def _geometry(place: Any) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"type": "Polygon" if isinstance(place[0], list) else "Point", "coordinates": place}


def cities() -> str:
    """As GeoJSON: a shape, points, and a city of which nobody says where it is."""
    features = [
        {
            "type": "Feature",
            "geometry": _geometry(row[-1]),
            "properties": dict(zip(_PROPERTIES, row[:-1], strict=True)),
        }
        for row in _ROWS
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def publish_cities(house: House) -> str:
    """Returns the dataset's uid."""
    return publish_geojson(house, house.create(dataset_id=CITIES, metadata=METADATA), cities(), STEPS)


def publish_geojson(
    house: House, made: Mapping[str, Any], content: str | bytes, steps: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Give a new dataset the features and field configurations; returns its uid."""
    base = f"{AUTOMATION}/datasets/{made['uid']}"
    headers = house.admin.headers
    sent = {"file": ("places.geojson", content)}
    uploaded = house.client.post(f"{base}/resources/files/", files=sent, headers=headers).json()
    source = {"type": "uploaded_file", "file": {"uid": uploaded["uid"]}}
    house.client.post(f"{base}/resources/", json={"type": "geojson", "datasource": source}, headers=headers)
    for step in steps:
        answer = house.client.post(f"{base}/fields/", json=step, headers=headers)
        assert answer.status_code == 201, answer.text
    status = house.publish(made["uid"])
    assert status["status"] == "idle", status
    uid: str = made["uid"]
    return uid


def ask(house: House, path: str, person: Person | None = None, **params: Any) -> httpx2.Response:
    """One request, of nobody unless it is said whose. In a parameter's name two underscores are a dot:
    `refine__country`."""
    sent = {name.replace("__", "."): value for name, value in params.items()}
    return house.client.get(path, params=sent, headers=(person or ANONYMOUS).headers)


def search(house: House, person: Person | None = None, /, dataset: str = CITIES, **params: Any) -> Any:
    """The body of a search among records that is answered."""
    answer = ask(house, f"{RECORDS}/search", person, dataset=dataset, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(house: House, **params: Any) -> list[str]:
    """The names of the cities that are found."""
    return [one["fields"]["name"] for one in search(house, **params)["records"]]


def error(answer: httpx2.Response) -> tuple[int, str]:
    """Status and message of an error; its body has nothing else."""
    body = answer.json()
    assert set(body) == {"error"}, body
    return answer.status_code, body["error"]
