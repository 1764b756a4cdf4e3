"""The raw engines doing by hand what a publication does: DuckDB loads the CSV, Tantivy indexes the same rows."""

from pathlib import Path
from typing import Any

import duckdb
import tantivy

from benchmarks.figures import timed

HEAP_BYTES = 128 << 20


def load(csv: Path, database: Path) -> float:
    """Seconds to load a CSV with types sniffed over all rows."""
    with duckdb.connect(str(database)) as connection, timed() as watch:
        connection.execute("CREATE TABLE rows AS SELECT * FROM read_csv(?, sample_size=-1)", [str(csv)])
        connection.execute("CHECKPOINT")
    return watch.seconds


def index(database: Path, folder: Path) -> float:
    """Seconds to index every column of every row as text, each in a field of its own, beside the row's number."""
    folder.mkdir()
    with duckdb.connect(str(database), read_only=True) as connection, timed() as watch:
        names = [name for name, *_ in connection.execute("DESCRIBE rows").fetchall()]
        writer = opened(folder, names).writer(HEAP_BYTES, 2)
        texts = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in names)
        connection.execute(f"SELECT rowid, {texts} FROM rows")
        while rows := connection.fetchmany(10_000):
            for row in rows:
                writer.add_document(document(names, row[0], row[1:]))
        writer.commit()
        writer.wait_merging_threads()
    return watch.seconds


def opened(folder: Path, names: list[str]) -> Any:
    """A Tantivy index with a text field a column."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("_id", indexed=True, fast=True)
    for name in names:
        builder.add_text_field(name, tokenizer_name="words")
    made = tantivy.Index(builder.build(), str(folder))
    made.register_tokenizer("words", _words())
    return made


def document(names: list[str], number: int, texts: Any) -> Any:
    made = tantivy.Document()
    made.add_integer("_id", number)
    for name, text in zip(names, texts, strict=True):
        if text is not None:
            made.add_text(name, text)
    return made


def _words() -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()
