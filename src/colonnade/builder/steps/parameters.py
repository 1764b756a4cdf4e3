"""What a step is described by: its parameters, and how their values are checked when the step is saved."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from colonnade.errors import Invalid

REQUIRED = "This field is required"
MAX_CHARACTERS = 100_000
"""Of one text."""

Check = Callable[[Any], Any]
"""Takes a value of the right JSON type and returns the one to keep. Raises `ValueError` with a sentence."""
Fault = tuple[str, str]
"""A parameter's name, and what is wrong with its value."""


class ParameterKind(StrEnum):
    """`FIELD`: the name of a field that is there. `OUTPUT_FIELD`: of one that is there or will be."""

    FIELD = "field"
    OUTPUT_FIELD = "output_field"
    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Parameter:
    """`default`: what counts where none is given and none is required. `choices`: the only values, if there are any.
    `is_filled`: an empty text is refused."""

    name: str
    kind: ParameterKind
    label: str
    is_required: bool = False
    default: str | bool | int | None = None
    choices: tuple[str, ...] = ()
    is_filled: bool = True
    check: Check | None = None


def _no_faults(_params: Mapping[str, Any]) -> Iterator[Fault]:
    yield from ()


@dataclass(frozen=True, slots=True)
class StepType:
    """A kind of step. `faults`: what is wrong with parameters that are right one by one. `label`: what people call it."""

    type: str
    label: str
    parameters: tuple[Parameter, ...]
    faults: Callable[[Mapping[str, Any]], Iterator[Fault]] = _no_faults


def checked(step_type: StepType, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a step as they are kept: those of its type alone, with the defaults. Raises `Invalid` whose
    `fields` name every bad one."""
    faults: dict[str, list[str]] = {}
    kept: dict[str, Any] = {}
    for one in step_type.parameters:
        try:
            value = _value(one, params.get(one.name))
        except ValueError as fault:
            faults[one.name] = [str(fault)]
        else:
            if value is not None:
                kept[one.name] = value
    if not faults:
        for name, why in step_type.faults(kept):
            faults.setdefault(name, []).append(why)
    if faults:
        named = ", ".join(faults)
        raise Invalid(
            f"{step_type.label}: some parameters are wrong: {named}.", code="step.invalid", fields=faults
        )
    return kept


def _value(parameter: Parameter, value: Any) -> Any:
    if value is not None:
        value = _TYPES[parameter.kind](value)
    if value is None or (value == "" and parameter.is_filled):
        if parameter.is_required:
            raise ValueError(REQUIRED)
        return [] if parameter.kind is ParameterKind.LIST else parameter.default
    if parameter.choices and value not in parameter.choices:
        raise ValueError(f"“{value}” is none of {', '.join(parameter.choices)}.")
    return parameter.check(value) if parameter.check else value


def text(value: Any) -> str:
    """Raises `ValueError` for what is no text, and for characters that no cell has."""
    if not isinstance(value, str):
        raise ValueError("This must be a text.")  # noqa: TRY004 - told to people, as all of these
    if len(value) > MAX_CHARACTERS:
        raise ValueError(f"This must not have more than {MAX_CHARACTERS:,} characters.")
    if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
        raise ValueError("This has a character that no text may have.")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("This must be true or false.")  # noqa: TRY004
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("This must be a whole number.")  # noqa: TRY004
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError("This must be a list.")  # noqa: TRY004
    return list(value)


_TYPES: Mapping[ParameterKind, Check] = {
    ParameterKind.FIELD: text,
    ParameterKind.OUTPUT_FIELD: text,
    ParameterKind.TEXT: text,
    ParameterKind.BOOLEAN: _boolean,
    ParameterKind.INTEGER: _integer,
    ParameterKind.LIST: _list,
}
