"""Setting values of several templates at once, for publishers and readers."""

from collections.abc import Mapping
from typing import Any

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service, vocabularies
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.work import Work, now


def amend(work: Work, editable: EditableDataset, values: Mapping[str, Mapping[str, object]]) -> None:
    """Set values, by template and field; what else of the draft is not published stays so, also where it differs from
    what readers see and the value does not. Names and ids of licences and themes keep saying the same, and `modified`
    moves where the metadata say that it does. Raises `Invalid`."""
    dataset = editable.dataset
    before = dataset.metadata_published
    said = _differing(values, dataset.metadata_draft if before is None else before)
    if said and before is not None:
        amended = vocabularies.with_addresses(work, meta.harmless(_amended(work, before, said)))
        shown = meta.moved(amended, before, data_changed=False, at=now())
        if shown != amended:
            modified = meta.in_force(shown[meta.DEFAULT]["modified"])
            said = {**said, meta.DEFAULT: {"modified": modified, **said.get(meta.DEFAULT, {})}}
        dataset.metadata_published = shown
        service.note_change(work, dataset)
    if said:
        dataset.metadata_draft = _amended(work, dataset.metadata_draft, said)
    service.touch(work, editable)


def _differing(
    values: Mapping[str, Mapping[str, object]], before: Mapping[str, Any]
) -> dict[str, dict[str, object]]:
    """Those of the values that are not what is in force."""
    known = meta.effective(before)
    safe = meta.effective(
        meta.harmless(
            {
                name: {one: meta.triple(value) for one, value in fields.items()}
                for name, fields in values.items()
            }
        )
    )
    found = {
        template: {
            name: value
            for name, value in fields.items()
            if known.get(template, {}).get(name) not in (value, safe[template][name])
        }
        for template, fields in values.items()
    }
    return {template: fields for template, fields in found.items() if fields}


def _amended(
    work: Work, before: Mapping[str, Any], values: Mapping[str, Mapping[str, object]]
) -> dict[str, Any]:
    found = dict(before)
    for template, fields in values.items():
        found = meta.amended(found, fields, template)
    return vocabularies.mirrored(work, found, before, at="")
