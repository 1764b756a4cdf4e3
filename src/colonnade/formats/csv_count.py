"""A second opinion on how many records a CSV file has.

DuckDB's parallel reader loses a record that is longer than two of its buffers, without an error. A file without quotes
shows such a record as a long line; in one with quotes, Arrow counts the records as well.
"""

from collections.abc import Callable
from itertools import count

import pyarrow as pa
import pyarrow.csv as pa_csv

from colonnade.formats.dialect import CsvFile

_BLOCK_BYTES = 32 << 20


def records(file: CsvFile) -> int | None:
    """All records of the file, header and title rows included and blank lines left out as DuckDB does. None if Arrow
    cannot tell."""
    ragged = count()

    def skip(_row: pa_csv.InvalidRow) -> str:
        next(ragged)
        return "skip"

    try:
        return _counted(file, skip) + next(ragged)
    except pa.ArrowInvalid:
        return None


def is_even(file: CsvFile) -> bool:
    """Whether all records are as wide as the header. DuckDB lets one empty cell more pass."""
    try:
        _counted(file, None)
    except pa.ArrowInvalid:
        return False
    return True


def _counted(file: CsvFile, skip: Callable[[pa_csv.InvalidRow], str] | None) -> int:
    """Records of the right width. Raises `ArrowInvalid`, for one of another width where `skip` is not given."""
    width = len(file.head.labels)
    reader = pa_csv.open_csv(
        file.path,
        pa_csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK_BYTES,
            column_names=[str(number) for number in range(width)],
        ),
        pa_csv.ParseOptions(
            delimiter=file.dialect.separator,
            quote_char='"',
            double_quote=file.dialect.is_quote_doubled,
            escape_char=file.dialect.escape or False,
            newlines_in_values=True,
            ignore_empty_lines=width > 1,
            invalid_row_handler=skip,
        ),
        pa_csv.ConvertOptions(include_columns=["0"], column_types={"0": pa.binary()}),
    )
    with reader:
        found: int = sum(batch.num_rows for batch in reader)
        return found
