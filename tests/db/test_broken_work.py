"""What a piece of work that breaks leaves to the next one on the same connection."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from colonnade.db.database import Database
from colonnade.errors import NotFound

HALF_READ: list[Any] = []
"""Results that were not read to their end and cannot be thrown away, as those in the trace of an error."""


def _break(begin: Callable[[], AbstractContextManager[Session]], error: BaseException) -> None:
    with begin() as db:
        result = db.execute(text("SELECT n FROM t"))
        result.fetchone()
        if not isinstance(error, NotFound):
            HALF_READ.append(result)
        raise error


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyboardInterrupt(), NotFound("Nothing there.")])
def test_the_next_work_sees_the_newest_state_and_can_write(tmp_path: Path, error: BaseException) -> None:
    database = Database(tmp_path / "catalogue.sqlite")
    with database.write() as db:
        db.execute(text("CREATE TABLE t (n)"))
        db.execute(text("INSERT INTO t VALUES (:n)"), [{"n": n} for n in range(1000)])
    for begin in (database.read, database.write):
        with pytest.raises(type(error)):
            _break(begin, error)
        with database.write() as db:
            db.execute(text("INSERT INTO t VALUES (-1)"))
    with database.read() as db:
        assert db.scalar(text("SELECT count(*) FROM t")) == 1002
    database.close()
