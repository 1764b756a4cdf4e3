"""What a command does to the process goes with its test."""

import logging
from collections.abc import Iterator

import pytest

TOUCHED = ("", "dbos", "uvicorn", "uvicorn.error", "uvicorn.access", "alembic")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command that serves sets logging up, with the output of its test, which is closed afterwards."""
    loggers = [logging.getLogger(name) for name in TOUCHED]
    before = [(one.handlers[:], one.level, one.propagate) for one in loggers]
    yield
    for one, (handlers, level, propagate) in zip(loggers, before, strict=True):
        one.handlers[:], one.propagate = handlers, propagate
        one.setLevel(level)
    logging.captureWarnings(capture=False)
