"""`python -m benchmarks [publish|growth|reads|clients|heavy|exports|upserts|newsroom|processing|datasets|nodes|shapes|across ...]`: run some or all and print one line a figure."""

import argparse
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import (
    across,
    clients,
    datasets,
    exports,
    heavy,
    newsroom,
    nodes,
    processing,
    publish,
    reads,
    shapes,
    upserts,
)
from benchmarks.figures import Figure

BENCHMARKS: Mapping[str, Callable[[Path, int], Iterable[Figure]]] = {
    "publish": publish.run,
    "growth": partial(publish.run, alone=True),
    "reads": reads.run,
    "clients": clients.run,
    "heavy": heavy.run,
    "exports": exports.run,
    "upserts": upserts.run,
    "newsroom": newsroom.run,
    "processing": processing.run,
    "datasets": datasets.run,
    "nodes": nodes.run,
    "shapes": shapes.run,
    "across": across.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"some of {', '.join(BENCHMARKS)}; default: all"
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table (default 1,000,000)")
    parser.add_argument(
        "--folder", type=Path, help="where to work and keep the tables (default: a temporary folder)"
    )
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    with ExitStack() as cleanup:
        base = options.folder or cleanup.enter_context(tempfile.TemporaryDirectory(prefix="colonnade-bench-"))
        scratch = Path(cleanup.enter_context(tempfile.TemporaryDirectory(dir=base)))
        for name in options.names or BENCHMARKS:
            print(f"\n{name}, {options.rows:,} rows")
            for figure in BENCHMARKS[name](scratch, options.rows):
                print(f"  {figure}", flush=True)


if __name__ == "__main__":
    main()
