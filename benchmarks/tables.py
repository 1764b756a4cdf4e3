"""The table that benchmarks use, and a portal that has published it, each made once for each size."""

from pathlib import Path

from benchmarks import make_table
from benchmarks.cases import PLACED, PLACES
from benchmarks.server import serving


def table(scratch: Path, rows: int) -> Path:
    """A CSV of so many rows. It lies beside the scratch folder, so that a folder given by `--folder` keeps it for the
    next run."""
    path = scratch.parent / f"bench-table-{rows}.csv"
    if not path.exists():
        aside = path.with_suffix(".partial")
        make_table.main(rows, str(aside))
        aside.rename(path)
    return path


def published(scratch: Path, rows: int) -> Path:
    """The data folder of a portal with the dataset `table` and, with a column of places, `PLACES`. It is kept as the
    table is."""
    path = scratch.parent / f"bench-portal-{rows}"
    if not path.exists():
        aside = path.with_suffix(".partial")
        csv = table(scratch, rows)
        with serving(aside) as server:
            server.publish_csv("table", csv)
            server.publish_csv(PLACES, csv, processors=PLACED)
        aside.rename(path)
    return path
