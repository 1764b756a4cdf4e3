"""The records of a dataset as the lines of a CSV file, each cell as it was sent."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

from colonnade.core.columns import reading
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.streams import Stream
from colonnade.core.search import service as search
from colonnade.core.work import Work
from colonnade.engine.port import SentText
from colonnade.formats.writing.rows import joined
from colonnade.query.schema import Schema
from colonnade.query.tree import Query


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


def lines_of(
    work: Work,
    readable: ReadableDataset,
    words: str | None,
    since: dt.datetime | None,
    total: int | None = None,
) -> Lines:
    """What the actor may see of the records that the words ask for (`core.search`) and that were written from `since` on.
    `total`: how many these are, if it is known. The work may end before the lines do. Raises as `records.select`."""
    labels = tuple(one.label for one in records.visible_fields(work, readable).fields)
    if not labels:
        return Lines((), 0, records.stream_stored(work, readable, Query(limit=0), reading.beside, _form))
    query = Query(where=search.condition(work, readable, words=words, since=since))
    if total is None:
        total = records.select(work, readable, replace(query, limit=0)).total
    return Lines(labels, total, records.stream_stored(work, readable, query, reading.beside, _form))


def _form(seen: Schema) -> SentText:
    """Beside the fields stand the key, and what was sent of each field that keeps it (`columns.reading.beside`)."""
    first = len(seen.fields) + 1
    kept = [one.name for one in seen.fields if one.keeps_raw]
    return SentText(
        raws=tuple(first + kept.index(one.name) if one.keeps_raw else None for one in seen.fields)
    )
