"""JSON documents: an array of records somewhere in them, or an object whose values are records. Parsed as a stream."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import ijson

from colonnade.errors import Invalid
from colonnade.formats import looking, params
from colonnade.formats.collecting import collect
from colonnade.formats.json_values import BUFFER_BYTES, VALUE, Progress, opened, told, within
from colonnade.formats.port import Bounds, Extract, Source

ITEMS = "items"
"""Where the records of an object are looked for, if nothing else is said."""


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: `json_root`, the path of the array of records; `json_object`, the path of
    the record in each of its items. Paths are separated by dots."""
    head, is_cut = looking.head(source, scratch, bounds)
    with opened(head, scratch) as file:
        records = looking.until_cut(_records(file, source), is_cut=is_cut)
        return collect(connection, source, target, bounds, records)


def read_dictionary(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """The same for an object whose values are records. Parameters: `json_root`, the path of the object; `key_column`,
    the name of the column that its keys become."""
    head, is_cut = looking.head(source, scratch, bounds)
    label = params.text(source, "key_column") or "key"
    with opened(head, scratch) as file:
        records = looking.until_cut(_values(file, source, label), is_cut=is_cut)
        return collect(connection, source, target, bounds, records, labels=(label,))


def _records(file: BinaryIO, source: Source) -> Iterator[Mapping[str, Any]]:
    path = params.text(source, "json_object")
    progress = Progress()
    with told(source, progress):
        prefix = _prefix(file, source)
        for item in ijson.items(file, prefix, buf_size=BUFFER_BYTES):
            for record in within(item, path):
                yield record
                progress.rows += 1
    if path and not progress.rows:
        message = f"No item of the file {source.name} has anything at {path}, the given json_object"
        raise Invalid(message, code="file.parameters")


def _values(file: BinaryIO, source: Source, label: str) -> Iterator[Mapping[str, Any]]:
    root = params.text(source, "json_root")
    progress = Progress()
    with told(source, progress):
        for key, value in ijson.kvitems(file, root, buf_size=BUFFER_BYTES):
            record = value if isinstance(value, dict) else {VALUE: value}
            yield {label: key, **{(f"{one}_2" if one == label else one): record[one] for one in record}}
            progress.rows += 1
    if not progress.rows:
        place = f"at {root}, the given json_root" if root else "at its top"
        message = f"The file {source.name} has no object {place}, or an empty one"
        raise Invalid(message, code="file.parameters")


def _prefix(file: BinaryIO, source: Source) -> str:
    """The parser's name for the records: those of an array's items, or of one object."""
    root = params.text(source, "json_root")
    found = container(file, root)
    if found is None:
        message = f"The file {source.name} has no array or object at {root or 'its top'}, the json_root"
        raise Invalid(message, code="file.parameters")
    if found == "start_map" and not root and container(file, ITEMS) == "start_array":
        root, found = ITEMS, "start_array"
    return ".".join(filter(None, (root, "item"))) if found == "start_array" else root


def container(file: BinaryIO, path: str) -> str | None:
    """The event that begins the first array or object at a path: `start_array` or `start_map`. The file is at its
    beginning before and after."""
    beginning = file.tell()
    events = ijson.parse(file, buf_size=BUFFER_BYTES)
    found = (event for prefix, event, _ in events if prefix == path and event in ("start_array", "start_map"))
    event: str | None = next(found, None)
    file.seek(beginning)
    return event
