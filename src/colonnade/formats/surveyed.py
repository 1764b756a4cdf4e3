"""What a look at a data file found. Light: the builder's child knows it before its bounds hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Survey:
    """`columns`: the header. `rows`: the first rows as texts; of a CSV file as long as they are there. `kinds`: of the
    columns of a spreadsheet, what its cells are (`bool`, `int`, `float`, `date`, `time`, `datetime`, `unicode`), None
    where they are empty; None for a CSV file, whose texts say it. `params`: for the extractor. `dialect`: of a CSV file,
    in the words of Python's `csv`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    params: Mapping[str, Any]
    dialect: Mapping[str, Any] = field(default_factory=dict)
    kinds: tuple[str | None, ...] | None = None
