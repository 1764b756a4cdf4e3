"""The description of the door: whole, true, and readable without the Internet."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from starlette.routing import Match
from tests.dialects.explore.described import (
    APP,
    CHECKS,
    DOCUMENT,
    OPERATIONS,
    PREFIX,
    ROUTES,
    SCHEMA,
    sent,
)
from tests.support.house import AUTOMATION, House

ATTACHED = ("notes.txt", b"about the flights")
REFUSED = {"getFile": 404, "exportRecordsGPX": 400}
"""What a dataset without files in cells and without places does not have."""


@pytest.fixture(scope="module")
def names(house: House, flights: str) -> dict[str, str]:
    """Parts of paths that lead to something."""
    base = f"{AUTOMATION}/datasets/{house.client.get(f'{PREFIX}/catalog/datasets/{flights}').json()['dataset_uid']}"
    attached = house.client.post(
        f"{base}/attachments/", files={"file": ATTACHED}, headers=house.admin.headers
    )
    made = house.client.post(
        f"{base}/alternative_exports/",
        files={"file": ATTACHED},
        data={"title": "By hand", "type": "uploaded_file"},
        headers=house.admin.headers,
    )
    record = house.records(flights, limit=1, include_app_metas="true").json()["results"][0]["_id"]
    return {
        "dataset_id": flights,
        "record_id": record,
        "attachment_id": attached.json()["uid"],
        "export_id": made.json()["uid"],
        "file_id": "0" * 64,
        "format": "json",
    }


def test_every_route_is_described() -> None:
    assert set(DOCUMENT["paths"]) >= ROUTES


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_every_described_path_is_served(path: str) -> None:
    scope = {"type": "http", "method": "GET", "path": re.sub(r"\{\w+\}", "x", path), "headers": []}
    assert any(route.matches(scope)[0] is Match.FULL for route in APP.routes)


def test_the_description_is_served_to_everybody(house: House) -> None:
    answer = house.client.get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    found = answer.json()
    assert found.pop("servers") == [{"url": PREFIX}]
    assert found == DOCUMENT


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_page_of_the_description_needs_nothing_from_other_servers(house: House, path: str) -> None:
    answer = house.client.get(f"{PREFIX}{path}")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"""(src|href)=["'](https?:)?//""", answer.text)
    assert f"'{PREFIX}/openapi.json'" in answer.text
    for one in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
        assert one.startswith(f"{PREFIX}/docs/assets/")
        assert house.client.get(one).status_code == 200


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        pytest.param(
            "/catalog/datasets",
            "select where group_by order_by limit offset refine exclude lang timezone include_links include_app_metas",
            id="explore-2.1-catalog-datasets",
        ),
        pytest.param(
            "/catalog/facets", "where refine exclude facet lang timezone", id="explore-2.1-catalog-facets"
        ),
        pytest.param(
            "/catalog/datasets/{dataset_id}",
            "dataset_id select lang timezone include_links include_app_metas",
            id="explore-2.1-dataset",
        ),
        pytest.param(
            "/catalog/datasets/{dataset_id}/records",
            "dataset_id select where group_by order_by limit offset refine exclude lang timezone"
            " include_links include_app_metas",
            id="explore-2.1-records",
        ),
        pytest.param(
            "/catalog/datasets/{dataset_id}/facets",
            "dataset_id where refine exclude facet lang timezone",
            id="explore-2.1-facets",
        ),
        pytest.param(
            "/catalog/datasets/{dataset_id}/records/{record_id}",
            "dataset_id record_id select lang timezone include_links include_app_metas",
            id="explore-2.1-record",
        ),
        pytest.param(
            "/catalog/datasets/{dataset_id}/exports/csv",
            "dataset_id select where group_by order_by limit offset refine exclude lang timezone use_labels compressed epsg"
            " delimiter list_separator quote_all with_bom escape_formulas",
            id="explore-6.2-csv",
        ),
        pytest.param(
            "/catalog/datasets/{dataset_id}/exports/parquet",
            "dataset_id select where group_by order_by limit offset refine exclude lang timezone use_labels compressed epsg"
            " parquet_compression",
            id="explore-6.2-parquet",
        ),
        pytest.param(
            "/catalog/datasets/{dataset_id}/exports/gpx",
            "dataset_id select where group_by order_by limit offset refine exclude lang timezone use_labels compressed epsg"
            " name_field description_field_list use_extension",
            id="explore-6.2-gpx",
        ),
        pytest.param(
            "/catalog/exports/dcat",
            "where order_by limit offset refine exclude lang timezone compressed include_exports"
            " use_labels_in_exports",
            id="explore-6.2-dcat",
        ),
    ],
)
def test_an_operation_has_the_parameters_of_the_reference(path: str, parameters: str) -> None:
    references = DOCUMENT["paths"][path]["get"]["parameters"]
    found = {one["$ref"].rpartition("/")[2].removeprefix("export_") for one in references}
    assert found - {"qv1"} == set(parameters.split())
    assert ("qv1" in found) is ("where" in found)


def test_either_way_of_giving_a_key_is_described_and_none_is_needed() -> None:
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert {(one["in"], one["name"]) for one in schemes.values()} == {
        ("header", "Authorization"),
        ("query", "apikey"),
    }
    assert DOCUMENT["security"][0] == {}


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_what_goes_well_is_answered_as_described(
    house: House, names: dict[str, str], operation_id: str
) -> None:
    path = OPERATIONS[operation_id].format_map(names)
    case = SCHEMA.find_operation_by_id(operation_id).Case(path_parameters=dict(names))
    queries: tuple[dict[str, str], ...] = ({}, {"include_links": "true", "include_app_metas": "true"})
    for query in queries:
        answer = house.client.get(f"{PREFIX}{path}", params=query)
        assert answer.status_code == REFUSED.get(operation_id, 200), answer.text
        case.validate_response(answer, checks=CHECKS)


def _modes(operation_id: str) -> list[GenerationMode]:
    """Any text is a part of a path: only parameters beside it can be wrong in their form."""
    parameters = DOCUMENT["paths"][OPERATIONS[operation_id]]["get"]["parameters"]
    if any("/select" in one["$ref"] or "/where" in one["$ref"] for one in parameters):
        return [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    return [GenerationMode.POSITIVE]


@pytest.mark.parametrize(
    ("operation_id", "mode"), [(one, mode) for one in OPERATIONS for mode in _modes(one)]
)
def test_whatever_is_sent_is_answered_as_described(
    house: House, names: dict[str, str], operation_id: str, mode: GenerationMode
) -> None:
    operation = SCHEMA.find_operation_by_id(operation_id)
    strategy: st.SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=mode)

    @given(case=strategy, leads_to=st.integers(0, 3), is_known=st.booleans())
    @settings(
        max_examples=3,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case[Any], leads_to: int, is_known: bool) -> None:
        if leads_to:
            case.path_parameters = {name: names[name] for name in case.path_parameters or {}}
        answer = sent(house, case, *([house.admin] if is_known else []))
        assert answer.status_code != 401
        case.validate_response(answer, checks=CHECKS)

    ask()
