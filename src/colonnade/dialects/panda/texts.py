"""What the core says, in the words that PANDA's clients know (sections 1.6, 3.6 and 3.7 of the reference)."""

from collections.abc import Mapping

from colonnade.errors import PortalError

SORRY = "Sorry, this request could not be processed. Please try again later."
LOCKED = "Dataset is currently locked by another process."

_ALONE = 'The "columns" argument must also be specified when specifying "{}".'
_NUMBER = 'The "{}" argument must be a comma-separated list of {} with the same number of values as the "columns" argument.'
_AGAIN = "{} must be a comma-separated list of {} with the same number of values as the dataset has columns."
_TRUTHS, _TYPES = "True/False values", "types"

TEXTS: Mapping[str, str] = {
    "job.busy": LOCKED,
    "rows.locked": LOCKED,
    "activity.recorded": "Activity has already been recorded.",
    "import.done": "This file has already been imported.",
    "import.unsupported": "This file type is not supported for data import.",
    "import.columns": "The columns in this file do not match those in the dataset.",
    "columns.typed_alone": _ALONE.format("typed_columns"),
    "columns.types_alone": _ALONE.format("column_types"),
    "columns.typed_count": _NUMBER.format("typed_columns", _TRUTHS),
    "columns.types_count": _NUMBER.format("column_types", _TYPES),
    "columns.none": "Can not create or modify data for a dataset without columns.",
    "rows.values_missing": "The data field is required.",
    "rows.key_type": "external_id must be a string.",
    "rows.key_form": "external_id can only contain letters, numbers, underscores and dashes.",
    "rows.width": "Got {got} data fields. Expected {expected}.",
    "rows.unfinished_import": (
        "Can not create or modify data for a dataset which has initial_upload, but has not completed the import process."
    ),
}
"""Code of an error -> text, in which facts of the error are named."""
REINDEX: Mapping[str, str] = {
    "columns.none": "This dataset has no data to reindex.",
    "columns.typed_count": _AGAIN.format("typed_columns", _TRUTHS),
    "columns.types_count": _AGAIN.format("column_types", _TYPES),
}
"""The same where columns are indexed anew."""

ROWS: Mapping[str, tuple[str, ...]] = {
    "columns.none": ("dataset",),
    "rows.unfinished_import": ("dataset",),
    "rows.width": ("data",),
    "rows.values_missing": ("data", "data"),
    "rows.key_type": ("data", "external_id"),
    "rows.key_form": ("data", "external_id"),
}
"""Where in an answer stands what is wrong with rows."""


def of(error: PortalError, path: str) -> str:
    """`path`: the address below the door."""
    found = REINDEX.get(error.code) if path.rstrip("/").endswith("/reindex") else None
    template = found or TEXTS.get(error.code)
    return error.message if template is None else template.format_map(error.facts)


def place(error: PortalError) -> list[str]:
    """Which object of a batch is wrong, where there are others."""
    row, rows = error.facts.get("row"), error.facts.get("rows")
    return [f"Object {row} of {rows}."] if isinstance(rows, int) and rows > 1 else []
