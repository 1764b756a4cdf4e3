"""Any JSON as metadata."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.automation.describing import local
from tests.dialects.automation.support import call, detail
from tests.support.house import House

from colonnade.core.datasets.templates import TEMPLATES, ValueType

TEXT_VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT_VALUES
    | st.sampled_from(["en", "world", "Europe/Paris", "2024-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "field_name", "a"]) | TEXT_VALUES, inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [(template.name, field) for template in TEMPLATES.values() for field in template.fields]
PATHS = st.sampled_from([*FIELDS, *[("custom", "any"), ("admin", "any")] * 8])
NORMALISED = {ValueType.DATETIME, ValueType.FACETS, ValueType.LIST_OF_ONE_OR_MORE}
fuzz = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def fuzzed(house: House) -> str:
    found: str = house.create()["uid"]
    return found


@given(PATHS, JSON)
@fuzz
def test_any_value_is_refused_or_comes_back(
    house: House, fuzzed: str, path: tuple[str, str], value: Any
) -> None:
    template, field = path
    where = f"/datasets/{fuzzed}/metadata/{template}/{field}/"
    answer = call(house, "PUT", where, json={"value": value})
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:
        assert call(house, "GET", where).json() == answer.json()
        type_ = TEMPLATES[template].type_of(field)
        said_nothing = field in {"theme", "theme_id", "license", "license_id"}
        if type_ not in NORMALISED and not said_nothing:
            assert answer.json() == local(value)
    else:
        assert set(detail(answer)) == {"value"}


WHOLE = st.dictionaries(
    st.sampled_from([*TEMPLATES, "nope"]),
    JSON
    | st.dictionaries(
        st.sampled_from(sorted({field for _, field in FIELDS})) | TEXT_VALUES,
        JSON | st.fixed_dictionaries({"value": JSON}, optional={"override_remote_value": JSON}),
        max_size=4,
    ),
    max_size=4,
)


@given(JSON | WHOLE)
@fuzz
def test_no_body_breaks_the_door_and_what_is_kept_goes_back(house: House, fuzzed: str, body: Any) -> None:
    if isinstance(body, dict) and isinstance(body.get("default", {}), dict):
        body = {**body, "default": {**body.get("default", {}), "title": "x"}}
    path = f"/datasets/{fuzzed}/metadata/"
    answer = call(house, "PUT", path, json=body)
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 200:
        assert call(house, "GET", path).json() == answer.json()
        assert call(house, "PUT", path, json=answer.json()).json() == answer.json()
