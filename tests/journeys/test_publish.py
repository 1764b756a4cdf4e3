"""A publication survives SIGKILL: readers see the old one or the new one, and the job goes on or says why not."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.journeys.content import counts, edition
from tests.journeys.processes import PortalProcess, Server
from tests.journeys.support import at_rest, chance, which

ROWS = 30_000
DATASETS = "/api/automation/v1.0/datasets/"
RECORDS = "/api/explore/v2.1/catalog/datasets/{}/records"


def _create(server: Server, name: str) -> str:
    body = {"dataset_id": name, "metadata": {"default": {"title": {"value": name}}}}
    uid: str = server.send("POST", DATASETS, json=body)["uid"]
    return uid


def _edit(server: Server, uid: str, number: int) -> None:
    """Put an edition of the file in the place of the one before."""
    base = f"{DATASETS}{uid}/resources/"
    old = [one["uid"] for one in server.send("GET", base)["results"]]
    content = edition(number, ROWS)
    file = server.send("POST", f"{base}files/", files={"file": (f"e{number}.csv", content)})
    source = {"type": "uploaded_file", "file": {"uid": file["uid"]}}
    server.send("POST", base, json={"type": "csvfile", "datasource": source})
    for one in old:
        server.send("DELETE", f"{base}{one}/")


def _status(server: Server, uid: str) -> dict[str, Any]:
    found: dict[str, Any] = server.send("GET", f"{DATASETS}{uid}/status/")
    return found


def _editions(server: Server, name: str) -> dict[str, int]:
    """What a reader sees; nothing before the first publication."""
    query = {"select": "edition, count(*) as rows", "group_by": "edition"}
    answer = server.send("GET", RECORDS.format(name), is_optional=True, params=query)
    return {} if answer is None else {row["edition"]: row["rows"] for row in answer["results"]}


def _settled(server: Server, uid: str, name: str, allowed: tuple[dict[str, int], ...]) -> dict[str, Any]:
    """Wait for the job's end. Whatever is read meanwhile is one publication or the other, whole."""
    while True:
        which(_editions(server, name), allowed)
        status = _status(server, uid)
        if status["status"] not in {"queued", "processing"}:
            return status
        time.sleep(0.1)


def _publish(server: Server, uid: str) -> None:
    server.send("POST", f"{DATASETS}{uid}/publish/")


def _timed(server: Server) -> float:
    """How long a publication takes here and now."""
    uid = _create(server, "timing")
    _edit(server, uid, 0)
    begun = time.monotonic()
    _publish(server, uid)
    _settled(server, uid, "timing", ({}, counts(0, ROWS)))
    return time.monotonic() - begun


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.drill)])
def test_a_publication_survives_a_killed_server(kills: int, tmp_path: Path) -> None:
    random = chance()
    with Server(tmp_path) as server:
        seconds = _timed(server)
        uid = _create(server, "survivor")
        server.terminate()
    published: dict[str, int] = {}
    for number in range(1, kills + 1):
        published = _round(tmp_path, random, seconds, uid, number, published)
    with PortalProcess.opened(tmp_path) as portal:
        seen = at_rest(portal, uid)
        assert seen.editions == published
        portal.close()


def _round(
    folder: Path, random: Random, seconds: float, uid: str, number: int, published: dict[str, int]
) -> dict[str, int]:
    """Publish an edition, kill, start again. Returns what is published then."""
    new = counts(number, ROWS)
    with Server(folder) as server:
        _edit(server, uid, number)
        _publish(server, uid)
        moment = random.uniform(0, 1.1 * seconds)
        time.sleep(moment)
        server.kill()
    with Server(folder) as server:
        status = _settled(server, uid, "survivor", (published, new))
        stands = _editions(server, "survivor")
        print(f"kill {number} after {moment:.2f} of {seconds:.2f} s: {status['status']}")
        if status["status"] == "idle":
            assert stands == new
        else:
            assert status["message"], "it failed without a reason"
            assert stands == published
        server.kill()
    return stands


def test_a_publication_goes_on_after_a_polite_end(tmp_path: Path) -> None:
    """Stopped by SIGTERM, as a service manager does it."""
    with Server(tmp_path) as server:
        uid = _create(server, "polite")
        _edit(server, uid, 0)
        _publish(server, uid)
        while _status(server, uid)["status"] != "processing":
            time.sleep(0.01)
        server.terminate()
    with Server(tmp_path) as server:
        assert _settled(server, uid, "polite", ({}, counts(0, ROWS)))["status"] == "idle"
        assert _editions(server, "polite") == counts(0, ROWS)


def test_a_second_server_is_refused_the_folder(tmp_path: Path) -> None:
    with Server(tmp_path):
        command = [sys.executable, "-m", "colonnade", "serve", "--data", str(tmp_path), "--port", "0"]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert "Another Colonnade process" in second.stderr
