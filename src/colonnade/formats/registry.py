"""Every format that files are read from, by its extractor's name."""

from collections.abc import Mapping

from colonnade.errors import Invalid
from colonnade.formats import csv
from colonnade.formats.port import Reader

EXTRACTORS: Mapping[str, Reader] = {
    "csvfile": csv.read,
}


def reader(extractor: str) -> Reader:
    """Raises `Invalid` for a format that this portal does not read."""
    try:
        return EXTRACTORS[extractor]
    except KeyError:
        known = ", ".join(sorted(EXTRACTORS))
        message = f"Files of the format “{extractor}” cannot be read; these can: {known}"
        raise Invalid(message, code="file.format") from None
