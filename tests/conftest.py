"""Houses: a portal that a whole worker shares, and one for a test alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.support.house import House, settings

from colonnade import app


@contextmanager
def _open(folder: Path, **overrides: Any) -> Iterator[House]:
    running = app.start(settings(folder, **overrides))
    try:
        yield House(running, TestClient(running.app, raise_server_exceptions=False))
    finally:
        running.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portal for the tests of one file. One at a time: DBOS keeps one instance a process."""
    with _open(tmp_path_factory.mktemp("house")) as one:
        yield one
