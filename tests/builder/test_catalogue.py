"""The description of steps, and what is refused when one is saved."""

import subprocess
import sys

import pytest

from colonnade.builder.steps.catalogue import FIELD_STEPS, PROCESSORS, Kind, checked
from colonnade.errors import Invalid

OUT = {"output_field": "out"}


@pytest.mark.parametrize(
    ("kind", "type_", "given", "kept"),
    [
        (
            Kind.PROCESSOR,
            "create_geopoint",
            {"latitude": "a", "longitude": "b", **OUT},
            {"latitude": "a", "longitude": "b", "epsg": 4326, **OUT},
        ),
        (
            Kind.PROCESSOR,
            "string_replace",
            {"field": "a", "old": " ", "unknown": 1, "uid": "pr_1"},
            {"field": "a", "all_fields": False, "old": " ", "new": ""},
        ),
        (
            Kind.PROCESSOR,
            "regexp_replace",
            {"all_fields": True, "regexp": "(?P<x>a)", "new": r"\g<x>"},
            {
                "all_fields": True,
                "regexp": "(?P<x>a)",
                "new": r"\g<x>",
                "case_insensitive": False,
                "multiline": False,
                "dotall": False,
            },
        ),
        (
            Kind.PROCESSOR,
            "concat",
            {"left_value": "a", "right_value": "b", "output_field": "Full Name"},
            {"separator": "", "left_value": "a", "right_value": "b", "output_field": "full_name"},
        ),
        (
            Kind.PROCESSOR,
            "skip_record",
            {"field": "a", "value": ""},
            {"field": "a", "value": "", "exact_match": True, "keep": False},
        ),
        (Kind.FIELD, "order", {"args": ["b", "a"]}, {"order": ["b", "a"]}),
        (
            Kind.FIELD,
            "annotate",
            {"field": "a", "annotation": "facet"},
            {"field": "a", "annotation": "facet", "args": []},
        ),
        (
            Kind.FIELD,
            "annotate",
            {"field": "a", "annotation": "decimals", "args": [5]},
            {"field": "a", "annotation": "decimals", "args": [5]},
        ),
        (Kind.FIELD, "delete", {"field": "a"}, {"field": "a"}),
    ],
)
def test_what_is_kept_of_a_step(
    kind: Kind, type_: str, given: dict[str, object], kept: dict[str, object]
) -> None:
    assert checked(kind, type_, given) == kept


@pytest.mark.parametrize(
    ("type_", "given", "fields"),
    [
        ("create_geopoint", {"latitude": 1, "epsg": 1}, {"latitude", "longitude", "epsg", "output_field"}),
        ("create_geopoint", {"latitude": "a", "longitude": "b", "epsg": True, **OUT}, {"epsg"}),
        ("create_geopoint", {"latitude": "a", "longitude": "b", "output_field": "—"}, {"output_field"}),
        ("string_replace", {"old": "a"}, {"field"}),
        ("string_replace", {"field": "a", "old": ""}, {"old"}),
        ("string_replace", {"field": "a", "old": "b", "new": "\0"}, {"new"}),
        ("string_replace", {"field": "a", "old": "b", "new": "\ud800"}, {"new"}),
        ("string_replace", {"field": "a", "old": "b", "new": "x" * 100_001}, {"new"}),
        ("string_replace", {"field": "a", "old": "b", "all_fields": "true"}, {"all_fields"}),
        ("regexp_replace", {"field": "a", "regexp": "("}, {"regexp"}),
        ("regexp_replace", {"field": "a", "regexp": "a(?=b)"}, {"regexp"}),
        ("regexp_replace", {"field": "a", "regexp": "a", "new": r"\1"}, {"new"}),
        ("regexp_replace", {"regexp": "a", "new": r"\1"}, {"field", "new"}),
        ("date_normalizer", {"field": "a", "date_format": "%d/%Q"}, {"date_format"}),
        ("date_normalizer", {"field": "a", "date_format": "%Y-%"}, {"date_format"}),
        ("date_normalizer", {"field": "a", "date_format": "day"}, {"date_format"}),
        ("date_normalizer", {"field": "a", "date_format": "%Y %z"}, {"date_format"}),
        ("date_normalizer", {"field": "a", "date_format": "%Y %W %a"}, {"date_format"}),
        ("set_timezone", {"field": "a", "timezone": "Europe/Atlantis"}, {"timezone"}),
        ("split", {"field": "a", "separator": "", "index": 0, **OUT}, {"separator", "index"}),
        ("split", {"field": "a", "separator": ",", "index": 1.5, **OUT}, {"index"}),
        ("concat", {"left_value": "a"}, {"right_value", "output_field"}),
        ("skip_record", {"field": "a"}, {"value"}),
        ("skip_record", {"field": "a", "value": "=b > 1"}, {"value"}),
        ("skip_record", {"field": "a", "value": "", "exact_match": False}, {"value"}),
        ("nope", {}, {"type"}),
        (None, {}, {"type"}),
        (["split"], {}, {"type"}),
    ],
)
def test_every_bad_parameter_of_a_processor_is_named(
    type_: object, given: dict[str, object], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        checked(Kind.PROCESSOR, type_, given)
    assert set(caught.value.fields) == fields
    assert all(caught.value.fields.values())


@pytest.mark.parametrize(
    ("type_", "given", "fields"),
    [
        ("rename", {"from_name": "a", "to_name": "A b"}, {"to_name", "field_label"}),
        ("rename", {"from_name": "a", "to_name": "", "field_label": ""}, {"to_name", "field_label"}),
        ("type", {"field": "a", "type_param": "file"}, {"type_param"}),
        ("type", {"field": "a", "type_param": "boolean"}, {"type_param"}),
        ("annotate", {"field": "a", "annotation": "nope"}, {"annotation"}),
        ("annotate", {"field": "a", "annotation": "id", "args": ["x"]}, {"args"}),
        ("annotate", {"field": "a", "annotation": "decimals", "args": ["5"]}, {"args"}),
        ("annotate", {"field": "a", "annotation": "multivalued"}, {"args"}),
        ("annotate", {"field": "a", "annotation": "multivalued", "args": [""]}, {"args"}),
        ("annotate", {"field": "a", "annotation": "facetsort", "args": ["size"]}, {"args"}),
        ("annotate", {"field": "a", "annotation": "unit", "args": [1, 2]}, {"args"}),
        ("annotate", {"field": "a", "annotation": "facet", "args": "x"}, {"args"}),
        ("annotate", {"field": "a", "annotation": "facet", "args": [None]}, {"args"}),
        ("description", {"field": "a"}, {"description"}),
        ("order", {}, {"order"}),
        ("order", {"order": []}, {"order"}),
        ("order", {"order": ["a", 1]}, {"order"}),
        ("delete", {}, {"field"}),
        ("split", {}, {"type"}),
    ],
)
def test_every_bad_parameter_of_a_field_configuration_is_named(
    type_: str, given: dict[str, object], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        checked(Kind.FIELD, type_, given)
    assert set(caught.value.fields) == fields


def test_every_step_has_a_label_and_parameters_with_labels() -> None:
    for one in [*PROCESSORS.values(), *FIELD_STEPS.values()]:
        assert one.label
        assert all(parameter.label for parameter in one.parameters)


def test_the_systems_of_coordinates_are_those_of_the_ground() -> None:
    given = {"latitude": "a", "longitude": "b", **OUT}
    for epsg in (4326, 2154, 3857, 27700, 28992, 25832):
        assert checked(Kind.PROCESSOR, "create_geopoint", {**given, "epsg": epsg})["epsg"] == epsg
    for epsg in (5773, 4979, 0, -1, 999_999):
        with pytest.raises(Invalid):
            checked(Kind.PROCESSOR, "create_geopoint", {**given, "epsg": epsg})


def test_the_catalogue_needs_no_engine() -> None:
    code = "import colonnade.builder.steps.catalogue, sys; sys.exit('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
