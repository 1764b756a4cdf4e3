"""Documents from record batches, and the making of a whole index."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from colonnade.disk import sync
from colonnade.generation import Mark, TextChanges
from colonnade.index.analyzer import fold
from colonnade.index.guard import guarded
from colonnade.index.layout import ID_FIELD, Names, extra_field, make_index, sentinel, text_field
from colonnade.index.splitting import extras
from colonnade.query.schema import ID, Schema

MIN_HEAP_BYTES = 15_000_000
"""What Tantivy asks for each of its threads."""


def feed(
    folder: Path,
    schema: Schema,
    batches: Iterable[Any],
    mark: Mark,
    *,
    heap_bytes: int = 128_000_000,
    threads: int = 2,
) -> int:
    """Make the index of a generation in `folder`, in the place of whatever is there; returns the number of rows.

    `batches`: record batches with an int64 column `_id` and a string column for some or all of the schema's fields.
    Everything is one commit, durable when this returns: an interrupted call leaves an index that opens as broken.
    `heap_bytes` is shared by the threads. Beyond Tantivy's memory the process dies (SIGABRT); there is no error.
    Raises `IndexBrokenError`; errors of `batches` pass through.
    """
    names = Names.of(schema)
    index = make_index(folder, names)
    rows = 0
    with _bulk_writer(index, max(heap_bytes, threads * MIN_HEAP_BYTES), threads) as writer:
        for batch in batches:
            with guarded():
                add_rows(writer, batch, names)
            rows += batch.num_rows
        with guarded():
            writer.add_document(sentinel(mark))
            writer.commit()
    sync(folder)
    sync(folder.parent)
    return rows


def change(writer: tantivy.IndexWriter, changes: TextChanges, names: Names) -> None:
    """Do to the rows of an index what was done to those of a table; nothing is committed."""
    gone = changes.deleted.to_pylist()
    if not changes.is_exact:
        gone += changes.rows.column(ID).to_pylist()
    for number in gone:
        writer.delete_documents_by_term(ID_FIELD, number)
    add_rows(writer, changes.rows, names)


def add_rows(writer: tantivy.IndexWriter, rows: Any, names: Names) -> None:
    """Add one document a row of a record batch or table shaped like `TextChanges.rows`."""
    for document in _documents(rows, names):
        writer.add_document(document)


@contextmanager
def _bulk_writer(index: tantivy.Index, heap_bytes: int, threads: int) -> Iterator[tantivy.IndexWriter]:
    """Closed at the end in any case, since a writer holds its folder's lock for as long as it lives."""
    with guarded():
        writer = index.writer(heap_bytes, threads)
    try:
        yield writer
    finally:
        with guarded():
            writer.wait_merging_threads()


def _documents(rows: Any, names: Names) -> Iterator[tantivy.Document]:
    """Nulls and empty texts are left out."""
    texts_by_field = dict(_texts(rows, names))
    fields, columns = list(texts_by_field), list(texts_by_field.values())
    ids = rows.column(ID).to_pylist()
    texts = zip(*columns, strict=True) if columns else iter([()] * len(ids))
    for number, row in zip(ids, texts, strict=True):
        document = tantivy.Document()
        document.add_integer(ID_FIELD, number)
        for field, text in zip(fields, row, strict=True):
            if text:
                document.add_text(field, text if text.isascii() else fold(text))
        yield document


def _texts(rows: Any, names: Names) -> Iterator[tuple[str, list[str | None]]]:
    """Each Tantivy field that holds anything, with its texts."""
    for name in rows.schema.names:
        if name == ID:
            continue
        column = rows.column(name)
        yield text_field(name), column.to_pylist()
        more = extras(column) if name in names.split else None
        if more is not None:
            yield extra_field(name), more.to_pylist()
