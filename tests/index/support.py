"""Small tables of texts, and what should be found in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from colonnade.generation import GenerationRef, Mark, TextChanges
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import TextMatch

REF = GenerationRef("ta_1", 1)
NAMES = ("title", "body")
SCHEMA = Schema(tuple(Field(name, name, FieldType.TEXT) for name in NAMES))

Texts = Mapping[int, Sequence[str | None]]
"""By `_id`, the texts of `NAMES` in order."""


def table(texts: Texts, names: Sequence[str] = NAMES) -> Any:
    columns = {
        name: pa.array([row[at] for row in texts.values()], pa.string()) for at, name in enumerate(names)
    }
    return pa.table({"_id": pa.array(list(texts), pa.int64()), **columns})


def changes(counter: int, texts: Texts, deleted: Iterable[int] = ()) -> TextChanges:
    return TextChanges(pa.array(list(deleted), pa.int64()), table(texts), Mark(counter, counter * 10))


def make(store: TantivyStore, texts: Texts, ref: GenerationRef = REF, mark: Mark | None = None) -> None:
    store.create(ref, SCHEMA, table(texts).to_batches(), mark or Mark(0, 0))


def found(store: TantivyStore, text: str, *names: str, ref: GenerationRef = REF) -> list[int]:
    ids: list[int] = store.searcher(ref).ids(TextMatch(text, names or NAMES)).to_pylist()
    return ids
