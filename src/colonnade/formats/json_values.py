"""What the readers of JSON share: a document in UTF-8, records out of its items, its faults in words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from colonnade.errors import Invalid
from colonnade.formats import encoding
from colonnade.formats.port import Source

VALUE = "value"
"""The column of records that are no objects."""
_BOM = b"\xef\xbb\xbf"
BUFFER_BYTES = 1 << 20


class Progress:
    """How many rows of a document came so far, for messages."""

    rows = 0


@contextmanager
def opened(source: Source, scratch: Path) -> Iterator[BinaryIO]:
    """A file as UTF-8 without a mark."""
    with encoding.as_utf8(source, scratch).path.open("rb") as file:
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        yield file


@contextmanager
def told(source: Source, progress: Progress) -> Iterator[None]:
    """Turn the parser's errors into `Invalid`, with the row after which the fault stands."""
    try:
        yield
    except ijson.JSONError as fault:
        text = fault.args[0] if fault.args else ""
        reason = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        after = f"after row {progress.rows}" if progress.rows else "before its first row"
        message = f"The file {source.name} cannot be read as JSON: {after}, {reason.strip().splitlines()[0]}"
        raise Invalid(message, code="file.json", row=progress.rows + 1) from None
    except RecursionError:
        row = progress.rows + 1
        message = f"The file {source.name} cannot be read as JSON: row {row} is nested too deeply"
        raise Invalid(message, code="file.json", row=row) from None


def within(item: Any, path: str) -> Iterator[Mapping[str, Any]]:
    """The records at a dot-separated path of an item: objects themselves, anything else as the column `value`."""
    for step in filter(None, path.split(".")):
        item = item.get(step) if isinstance(item, Mapping) else None
    found = item if path and isinstance(item, list) else [item]
    for one in found:
        if isinstance(one, dict):
            yield one
        elif one is not None or not path:
            yield {VALUE: one}
