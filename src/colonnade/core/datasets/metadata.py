"""Metadata as publishers write it: template -> field -> {value, remote_value, override_remote_value}.

`remote_value` is what another server says, where the dataset comes from one: clients do not write it. The value in force
is the local one where it overrides or nothing remote is known, else the remote one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.datasets import values
from colonnade.core.datasets.markup import cleaned
from colonnade.core.datasets.templates import DEFAULT as DEFAULT
from colonnade.core.datasets.templates import (
    LANGUAGES,
    TEMPLATES,
    VISUALIZATION,
    ValueType,
    field_names,
)
from colonnade.errors import Invalid

VALUE, REMOTE, OVERRIDE = "value", "remote_value", "override_remote_value"
LICENCE_URL = "license_url"
"""A field of published metadata alone, beside the licence in `default`."""

WORLD = "world"
MOST_COUNTRIES = 30

Triple = dict[str, Any]
Problems = dict[str, list[str]]
"""Dotted path of a template, a field or a part of its value -> what is wrong there."""

_HTML = tuple((one, name) for one in TEMPLATES for name in field_names(one, ValueType.HTML))
_MOVING = frozenset({(DEFAULT, "modified"), (DEFAULT, LICENCE_URL)})
_FLAGS = field_names(VISUALIZATION, ValueType.BOOLEAN)


def checked(
    metadata: object, before: Mapping[str, Any] | None = None, *, at: str = "metadata"
) -> dict[str, Any]:
    """All metadata of a dataset as they are kept, every value as the full triple; a bare value is taken as one.

    `before`: what is kept now; its remote values stay, whatever is sent. `at`: where the metadata stand in the body.
    Raises `Invalid` that names every template and field that is unknown or holds what it may not.
    """
    if not isinstance(metadata, Mapping):
        raise _invalid({at: ["This must be an object of templates."]})
    stored, problems = before or {}, Problems()
    kept = {DEFAULT: _remote_alone(stored.get(DEFAULT, {}))}
    kept |= {name: _remote_alone(fields) for name, fields in stored.items() if name not in metadata}
    for name, fields in metadata.items():
        kept[name] = _template(name, fields, stored.get(name, {}), _join(at, name), problems)
    _require_title(kept, _join(at, DEFAULT), problems)
    return _unless(problems, {name: fields for name, fields in kept.items() if fields or name == DEFAULT})


def checked_template(name: str, fields: object, before: Mapping[str, Any]) -> dict[str, Triple]:
    """The same for the fields of one template. `before`: those that are kept now."""
    problems = Problems()
    kept = _template(name, fields, before, "", problems)
    if name == DEFAULT:
        _require_title({DEFAULT: kept}, "", problems)
    return _unless(problems, kept)


def checked_value(
    template: str, field: str, sent: Mapping[str, Any], before: Mapping[str, Any] | None
) -> Triple:
    """The same for one value. `before`: its triple as it is kept now; None: nothing is."""
    problems = Problems()
    type_ = TEMPLATES[template].type_of(field)
    assert type_ is not None, "looked up before"
    kept = _triple(type_, sent, before or {}, VALUE, problems)
    if (template, field) == (DEFAULT, "title") and not problems and title({DEFAULT: {field: kept}}) is None:
        problems[VALUE] = [values.REQUIRED]
    return _unless(problems, kept)


def triple(value: object) -> Triple:
    """A local value in its full form."""
    return {VALUE: value, REMOTE: None, OVERRIDE: False}


def local(value: object, before: Mapping[str, Any]) -> Triple:
    """A value that was set here, in the place of a triple, whose remote value stays."""
    remote = before.get(REMOTE)
    return {VALUE: value, REMOTE: remote, OVERRIDE: remote is not None}


def effective(metadata: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What counts: the local value where it overrides or nothing remote is known, else the remote one."""
    return {
        template: {name: in_force(value) for name, value in fields.items()}
        for template, fields in metadata.items()
    }


def in_force(value: Mapping[str, Any]) -> Any:
    """The value of a triple that counts."""
    return value[VALUE] if value[OVERRIDE] or value[REMOTE] is None else value[REMOTE]


def title(metadata: Mapping[str, Any]) -> str | None:
    found = effective(metadata).get(DEFAULT, {}).get("title")
    return found if isinstance(found, str) and found.strip() else None


def with_default(metadata: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
    """A copy in which a field of the default template has this local value, unless it has a value already."""
    fields = metadata.get(DEFAULT, {})
    if fields.get(name, {}).get(VALUE) is not None:
        return dict(metadata)
    return {**metadata, DEFAULT: {**fields, name: triple(value)}}


def amended(
    metadata: Mapping[str, Any], values: Mapping[str, object], template: str = DEFAULT
) -> dict[str, Any]:
    """A copy in which fields of a template have these local values. Raises `Invalid`."""
    fields = dict(metadata.get(template, {}))
    for name, value in values.items():
        before = fields.get(name, {})
        kept = checked_value(template, name, {VALUE: value, OVERRIDE: before.get(REMOTE) is not None}, before)
        fields[name] = kept
    return {**metadata, template: fields}


def data_language(language: str) -> str | None:
    """The language of data that is meant by a portal's language (`pt-br`: `pt`); None: metadata have no word for it."""
    plain = language.partition("-")[0]
    return plain if plain in LANGUAGES else None


def shown(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as their publishers see them: with the template `default` at least, and with what is not set of the
    visualization's switches as false."""
    switches = {name: triple(value=False) for name in _FLAGS}
    found = {DEFAULT: {}, **metadata}
    found[VISUALIZATION] = {**switches, **metadata.get(VISUALIZATION, {})}
    return found


def public(metadata: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is in force of published metadata and meant for readers."""
    return {
        name: {field: value for field, value in fields.items() if field not in TEMPLATES[name].kept_back}
        for name, fields in effective(metadata).items()
        if name in TEMPLATES and TEMPLATES[name].is_public
    }


def follows_places(draft: Mapping[str, Any]) -> bool:
    """The geographic codes are to be those of the records."""
    return effective(draft).get(DEFAULT, {}).get("geographic_reference_auto") is True


def located(draft: Mapping[str, Any], countries: Sequence[str] | None) -> dict[str, Any]:
    """The draft with the geographic codes of its records, where it asks for that, in the place of any that are set.

    `countries`: where records are, two letters each; None: not known, and the codes stay. All codes are of
    one level, so that it is the world where there is no country to name, or more than `MOST_COUNTRIES`.
    """
    if countries is None or not follows_places(draft):
        return dict(draft)
    codes = [f"{WORLD}_{one}" for one in sorted(countries)]
    if not 0 < len(codes) <= MOST_COUNTRIES:
        codes = [WORLD]
    fields = draft[DEFAULT]
    stored = fields.get("geographic_reference", {})
    return {**draft, DEFAULT: {**fields, "geographic_reference": local(codes, stored)}}


def harmless(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata as they are published: HTML in them cannot execute where it is shown."""
    found = dict(metadata)
    for template, name in _HTML:
        value = found.get(template, {}).get(name)
        if value is not None:
            safe = {**value, VALUE: _safe(value[VALUE]), REMOTE: _safe(value[REMOTE])}
            found[template] = {**found[template], name: safe}
    return found


def moved(
    draft: Mapping[str, Any], published: Mapping[str, Any] | None, *, data_changed: bool, at: dt.datetime
) -> dict[str, Any]:
    """The draft as it is published at this moment: `modified` is now where the draft says that it moves, with metadata
    that differ from the published ones or with data that changed."""
    said = effective(draft).get(DEFAULT, {})
    follows_metadata = said.get("modified_updates_on_metadata_change") is True
    follows_data = said.get("modified_updates_on_data_change") is True
    if not (follows_data and data_changed) and not (follows_metadata and _differ(draft, published or {})):
        return dict(draft)
    fields = draft[DEFAULT]
    modified = at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {**draft, DEFAULT: {**fields, "modified": local(modified, fields.get("modified", {}))}}


def _safe(value: Any) -> Any:
    return cleaned(value) if isinstance(value, str) else value


def _differ(draft: Mapping[str, Any], published: Mapping[str, Any]) -> bool:
    """Apart from `modified` itself, from what is merely not set, and from what is added when they are published."""
    return _said(harmless(draft)) != _said(published)


def _said(metadata: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    return {
        (template, name): value
        for template, fields in effective(metadata).items()
        for name, value in fields.items()
        if value is not None and (template, name) not in _MOVING
    }


def _template(
    name: str, fields: object, before: Mapping[str, Any], at: str, problems: Problems
) -> dict[str, Triple]:
    template = TEMPLATES.get(name)
    if template is None:
        problems[at] = ["There is no metadata template of this name."]
        return {}
    if not isinstance(fields, Mapping):
        problems[at] = ["This must be an object of fields."]
        return {}
    kept = _remote_alone({field: value for field, value in before.items() if field not in fields})
    for field, sent in fields.items():
        path, type_ = _join(at, field), template.type_of(field)
        if type_ is None:
            problems[path] = ["This template has no such field."]
        else:
            kept[field] = _triple(type_, sent, before.get(field, {}), path, problems)
    return kept


def _triple(type_: ValueType, sent: object, before: Mapping[str, Any], at: str, problems: Problems) -> Triple:
    is_whole = isinstance(sent, Mapping) and not sent.keys().isdisjoint((VALUE, REMOTE, OVERRIDE))
    whole: Mapping[str, Any] = sent if is_whole and isinstance(sent, Mapping) else {VALUE: sent}
    override = whole.get(OVERRIDE)
    if VALUE not in whole:
        problems[at] = [values.REQUIRED]
    elif override is not None and not isinstance(override, bool):
        problems[at] = [f"{OVERRIDE}: {values.BOOLEAN}"]
    else:
        try:
            return _kept(values.checked(type_, whole[VALUE]), before.get(REMOTE), override)
        except values.WrongValueError as error:
            problems |= {_join(at, path): [message] for path, message in error.problems.items()}
    return triple(None)


def _kept(value: object, remote: object, override: bool | None) -> Triple:
    if remote is None:
        return {VALUE: value, REMOTE: None, OVERRIDE: bool(override)}
    # What is set here and differs is meant to override, unless it is said not to.
    is_local = value != remote if override is None else override
    return {VALUE: value if is_local else remote, REMOTE: remote, OVERRIDE: is_local}


def _remote_alone(fields: Mapping[str, Any]) -> dict[str, Triple]:
    """What is left of fields whose local values are taken away."""
    return {name: left for name, value in fields.items() if (left := remote_alone(value)) is not None}


def remote_alone(value: Mapping[str, Any]) -> Triple | None:
    """What is left of a triple whose local value is taken away; None: nothing."""
    remote = value[REMOTE]
    return None if remote is None else {VALUE: remote, REMOTE: remote, OVERRIDE: False}


def _require_title(metadata: Mapping[str, Any], at: str, problems: Problems) -> None:
    path = _join(at, "title")
    if problems.keys().isdisjoint((path, at)) and title(metadata) is None:
        problems[path] = [values.REQUIRED]


def _unless(problems: Problems, kept: dict[str, Any]) -> dict[str, Any]:
    if problems:
        raise _invalid(problems)
    return kept


def _invalid(problems: Problems) -> Invalid:
    first, (message, *_) = next(iter(problems.items()))
    return Invalid(f"{first}: {message}" if first else message, fields=problems)


def _join(at: str, name: object) -> str:
    return ".".join(str(one) for one in (at, name) if one != "")
