"""Adding, changing and removing the steps of a dataset. They act at its next publish."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from colonnade.builder.steps import catalogue
from colonnade.builder.steps.catalogue import Kind
from colonnade.builder.steps.parameters import StepType
from colonnade.core.datasets import facet_settings
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.facet_settings import FacetSetting
from colonnade.core.datasets.model import EditableDataset, ViewableDataset
from colonnade.core.steps import facets, store
from colonnade.core.steps.model import DatasetStep
from colonnade.core.uids import new_uid
from colonnade.core.work import Work, now
from colonnade.errors import Invalid, LimitReached, NotFound

MAX_STEPS = 5_000
"""Of one kind and one dataset."""


def processors(work: Work) -> tuple[StepType, ...]:
    """All that this portal has, for who makes or manages datasets. Raises `Denied`."""
    datasets.managed_page(work, limit=0, offset=0)
    return tuple(catalogue.PROCESSORS.values())


def steps(work: Work, viewable: ViewableDataset, kind: Kind) -> Sequence[DatasetStep]:
    """In the order of their execution."""
    return store.steps(work.db, viewable.dataset.id, kind)


def step(work: Work, viewable: ViewableDataset, kind: Kind, uid: str) -> DatasetStep:
    """Raises `NotFound`, also for a step of the other kind."""
    found = store.step(work.db, viewable.dataset.id, kind, uid)
    if found is None:
        raise NotFound(f"There is no {kind} {uid}.", code="step.unknown")
    return found


def of_dataset(work: Work, dataset_id: int, kind: Kind) -> Sequence[DatasetStep]:
    """For jobs, which act for the portal itself."""
    return store.steps(work.db, dataset_id, kind)


def add(
    work: Work,
    editable: EditableDataset,
    kind: Kind,
    type_: str,
    params: Mapping[str, Any],
    label: str | None = None,
) -> DatasetStep:
    """A new step after those that are there. `label`: the name of its type if none is given. What is no parameter of
    its type is ignored. Raises `Invalid`, naming the parameters, and `LimitReached`."""
    kept = catalogue.checked(kind, type_, params)
    _check_count(work, editable, kind)
    with _mirrored(work, editable):
        position = store.last_position(work.db, editable.dataset.id, kind) + 1
        return _insert(work, editable, kind, position, type_, label or _label(kind, type_), kept)


def replace(
    work: Work,
    editable: EditableDataset,
    kind: Kind,
    uid: str,
    type_: str,
    params: Mapping[str, Any],
    label: str | None = None,
) -> DatasetStep:
    """Give a step other parameters, all of them; it stays where it is. A field step keeps its type. Raises as `add`."""
    changed = step(work, editable, kind, uid)
    if kind is Kind.FIELD and type_ != changed.type:
        raise _wrong("type", f"The type of a field configuration cannot change; it is {changed.type}.")
    kept = catalogue.checked(kind, type_, params)
    with _mirrored(work, editable):
        changed.type, changed.params = type_, kept
        changed.label = label or _label(kind, type_)
        changed.updated_at = now()
    return changed


def remove(work: Work, editable: EditableDataset, kind: Kind, uid: str) -> None:
    removed = step(work, editable, kind, uid)
    with _mirrored(work, editable):
        removed.removed_at, removed.label, removed.params = now(), "", {}


def copied(work: Work, source: ViewableDataset, target: EditableDataset) -> None:
    """Give a new dataset the steps of another one, under uids of their own. The facets that they declare are in the
    metadata, which are copied with the dataset."""
    for kind in Kind:
        for position, one in enumerate(steps(work, source, kind), 1):
            _insert(work, target, kind, position, one.type, one.label, one.params)


def remove_all(work: Work, dataset_id: int) -> None:
    """What a deleted dataset had."""
    store.remove_of(work.db, dataset_id)


def _insert(
    work: Work,
    editable: EditableDataset,
    kind: Kind,
    position: int,
    type_: str,
    label: str,
    params: dict[str, Any],
) -> DatasetStep:
    made = DatasetStep(
        uid=new_uid("pr", lambda uid: store.uid_taken(work.db, uid)),
        dataset_id=editable.dataset.id,
        kind=kind.value,
        position=position,
        type=type_,
        label=label,
        params=params,
    )
    work.db.add(made)
    work.db.flush()
    return made


def _check_count(work: Work, editable: EditableDataset, kind: Kind) -> None:
    found = store.count(work.db, editable.dataset.id, kind)
    if found >= MAX_STEPS:
        message = f"A dataset has at most {MAX_STEPS:,} steps of one kind."
        raise LimitReached(message, limit_type="steps", limit=MAX_STEPS, value=found + 1)


def _label(kind: Kind, type_: str) -> str:
    types = catalogue.PROCESSORS if kind is Kind.PROCESSOR else catalogue.FIELD_STEPS
    return types[type_].label


@contextmanager
def _mirrored(work: Work, editable: EditableDataset) -> Iterator[None]:
    """A change of the steps, and of what the dataset's metadata say of the facets that they declare."""
    dataset = editable.dataset
    before = _facets(work, dataset.id)
    yield
    work.db.flush()
    after = _facets(work, dataset.id)
    if before != after:
        dataset.metadata_draft = facet_settings.followed(dataset.metadata_draft, before, after)
    datasets.touch(work, editable)


def _facets(work: Work, dataset_id: int) -> tuple[FacetSetting, ...]:
    return facets.declared(store.configuration(work.db, dataset_id, facets.CHANGING))


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
