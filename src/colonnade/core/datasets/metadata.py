"""Metadata as publishers write it: template -> field -> {value, remote_value, override_remote_value}."""

from collections.abc import Mapping
from typing import Any

from colonnade.errors import Invalid

DEFAULT = "default"
VALUE_KEYS = ("value", "remote_value", "override_remote_value")


def checked(metadata: object) -> dict[str, Any]:
    """The same metadata with every value written as the full triple. A bare value is taken as one.

    Raises `Invalid` with a message a field when a template or a field has the wrong form.
    """
    if not isinstance(metadata, Mapping):
        raise _wrong("metadata", "This must be an object of templates.")
    templates: dict[str, Any] = {}
    for template, fields in metadata.items():
        if not isinstance(fields, Mapping):
            raise _wrong(f"metadata.{template}", "This must be an object of fields.")
        templates[str(template)] = {str(name): triple(value) for name, value in fields.items()}
    templates.setdefault(DEFAULT, {})
    return templates


def triple(value: object) -> dict[str, Any]:
    """One metadata value in its full form."""
    if isinstance(value, Mapping) and "value" in value:
        return {
            "value": value["value"],
            "remote_value": value.get("remote_value"),
            "override_remote_value": bool(value.get("override_remote_value", False)),
        }
    return {"value": value, "remote_value": None, "override_remote_value": False}


def effective(metadata: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What counts: the local value where it overrides or nothing remote is known, else the remote one."""
    return {
        template: {name: _effective(value) for name, value in fields.items()}
        for template, fields in metadata.items()
    }


def title(metadata: Mapping[str, Any]) -> str | None:
    found = effective(metadata).get(DEFAULT, {}).get("title")
    return found if isinstance(found, str) and found.strip() else None


def with_default(metadata: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
    """A copy in which a field of the default template has this local value, unless it has a value already."""
    fields = metadata.get(DEFAULT, {})
    if fields.get(name, {}).get("value") is not None:
        return dict(metadata)
    return {**metadata, DEFAULT: {**fields, name: triple(value)}}


def _effective(value: Mapping[str, Any]) -> Any:
    if value["override_remote_value"] or value["remote_value"] is None:
        return value["value"]
    return value["remote_value"]


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
