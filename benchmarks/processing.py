"""A publication with all eight processors, beside the same without any."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.server import serving
from benchmarks.tables import table

PROCESSORS: Sequence[Mapping[str, Any]] = (
    {"type": "string_replace", "field": "address", "old": "street", "new": "St."},
    {"type": "regexp_replace", "field": "agent", "regexp": "^agent(?P<no>[0-9]+)$", "new": r"no. \g<no>"},
    {"type": "date_normalizer", "field": "opened", "date_format": "%Y-%m-%d"},
    {"type": "set_timezone", "field": "closed", "timezone": "Europe/Paris"},
    {"type": "split", "field": "description", "separator": " ", "index": 2, "output_field": "word"},
    {
        "type": "concat",
        "separator": " / ",
        "left_value": "category",
        "right_value": "status",
        "output_field": "kind",
    },
    {"type": "create_geopoint", "latitude": "lat", "longitude": "lon", "output_field": "place"},
    {"type": "skip_record", "field": "id", "value": "1"},
)
"""One of each; nearly all rows stay, so that the rest of the work is the same."""


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "processing"
    folder.mkdir()
    csv = table(scratch, rows)
    with serving(folder / "data") as server:
        _, plain = server.publish_csv("plain", csv)
        plain_peak = server.peak["builder"]
        _, processed = server.publish_csv("processed", csv, processors=PROCESSORS)
        assert server.records("plain", limit=1)["total_count"] == rows
        assert server.records("processed", limit=1)["total_count"] == rows - 1
        yield Figure("publish with eight processors", processed, "s", plain, "aim: ratio <= 2")
        yield Figure("peak memory of the builder", server.peak["builder"], "MB", plain_peak)
    shutil.rmtree(folder)
