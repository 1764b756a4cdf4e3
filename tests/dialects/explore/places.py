"""A dataset that has something of everything, for the tests of the reference's tables."""

from typing import Any

import httpx2
import pytest
from tests.dialects.explore.support import get
from tests.support.house import ANONYMOUS, AUTOMATION, EXPLORE, House, Person

ROOT = EXPLORE.removesuffix("/catalog/datasets")

PLACES = """name,country,region,pop,size,open,founded,seen,tags,at
Aix,FR,South/Coast,10,1.5,true,2019-08-05,2019-12-31T23:30:00Z,sea;sun,"43.5, 5.4"
Brest,FR,West/Coast,20,2.5,false,2019-08-06,2020-01-01T12:00:00Z,sea,"48.4, -4.5"
Cork,IE,West/Coast,30,3.5,true,2019-09-01,2020-06-01T12:00:00Z,rain;sea,"51.9, -8.5"
Derry,IE,North,40,4.5,true,2020-01-01,,rain,"55.0, -7.3"
Évry,FR,North/City,50,5.5,false,2020-02-29,2021-01-01T00:00:00Z,,"48.6, 2.4"
"A ""b"": c",,,60,6.5,,,,,
"""

STEPS: tuple[dict[str, Any], ...] = (
    {"type": "type", "field": "at", "type_param": "geo_point_2d"},
    *(
        {"type": "annotate", "field": field, "annotation": name, "args": args}
        for field, name, args in (
            ("tags", "multivalued", [";"]),
            ("region", "hierarchical", ["/"]),
            ("region", "facet", []),
            ("country", "facet", []),
            ("country", "disjunctive", []),
            ("pop", "unit", ["people"]),
            ("size", "decimals", [1]),
        )
    ),
)

METADATA: dict[str, dict[str, Any]] = {
    "default": {
        "title": "Places",
        "description": "<p>Where to go.</p>",
        "keyword": ["sea", "sun"],
        "theme": ["Travel"],
        "publisher": "A traveller",
        "language": "en",
        "license": "CC0",
        "modified": "2019-12-31T23:30:00Z",
        "geographic_reference": ["world_fr", "world_ie"],
    },
    "dcat": {"creator": "Someone", "issued": "2018-01-02"},
    "inspire": {"theme": ["Addresses"]},
    "custom": {"colour": "blue"},
    "visualization": {"calendar_enabled": True, "custom_view_enabled": True},
}


def published_places(house: House, name: str = "places", **body: Any) -> str:
    """Publish it; returns its uid."""
    metadata = {
        template: {field: {"value": value} for field, value in fields.items()}
        for template, fields in METADATA.items()
    }
    made = house.create(dataset_id=name, metadata=metadata, **body)
    uid: str = made["uid"]
    house.add_csv(uid, PLACES)
    for step in STEPS:
        answer = house.client.post(
            f"{AUTOMATION}/datasets/{uid}/fields/", json=step, headers=house.admin.headers
        )
        assert answer.status_code == 201, answer.text
    status = house.publish(uid)
    assert status["status"] == "idle", status
    return uid


def names(house: House, person: Person = ANONYMOUS, **params: Any) -> list[str]:
    """The names of the places that a query answers."""
    answer = get(house, "/places/records", person, limit=100, **params)
    assert answer.status_code == 200, answer.text
    return [one["name"][0] for one in answer.json()["results"]]


def raw(house: House, path: str, **params: Any) -> httpx2.Response:
    """The answer at a path below the root of the API, without following it anywhere."""
    return house.client.get(f"{ROOT}{path}", params=params or None, follow_redirects=False)


def ask(house: House, path: str, **params: Any) -> Any:
    """What stands there, all well."""
    answer = raw(house, path, **params)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def first_id(house: House) -> str:
    """The id of the first place."""
    found: str = ask(house, "/catalog/datasets/places/records", select="recordid", limit=1)["results"][0][
        "recordid"
    ]
    return found


def attach(house: House, uid: str, filename: str = "notes.txt", content: bytes = b"words") -> str:
    """Add an attachment; returns its id."""
    answer = house.client.post(
        f"{AUTOMATION}/datasets/{uid}/attachments/",
        files={"file": (filename, content)},
        headers=house.admin.headers,
    )
    if answer.status_code != 201:
        pytest.fail(answer.text)
    found: str = answer.json()["uid"]
    return found
