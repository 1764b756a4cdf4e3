"""Files that are imported while others read, by a server that is killed: all rows of a file or none."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.journeys.desks import Client, Crowd, client
from tests.journeys.histories import Unreal
from tests.journeys.processes import Server
from tests.journeys.support import chance, is_well
from tests.support.house import found

SLUG = "permits"
BASE = f"/dataset/{SLUG}/"
COLUMNS = {"columns": "number,origin,note", "column_types": "int,unicode,", "typed_columns": "true,true,"}
TYPED, ROWS = 30, 6_000
READERS = 3
LOCKED = "Dataset is currently locked by another process."
PATIENCE_SECONDS = 180


@dataclass
class Expected:
    """How many rows there are of each origin; while a file is imported, all of its rows may be there or none, and none
    of them goes again."""

    counts: Counter[str]
    coming: str = ""
    came: bool = False

    def look(self, counts: Mapping[str, int], total: int, *, came: bool) -> None:
        """`came`: the rows that come had been seen before it was asked."""
        may = {0, ROWS} if self.coming and not came else {ROWS} if came else {0}
        arrived = total - sum(self.counts.values())
        if arrived not in may:
            raise Unreal(f"{total} rows, {dict(self.counts)} and all of {self.coming!r} or none: {may}")
        for origin, count in counts.items():
            wanted = may if origin == self.coming else {self.counts[origin]}
            if count not in wanted:
                raise Unreal(f"{count} rows of {origin}, expected {wanted}")
        self.came = self.came or arrived == ROWS


class Reader:
    def __init__(self, expected: Expected) -> None:
        self._expected = expected

    def step(self, client: Client) -> None:
        expected = self._expected
        came = expected.came
        found = client.ask("GET", f"{BASE}data/", 200, limit=0)
        expected.look({}, found["meta"]["total_count"], came=came)
        if found["row_count"] != found["meta"]["total_count"]:
            raise Unreal(f"row_count is {found['row_count']}, {found['meta']}")
        came = expected.came
        total = client.ask("GET", BASE, 200)["row_count"]
        expected.look({}, total, came=came)
        for origin in [*expected.counts, expected.coming]:
            if origin:
                self._of(client, origin)

    def _of(self, client: Client, origin: str) -> None:
        """By the index, and by the column."""
        for words in (origin, f"column_unicode_origin:{origin} AND column_int_number:[0 TO *]"):
            came = self._expected.came
            count = client.ask("GET", f"{BASE}data/", 200, q=words, limit=0)["meta"]["total_count"]
            total = sum(self._expected.counts.values()) + (ROWS if came else 0)
            self._expected.look({origin: count}, total, came=came)


@pytest.mark.parametrize("files", [1, pytest.param(8, marks=pytest.mark.drill)])
def test_an_import_that_is_killed_brings_all_rows_of_its_file_or_none(files: int, tmp_path: Path) -> None:
    random = chance()
    found(tmp_path)
    expected = Expected(Counter())
    crowd = Crowd([Reader(expected).step for _ in range(READERS)])
    for number in range(files):
        is_sound = number % 3 != 2
        with Server(tmp_path) as server, client(server.address) as asking:
            if number == 0:
                _founded(asking, expected)
            origin = f"file{'abcdefghij'[number]}"
            file = _uploaded(asking, origin, is_sound=is_sound)
            expected.coming = origin if is_sound else ""
            crowd.start(server.address)
            task = _begun(asking, file)
            _wait_for_its_middle(asking, task, random)
            crowd.died(server.kill)
        with Server(tmp_path) as server, client(server.address) as asking:
            crowd.start(server.address)
            ended = _ended(asking, task)
            _told(asking, ended, file, is_sound=is_sound)
            if is_sound:
                expected.came = True
            crowd.stop()
            if is_sound:
                expected.counts[expected.coming] = ROWS
            expected.coming, expected.came = "", False
            Reader(expected).step(asking)
            asking.ask("PUT", f"{BASE}data/typed-1/", 202, json={"data": [1, "typed", "anew"]})
            is_well(tmp_path)
            server.terminate()


def _founded(asking: Client, expected: Expected) -> None:
    asking.ask("PUT", BASE, 201, json={"name": SLUG}, **COLUMNS)
    rows = [{"data": [at, "typed", f"note {at}"], "external_id": f"typed-{at}"} for at in range(TYPED)]
    asking.ask("PUT", f"{BASE}data/", 202, json={"objects": rows})
    expected.counts["typed"] = TYPED


def _uploaded(asking: Client, origin: str, *, is_sound: bool) -> str:
    """An id. A file that is not sound has a byte near its end that is no UTF-8."""
    lines = ["number,origin,note", *(f"{at},{origin},note number {at} of {origin}" for at in range(ROWS))]
    content = "\n".join(lines).encode() + (b"" if is_sound else b"\n1,\xff,\xff") + b"\n"
    answer = asking.answer("POST", "root:/data_upload/", files={"file": (f"{origin}.csv", content)})
    assert answer.json()["success"], answer.text
    uid: str = answer.json()["id"]
    return uid


def _begun(asking: Client, file: str) -> str:
    shown = asking.ask("GET", f"{BASE}import/{file}/", 200)
    assert (shown["locked"], shown["current_task"]["status"]) == (True, "PENDING")
    uid: str = shown["current_task"]["id"]
    return uid


def _wait_for_its_middle(asking: Client, task: str, random: Random) -> None:
    """Meanwhile nobody else writes."""
    while _status(asking, task)["status"] == "PENDING":
        time.sleep(0.005)
    answer = asking.answer("PUT", f"{BASE}data/typed-1/", json={"data": [1, "typed", "refused"]})
    if answer.status_code != 202:  # it may be over already
        assert (answer.status_code, answer.text) == (403, LOCKED)
    time.sleep(random.uniform(0, 1))


def _ended(asking: Client, task: str) -> Mapping[str, Any]:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        shown = _status(asking, task)
        if shown["status"] not in {"PENDING", "STARTED"}:
            return shown
        time.sleep(0.02)
    raise TimeoutError(f"the import does not end: {_status(asking, task)}")


def _status(asking: Client, task: str) -> Mapping[str, Any]:
    shown: Mapping[str, Any] = asking.ask("GET", f"/task/{task}/", 200)
    return shown


def _told(asking: Client, ended: Mapping[str, Any], file: str, *, is_sound: bool) -> None:
    upload = asking.ask("GET", f"/data_upload/{file}/", 200)
    assert upload["imported"] is is_sound
    if is_sound:
        assert (ended["status"], ended["message"]) == ("SUCCESS", "Import complete")
        again = asking.answer("GET", f"{BASE}import/{file}/")
        assert (again.status_code, again.text) == (403, "This file has already been imported.")
    else:
        assert (ended["status"], ended["message"]) == ("FAILURE", "Import failed")
        assert "utf-8" in ended["traceback"]
