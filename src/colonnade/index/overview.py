"""One index over the rows of many small tables, so that one search counts the matches in all of them.

It is an extra: each table has its own index besides, and whoever asks here compares the mark that is known of a table with
that of its rows. A row is one text, its cells one after the other with a sign between them, so that phrases can be looked
for inside a cell and across cells; numbers and dates are whole numbers in their order, by the names that people use in
searches over many tables. What a reader may not see of a row is not left out here: this is for who sees all of it.
"""

import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tantivy

from colonnade.generation import GenerationRef, Mark
from colonnade.index.analyzer import TOKENIZER, fold, word_analyzer
from colonnade.index.guard import guarded
from colonnade.index.moving import damaged
from colonnade.index.overview_port import Page, Row, State
from colonnade.index.overview_query import (
    BETWEEN,
    EXTRAS,
    MODIFIED_FIELD,
    NUMBERS,
    SLOT,
    TEXT,
    Asking,
)
from colonnade.index.port import IndexBrokenError
from colonnade.query.tree import Expr

VERSION = "3"
VERSION_FILE = "version"

MOST_TABLES = 65_000
"""Tantivy counts in so many places at most."""

_ROW, _PLACE, _SENT = "row", "place", "sent"
_STATE, _NUMBER, _COUNTER, _SEQ = "state", "number", "counter", "seq"
_HEAP_BYTES = 50_000_000


@dataclass(frozen=True)
class TantivySnapshot:
    """One state of the index. Any thread may use it."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    states: Mapping[GenerationRef, State] = field(default_factory=dict)

    def counts(self, where: Expr) -> dict[int, int] | None:
        """How many rows of each generation fulfil a condition, by its slot; None for a condition that cannot be asked
        here. Raises `Invalid` as searches do, and `IndexBrokenError`."""
        asking = Asking(self.index, self.searcher)
        with guarded():
            query = asking.query(where)
            if query is None:
                return None
            terms = {"field": SLOT, "size": MOST_TABLES, "segment_size": MOST_TABLES}
            found: Any = self.searcher.aggregate(query, {"slots": {"terms": terms}})
        return {int(one["key"]): int(one["doc_count"]) for one in found["slots"]["buckets"]}

    def page(self, where: Expr, slot: int, offset: int, limit: int) -> Page | None:
        asking = Asking(self.index, self.searcher)
        with guarded():
            query = asking.query(where)
            if query is None:
                return None
            own = tantivy.Query.term_query(self.index.schema, SLOT, slot)
            both = tantivy.Query.boolean_query([(tantivy.Occur.Must, own), (tantivy.Occur.Must, query)])
            found: Any = self.searcher.search(
                both, limit, count=True, order_by_field=_PLACE, offset=offset, order=tantivy.Order.Asc
            )
            stored = (self.searcher.doc(address).to_dict() for _, address in found.hits)
            return Page(int(found.count), tuple(one[_SENT][0] if _SENT in one else None for one in stored))


class TantivyOverview:
    """The files of the index and its one writer. What is put in is seen after the next `commit`."""

    def __init__(self, folder: Path) -> None:
        """Nothing is opened before it is needed. An index that cannot be opened is begun anew."""
        self._folder = folder
        self._lock = threading.Lock()
        self._writer: tantivy.IndexWriter | None = None
        self._snapshot: TantivySnapshot | None = None
        self._pending: dict[GenerationRef, State] = {}
        self._slots = 0

    @property
    def exists(self) -> bool:
        return self._folder.exists()

    @property
    def snapshot(self) -> TantivySnapshot:
        return self._snapshot or self._opened()

    def known(self, ref: GenerationRef) -> Mark | None:
        with self._opening():
            state = self._pending.get(ref)
            return None if state is None else state.mark

    def put(self, ref: GenerationRef, mark: Mark, rows: Iterable[Row], deleted: Iterable[int]) -> None:
        with self._opening(), guarded():
            known = self._pending.get(ref)
            for other in [one for one in self._pending if one.table == ref.table and one != ref]:
                self._forget(other)
            slot = self._next_slot() if known is None else known.slot
            writer = self._writing()
            for number in deleted if known is not None else ():
                writer.delete_documents_by_term(_ROW, f"{slot}:{number}")
            for row in rows:
                if known is not None:
                    writer.delete_documents_by_term(_ROW, f"{slot}:{row.id}")
                writer.add_document(_document(slot, row))
            self._note(ref, State(slot, mark))

    def forget(self, tables: Iterable[str]) -> None:
        if self._snapshot is None and not self._folder.exists():
            return
        gone = frozenset(tables)
        with self._opening(), guarded():
            for ref in [one for one in self._pending if one.table in gone]:
                self._forget(ref)

    def commit(self) -> None:
        with self._lock, guarded():
            if self._writer is not None:
                self._writer.commit()
                self._index.reload()
                self._snapshot = TantivySnapshot(self._index, self._index.searcher(), dict(self._pending))

    def check(self) -> list[str]:
        if not self._folder.exists():
            return []
        with self._lock:
            self._close_writer()  # whose merges would change the files; what was not committed is taken up again
            self._snapshot = None
            try:
                return damaged(self._folder)
            except IndexBrokenError as error:
                return [f"It cannot be read: {error}."]

    def begin_anew(self) -> None:
        with self._lock:
            self._close_writer()
            self._begin()

    def close(self) -> None:
        """What was not committed is lost. It is opened again when it is needed."""
        with self._lock:
            self._close_writer()
            self._snapshot = None
            self._pending.clear()

    @contextmanager
    def _opening(self) -> Iterator[None]:
        with self._lock:
            self._open_or_begin()
            yield

    def _opened(self) -> TantivySnapshot:
        with self._lock:
            return self._open_or_begin()

    def _open_or_begin(self) -> TantivySnapshot:
        """The caller holds the lock."""
        if self._snapshot is None:
            try:
                self._open()
            except IndexBrokenError:
                self._begin()
        assert self._snapshot is not None
        return self._snapshot

    def _open(self) -> None:
        try:
            version = (self._folder / VERSION_FILE).read_text()
        except OSError as error:
            raise IndexBrokenError(str(error)) from error
        if version != VERSION:
            raise IndexBrokenError(f"the overview has layout {version}, not {VERSION}")
        with guarded():
            self._index = tantivy.Index.open(str(self._folder))
            self._start()

    def _begin(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        with guarded():
            self._index = tantivy.Index(_schema(), path=str(self._folder), reuse=False)
            self._start()
        (self._folder / VERSION_FILE).write_text(VERSION)

    def _start(self) -> None:
        self._index.register_tokenizer(TOKENIZER, word_analyzer())
        searcher = self._index.searcher()
        self._pending = _states(searcher, self._index.schema)
        self._slots = max((one.slot for one in self._pending.values()), default=0)
        self._snapshot = TantivySnapshot(self._index, searcher, dict(self._pending))

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP_BYTES, 1)
        return self._writer

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with guarded():
                writer.wait_merging_threads()

    def _next_slot(self) -> int:
        self._slots += 1
        return self._slots

    def _note(self, ref: GenerationRef, state: State) -> None:
        self._pending[ref] = state
        writer = self._writing()
        writer.delete_documents_by_term(_STATE, _named(ref))
        document = tantivy.Document()
        document.add_text(_STATE, _named(ref))
        for name, value in ((_NUMBER, state.slot), (_COUNTER, state.mark.counter), (_SEQ, state.mark.seq)):
            document.add_integer(name, value)
        writer.add_document(document)

    def _forget(self, ref: GenerationRef) -> None:
        state = self._pending.pop(ref)
        writer = self._writing()
        writer.delete_documents_by_term(_STATE, _named(ref))
        writer.delete_documents_by_term(SLOT, state.slot)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(SLOT, indexed=True, fast=True)
    builder.add_integer_field(MODIFIED_FIELD, indexed=True, fast=True)
    builder.add_integer_field(_PLACE, fast=True)
    builder.add_bytes_field(_SENT, stored=True)
    builder.add_text_field(_ROW, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(TEXT, tokenizer_name=TOKENIZER, index_option="position")
    builder.add_text_field(EXTRAS, tokenizer_name=TOKENIZER, index_option="basic")
    builder.add_json_field(NUMBERS, fast=True)
    builder.add_text_field(_STATE, stored=True, tokenizer_name="raw", index_option="basic")
    for name in (_NUMBER, _COUNTER, _SEQ):
        builder.add_integer_field(name, stored=True, indexed=name == _NUMBER)
    return builder.build()


def _document(slot: int, row: Row) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer(SLOT, slot)
    document.add_integer(MODIFIED_FIELD, row.modified)
    document.add_integer(_PLACE, row.place)
    if row.sent is not None:
        document.add_bytes(_SENT, row.sent)
    document.add_text(_ROW, f"{slot}:{row.id}")
    if row.cells:
        document.add_text(TEXT, fold(BETWEEN.join(row.cells)))
    if row.extras:
        document.add_text(EXTRAS, fold(" ".join(row.extras)))
    if row.numbers:
        document.add_json(NUMBERS, dict(row.numbers))
    return document


def _named(ref: GenerationRef) -> str:
    return f"{ref.table}/{ref.number}"


def _states(searcher: tantivy.Searcher, schema: tantivy.Schema) -> dict[GenerationRef, State]:
    every = tantivy.Query.range_query(schema, _NUMBER, tantivy.FieldType.Integer, 0, (1 << 62))
    found: dict[GenerationRef, State] = {}
    for _, address in searcher.search(every, MOST_TABLES * 2, count=False).hits:
        stored = searcher.doc(address).to_dict()
        table, _, number = str(stored[_STATE][0]).rpartition("/")
        mark = Mark(stored[_COUNTER][0], stored[_SEQ][0])
        found[GenerationRef(table, int(number))] = State(stored[_NUMBER][0], mark)
    return found
