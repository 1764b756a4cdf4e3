"""Readers submit feedback on a record, publishers read and archive it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from colonnade.core.datasets.model import EditableDataset, ReadableDataset
from colonnade.core.feedback import store
from colonnade.core.feedback.model import Feedback
from colonnade.core.records import service as records
from colonnade.core.records.coercion import misfit
from colonnade.core.uids import new_uid
from colonnade.core.work import Work
from colonnade.errors import Invalid, LimitReached, NotFound, Unauthenticated
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

MAX_COMMENT = 10_000
"""Characters."""
MAX_VALUES_BYTES = 100_000
"""All suggested values of one feedback, as JSON."""
MAX_OPEN = 1_000
"""Feedback of one person on one dataset, until it is archived."""
REQUIRED = "This field is required"


@dataclass(frozen=True)
class Suggestion:
    """What a reader thinks that a field should hold, as JSON. `type`: of the field, as readers know it; None: whatever
    it is."""

    value: object
    type: str | None = None


@dataclass(frozen=True)
class Draft:
    """Feedback that may be submitted as it is. Only `checked` makes one."""

    record_id: str
    comment: str
    values: Mapping[str, Any]


def checked(
    work: Work,
    readable: ReadableDataset,
    record_id: str,
    comment: str,
    values: Mapping[str, Suggestion] | None = None,
) -> Draft:
    """What a signed-in reader wants to say about a record that they may see. Apart from `submit`, because it looks for
    the record: behind a row filter that takes time, in which nobody else should have to wait for the catalogue.

    Raises `Unauthenticated` for who is not signed in, `Denied` when only the metadata may be seen, `Invalid` naming
    all that is wrong: a record or a field that the reader may not see is as unknown as one that does not exist.
    """
    _username(work)
    problems = _wrong_comment(comment)
    schema = records.visible_fields(work, readable)
    if not _is_seen(work, readable, record_id):
        problems["record_id"] = ["There is no such record."]
    suggested = dict(values or {})
    problems |= _wrong_values(schema, suggested)
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)
    kept = {
        name: {"value": one.value, "type": _field(schema, name).type.value} for name, one in suggested.items()
    }
    return Draft(record_id, comment, kept)


def submit(work: Work, readable: ReadableDataset, draft: Draft) -> Feedback:
    """Write it down. Raises `Unauthenticated`, and `LimitReached` when the same person has written much that nobody has
    archived yet."""
    written = store.open_count(work.db, readable.dataset.id, _username(work))
    if written >= MAX_OPEN:
        message = f"You have written {written:,} times about this dataset; its publishers have to look at that first."
        raise LimitReached(message, limit_type="feedback", limit=MAX_OPEN, value=written + 1)
    found = Feedback(
        uid=new_uid("df", lambda uid: store.uid_taken(work.db, uid)),
        dataset_id=readable.dataset.id,
        record_id=draft.record_id,
        username=_username(work),
        comment=draft.comment,
        values=dict(draft.values),
    )
    work.db.add(found)
    work.db.flush()
    return found


def page(
    work: Work,
    editable: EditableDataset,
    *,
    record_id: str | None = None,
    is_archived: bool = False,
    newest_first: bool = True,
    limit: int,
    offset: int,
) -> tuple[Sequence[Feedback], int]:
    """Feedback on a dataset, or on one record of it, by date, and how much there is: the archived or the other."""
    return store.page(
        work.db,
        editable.dataset.id,
        record_id=record_id,
        is_archived=is_archived,
        newest_first=newest_first,
        limit=limit,
        offset=offset,
    )


def one(work: Work, editable: EditableDataset, uid: str) -> Feedback:
    """Raises `NotFound`."""
    found = store.one(work.db, editable.dataset.id, uid)
    if found is None:
        raise NotFound(f"Unknown feedback: {uid}", code="feedback.unknown")
    return found


def archive(work: Work, editable: EditableDataset, uid: str) -> Feedback:
    """Safe to repeat. Raises `NotFound`."""
    found = one(work, editable, uid)
    found.is_archived = True
    return found


def remove_all(work: Work, dataset_id: int) -> None:
    """Remove what was written about a deleted dataset."""
    store.remove_of(work.db, dataset_id)


def _username(work: Work) -> str:
    if work.actor.username is None or not work.actor.is_signed_in:
        raise Unauthenticated("Only who is signed in can send feedback.", code="feedback.anonymous")
    return work.actor.username


def _is_seen(work: Work, readable: ReadableDataset, record_id: str) -> bool:
    try:
        records.one(work, readable, record_id, Query())
    except NotFound:
        return False
    return True


def _wrong_comment(comment: str) -> dict[str, list[str]]:
    if not comment.strip():
        return {"comment": [REQUIRED]}
    if len(comment) > MAX_COMMENT:
        return {"comment": [f"At most {MAX_COMMENT} characters."]}
    return {}


def _wrong_values(schema: Schema, values: Mapping[str, Suggestion]) -> dict[str, list[str]]:
    if len(orjson.dumps({name: one.value for name, one in values.items()})) > MAX_VALUES_BYTES:
        return {"values": [f"At most {MAX_VALUES_BYTES} bytes of JSON."]}
    known = frozenset(schema.names)
    problems = {}
    for name, one in values.items():
        wrong = _wrong_value(_field(schema, name), one) if name in known else "There is no such field."
        if wrong is not None:
            problems[f"values.{name}"] = [wrong]
    return problems


def _wrong_value(field: Field, suggestion: Suggestion) -> str | None:
    names = _TYPE_NAMES.get(field.type, (field.type.value,))
    if suggestion.type is not None and suggestion.type not in names:
        return f"This field is of the type {names[0]}."
    return misfit(field, suggestion.value)


_TYPE_NAMES: Mapping[FieldType, tuple[str, ...]] = {FieldType.TIME: ("text", "time")}
"""What readers know a type as, where it is not by its own name alone: Explore 2.1 has no times."""


def _field(schema: Schema, name: str) -> Field:
    found = schema.get(name)
    assert found is not None, "only known names are asked for"
    return found
