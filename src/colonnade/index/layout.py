"""How an index lies in its folder.

Beside Tantivy's own files stands `fields.json`: the version of this layout, the names of the fields, and which of them
are texts. Every row is a document with `_id` and a text field a field of the table, and a second one for each field of
texts, with what these are also found by (`splitting`). One more document, the sentinel, carries the mark; it is
rewritten in the same commit as each change, because a commit of tantivy-py has no payload.
"""

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import tantivy

from colonnade.generation import Mark
from colonnade.index.analyzer import TOKENIZER, word_analyzer
from colonnade.index.guard import guarded
from colonnade.index.port import IndexBrokenError
from colonnade.query.schema import FieldType, Schema

VERSION = 2
"""Raise it when the word definition or the fields of a document change: older indexes are then made anew."""

FIELDS_FILE = "fields.json"

# Signed fields: tantivy-py makes signed terms of Python integers, so that deleting by an unsigned field's term
# silently deletes nothing.
ID_FIELD = "_id"
SENTINEL_FIELD = "_sentinel"
COUNTER_FIELD = "_counter"
SEQ_FIELD = "_seq"
SENTINEL = 1


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an index's fields. `split`: of those whose texts are also found by other words."""

    all: frozenset[str]
    split: frozenset[str]

    @classmethod
    def of(cls, schema: Schema) -> Self:
        texts = (one.name for one in schema.fields if one.type is FieldType.TEXT)
        return cls(frozenset(schema.names), frozenset(texts))

    def only(self, some: Iterable[str]) -> Self:
        return type(self)(self.all.intersection(some), self.split.intersection(some))


def text_field(name: str) -> str:
    """The Tantivy field of a table's field. Every name maps to its own, and none to a name of ours or to one with a
    dot, which Tantivy would take for a path."""
    return "text_" + _plain(name)


def extra_field(name: str) -> str:
    """That of what its texts are also found by."""
    return "more_" + _plain(name)


def _plain(name: str) -> str:
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"_{byte:02x}" for byte in name.encode()
    )


def build_schema(names: Names) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(ID_FIELD, indexed=True, fast=True)
    builder.add_integer_field(SENTINEL_FIELD, indexed=True)
    builder.add_integer_field(COUNTER_FIELD, stored=True)
    builder.add_integer_field(SEQ_FIELD, stored=True)
    for name in sorted(names.all):
        builder.add_text_field(text_field(name), tokenizer_name=TOKENIZER, index_option="position")
    for name in sorted(names.split):
        builder.add_text_field(extra_field(name), tokenizer_name=TOKENIZER, index_option="basic")
    return builder.build()


def sentinel(mark: Mark) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer(SENTINEL_FIELD, SENTINEL)
    document.add_integer(COUNTER_FIELD, mark.counter)
    document.add_integer(SEQ_FIELD, mark.seq)
    return document


def read_mark(searcher: tantivy.Searcher, schema: tantivy.Schema) -> Mark:
    """Raises `IndexBrokenError` where no commit ever carried a mark."""
    query = tantivy.Query.term_query(schema, SENTINEL_FIELD, SENTINEL)
    hits = searcher.search(query, 2, count=False).hits
    if len(hits) != 1:
        raise IndexBrokenError(f"the index has {len(hits)} marks")
    stored = searcher.doc(hits[0][1]).to_dict()
    return Mark(stored[COUNTER_FIELD][0], stored[SEQ_FIELD][0])


def make_index(folder: Path, names: Names) -> tantivy.Index:
    """An empty index without a mark, in the place of whatever was in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_fields(folder, names)
    with guarded():
        index = tantivy.Index(build_schema(names), path=str(folder), reuse=False)
        index.register_tokenizer(TOKENIZER, word_analyzer())
    return index


def open_index(folder: Path) -> tuple[tantivy.Index, Names]:
    """The index and the names of its fields. Raises `IndexBrokenError`."""
    names = _read_fields(folder)
    with guarded():
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer(TOKENIZER, word_analyzer())
    return index, names


def _write_fields(folder: Path, names: Names) -> None:
    with (folder / FIELDS_FILE).open("w", encoding="utf-8") as out:
        told = {"version": VERSION, "fields": sorted(names.all), "texts": sorted(names.split)}
        json.dump(told, out)
        out.flush()
        os.fsync(out.fileno())


def _read_fields(folder: Path) -> Names:
    try:
        described = json.loads((folder / FIELDS_FILE).read_bytes())
        version, fields = described["version"], frozenset(described["fields"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexBrokenError(f"no index in {folder}: {error}") from error
    if version != VERSION:
        raise IndexBrokenError(f"the index in {folder} has layout {version}, not {VERSION}")
    return Names(fields, frozenset(described.get("texts", ())))
