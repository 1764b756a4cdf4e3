"""Rows in DuckDB files, one per generation, served by one in-memory DuckDB instance.

`instance` opens and locks it down, `opened` bounds the open files, `deadlines` stops what takes too long, `lanes`
lets heavy queries wait for each other, `reading` answers queries, `planning` and `writing` change rows, `replay` brings changes from one generation to the next,
`moving` takes rows out, `checking` looks for damage, and `store` is the engine that the port asks for.
"""

from colonnade.engine.embedded.store import EmbeddedEngine

__all__ = ["EmbeddedEngine"]
