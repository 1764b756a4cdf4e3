"""How an index lies in its folder.

Beside Tantivy's own files stands `fields.json`: the version of this layout and the names of the fields. Every row is
a document with `_id` and a text field a field of the table. One more document, the sentinel, carries the mark; it is
rewritten in the same commit as each change, because a commit of tantivy-py has no payload.
"""

import json
import os
import shutil
from pathlib import Path

import tantivy

from colonnade.generation import Mark
from colonnade.index.analyzer import TOKENIZER, word_analyzer
from colonnade.index.guard import guarded
from colonnade.index.port import IndexBrokenError

VERSION = 1
"""Raise it when the word definition or the fields of a document change: older indexes are then made anew."""

FIELDS_FILE = "fields.json"

# Signed fields: tantivy-py makes signed terms of Python integers, so that deleting by an unsigned field's term
# silently deletes nothing.
ID_FIELD = "_id"
SENTINEL_FIELD = "_sentinel"
COUNTER_FIELD = "_counter"
SEQ_FIELD = "_seq"
SENTINEL = 1


def text_field(name: str) -> str:
    """The Tantivy field of a table's field. Every name maps to its own, and none to a name of ours or to one with a
    dot, which Tantivy would take for a path."""
    plain = (chr(byte) if chr(byte).isalnum() and byte < 128 else f"_{byte:02x}" for byte in name.encode())
    return "text_" + "".join(plain)


def build_schema(names: tuple[str, ...]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(ID_FIELD, indexed=True, fast=True)
    builder.add_integer_field(SENTINEL_FIELD, indexed=True)
    builder.add_integer_field(COUNTER_FIELD, stored=True)
    builder.add_integer_field(SEQ_FIELD, stored=True)
    for name in names:
        builder.add_text_field(text_field(name), tokenizer_name=TOKENIZER, index_option="position")
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


def make_index(folder: Path, names: tuple[str, ...]) -> tantivy.Index:
    """An empty index without a mark, in the place of whatever was in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_fields(folder, names)
    with guarded():
        index = tantivy.Index(build_schema(names), path=str(folder), reuse=False)
        index.register_tokenizer(TOKENIZER, word_analyzer())
    return index


def open_index(folder: Path) -> tuple[tantivy.Index, frozenset[str]]:
    """The index and the names of its fields. Raises `IndexBrokenError`."""
    names = _read_fields(folder)
    with guarded():
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer(TOKENIZER, word_analyzer())
    return index, names


def _write_fields(folder: Path, names: tuple[str, ...]) -> None:
    with (folder / FIELDS_FILE).open("w", encoding="utf-8") as out:
        json.dump({"version": VERSION, "fields": list(names)}, out)
        out.flush()
        os.fsync(out.fileno())


def _read_fields(folder: Path) -> frozenset[str]:
    try:
        described = json.loads((folder / FIELDS_FILE).read_bytes())
        version, names = described["version"], frozenset(described["fields"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexBrokenError(f"no index in {folder}: {error}") from error
    if version != VERSION:
        raise IndexBrokenError(f"the index in {folder} has layout {version}, not {VERSION}")
    return names
