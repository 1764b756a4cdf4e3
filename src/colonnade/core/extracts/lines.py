"""The records of a dataset as the lines of a CSV file, each cell as it was sent."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.core.columns import reading
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.streams import Stream
from colonnade.core.work import Work
from colonnade.engine.port import SentText
from colonnade.formats.writing.rows import joined
from colonnade.query.schema import MODIFIED, Schema
from colonnade.query.tree import And, Compare, CompareOp, Expr, FieldRef, Literal, Query


@dataclass(frozen=True)
class Lines:
    """`total`: so many records. It holds the rows open until its chunks are read to their end, or it is closed."""

    labels: tuple[str, ...]
    total: int
    stream: Stream

    @property
    def has_columns(self) -> bool:
        return bool(self.labels)

    @property
    def head(self) -> bytes:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(self.labels)
        return line.getvalue().encode()

    def chunks(self) -> Iterator[tuple[bytes, int]]:
        """Whole lines, and how many."""
        for batch in self.stream.batches:
            if batch.num_rows:
                yield joined(batch.column(0)), batch.num_rows

    def close(self) -> None:
        self.stream.batches.close()


def lines_of(work: Work, readable: ReadableDataset, condition: Expr | None, since: str | None) -> Lines:
    """What the actor may see of the records that fulfil a condition, which may name system columns, and were written at a
    moment (ISO, naive UTC) or later. The work may end before the lines do. Raises as `records.select`."""
    guard = _both(condition, since)
    total = records.select_stored(work, readable, Query(limit=0), reading.beside, guard).total
    seen = records.visible_fields(work, readable)
    stream = records.stream_stored(work, readable, Query(), reading.beside, _form, guard)
    return Lines(tuple(one.label for one in seen.fields), total, stream)


def _both(condition: Expr | None, since: str | None) -> Expr | None:
    if since is None:
        return condition
    later = Compare(CompareOp.GE, FieldRef(MODIFIED), Literal(dt.datetime.fromisoformat(since)))
    return later if condition is None else And((condition, later))


def _form(seen: Schema) -> SentText:
    """Beside the fields stand the key, and what was sent of each field that keeps it (`columns.reading.beside`)."""
    first = len(seen.fields) + 1
    kept = [one.name for one in seen.fields if one.keeps_raw]
    return SentText(
        raws=tuple(first + kept.index(one.name) if one.keeps_raw else None for one in seen.fields)
    )
