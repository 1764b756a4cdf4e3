"""What a dataset says of itself, part by part: one template of its metadata, one value of it.

Edits are of the draft: readers see them after the next publication. A part that is written replaces what was there; remote
values, which clients do not write, stay.
"""

from collections.abc import Collection, Mapping
from typing import Any

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service, vocabularies
from colonnade.core.datasets.model import EditableDataset, ViewableDataset
from colonnade.core.datasets.templates import INTERNAL, TEMPLATES, Template
from colonnade.core.datasets.vocabularies import Place
from colonnade.core.work import Work
from colonnade.errors import Invalid, NotFound


def replace(work: Work, editable: EditableDataset, metadata: object) -> dict[str, Any]:
    """Put these metadata in the place of all there are; returns them as `metadata.shown`. Raises `Invalid`."""
    before = editable.dataset.metadata_draft
    draft = vocabularies.mirrored(work, meta.checked(metadata, before, at=""), before, at="")
    return _kept(work, editable, draft)


def template(viewable: ViewableDataset, name: str) -> dict[str, Any]:
    """The fields that are set in one template, each as a triple. Raises `NotFound` for an unknown template."""
    _known(name)
    fields: dict[str, Any] = meta.shown(viewable.dataset.metadata_draft).get(name, {})
    return fields


def replace_template(work: Work, editable: EditableDataset, name: str, fields: object) -> dict[str, Any]:
    """Put these fields in the place of all that the template has; returns them. Raises `NotFound`, `Invalid`."""
    _known(name)
    before = editable.dataset.metadata_draft
    stored = before.get(name, {})
    kept = meta.checked_template(name, fields, stored)
    # The names in `default` come from the ids in `internal`, not the other way round: without the ids they go too.
    gone = {(name, one) for one in stored if one not in kept} if name == INTERNAL else set()
    draft = _mirrored(work, {**before, name: kept}, before, gone)
    found: dict[str, Any] = _kept(work, editable, draft).get(name, {})
    return found


def value(viewable: ViewableDataset, template_name: str, name: str) -> meta.Triple:
    """One value; null where the field is declared and not set. Raises `NotFound` for an unknown template or field."""
    fields = template(viewable, template_name)
    _known_field(template_name, name, fields)
    found: meta.Triple = fields.get(name) or meta.triple(None)
    return found


def replace_value(
    work: Work, editable: EditableDataset, template_name: str, name: str, sent: Mapping[str, Any]
) -> meta.Triple:
    """Set one value. `sent`: `value`, and `override_remote_value` if it is said. Returns it as it is kept.

    Raises `NotFound` for an unknown template or field, `Invalid` with the field `value`.
    """
    known = _known(template_name)
    if known.type_of(name) is None:
        raise _unknown(template_name, name)
    before = editable.dataset.metadata_draft
    fields = before.get(template_name, {})
    kept = meta.checked_value(template_name, name, sent, fields.get(name))
    with_it = {**before, template_name: {**fields, name: kept}}
    try:
        draft = _mirrored(work, with_it, before)
    except Invalid as error:
        raise Invalid(error.message, fields={meta.VALUE: [error.message]}) from error
    _kept(work, editable, draft)
    found: meta.Triple = draft.get(template_name, {}).get(name) or meta.triple(None)
    return found


def remove_value(work: Work, editable: EditableDataset, template_name: str, name: str) -> None:
    """Take one local value away. Raises `NotFound` for an unknown template or field, `Invalid` for the title."""
    before = editable.dataset.metadata_draft
    _known(template_name)
    _known_field(template_name, name, before.get(template_name, {}))
    gone = vocabularies.fields_of((template_name, name))
    draft = _without(before, gone)
    if meta.title(draft) is None:
        message = "A dataset needs a title."
        raise Invalid(message, fields={name: [message]})
    _kept(work, editable, _mirrored(work, draft, before, gone))


def _mirrored(
    work: Work, draft: Mapping[str, Any], before: Mapping[str, Any], gone: Collection[Place] = ()
) -> dict[str, Any]:
    return vocabularies.mirrored(work, draft, before, gone=gone, at="")


def _kept(work: Work, editable: EditableDataset, draft: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: fields for name, fields in draft.items() if fields or name == meta.DEFAULT}
    editable.dataset.metadata_draft = kept
    service.touch(work, editable)
    return meta.shown(kept)


def _without(metadata: Mapping[str, Any], places: Collection[Place]) -> dict[str, Any]:
    """The metadata with no local value at these places."""
    found = {template: dict(fields) for template, fields in metadata.items()}
    for template_name, name in places:
        fields = found.get(template_name, {})
        stored = fields.pop(name, None)
        left = None if stored is None else meta.remote_alone(stored)
        if left is not None:
            fields[name] = left
    return found


def _known(name: str) -> Template:
    known = TEMPLATES.get(name)
    if known is None:
        raise NotFound(f"There is no metadata template {name}.", code="metadata.unknown")
    return known


def _known_field(template_name: str, name: str, fields: Mapping[str, Any]) -> None:
    """A field is known when its template declares it, or when it was written into a template that takes any."""
    if name not in TEMPLATES[template_name].fields and name not in fields:
        raise _unknown(template_name, name)


def _unknown(template_name: str, name: str) -> NotFound:
    message = f"The metadata template {template_name} has no field {name}."
    return NotFound(message, code="metadata.unknown")
