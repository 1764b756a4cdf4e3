"""The table that benchmarks use, made once for each size."""

from pathlib import Path

from benchmarks import make_table


def table(scratch: Path, rows: int) -> Path:
    """A CSV of so many rows. It lies beside the scratch folder, so that a folder given by `--folder` keeps it for the
    next run."""
    path = scratch.parent / f"bench-table-{rows}.csv"
    if not path.exists():
        aside = path.with_suffix(".partial")
        make_table.main(rows, str(aside))
        aside.rename(path)
    return path
