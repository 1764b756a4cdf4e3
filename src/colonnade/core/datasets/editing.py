"""Changing what a dataset says of itself, as a whole."""

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service, slugs, vocabularies
from colonnade.core.datasets.model import Dataset, EditableDataset
from colonnade.core.datasets.security import Security
from colonnade.core.work import Work
from colonnade.errors import Invalid


def replace(
    work: Work,
    editable: EditableDataset,
    metadata: object,
    *,
    slug: str | None = None,
    is_restricted: bool | None = None,
    default_security: Security | None = None,
) -> None:
    """Put these metadata in the place of all there are, and change what else is given; None: that stays as it is.

    Readers see the metadata after the next publication, the security at once. Raises `Denied` when the actor changes
    who sees what without the right to, `Invalid` for what is wrong with a value, also for another name of a published
    dataset: readers know it by that name.
    """
    dataset = editable.dataset
    before = dataset.metadata_draft
    draft = vocabularies.mirrored(work, meta.checked(metadata, before), before)
    if slug is not None and slug != dataset.slug:
        dataset.slug = _renamed(work, dataset, slug)
    _secure(work, dataset, is_restricted, default_security)
    dataset.metadata_draft = draft
    service.touch(work, editable)


def _renamed(work: Work, dataset: Dataset, slug: str) -> str:
    if dataset.is_published:
        message = "The identifier of a published dataset cannot be changed: unpublish it first."
        raise Invalid(message, fields={"dataset_id": [message]})
    return slugs.wanted(work, slug)


def _secure(
    work: Work, dataset: Dataset, is_restricted: bool | None, default_security: Security | None
) -> None:
    """A whole object that comes back as it was shown changes nothing, and needs no right to."""
    before = Security.from_json(dataset.default_security)
    after = before if default_security is None else default_security
    restricted = dataset.is_restricted if is_restricted is None else is_restricted
    if (after, restricted) != (before, dataset.is_restricted):
        securable = service.securable(work, dataset.uid)
        service.put_default_security(work, securable, after, is_restricted=restricted)
