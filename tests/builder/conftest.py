from collections.abc import Callable
from pathlib import Path

import pytest
from tests.builder.support import Bench

from colonnade.builder.job import FileInput


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., FileInput]:
    """Write a file and name it as an input."""

    def write(
        content: str | bytes, *, name: str = "data.csv", owned: bool = False, **params: object
    ) -> FileInput:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return FileInput(path, name, f"re_{path.stem}", "csvfile", params, owned)

    return write
