"""From the words that were typed to the condition that they are for each dataset."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

from colonnade.core.columns import service as columns
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.imports import service as imports
from colonnade.core.records import identity
from colonnade.core.records.across import Shared
from colonnade.core.work import Work, now
from colonnade.errors import Invalid
from colonnade.query import lucene
from colonnade.query.schema import MODIFIED, Field, FieldType, Schema
from colonnade.query.tree import And, Compare, CompareOp, Expr, Literal

ALWAYS, NEVER = Literal(value=True), Literal(value=False)

_SINCE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?)Z?", re.ASCII)
_COLUMN, _UPLOAD = "column_", "data_upload_id"
_OF_ONE = frozenset({_UPLOAD, "dataset_slug", "id"})
"""Fields whose values mean something else in each dataset."""


@dataclass(frozen=True)
class Question:
    """`columns` and `uploads`: of each dataset, by its id, what `lucene.Target` is told of it."""

    node: lucene.Node | None
    since: dt.datetime | None
    before: dt.datetime | None
    at: dt.datetime
    columns: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    uploads: Mapping[int, Mapping[int, str]] = field(default_factory=dict)

    @property
    def is_of_all(self) -> bool:
        """Nothing is asked: every record answers."""
        return self.node is None and self.since is None and self.before is None

    def about(self, work: Work, readables: Sequence[ReadableDataset], sort: str | None = None) -> Self:
        """The same question of these datasets, one by one. `sort`: an order that will be asked for, too."""
        named = (sort or "", *(() if self.node is None else lucene.fields(self.node)))
        has_columns = any(_COLUMN in one for one in named)
        has_uploads = any(one == _UPLOAD for one in named)
        return replace(
            self,
            columns=columns.indexed(work, readables) if has_columns else {},
            uploads=imports.sources(work, [one.dataset.id for one in readables]) if has_uploads else {},
        )

    def of(self, readable: ReadableDataset, table_uid: str, visible: Schema) -> Expr:
        """The condition that it is for a dataset."""
        return self._condition(self.target(readable, table_uid, visible))

    def shared(self, work: Work) -> Shared:
        """The same for all datasets at once."""
        named = frozenset() if self.node is None else lucene.fields(self.node)
        names = [one for one in named if one.startswith(_COLUMN)]
        schema = Schema(tuple(Field(one, one, FieldType.JSON) for one in names))
        target = lucene.Target("", schema, {one: one for one in names}, {}, lambda _: None)
        where = None if named & _OF_ONE else self._condition(target)
        return Shared(where, partial(columns.indexed, work))

    def _condition(self, target: lucene.Target) -> Expr:
        terms = [] if self.node is None else [lucene.condition(self.node, target, self.at)]
        for op, moment in ((CompareOp.GE, self.since), (CompareOp.LT, self.before)):
            if moment is not None:
                terms.append(Compare(op, lucene.system(MODIFIED), Literal(moment)))
        needed = tuple(one for one in terms if one != ALWAYS)
        if NEVER in needed:
            return NEVER
        if len(needed) < 2:
            return needed[0] if needed else ALWAYS
        return And(needed)

    def target(self, readable: ReadableDataset, table_uid: str, visible: Schema) -> lucene.Target:
        number = readable.dataset.id
        return lucene.Target(
            slug=readable.dataset.slug or "",
            schema=visible,
            columns=self.columns.get(number, {}),
            uploads=self.uploads.get(number, {}),
            row=partial(identity.row_id, table_uid),
        )


def asked(words: str | None, since: dt.datetime | None, before: dt.datetime | None) -> Question:
    """What is asked, of whatever datasets. Raises `Invalid`."""
    at = now()
    node = None if words is None else lucene.parse(words)
    if node is not None:
        lucene.check(node, at)
    return Question(node, since, before, at)


def since(text: str | None) -> dt.datetime | None:
    """A moment as clients send it, `2024-03-07T15:04:05` in UTC; None for nothing. Raises `Invalid`."""
    if text is None or not text.strip():
        return None
    found = _SINCE.fullmatch(text.strip())
    try:
        moment = None if found is None else dt.datetime.fromisoformat(found[1])
    except ValueError:
        moment = None
    if moment is None:
        raise Invalid(
            f"Invalid value for since API parameter: {text[:100]} was found but a time as 2024-03-07T15:04:05 is"
            " expected.",
            code="parameter.invalid",
            parameter="since",
        )
    return moment
