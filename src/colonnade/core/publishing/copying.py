"""A dataset made after another one."""

from colonnade.core.attachments import service as attachments
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, ViewableDataset
from colonnade.core.resources import copying as resources
from colonnade.core.steps import service as steps
from colonnade.core.work import Work


def copy(work: Work, source: ViewableDataset) -> EditableDataset:
    """A new unpublished dataset with the metadata of another, its resources with their uploaded files, its steps, its
    attachments and alternative exports.

    What it says of itself is copied word by word, the title too. Rows, rulesets, and what was published stay with the
    source. Raises `Denied` when the actor may not make datasets, or may not know the passwords that the source needs.
    """
    made = datasets.copied(work, source)
    resources.copied(work, source, made)
    steps.copied(work, source, made)
    attachments.copied(work, source, made)
    return made
