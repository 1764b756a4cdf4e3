"""Processors and field configurations as they are sent and answered, described by the catalogue of steps itself
(section 3.3 of the reference). What a step may hold is checked by the core."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from pydantic import ConfigDict, Field

from colonnade.builder.steps.catalogue import FIELD_STEPS, PROCESSORS
from colonnade.builder.steps.parameters import Parameter, ParameterKind, StepType
from colonnade.dialects.automation.models import Body, Text
from colonnade.dialects.automation.schemas import Answer

Extra = Callable[[dict[str, Any]], None]

JSON_TYPES: Mapping[ParameterKind, str] = {
    ParameterKind.BOOLEAN: "boolean",
    ParameterKind.INTEGER: "integer",
    ParameterKind.LIST: "array",
}
"""Of parameters that are no texts."""


def _property(one: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {"title": one.label, "type": JSON_TYPES.get(one.kind, "string")}
    if one.kind is ParameterKind.LIST:
        found["items"] = {"type": ["string", "integer"]}
    if one.choices:
        found["enum"] = list(one.choices)
    if one.default is not None:
        found["default"] = one.default
    return found


def _one_of(types: Iterable[StepType], required: tuple[str, ...], schema: dict[str, Any]) -> None:
    """Give a schema an alternative for each type of step, beside what all of them have."""
    schema["oneOf"] = [
        {
            "title": one.label,
            "properties": {
                "type": {"const": one.type},
                **{parameter.name: _property(parameter) for parameter in one.parameters},
            },
            "required": [
                *required,
                *(parameter.name for parameter in one.parameters if parameter.is_required),
            ],
        }
        for one in types
    ]


def _sent(types: Mapping[str, StepType]) -> Extra:
    return partial(_one_of, types.values(), ("type",))


def _answered(types: Mapping[str, StepType]) -> Extra:
    return partial(_one_of, types.values(), ("uid", "type", "label"))


class StepBody(Body):
    """The parameters of a step stand beside its type: which ones there are depends on it. `label`: the name of the
    type if none is given."""

    model_config = ConfigDict(extra="allow")

    type: Text
    label: str | None = None

    @property
    def params(self) -> Mapping[str, Any]:
        return self.model_extra or {}


class ProcessorBody(StepBody):
    model_config = ConfigDict(json_schema_extra=_sent(PROCESSORS))


class FieldConfigurationBody(StepBody):
    model_config = ConfigDict(json_schema_extra=_sent(FIELD_STEPS))


class Step(Answer):
    uid: str = Field(pattern="^pr_[a-z0-9]{6}$")
    type: str
    label: str


class DatasetProcessor(Step):
    model_config = ConfigDict(json_schema_extra=_answered(PROCESSORS))


class DatasetFieldConfiguration(Step):
    model_config = ConfigDict(json_schema_extra=_answered(FIELD_STEPS))


class ProcessorParameter(Answer):
    type: str
    is_mandatory: bool
    name: str
    label: str
    can_create_field: bool
    default: Any = None
    choices: list[str] | None = None


class ProcessorType(Answer):
    type: str
    label: str
    parameters: list[ProcessorParameter]
