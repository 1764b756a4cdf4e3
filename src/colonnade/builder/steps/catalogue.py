"""Every step that there is: what it is called, and which parameters it takes. What a step is stands here and nowhere
else; nothing of an engine is imported.

Parameters name fields by their technical names. Values are those of JSON.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from colonnade.builder.steps import annotations, checks, patterns
from colonnade.builder.steps import parameters as described
from colonnade.builder.steps.parameters import REQUIRED, Fault, Parameter, ParameterKind, StepType
from colonnade.errors import Invalid
from colonnade.query.schema import FieldType


class Kind(StrEnum):
    """`PROCESSOR`: changes rows, before anything else. `FIELD`: changes fields, after all processors."""

    PROCESSOR = "processor"
    FIELD = "field"


TYPE_CHOICES = (
    FieldType.TEXT,
    FieldType.INT,
    FieldType.DOUBLE,
    FieldType.GEO_POINT,
    FieldType.GEO_SHAPE,
    FieldType.DATE,
    FieldType.DATETIME,
)


def _field(name: str = "field", label: str = "Field", *, is_required: bool = True) -> Parameter:
    return Parameter(name, ParameterKind.FIELD, label, is_required=is_required)


def _flag(name: str, label: str, *, default: bool = False) -> Parameter:
    return Parameter(name, ParameterKind.BOOLEAN, label, default=default)


_FIELD = _field()
_FIELD_OF_ALL = _field(is_required=False)
_ALL_FIELDS = _flag("all_fields", "All fields of texts")
_OUTPUT_FIELD = Parameter(
    "output_field", ParameterKind.OUTPUT_FIELD, "Output field", is_required=True, check=checks.output_field
)


def _one_or_all(params: Mapping[str, Any]) -> Iterator[Fault]:
    if not params["all_fields"] and not params.get("field"):
        yield "field", REQUIRED


def _expression(params: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _one_or_all(params)
    try:
        pattern = patterns.pattern_of(params)
    except ValueError as fault:
        yield "regexp", str(fault)
        return
    try:
        patterns.replacement(pattern, params["new"])
    except ValueError as fault:
        yield "new", str(fault)


def _matching(params: Mapping[str, Any]) -> Iterator[Fault]:
    if params["value"] == "" and not params["exact_match"]:
        yield "value", "Every cell contains an empty text."


def _annotation(params: Mapping[str, Any]) -> Iterator[Fault]:
    try:
        annotations.ANNOTATIONS[params["annotation"]](params["args"])
    except ValueError as fault:
        yield "args", str(fault)


def _type_choice(value: str) -> str:
    if value == "file":
        raise ValueError("Fields of files are not known here.")
    if value not in TYPE_CHOICES:
        raise ValueError(f"“{value}” is none of {', '.join(TYPE_CHOICES)}.")
    return value


_PROCESSORS = (
    StepType(
        "create_geopoint",
        "Create geopoint",
        (
            _field("latitude", "Latitude, or northing"),
            _field("longitude", "Longitude, or easting"),
            Parameter(
                "epsg",
                ParameterKind.INTEGER,
                "EPSG number of the coordinates' system",
                default=4326,
                check=checks.epsg,
            ),
            _OUTPUT_FIELD,
        ),
    ),
    StepType(
        "string_replace",
        "Replace text",
        (
            _FIELD_OF_ALL,
            _ALL_FIELDS,
            Parameter("old", ParameterKind.TEXT, "Text to replace", is_required=True),
            Parameter("new", ParameterKind.TEXT, "New text", default="", is_filled=False),
        ),
        _one_or_all,
    ),
    StepType(
        "regexp_replace",
        "Replace regular expression",
        (
            _FIELD_OF_ALL,
            _ALL_FIELDS,
            Parameter("regexp", ParameterKind.TEXT, "Regular expression", is_required=True),
            Parameter("new", ParameterKind.TEXT, "New text", default="", is_filled=False),
            _flag("case_insensitive", "Capital and small letters are the same"),
            _flag("multiline", "^ and $ match at each line"),
            _flag("dotall", ". matches the end of a line"),
        ),
        _expression,
    ),
    StepType(
        "date_normalizer",
        "Normalize date",
        (
            _FIELD,
            Parameter(
                "date_format",
                ParameterKind.TEXT,
                "Form of the dates",
                is_required=True,
                check=checks.date_format,
            ),
        ),
    ),
    StepType(
        "set_timezone",
        "Set timezone",
        (
            _FIELD,
            Parameter("timezone", ParameterKind.TEXT, "Timezone", is_required=True, check=checks.timezone),
        ),
    ),
    StepType(
        "split",
        "Split text",
        (
            _FIELD,
            Parameter("separator", ParameterKind.TEXT, "Separator", is_required=True),
            Parameter(
                "index",
                ParameterKind.INTEGER,
                "Number of the piece, from 1",
                is_required=True,
                check=checks.index,
            ),
            _OUTPUT_FIELD,
        ),
    ),
    StepType(
        "concat",
        "Concatenate text",
        (
            Parameter("separator", ParameterKind.TEXT, "Separator", default="", is_filled=False),
            _field("left_value", "Left field"),
            _field("right_value", "Right field"),
            _OUTPUT_FIELD,
        ),
    ),
    StepType(
        "skip_record",
        "Skip records",
        (
            _FIELD,
            Parameter(
                "value",
                ParameterKind.TEXT,
                "Value; an empty one matches empty cells",
                is_required=True,
                is_filled=False,
                check=checks.not_an_expression,
            ),
            _flag("exact_match", "The whole cell must be the value", default=True),
            _flag("keep", "Keep the records that match, skip the others"),
        ),
        _matching,
    ),
)

_FIELD_STEPS = (
    StepType(
        "rename",
        "Rename field",
        (
            _field("from_name", "Name"),
            Parameter("to_name", ParameterKind.TEXT, "New name", is_required=True, check=checks.field_name),
            Parameter("field_label", ParameterKind.TEXT, "Label", is_required=True),
        ),
    ),
    StepType(
        "type",
        "Set type",
        (
            _FIELD,
            Parameter("type_param", ParameterKind.TEXT, "Type", is_required=True, check=_type_choice),
        ),
    ),
    StepType(
        "annotate",
        "Annotate field",
        (
            _FIELD,
            Parameter(
                "annotation",
                ParameterKind.TEXT,
                "Annotation",
                is_required=True,
                choices=tuple(annotations.ANNOTATIONS),
            ),
            Parameter("args", ParameterKind.LIST, "Arguments", check=annotations.arguments),
        ),
        _annotation,
    ),
    StepType(
        "description",
        "Describe field",
        (_FIELD, Parameter("description", ParameterKind.TEXT, "Description", is_required=True)),
    ),
    StepType(
        "order",
        "Order fields",
        (Parameter("order", ParameterKind.LIST, "Names", is_required=True, check=checks.field_names),),
    ),
    StepType("delete", "Delete field", (_FIELD,)),
)

PROCESSORS: Mapping[str, StepType] = {one.type: one for one in _PROCESSORS}
FIELD_STEPS: Mapping[str, StepType] = {one.type: one for one in _FIELD_STEPS}
_OF_KIND = {Kind.PROCESSOR: PROCESSORS, Kind.FIELD: FIELD_STEPS}


def checked(kind: Kind, type_: object, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a step of a type, as they are to be kept: those that the type knows, with its defaults.

    `order` may be given as `args` too. Raises `Invalid` whose `fields` name each bad parameter, or `type`.
    """
    found = _OF_KIND[kind].get(type_) if isinstance(type_, str) else None
    if found is None:
        known = ", ".join(_OF_KIND[kind])
        message = REQUIRED if type_ is None else f"“{type_}” is none of {known}."
        raise Invalid(f"There is no such {kind}: {type_}.", code="step.type", fields={"type": [message]})
    if found.type == "order" and params.get("order") is None:
        params = {**params, "order": params.get("args")}
    return described.checked(found, params)
