"""Datasette on a SQLite file with the same rows, served by a process of its own: what somebody would run who wants the
same without us.

It is given what it needs to be quick: the file is immutable (so that whole tables are counted once, at start), the
columns that are filtered, sorted and counted have indexes, the texts a full-text index made by sqlite-utils, the table
is analysed; limits of time and size are raised until it answers everything.
"""

import csv
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.processes import free_port, wait_until_ready

BIN = Path(__file__).parent.parent / ".venv-bench" / "bin"

SETTINGS = {
    "sql_time_limit_ms": 600_000,
    "facet_time_limit_ms": 600_000,
    "max_returned_rows": 10_000,  # of a page, hence also of each step of a streamed CSV
    "max_csv_mb": 0,  # no limit
    "suggest_facets": "off",
}

_TYPES = {"id": "INTEGER PRIMARY KEY", "district": "INTEGER", "lat": "REAL", "lon": "REAL", "amount": "REAL"}
_INDEXED = ("category", "status", "district", "agent", "amount")
_SEARCHED = ("category", "status", "description", "address", "agent")


def is_installed() -> bool:
    return (BIN / "datasette").exists()


def database(csv_path: Path) -> Path:
    """The rows of the CSV in a SQLite file beside it; made once, as the CSV is."""
    path = csv_path.with_suffix(".sqlite")
    if not path.exists():
        aside = path.with_suffix(".partial")
        aside.unlink(missing_ok=True)
        _load(csv_path, aside)
        fts = [str(BIN / "sqlite-utils"), "enable-fts", str(aside), "rows", *_SEARCHED]
        subprocess.run(fts, check=True, stdout=subprocess.DEVNULL)
        with closing(sqlite3.connect(aside)) as connection:
            connection.execute("ANALYZE")
            connection.execute("VACUUM")
        aside.rename(path)
    return path


def _load(csv_path: Path, path: Path) -> None:
    with csv_path.open(newline="", encoding="utf-8") as file, closing(sqlite3.connect(path)) as connection:
        lines = csv.reader(file)
        names = next(lines)
        columns = ", ".join(f"{name} {_TYPES.get(name, 'TEXT')}" for name in names)
        connection.execute(f"CREATE TABLE rows ({columns})")
        insert = f"INSERT INTO rows VALUES ({', '.join('?' * len(names))})"
        with connection:
            connection.executemany(insert, ([cell or None for cell in line] for line in lines))
        for name in _INDEXED:
            connection.execute(f"CREATE INDEX rows_{name} ON rows ({name})")


class Datasette:
    def __init__(self, database: Path, log: Path) -> None:
        port = free_port()
        settings = [part for name, value in SETTINGS.items() for part in ("--setting", name, str(value))]
        where = ["--immutable", str(database), "--port", str(port)]
        command = [str(BIN / "datasette"), "serve", *where, *settings]
        self._log = log.open("ab")
        self.process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        self._base = f"/{database.stem}"
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=600)
        wait_until_ready(self.client, "/-/versions.json", self.process)

    def get(self, path: str, params: Any) -> httpx2.Response:
        """`path`: after the database's, as `/rows.json`."""
        answer = self.client.get(f"{self._base}{path}", params=params)
        answer.raise_for_status()
        return answer

    def url(self, path: str) -> str:
        return f"{self._base}{path}"

    @property
    def version(self) -> str:
        found: str = self.client.get("/-/versions.json").json()["datasette"]["version"]
        return found

    def close(self) -> None:
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self._log.close()


@contextmanager
def serving(csv_path: Path, folder: Path) -> Iterator[Datasette | None]:
    """None if it is not installed: `make bench` installs it."""
    if not is_installed():
        yield None
        return
    served = Datasette(database(csv_path), folder / "datasette.log")
    try:
        yield served
    finally:
        served.close()
